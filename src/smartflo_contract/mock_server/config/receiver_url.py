"""Check the URLs of receivers: this machine only, unless a host is allowed by name."""

import re
from collections.abc import Collection
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from smartflo_contract.schemas.hosts import VENDOR_DOMAINS, is_loopback
from smartflo_contract.schemas.printable import truncate

APP_SCHEME: Final = "app"
"""Scheme of the URL of an application in the process of the fake."""
_MAX_CHARACTERS: Final = 2_000
_EXAMPLE: Final = "http://127.0.0.1:5000/hooks/smartflo"
_PRINTABLE: Final = re.compile(r"[!-~]+")
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_ADDRESS: Final = re.compile(r"[0-9a-f:.]+")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443, APP_SCHEME: 0}
_LOOPBACK_ADDRESSES: Final = ("127.0.0.1", "::1")


class Receiver(NamedTuple):
    """A server that webhooks are sent to.

    Attributes:
        scheme: ``http`` or ``https``, or ``app`` for an application in this process.
        host: host name or IP address, in lower case.
        port: port; 0 for an application.
    """

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The value of the header ``Host``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port in {0, _DEFAULT_PORTS[self.scheme]} else f"{host}:{self.port}"

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where to connect: names of this machine are never looked up, so that no resolver can send them elsewhere."""
        is_local_name = not _ADDRESS.fullmatch(self.host) and is_loopback(self.host, allow_subdomains=True)
        return _LOOPBACK_ADDRESSES if is_local_name else (self.host,)


def parse_receiver(url: str) -> Receiver:
    """Return the receiver of a valid URL."""
    parts = urlsplit(url)
    return Receiver(parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme])


def receiver_problem(url: object, allowed_hosts: Collection[str]) -> str | None:
    """Return what is expected if a value is not the URL of a permitted receiver, ``None`` if it is one.

    Args:
        url: the value.
        allowed_hosts: hosts that are allowed by name, besides those of this machine.
    """
    if not isinstance(url, str) or len(url) > _MAX_CHARACTERS or not _PRINTABLE.fullmatch(url):
        return f"a URL in ASCII without blanks, such as {_EXAMPLE}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return f"a URL with a valid host and port, such as {_EXAMPLE}"
    if parts.scheme not in _DEFAULT_PORTS:
        return f"a URL with the scheme http or https, such as {_EXAMPLE}"
    if "@" in parts.netloc or "\\" in url:
        return f"a URL without user and password, such as {_EXAMPLE}; send credentials in headers"
    if parts.fragment or port == 0 or not _is_host(parts):
        return f"a URL of host, port, path and query, such as {_EXAMPLE}"
    return None if parts.scheme == APP_SCHEME else _host_problem(parts.hostname or "", allowed_hosts)


def host_name_problem(host: object) -> str | None:
    """Return what is expected if a value cannot be allowed as the host of receivers, ``None`` if it can."""
    if not isinstance(host, str) or not (_HOST_NAME.fullmatch(host) or _ADDRESS.fullmatch(host)):
        return "the name of one host in lower case, such as crm.example.com, without scheme, port and *"
    if _is_vendors(host):
        return "a host of your own; a fake sends nothing to the vendor"
    return None


def _host_problem(host: str, allowed_hosts: Collection[str]) -> str | None:
    if _is_vendors(host):
        return "a receiver of your own; a fake sends nothing to the vendor"
    if host in allowed_hosts or is_loopback(host, allow_subdomains=True):
        return None
    return (
        f"a receiver on this machine, such as {_EXAMPLE}; to send to other hosts, allow each by name: "
        f'serve --webhook-host {truncate(host)}, or webhook_hosts = ["{truncate(host)}"]'
    )


def _is_host(parts: SplitResult) -> bool:
    """Return whether the host of a URL is a name or an address in a usual form."""
    host = parts.hostname or ""
    if "[" in parts.netloc:
        return ":" in host and _ADDRESS.fullmatch(host) is not None
    return _HOST_NAME.fullmatch(host) is not None


def _is_vendors(host: str) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in VENDOR_DOMAINS)
