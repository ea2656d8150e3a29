"""The vendor's hosts in tests that have a fake: their requests come to an account of it, or are not sent."""

import re
from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Final
from urllib.parse import urlsplit

from smartflo_contract.live import NotSentError
from smartflo_contract.live.client.credentials import VENDOR_HOSTS
from smartflo_contract.pytest_plugin._http_patches import CLAIMS, Claim

_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def intercepted(url: str, names: Collection[str]) -> AbstractContextManager[None]:
    """Have requests to some hosts, at any port, go to a URL of this machine instead.

    Args:
        url: scheme, host and port, over plain HTTP.
        names: of the hosts, as :func:`host_names` returns them.

    Raises:
        RuntimeError: another thread intercepts requests.
    """
    there = urlsplit(url)
    instead = (there.hostname or "", there.port or 0)
    return CLAIMS.made(Claim(wants=lambda host, _port: host in names, instead=instead))


def refused() -> AbstractContextManager[None]:
    """Have requests to the vendor's hosts raise ``NotSentError``, unless they are intercepted."""
    return CLAIMS.made(Claim(wants=lambda host, _port: host in VENDOR_HOSTS, check=_refuse), eager=False)


def _refuse(method: str, path: str) -> None:
    message = (
        f"{method} {path} was not sent to the vendor: this test has a fake Smartflo. Use smartflo.url, or ask for "
        "smartflo_intercept, and before the fixtures that send requests"
    )
    raise NotSentError(message)


def host_names(hosts: Collection[str]) -> frozenset[str]:
    """Return names of hosts as they are compared; the vendor's are always among them.

    Raises:
        ValueError: one is none.
    """
    given = [hosts] if isinstance(hosts, str) else list(hosts or ())
    names = [str(host).lower().rstrip(".") for host in given]
    wrong = [name for name in names if not _NAME.fullmatch(name)]
    if isinstance(hosts, str) or wrong:
        message = f'hosts: expected names such as ["gateway.example.com"], without scheme and port, got {given!r}'
        raise ValueError(message)
    return frozenset({*names, *VENDOR_HOSTS})
