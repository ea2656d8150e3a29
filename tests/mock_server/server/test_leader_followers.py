"""Threads of a worker: which of them accept requests."""

from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

import pytest

from smartflo_contract.mock_server.api.read_leads import CachedResponse
from smartflo_contract.mock_server.server.leader_followers import lead_in_turns

TIMEOUT_SECONDS = 30
CACHED = {"PATH_INFO": "/cached"}
SLOW = {"PATH_INFO": "/slow"}
WITH_BODY = SLOW | {"CONTENT_LENGTH": "5"}


class Protocol:
    """Receives a response as Granian does."""

    def __init__(self) -> None:
        """Wait for a response."""
        self.sent = Event()

    def response_bytes(self, *_response: Any) -> None:
        """Note that there is a response."""
        self.sent.set()


class Worker:
    """A thread that accepts requests of a queue, as those of Granian do.

    Attributes:
        is_free: set while the thread waits for a request.
    """

    def __init__(self, respond: Callable[[Any, Any], object]) -> None:
        """Start the thread."""
        self.requests: SimpleQueue[tuple[Protocol, Any] | None] = SimpleQueue()
        self.is_free = Event()
        self._respond = respond
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def send(self, environ: dict[str, str]) -> Protocol:
        """Send a request, and return what receives its response."""
        protocol = Protocol()
        self.is_free.clear()
        self.requests.put((protocol, environ))
        return protocol

    def end(self) -> None:
        """End the thread once it is free, as Granian ends a thread that is idle."""
        self.requests.put(None)
        self.thread.join(TIMEOUT_SECONDS)

    def _run(self) -> None:
        while (request := self.requests.get()) is not None:
            self._respond(*request)
            self.is_free.set()


@pytest.fixture(name="going_on")
def _going_on() -> Iterator[Event]:
    """Yield the event that slow requests wait for."""
    event = Event()
    yield event
    event.set()


@pytest.fixture(name="workers")
def _workers(going_on: Event) -> list[Worker]:
    """Return two threads with one callback."""

    def handle(protocol: Any, _environ: Any) -> None:
        going_on.wait(TIMEOUT_SECONDS)
        protocol.response_bytes()

    cached = CachedResponse(200, [], b"[]")
    respond = lead_in_turns(lambda environ: cached if environ["PATH_INFO"] == "/cached" else None, handle)
    return [Worker(respond), Worker(respond)]


def test_one_thread_returns_for_the_next_request(workers: list[Worker]) -> None:
    """Both threads send a response, and one of them alone is free then: it stays the leader."""
    leader, follower = workers
    leader.send(CACHED)
    assert leader.is_free.wait(TIMEOUT_SECONDS)
    assert follower.send(CACHED).sent.wait(TIMEOUT_SECONDS)
    assert leader.send(CACHED).sent.wait(TIMEOUT_SECONDS)

    assert leader.is_free.wait(TIMEOUT_SECONDS)
    assert not follower.is_free.is_set()


def test_follower_leads_while_leader_waits(workers: list[Worker], going_on: Event) -> None:
    """A follower returns before the leader waits, and the former leader is a follower after that."""
    leader, follower = workers
    leader.send(CACHED)
    assert leader.is_free.wait(TIMEOUT_SECONDS)
    follower.send(CACHED)
    slow = leader.send(SLOW)

    assert follower.is_free.wait(TIMEOUT_SECONDS)
    assert not slow.sent.is_set()
    going_on.set()
    assert slow.sent.wait(TIMEOUT_SECONDS)
    assert not leader.is_free.is_set()


def test_thread_that_ends_lets_another_lead(workers: list[Worker]) -> None:
    """Granian ends threads that are idle, the leader among them."""
    leader, follower = workers
    leader.send(CACHED)
    assert leader.is_free.wait(TIMEOUT_SECONDS)
    follower.send(CACHED)
    leader.end()

    assert follower.is_free.wait(TIMEOUT_SECONDS)


def test_thread_returns_after_request_with_body(workers: list[Worker], going_on: Event) -> None:
    """Granian drops a body that was not read when the thread returns, so it returns although another one leads."""
    leader, other = workers
    leader.send(CACHED)
    assert leader.is_free.wait(TIMEOUT_SECONDS)
    going_on.set()
    other.send(WITH_BODY)

    assert other.is_free.wait(TIMEOUT_SECONDS)
