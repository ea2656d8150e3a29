"""Loopback hosts: names and addresses that reach this machine only."""

from ipaddress import ip_address

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
