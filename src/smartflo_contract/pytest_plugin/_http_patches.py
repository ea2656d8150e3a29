"""HTTP patches: ``http.client``, ``urllib3``, ``httpx`` and ``aiohttp`` obey host rules.

``requests`` is based on ``urllib3``, and ``urllib`` on ``http.client``. The libraries are patched where they connect
and where they start a request, as long as there are rules. Timeouts and broken connections stay the library's own.
"""

import http.client
import re
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from functools import wraps
from importlib.util import find_spec
from threading import Lock
from typing import Any, Final

import pytest
import urllib3
import urllib3.connection
import urllib3.util.connection

from smartflo_contract.pytest_plugin._host_rules import DEFAULT_PORTS, HostRule, HostRules

_ABSOLUTE_URL: Final = re.compile("https?://", re.IGNORECASE)
_SLASHES_BEFORE_HOST: Final = 2
_RULES: Final = HostRules()
_LOCK: Final = Lock()
_PATCH: Final = pytest.MonkeyPatch()
_PATCHED_LIBRARIES: Final[set[str]] = set()


@contextmanager
def apply_rule(rule: HostRule, *, import_libraries: bool = True) -> Iterator[None]:
    """Apply a rule to all requests of this process while the context is open.

    Args:
        rule: the rule.
        import_libraries: patch installed libraries even if nothing has imported them yet.

    Raises:
        RuntimeError: the rule redirects, and another thread has a rule that does.
    """
    with _LOCK:
        entry = _RULES.add(rule)
        for library, patch in _LIBRARIES.items():
            is_needed = sys.modules.get(library) or (import_libraries and find_spec(library))
            if library not in _PATCHED_LIBRARIES and is_needed:
                patch(_PATCH)
                _PATCHED_LIBRARIES.add(library)
    try:
        yield
    finally:
        with _LOCK:
            _RULES.remove(entry)
            if not _RULES:
                _PATCH.undo()
                _PATCHED_LIBRARIES.clear()


def _seconds_to_wait(rule: HostRule | None, method: str, path: str) -> float:
    return 0 if rule is None else rule.seconds_to_wait(method, path)


def _path_of(url: str) -> str:
    """Return the path of a URL or request target; two slashes at the start of a target are not a host."""
    if _ABSOLUTE_URL.match(url):
        url = f"/{url.split('/', 3)[3]}" if url.count("/") > _SLASHES_BEFORE_HOST else "/"
    return re.split("[?#]", url, maxsplit=1)[0]


def _destination_of(connection: Any) -> tuple[str, int]:
    """Return host and port that a connection is for, with or without a proxy."""
    tunnel = getattr(connection, "_tunnel_host", None)
    if tunnel:
        return tunnel, connection._tunnel_port or DEFAULT_PORTS["https"]  # noqa: SLF001 - there is no public name
    return connection.host, connection.port


def _reconnect(connection: Any, address: tuple[str, int] | None) -> None:
    """Connect a connection to an address; close it if it is connected to another one.

    Args:
        connection: of ``http.client`` or ``urllib3``.
        address: IP address and port; ``None`` if the connection connects itself, to its own host.
    """
    own_socket, current = getattr(connection, "_smartflo_opened", (None, None))
    if connection.sock is not None and address != (current if connection.sock is own_socket else None):
        connection.sock.close()  # only the socket: urllib3 has begun to record the request
        connection.sock = None
    if connection.sock is None and address is not None:
        is_urllib3 = isinstance(connection, urllib3.connection.HTTPConnection)
        create = urllib3.util.connection.create_connection if is_urllib3 else socket.create_connection
        connection.sock = create(address, connection.timeout)
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection._smartflo_opened = connection.sock, address  # noqa: SLF001 - our attribute
        if is_urllib3:
            connection.is_verified = True  # prevents a warning about an unverified certificate


def _patch_connect(patch: pytest.MonkeyPatch, connection_class: type[http.client.HTTPConnection]) -> None:
    original = connection_class.connect

    @wraps(original)
    def connect(self: Any) -> None:
        rule = _RULES.find(*_destination_of(self))
        if rule is not None and rule.redirect_to:
            _reconnect(self, rule.redirect_to)
        else:
            original(self)

    patch.setattr(connection_class, "connect", connect)


def _patch_http_client(patch: pytest.MonkeyPatch) -> None:
    _patch_connect(patch, http.client.HTTPConnection)
    _patch_connect(patch, http.client.HTTPSConnection)
    original = http.client.HTTPConnection.putrequest

    @wraps(original)
    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        rule = _RULES.find(*_destination_of(self))
        if rule is None and _ABSOLUTE_URL.match(url):  # for a proxy, which would forward it
            rule = _RULES.find_by_url(url)
        time.sleep(_seconds_to_wait(rule, method, _path_of(url)))
        _reconnect(self, None if rule is None else rule.redirect_to)
        original(self, method, url, *args, **kwargs)

    patch.setattr(http.client.HTTPConnection, "putrequest", putrequest)


def _patch_urllib3(patch: pytest.MonkeyPatch) -> None:
    """Patch what differs from ``http.client``: ``urllib3`` connects itself, before it starts a request."""
    _patch_connect(patch, urllib3.connection.HTTPConnection)
    _patch_connect(patch, urllib3.connection.HTTPSConnection)
    original = urllib3.HTTPConnectionPool.urlopen

    @wraps(original)
    def urlopen(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        rule = _RULES.find(self.host, self.port or 0)
        if rule is not None:
            rule.check(method, _path_of(url))
        return original(self, method, url, *args, **kwargs)

    patch.setattr(urllib3.HTTPConnectionPool, "urlopen", urlopen)


def _patch_httpx(patch: pytest.MonkeyPatch) -> None:
    import anyio  # noqa: PLC0415 - a dependency of httpx
    import httpx  # noqa: PLC0415 - may not be installed

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # unused; without it, httpx would load all certificates
    limits = httpx.Limits(max_keepalive_connections=0)  # a kept connection belongs to an event loop that may be closed
    handle, handle_async = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request

    def redirected(request: httpx.Request, address: tuple[str, int]) -> httpx.Request:
        url = request.url.copy_with(scheme="http", host=address[0], port=address[1])
        return httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )

    @wraps(handle)
    def handle_request(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        rule = _RULES.find_by_url(str(request.url))
        time.sleep(_seconds_to_wait(rule, request.method, _path_of(str(request.url))))
        if rule is None or rule.redirect_to is None:
            return handle(self, request)
        transport = httpx.HTTPTransport(verify=context, trust_env=False, limits=limits)
        return handle(transport, redirected(request, rule.redirect_to))

    @wraps(handle_async)
    async def handle_async_request(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        rule = _RULES.find_by_url(str(request.url))
        seconds = _seconds_to_wait(rule, request.method, _path_of(str(request.url)))
        if seconds:
            await anyio.sleep(seconds)
        if rule is None or rule.redirect_to is None:
            return await handle_async(self, request)
        transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=limits)
        return await handle_async(transport, redirected(request, rule.redirect_to))

    patch.setattr(httpx.HTTPTransport, "handle_request", handle_request)
    patch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle_async_request)


def _patch_aiohttp(patch: pytest.MonkeyPatch) -> None:
    import asyncio  # noqa: PLC0415 - only with aiohttp

    import aiohttp  # noqa: PLC0415 - may not be installed
    import yarl  # noqa: PLC0415 - a dependency of aiohttp

    original = aiohttp.BaseConnector.connect

    @wraps(original)
    async def connect(self: aiohttp.BaseConnector, req: aiohttp.ClientRequest, *args: Any, **kwargs: Any) -> Any:
        rule = _RULES.find_by_url(str(req.url))
        seconds = _seconds_to_wait(rule, req.method, req.url.raw_path)
        if seconds:
            await asyncio.sleep(seconds)
        if rule is not None and rule.redirect_to:
            req = copy(req)  # the original request keeps its own host
            req.url = yarl.URL.build(scheme="http", host=rule.redirect_to[0], port=rule.redirect_to[1])
            req.proxy = None
        return await original(self, req, *args, **kwargs)

    patch.setattr(aiohttp.BaseConnector, "connect", connect)


_LIBRARIES: Final = {
    "http.client": _patch_http_client,
    "urllib3": _patch_urllib3,
    "httpx": _patch_httpx,
    "aiohttp": _patch_aiohttp,
}
"""The function that patches a library, by its module."""
