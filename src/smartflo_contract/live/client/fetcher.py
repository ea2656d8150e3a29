"""GET requests that are retried after outages and rate limits, and follow redirects."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self, TypeAlias

import requests

from smartflo_contract.live.client.deadline import Deadline
from smartflo_contract.live.client.failures import REQUEST_ERRORS, NoResponseError, request_error
from smartflo_contract.live.client.http_session import send_get
from smartflo_contract.live.client.limits import MAX_RESPONSE_SECONDS, MAX_WAIT_SECONDS
from smartflo_contract.live.client.rate_limit import RateLimitWait
from smartflo_contract.live.client.response_body import body_chunks
from smartflo_contract.live.client.retry_after import retry_after
from smartflo_contract.live.client.urls import origin_of, redirect_target
from smartflo_contract.live.errors import LiveError

_MAX_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_RETRY_PAUSES_SECONDS: Final = (0.5, 1.5)
_MAX_RETRY_SECONDS: Final = 5
"""Time after which no further attempt begins."""


class ApiResponse:
    """A response whose body is unread; it keeps its connection until it is closed.

    Attributes:
        status: HTTP status.
        content_type: header ``Content-Type``; ``None`` if absent.
        length: header ``Content-Length``, in bytes before decompression; ``None`` if absent or invalid.
        url: URL after all redirects.
        chunks: the decompressed body; can be iterated once. :func:`fetch` documents what it raises.
    """

    def __init__(self, response: requests.Response, url: str, chunks: Iterator[bytes]) -> None:
        """Take ownership of an open response."""
        length = response.headers.get("Content-Length", "").strip()
        self.status: int = response.status_code
        self.content_type: str | None = response.headers.get("Content-Type")
        self.length = int(length) if length.isascii() and length.isdigit() else None
        self.url = url
        self.chunks = chunks
        self._response = response

    def __enter__(self) -> Self:
        """Return the response, which is closed on exit."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the response."""
        self.close()

    def close(self) -> None:
        """Close the connection, even if the body is incomplete."""
        self._response.close()


_Exchange: TypeAlias = tuple[requests.Response, Deadline]
"""A response whose body is unread, and the time at which it must be complete."""


@dataclass
class Fetcher:
    """Sends GET requests until there is a response to return, within one budget of waiting time.

    Attributes:
        max_wait: total seconds to wait for rate limits (429).
        max_seconds: maximum seconds for one response, from the request to the end of its body.
        send: sends one GET request with a token or none, and a deadline.
        sleep: sleeps for some seconds.
        now: returns the current time, with time zone.
        clock: returns monotonic time in seconds.
    """

    max_wait: float = MAX_WAIT_SECONDS
    max_seconds: float = MAX_RESPONSE_SECONDS
    send: Callable[[str, str | None, Deadline], requests.Response] = send_get
    sleep: Callable[[float], object] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    _rate_limit: RateLimitWait = field(init=False)

    def __post_init__(self) -> None:
        """Start with the whole budget of waiting time."""
        self._rate_limit = RateLimitWait(self.max_wait, self.sleep, self.now)

    def get(self, start: str, token: str | None) -> ApiResponse:
        """Return the response at the end of all redirects.

        Args:
            start: a valid URL.
            token: access token; ``None`` for none.

        Raises:
            LiveError: there is no response, or a redirect is not followed.
        """
        url = start
        for _ in range(_MAX_REDIRECTS + 1):
            response, deadline = self._get_after_rate_limit(url, token)
            location = response.headers.get("Location")
            if response.status_code not in _REDIRECTS or location is None:
                return self._with_body(response, url, deadline)
            response.close()
            url = redirect_target(url, location, with_token=token is not None)
        message = f"{origin_of(start)} redirects more than {_MAX_REDIRECTS} times"
        raise LiveError(message)

    def _with_body(self, response: requests.Response, url: str, deadline: Deadline) -> ApiResponse:
        try:
            return ApiResponse(response, url, body_chunks(response, deadline))
        except LiveError:
            response.close()
            raise

    def _get_after_rate_limit(self, url: str, token: str | None) -> _Exchange:
        """Return a response that is not 429, and its deadline."""
        while True:
            response, deadline = self._get_with_retries(url, token)
            if response.status_code != requests.codes.too_many_requests:
                return response, deadline
            with response:
                until = retry_after(response, self.now(), deadline)
            self._rate_limit.wait(url, until)

    def _get_with_retries(self, url: str, token: str | None) -> _Exchange:
        """Return a response that is not 5xx, and its deadline."""
        start, pauses = self.clock(), iter(_RETRY_PAUSES_SECONDS)
        while True:
            deadline = Deadline(self.max_seconds, self.clock)
            try:
                response = self.send(url, token, deadline)
            except REQUEST_ERRORS as error:
                failure: LiveError = request_error(url, error)
                if not isinstance(failure, NoResponseError):  # another attempt would fail as well
                    raise failure from None
            else:
                if response.status_code < requests.codes.server_error:
                    return response, deadline
                response.close()
                failure = LiveError(f"{origin_of(url)} returns status {response.status_code}")
            pause = next(pauses, math.inf)
            if self.clock() - start + pause > _MAX_RETRY_SECONDS:
                raise failure
            self.sleep(pause)
