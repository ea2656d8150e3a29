"""Beginning again."""

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.admin.requests import Ask


def reset(ask: Ask) -> object:
    """Forget what an account has done, its requests, and what was set for it; of all accounts, where none is named."""
    ask.state.forget(None if ask.account == ALL_ACCOUNTS else ask.account)
    return {"status": "ok"}
