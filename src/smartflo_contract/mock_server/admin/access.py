"""Access control of the admin API: a loopback ``Host`` and ``Origin``, the admin token, or both."""

from hmac import compare_digest
from typing import Final

from flask import Request

from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.http.web_pages import host_of
from smartflo_contract.schemas.hosts import is_loopback

TOKEN_HEADER: Final = "X-Smartflo-Admin-Token"  # noqa: S105 - name of a header


def check_access(config: Config, request: Request) -> None:
    """Reject requests that may not use the admin API.

    On a loopback address, ``Host`` and ``Origin`` must be loopback too, so that a web page under another name cannot
    send requests, unless its origin is in ``cors``. On any other address, and wherever an admin token is configured,
    the request must carry it.

    Raises:
        Problem: the request is rejected.
    """
    is_local = is_loopback(config.host, allow_subdomains=True)
    if config.admin_token is not None:
        if not compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), config.admin_token.encode()):
            raise Problem(403, f"send the admin token of this fake in the header {TOKEN_HEADER}")
    elif not is_local:
        raise Problem(
            403,
            f"this fake listens on {config.host}, which other machines reach: start it with an admin token "
            f"(SMARTFLO_ADMIN_TOKEN), and send the token in the header {TOKEN_HEADER}",
        )
    if is_local:
        is_listed = request.headers.get("Origin") in config.cors
        urls = {"Host": f"//{request.headers.get('Host', '')}"}
        if not is_listed:
            urls["Origin"] = request.headers.get("Origin", "//localhost")
        for header, url in urls.items():
            if not is_loopback(host_of(url), allow_subdomains=True):
                raise Problem(403, f"the {header} of the request is not this machine; use 127.0.0.1 or localhost")
        if not is_listed and request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise Problem(403, "the request comes from a web page of another site; --cors allows one")
