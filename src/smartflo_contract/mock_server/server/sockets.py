"""Addresses to listen on: resolve host names and bind ports, with one-line errors."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from smartflo_contract.mock_server.errors import PortTaken, ServeError
from smartflo_contract.schemas.hosts import local_url


class Address(NamedTuple):
    """An address to listen on.

    Attributes:
        family: socket family.
        host: IPv4 or IPv6 address.
        port: port; 0 for any free port.
    """

    family: socket.AddressFamily
    host: str
    port: int

    @property
    def url(self) -> str:
        """URL at which a client on this machine reaches the address."""
        return local_url(self.host, self.port)


def resolve(host: str, port: int) -> Address:
    """Return the address of a host. IPv4 is preferred.

    Raises:
        ServeError: there is no such host.
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else "not a host name"
        message = f"cannot listen on host {host}: {reason}"
        raise ServeError(message) from None
    family, _, _, _, (ip, *_) = min(addresses, key=lambda entry: entry[0] != socket.AF_INET)
    return Address(family, str(ip), port)


def bind(address: Address) -> socket.socket:
    """Return a socket that is bound to an address but does not listen yet.

    Raises:
        PortTaken: another socket listens at the address.
        ServeError: the address is not on this machine, or the port is reserved.
    """
    bound = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # Allows a port with connections in TIME_WAIT, but not one with a listener. On Windows, the option would
            # take the port from its listener.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((address.host, address.port))
    except OSError as error:
        bound.close()
        raise _serve_error(address, error) from None
    return bound


def share(bound: socket.socket) -> None:
    """Let other sockets of this user bind the same port with ``SO_REUSEPORT``."""
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


@contextmanager
def claim(address: Address) -> Iterator[None]:
    """Claim an address among fakes that start at the same time. Linux only.

    Raises:
        PortTaken: another fake has claimed it.
    """
    with socket.socket(socket.AF_UNIX) as name:
        try:
            name.bind(f"\0smartflo-contract {address.host} {address.port}")
        except OSError as error:
            raise _serve_error(address, error) from None
        yield


def _serve_error(address: Address, error: OSError) -> ServeError:
    location = f"port {address.port} on {address.host}"
    if error.errno == errno.EADDRINUSE:
        return PortTaken(f"{location} is in use by another program or another fake; choose another port, or 0 for any")
    if error.errno == errno.EACCES:
        return ServeError(f"{location} requires more privileges; choose a port from 1024, or 0 for any")
    return ServeError(f"cannot listen on {location}: {error.strerror}")
