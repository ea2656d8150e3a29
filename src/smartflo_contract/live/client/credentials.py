"""Credentials for the real API, and the addresses of the vendor."""

import os
from collections.abc import Mapping
from typing import Final, NamedTuple

DEFAULT_BASE_URL: Final = "https://api-smartflo.tatateleservices.com"
"""Documented by the vendor."""
LOGIN_PATH: Final = "/v1/auth/login"


class Credentials(NamedTuple):
    """An access token or a login; neither appears in ``repr``.

    Attributes:
        token: access token; if set, no login is sent.
        email: login id.
        password: password of the login id.
    """

    token: str | None
    email: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Return the kind of the credentials only."""
        return "<Credentials, a token>" if self.token else "<Credentials, a login>"


def credentials_from_environment(environ: Mapping[str, str] = os.environ) -> Credentials | None:
    """Return ``SMARTFLO_TOKEN``, or else ``SMARTFLO_EMAIL`` with ``SMARTFLO_PASSWORD``, or else ``None``."""
    token = environ.get("SMARTFLO_TOKEN", "").strip()
    if token:
        return Credentials(token)
    email, password = environ.get("SMARTFLO_EMAIL", ""), environ.get("SMARTFLO_PASSWORD", "")
    return Credentials(None, email, password) if email and password else None
