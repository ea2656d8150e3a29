"""Change the settings of an account, or of all accounts without settings of their own."""

from collections.abc import Callable
from typing import Final

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.settings import UNSET, Settings
from smartflo_contract.mock_server.admin.problems import Problem, value_errors_as_problems
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.config.quirks import LEAD_QUIRKS

_LISTS_CHANGED: Final = (
    "this account has changed lists, whose leads keep the current profile and quirks; reset the account first, or "
    "change the setting before the lists"
)


def change_settings(
    request: AdminRequest, change: Callable[[Settings], Settings], *, reset_fault_counts: bool = False
) -> None:
    """Change the settings of the account that a request names, or those of all accounts.

    Args:
        request: the request.
        change: returns the new settings for the old ones; called while the account is locked.
        reset_fault_counts: whether fault rules count their requests from 0 again.

    Raises:
        Problem: the settings are invalid, or leads of changed lists would no longer fit them.
    """
    accounts, catalogs = request.state.accounts, request.state.catalogs
    defaults = UNSET if request.is_for_all_accounts else accounts.get(ALL_ACCOUNTS).settings
    with request.edit_account() as account:
        settings = change(account.settings)
        with value_errors_as_problems():
            catalog = catalogs.resolve(settings.over(defaults)).catalog
            catalog.check_overlay()
        is_reshaped = _lead_settings(settings) != _lead_settings(account.settings)
        if account.lists and is_reshaped and catalog.key != account.catalog:
            raise Problem(409, _LISTS_CHANGED)
        account.change_settings(settings)
        if reset_fault_counts:
            account.fault_counts.clear()
    if reset_fault_counts and request.is_for_all_accounts:
        accounts.reset_fault_counts()


def _lead_settings(settings: Settings) -> tuple[str | None, ...]:
    """Return those of an account's own settings that its leads depend on."""
    return (settings.profile, *(settings.quirks.get(name) for name in LEAD_QUIRKS))
