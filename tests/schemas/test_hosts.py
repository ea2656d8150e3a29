"""Loopback hosts: which names and addresses reach this machine only."""

import pytest

from smartflo_contract.schemas.hosts import is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "::1"])
@pytest.mark.parametrize("allow_subdomains", [True, False])
def test_accepts_loopback(host: str, allow_subdomains: bool) -> None:  # noqa: FBT001 - a table
    """``localhost`` and loopback addresses count for every caller."""
    assert is_loopback(host, allow_subdomains=allow_subdomains)


@pytest.mark.parametrize("host", ["", "localhost.example.com", "0.0.0.0", "::", "192.0.2.1", "example.com"])  # noqa: S104
@pytest.mark.parametrize("allow_subdomains", [True, False])
def test_rejects_other_hosts(host: str, allow_subdomains: bool) -> None:  # noqa: FBT001 - a table
    """A wildcard address, another machine's address and another machine's name count for no caller."""
    assert not is_loopback(host, allow_subdomains=allow_subdomains)


@pytest.mark.parametrize("allow_subdomains", [True, False])
def test_subdomains_of_localhost_are_optional(allow_subdomains: bool) -> None:  # noqa: FBT001 - a table
    """A name below ``localhost`` counts only where the caller allows it."""
    assert allow_subdomains == is_loopback("app.localhost", allow_subdomains=allow_subdomains)
