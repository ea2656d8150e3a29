"""Read request bodies with a deadline, so that clients that stall cannot occupy all threads of a worker."""

from collections.abc import Callable, Iterable
from functools import partial
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from werkzeug.exceptions import RequestTimeout, ServiceUnavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BODY_SECONDS: Final = 30
"""Maximum time in which a request body must arrive."""
SLOT_SECONDS: Final = 1
"""Maximum time that a request waits until another one has read its body."""
_TOO_SLOW: Final = "the request body did not arrive within {seconds:g} seconds"
_TOO_MANY: Final = "too many requests are waiting for their bodies; send the whole body at once, or try again"

_Read = Callable[[], bytes]


class BodyLimits(NamedTuple):
    """The limits of one worker.

    Attributes:
        slots: limits how many threads wait for a body at a time.
        body_seconds: maximum time in which a body must arrive.
        slot_seconds: maximum time to wait for a slot.
    """

    slots: BoundedSemaphore
    body_seconds: float = BODY_SECONDS
    slot_seconds: float = SLOT_SECONDS


class BodyReader:
    """A request body whose reads fail after a deadline.

    Args:
        body: the body that the server provides; its reads block until the client has sent enough.
        limits: the limits of the worker.
    """

    def __init__(self, body: Any, limits: BodyLimits) -> None:
        """Start the time at the first read."""
        self._body = body
        self._limits = limits
        self._deadline: float | None = None

    def read(self, size: int | None = -1) -> bytes:
        """Return at most ``size`` bytes, or all for a negative size.

        Raises:
            RequestTimeout: they did not arrive in time.
            ServiceUnavailable: too many other threads wait for bodies.
        """
        is_whole = size is None or size < 0
        return self._within_deadline(self._body.read if is_whole else partial(self._body.read, size))

    def readline(self, size: int | None = -1) -> bytes:
        """Return a line; see :meth:`read`."""
        is_whole = size is None or size < 0
        return self._within_deadline(self._body.readline if is_whole else partial(self._body.readline, size))

    def _within_deadline(self, read: _Read) -> bytes:
        slots, body_seconds, slot_seconds = self._limits
        if not slots.acquire(timeout=slot_seconds):
            raise ServiceUnavailable(_TOO_MANY)
        try:
            if self._deadline is None:
                self._deadline = monotonic() + body_seconds
            result: SimpleQueue[bytes | BaseException] = SimpleQueue()
            Thread(target=_put_result, args=(read, result), name="read-body", daemon=True).start()
            got = result.get(timeout=max(self._deadline - monotonic(), 0))
        except Empty:
            raise RequestTimeout(_TOO_SLOW.format(seconds=body_seconds)) from None
        finally:
            slots.release()
        if isinstance(got, BaseException):
            raise got
        return got


def _put_result(read: _Read, result: "SimpleQueue[bytes | BaseException]") -> None:
    try:
        result.put(read())
    except BaseException as error:  # noqa: BLE001 - raised by the thread that waits
        result.put(error)


def has_body(environ: "WSGIEnvironment") -> bool:
    """Return whether a request has a body, maybe of unknown length."""
    return environ.get("CONTENT_LENGTH", "0") not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ


def with_body_deadline(app: "WSGIApplication", limits: BodyLimits) -> "WSGIApplication":
    """Return an application whose request bodies must arrive within a deadline."""

    def wrapped(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if has_body(environ):
            environ["wsgi.input"] = BodyReader(environ["wsgi.input"], limits)
        return app(environ, start_response)

    return wrapped
