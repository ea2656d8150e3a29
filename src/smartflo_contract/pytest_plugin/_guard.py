"""The guard of live tests: what HTTP libraries send to the real API is read-only and paced, or is not sent."""

import asyncio
import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from smartflo_contract.live._access import HOSTS
from smartflo_contract.live._polite import Pace, check_reading

Sent = Callable[[str, str], None]
"""Is told method and path of each request that goes out."""


@contextmanager
def guarded(base_url: str, pace: Pace, sent: Sent) -> Iterator[None]:
    """Have requests to the real API that do more than read raise ``ReadOnlyError``, and others wait for their turn.

    It holds for ``http.client``, ``urllib3``, ``requests``, ``httpx`` and ``aiohttp``.

    Args:
        base_url: scheme and host of the real API; the vendor's hosts are guarded besides.
        pace: tells how long to wait.
        sent: is told of each request that goes out.
    """
    guard = _Guard(base_url, pace, sent)
    with pytest.MonkeyPatch.context() as patch:
        _guard_http_client(patch, guard)
        _guard_urllib3(patch, guard)
        if find_spec("httpx"):
            _guard_httpx(patch, guard)
        if find_spec("aiohttp"):
            _guard_aiohttp(patch, guard)
        yield


class _Guard:
    def __init__(self, base_url: str, pace: Pace, sent: Sent) -> None:
        self._base = _place(base_url)
        self._pace = pace
        self._sent = sent

    def check(self, method: str, url: str) -> bool:
        """Return whether a request goes to the real API.

        Raises:
            ReadOnlyError: it does, and would do more than read.
        """
        place = _place(url)
        if place != self._base and place[0] not in HOSTS:
            return False
        check_reading(method, url)
        return True

    def turn(self, method: str, url: str) -> float:
        """Return how many seconds a request has to wait, 0 where it goes elsewhere.

        Raises:
            ReadOnlyError: it would do more than read.
        """
        if not self.check(method, url):
            return 0
        self._sent(method.upper(), urlsplit(url).path)
        return self._pace.wait()


def _place(url: str) -> tuple[str, int]:
    """Return host and port of a URL."""
    parts = urlsplit(url)
    return (parts.hostname or "").rstrip("."), parts.port or (443 if parts.scheme == "https" else 80)


def _guard_http_client(patch: pytest.MonkeyPatch, guard: _Guard) -> None:
    original = http.client.HTTPConnection.putrequest

    @wraps(original)
    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        tunnel = getattr(self, "_tunnel_host", None)
        to = (tunnel, self._tunnel_port) if tunnel else (self.host, self.port)
        time.sleep(guard.turn(method, _whole(url, *to)))
        original(self, method, url, *args, **kwargs)

    patch.setattr(http.client.HTTPConnection, "putrequest", putrequest)


def _guard_urllib3(patch: pytest.MonkeyPatch, guard: _Guard) -> None:
    """Refuse before it connects, which it does first; its requests have their turn in ``http.client``."""
    original = urllib3.HTTPConnectionPool.urlopen

    @wraps(original)
    def urlopen(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        guard.check(method, _whole(url, self.host, self.port))
        return original(self, method, url, *args, **kwargs)

    patch.setattr(urllib3.HTTPConnectionPool, "urlopen", urlopen)


def _whole(url: str, host: str, port: int) -> str:
    """Return the whole URL of what is asked of a host, which proxies are given whole already."""
    if urlsplit(url).hostname:
        return url
    return f"https://[{host}]:{port}{url}" if ":" in host else f"https://{host}:{port}{url}"


def _guard_httpx(patch: pytest.MonkeyPatch, guard: _Guard) -> None:
    import httpx  # noqa: PLC0415 - it may not be installed

    handle, handle_async = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request

    @wraps(handle)
    def handle_request(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        time.sleep(guard.turn(request.method, str(request.url)))
        return handle(self, request)

    @wraps(handle_async)
    async def handle_async_request(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(guard.turn(request.method, str(request.url)))
        return await handle_async(self, request)

    patch.setattr(httpx.HTTPTransport, "handle_request", handle_request)
    patch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle_async_request)


def _guard_aiohttp(patch: pytest.MonkeyPatch, guard: _Guard) -> None:
    import aiohttp  # noqa: PLC0415 - it may not be installed

    original = aiohttp.BaseConnector.connect

    @wraps(original)
    async def connect(self: aiohttp.BaseConnector, req: aiohttp.ClientRequest, *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(guard.turn(req.method, str(req.url)))
        return await original(self, req, *args, **kwargs)

    patch.setattr(aiohttp.BaseConnector, "connect", connect)
