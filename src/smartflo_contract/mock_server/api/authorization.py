"""Authorize requests: which account a token selects, and which tokens are rejected."""

from typing import TYPE_CHECKING, Final

from flask import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from smartflo_contract.mock_server.accounts.account_ids import ANONYMOUS
from smartflo_contract.mock_server.accounts.tokens import TokenClaims
from smartflo_contract.mock_server.context import FORCED_ACCOUNT_KEY, Call, State, open_call
from smartflo_contract.mock_server.http.request_bodies import SMALL_BODY_BYTES, parse_body, read_body
from smartflo_contract.mock_server.http.responses import error_response
from smartflo_contract.mock_server.http.web_pages import foreign_header

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

AUTHORIZED_CALL_KEY: Final = "smartflo_contract.authorized_call"
"""Key of the WSGI environment with the call of a request that was authorized before Flask handles it."""
_HEADER_MISSING: Final = (
    "send an Authorization header; any ASCII string is accepted, for example: "
    "curl --header 'Authorization: Bearer any-text'"
)
_KEY_MISSING: Final = "send an Authorization header, or {key} in the body; any ASCII string is accepted"
_FOREIGN: Final = (
    "the header {header} shows that a web page of another site sent the request, or that it names another machine; a "
    "fake on loopback answers this machine only, as 127.0.0.1 or localhost, and web pages that --cors names"
)
_LOG_IN: Final = "log in at POST /v1/auth/login"


def reject_web_page(state: State, environ: "WSGIEnvironment") -> Response | None:
    """Return the response to a request that a web page of another site sent, ``None`` for any other request."""
    if FORCED_ACCOUNT_KEY in environ:  # a port for one test, whose client keeps its own Host
        return None
    header = foreign_header(state.config.host, state.config.cors, environ)
    if header is None:
        return None
    return error_response(403, "You do not have access to this resource.", _FOREIGN.format(header=header))


def authorize(state: State, environ: "WSGIEnvironment") -> Call | Response:
    """Return the call of the account that the request's token selects, or the response that rejects the request."""
    rejection = reject_web_page(state, environ)
    if rejection is not None:
        return rejection
    holder = state.token_holder(environ)
    if holder is None:
        if state.config.auth == "off":
            return open_call(state, environ, environ.get(FORCED_ACCOUNT_KEY, ANONYMOUS))
        return error_response(401, "Unauthorized", _HEADER_MISSING)
    call = open_call(state, environ, holder.account, holder.issued)
    issued, quirks = call.issued, call.settings.quirks
    if issued is None and quirks["unknown_token"] == "401":  # noqa: S105 - a status
        return error_response(401, "Unauthorized", f"this fake did not issue the token; {_LOG_IN}")
    if quirks["auth_scheme"] not in {"any", holder.scheme}:
        reason = f"the quirk auth_scheme is {quirks['auth_scheme']}, but the token has the other form"
        return error_response(401, "Unauthorized", reason)
    rejection = None if issued is None else _check_claims(call, issued)
    return call if rejection is None else rejection


def authorize_by_key(state: State, request: Request, key: str) -> Call | Response:
    """Return the call of the account that a value in the body selects, if the request has no Authorization header.

    Args:
        state: the state of the fake.
        request: the request.
        key: key of the value, which selects the account that it would select as a token.
    """
    environ = request.environ
    if environ.get("HTTP_AUTHORIZATION") or state.config.auth == "off":
        return authorize(state, environ)
    rejection = reject_web_page(state, environ)
    if rejection is not None:
        return rejection
    try:
        content = parse_body(request.content_type, read_body(request, SMALL_BODY_BYTES))
    except (RequestEntityTooLarge, ValueError):
        content = None
    value = content.get(key) if isinstance(content, dict) else None
    holder = state.tokens.holder(value) if isinstance(value, str) else None
    if holder is None:
        return error_response(401, "Unauthorized", _KEY_MISSING.format(key=key))
    return open_call(state, environ, environ.get(FORCED_ACCOUNT_KEY, holder.account))


def authorize_once(state: State, environ: "WSGIEnvironment") -> Call | Response:
    """Return the call of a request that was authorized before Flask handles it, or authorize the request."""
    authorized: Call | None = environ.pop(AUTHORIZED_CALL_KEY, None)
    return authorize(state, environ) if authorized is None else authorized


def _check_claims(call: Call, claims: TokenClaims) -> Response | None:
    """Return the response that rejects an expired or logged-out token, ``None`` for a valid one."""
    if claims.expires <= call.state.now(call.account):
        status = int(call.settings.quirks["expired_token"])
        reason = f"this fake issued the token, but it has expired; {_LOG_IN}"
        return error_response(status, "Token has expired", reason, evidence="observed")
    if claims.token_id in call.state.accounts.get(call.account).logged_out:
        return error_response(401, "Unauthorized", f"the token was logged out; {_LOG_IN}")
    return None
