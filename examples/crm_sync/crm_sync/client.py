"""A client of the Smartflo API that logs in, keeps its token, and retries failed requests."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, NamedTuple, Self

import requests

BASE_URL: Final = "https://api-smartflo.tatateleservices.com"
INDIA: Final = timezone(timedelta(hours=5, minutes=30))
RETRIED_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
MAX_ATTEMPTS: Final = 4
BACKOFF_SECONDS: Final = 0.5
"""Wait before the second attempt; it doubles with each attempt."""
MAX_WAIT_SECONDS: Final = 60.0
"""If the API requires a longer wait, the request fails."""
REFRESH_BEFORE: Final = timedelta(minutes=5)
"""Remaining lifetime at which a token is refreshed."""


class SmartfloError(Exception):
    """The API cannot be reached, or rejects a request."""


class LoginRejectedError(SmartfloError):
    """The login is wrong. Repeating it causes a lock-out."""


class TryLaterError(SmartfloError):
    """The API rejects requests for some time, as after too many failed logins.

    Attributes:
        until: time from which it accepts requests.
    """

    def __init__(self, message: str, until: datetime) -> None:
        """Add the time to the message."""
        super().__init__(f"{message}: try again at {until:%Y-%m-%d %H:%M:%S %Z}")
        self.until = until


class _Response(NamedTuple):
    """Status and decoded content of a response; the content is ``None`` if the body is not JSON."""

    status: int
    content: Any

    @property
    def message(self) -> str:
        message = self.content.get("message", self.content) if isinstance(self.content, Mapping) else "no message"
        return f"status {self.status}, {message}"

    @property
    def is_error(self) -> bool:
        """Whether it is an error; errors may have status 200, and ``success`` may be a string."""
        success = self.content.get("success") if isinstance(self.content, Mapping) else True
        return self.status >= requests.codes.bad_request or str(success).lower() == "false"

    @property
    def rejects_token(self) -> bool:
        return self.status == requests.codes.unauthorized or (self.is_error and "Token" in self.message)


class SmartfloClient:
    """A client of one account; use it as a context manager.

    Args:
        email: login id.
        password: password of the login id.
        timeout: maximum time of a request, in seconds.
        sleep: waits for a number of seconds.
        now: returns the current time, with a time zone.
    """

    def __init__(
        self,
        email: str,
        password: str,
        *,
        timeout: float = 10.0,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Store the login; the first request uses it."""
        self._login = {"email": email, "password": password}
        self._timeout, self._sleep, self._now = timeout, sleep, now
        self._session = requests.Session()
        self._token: str | None = None
        self._expires = now()
        self._scheme = "Bearer "

    def __enter__(self) -> Self:
        """Return the client; connections are opened when needed."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._session.close()

    def leads(self, list_id: int) -> list[dict[str, Any]]:
        """Return the leads of a list.

        Raises:
            SmartfloError: the list cannot be read.
        """
        content = self._call("GET", f"/v1/broadcast/leads/{list_id}")
        if not isinstance(content, list):
            message = f"list {list_id}: expected an array of leads"
            raise SmartfloError(message)
        return content

    def add_leads(self, list_id: int, leads: Sequence[Mapping[str, str]]) -> None:
        """Add leads to a list, except numbers that it contains, so that the request can be repeated safely.

        Raises:
            SmartfloError: the leads may not have been added.
        """
        self._call("POST", f"/v1/broadcast/leads/{list_id}", {"data": list(leads), "duplicate_option": "skip"})

    def _call(self, method: str, path: str, body: object = None) -> Any:
        """Return the content of a response. A rejected token is replaced, then sent in the other form."""
        self._ensure_token()
        response = self._send(method, path, body)
        if response.rejects_token:
            self._log_in()
            response = self._send(method, path, body)
        if response.rejects_token:
            self._scheme = "" if self._scheme else "Bearer "
            response = self._send(method, path, body)
        if response.is_error:
            message = f"{method} {path}: {response.message}"
            raise SmartfloError(message)
        return response.content

    def _ensure_token(self) -> None:
        if self._token is None:
            self._log_in()
        elif self._now() > self._expires - REFRESH_BEFORE:
            response = self._send("POST", "/v1/auth/refresh")
            if response.is_error:
                self._log_in()
            else:
                self._store_token(response.content)

    def _log_in(self) -> None:
        self._token = None
        response = self._send("POST", "/v1/auth/login", self._login)
        if response.is_error:
            raise LoginRejectedError(response.message)
        self._store_token(response.content)

    def _store_token(self, content: Mapping[str, Any]) -> None:
        self._token = content["access_token"]
        self._expires = self._now() + timedelta(seconds=content["expires_in"])

    def _send(self, method: str, path: str, body: object = None) -> _Response:
        """Send a request, and repeat it while the failure may be temporary."""
        headers = {"Authorization": f"{self._scheme}{self._token}"} if self._token else {}
        failure = ""
        for attempt in range(MAX_ATTEMPTS):
            required_wait = 0.0
            try:
                raw = self._session.request(method, BASE_URL + path, json=body, headers=headers, timeout=self._timeout)
            except requests.RequestException as error:
                failure = type(error).__name__
            else:
                response = _Response(raw.status_code, _decode(raw.content))
                required_wait = self._required_wait(raw, response.content)
                if not required_wait and response.status not in RETRIED_STATUSES and response.content is not None:
                    return response
                failure = response.message
            if required_wait > MAX_WAIT_SECONDS:
                raise TryLaterError(failure, self._now() + timedelta(seconds=required_wait))
            if attempt < MAX_ATTEMPTS - 1:
                self._sleep(required_wait or BACKOFF_SECONDS * 2**attempt)
        message = f"{method} {path}: {failure}, after {MAX_ATTEMPTS} attempts"
        raise SmartfloError(message)

    def _required_wait(self, response: requests.Response, content: Any) -> float:
        """Return the seconds to wait that a response requires; 0 if it names none in a known form."""
        seconds = response.headers.get("Retry-After", "")
        if seconds.isdecimal():
            return float(seconds)
        until = content.get("retry_after") if isinstance(content, Mapping) else None
        try:
            return max(0.0, (datetime.fromisoformat(str(until)).replace(tzinfo=INDIA) - self._now()).total_seconds())
        except ValueError:
            return 0.0


def _decode(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
