"""Requests to the upstream: paced by its rate limit, within time-outs, and never to another host."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests

from smartflo_contract.live.client.deadline import Deadline
from smartflo_contract.live.client.failures import REQUEST_ERRORS, NoResponseError, request_error
from smartflo_contract.live.client.http_session import send_streamed
from smartflo_contract.live.client.rate_limit import RateLimitWait
from smartflo_contract.live.client.response_body import body_chunks, parse_json
from smartflo_contract.live.client.retry_after import parse_retry_after
from smartflo_contract.live.client.urls import origin_of
from smartflo_contract.live.errors import ApiUnavailableError, LiveError, StalledBodyError
from smartflo_contract.proxy.config import ProxyConfig
from smartflo_contract.proxy.errors import UpstreamError
from smartflo_contract.proxy.headers import Headers, request_headers, response_headers
from smartflo_contract.schemas.printable import escape_unprintable

_BAD_GATEWAY: Final = 502
_GATEWAY_TIMEOUT: Final = 504
_BODILESS: Final = frozenset({204, 205, 304})
_MAX_SMALL_BYTES: Final = 16 * 1024


@dataclass(frozen=True)
class UpstreamRequest:
    """A request to pass on.

    Attributes:
        method: HTTP method.
        target: path and query.
        headers: all headers that the client sent.
        body: the body.
        is_read: whether the request can be sent again.
    """

    method: str
    target: str
    headers: Headers
    body: bytes
    is_read: bool


class UpstreamResponse:
    """A response of the upstream; it keeps its connection until it is closed.

    Attributes:
        status: HTTP status.
        headers: the headers that the client receives.
        content_type: header ``Content-Type``; ``None`` if absent.
        length: header ``Content-Length`` of an uncompressed body; ``None`` if absent.
        chunks: the decompressed body; can be iterated once, and raises :class:`UpstreamError`.
    """

    def __init__(
        self, response: requests.Response, chunks: Iterator[bytes], headers: list[tuple[str, str]], deadline: Deadline
    ) -> None:
        """Take ownership of an open response."""
        length = response.headers.get("Content-Length", "")
        is_plain = "Content-Encoding" not in response.headers
        self.status: int = response.status_code
        self.headers = headers
        self.content_type: str | None = response.headers.get("Content-Type")
        self.length = int(length) if is_plain and length.isascii() and length.isdigit() else None
        self.chunks = _upstream_errors(chunks, deadline)
        self._response = response

    def close(self) -> None:
        """Close the connection, even if the body is incomplete."""
        self._response.close()


class Upstream:
    """Sends requests to one API.

    Args:
        config: the configuration of the proxy.
        sleep: sleeps for some seconds.
    """

    def __init__(self, config: ProxyConfig, sleep: Callable[[float], object]) -> None:
        """Connect to nothing yet."""
        self._config, self._sleep = config, sleep

    def send(self, request: UpstreamRequest) -> UpstreamResponse:
        """Return the response to a request; a read is sent again after a rate limit (429).

        Raises:
            UpstreamError: there is no response, or it leads to another host.
        """
        rate_limit = RateLimitWait(self._config.max_wait, self._sleep)
        url = f"{self._config.upstream}{request.target}"
        while True:
            deadline = Deadline(self._config.max_time)
            response = self._exchange(url, request, deadline)
            try:
                headers = self._headers(url, response)
                chunks = self._body(request, response, deadline)
                if response.status_code != requests.codes.too_many_requests or not request.is_read:
                    return UpstreamResponse(response, chunks, headers, deadline)
                start, chunks = _start_of_body(chunks)
                until = parse_retry_after(parse_json(start), response.headers.get("Retry-After"), datetime.now(UTC))
                try:
                    rate_limit.wait(url, until)
                except ApiUnavailableError:  # the client knows best when to come again
                    return UpstreamResponse(response, chunks, headers, deadline)
            except UpstreamError:
                response.close()
                raise
            response.close()

    def _exchange(self, url: str, request: UpstreamRequest, deadline: Deadline) -> requests.Response:
        try:
            return send_streamed(
                request.method,
                url,
                headers=request_headers(request.headers),
                body=request.body,
                deadline=deadline,
                timeout=self._config.timeout,
            )
        except REQUEST_ERRORS as error:
            failure = request_error(url, error)
            is_timeout = isinstance(failure, NoResponseError) and failure.is_timeout
            raise UpstreamError(_GATEWAY_TIMEOUT if is_timeout else _BAD_GATEWAY, str(failure)) from None
        except LiveError as error:
            raise UpstreamError(_GATEWAY_TIMEOUT, str(error)) from None

    def _body(self, request: UpstreamRequest, response: requests.Response, deadline: Deadline) -> Iterator[bytes]:
        if request.method == "HEAD" or response.status_code in _BODILESS:
            return iter(())
        try:
            return body_chunks(response, deadline)
        except LiveError as error:  # another content coding
            raise UpstreamError(_BAD_GATEWAY, f"{origin_of(response.url)}: {error}") from None

    def _headers(self, url: str, response: requests.Response) -> list[tuple[str, str]]:
        """Return the headers for the client, with a redirect that leads through the proxy.

        Raises:
            UpstreamError: a redirect leads to another host, to which the client would send its token.
        """
        raw = [(name, value) for name, value in response.raw.headers.items()]
        headers = response_headers(raw)
        if response.status_code // 100 != 3 or "Location" not in response.headers:  # noqa: PLR2004 - redirects
            return headers
        try:
            target = urljoin(url, response.headers["Location"])
            origin = origin_of(target)
        except ValueError:
            target, origin = "", "a URL that is not valid"
        if origin != origin_of(url):
            message = (
                f"{origin_of(url)} redirects to {escape_unprintable(origin)}, which is not passed on: "
                "the client would send its token there"
            )
            raise UpstreamError(_BAD_GATEWAY, message)
        parts = urlsplit(target)
        path = parts.path.removeprefix(urlsplit(self._config.upstream).path) or "/"
        location = f"{path}?{parts.query}" if parts.query else path
        return [(name, location if name.lower() == "location" else value) for name, value in headers]


def _upstream_errors(chunks: Iterator[bytes], deadline: Deadline) -> Iterator[bytes]:
    """Yield chunks, and raise what ends them too early as :class:`UpstreamError`."""
    try:
        yield from chunks
    except LiveError as error:
        is_slow = isinstance(error, StalledBodyError) or deadline.remaining < 0
        raise UpstreamError(_GATEWAY_TIMEOUT if is_slow else _BAD_GATEWAY, f"the upstream: {error}") from None


def _start_of_body(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first 16 KiB of a body, and an iterator over all of it."""
    kept: list[bytes] = []
    error: LiveError | None = None
    try:
        for chunk in chunks:
            kept.append(chunk)
            if sum(map(len, kept)) > _MAX_SMALL_BYTES:
                break
    except LiveError as caught:
        error = caught

    def again() -> Iterator[bytes]:
        yield from kept
        if error is not None:
            raise error
        yield from chunks

    return b"".join(kept), again()
