"""Addresses to listen on: resolved, bound and reserved, or rejected with a one-line error."""

import errno
import socket

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
def test_url_works_on_this_machine(host: str, url: str) -> None:
    """The URL of a wildcard address has the loopback address."""
    assert url == resolve(host, 81).url


def test_resolves_host_name() -> None:
    """A host name becomes an address."""
    assert resolve("localhost", 81).host in {"127.0.0.1", "::1"}


@pytest.mark.parametrize("host", ["no.such.host.invalid", "..", "a" * 300, "127.0.0.1:80", "a\0b", "http://x", "é é"])
def test_rejects_unknown_host(host: str) -> None:
    """The error names the host."""
    with pytest.raises(ServeError, match=r"^cannot listen on host "):
        resolve(host, 80)


def test_rejects_address_of_another_machine() -> None:
    """The error names the address."""
    with pytest.raises(ServeError, match=r"^cannot listen on port 0 on 192\.0\.2\.1: "):
        bind(resolve("192.0.2.1", 0))


def test_rejects_privileged_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error of a port that requires more privileges explains which ports do not."""

    class UnprivilegedSocket(socket.socket):
        def bind(self, _address: object, /) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", UnprivilegedSocket)

    with pytest.raises(ServeError, match=r"^port 80 on 127\.0\.0\.1 requires more privileges; choose a port from 1024"):
        bind(ANY._replace(port=80))


def listener(*, shared: bool) -> socket.socket:
    """Return a listening socket."""
    listening = bind(ANY)
    if shared:
        share(listening)
    listening.listen()
    return listening


@pytest.mark.parametrize("shared", [False, pytest.param(True, marks=shares)])
def test_rejects_taken_port(shared: bool) -> None:  # noqa: FBT001 - a parameter
    """A port with a listener is taken, even if the listener shares it."""
    with listener(shared=shared) as taken, pytest.raises(PortTaken, match="is in use by another program"):
        bind(ANY._replace(port=taken.getsockname()[1]))


@shares
def test_rejects_reserved_port() -> None:
    """A port that is reserved for workers is taken, although nothing listens yet."""
    with bind(ANY) as reserved:
        share(reserved)
        with pytest.raises(PortTaken):
            bind(ANY._replace(port=reserved.getsockname()[1]))


@shares
def test_worker_shares_reserved_port() -> None:
    """A socket that shares can be bound to the reserved port."""
    with bind(ANY) as reserved, socket.socket() as worker:
        share(reserved)
        worker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        worker.bind(reserved.getsockname())

        assert reserved.getsockname() == worker.getsockname()


def test_binds_port_with_connection_in_time_wait() -> None:
    """A connection that the server closed first keeps the port in TIME_WAIT, which does not make it taken."""
    with listener(shared=False) as server:
        address = ANY._replace(port=server.getsockname()[1])
        with socket.create_connection(server.getsockname(), timeout=30) as client:
            server.accept()[0].close()
            assert client.recv(1) == b""

    bind(address).close()


def test_binds_ipv6_only() -> None:
    """A socket for an IPv6 address does not accept IPv4."""
    address = Address(socket.AF_INET6, "::1", 0)
    try:
        bound = bind(address)
    except ServeError:
        pytest.skip("this machine has no IPv6")
    with bound:
        assert bound.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 1


@shares
def test_one_of_concurrent_fakes_claims_address() -> None:
    """Of fakes that start at the same time, one gets the address."""
    address = ANY._replace(port=1)

    with claim(address), pytest.raises(PortTaken), claim(address):
        pass
