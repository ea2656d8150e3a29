"""A client of the Smartflo API without other packages, which sends logins and writes as forms."""

import http.client
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

HOST: Final = "api-smartflo.tatateleservices.com"
TIMEOUT_SECONDS: Final = 10.0
_DEFAULT_WAIT_SECONDS: Final = 60


class SmartfloError(Exception):
    """The API cannot be reached, or rejects a request."""


class BusyError(SmartfloError):
    """The API accepts no requests for some time: enqueue the job again.

    Attributes:
        seconds: to wait.
    """

    def __init__(self, seconds: int) -> None:
        """Store the seconds."""
        super().__init__(f"too many requests; try again in {seconds} s")
        self.seconds = seconds


class SmartfloClient:
    """A client of one account. The first request logs in.

    Args:
        email: login id.
        password: password of the login id.
    """

    def __init__(self, email: str, password: str) -> None:
        """Store the login."""
        self._login = {"email": email, "password": password}
        self._token: str | None = None

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

    def add_lead(self, list_id: int, lead: Mapping[str, str]) -> None:
        """Add a lead, unless the list contains its number, so that the request can be repeated safely.

        Raises:
            SmartfloError: the lead may not have been added.
        """
        self._call("POST", f"/v1/broadcast/lead/{list_id}", {**lead, "duplicate_option": "skip"})

    def _call(self, method: str, path: str, form: Mapping[str, str] | None = None) -> Any:
        """Return the content of a response; a token that has expired is replaced once."""
        if self._token is None:
            self._log_in()
        status, content = self._send(method, path, form)
        if _rejects_token(status, content):
            self._log_in()
            status, content = self._send(method, path, form)
        if _is_error(status, content):
            message = f"{method} {path}: status {status}, {_message(content)}"
            raise SmartfloError(message)
        return content

    def _log_in(self) -> None:
        self._token = None
        status, content = self._send("POST", "/v1/auth/login", self._login)
        if _is_error(status, content):
            message = f"login: status {status}, {_message(content)}"
            raise SmartfloError(message)
        self._token = content["access_token"]

    def _send(self, method: str, path: str, form: Mapping[str, str] | None) -> tuple[int, Any]:
        """Return status and decoded body of a response."""
        headers = {"Accept": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPSConnection(HOST, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            response = connection.getresponse()
            content = json.loads(response.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            message = f"{method} {path}: no readable response, {type(error).__name__}"
            raise SmartfloError(message) from error
        finally:
            connection.close()
        if response.status == http.HTTPStatus.TOO_MANY_REQUESTS:
            wait = response.headers.get("Retry-After", "")
            raise BusyError(int(wait) if wait.isdecimal() else _DEFAULT_WAIT_SECONDS)
        return response.status, content


def _is_error(status: int, content: Any) -> bool:
    """Return whether a response is an error; errors may have status 200, and ``success`` may be a string."""
    success = content.get("success") if isinstance(content, Mapping) else True
    return status >= http.HTTPStatus.BAD_REQUEST or str(success).lower() == "false"


def _rejects_token(status: int, content: Any) -> bool:
    return status == http.HTTPStatus.UNAUTHORIZED or (_is_error(status, content) and "Token" in _message(content))


def _message(content: Any) -> str:
    return str(content.get("message", content)) if isinstance(content, Mapping) else "no message"
