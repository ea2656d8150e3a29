"""Interception: what HTTP libraries send to certain hosts goes to an address of this machine, without TLS.

Each library is patched where it connects, so what a client sees afterwards, timeouts and broken connections too, is
that library's own doing.
"""

import http.client
import socket
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from copy import copy
from functools import wraps
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3.connection
import urllib3.util.connection


@contextmanager
def intercepted(url: str, hosts: Collection[str]) -> Iterator[None]:
    """Have ``http.client``, ``urllib3``, ``requests``, ``httpx`` and ``aiohttp`` reach a URL instead of some hosts.

    Args:
        url: scheme, host and port of the URL, over plain HTTP.
        hosts: names of hosts, at any port, over HTTP or HTTPS, through a proxy or not.
    """
    there = _There(url, hosts)
    with pytest.MonkeyPatch.context() as patch:
        _patch_http_client(patch, there)
        if find_spec("httpx"):
            _patch_httpx(patch, there)
        if find_spec("aiohttp"):
            _patch_aiohttp(patch, there)
        yield


class _There:
    """Where requests go instead.

    Attributes:
        host: IP address.
        port: its port.
    """

    def __init__(self, url: str, hosts: Collection[str]) -> None:
        """Keep what is compared in lower case."""
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self._hosts = {host.lower() for host in hosts}

    def instead_of(self, host: str | None) -> bool:
        """Whether a host is one of those that are intercepted."""
        return host is not None and host.rstrip(".").lower() in self._hosts


def _patch_http_client(patch: pytest.MonkeyPatch, there: _There) -> None:
    """Patch ``http.client``, and ``urllib3`` with it, on which ``requests`` stands."""

    def wanted(connection: http.client.HTTPConnection) -> bool:
        return there.instead_of(getattr(connection, "_tunnel_host", None) or connection.host)

    def patch_connect(of: type[http.client.HTTPConnection], *, urllib3s: bool) -> None:
        original = of.connect
        create = urllib3.util.connection.create_connection if urllib3s else socket.create_connection

        @wraps(original)
        def connect(self: Any) -> None:
            if not wanted(self):
                original(self)
                return
            self.sock = create((there.host, there.port), self.timeout)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if urllib3s:
                self.is_verified = True  # or it warns that nobody has looked at a certificate

        patch.setattr(of, "connect", connect)

    patch_connect(http.client.HTTPConnection, urllib3s=False)
    patch_connect(http.client.HTTPSConnection, urllib3s=False)
    patch_connect(urllib3.connection.HTTPConnection, urllib3s=True)
    patch_connect(urllib3.connection.HTTPSConnection, urllib3s=True)
    put = http.client.HTTPConnection.putrequest

    @wraps(put)
    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        if there.instead_of(urlsplit(url).hostname):
            message = f"cannot intercept {url}, which goes to the proxy {self.host}: use https, or set NO_PROXY"
            raise RuntimeError(message)
        if self.sock is not None and wanted(self) and not _leads_to(self.sock, there):
            self.close()  # it was opened before, and http.client opens another one
        put(self, method, url, *args, **kwargs)

    patch.setattr(http.client.HTTPConnection, "putrequest", putrequest)


def _leads_to(sock: socket.socket, there: _There) -> bool:
    try:
        return bool(sock.getpeername()[:2] == (there.host, there.port))
    except OSError:  # the other side has closed it
        return False


def _patch_httpx(patch: pytest.MonkeyPatch, there: _There) -> None:
    import httpx  # noqa: PLC0415 - it may not be installed

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; httpx itself would read all certificates
    unkept = httpx.Limits(max_keepalive_connections=0)  # a kept connection belongs to an event loop that may be gone
    handle, handle_async = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request

    def redirected(request: httpx.Request) -> httpx.Request:
        url = request.url.copy_with(scheme="http", host=there.host, port=there.port)
        return httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )

    @wraps(handle)
    def handle_request(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        if not there.instead_of(request.url.host):
            return handle(self, request)
        return handle(httpx.HTTPTransport(verify=context, trust_env=False, limits=unkept), redirected(request))

    @wraps(handle_async)
    async def handle_async_request(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        if not there.instead_of(request.url.host):
            return await handle_async(self, request)
        transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=unkept)
        return await handle_async(transport, redirected(request))

    patch.setattr(httpx.HTTPTransport, "handle_request", handle_request)
    patch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle_async_request)


def _patch_aiohttp(patch: pytest.MonkeyPatch, there: _There) -> None:
    import aiohttp  # noqa: PLC0415 - it may not be installed
    import yarl  # noqa: PLC0415 - it comes with aiohttp

    original = aiohttp.BaseConnector.connect

    @wraps(original)
    async def connect(self: aiohttp.BaseConnector, req: aiohttp.ClientRequest, *args: Any, **kwargs: Any) -> Any:
        if there.instead_of(req.url.host):
            req = copy(req)  # the request itself goes on to say which host it is for
            req.url = yarl.URL.build(scheme="http", host=there.host, port=there.port)
            req.proxy = None
        return await original(self, req, *args, **kwargs)

    patch.setattr(aiohttp.BaseConnector, "connect", connect)
