"""The order in which one receiver gets its messages: by instant, with faults and retries."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from smartflo_contract.mock_server.config.webhook import Webhook
from smartflo_contract.mock_server.faults.rules import seeded_fraction
from smartflo_contract.mock_server.webhooks.message import Message

RETRY_SECONDS: Final = (30, 10)
"""Time from a failed attempt to the next one. Observed: a public guide."""
MAX_WAITING: Final = 10_000
"""Maximum number of late messages and retries of an account; further ones are lost."""
LOST_BEYOND: Final = f"{MAX_WAITING:,} late messages and retries are waiting already"


class Attempt(NamedTuple):
    """What came of a message.

    Attributes:
        outcome: ``delivered``, ``failed``, or ``lost`` if it was not sent.
        status: HTTP status of the receiver; ``None`` without a response.
        reason: why it failed; empty if it did not.
        response: beginning of the receiver's body.
        duration_ms: how long the receiver took.
        retry_ms: when it is sent again, in dial time; ``None`` if it is not.
    """

    outcome: str
    status: int | None = None
    reason: str = ""
    response: str = ""
    duration_ms: int = 0
    retry_ms: int | None = None


Send = Callable[[Message, Webhook], Attempt]
"""Sends a message once."""
Record = Callable[[Message, Webhook, Attempt], None]
"""Records what came of a message."""


class ReceiverQueue:
    """Sends the messages to one receiver in their order.

    Args:
        webhooks: the webhooks of the receiver, by id.
        seed: seed of the faults.
        send: sends a message.
        record: records an attempt.
    """

    def __init__(self, webhooks: Mapping[str, Webhook], seed: int, send: Send, record: Record) -> None:
        """Create an empty queue."""
        self._webhooks, self._seed, self._send, self._record = webhooks, seed, send, record
        self._waiting: list[tuple[int, int, Message]] = []
        """Messages that are not due in the order of their events: late ones and retries. A heap."""
        self._serial = count()

    def run(self, messages: Iterable[Message], pending: Sequence[Message], until_ms: int) -> list[Message]:
        """Send everything that is due, and return the messages that are due later.

        Args:
            messages: first attempts, in order; all are due.
            pending: messages that earlier runs returned.
            until_ms: the time up to which messages are due.
        """
        for message in pending:
            self._wait(message)
        held: Message | None = None
        for message in self._with_faults(messages):
            self._attempt_waiting(message.due_ms - 1)
            if held is None and self._draw("reordered", message):
                held = message
                continue
            self._attempt(message)
            if held is not None:
                self._attempt(held)
                held = None
        if held is not None:
            self._attempt(held)
        self._attempt_waiting(until_ms)
        return [message for *_, message in sorted(self._waiting)]

    def _with_faults(self, messages: Iterable[Message]) -> Iterator[Message]:
        """Yield the messages that are neither lost nor late, some of them twice."""
        for message in messages:
            webhook = self._webhooks[message.webhook_id]
            if self._draw("lost", message):
                self._record(message, webhook, Attempt("lost", reason="the fault `lost` of the webhook"))
            elif self._draw("late", message):
                if not self._wait(message._replace(due_ms=message.due_ms + round(webhook.late_seconds * 1_000))):
                    self._record(message, webhook, Attempt("lost", reason=LOST_BEYOND))
            else:
                yield message
                if self._draw("duplicate", message):
                    yield message._replace(duplicate=True)

    def _draw(self, fault: str, message: Message) -> bool:
        """Return whether a fault applies to a message: a function of the seed, trigger, path and event."""
        webhook = self._webhooks[message.webhook_id]
        share = float(getattr(webhook, fault))
        if share in {0, 1} or message.duplicate:
            return share == 1 and not message.duplicate
        path = urlsplit(webhook.url).path  # a port may be another one in the next run
        return seeded_fraction(f"{self._seed}/webhooks/{fault}/{webhook.trigger}{path}/{message.key}") < share

    def _wait(self, message: Message) -> bool:
        """Let a message wait for its instant, and return whether there is room for it."""
        has_room = len(self._waiting) < MAX_WAITING
        if has_room:
            heappush(self._waiting, (message.due_ms, next(self._serial), message))
        return has_room

    def _attempt_waiting(self, until_ms: int) -> None:
        """Send the late messages and retries that are due."""
        while self._waiting and self._waiting[0][0] <= until_ms:
            self._attempt(heappop(self._waiting)[2])

    def _attempt(self, message: Message) -> None:
        webhook = self._webhooks[message.webhook_id]
        attempt = self._send(message, webhook)
        if attempt.outcome == "failed" and message.attempt <= len(RETRY_SECONDS):
            retry_ms = message.due_ms + RETRY_SECONDS[message.attempt - 1] * 1_000
            if self._wait(message._replace(due_ms=retry_ms, attempt=message.attempt + 1)):
                attempt = attempt._replace(retry_ms=retry_ms)
        self._record(message, webhook, attempt)
