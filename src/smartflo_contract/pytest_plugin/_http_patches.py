"""HTTP patches: ``http.client``, ``urllib3``, ``httpcore`` and ``aiohttp`` obey host rules.

``requests`` is based on ``urllib3``, ``urllib`` on ``http.client``, and ``httpx`` on ``httpcore``. The libraries are
patched where they connect and where they start a request, as long as there are rules. A library that is imported later
is patched then. Timeouts and broken connections stay the library's own.
"""

import http.client
import re
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from functools import partial, wraps
from threading import RLock
from typing import Any, Final

import pytest
import urllib3
import urllib3.connection
import urllib3.util.connection

from smartflo_contract.pytest_plugin._host_rules import DEFAULT_PORTS, HostRule, HostRules
from smartflo_contract.pytest_plugin._httpcore_patches import Wrap, httpcore_patches
from smartflo_contract.pytest_plugin._import_hook import ImportHook
from smartflo_contract.pytest_plugin._name_guard import guard_names, socket_patches
from smartflo_contract.schemas.pauses import pause

_ABSOLUTE_URL: Final = re.compile("https?://", re.IGNORECASE)
_SLASHES_BEFORE_HOST: Final = 2
_RULES: Final = HostRules()
_LOCK: Final = RLock()
_PATCH: Final = pytest.MonkeyPatch()
_MARK: Final = "_smartflo_patch"
"""Attribute of our functions. Mocks of other libraries that wrap one of them usually copy it."""
_REQUEST: Final[ContextVar[tuple[str, str] | None]] = ContextVar("smartflo_request", default=None)
"""Method and path of the request for which ``urllib3`` may open a connection."""


@contextmanager
def apply_rule(rule: HostRule, *, below_others: bool = False) -> Iterator[None]:
    """Apply a rule to all requests of this process while the context is open.

    Args:
        rule: the rule.
        below_others: all other rules take precedence over it, those that are open already too.

    Raises:
        RuntimeError: the rule redirects, and another thread has a rule that does.
    """
    with _LOCK:
        entry = _RULES.add(rule, below_others=below_others)
        _install()
    try:
        yield
    finally:
        with _LOCK:
            _RULES.remove(entry)
            if not _RULES:
                _IMPORT_HOOK.remove()
                _PATCH.undo()


def apply_rule_to_session(rule: HostRule) -> None:
    """Apply a rule until the process ends; rules of tests take precedence over it."""
    with _LOCK:
        _RULES.add(rule, below_others=True)
        _install()


def repair_patches() -> None:
    """Patch again what another library has restored since; do nothing without rules."""
    with _LOCK:
        if _RULES:
            _install()


def _install() -> None:
    """Patch each library that is imported, and the others when they are."""
    guard_names(_RULES)
    _IMPORT_HOOK.install()
    for library in _LIBRARIES:
        _patch_library(library)


def _patch_library(library: str) -> None:
    """Patch the functions of an imported library that are not patched.

    A library that is being imported, perhaps by another thread, is patched when it is complete.
    """
    module = sys.modules.get(library)
    if module and not getattr(module.__spec__, "_initializing", False):
        _patch_functions(library)


def _patch_functions(library: str) -> None:
    with _LOCK:
        for owner, name, wrap in _LIBRARIES[library]():
            original = getattr(owner, name)
            if not hasattr(original, _MARK):
                replacement = wrap(original)
                setattr(replacement, _MARK, True)
                _PATCH.setattr(owner, name, replacement)


def _patch_imported_library(library: str) -> None:
    """Patch a library that has just been imported."""
    with _LOCK:
        if _RULES:
            _patch_functions(library)


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


def _wrap_connect(original: Callable[[Any], None]) -> Callable[[Any], None]:
    @wraps(original)
    def connect(self: Any) -> None:
        host, port = _destination_of(self)
        rule = _RULES.find(host, port)
        if rule is None:
            original(self)
        elif rule.redirect_to:
            _reconnect(self, rule.redirect_to)
        else:
            rule.check_connection(host, _REQUEST.get())
            with _RULES.connecting(host):
                original(self)

    return connect


def _wrap_putrequest(original: Callable[..., None]) -> Callable[..., None]:
    @wraps(original)
    def putrequest(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        rule = _RULES.find(*_destination_of(self))
        if rule is None and _ABSOLUTE_URL.match(url):  # for a proxy, which would forward it
            rule = _RULES.find_by_url(url)
        pause(_seconds_to_wait(rule, method, _path_of(url)))
        _reconnect(self, None if rule is None else rule.redirect_to)
        original(self, method, url, *args, **kwargs)

    return putrequest


def _wrap_urlopen(original: Callable[..., Any]) -> Callable[..., Any]:
    """``urllib3`` connects itself, before it starts a request: the connection learns what it is for."""

    @wraps(original)
    def urlopen(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        token = _REQUEST.set((method, _path_of(url)))
        try:
            return original(self, method, url, *args, **kwargs)
        finally:
            _REQUEST.reset(token)

    return urlopen


def _wrap_aiohttp_connect(original: Callable[..., Any]) -> Callable[..., Any]:
    from asyncio import sleep  # noqa: PLC0415 - only with aiohttp; now, because tests replace it

    import yarl  # noqa: PLC0415 - a dependency of aiohttp

    @wraps(original)
    async def connect(self: Any, req: Any, *args: Any, **kwargs: Any) -> Any:
        host = req.url.raw_host
        rule = _RULES.find(host, req.url.port or 0)
        seconds = _seconds_to_wait(rule, req.method, req.url.raw_path)
        if seconds:
            await sleep(seconds)
        if rule is not None and rule.redirect_to:
            req = copy(req)  # the original request keeps its own host
            req.url = yarl.URL.build(scheme="http", host=rule.redirect_to[0], port=rule.redirect_to[1])
            req.proxy = None
        elif rule is not None:
            with _RULES.connecting(host):
                return await original(self, req, *args, **kwargs)
        return await original(self, req, *args, **kwargs)

    return connect


def _http_client_patches() -> list[tuple[Any, str, Wrap]]:
    return [
        (http.client.HTTPConnection, "connect", _wrap_connect),
        (http.client.HTTPSConnection, "connect", _wrap_connect),
        (http.client.HTTPConnection, "putrequest", _wrap_putrequest),
    ]


def _urllib3_patches() -> list[tuple[Any, str, Wrap]]:
    return [
        (urllib3.connection.HTTPConnection, "connect", _wrap_connect),
        (urllib3.connection.HTTPSConnection, "connect", _wrap_connect),
        (urllib3.HTTPConnectionPool, "urlopen", _wrap_urlopen),
    ]


def _aiohttp_patches() -> list[tuple[Any, str, Wrap]]:
    import aiohttp  # noqa: PLC0415 - may not be installed

    return [(aiohttp.BaseConnector, "connect", _wrap_aiohttp_connect)]


_LIBRARIES: Final[Mapping[str, Callable[[], list[tuple[Any, str, Wrap]]]]] = {
    "socket": lambda: socket_patches(_RULES),
    "http.client": _http_client_patches,
    "urllib3": _urllib3_patches,
    "httpcore": lambda: httpcore_patches(_RULES),
    "aiohttp": _aiohttp_patches,
}
"""The function that returns class, method and replacement of each patch of a library, by its module."""
_IMPORT_HOOK: Final = ImportHook({library: partial(_patch_imported_library, library) for library in _LIBRARIES})
