"""Recognize requests that a web page of another site made a browser send."""

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from smartflo_contract.schemas.hosts import VENDOR_DOMAINS, is_loopback

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_MAX_CACHED_HOSTS: Final = 256
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PRIVATE_DOMAINS: Final = frozenset({"internal", "test", "local"})
"""Top-level domains that no public name is below, such as that of ``host.docker.internal``."""


def foreign_header(listening_host: str, origins: Collection[str], environ: "WSGIEnvironment") -> str | None:
    """Return the header that shows that a request comes from a web page of another site, ``None`` for none.

    A page can send requests to a fake on this machine, and read the responses under a name of its own that it points
    to this machine. A fake that listens on other addresses cannot know its names, so it checks nothing.

    Args:
        listening_host: the host that the fake listens on.
        origins: origins of web pages that may send requests.
        environ: the WSGI environment of the request. Its ``Origin`` is checked unless its method is safe, because the
            browser does not let the page read the response.
    """
    if not _is_loopback(listening_host):
        return None
    if not _is_own(environ.get("HTTP_HOST", "")):
        return "Host"
    origin = environ.get("HTTP_ORIGIN")
    if origin in origins:
        return None
    if environ.get("HTTP_SEC_FETCH_SITE") == "cross-site":
        return "Sec-Fetch-Site"
    if origin is None or environ["REQUEST_METHOD"] in _SAFE_METHODS or _is_loopback(host_of(origin)):
        return None
    return "Origin"


def host_of(url: str) -> str:
    """Return the host of a URL without port and brackets, empty if there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


@lru_cache(_MAX_CACHED_HOSTS)
def _is_own(host_header: str) -> bool:
    """Return whether no public name can be this host: a name without dots, of a private domain, or of the vendor."""
    host = host_of(f"//{host_header}").rstrip(".")
    labels = host.split(".")
    domains = {".".join(labels[start:]) for start in range(len(labels))}
    return len(labels) == 1 or _is_loopback(host) or not domains.isdisjoint(_PRIVATE_DOMAINS | VENDOR_DOMAINS)


@lru_cache(_MAX_CACHED_HOSTS)
def _is_loopback(host: str) -> bool:
    return is_loopback(host, allow_subdomains=True)
