"""Where the real API is, and what opens it."""

import os
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from smartflo_contract.live.errors import LiveError
from smartflo_contract.schemas.hosts import is_loopback

BASE_URL: Final = "https://api-smartflo.tatateleservices.com"
"""The host that the vendor's pages name."""
HOSTS: Final = ("api-smartflo.tatateleservices.com", "api-cloudphone.tatateleservices.com")
"""The vendor's hosts; public client code names the second, which is older."""
LOGIN: Final = "/v1/auth/login"


def checked_url(text: str) -> str:
    """Return a base URL without a slash at its end.

    Raises:
        LiveError: it is none, or credentials would travel in clear.
    """
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, sane = parts.hostname or "", parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        host, sane = "", False
    secure = parts.scheme == "https" if host else False
    if not sane or not (secure or (host and parts.scheme == "http" and is_loopback(host, allow_subdomains=False))):
        message = f"expected https such as {BASE_URL}, or http on this machine, got `{text}`"
        raise LiveError(message)
    if parts.query or parts.fragment or parts.path.endswith("/v1"):
        message = f"expected the root of the API, without /v1 and a query, got `{text}`"
        raise LiveError(message)
    return url


class Credentials(NamedTuple):
    """What opens an account; shown nowhere.

    Attributes:
        token: an access token; where there is one, nobody logs in.
        email: login id.
        password: of the login id.
    """

    token: str | None
    email: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Tell which kind it is."""
        return "<Credentials, a token>" if self.token else "<Credentials, a login>"


def credentials(environ: Mapping[str, str] = os.environ) -> Credentials | None:
    """Return what the environment has: ``SMARTFLO_TOKEN``, or ``SMARTFLO_EMAIL`` and ``SMARTFLO_PASSWORD``."""
    token = environ.get("SMARTFLO_TOKEN", "").strip()
    if token:
        return Credentials(token)
    email, password = environ.get("SMARTFLO_EMAIL", ""), environ.get("SMARTFLO_PASSWORD", "")
    return Credentials(None, email, password) if email and password else None
