"""``POST /v1/auth/login``, ``refresh`` and ``logout``: tokens, and how they are lost."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from flask import Request, Response

from smartflo_contract.mock_server.accounts.clock import LAST
from smartflo_contract.mock_server.accounts.store import account_of_login
from smartflo_contract.mock_server.accounts.tokens import LIFETIME
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.context import ONLY, Call, State, faulty
from smartflo_contract.mock_server.faults.injectors import LOGIN
from smartflo_contract.mock_server.http.request_bodies import Body, content_of
from smartflo_contract.mock_server.http.responses import answer, refusal

WRONG_PASSWORD: Final = "wrong"  # noqa: S105 - it opens nothing
MOST_FAILURES: Final = 5
"""Failed logins in a row until a login id is locked out. Assumed: clients stop at three for fear of it."""
LOCKED_SECONDS: Final = 600
"""How long a login id is locked out. Assumed, as a public client does that waits so long where no answer says."""
_TOO_MANY: Final = (
    f"{MOST_FAILURES} logins in a row have failed, so this login id is locked out for {LOCKED_SECONDS} seconds; "
    "the number and the duration are assumed"
)
_DAYS_LEFT: Final = 90
"""The password policy's 90 days, as on the day of a change."""
_LOGIN: Final = Body("Login", 64 * 1024, '{"email": "you@example.com", "password": "any"}')
_LAST_UNTIL: Final = LAST - 24 * 60 * 60
"""Seconds since the epoch: in India as well a date of four digits."""
INDIA: Final = timezone(timedelta(hours=5, minutes=30))


def post_login(state: State, request: Request) -> Response:
    """Answer with a token; any login id and any password but ``wrong`` will do, unless logins are configured."""
    content = content_of(request, _LOGIN)
    if isinstance(content, Response):
        return content
    login, password = content["email"], content["password"]
    call = state.call(request, request.environ.get(ONLY) or account_of_login(login))
    return faulty(call, LOGIN, None, lambda: _logged_in(call, login, password))


def post_refresh(call: Call) -> Response:
    """Answer with a new token for the account that asks; the old one stays valid until it expires."""
    return answer(200, _token(call), "assumed")


def post_logout(call: Call) -> Response:
    """Refuse the token from now on, where this fake issued it; other texts stay what they are."""
    if call.issued is not None and not call.state.config.read_only:
        with call.state.accounts.edit(call.account) as account:
            now = call.state.now(call.account)
            known = {token: expires for token, expires in account.logged_out.items() if expires > now}
            account.logged_out = known | {call.issued.token_id: call.issued.expires}
    return answer(200, {"success": True, "message": "Successfully logged out"}, "assumed")


def _logged_in(call: Call, login: str, password: str) -> Response:
    """Answer a login whose body is as it should be, and count those that fail."""
    state, lockout = call.state, call.terms.quirks["lockout"]
    right = _is_right(state.config, login, password)
    counted = lockout != "off" and not state.config.read_only
    if right and state.accounts.view(call.account).failed_logins == 0:
        return _welcome(call)
    with state.accounts.edit(call.account) as account:
        now = state.now(call.account)
        if counted and account.locked_until and now < account.locked_until:
            return locked_out(lockout, account.locked_until, _TOO_MANY)
        if right or account.locked_until:
            account.failed_logins, account.locked_until = 0, 0.0
        if right:
            return _welcome(call)
        failures = account.failed_logins + 1
        if not state.config.read_only:
            account.failed_logins = failures
        if counted and failures >= MOST_FAILURES:
            account.locked_until = now + LOCKED_SECONDS
    return _refused(call, failures)


def _is_right(config: Config, login: str, password: str) -> bool:
    logins = config.logins
    if logins:
        return any((one.email, one.password) == (login, password) for one in logins)
    return password != WRONG_PASSWORD


def _welcome(call: Call) -> Response:
    return answer(200, _token(call) | {"number_of_days_left": _DAYS_LEFT}, "documented")


def _token(call: Call) -> dict[str, object]:
    token = call.state.tokens.issue(call.account, call.state.now(call.account))
    return {"success": True, "access_token": token, "token_type": "bearer", "expires_in": LIFETIME}


def _refused(call: Call, failures: int) -> Response:
    known = (
        "only the configured logins are taken"
        if call.state.config.logins
        else f"the password `{WRONG_PASSWORD}` is always refused, any other is taken"
    )
    reason = f"{known}; the status 401 is assumed"
    if call.terms.quirks["login_failure"] == "plain":
        return refusal(401, "Invalid credentials", reason)
    body = {"success": False, "message": "The username or password is incorrect.", "login_failed_count": failures}
    return answer(401, body, "assumed", reason=reason)


def locked_out(status: str, until: float, reason: str) -> Response:
    """Return the answer to a login id that is locked out.

    Args:
        status: HTTP status.
        until: seconds since the epoch.
        reason: why.
    """
    retry_after = datetime.fromtimestamp(min(until, _LAST_UNTIL), UTC).astimezone(INDIA).strftime("%Y-%m-%d %H:%M:%S")
    body = {"success": False, "message": "Too many login attempts.", "retry_after": retry_after}
    return answer(int(status), body, "assumed", reason=f"{reason}; retry_after is Indian time")
