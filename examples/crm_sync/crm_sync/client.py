"""A client of the Smartflo API: logs in, keeps its token, and tries again where that may help."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, NamedTuple, Self

import requests

BASE_URL: Final = "https://api-smartflo.tatateleservices.com"
INDIA: Final = timezone(timedelta(hours=5, minutes=30))
RETRIED: Final = frozenset({429, 500, 502, 503, 504})
ATTEMPTS: Final = 4
BACKOFF: Final = 0.5
"""Seconds before the second attempt; each further one waits twice as long."""
PATIENCE: Final = 60.0
"""The longest wait, in seconds; whoever is told to wait longer should come back later."""
REFRESHED_BEFORE: Final = timedelta(minutes=5)
"""A token that expires so soon is refreshed first."""


class SmartfloError(Exception):
    """The API cannot be reached, or does not do what it is asked."""


class LoginRefusedError(SmartfloError):
    """The login is wrong. Trying again locks it out."""


class TryLaterError(SmartfloError):
    """The API wants no requests for a while, as after too many failed logins.

    Attributes:
        until: when it will take requests again.
    """

    def __init__(self, message: str, until: datetime) -> None:
        """Keep the time."""
        super().__init__(f"{message}: try again at {until:%Y-%m-%d %H:%M:%S %Z}")
        self.until = until


class _Answer(NamedTuple):
    """Status, and content; ``None`` where the body is no JSON."""

    status: int
    content: Any

    @property
    def message(self) -> str:
        said = self.content.get("message", self.content) if isinstance(self.content, Mapping) else "no message"
        return f"status {self.status}, {said}"

    @property
    def failed(self) -> bool:
        """Errors also come with status 200, and ``success`` may be text."""
        success = self.content.get("success") if isinstance(self.content, Mapping) else True
        return self.status >= requests.codes.bad_request or str(success).lower() == "false"

    @property
    def refuses_token(self) -> bool:
        return self.status == requests.codes.unauthorized or (self.failed and "Token" in self.message)


class SmartfloClient:
    """A client of one account; use it as a context manager.

    Args:
        email: login id.
        password: of the login.
        timeout: seconds until a request has failed.
        sleep: waits for so many seconds.
        now: tells the time, with a zone.
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
        """Keep the login; the first request uses it."""
        self._login = {"email": email, "password": password}
        self._timeout, self._sleep, self._now = timeout, sleep, now
        self._session = requests.Session()
        self._token: str | None = None
        self._expires = now()
        self._scheme = "Bearer "

    def __enter__(self) -> Self:
        """Open nothing: connections open by themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._session.close()

    def leads(self, list_id: int) -> list[dict[str, Any]]:
        """Return the leads of a list.

        Raises:
            SmartfloError: they cannot be read.
        """
        content = self._call("GET", f"/v1/broadcast/leads/{list_id}")
        if not isinstance(content, list):
            message = f"list {list_id}: expected an array of leads"
            raise SmartfloError(message)
        return content

    def add_leads(self, list_id: int, leads: Sequence[Mapping[str, str]]) -> None:
        """Add leads to a list, but for numbers that it has; so a request whose answer is lost can be sent again.

        Raises:
            SmartfloError: they may not have been added.
        """
        self._call("POST", f"/v1/broadcast/leads/{list_id}", {"data": list(leads), "duplicate_option": "skip"})

    def _call(self, method: str, path: str, body: object = None) -> Any:
        """Return the content of an answer; a token that is refused is replaced, and sent in the other form at last."""
        self._have_token()
        answer = self._send(method, path, body)
        if answer.refuses_token:
            self._log_in()
            answer = self._send(method, path, body)
        if answer.refuses_token:
            self._scheme = "" if self._scheme else "Bearer "
            answer = self._send(method, path, body)
        if answer.failed:
            message = f"{method} {path}: {answer.message}"
            raise SmartfloError(message)
        return answer.content

    def _have_token(self) -> None:
        if self._token is None:
            self._log_in()
        elif self._now() > self._expires - REFRESHED_BEFORE:
            answer = self._send("POST", "/v1/auth/refresh")
            if answer.failed:
                self._log_in()
            else:
                self._keep(answer.content)

    def _log_in(self) -> None:
        self._token = None
        answer = self._send("POST", "/v1/auth/login", self._login)
        if answer.failed:
            raise LoginRefusedError(answer.message)
        self._keep(answer.content)

    def _keep(self, content: Mapping[str, Any]) -> None:
        self._token = content["access_token"]
        self._expires = self._now() + timedelta(seconds=content["expires_in"])

    def _send(self, method: str, path: str, body: object = None) -> _Answer:
        """Send a request until it has an answer that will not be another one soon."""
        headers = {"Authorization": f"{self._scheme}{self._token}"} if self._token else {}
        failure = ""
        for attempt in range(ATTEMPTS):
            wanted = 0.0
            try:
                response = self._session.request(
                    method, BASE_URL + path, json=body, headers=headers, timeout=self._timeout
                )
            except requests.RequestException as error:
                failure = type(error).__name__
            else:
                answer = _Answer(response.status_code, _decoded(response.content))
                wanted = self._wanted_wait(response, answer.content)
                if not wanted and answer.status not in RETRIED and answer.content is not None:
                    return answer
                failure = answer.message
            if wanted > PATIENCE:
                raise TryLaterError(failure, self._now() + timedelta(seconds=wanted))
            if attempt < ATTEMPTS - 1:
                self._sleep(wanted or BACKOFF * 2**attempt)
        message = f"{method} {path}: {failure}, after {ATTEMPTS} attempts"
        raise SmartfloError(message)

    def _wanted_wait(self, response: requests.Response, content: Any) -> float:
        """Return how many seconds an answer asks to wait; 0 where it does not, or not in a form that is known."""
        seconds = response.headers.get("Retry-After", "")
        if seconds.isdecimal():
            return float(seconds)
        until = content.get("retry_after") if isinstance(content, Mapping) else None
        try:
            return max(0.0, (datetime.fromisoformat(str(until)).replace(tzinfo=INDIA) - self._now()).total_seconds())
        except ValueError:
            return 0.0


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
