"""Messages to receivers: what webhooks send about events, in order."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import orjson

from smartflo_contract.mock_server.config.quirks import Quirks
from smartflo_contract.mock_server.config.webhook import Webhook
from smartflo_contract.mock_server.config.webhook_template import DEFAULT_TEMPLATE, Value, render
from smartflo_contract.mock_server.webhooks.event import TRIGGERS, CallEvent, value_of

_CUSTOMER_KEYS: Final = {"trailing_blank": "customer_no_with_prefix ", "plain": "customer_no_with_prefix"}


class Message(NamedTuple):
    """One request to a receiver. It can be stored, so it has everything but its webhook.

    Attributes:
        due_ms: when it is due, in epoch ms of dial time.
        event_ms: when its event happened.
        webhook_id: id of its webhook.
        key: what identifies its event: the call and what happened.
        body: body of a POST, query of a GET.
        attempt: number of the attempt, from 1.
        duplicate: whether it is the second one about its event.
    """

    due_ms: int
    event_ms: int
    webhook_id: str
    key: str
    body: str
    attempt: int = 1
    duplicate: bool = False


def messages_of(events: Iterable[CallEvent], webhooks: Sequence[Webhook], quirks: Quirks) -> Iterator[Message]:
    """Yield the messages of some webhooks about events, in the order of the events.

    Args:
        events: the events, in order.
        webhooks: the webhooks.
        quirks: the quirks of the account.
    """
    by_kind: dict[str, list[tuple[Webhook, str, Callable[[CallEvent], str]]]] = {}
    for webhook in webhooks:
        by_kind.setdefault(TRIGGERS[webhook.trigger][0], []).append((webhook, webhook.id, _renderer(webhook, quirks)))
    for event in events:
        for webhook, webhook_id, render_event in by_kind.get(event.kind, ()):
            if TRIGGERS[webhook.trigger][1](event.call):
                key = f"{event.call.uuid}/{event.kind}/{event.at_ms}"
                yield Message(event.at_ms, event.at_ms, webhook_id, key, render_event(event))


def _renderer(webhook: Webhook, quirks: Quirks) -> Callable[[CallEvent], str]:
    """Return a function that returns what a webhook sends about an event."""
    template = webhook.template
    if template is None:
        template = {**DEFAULT_TEMPLATE, _CUSTOMER_KEYS[quirks["webhook_customer_key"]]: "$customer_no_with_prefix"}

    def render_event(event: CallEvent) -> str:
        content = render(template, lambda name: value_of(name, event, quirks), _text)
        if webhook.method == "GET":
            return urlencode({name: _text(value) for name, value in content.items()})
        return _text(content)

    return render_event


def _text(value: Value | Any) -> str:
    """Return a value as text: an object as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def content_type_of(template: Mapping[str, Any] | str | None) -> str:
    """Return the content type of a POST: JSON, unless the template is text that is not."""
    if not isinstance(template, str) or template.lstrip().startswith(("{", "[")):
        return "application/json"
    return "text/plain; charset=utf-8"
