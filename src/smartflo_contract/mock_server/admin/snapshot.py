"""Handlers that save and restore the state of accounts."""

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.store_snapshot import OtherCatalogError, dump_accounts, load_accounts
from smartflo_contract.mock_server.admin.problems import Problem, value_errors_as_problems
from smartflo_contract.mock_server.admin.requests import AdminRequest


def get_snapshot(request: AdminRequest) -> object:
    """Return the state of the account, or of all accounts."""
    ids = None if request.is_for_all_accounts else [request.account_id]
    return dump_accounts(request.state.accounts, request.state.catalogs, ids)


def post_restore(request: AdminRequest) -> object:
    """Restore a snapshot of all accounts, or a snapshot of one account into the account that the request names."""
    state, is_for_all = request.state, request.is_for_all_accounts
    if not is_for_all and len(request.body["accounts"]) != 1:
        raise Problem(422, "accounts: expected one account, to restore into the account that the request names")
    defaults = None if is_for_all else state.accounts.get(ALL_ACCOUNTS).settings
    with value_errors_as_problems():
        try:
            restored = load_accounts(request.body, state.config, state.catalogs, defaults)
        except OtherCatalogError as error:
            raise Problem(409, str(error)) from None
    if not is_for_all:
        (account,) = restored.values()
        restored = {request.account_id: account}
    state.accounts.replace(restored, all_=is_for_all)
    return {"status": "ok"}
