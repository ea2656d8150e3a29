"""The real API as several processes share it: one login, one request rate, read-only."""

import os
from typing import TypeAlias
from urllib.parse import urlsplit

from smartflo_contract.live.client.credentials import DEFAULT_BASE_URL
from smartflo_contract.live.client.login import access_token
from smartflo_contract.live.client.rate_limiter import RateLimiter
from smartflo_contract.live.client.request_guard import require_read_only
from smartflo_contract.live.client.urls import validate_base_url
from smartflo_contract.live.client.vendor_hosts import is_vendor_host, normalize_host
from smartflo_contract.live.errors import LiveError
from smartflo_contract.schemas.hosts import is_loopback

LoginResult: TypeAlias = tuple[str | None, str | None]
"""An access token, or the reason why there is none."""


class ReadOnlyApi:
    """The real API for one of several processes.

    Args:
        base_url: root URL of the API; ``None`` for ``SMARTFLO_BASE_URL`` or the vendor's.
        interval: seconds between two requests of all processes.
        process: index of this process, from 0.
        processes: number of processes.

    Attributes:
        url: root URL of the API.

    Raises:
        LiveError: the base URL is not https, or not the root of the API.
    """

    def __init__(self, base_url: str | None = None, interval: float = 1, process: int = 0, processes: int = 1) -> None:
        """Validate the base URL; no request is sent."""
        self.url = validate_base_url(base_url or os.environ.get("SMARTFLO_BASE_URL") or DEFAULT_BASE_URL)
        self._root = urlsplit(self.url)
        self._rate_limiter = RateLimiter(interval, process, processes)
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

    def is_live_host(self, host: str, port: int) -> bool:
        """Return whether a host is the API or one of the vendor's; on a loopback host, the port decides.

        Args:
            host: normalized host name.
            port: port of the request.
        """
        if is_vendor_host(host):
            return True
        own_host = normalize_host(self._root.hostname or "")
        if is_loopback(own_host, allow_subdomains=False):  # fakes listen there as well
            own_port = self._root.port or {"http": 80, "https": 443}[self._root.scheme]
            return is_loopback(host, allow_subdomains=False) and port == own_port
        return host == own_host

    def require_read_only(self, method: str, path: str) -> None:
        """Reject every request except a GET that only reads, and the login.

        Args:
            method: HTTP method.
            path: path of the request, as it is sent.

        Raises:
            NotSentError: the request could change something or start a broadcast.
        """
        require_read_only(method, path, self._root.path)

    def reserve(self) -> float:
        """Reserve the next time slot for a request, and return the seconds until it starts."""
        return self._rate_limiter.reserve()
