"""What HTTP libraries send to certain hosts: sent elsewhere, looked at first, or not sent at all.

``http.client`` (so ``urllib``), ``urllib3`` (so ``requests``), ``httpx`` and ``aiohttp`` are patched where they connect
and where they begin a request, while anybody claims a host; what a client sees afterwards, timeouts and broken
connections too, is that library's own doing.
"""

import http.client
import re
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import wraps
from importlib.util import find_spec
from threading import Lock, get_ident
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import urllib3
import urllib3.connection
import urllib3.util.connection

_ABSOLUTE: Final = re.compile("https?://", re.IGNORECASE)
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, eq=False)
class Claim:
    """What becomes of requests to some hosts.

    Attributes:
        wants: tells whether it is about a host, in lower case, and a port.
        check: is called with method and path of each request, once or more, and raises where it must not be sent.
        turn: is called with them once, before it is sent; returns the seconds that it has to wait.
        instead: IP address and port, spoken to over plain HTTP, where it goes instead; ``None`` where it goes its way.
    """

    wants: Callable[[str, int], bool]
    check: Callable[[str, str], None] = lambda _method, _path: None
    turn: Callable[[str, str], float] = lambda _method, _path: 0
    instead: tuple[str, int] | None = None


class Claims:
    """The claims of a process, of which the last one about a host holds; the patches stand while there are any."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lock = Lock()
        self._claims: list[tuple[Claim, int]] = []
        self._patch = pytest.MonkeyPatch()
        self._patched: set[str] = set()

    @contextmanager
    def made(self, claim: Claim, *, eager: bool = True) -> Iterator[None]:
        """Hold a claim.

        Args:
            claim: the claim.
            eager: patch also libraries that nobody has imported yet.

        Raises:
            RuntimeError: another thread has requests sent elsewhere, and would have those of this one.
        """
        entry = claim, get_ident()
        with self._lock:
            if claim.instead and any(other.instead and thread != entry[1] for other, thread in self._claims):
                message = "another thread intercepts requests, and interception holds for all threads: take turns"
                raise RuntimeError(message)
            self._claims.append(entry)
            for library, patch in _LIBRARIES.items():
                if library not in self._patched and (sys.modules.get(library) or (eager and find_spec(library))):
                    patch(self._patch)
                    self._patched.add(library)
        try:
            yield
        finally:
            with self._lock:
                self._claims.remove(entry)
                if not self._claims:
                    self._patch.undo()
                    self._patched.clear()

    def about(self, host: str | None, port: int) -> Claim | None:
        """Return the claim about a host."""
        name = (host or "").rstrip(".").lower()
        return next((claim for claim, _ in reversed(self._claims) if claim.wants(name, port)), None)

    def about_url(self, url: str) -> Claim | None:
        """Return the claim about the host of a URL."""
        parts = urlsplit(url)
        return self.about(parts.hostname, parts.port or _PORTS.get(parts.scheme, 0))


CLAIMS: Final = Claims()


def _path(url: str) -> str:
    """Return the path in a request line, or of a URL; two slashes at its beginning are no host."""
    if _ABSOLUTE.match(url):
        url = f"/{url.split('/', 3)[3]}" if url.count("/") > 2 else "/"  # noqa: PLR2004 - those of https://host
    return re.split("[?#]", url, maxsplit=1)[0]


def _seconds(claim: Claim | None, method: str, path: str) -> float:
    """Return the seconds that a request has to wait.

    Raises:
        LiveError: it must not be sent.
    """
    if claim is None:
        return 0
    claim.check(method, path)
    return claim.turn(method, path)


def _destination(connection: Any) -> tuple[str, int]:
    """Return host and port that a connection is for, by way of a proxy or not."""
    tunnel = getattr(connection, "_tunnel_host", None)
    if tunnel:
        return tunnel, connection._tunnel_port or _PORTS["https"]  # noqa: SLF001 - nothing else tells
    return connection.host, connection.port


def _lead(connection: Any, instead: tuple[str, int] | None) -> None:
    """Have a connection lead to an address, and no longer to another one; it is opened by itself where it is closed."""
    opened, address = getattr(connection, "_smartflo_opened", (None, None))
    if connection.sock is not None and instead != (address if connection.sock is opened else None):
        connection.sock.close()  # nothing but the socket: urllib3 has begun to note down the request
        connection.sock = None
    if connection.sock is None and instead is not None:
        urllib3s = isinstance(connection, urllib3.connection.HTTPConnection)
        create = urllib3.util.connection.create_connection if urllib3s else socket.create_connection
        connection.sock = create(instead, connection.timeout)
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection._smartflo_opened = connection.sock, instead  # noqa: SLF001 - ours
        if urllib3s:
            connection.is_verified = True  # or it warns that nobody has looked at a certificate


def _patch_connect(patch: pytest.MonkeyPatch, of: type[http.client.HTTPConnection]) -> None:
    original = of.connect

    @wraps(original)
    def connect(self: Any) -> None:
        claim = CLAIMS.about(*_destination(self))
        if claim is not None and claim.instead:
            _lead(self, claim.instead)
        else:
            original(self)

    patch.setattr(of, "connect", connect)


def _patch_http_client(patch: pytest.MonkeyPatch) -> None:
    _patch_connect(patch, http.client.HTTPConnection)
    _patch_connect(patch, http.client.HTTPSConnection)
    original = http.client.HTTPConnection.putrequest

    @wraps(original)
    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        claim = CLAIMS.about(*_destination(self))
        if claim is None and _ABSOLUTE.match(url):  # for a proxy, which would send it on
            claim = CLAIMS.about_url(url)
        time.sleep(_seconds(claim, method, _path(url)))
        _lead(self, None if claim is None else claim.instead)
        original(self, method, url, *args, **kwargs)

    patch.setattr(http.client.HTTPConnection, "putrequest", putrequest)


def _patch_urllib3(patch: pytest.MonkeyPatch) -> None:
    """Patch what differs from ``http.client``: it connects by itself, and before it begins a request."""
    _patch_connect(patch, urllib3.connection.HTTPConnection)
    _patch_connect(patch, urllib3.connection.HTTPSConnection)
    original = urllib3.HTTPConnectionPool.urlopen

    @wraps(original)
    def urlopen(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        claim = CLAIMS.about(self.host, self.port or 0)
        if claim is not None:
            claim.check(method, _path(url))
        return original(self, method, url, *args, **kwargs)

    patch.setattr(urllib3.HTTPConnectionPool, "urlopen", urlopen)


def _patch_httpx(patch: pytest.MonkeyPatch) -> None:
    import anyio  # noqa: PLC0415 - it comes with httpx
    import httpx  # noqa: PLC0415 - it may not be installed

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; httpx itself would read all certificates
    unkept = httpx.Limits(max_keepalive_connections=0)  # a kept connection belongs to an event loop that may be gone
    handle, handle_async = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request

    def redirected(request: httpx.Request, instead: tuple[str, int]) -> httpx.Request:
        url = request.url.copy_with(scheme="http", host=instead[0], port=instead[1])
        return httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )

    @wraps(handle)
    def handle_request(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        claim = CLAIMS.about_url(str(request.url))
        time.sleep(_seconds(claim, request.method, _path(str(request.url))))
        if claim is None or claim.instead is None:
            return handle(self, request)
        transport = httpx.HTTPTransport(verify=context, trust_env=False, limits=unkept)
        return handle(transport, redirected(request, claim.instead))

    @wraps(handle_async)
    async def handle_async_request(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        claim = CLAIMS.about_url(str(request.url))
        seconds = _seconds(claim, request.method, _path(str(request.url)))
        if seconds:
            await anyio.sleep(seconds)
        if claim is None or claim.instead is None:
            return await handle_async(self, request)
        transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=unkept)
        return await handle_async(transport, redirected(request, claim.instead))

    patch.setattr(httpx.HTTPTransport, "handle_request", handle_request)
    patch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle_async_request)


def _patch_aiohttp(patch: pytest.MonkeyPatch) -> None:
    import asyncio  # noqa: PLC0415 - as with the others

    import aiohttp  # noqa: PLC0415 - it may not be installed
    import yarl  # noqa: PLC0415 - it comes with aiohttp

    original = aiohttp.BaseConnector.connect

    @wraps(original)
    async def connect(self: aiohttp.BaseConnector, req: aiohttp.ClientRequest, *args: Any, **kwargs: Any) -> Any:
        claim = CLAIMS.about_url(str(req.url))
        seconds = _seconds(claim, req.method, req.url.raw_path)
        if seconds:
            await asyncio.sleep(seconds)
        if claim is not None and claim.instead:
            req = copy(req)  # the request itself goes on to say which host it is for
            req.url = yarl.URL.build(scheme="http", host=claim.instead[0], port=claim.instead[1])
            req.proxy = None
        return await original(self, req, *args, **kwargs)

    patch.setattr(aiohttp.BaseConnector, "connect", connect)


_LIBRARIES: Final = {
    "http.client": _patch_http_client,
    "urllib3": _patch_urllib3,
    "httpx": _patch_httpx,
    "aiohttp": _patch_aiohttp,
}
"""What patches each library, by its module."""
