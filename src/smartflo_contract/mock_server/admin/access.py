"""Who may use the admin API: on loopback whoever calls this machine by its own name, elsewhere who has the token."""

from hmac import compare_digest
from typing import Final
from urllib.parse import urlsplit

from flask import Request

from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.schemas.hosts import is_loopback

TOKEN: Final = "X-Smartflo-Admin-Token"  # noqa: S105 - the name of a header


def check_caller(config: Config, request: Request) -> None:
    """Refuse who may not ask: pages in a browser that go by another name, and on other addresses all without the token.

    Raises:
        Problem: the request is refused.
    """
    if config.admin_token is not None:
        if not compare_digest(request.headers.get(TOKEN, "").encode(), config.admin_token.encode()):
            raise Problem(403, f"send the admin token of this fake in the header {TOKEN}")
    elif not is_loopback(config.host, allow_subdomains=True):
        hint = "start it with an admin token (SMARTFLO_ADMIN_TOKEN), and send that in the header"
        raise Problem(403, f"this fake listens on {config.host}, where others reach it: {hint} {TOKEN}")
    if is_loopback(config.host, allow_subdomains=True):
        names = {"Host": f"//{request.headers.get('Host', '')}", "Origin": request.headers.get("Origin", "//localhost")}
        for header, value in names.items():
            if not is_loopback(_host_of(value), allow_subdomains=True):
                raise Problem(
                    403, f"the {header} of the request is no name of this machine; use 127.0.0.1 or localhost"
                )


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
