"""The vendor's hosts in tests with a fake: requests reach an account of it, or are not sent."""

import re
from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from typing import Final
from urllib.parse import urlsplit

from smartflo_contract.live import NotSentError
from smartflo_contract.live.client.vendor_hosts import VENDOR_HOSTS, is_vendor_host, normalize_host
from smartflo_contract.pytest_plugin._host_rules import HostRule
from smartflo_contract.pytest_plugin._http_patches import apply_rule, apply_rule_to_session
from smartflo_contract.schemas.hosts import is_loopback

_HOST_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def intercept_hosts(url: str, hosts: Collection[str]) -> AbstractContextManager[None]:
    """Return a context in which requests to some hosts and to the vendor's, on any port, are sent to a local URL.

    Args:
        url: scheme, host and port; plain HTTP.
        hosts: result of :func:`normalize_hosts`.

    Raises:
        RuntimeError: another thread intercepts requests.
    """
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 0)
    return apply_rule(HostRule(matches=lambda host, _port: host in hosts or is_vendor_host(host), redirect_to=address))


def block_vendor_hosts() -> AbstractContextManager[None]:
    """Return a context in which requests to the vendor's hosts raise ``NotSentError`` unless they are intercepted.

    A fixture of a class or module may intercept them already when the context opens.
    """
    return apply_rule(_GUARD, below_others=True)


def guard_session(hosts: Collection[str] = ()) -> None:
    """Block requests to the vendor's hosts until the process ends, in every thread.

    Args:
        hosts: further hosts to block; result of :func:`normalize_hosts`.
    """
    _GUARDED_HOSTS.update(hosts)
    if not _GUARDS_SESSION:
        _GUARDS_SESSION.append(True)
        apply_rule_to_session(_GUARD)


def _is_guarded(host: str, _port: int) -> bool:
    return is_vendor_host(host) or (host in _GUARDED_HOSTS and not is_loopback(host, allow_subdomains=True))


def _reject(method: str, path: str) -> None:
    message = (
        f"{method} {path} was not sent to the vendor: this test run has a fake Smartflo. Use smartflo.url, or request "
        "smartflo_intercept before the fixtures that send requests. A test marked smartflo_live may read the real API"
    )
    raise NotSentError(message)


def _refuse(host: str) -> None:
    message = (
        f"no connection to {host} was opened: this test run has a fake Smartflo, and sends nothing to the vendor. Use "
        "smartflo.url; smartflo_intercept redirects requests of http.client, urllib3, requests, httpx and aiohttp"
    )
    raise NotSentError(message)


_GUARD: Final = HostRule(matches=_is_guarded, check=_reject, refuse=_refuse, allows_connections=False)
_GUARDED_HOSTS: Final[set[str]] = set()
"""Hosts that a project guards besides the vendor's."""
_GUARDS_SESSION: Final[list[bool]] = []
"""Not empty once the guard holds until the process ends."""


def normalize_hosts(hosts: Collection[str]) -> frozenset[str]:
    """Return normalized host names; those of the vendor's API are always included.

    Raises:
        ValueError: a name is not a host name.
    """
    is_list = isinstance(hosts or (), Iterable) and not isinstance(hosts, str)
    listed = list(hosts or ()) if is_list else [hosts]
    names = [str(host).lower().rstrip(".") for host in listed]
    if not is_list or not all(map(_HOST_NAME.fullmatch, names)):
        message = f'hosts: expected names such as ["gateway.example.com"], without scheme and port, got {listed!r}'
        raise ValueError(message)
    return frozenset({*map(normalize_host, names), *VENDOR_HOSTS})
