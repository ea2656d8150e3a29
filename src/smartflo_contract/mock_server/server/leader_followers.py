"""Let one thread of a worker accept requests at a time, by the pattern Leader/Followers.

Threads that answer cached reads side by side mainly wait for each other in the interpreter. Measured with reads of one
lead, 16 connections and two processors, one thread answers twice as many requests per second as eight, and its slowest
hundredth takes a fifth of the time. But one thread alone would stand still for a client that stalls, or for a fault
that delays.

So the leader answers what needs no waiting, and another thread becomes the leader before it handles any other request.
The followers wait inside Granian's callback, after their response was sent: Granian gives them no request meanwhile.
"""

from collections.abc import Callable
from contextlib import suppress
from threading import Lock, local
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import granian.server.mp as granian_workers

from smartflo_contract.mock_server.api.read_leads import CachedResponse
from smartflo_contract.mock_server.server.body_reader import has_body

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Answer: TypeAlias = Callable[["WSGIEnvironment"], CachedResponse | None]
"""Returns the response to a request without waiting, ``None`` where it would have to wait."""
Callback: TypeAlias = Callable[[Any, "WSGIEnvironment"], object]
"""Called by Granian with an object that sends the response, and with the WSGI environment of the request."""
_CALLBACK_MAKER: Final = "_wsgi_call_wrap"
"""Name of Granian's function that makes the callback of a WSGI application. It is private, so a version may lack it."""


class _Lead:
    """The right of a thread to accept requests. It ends with this object, so it also ends with the thread."""

    def __init__(self, lock: Lock) -> None:
        """Hold a lock that is locked."""
        self._lock = lock

    def __del__(self) -> None:
        """Let a follower become the leader."""
        self._lock.release()


class _Role(local):
    """What a thread is: the leader has a lead."""

    lead: _Lead | None = None


def lead_in_turns(answer: Answer, handle: Callback) -> Callback:
    """Return a callback of which only one thread at a time returns to accept the next request.

    A thread that has handled a request with a body returns in any case: Granian closes the connection of a client whose
    body was not read after that.

    Args:
        answer: answers requests without waiting.
        handle: handles any other request.
    """
    lock, role = Lock(), _Role()

    def respond(protocol: Any, environ: "WSGIEnvironment") -> None:
        response = answer(environ)
        if response is None:
            role.lead = None
            handle(protocol, environ)
        else:
            protocol.response_bytes(response.status, response.headers, response.body or b"")
        if role.lead is None and lock.acquire(blocking=not has_body(environ)):
            role.lead = _Lead(lock)

    return respond


def install(answer: Answer) -> None:
    """Let the threads that Granian starts in this process lead in turns, if this version of Granian can be extended.

    Args:
        answer: answers requests without waiting.
    """
    with suppress(AttributeError):
        make_callback = getattr(granian_workers, _CALLBACK_MAKER)
        setattr(granian_workers, _CALLBACK_MAKER, lambda *arguments: lead_in_turns(answer, make_callback(*arguments)))
