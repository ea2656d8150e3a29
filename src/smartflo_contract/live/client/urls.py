"""URLs of the real API: which may be requested, and which redirects are followed."""

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests

from smartflo_contract.live.client.credentials import DEFAULT_BASE_URL
from smartflo_contract.live.client.request_guard import require_read_only
from smartflo_contract.live.errors import LiveError
from smartflo_contract.schemas.hosts import is_loopback

_SCHEME: Final = re.compile(r"\s*[A-Za-z]+://")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def validate_base_url(text: str) -> str:
    """Return a base URL without surrounding blanks and trailing slashes.

    Args:
        text: ``https``, or ``http`` on a loopback host; without ``/v1``, query and credentials.

    Raises:
        LiveError: it is not such a URL; with ``http`` elsewhere, credentials would be sent in clear text.
    """
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, is_sane = parts.hostname or "", parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        host, is_sane = "", False
    is_secure = bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host, allow_subdomains=False))
    )
    if not is_sane or not is_secure:
        message = (
            f"expected an https URL such as {DEFAULT_BASE_URL}, or http on a loopback address, got `{_masked(text)}`"
        )
        raise LiveError(message)
    if parts.query or parts.fragment or "/v1/" in f"{parts.path}/":
        message = f"expected the root URL of the API, without /v1 and a query, got `{_masked(text)}`"
        raise LiveError(message)
    return url


def _masked(url: str) -> str:
    """Return a URL without what may be secret: its credentials and its query."""
    credentials, at, rest = url.rpartition("@")
    scheme = _SCHEME.match(credentials)
    host_and_path, question, _ = rest.partition("?")
    prefix = f"{scheme[0] if scheme else ''}[masked]@" if at else ""
    return f"{prefix}{host_and_path}{'?[masked]' if question else ''}"


def validate_url(text: str) -> str:
    """Return a URL in the form in which it is sent, without its fragment.

    Raises:
        NotSentError: a GET of it would start or stop a broadcast.
        LiveError: it is not a URL, contains credentials, or would be sent in clear text.
    """
    request = requests.PreparedRequest()
    try:
        request.prepare_url(text, None)
        url = str(request.url).partition("#")[0]
        parts = urlsplit(url)
        origin = origin_of(url)
    except ValueError:
        message = "expected a URL such as https://api.example.com/v1/broadcast/leads/8668"
        raise LiveError(message) from None
    if "@" in parts.netloc:
        message = "the URL contains credentials: use SMARTFLO_TOKEN, or SMARTFLO_EMAIL and SMARTFLO_PASSWORD instead"
        raise LiveError(message)
    validate_base_url(origin)
    require_read_only("GET", parts.path)
    return url


def redirect_target(url: str, location: str, *, with_token: bool) -> str:
    """Return the URL that a redirect leads to.

    Args:
        url: the URL that was requested.
        location: header ``Location`` of the redirect.
        with_token: whether the request carries a token, which is sent to its own origin only.

    Raises:
        LiveError: the redirect must not be followed.
    """
    origin = origin_of(url)
    try:
        target = validate_url(urljoin(url, location))
    except (LiveError, ValueError) as error:
        message = f"{origin} redirects to a URL that is not followed: {error}"
        raise LiveError(message) from None
    not_followed = f"{origin} redirects to {origin_of(target)}, which is not followed"
    if with_token and origin_of(target) != origin:
        message = f"{not_followed}: the token is sent to {origin} only"
        raise LiveError(message)
    before, after = urlsplit(url), urlsplit(target)
    if after.scheme != "https" and (before.scheme, before.hostname) != (after.scheme, after.hostname):
        message = f"{not_followed}: expected https"
        raise LiveError(message)
    return target


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL: errors show nothing else, because the rest may be personal data."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def api_root_of(url: str) -> str:
    """Return the root URL of the API that a URL belongs to: the part before ``/v1/``."""
    path = urlsplit(url).path
    return origin_of(url) + (path.partition("/v1/")[0] if "/v1/" in path else "")
