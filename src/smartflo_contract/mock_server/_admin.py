"""The admin API, ``/__admin``: what a person or a test may ask of the fake itself, and change in it.

A request with an ``Authorization`` header speaks of the account that this token selects; one without, of all.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from hmac import compare_digest
from importlib.resources import files
from ipaddress import ip_address
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import orjson
from flask import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from smartflo_contract._version import __version__
from smartflo_contract.mock_server._clock import Clock
from smartflo_contract.mock_server._config import Config
from smartflo_contract.mock_server._faults import KINDS
from smartflo_contract.mock_server._quirks import QUIRKS
from smartflo_contract.mock_server._requests import read_body
from smartflo_contract.mock_server._state import State
from smartflo_contract.mock_server._tokens import token_of
from smartflo_contract.schemas import ContractError, load_contract
from smartflo_contract.schemas._errors import nearest

PREFIX: Final = "/__admin"
TOKEN: Final = "X-Smartflo-Admin-Token"  # noqa: S105 - the name of a header
_MOST_BYTES: Final = 64 * 1024
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999
"""Epoch ms of the years 1 and 9999, between which a clock may be set."""
_CLOCK_KEYS: Final = ("now", "advance", "frozen")


class AdminRoute(NamedTuple):
    """A route of the admin API.

    Attributes:
        method: HTTP method.
        path: below ``/__admin``.
        handler: called with the fake's state and the request.
    """

    method: str
    path: str
    handler: Callable[[State, Request], Response]


class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """Something is wrong with a request; answered as a problem document.

    Attributes:
        status: HTTP status.
        detail: what, and what to do.
    """

    def __init__(self, status: int, detail: str) -> None:
        """Keep what is wrong."""
        super().__init__(detail)
        self.status = status
        self.detail = detail


_TITLES: Final = {
    400: "Bad request",
    401: "No account",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Read-only",
    413: "Content too large",
    422: "Unprocessable content",
}


def problem(status: int, detail: str) -> Response:
    """Return a problem document, as RFC 9457 has it."""
    body = {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status, "detail": detail}
    return Response(orjson.dumps(body), status, mimetype="application/problem+json")


def answered(state: State, request: Request, handler: Callable[[State, Request], Response]) -> Response:
    """Return the answer to an admin request, if it may be answered at all."""
    try:
        _check_caller(state.config, request)
        return handler(state, request)
    except Problem as wrong:
        return problem(wrong.status, wrong.detail)


def unknown(status: int, method: str, path: str) -> Response:
    """Return the answer to a method and path that the admin API does not have.

    Args:
        status: 404, or 405 where only the method is unknown.
        method: HTTP method.
        path: the whole path.
    """
    known = [f"{route.method} {PREFIX}{route.path}" for route in ADMIN_ROUTES]
    return problem(
        status, f"there is no {method} {path[:100]}; there are {', '.join(known)}.{nearest(path[:100], known)}"
    )


@cache
def admin_openapi() -> dict[str, Any]:
    """Return the OpenAPI document of the admin API."""
    document: dict[str, Any] = orjson.loads(files(__package__).joinpath("admin_openapi.json").read_bytes())
    return document


def _check_caller(config: Config, request: Request) -> None:
    """Refuse who may not ask: pages in a browser that go by another name, and on other addresses all without the token.

    Raises:
        Problem: the request is refused.
    """
    if config.admin_token is not None:
        if not compare_digest(request.headers.get(TOKEN, "").encode(), config.admin_token.encode()):
            raise Problem(403, f"send the admin token of this fake in the header {TOKEN}")
    elif not _is_loopback(config.host):
        hint = "start it with an admin token (SMARTFLO_ADMIN_TOKEN), and send that in the header"
        raise Problem(403, f"this fake listens on {config.host}, where others reach it: {hint} {TOKEN}")
    if _is_loopback(config.host):
        names = {"Host": f"//{request.headers.get('Host', '')}", "Origin": request.headers.get("Origin", "//localhost")}
        for header, value in names.items():
            if not _is_loopback(_host_of(value)):
                raise Problem(
                    403, f"the {header} of the request is no name of this machine; use 127.0.0.1 or localhost"
                )


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _json(body: object) -> Response:
    return Response(orjson.dumps(body), mimetype="application/json")


def _health(_state: State, _: Request) -> Response:
    return _json({"status": "ok"})


def _version(state: State, _: Request) -> Response:
    config = state.config
    return _json(
        {"version": __version__, "profile": config.profile, "seed": config.seed, "read_only": config.read_only}
    )


def _contract(state: State, request: Request) -> Response:
    profile = request.args.get("profile", state.config.profile)
    try:
        contract = load_contract(profile, state.world.contract.overlay)
    except ContractError as error:
        raise Problem(422, str(error)) from None
    return _json(contract.schema("leads", annotated=True))


def _openapi(_state: State, _: Request) -> Response:
    return _json(admin_openapi())


def _quirks(state: State, _: Request) -> Response:
    return _json(
        [
            {
                "name": quirk.name,
                "value": state.quirks[quirk.name],
                "values": quirk.values,
                "default": quirk.default,
                "evidence": quirk.evidence,
                "why": quirk.why,
            }
            for quirk in QUIRKS
        ]
    )


def _faults(_state: State, _: Request) -> Response:
    return _json([{"name": name, "evidence": kind.evidence, "why": kind.why} for name, kind in KINDS.items()])


def _get_clock(state: State, request: Request) -> Response:
    return _clock(state.accounts.view(_account(state, request)).clock, state.clock())


def _patch_clock(state: State, request: Request) -> Response:
    account_id = _account(state, request)
    changes = _object(request)
    _refuse_read_only(state)
    _check_clock(changes)
    wall = state.clock()
    with state.accounts.edit(account_id) as account:
        clock = account.clock
        if "now" in changes:
            clock = clock.set_to(changes["now"] / 1_000, wall)
        clock = clock.advanced(changes.get("advance", 0))
        if not _FIRST <= clock.now(wall) * 1_000 <= _LAST:
            raise Problem(422, "advance: the clock would leave the years 1 to 9999")
        if "frozen" in changes:
            clock = clock.frozen(wall) if changes["frozen"] else clock.running(wall)
        account.clock = clock
    return _clock(clock, wall)


def _post_reset(state: State, request: Request) -> Response:
    _refuse_read_only(state)
    state.accounts.forget(_account(state, request) if "Authorization" in request.headers else None)
    return _json({"status": "ok"})


def _clock(clock: Clock, wall: float) -> Response:
    now = clock.now(wall)
    shown = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
    return _json({"now": round(now * 1_000), "time": shown, "frozen": clock.frozen_at is not None})


def _check_clock(changes: Mapping[str, Any]) -> None:
    unknown = [key for key in changes if key not in _CLOCK_KEYS]
    if unknown or not changes:
        raise Problem(422, f"expected some of {', '.join(_CLOCK_KEYS)}, got {', '.join(unknown) or 'none'}")
    now, advance, frozen = (changes.get(key) for key in _CLOCK_KEYS)
    if "now" in changes and not (isinstance(now, int) and not isinstance(now, bool) and _FIRST <= now <= _LAST):
        raise Problem(422, f"now: expected epoch ms, a whole number from {_FIRST} to {_LAST}")
    fits = isinstance(advance, int | float) and not isinstance(advance, bool) and 0 <= advance <= _LAST
    if "advance" in changes and not fits:
        raise Problem(422, "advance: expected seconds, 0 or more; to go back, set now")
    if "frozen" in changes and type(frozen) is not bool:
        raise Problem(422, "frozen: expected true or false")


def _account(state: State, request: Request) -> str:
    token = token_of(request.headers.get("Authorization"))
    if not token and state.config.auth == "on":
        raise Problem(401, "send the Authorization header of the account that is meant: each has a clock of its own")
    return state.account_of(token)


def _refuse_read_only(state: State) -> None:
    if state.config.read_only:
        raise Problem(409, "this fake is read-only; start it with one worker and without --read-only")


def _object(request: Request) -> dict[str, Any]:
    try:
        content = orjson.loads(read_body(request, _MOST_BYTES))
    except RequestEntityTooLarge:
        raise Problem(413, f"the body is larger than {_MOST_BYTES} bytes") from None
    except ValueError as error:
        raise Problem(400, f"the body is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise Problem(400, 'the body is no JSON object; for example {"advance": 3600}')
    return content


ADMIN_ROUTES: Final = (
    AdminRoute("GET", "/health", _health),
    AdminRoute("GET", "/ready", _health),
    AdminRoute("GET", "/version", _version),
    AdminRoute("GET", "/contract", _contract),
    AdminRoute("GET", "/openapi", _openapi),
    AdminRoute("GET", "/quirks", _quirks),
    AdminRoute("GET", "/faults", _faults),
    AdminRoute("GET", "/clock", _get_clock),
    AdminRoute("PATCH", "/clock", _patch_clock),
    AdminRoute("POST", "/reset", _post_reset),
)
"""Every route of the admin API."""
