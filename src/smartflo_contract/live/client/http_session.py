"""The two requests that are sent to the real API; there is no way to send another."""

from collections.abc import Callable
from typing import Final

import requests

_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "gzip"}
_TIMEOUT: Final = (10, 30)
"""Seconds: to connect, and between bytes."""


def get(url: str, secret: str | None) -> requests.Response:
    """Ask for a URL, with a token or none; the body is not read, and no redirect is followed."""
    with _Session() as session:
        return session.get(
            url, headers=_HEADERS, auth=_authorized(secret), timeout=_TIMEOUT, allow_redirects=False, stream=True
        )


def log_in(url: str, body: dict[str, str]) -> requests.Response:
    """Send a login; the body of the answer is not read, and no redirect is followed."""
    with _Session() as session:
        return session.post(
            url,
            json=body,
            headers=_HEADERS,
            auth=_authorized(None),
            timeout=_TIMEOUT,
            allow_redirects=False,
            stream=True,
        )


class _Session(requests.Session):
    """Sees no redirects: to prepare for one, even unfollowed, requests would read all of the body in between."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - wherever it leads to
        return None


def _authorized(secret: str | None) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Return what gives a request its token, or none; without it requests would send passwords of a ``.netrc``."""

    def give(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if secret:
            request.headers["Authorization"] = secret
        return request

    return give
