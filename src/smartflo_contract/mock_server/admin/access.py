"""Access control of the admin API and its console: a loopback ``Host`` and ``Origin``, the admin token, or both."""

from hmac import compare_digest
from typing import Final
from urllib.parse import urlsplit

from flask import Request

from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.http.web_pages import host_of
from smartflo_contract.schemas.hosts import is_loopback

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_HEADER: Final = "X-Smartflo-Admin-Token"  # noqa: S105 - name of a header


def check_access(config: Config, request: Request) -> None:
    """Reject requests that may not use the admin API.

    On a loopback address, ``Host`` and ``Origin`` must be loopback too, so that a web page under another name cannot
    send requests, unless its origin is in ``cors``; and a page that changes something must come from this fake. On any
    other address, and wherever an admin token is configured, the request must carry it.

    Raises:
        Problem: the request is rejected.
    """
    sent = request.headers.get(TOKEN_HEADER, "").encode()
    if config.admin_token is not None and not compare_digest(sent, config.admin_token.encode()):
        raise Problem(403, f"send the admin token of this fake in the header {TOKEN_HEADER}")
    check_page_access(config, request)


def check_page_access(config: Config, request: Request) -> None:
    """Reject requests that may not load the console. It has no data, and asks for the admin token where one is set.

    Raises:
        Problem: the request is rejected.
    """
    is_local = is_loopback(config.host, allow_subdomains=True)
    if config.admin_token is None and not is_local:
        raise Problem(
            403,
            f"this fake listens on {config.host}, which other machines reach: start it with an admin token "
            f"(SMARTFLO_ADMIN_TOKEN), and send the token in the header {TOKEN_HEADER}",
        )
    if is_local:
        _check_sites(config, request)


def _check_sites(config: Config, request: Request) -> None:
    """Reject requests that a web page of somebody else made a browser send to this machine.

    Raises:
        Problem: the request is rejected.
    """
    origin, host = request.headers.get("Origin"), request.headers.get("Host", "")
    is_listed = origin in config.cors
    urls = {"Host": f"//{host}"}
    if not is_listed:
        urls["Origin"] = "//localhost" if origin is None else origin
    for header, url in urls.items():
        if not is_loopback(host_of(url), allow_subdomains=True):
            raise Problem(403, f"the {header} of the request is not this machine; use 127.0.0.1 or localhost")
    is_write = origin is not None and request.method not in _SAFE_METHODS
    is_from_elsewhere = is_write and urlsplit(origin).netloc != host
    if not is_listed and (is_from_elsewhere or request.headers.get("Sec-Fetch-Site") == "cross-site"):
        raise Problem(403, "the request comes from a web page of another origin; --cors allows one")
