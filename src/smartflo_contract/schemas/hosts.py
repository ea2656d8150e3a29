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
