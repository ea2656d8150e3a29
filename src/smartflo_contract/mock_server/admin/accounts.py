"""Handlers for accounts: list and reset."""

from operator import itemgetter

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.clock import format_time
from smartflo_contract.mock_server.accounts.settings import UNSET
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.context import State


def get_accounts(request: AdminRequest) -> object:
    """Return a summary of the account, or of each account that is not in its initial state."""
    accounts = request.state.accounts
    if not request.is_for_all_accounts:
        return [_summary(request.account_id, accounts.peek(request.account_id), request.state)]
    summaries = (_summary(account_id, account, request.state) for account_id, account in accounts.accounts(leads=False))
    return sorted(summaries, key=itemgetter("id"))


def post_reset(request: AdminRequest) -> object:
    """Reset the account, or all accounts, to the initial state, and delete their requests from the journal."""
    request.state.reset(request.account_filter)
    return {"status": "ok"}


def _summary(account_id: str, account: Account, state: State) -> dict[str, object]:
    return {
        "id": account_id,
        "time": format_time(account.clock.now(state.clock())),
        "failed_logins": account.failed_logins,
        "changed_lists": sorted(account.lists),
        "settings": account.settings != UNSET,
    }
