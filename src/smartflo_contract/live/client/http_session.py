"""The only two requests that are sent to the real API: a GET and the login."""

from collections.abc import Callable
from typing import Final

import requests

from smartflo_contract.live.client.deadline import Deadline, DeadlineAdapter

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
        return session.get(
            url, headers=_HEADERS, auth=_authorization(token), timeout=timeout, allow_redirects=False, stream=True
        )


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
        return session.post(
            url,
            json=body,
            headers=_HEADERS,
            auth=_authorization(None),
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,
        )


class _Session(requests.Session):
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


def _authorization(token: str | None) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Return an ``auth`` that sets the token or nothing; without one, requests sends passwords of ``.netrc``."""

    def set_header(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if token:
            request.headers["Authorization"] = token
        return request

    return set_header
