"""An account on a running fake, which a state machine controls over HTTP."""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from hypothesis.errors import InvalidArgument

TIMEOUT_SECONDS: Final = 10.0
_ERROR: Final = 400
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_MAX_SHOWN_CHARACTERS: Final = 300
_ADMIN_TOKEN_HEADER: Final = "X-Smartflo-Admin-Token"  # noqa: S105 - name of a header
_REASON_HEADER: Final = "X-Smartflo-Fake-Reason"


class Response(NamedTuple):
    """A response of the fake.

    Attributes:
        status: HTTP status.
        content: decoded body; a string if it is not JSON.
        reason: the fake's explanation of an error.
    """

    status: int
    content: Any
    reason: str

    @property
    def is_error(self) -> bool:
        """Whether it is an error, which may have status 200."""
        success = self.content.get("success", True) if isinstance(self.content, Mapping) else True
        return self.status >= _ERROR or str(success).lower() == "false"

    def __str__(self) -> str:
        """Return the status and the start of the body, with the fake's explanation."""
        body = self.content if isinstance(self.content, str) else json.dumps(self.content, ensure_ascii=False)
        return f"{self.status} {body[:_MAX_SHOWN_CHARACTERS]}{f' ({self.reason})' if self.reason else ''}"


class FakeAccount:
    """An account on a running fake.

    Args:
        base_url: scheme, host and port of the fake.
        email: login id of the account, which is reset; empty for a new account.
        password: its password.
        admin_token: token of the admin API, if the fake requires one.

    Attributes:
        email: login id of the account.
        headers: headers that send the current access token.

    Raises:
        ConnectionError: no fake answers at the URL.
        InvalidArgument: the URL is not valid.
        PermissionError: the fake is read-only, or rejects the login, the token or the admin token.
    """

    def __init__(self, base_url: str, email: str, password: str, admin_token: str | None) -> None:
        """Check the fake, reset the account, and log in."""
        from urllib3 import PoolManager  # noqa: PLC0415 - slow to import, and other strategies send nothing

        self._base_url = _checked_url(base_url)
        self.email, self._password = email or f"{uuid4().hex}@example.com", password
        self.headers: dict[str, str] = {}
        self._admin_headers = {} if admin_token is None else {_ADMIN_TOKEN_HEADER: admin_token}
        self._pool = PoolManager(timeout=TIMEOUT_SECONDS, retries=False)
        self._scheme = "Bearer "
        self._check_fake()
        self.log_in()
        if email:
            self.reset()
            self.log_in()
        self._check_token()

    def send(self, method: str, path: str, body: object = None) -> Response:
        """Send a request of the account, and return the response.

        Raises:
            ConnectionError: the fake does not answer.
        """
        from urllib3.exceptions import HTTPError  # noqa: PLC0415 - as above

        headers = dict(self.headers)
        if path.startswith("/__admin"):
            headers |= self._admin_headers
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = None if body is None else json.dumps(body)
        try:
            raw = self._pool.request(method, self._base_url + path, body=content, headers=headers)
        except HTTPError as error:
            message = f"no fake answers at {self._base_url} ({type(error).__name__}); start one, and pass its URL"
            raise ConnectionError(message) from None
        return Response(raw.status, _decoded(raw.data), unquote(raw.headers.get(_REASON_HEADER, "")))

    def log_in(self) -> None:
        """Get an access token.

        Raises:
            PermissionError: the fake rejects the login.
        """
        self.headers = {}
        response = self.send("POST", "/v1/auth/login", {"email": self.email, "password": self._password})
        if response.is_error:
            message = f"the fake rejects the login of {self.email}: {response}; pass the email and password of a login"
            raise PermissionError(message)
        self._token = str(response.content["access_token"])
        self.headers = {"Authorization": f"{self._scheme}{self._token}"}

    def reset(self) -> None:
        """Reset the account to its initial state."""
        self.send("POST", "/__admin/reset")

    def profile(self) -> str:
        """Return the profile of the account's leads."""
        return str(self.send("GET", "/__admin/profile").content["profile"])

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def _check_token(self) -> None:
        """Send the token after ``Bearer``, or raw if the fake requires it."""
        check = self.send("GET", "/v1/broadcast/lists")
        if check.status == _UNAUTHORIZED:
            self._scheme, self.headers = "", {"Authorization": self._token}
            check = self.send("GET", "/v1/broadcast/lists")
        if check.is_error:
            message = f"the fake rejects the token of {self.email}: {check}"
            raise PermissionError(message)

    def _check_fake(self) -> None:
        response = self.send("GET", "/__admin/version")
        version = response.content if isinstance(response.content, Mapping) else {}
        if response.status == _FORBIDDEN and "detail" in version:
            message = f"the fake at {self._base_url} rejects the machine: {version['detail']}; set admin_token"
            raise PermissionError(message)
        if "read_only" not in version:
            message = (
                f"{self._base_url} is not a fake Smartflo: GET /__admin/version returns {response}; the machine writes,"
                " so it runs against fakes only"
            )
            raise ConnectionError(message)
        if version["read_only"]:
            message = f"the fake at {self._base_url} is read-only; start it with one worker and without --read-only"
            raise PermissionError(message)


def _checked_url(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
        is_valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query
    except (AttributeError, TypeError, ValueError):
        is_valid = False
    if not is_valid:
        message = (
            f"base_url: expected the URL of a running fake, such as smartflo.url or http://127.0.0.1:8080, got "
            f"{base_url!r}"
        )
        raise InvalidArgument(message)
    return base_url.rstrip("/")


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
