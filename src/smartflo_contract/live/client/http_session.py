"""The requests that are sent to the real API: a GET, the login, and those of a live test, which its guard checks."""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from smartflo_contract.live.client.deadline import Deadline, DeadlineAdapter
from smartflo_contract.schemas.hosts import is_loopback

_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "gzip"}
TIMEOUT_SECONDS: Final = (10.0, 30.0)
"""To connect, and between two bytes."""


def send_get(
    url: str, token: str | None, deadline: Deadline | None = None, timeout: tuple[float, float] = TIMEOUT_SECONDS
) -> requests.Response:
    """Send a GET request; the body of the response is not read, and no redirect is followed.

    Args:
        url: the URL.
        token: access token; ``None`` sends no header ``Authorization``.
        deadline: time at which the response must be complete; ``None`` for the default from now.
        timeout: seconds to connect, and between two bytes.

    Raises:
        LiveError: the head of the response is not complete at the deadline.
    """
    with _Session(deadline or Deadline()) as session:
        return _send(session, "GET", url, token, headers=_HEADERS, timeout=timeout, stream=True)


def send_login(url: str, body: dict[str, str], deadline: Deadline) -> requests.Response:
    """Send a login; the body of the response is not read, and no redirect is followed.

    Args:
        url: the URL.
        body: the login.
        deadline: time at which the response must be complete.

    Raises:
        LiveError: the head of the response is not complete at the deadline.
    """
    with _Session(deadline) as session:
        return _send(session, "POST", url, None, json=body, headers=_HEADERS, stream=True)


def send_streamed(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    deadline: Deadline,
    timeout: tuple[float, float] = TIMEOUT_SECONDS,
) -> requests.Response:
    """Send a request with its own headers only; the body of the response is not read, and no redirect is followed.

    Args:
        method: HTTP method.
        url: the URL.
        headers: all headers.
        body: the body.
        deadline: time at which the response must be complete.
        timeout: seconds to connect, and between two bytes.

    Raises:
        LiveError: the head of the response is not complete at the deadline.
    """
    with _Session(deadline) as session:
        session.headers.clear()
        return _send(session, method, url, None, headers=headers, data=body, timeout=timeout, stream=True)


class DirectSession(requests.Session):
    """Sends no request for a loopback host to a proxy, which would read its secrets and is another program."""

    def merge_environment_settings(
        self,
        url: str | bytes | None,
        proxies: MutableMapping[str, str] | None,
        stream: Any,
        verify: Any,
        cert: Any,
    ) -> Any:
        """Return the settings of a request, without proxies if its host is loopback."""
        settings: Any = super().merge_environment_settings(url, proxies, stream, verify, cert)
        host = urlsplit(url.decode() if isinstance(url, bytes) else url or "").hostname or ""
        return {**settings, "proxies": {}} if is_loopback(host, allow_subdomains=True) else settings


def send_unchanged(method: str, url: str, headers: Mapping[str, str], body: bytes) -> requests.Response:
    """Send a request with its own headers only; no redirect is followed.

    Args:
        method: HTTP method.
        url: the URL.
        headers: all headers.
        body: the body.
    """
    with DirectSession() as session:
        return _send(session, method, url, None, headers=headers, data=body)


class _Session(DirectSession):
    """Ignores redirects: to prepare a redirect, even if it is not followed, requests would read the whole body.

    Args:
        deadline: time at which responses must be complete.
    """

    def __init__(self, deadline: Deadline) -> None:
        """Create the session; it does not connect yet."""
        super().__init__()
        for scheme in ("http://", "https://"):
            self.mount(scheme, DeadlineAdapter(deadline))

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - the target does not matter
        return None


def _send(session: DirectSession, method: str, url: str, token: str | None, **settings: Any) -> requests.Response:
    """Send a request with a token or none, within the usual time unless the settings have another; follow nothing."""
    settings = {"timeout": TIMEOUT_SECONDS, **settings}
    return session.request(method, url, auth=_authorization(token), allow_redirects=False, **settings)


def _authorization(token: str | None) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Return an ``auth`` that sets the token or nothing; without one, requests sends passwords of ``.netrc``."""

    def set_header(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if token:
            request.headers["Authorization"] = token
        return request

    return set_header
