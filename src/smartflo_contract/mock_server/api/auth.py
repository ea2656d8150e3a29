"""``POST /v1/auth/login``, ``refresh`` and ``logout``: tokens, and how they are lost."""

from typing import Final

from flask import Request, Response

from smartflo_contract.mock_server.accounts.account_ids import account_id_of_login
from smartflo_contract.mock_server.accounts.tokens import TOKEN_LIFETIME_SECONDS
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.context import ONLY, Call, State, faulty
from smartflo_contract.mock_server.http.lockout import LOCKOUT_SECONDS, lockout_response
from smartflo_contract.mock_server.http.request_bodies import BodySpec, read_json_object
from smartflo_contract.mock_server.http.responses import error_response, json_response
from smartflo_contract.mock_server.http.route_names import LOGIN

WRONG_PASSWORD: Final = "wrong"  # noqa: S105 - it opens nothing
MOST_FAILURES: Final = 5
"""Failed logins in a row until a login id is locked out. Assumed: clients stop at three for fear of it."""
_TOO_MANY: Final = (
    f"{MOST_FAILURES} logins in a row have failed, so this login id is locked out for {LOCKOUT_SECONDS} seconds; "
    "the number and the duration are assumed"
)
_DAYS_LEFT: Final = 90
"""The password policy's 90 days, as on the day of a change."""
_LOGIN: Final = BodySpec("Login", 64 * 1024, '{"email": "you@example.com", "password": "any"}')


def post_login(state: State, request: Request) -> Response:
    """Answer with a token; any login id and any password but ``wrong`` will do, unless logins are configured."""
    content = read_json_object(request, _LOGIN)
    if isinstance(content, Response):
        return content
    login, password = content["email"], content["password"]
    call = state.call(request, request.environ.get(ONLY) or account_id_of_login(login))
    return faulty(call, LOGIN, None, lambda: _logged_in(call, login, password))


def post_refresh(call: Call) -> Response:
    """Answer with a new token for the account that asks; the old one stays valid until it expires."""
    return json_response(200, _token(call), "assumed")


def post_logout(call: Call) -> Response:
    """Refuse the token from now on, where this fake issued it; other texts stay what they are."""
    if call.issued is not None and not call.state.config.read_only:
        with call.state.accounts.edit(call.account) as account:
            now = call.state.now(call.account)
            known = {token: expires for token, expires in account.logged_out.items() if expires > now}
            account.logged_out = known | {call.issued.token_id: call.issued.expires}
    return json_response(200, {"success": True, "message": "Successfully logged out"}, "assumed")


def _logged_in(call: Call, login: str, password: str) -> Response:
    """Answer a login whose body is as it should be, and count those that fail."""
    state, lockout = call.state, call.settings.quirks["lockout"]
    right = _is_right(state.config, login, password)
    counted = lockout != "off" and not state.config.read_only
    if right and state.accounts.get(call.account).failed_logins == 0:
        return _welcome(call)
    with state.accounts.edit(call.account) as account:
        now = state.now(call.account)
        if counted and account.locked_until and now < account.locked_until:
            return lockout_response(lockout, account.locked_until, _TOO_MANY)
        if right or account.locked_until:
            account.failed_logins, account.locked_until = 0, 0.0
        if right:
            return _welcome(call)
        failures = account.failed_logins + 1
        if not state.config.read_only:
            account.failed_logins = failures
        if counted and failures >= MOST_FAILURES:
            account.locked_until = now + LOCKOUT_SECONDS
    return _refused(call, failures)


def _is_right(config: Config, login: str, password: str) -> bool:
    logins = config.logins
    if logins:
        return any((one.email, one.password) == (login, password) for one in logins)
    return password != WRONG_PASSWORD


def _welcome(call: Call) -> Response:
    return json_response(200, _token(call) | {"number_of_days_left": _DAYS_LEFT}, "documented")


def _token(call: Call) -> dict[str, object]:
    token = call.state.tokens.issue(call.account, call.state.now(call.account))
    return {"success": True, "access_token": token, "token_type": "bearer", "expires_in": TOKEN_LIFETIME_SECONDS}


def _refused(call: Call, failures: int) -> Response:
    known = (
        "only the configured logins are taken"
        if call.state.config.logins
        else f"the password `{WRONG_PASSWORD}` is always refused, any other is taken"
    )
    reason = f"{known}; the status 401 is assumed"
    if call.settings.quirks["login_failure"] == "plain":
        return error_response(401, "Invalid credentials", reason)
    body = {"success": False, "message": "The username or password is incorrect.", "login_failed_count": failures}
    return json_response(401, body, "assumed", reason=reason)
