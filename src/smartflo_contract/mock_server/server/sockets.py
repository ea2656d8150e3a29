"""Addresses to listen on: names resolved, ports taken, and what went wrong in one line."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from smartflo_contract.mock_server.errors import PortTaken, ServeError

_WILDCARDS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - told apart, not bound


class Address(NamedTuple):
    """Where to listen: an IP address, not a name.

    Attributes:
        family: of the socket.
        host: IPv4 or IPv6 address.
        port: 0 for any.
    """

    family: socket.AddressFamily
    host: str
    port: int

    @property
    def url(self) -> str:
        """The URL at which a client on this machine reaches it."""
        host = _WILDCARDS.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def resolve(host: str, port: int) -> Address:
    """Return the address of a host, IPv4 where it has both.

    Raises:
        ServeError: there is no such host.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else "not a host name"
        message = f"cannot listen at host {host}: {reason}"
        raise ServeError(message) from None
    family, _, _, _, (ip, *_) = min(found, key=lambda one: one[0] != socket.AF_INET)
    return Address(family, str(ip), port)


def bind(address: Address) -> socket.socket:
    """Return a socket that is bound to an address, and does not listen yet.

    Args:
        address: where.

    Raises:
        PortTaken: something listens there.
        ServeError: the address is not this machine's, or the port is reserved.
    """
    bound = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # Connections that wait for stragglers (TIME_WAIT) hold no port; those who listen still do. On Windows
            # this option would take the port from those who listen.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((address.host, address.port))
    except OSError as error:
        bound.close()
        raise _error(address, error) from None
    return bound


def share(bound: socket.socket) -> None:
    """Open a bound port to other sockets of this user that say so too, and to no others."""
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


@contextmanager
def claim(address: Address) -> Iterator[None]:
    """Be the one fake at an address, of all that start at once; Linux.

    Raises:
        PortTaken: another fake is.
    """
    with socket.socket(socket.AF_UNIX) as name:
        try:
            name.bind(f"\0smartflo-contract {address.host} {address.port}")
        except OSError as error:
            raise _error(address, error) from None
        yield


def _error(address: Address, error: OSError) -> ServeError:
    where = f"port {address.port} at {address.host}"
    if error.errno == errno.EADDRINUSE:
        return PortTaken(f"{where} is taken by another program, or another fake; choose another port, 0 for a free one")
    if error.errno == errno.EACCES:
        return ServeError(f"{where} needs more rights than this user has; choose a port from 1024, or 0 for a free one")
    return ServeError(f"cannot listen on {where}: {error.strerror}")
