"""The real API as all live tests of a process share it: one login, one request rate, read-only."""

import math
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from smartflo_contract.live import LiveError
from smartflo_contract.live.client.credentials import DEFAULT_BASE_URL, VENDOR_HOSTS
from smartflo_contract.live.client.login import access_token
from smartflo_contract.live.client.rate_limiter import RateLimiter
from smartflo_contract.live.client.request_guard import require_read_only
from smartflo_contract.live.client.urls import validate_base_url
from smartflo_contract.pytest_plugin._host_rules import DEFAULT_PORTS, HostRule
from smartflo_contract.pytest_plugin._http_patches import apply_rule
from smartflo_contract.schemas.hosts import is_loopback

_T = TypeVar("_T")
LoginResult = tuple[str | None, str | None]
"""An access token, or the reason why there is none."""


class LiveApi:
    """The real API, shared by the live tests of a process.

    Args:
        base_url: root URL of the API; ``None`` for ``SMARTFLO_BASE_URL`` or the vendor's.
        interval: seconds between two requests of all processes; ``None`` for 1.
        process: number of this process, from 0.
        processes: number of processes.

    Attributes:
        url: root URL of the API.

    Raises:
        LiveError: the base URL or the interval is wrong.
    """

    def __init__(self, base_url: str | None, interval: str | None, process: int, processes: int) -> None:
        """Validate the settings; no request is sent."""
        base_url = base_url or os.environ.get("SMARTFLO_BASE_URL") or DEFAULT_BASE_URL
        self.url = _parse_option("base-url", validate_base_url, base_url)
        seconds = _parse_option("live-interval", _parse_seconds, interval or "1")
        self._rate_limiter = RateLimiter(seconds, process, processes)
        self._login_result: LoginResult = None, None

    def login_result(self) -> LoginResult:
        """Return a token, or why there is none. There is at most one login: the API locks out repeated failures."""
        if self._login_result == (None, None):
            try:
                self._login_result = access_token(self.url), None
            except LiveError as error:
                self._login_result = None, str(error)
        return self._login_result

    def set_login_result(self, result: LoginResult) -> None:
        """Use the login of another process."""
        self._login_result = result

    def guard(self, sent_requests: list[dict[str, Any]]) -> AbstractContextManager[None]:
        """Return a context in which the API and the vendor's hosts are only read, at a limited rate.

        Args:
            sent_requests: receives method and path of each request.
        """
        prefix = urlsplit(self.url).path

        def check(method: str, path: str) -> None:
            require_read_only(method, path, prefix)

        def delay(method: str, path: str) -> float:
            sent_requests.append({"method": method.upper(), "path": path})
            return self._rate_limiter.reserve()

        return apply_rule(HostRule(self._is_live_host, check, delay))

    def _is_live_host(self, host: str, port: int) -> bool:
        """Return whether a host is the API or one of the vendor's; on a loopback host, the port decides."""
        if host in VENDOR_HOSTS:
            return True
        root = urlsplit(self.url)
        if is_loopback(root.hostname or "", allow_subdomains=False):  # fakes listen there as well
            return is_loopback(host, allow_subdomains=False) and port == (root.port or DEFAULT_PORTS[root.scheme])
        return host == root.hostname


def _parse_option(name: str, parse: Callable[[str], _T], value: str) -> _T:
    try:
        return parse(value)
    except LiveError as error:
        message = f"--smartflo-{name}: {error}"
        raise LiveError(message) from None


def _parse_seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < math.inf:
        message = f"expected seconds, 0 or more, got `{value}`"
        raise LiveError(message)
    return seconds
