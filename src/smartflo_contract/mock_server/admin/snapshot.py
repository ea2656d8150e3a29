"""All that the fake remembers, to be told, kept and taken back."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.settings import UNSET, Settings
from smartflo_contract.mock_server.accounts.snapshot import dump_account, load_account, load_settings
from smartflo_contract.mock_server.admin.clock import shown_time
from smartflo_contract.mock_server.admin.problems import Problem, refusing
from smartflo_contract.mock_server.admin.requests import Ask
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.faults.validation import check_faults
from smartflo_contract.mock_server.lists.catalog import CatalogKey

_VERSION: Final = 1
_OTHER_CATALOG: Final = (
    "this snapshot is of a fake with another seed, profile, overlay, phones or lists, or another value of the quirks "
    "created_at and header_offset; what was changed there would lie over other leads here"
)


def get_accounts(ask: Ask) -> object:
    """Tell the accounts that something is remembered of."""
    accounts = ask.state.accounts
    ids = accounts.ids() if ask.account == ALL_ACCOUNTS else [ask.account]
    return [_summary(account_id, accounts.peek(account_id), ask.state) for account_id in sorted(ids)]


def get_snapshot(ask: Ask) -> object:
    """Return what is remembered of the account that is meant, or of all."""
    accounts = ask.state.accounts
    ids = [ALL_ACCOUNTS, *accounts.ids()] if ask.account == ALL_ACCOUNTS else [ask.account]
    found = {}
    for account_id in ids:
        with accounts.edit(account_id) as account:
            found[account_id] = dump_account(account)
    return {"version": _VERSION, "world": _catalog(ask.state), "accounts": found}


def post_restore(ask: Ask) -> object:
    """Take back a snapshot: of all accounts, or of one into the one that is meant."""
    state, content = ask.state, ask.content
    if content["world"] != _catalog(state):
        raise Problem(409, _OTHER_CATALOG)
    if ask.account == ALL_ACCOUNTS:
        if ALL_ACCOUNTS not in content["accounts"]:
            raise Problem(
                422, "this is the snapshot of one account; send the Authorization header of the one that is meant"
            )
        if content["accounts"][ALL_ACCOUNTS]["lists"]:
            raise Problem(422, "accounts: what is set for all, under the empty id, has no lists")
        with refusing():
            others = load_settings(content["accounts"][ALL_ACCOUNTS])
            restored = {id_: _account(state, one, others) for id_, one in content["accounts"].items()}
        state.accounts.replace(restored, all_=True)
        return {"status": "ok"}
    if len(content["accounts"]) != 1:
        raise Problem(422, "accounts: one is wanted, to be taken back into the account that is meant")
    (one,) = content["accounts"].values()
    with refusing():
        account = _account(state, one, state.accounts.get(ALL_ACCOUNTS).settings)
    state.accounts.replace({ask.account: account}, all_=False)
    return {"status": "ok"}


def _account(state: State, content: Mapping[str, Any], others: Settings) -> Account:
    settings, kept = load_settings(content), content["world"]
    check_faults(settings.faults or ())
    catalog = state.catalogs.resolve(settings.over(others), kept and CatalogKey(**kept)).catalog
    catalog.check_overlay()
    return load_account(content, settings if settings != UNSET else UNSET, catalog)


def _catalog(state: State) -> str:
    """Return what tells catalogs apart whose unchanged leads differ."""
    catalog = state.catalogs.default.catalog
    recipes = "/".join(
        one.digest if isinstance(one, FixtureList) else catalog.writer(one).recipe for one in catalog.lists.values()
    )
    return blake2b(recipes.encode(), digest_size=16).hexdigest()


def _summary(account_id: str, account: Account, state: State) -> object:
    return {
        "id": account_id,
        "time": shown_time(account.clock.now(state.clock())),
        "failed_logins": account.failed_logins,
        "changed_lists": sorted(account.lists),
        "settings": account.settings != UNSET,
    }
