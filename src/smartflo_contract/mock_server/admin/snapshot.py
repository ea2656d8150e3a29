"""Handlers that save and restore the state of accounts."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.settings import UNSET, Settings
from smartflo_contract.mock_server.accounts.snapshot import dump_account, load_account, load_settings
from smartflo_contract.mock_server.admin.problems import Problem, value_errors_as_problems
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.config.custom_route import check_custom_routes
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.faults.validation import check_faults
from smartflo_contract.mock_server.lists.catalog import CatalogKey

_VERSION: Final = 1
_OTHER_CATALOG: Final = (
    "this snapshot is from a fake with another seed, profile, overlay, phones or lists, or with another value of the "
    "quirks created_at and header_offset, so its changes do not fit the leads of this fake; start this fake with the "
    "same configuration"
)


def get_snapshot(request: AdminRequest) -> object:
    """Return the state of the account, or of all accounts."""
    accounts = request.state.accounts
    ids = [ALL_ACCOUNTS, *accounts.ids()] if request.is_for_all_accounts else [request.account_id]
    dumped = {}
    for account_id in ids:
        with accounts.edit(account_id) as account:
            dumped[account_id] = dump_account(account)
    return {"version": _VERSION, "world": _digest(request.state), "accounts": dumped}


def post_restore(request: AdminRequest) -> object:
    """Restore a snapshot of all accounts, or a snapshot of one account into the account that the request names."""
    if request.body["world"] != _digest(request.state):
        raise Problem(409, _OTHER_CATALOG)
    if request.is_for_all_accounts:
        _restore_all(request.state, request.body["accounts"])
    else:
        _restore_one(request.state, request.body["accounts"], request.account_id)
    return {"status": "ok"}


def _restore_all(state: State, contents: Mapping[str, Any]) -> None:
    """Replace all accounts by those of a snapshot."""
    if ALL_ACCOUNTS not in contents:
        raise Problem(422, "this is a snapshot of one account; name the account to restore it into")
    if contents[ALL_ACCOUNTS]["lists"]:
        raise Problem(422, "accounts: the settings of all accounts, under the empty id, cannot have lists")
    with value_errors_as_problems():
        defaults = load_settings(contents[ALL_ACCOUNTS])
        restored = {account_id: _load(state, content, defaults) for account_id, content in contents.items()}
    state.accounts.replace(restored, all_=True)


def _restore_one(state: State, contents: Mapping[str, Any], account_id: str) -> None:
    """Replace one account by the only one of a snapshot."""
    if len(contents) != 1:
        raise Problem(422, "accounts: expected one account, to restore into the account that the request names")
    (content,) = contents.values()
    with value_errors_as_problems():
        account = _load(state, content, state.accounts.get(ALL_ACCOUNTS).settings)
    state.accounts.replace({account_id: account}, all_=False)


def _load(state: State, content: Mapping[str, Any], defaults: Settings) -> Account:
    settings, catalog_key = load_settings(content), content["world"]
    check_custom_routes(settings.routes or ())
    names = [route.name for route in (*state.config.routes, *(defaults.routes or ()), *(settings.routes or ()))]
    check_faults(settings.faults or (), names)
    catalog = state.catalogs.resolve(settings.over(defaults), catalog_key and CatalogKey(**catalog_key)).catalog
    catalog.check_overlay()
    return load_account(content, settings if settings != UNSET else UNSET, catalog)


def _digest(state: State) -> str:
    """Return a digest of the default catalog; two fakes with the same digest have the same unchanged leads."""
    catalog = state.catalogs.default.catalog
    recipes = "/".join(
        definition.digest if isinstance(definition, FixtureList) else catalog.writer(definition).recipe
        for definition in catalog.lists.values()
    )
    return blake2b(recipes.encode(), digest_size=16).hexdigest()
