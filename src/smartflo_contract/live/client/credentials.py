"""Credentials for the real API, and the addresses of the vendor."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DEFAULT_BASE_URL: Final = "https://api-smartflo.tatateleservices.com"
"""Documented by the vendor."""
LOGIN_PATH: Final = "/v1/auth/login"
_LINE_ENDS: Final = "\r\n"


@dataclass(frozen=True, repr=False)
class Credentials:
    """An access token or a login; neither appears in ``repr``.

    Files, secrets of CI and prompts often end in a line break, which no secret contains: with it, each login would be
    refused and count towards a lock-out. Blanks around a token or login id are removed too; a password may have them.

    Attributes:
        token: access token; if set, no login is sent.
        email: login id.
        password: password of the login id.
    """

    token: str | None
    email: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        """Remove line ends."""
        object.__setattr__(self, "token", None if self.token is None else self.token.strip())
        object.__setattr__(self, "email", self.email.strip())
        object.__setattr__(self, "password", self.password.strip(_LINE_ENDS))

    def __repr__(self) -> str:
        """Return the kind of the credentials only."""
        return "<Credentials, a token>" if self.token else "<Credentials, a login>"


def credentials_from_environment(environ: Mapping[str, str] = os.environ) -> Credentials | None:
    """Return ``SMARTFLO_TOKEN``, or else ``SMARTFLO_EMAIL`` with ``SMARTFLO_PASSWORD``, or else ``None``."""
    token = Credentials(environ.get("SMARTFLO_TOKEN", ""))
    login = Credentials(None, environ.get("SMARTFLO_EMAIL", ""), environ.get("SMARTFLO_PASSWORD", ""))
    if token.token:
        return token
    return login if login.email and login.password else None
