"""One deadline for a whole exchange: the head of a response, interim responses and the body."""

import http.client
import io
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter

from smartflo_contract.live.client.limits import MAX_RESPONSE_SECONDS
from smartflo_contract.live.errors import LiveError
from smartflo_contract.schemas.grammar import format_count

_MIN_TIMEOUT_SECONDS: Final = 0.001
"""A socket timeout of 0 would make the socket non-blocking."""


class Deadline:
    """The time at which a response must be complete.

    Args:
        seconds: maximum seconds from now.
        clock: monotonic time in seconds.

    Attributes:
        received: number of bytes that have arrived, with the head of the response.
    """

    def __init__(self, seconds: float = MAX_RESPONSE_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the time."""
        self._seconds, self._clock, self._end = seconds, clock, clock() + seconds
        self.received = 0

    @property
    def remaining(self) -> float:
        """Seconds until the deadline; negative after it."""
        return self._end - self._clock()

    def check(self) -> None:
        """Require that there is time left.

        Raises:
            LiveError: the deadline has passed.
        """
        if self.remaining < 0:
            message = (
                f"the response did not end within {format_count(self._seconds, 'second')}, "
                f"after {format_count(self.received, 'byte')}; "
                "--max-time allows more time"
            )
            raise LiveError(message)


class DeadlineAdapter(HTTPAdapter):
    """Sends requests whose responses must be complete at a deadline, even if the server never stops sending.

    The timeouts of requests start again with each byte.

    Args:
        deadline: the deadline.
    """

    def __init__(self, deadline: Deadline) -> None:
        """Create the adapter; it does not connect yet."""
        super().__init__()
        self._deadline = deadline

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: bool | str | None,  # noqa: FBT001 - as in the base class
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> Any:
        """Return a pool whose connections read until the deadline."""
        pool: Any = super().get_connection_with_tls_context(request, verify, proxies, cert)
        deadline = self._deadline

        class Response(http.client.HTTPResponse):
            def __init__(self, sock: socket.socket, *args: Any, **settings: Any) -> None:
                super().__init__(sock, *args, **settings)
                self.fp: Any = io.BufferedReader(_DeadlineReader(self.fp, sock, deadline))

        pool.ConnectionCls = type("Connection", (pool.ConnectionCls,), {"response_class": Response})
        return pool


class _DeadlineReader(io.RawIOBase):
    """Reads from a socket until a deadline.

    Args:
        file: the buffered file of the socket, from which nothing was read yet.
        sock: the socket.
        deadline: the deadline.
    """

    def __init__(self, file: Any, sock: socket.socket, deadline: Deadline) -> None:
        """Keep the timeout of the socket as the maximum time between two bytes."""
        self._file, self._sock, self._deadline = file, sock, deadline
        self._idle_seconds = sock.gettimeout()

    def readable(self) -> bool:
        """Return true."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what arrives, at most until the deadline."""
        self._deadline.check()
        remaining = max(self._deadline.remaining, _MIN_TIMEOUT_SECONDS)
        self._sock.settimeout(remaining if self._idle_seconds is None else min(self._idle_seconds, remaining))
        try:
            size = self._sock.recv_into(buffer)
        except TimeoutError:
            self._deadline.check()
            raise
        self._deadline.received += size
        return size

    def close(self) -> None:
        """Close the file, and with it the socket if nothing else uses it."""
        self._file.close()
        super().close()
