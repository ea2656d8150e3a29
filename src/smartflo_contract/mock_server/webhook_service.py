"""Subscribe receivers to events, and send webhooks when the clock of an account passes their events."""

import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import orjson

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.broadcast_calls import BroadcastCalls
from smartflo_contract.mock_server.accounts.resolution import ResolvedSettings
from smartflo_contract.mock_server.config.receiver_url import APP_SCHEME
from smartflo_contract.mock_server.config.webhook import Webhook, check_webhook, check_webhooks
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.http.compact_json import dump_compact
from smartflo_contract.mock_server.journal.redaction import redact_headers, redact_json, redact_query, redact_string
from smartflo_contract.mock_server.webhooks.click_to_call_events import events_of_calls
from smartflo_contract.mock_server.webhooks.delivery import Deliverer, Order
from smartflo_contract.mock_server.webhooks.event import CallEvent
from smartflo_contract.mock_server.webhooks.message import Message
from smartflo_contract.mock_server.webhooks.queue import LOST_BEYOND, MAX_WAITING, Attempt

_MAX_FAILURES: Final = 100
"""Maximum number of failures in a response."""
_MAX_BODY_BYTES: Final = 16 * 1024
"""Maximum size of a body that the log keeps."""


class Due(NamedTuple):
    """What one advance of a clock claimed: no other one sends it.

    Attributes:
        account_id: id of the account.
        order: what is to be delivered.
    """

    account_id: str
    order: Order


def add_webhook(state: State, account_id: str, webhook: Webhook) -> None:
    """Add a webhook to an account, or to all accounts; it replaces one with its id.

    Raises:
        ConfigError: a setting is invalid, or the receiver is not permitted.
    """
    check_webhook(webhook, state.config.webhook_hosts)
    parts = urlsplit(webhook.url)
    if parts.scheme == APP_SCHEME and parts.hostname not in state.webhook_apps:
        message = "url: no application has this URL; pass the application itself, as in smartflo.webhook(app=app)"
        raise ConfigError(message)
    others = tuple(other for other in state.resolved_settings(account_id).webhooks if other.id != webhook.id)
    set_webhooks(state, account_id, (*others, webhook))


def set_webhooks(state: State, account_id: str, webhooks: Sequence[Webhook] | None) -> None:
    """Set the webhooks of an account, or of all accounts; ``None`` restores the default.

    Raises:
        ConfigError: a setting is invalid, or a receiver is not permitted.
    """
    check_webhooks(webhooks or (), state.config.webhook_hosts)
    with state.accounts.edit(account_id) as account:
        own = None if webhooks is None else tuple(webhooks)
        account.change_settings(replace(account.settings, webhooks=own))


def advance_dial_time(
    state: State, account_id: str, account: Account, settings: ResolvedSettings, milliseconds: int
) -> Due | None:
    """Advance the dial time of an account, and claim the webhooks that become due; ``None`` for none.

    Args:
        state: the state of the fake.
        account_id: id of the account.
        account: the account, opened for editing.
        settings: its resolved settings.
        milliseconds: time to advance by.
    """
    after_ms = account.dial_ms
    account.advanced_ms += milliseconds
    until_ms = account.dial_ms
    pending = account.pending_webhooks
    if not milliseconds or not (settings.webhooks or pending):
        return None
    account.pending_webhooks = tuple(message for message in pending if message.due_ms > until_ms)
    due = tuple(message for message in pending if message.due_ms <= until_ms)
    events = _events_of(account, settings, state, (after_ms, until_ms))
    return Due(account_id, Order(events, settings.webhooks, settings.quirks, due, until_ms, state.config.seed))


def _events_of(
    account: Account, settings: ResolvedSettings, state: State, interval: tuple[int, int]
) -> Callable[[], Iterator[CallEvent]]:
    """Return a function that returns the events of an account in an interval of dial time, in order."""
    calls, seed = account.calls, state.config.seed
    broadcasts = BroadcastCalls(account, settings.catalog) if account.broadcasts else None

    def events() -> Iterator[CallEvent]:
        made = iter(events_of_calls(calls, seed, *interval))
        if broadcasts is None:
            return made
        dialled = (CallEvent(*event) for event in broadcasts.events(*interval))
        return heapq.merge(made, dialled, key=lambda event: event.at_ms)

    return events


def send_webhooks(state: State, due: Due) -> Mapping[str, Any]:
    """Send the webhooks that became due, store those that are due later, and return what came of them.

    No account is locked meanwhile: a receiver can use the API. It sees the fake at the new time.

    Args:
        state: the state of the fake.
        due: what :func:`advance_dial_time` claimed.
    """
    counts, failures = Counter[str](), list[dict[str, Any]]()

    def record(message: Message, webhook: Webhook, attempt: Attempt) -> None:
        is_retried = attempt.retry_ms is not None and attempt.retry_ms <= due.order.until_ms
        if not is_retried:
            counts[attempt.outcome] += 1
        if attempt.outcome == "failed" and not is_retried and len(failures) < _MAX_FAILURES:
            failures.append(_failure(message, webhook, attempt))
        if state.deliveries:
            state.deliveries.add(due.account_id, _entry(message, webhook, attempt))

    deliverer = Deliverer(state.config.webhook_hosts, state.webhook_apps)
    later, beyond = deliverer.deliver(due.order, record), list[Message]()
    if later:
        with state.accounts.edit(due.account_id) as account:
            stored = sorted((*account.pending_webhooks, *later), key=lambda message: message.due_ms)
            account.pending_webhooks, beyond = tuple(stored[:MAX_WAITING]), stored[MAX_WAITING:]
        by_id = {webhook.id: webhook for webhook in due.order.webhooks}
        for message in beyond:
            if message.webhook_id in by_id:
                record(message, by_id[message.webhook_id], Attempt("lost", reason=LOST_BEYOND))
    return {
        "delivered": counts["delivered"],
        "failed": counts["failed"],
        "lost": counts["lost"],
        "pending": max(len(later) - len(beyond), 0),
        "failures": failures,
    }


def _failure(message: Message, webhook: Webhook, attempt: Attempt) -> dict[str, Any]:
    return {
        "webhook": message.webhook_id,
        "trigger": webhook.trigger,
        "url": redact_string(webhook.url),
        "attempts": message.attempt,
        "status": attempt.status,
        "reason": redact_string(attempt.reason),
        "retry_ms": attempt.retry_ms,
    }


def _entry(message: Message, webhook: Webhook, attempt: Attempt) -> dict[str, Any]:
    """Return what the log keeps of a delivery, with secrets masked."""
    return {
        "time": round(time.time() * 1_000),
        "event_ms": message.event_ms,
        "due_ms": message.due_ms,
        "webhook": message.webhook_id,
        "trigger": webhook.trigger,
        "method": webhook.method,
        "url": redact_string(webhook.url),
        "headers": redact_headers(webhook.headers),
        "body": _shown_body(message.body, webhook.method),
        "attempt": message.attempt,
        "duplicate": message.duplicate,
        **attempt._asdict(),
        "reason": redact_string(attempt.reason),
        "response": _shown_text(attempt.response),
    }


def _shown_body(body: str, method: str) -> object:
    """Return a body with secrets masked, ``None`` for a large one: JSON as such, a query by parameter."""
    if len(body) > _MAX_BODY_BYTES:
        return None
    return redact_query(body) if method == "GET" else _shown_text(body)


def _shown_text(text: str) -> object:
    """Return text with secrets masked; JSON as JSON."""
    try:
        content = redact_json(orjson.loads(text))
        dump_compact(content)
    except ValueError:
        return redact_string(text)
    return content
