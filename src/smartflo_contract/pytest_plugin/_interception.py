"""The vendor's hosts in tests with a fake: requests reach an account of it, or are not sent."""

import re
from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Final
from urllib.parse import urlsplit

from smartflo_contract.live import NotSentError
from smartflo_contract.live.client.credentials import VENDOR_HOSTS
from smartflo_contract.pytest_plugin._host_rules import HostRule
from smartflo_contract.pytest_plugin._http_patches import apply_rule

_HOST_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def intercept_hosts(url: str, hosts: Collection[str]) -> AbstractContextManager[None]:
    """Return a context in which requests to some hosts, on any port, are sent to a local URL.

    Args:
        url: scheme, host and port; plain HTTP.
        hosts: result of :func:`normalize_hosts`.

    Raises:
        RuntimeError: another thread intercepts requests.
    """
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 0)
    return apply_rule(HostRule(matches=lambda host, _port: host in hosts, redirect_to=address))


def block_vendor_hosts() -> AbstractContextManager[None]:
    """Return a context in which requests to the vendor's hosts raise ``NotSentError`` unless they are intercepted."""
    return apply_rule(HostRule(matches=lambda host, _port: host in VENDOR_HOSTS, check=_reject), import_libraries=False)


def _reject(method: str, path: str) -> None:
    message = (
        f"{method} {path} was not sent to the vendor: this test has a fake Smartflo. Use smartflo.url, or request "
        "smartflo_intercept before the fixtures that send requests"
    )
    raise NotSentError(message)


def normalize_hosts(hosts: Collection[str]) -> frozenset[str]:
    """Return host names in lower case, without a trailing dot; the vendor's are always included.

    Raises:
        ValueError: a name is not a host name.
    """
    listed = [hosts] if isinstance(hosts, str) else list(hosts or ())
    names = [str(host).lower().rstrip(".") for host in listed]
    if isinstance(hosts, str) or not all(map(_HOST_NAME.fullmatch, names)):
        message = f'hosts: expected names such as ["gateway.example.com"], without scheme and port, got {listed!r}'
        raise ValueError(message)
    return frozenset({*names, *VENDOR_HOSTS})
