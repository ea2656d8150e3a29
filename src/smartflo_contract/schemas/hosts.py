"""Loopback hosts: names and addresses that reach this machine only; and the vendor's domains."""

from ipaddress import ip_address
from typing import Final

VENDOR_DOMAINS: Final = frozenset(
    {
        "tatateleservices.com",
        "tatatelebusiness.com",
        "acefone.in",
        "acefone.co.uk",
        "acefone.com",
        "servetel.in",
    }
)
"""Domains of the vendor and of the sister brands; every name below them is theirs."""

_LOCALHOST = "localhost"

_LOOPBACK_OF_WILDCARD: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


def local_url(host: str, port: int) -> str:
    """Return the URL at which a client on this machine reaches a server that listens on a host and a port."""
    reachable = _LOOPBACK_OF_WILDCARD.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def is_loopback(host: str, *, allow_subdomains: bool) -> bool:
    """Return whether a host name or IP address is loopback.

    Args:
        host: host name or IP address, without port and brackets, in lower case.
        allow_subdomains: whether names below ``localhost``, such as ``app.localhost``, count. RFC 6761 reserves them
            for loopback and browsers resolve them so, which makes them safe in ``Host`` and ``Origin`` headers. Some
            resolvers still send them to a DNS server, so a client that sends credentials passes ``False``.
    """
    if host == _LOCALHOST or (allow_subdomains and host.endswith(f".{_LOCALHOST}")):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
