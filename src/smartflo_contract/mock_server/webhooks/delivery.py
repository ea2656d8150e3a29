"""Deliver the messages that became due: in order for each receiver, and to several receivers at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any, Final, NamedTuple, Protocol

from smartflo_contract.mock_server.config.quirks import Quirks
from smartflo_contract.mock_server.config.receiver_url import APP_SCHEME, Receiver, parse_receiver, receiver_problem
from smartflo_contract.mock_server.config.webhook import Webhook
from smartflo_contract.mock_server.webhooks.app_client import App, AppClient
from smartflo_contract.mock_server.webhooks.client import Answer, DeliveryError, DeliveryTimeoutError, ReceiverClient
from smartflo_contract.mock_server.webhooks.event import CallEvent
from smartflo_contract.mock_server.webhooks.message import Message, messages_of
from smartflo_contract.mock_server.webhooks.queue import Attempt, ReceiverQueue, Record
from smartflo_contract.mock_server.webhooks.shared_events import SharedEvents

_MAX_RECEIVERS_AT_A_TIME: Final = 8
_MAX_TIMEOUTS: Final = 3
"""Number of messages in a row that a receiver may leave unanswered; the following are not sent."""
_MAX_SHOWN_BYTES: Final = 1_024
_MAX_LOCATION_CHARACTERS: Final = 200
_SUCCESS: Final = range(200, 300)
_REDIRECT: Final = range(300, 400)


class Client(Protocol):
    """A client of one receiver."""

    def send(self, message: Message, webhook: Webhook, /) -> Answer:
        """Send a message and return the answer.

        Raises:
            DeliveryError: there is no answer.
        """

    def close(self) -> None:
        """Close the connection, if there is one."""


class Order(NamedTuple):
    """What is to be delivered.

    Attributes:
        events: returns the events that became due, in order, from the first one.
        webhooks: the webhooks of the account.
        quirks: the quirks of the account.
        pending: messages that became due and could not be sent at the instants of their events.
        until_ms: the time up to which messages are due.
        seed: seed of the faults.
    """

    events: Callable[[], Iterable[CallEvent]]
    webhooks: Sequence[Webhook]
    quirks: Quirks
    pending: Sequence[Message]
    until_ms: int
    seed: int


class Deliverer:
    """Delivers messages.

    Args:
        allowed_hosts: hosts of receivers that are allowed by name, besides those of this machine.
        apps: applications in this process, by the host of their URL.
    """

    def __init__(self, allowed_hosts: Sequence[str], apps: Mapping[str, App]) -> None:
        """Refer to the applications."""
        self._allowed_hosts, self._apps = allowed_hosts, apps

    def deliver(self, order: Order, record: Record) -> list[Message]:
        """Send everything that is due, and return the messages that are due later.

        Applications are called in this thread, one after another; meanwhile, other receivers get theirs.

        Args:
            order: what is to be delivered.
            record: records an attempt; it is called by one thread at a time.
        """
        groups: dict[Receiver, dict[str, Webhook]] = {}
        for webhook in order.webhooks:
            groups.setdefault(parse_receiver(webhook.url), {})[webhook.id] = webhook
        lock = Lock()

        def record_one(message: Message, webhook: Webhook, attempt: Attempt) -> None:
            with lock:
                record(message, webhook, attempt)

        apps = [group for group in groups.items() if group[0].scheme == APP_SCHEME]
        servers = [group for group in groups.items() if group[0].scheme != APP_SCHEME]
        if len(groups) == 1:
            return [message for group in groups.items() for message in self._deliver_to(*group, order, record_one)]
        order = order._replace(events=partial(iter, SharedEvents(order.events)))
        with ThreadPoolExecutor(_MAX_RECEIVERS_AT_A_TIME, "send-webhooks") as pool:
            running = [pool.submit(self._deliver_to, *group, order, record_one) for group in servers]
            later = [message for group in apps for message in self._deliver_to(*group, order, record_one)]
            return later + [message for future in running for message in future.result()]

    def _deliver_to(
        self, receiver: Receiver, webhooks: Mapping[str, Webhook], order: Order, record: Record
    ) -> list[Message]:
        """Send one receiver what is due, and return what is due later."""
        pending = [message for message in order.pending if message.webhook_id in webhooks]
        client = self._client(receiver, next(iter(webhooks.values())).url)
        try:
            queue = ReceiverQueue(webhooks, order.seed, _Sender(client).send, record)
            return queue.run(
                messages_of(order.events(), tuple(webhooks.values()), order.quirks), pending, order.until_ms
            )
        finally:
            client.close()

    def _client(self, receiver: Receiver, url: str) -> Client:
        if receiver.scheme != APP_SCHEME:
            problem = receiver_problem(url, self._allowed_hosts)
            return ReceiverClient(receiver) if problem is None else _Refused(f"expected {problem}")
        app = self._apps.get(receiver.host)
        return AppClient(app) if app else _Refused("the application of this webhook is not in this process")


class _Refused(NamedTuple):
    """A client that sends nothing."""

    reason: str

    def send(self, _message: Message, _webhook: Webhook, /) -> Any:
        """Raise the reason.

        Raises:
            DeliveryError: always.
        """
        raise DeliveryError(self.reason)

    def close(self) -> None:
        """Do nothing."""


class _Sender:
    """Sends messages to one receiver, until it has not answered too often.

    Args:
        client: client of the receiver.
    """

    def __init__(self, client: Client) -> None:
        """Start to count."""
        self._client = client
        self._timeouts = 0

    def send(self, message: Message, webhook: Webhook) -> Attempt:
        """Send a message once."""
        if self._timeouts == _MAX_TIMEOUTS:
            return Attempt("failed", reason=f"not sent: the receiver left {_MAX_TIMEOUTS} messages in a row unanswered")
        started = monotonic()
        try:
            answer = self._client.send(message, webhook)
        except DeliveryError as error:
            self._timeouts = self._timeouts + 1 if isinstance(error, DeliveryTimeoutError) else 0
            return Attempt("failed", reason=str(error), duration_ms=_since(started))
        self._timeouts = 0
        shown = answer.body[:_MAX_SHOWN_BYTES].decode(errors="replace")
        outcome = "delivered" if answer.status in _SUCCESS else "failed"
        return Attempt(outcome, answer.status, _reason(answer), shown, _since(started))


def _reason(answer: Answer) -> str:
    """Return why an answer is a failure; empty if it is none."""
    if answer.status in _SUCCESS:
        return ""
    if answer.status in _REDIRECT:
        return f"status {answer.status}: redirects are not followed, to {answer.location[:_MAX_LOCATION_CHARACTERS]!r}"
    return f"status {answer.status}"


def _since(started: float) -> int:
    return round((monotonic() - started) * 1_000)
