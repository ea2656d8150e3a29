"""The account that an admin request applies to."""

import re
from typing import Final

from flask import Request

from smartflo_contract.mock_server.accounts.account_ids import account_id_of_login
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.context import State

ACCOUNT_PARAMETERS: Final = ("account", "login")
"""Query parameters that name an account instead of the ``Authorization`` header."""
_ACCOUNT_ID: Final = re.compile(r"[0-9a-f]{12}")
_NO_ACCOUNT: Final = "this route applies to one account: send its token in the Authorization header"
_EMPTY_HEADER: Final = (
    "the Authorization header holds no token; send an ASCII token, or omit the header to apply the request to all "
    "accounts"
)


def select_account(state: State, request: Request, *, required: bool) -> str | None:
    """Return the id of the account that a request names, ``None`` if it names none.

    Args:
        state: the fake.
        request: the request.
        required: whether the request must name an account.

    Raises:
        Problem: the request names no account although it must, or names it in an invalid way.
    """
    account, login = (request.args.get(name) for name in ACCOUNT_PARAMETERS)
    if login == "" or (account is not None and login is not None):
        raise Problem(422, "login: expected a login id, without the parameter account")
    if account is not None:
        if not _ACCOUNT_ID.fullmatch(account):
            raise Problem(422, "account: expected 12 hexadecimal digits, as in GET /__admin/accounts")
        return account
    if login is not None:
        return account_id_of_login(login)
    has_header = "Authorization" in request.headers
    if not (has_header or required):
        return None
    selected = state.account_of(request.environ)
    if selected is None:
        raise Problem(401, _EMPTY_HEADER if has_header else _NO_ACCOUNT)
    return selected
