"""Which account a request of the admin API speaks of."""

import re
from typing import Final

from flask import Request

from smartflo_contract.mock_server.accounts.account_ids import account_id_of_login
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.context import State

NAMES: Final = ("account", "login")
"""Parameters that name an account instead of its token."""
_ACCOUNT: Final = re.compile(r"[0-9a-f]{12}")
_NOBODY: Final = "send the Authorization header of the account that is meant: each has its own"
_EMPTY_HEADER: Final = (
    "the Authorization header holds no token; send one of ASCII text, or leave the header out to speak of all accounts"
)


def named_account(state: State, request: Request, *, needed: bool) -> str | None:
    """Return the id of the account that a request names, ``None`` where it names none.

    Args:
        state: the fake.
        request: the request.
        needed: whether it has to name one.

    Raises:
        Problem: it names none where one is needed, or in a way that cannot be.
    """
    account, login = (request.args.get(name) for name in NAMES)
    if login == "" or (account is not None and login is not None):
        raise Problem(422, "login: expected a login id, and no account beside it")
    if account is not None:
        if not _ACCOUNT.fullmatch(account):
            raise Problem(422, "account: expected 12 hexadecimal digits, as in GET /__admin/accounts")
        return account
    if login is not None:
        return account_id_of_login(login)
    sent = "Authorization" in request.headers
    found = state.account_of(request) if sent or needed else None
    if found is None and (sent or needed):
        raise Problem(401, _EMPTY_HEADER if sent else _NOBODY)
    return found
