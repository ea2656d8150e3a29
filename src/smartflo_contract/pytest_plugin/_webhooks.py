"""What webhooks sent: the result of an advance of the clock, and assertions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, TypedDict

from smartflo_contract.mock_server.config.webhook_tables import trigger_problem
from smartflo_contract.mock_server.http.json_values import check_json
from smartflo_contract.mock_server.journal.matching import contains
from smartflo_contract.pytest_plugin._assertion_messages import count_words, newest_lines
from smartflo_contract.schemas.printable import truncate

_MAX_LINES: Final = 10
_MAX_BODY_CHARACTERS: Final = 200
App: TypeAlias = Callable[..., Any]
"""A WSGI or ASGI application."""


class WebhookSettings(TypedDict, total=False):
    """Settings of :meth:`Smartflo.webhook`, as ``smartflo_contract.mock_server.Webhook`` describes them."""

    trigger: str
    template: Mapping[str, Any] | str
    method: str
    headers: Mapping[str, str]
    unresolved: Sequence[str]
    timeout: float
    duplicate: float
    reordered: float
    late: float
    lost: float
    late_seconds: float


class WebhookSummary(NamedTuple):
    """What an advance of the clock sent.

    Attributes:
        delivered: number of messages that receivers answered with a status of success.
        failed: number of messages that they did not, after the retries that were due.
        lost: number of messages that were not sent, by the fault ``lost``.
        pending: number of late messages and retries that are due later.
        failures: at most 100 of those that failed: ``trigger``, ``url``, ``attempts``, ``status``, ``reason``.
    """

    delivered: int = 0
    failed: int = 0
    lost: int = 0
    pending: int = 0
    failures: Sequence[Mapping[str, Any]] = ()


def summary_of(content: Mapping[str, Any] | None) -> WebhookSummary:
    """Return the summary in the response to an advance; an empty one for ``None``."""
    return WebhookSummary(**content or {})


def check_trigger(trigger: str) -> None:
    """Check the name of a trigger.

    Raises:
        ValueError: there is no such trigger.
    """
    __tracebackhide__ = True
    problem = trigger_problem(str(trigger))
    if problem is not None:
        raise ValueError(problem)


def matches(expected: Any, body: Any) -> bool:
    """Return whether a body has what is expected; ``None`` expects nothing."""
    return expected is None or contains(body, expected)


def expectation(trigger: str | None, times: int | None, json: Any) -> str:
    """Return the description of expected webhooks."""
    body = "" if json is None else f" with {json!r}"
    return f"webhook {trigger or 'of any trigger'}{body} {count_words(times)}"


def assert_sent(deliveries: Sequence[Mapping[str, Any]], trigger: str, times: int | None, json: Any) -> None:
    """Fail unless matching webhooks were delivered.

    Raises:
        AssertionError: they were not; the message shows what was sent.
        ValueError: there is no such trigger, or JSON cannot express the body.
    """
    __tracebackhide__ = True
    check_trigger(trigger)
    check_json(json, "json")
    total = sum(
        delivery["outcome"] == "delivered" and delivery["trigger"] == trigger and matches(json, delivery["body"])
        for delivery in deliveries
    )
    if total != times if times is not None else total == 0:
        lines = delivery_lines(deliveries) or ["  none; advance the clock past the event, and add the webhook before"]
        heading = f"expected {expectation(trigger, times, json)} delivered, got {total}; attempts of this account:"
        raise AssertionError("\n".join([heading, *lines]))


def delivery_lines(deliveries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each of the newest attempts."""
    return newest_lines(map(_delivery_line, deliveries[-_MAX_LINES:]), len(deliveries), "attempt")


def _delivery_line(delivery: Mapping[str, Any]) -> str:
    attempt = f", attempt {delivery['attempt']}" if delivery["attempt"] > 1 else ""
    reason = f": {delivery['reason']}" if delivery["reason"] else ""
    body = truncate(repr(delivery["body"]), _MAX_BODY_CHARACTERS)
    return f"{delivery['trigger']} to {delivery['url']} -> {delivery['outcome']}{attempt}{reason}; {body}"
