"""GET requests that are retried after outages and rate limits, and follow redirects."""

import math
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, NamedTuple, Self, TypeAlias

import requests
from urllib3.exceptions import HTTPError

from smartflo_contract.live.client._retry_after import retry_after
from smartflo_contract.live.client.deadline import Deadline
from smartflo_contract.live.client.http_session import send_get
from smartflo_contract.live.client.limits import MAX_RESPONSE_SECONDS, MAX_WAIT_SECONDS
from smartflo_contract.live.client.response_body import body_chunks
from smartflo_contract.live.client.urls import origin_of, redirect_target
from smartflo_contract.live.errors import ApiUnavailableError, LiveError
from smartflo_contract.schemas.grammar import format_count

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
_FAILURE_REASONS: Final = {
    "NameResolutionError": "the host name cannot be resolved",
    "ConnectTimeoutError": "no connection in time",
    "ReadTimeout": "no response in time",
    "ConnectionError": "the connection was closed before a response",
    "ProxyError": "the proxy cannot be reached",
}
"""Class name of a failure to what it means, for people."""


class _ConnectionFailure(NamedTuple):
    reason: str


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
    _waited: float = field(default=0, init=False)
    _pause: float = field(default=1, init=False)

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
            self._wait(url, until)

    def _wait(self, url: str, until: datetime | None) -> None:
        """Wait as long as the API requires, and longer each time, because it may name no time or a past one."""
        required = (until - self.now()).total_seconds() if until else 0.0
        remaining = self.max_wait - self._waited
        if remaining <= 0 or required > remaining:
            end = f"until {until:%Y-%m-%d %H:%M:%S} Indian time" if until else "without saying until when"
            message = (
                f"{origin_of(url)} limits the rate (429) {end}, "
                f"and --max-wait allows {format_count(self.max_wait, 'second')}; "
                "try again later or allow more"
            )
            raise ApiUnavailableError(message)
        pause = min(max(required, self._pause), remaining)
        self._waited, self._pause = self._waited + pause, self._pause * 2
        self.sleep(pause)

    def _get_with_retries(self, url: str, token: str | None) -> _Exchange:
        """Return a response that is not 5xx, and its deadline."""
        start, pauses = self.clock(), iter(_RETRY_PAUSES_SECONDS)
        while True:
            deadline = Deadline(self.max_seconds, self.clock)
            response = self._send(url, token, deadline)
            if isinstance(response, requests.Response):
                if response.status_code < requests.codes.server_error:
                    return response, deadline
                response.close()
                failure: LiveError = LiveError(f"{origin_of(url)} returns status {response.status_code}")
            else:
                failure = ApiUnavailableError(f"cannot reach {origin_of(url)}: {response.reason}")
            pause = next(pauses, math.inf)
            if self.clock() - start + pause > _MAX_RETRY_SECONDS:
                raise failure
            self.sleep(pause)

    def _send(self, url: str, token: str | None, deadline: Deadline) -> requests.Response | _ConnectionFailure:
        """Return the response to one request, or a failure that may be temporary.

        Raises:
            LiveError: another attempt would fail as well, or the deadline has passed.
        """
        try:
            return self.send(url, token, deadline)
        except requests.exceptions.SSLError as error:
            message = f"no secure connection to {origin_of(url)}: {_tls_reason(error)}"
            raise ApiUnavailableError(message) from None
        except (requests.ConnectionError, requests.Timeout) as error:
            return _ConnectionFailure(_failure_reason(error))
        except (OSError, HTTPError) as error:  # such as settings of proxies and certificates that do not exist
            message = (
                f"cannot send a request to {origin_of(url)}: {type(error).__name__}; "
                "check the settings of proxies and certificates"
            )
            raise ApiUnavailableError(message) from None


def _failure_reason(error: Exception) -> str:
    """Return why a connection failed; the class name of the cause if that is all that is known.

    requests wraps the cause in an error about retries that it does not do.
    """
    wrapped = error.args[0] if error.args else None
    cause = getattr(wrapped, "reason", None) or error
    if isinstance(cause.__cause__, ConnectionRefusedError):
        return "connection refused"
    name = type(cause).__name__
    return _FAILURE_REASONS.get(name, name)


def _tls_reason(error: BaseException | None) -> str:
    """Return what is wrong with a certificate, or that TLS fails for another reason."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate is not valid: {error.verify_message.splitlines()[0]}"
        error = error.__context__
    return "TLS fails"
