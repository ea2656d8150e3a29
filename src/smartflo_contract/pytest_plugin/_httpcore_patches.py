"""The patches of ``httpcore``, on which ``httpx`` is based: its pools obey host rules.

They are below ``httpx`` and below the mocks of other libraries, which see each request with the host that it is for.
"""

import re
import ssl
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeAlias

from smartflo_contract.pytest_plugin._host_rules import DEFAULT_PORTS, HostRule, HostRules
from smartflo_contract.schemas.pauses import pause

Wrap: TypeAlias = Callable[[Any], Any]
"""Returns the replacement of a function."""
_CONTEXT: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Not used, because redirected requests are plain HTTP; without one, httpcore would load all certificates."""


def httpcore_patches(rules: HostRules) -> list[tuple[Any, str, Wrap]]:
    """Return class, method and replacement of each patch."""
    import httpcore  # noqa: PLC0415 - may not be installed

    return [
        (httpcore.ConnectionPool, "handle_request", lambda original: _synchronous(original, rules)),
        (httpcore.AsyncConnectionPool, "handle_async_request", lambda original: _asynchronous(original, rules)),
    ]


def _synchronous(original: Callable[..., Any], rules: HostRules) -> Callable[..., Any]:
    @wraps(original)
    def handle_request(self: Any, request: Any) -> Any:
        rule = _find(rules, request)
        if rule is None:
            return original(self, request)
        pause(rule.seconds_to_wait(*_method_and_path(request)))
        pool = self if rule.redirect_to is None else _pool(rule.redirect_to)
        with rules.connecting(request.url.host.decode("ascii")):
            return original(pool, request)

    return handle_request


def _asynchronous(original: Callable[..., Any], rules: HostRules) -> Callable[..., Any]:
    @wraps(original)
    async def handle_async_request(self: Any, request: Any) -> Any:
        rule = _find(rules, request)
        if rule is None:
            return await original(self, request)
        seconds = rule.seconds_to_wait(*_method_and_path(request))
        if seconds:
            import anyio  # noqa: PLC0415 - a dependency of asynchronous httpcore

            await anyio.sleep(seconds)
        pool = self if rule.redirect_to is None else _async_pool(rule.redirect_to)
        with rules.connecting(request.url.host.decode("ascii")):
            return await original(pool, request)

    return handle_async_request


def _find(rules: HostRules, request: Any) -> HostRule | None:
    url = request.url
    return rules.find(url.host.decode("ascii"), url.port or DEFAULT_PORTS.get(url.scheme.decode("ascii"), 0))


def _method_and_path(request: Any) -> tuple[str, str]:
    return request.method.decode("ascii"), re.split("[?#]", request.url.target.decode("ascii"), maxsplit=1)[0]


def _pool(address: tuple[str, int]) -> Any:
    """Return a pool whose connections all lead to an address, without TLS."""
    import httpcore  # noqa: PLC0415 - may not be installed

    class Backend(httpcore.SyncBackend):
        def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> Any:  # noqa: ARG002 - it has one address
            stream: Any = super().connect_tcp(*address, *args, **options)
            stream.start_tls = lambda **_options: stream
            return stream

    return httpcore.ConnectionPool(_CONTEXT, network_backend=Backend(), max_keepalive_connections=0)


def _async_pool(address: tuple[str, int]) -> Any:
    """Return the asynchronous form of :func:`_pool`; a kept connection would belong to a loop that may be closed."""
    import httpcore  # noqa: PLC0415 - may not be installed

    class Backend(httpcore.AnyIOBackend):
        async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> Any:  # noqa: ARG002 - it has one address
            stream: Any = await super().connect_tcp(*address, *args, **options)

            async def start_tls(**_options: Any) -> Any:
                return stream

            stream.start_tls = start_tls
            return stream

    return httpcore.AsyncConnectionPool(_CONTEXT, network_backend=Backend(), max_keepalive_connections=0)
