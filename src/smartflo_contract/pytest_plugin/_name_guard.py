"""The last line of the guard: no host name with a rule is resolved, and no socket is connected to it.

The functions of CPython that resolve a name raise an audit event before they do, in any thread and however they were
imported: streams of ``asyncio``, libraries without a patch. A method of a socket resolves the name in its address
before it raises its event, so these methods are patched as well. Code that resolves names in C outside CPython raises
no event.
"""

import socket
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from smartflo_contract.pytest_plugin._host_rules import HostRules

_NAMES: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
"""Audit events whose first argument is a host."""
_ADDRESSES: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
"""Audit events whose second argument is an address: host and port for IPv4 and IPv6."""
_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}
_METHODS: Final = ("connect", "connect_ex", "sendto", "sendmsg")
"""Methods of a socket whose last argument may be an address."""
_HOOKED: Final[list[HostRules]] = []
"""Rules with an audit hook."""


def guard_names(rules: HostRules) -> None:
    """Let rules refuse names and addresses, until the process ends: an audit hook cannot be removed."""
    if rules in _HOOKED:
        return
    _HOOKED.append(rules)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _NAMES or event in _ADDRESSES:
            check_event(rules, event, arguments)

    sys.addaudithook(hook)


def check_event(rules: HostRules, event: str, arguments: tuple[Any, ...]) -> None:
    """Check one audit event of ``socket``.

    Args:
        rules: the rules.
        event: name of the event.
        arguments: its arguments.

    Raises:
        LiveError: a rule refuses the host.
    """
    address = arguments if event in _NAMES else arguments[1]
    if not isinstance(address, tuple) or not address or not isinstance(address[0], str | bytes | bytearray):
        return  # a local socket, or any host
    port = address[1] if len(address) > 1 else 0
    number = port if isinstance(port, int) else _PORTS.get(str(port), 0)
    host = address[0]
    rules.refuse_unknown(bytes(host) if isinstance(host, bytearray) else host, number)


def socket_patches(rules: HostRules) -> list[tuple[Any, str, Callable[[Any], Any]]]:
    """Return class, method and replacement of each patch."""
    return [(socket.socket, name, lambda original: _wrap_method(original, rules)) for name in _METHODS]


def _wrap_method(original: Callable[..., Any], rules: HostRules) -> Callable[..., Any]:
    @wraps(original)
    def method(self: socket.socket, *arguments: Any) -> Any:
        check_event(rules, "socket.connect", (self, arguments[-1] if arguments else None))
        return original(self, *arguments)

    return method
