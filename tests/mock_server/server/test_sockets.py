"""Addresses are resolved and bound, or refused in one line."""

import errno
import socket
from collections.abc import Callable

import pytest

from smartflo_contract.mock_server.errors import PortTaken, ServeError
from smartflo_contract.mock_server.server.sockets import Address, bind, claim, resolve, share

ANY = Address(socket.AF_INET, "127.0.0.1", 0)
shares = pytest.mark.skipif(not hasattr(socket, "SO_REUSEPORT"), reason="sockets cannot share a port here")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:81"),
        ("0.0.0.0", "http://127.0.0.1:81"),  # noqa: S104 - nothing listens
        ("::1", "http://[::1]:81"),
        ("::", "http://[::1]:81"),
    ],
)
def test_url(host: str, url: str) -> None:
    """The URL is one that a client on this machine can use."""
    assert url == resolve(host, 81).url


def test_name_is_resolved() -> None:
    """A host name becomes an address, IPv4 where there is one."""
    assert resolve("localhost", 81).host in {"127.0.0.1", "::1"}


@pytest.mark.parametrize("host", ["no.such.host.invalid", "..", "a" * 300, "127.0.0.1:80", "a\0b", "http://x", "é é"])
def test_host_that_is_none(host: str) -> None:
    """A host that cannot be resolved is told."""
    with pytest.raises(ServeError, match=r"^cannot listen on host "):
        resolve(host, 80)


def test_foreign_address() -> None:
    """An address of another machine is told."""
    with pytest.raises(ServeError, match=r"^cannot listen on port 0 on 192\.0\.2\.1: "):
        bind(resolve("192.0.2.1", 0))


def test_privileged_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that this user may not have is told with the way out."""

    class Refusing(socket.socket):
        def bind(self, _address: object, /) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", Refusing)

    with pytest.raises(ServeError, match=r"^port 80 on 127\.0\.0\.1 requires more privileges; choose a port from 1024"):
        bind(ANY._replace(port=80))


def listener(*, shared: bool) -> socket.socket:
    """Return a socket that listens."""
    listening = bind(ANY)
    if shared:
        share(listening)
    listening.listen()
    return listening


@pytest.mark.parametrize("shared", [False, pytest.param(True, marks=shares)])
def test_taken_port(shared: bool) -> None:  # noqa: FBT001 - a parameter
    """A port at which something listens is taken, also where it is willing to share."""
    with listener(shared=shared) as taken, pytest.raises(PortTaken, match="is in use by another program"):
        bind(ANY._replace(port=taken.getsockname()[1]))


@shares
def test_reserved_port_is_taken() -> None:
    """A port that is bound for workers to come is taken as well, though nobody listens yet."""
    with bind(ANY) as reserved:
        share(reserved)
        with pytest.raises(PortTaken):
            bind(ANY._replace(port=reserved.getsockname()[1]))


@shares
def test_reserved_port_is_shared() -> None:
    """A socket of a worker, which shares, is bound to the reserved port."""
    with bind(ANY) as reserved, socket.socket() as worker:
        share(reserved)
        worker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        worker.bind(reserved.getsockname())

        assert reserved.getsockname() == worker.getsockname()


def test_port_that_was_just_used() -> None:
    """A connection that the server closed first keeps the port for a minute; that is no reason to refuse it."""
    with listener(shared=False) as server:
        address = ANY._replace(port=server.getsockname()[1])
        with socket.create_connection(server.getsockname(), timeout=30) as client:
            server.accept()[0].close()
            assert client.recv(1) == b""

    bind(address).close()


def test_ipv6(ipv6: Callable[[], Address]) -> None:
    """IPv6 addresses are bound for IPv6 alone."""
    with bind(ipv6()) as bound:
        assert bound.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 1


@pytest.fixture(name="ipv6")
def _ipv6() -> Callable[[], Address]:
    """Return the function that gives the IPv6 loopback address, where this machine has it."""

    def ipv6() -> Address:
        address = Address(socket.AF_INET6, "::1", 0)
        try:
            bind(address).close()
        except ServeError:
            pytest.skip("this machine has no IPv6")
        return address

    return ipv6


@shares
def test_one_fake_at_an_address() -> None:
    """Of fakes that start at once, one gets the address."""
    address = ANY._replace(port=1)

    with claim(address), pytest.raises(PortTaken), claim(address):
        pass
