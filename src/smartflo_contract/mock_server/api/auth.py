"""``POST /v1/auth/login``, ``refresh`` and ``logout``."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Request, Response

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS, account_id_of_login
from smartflo_contract.mock_server.accounts.tokens import TOKEN_LIFETIME_SECONDS
from smartflo_contract.mock_server.api.authorization import reject_web_page
from smartflo_contract.mock_server.api.fault_injection import respond_with_faults
from smartflo_contract.mock_server.api.rate_limit import spend_rate_budget
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.config.quirks import Quirks
from smartflo_contract.mock_server.context import FORCED_ACCOUNT_KEY, Call, State, open_call
from smartflo_contract.mock_server.http.lockout import LOCKOUT_SECONDS, lockout_response
from smartflo_contract.mock_server.http.request_bodies import BodySpec, read_object
from smartflo_contract.mock_server.http.responses import error_response, json_response
from smartflo_contract.mock_server.http.route_names import LOGIN

REJECTED_PASSWORD: Final = "wrong"  # noqa: S105 - it opens nothing
MAX_FAILED_LOGINS: Final = 5
"""Consecutive failed logins that lock a login id out. Assumed: public clients stop after three to avoid a lockout."""
_LOCKED_OUT: Final = (
    f"after {MAX_FAILED_LOGINS} failed logins in a row, the login id is locked out for {LOCKOUT_SECONDS} seconds; "
    "both numbers are assumed"
)
_DAYS_LEFT: Final = 90
"""Days until the password expires: the 90 days of the vendor's password policy."""
_LOGIN_BODY: Final = BodySpec("Login", 64 * 1024, '{"email": "you@example.com", "password": "any"}')


def post_login(state: State, request: Request) -> Response:
    """Return a token. Any login id with any password except ``wrong`` is accepted, unless logins are configured."""
    rejection = reject_web_page(state, request.environ)
    if rejection is not None:
        return rejection
    content = read_object(request, _LOGIN_BODY, lambda content: _quirks(state, _account_id(request, content)))
    if isinstance(content, Response):
        return content
    login, password = _login_id(content), content["password"]
    call = open_call(state, request.environ, _account_id(request, content))
    rejection = spend_rate_budget(call, is_login=True)
    if rejection is not None:
        return rejection
    return respond_with_faults(call, LOGIN, None, lambda: _login_response(call, login, password))


def _quirks(state: State, account_id: str) -> Quirks:
    """Return the quirks of an account at a login that is not opened as a call."""
    state.accounts.refresh(account_id)
    return state.resolved_settings(account_id).quirks


def _login_id(content: Mapping[str, Any]) -> Any:
    """Return the login id in the body of a login: ``email``, or ``login_id`` as at a sister brand of the vendor."""
    return content.get("email", content.get("login_id"))


def _account_id(request: Request, content: Mapping[str, Any]) -> str:
    """Return the account of a login, whose body may be invalid."""
    login = _login_id(content)
    own = account_id_of_login(login) if isinstance(login, str) else ALL_ACCOUNTS
    return str(request.environ.get(FORCED_ACCOUNT_KEY, own))


def post_refresh(call: Call) -> Response:
    """Return a new token for the account. The old one stays valid until it expires."""
    return json_response(200, _issue_token(call), "assumed")


def post_logout(call: Call) -> Response:
    """End the token if this fake issued it. Any other string stays a valid token."""
    if call.issued is not None and not call.state.config.read_only:
        with call.state.accounts.edit(call.account) as account:
            now = call.state.now(call.account)
            unexpired = {token_id: expires for token_id, expires in account.logged_out.items() if expires > now}
            account.logged_out = unexpired | {call.issued.token_id: call.issued.expires}
    return json_response(200, {"success": True, "message": "Successfully logged out"}, "assumed")


def _login_response(call: Call, login: str, password: str) -> Response:
    """Return the response to a login, and count failures."""
    state, lockout = call.state, call.settings.quirks["lockout"]
    accepted = _accepts(state.config, login, password)
    counts_failures = lockout != "off" and not state.config.read_only
    if accepted and state.accounts.get(call.account).failed_logins == 0:
        return _welcome_response(call)
    with state.accounts.edit(call.account) as account:
        now = state.now(call.account)
        if counts_failures and account.locked_until and now < account.locked_until:
            return lockout_response(int(lockout), account.locked_until, _LOCKED_OUT)
        if accepted or account.locked_until:
            account.failed_logins, account.locked_until = 0, 0.0
        if accepted:
            return _welcome_response(call)
        failed_logins = account.failed_logins + 1
        if not state.config.read_only:
            account.failed_logins = failed_logins
        if counts_failures and failed_logins >= MAX_FAILED_LOGINS:
            account.locked_until = now + LOCKOUT_SECONDS
    return _rejection_response(call, failed_logins)


def _accepts(config: Config, login: str, password: str) -> bool:
    if config.logins:
        return any((known.email, known.password) == (login, password) for known in config.logins)
    return password != REJECTED_PASSWORD


def _welcome_response(call: Call) -> Response:
    return json_response(200, _issue_token(call) | {"number_of_days_left": _DAYS_LEFT}, "documented")


def _issue_token(call: Call) -> dict[str, object]:
    token = call.state.tokens.issue(call.account, call.state.now(call.account))
    return {"success": True, "access_token": token, "token_type": "bearer", "expires_in": TOKEN_LIFETIME_SECONDS}


def _rejection_response(call: Call, failed_logins: int) -> Response:
    accepted = (
        "only configured logins are accepted"
        if call.state.config.logins
        else f"every password except `{REJECTED_PASSWORD}` is accepted"
    )
    reason = f"{accepted}; the status 401 is assumed"
    if call.settings.quirks["login_failure"] == "plain":
        return error_response(401, "Invalid credentials", reason)
    message = "The username or password is incorrect."
    body = {"success": False, "message": message, "login_failed_count": failed_logins}
    return json_response(401, body, "assumed", reason=reason)
