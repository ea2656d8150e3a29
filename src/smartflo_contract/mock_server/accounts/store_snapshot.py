"""The accounts of a fake as JSON that the same fake, or another one, restores: ``Snapshot`` in the OpenAPI document."""

import re
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Final

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.accounts.settings import UNSET, Settings
from smartflo_contract.mock_server.accounts.snapshot import Snapshot, dump_account, load_account, load_settings
from smartflo_contract.mock_server.accounts.store import Store
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.config.custom_route import check_custom_routes
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.config.quirks import LEAD_QUIRKS
from smartflo_contract.mock_server.config.webhook import check_webhooks
from smartflo_contract.mock_server.faults.validation import check_faults
from smartflo_contract.mock_server.lists.catalog import CatalogKey

SNAPSHOT_VERSION: Final = 1
_VERSION: Final = re.compile(r',"version":"[^"]*"\}$')
"""The version of this package in a recipe."""
OTHER_FAKE: Final = (
    "a fake with another seed, profile, overlay, phones or lists, or with another value of the quirks "
    f"{' and '.join(LEAD_QUIRKS)}, so its changes do not fit the leads of this fake; start this fake with the same "
    "configuration"
)
"""What accounts with other leads belong to, and what to do then."""


class OtherCatalogError(ValueError):
    """A snapshot belongs to a fake with other leads."""

    def __init__(self) -> None:
        """State what differs."""
        super().__init__(f"this snapshot is from {OTHER_FAKE}")


def dump_accounts(store: Store, catalogs: Catalogs, ids: Iterable[str] | None = None) -> Snapshot:
    """Return accounts as JSON.

    Args:
        store: stores the accounts.
        catalogs: the lists of the fake.
        ids: ids of the accounts; ``None`` for all accounts and the settings of all.
    """
    dumped = {}
    for account_id in (ALL_ACCOUNTS,) if ids is None else ids:
        with store.reading(account_id) as account:
            dumped[account_id] = dump_account(account)
    if ids is None:
        dumped |= {account_id: dump_account(account) for account_id, account in store.accounts()}
    return {"version": SNAPSHOT_VERSION, "world": lists_digest(catalogs), "accounts": dumped}


def load_accounts(
    content: Mapping[str, Any], config: Config, catalogs: Catalogs, defaults: Settings | None = None
) -> dict[str, Account]:
    """Return the accounts in a valid snapshot by id.

    Args:
        content: the snapshot.
        config: the configuration of the fake.
        catalogs: the lists of the fake.
        defaults: the settings of all accounts; ``None`` for those in the snapshot, which must contain all accounts.

    Raises:
        OtherCatalogError: the snapshot is from a fake with other leads.
        ValueError: it has one account only, or an account in it is invalid.
    """
    if content["world"] != lists_digest(catalogs):
        raise OtherCatalogError
    contents = content["accounts"]
    if defaults is None:
        if ALL_ACCOUNTS not in contents:
            message = (
                "this is a snapshot of one account; restore it with POST /__admin/restore and an Authorization header, "
                "or save one of all accounts: GET /__admin/snapshot without this header"
            )
            raise ValueError(message)
        if contents[ALL_ACCOUNTS]["lists"]:
            message = "accounts: the settings of all accounts, under the empty id, cannot have lists"
            raise ValueError(message)
        defaults = load_settings(contents[ALL_ACCOUNTS])
    return {account_id: _load(account, config, catalogs, defaults) for account_id, account in contents.items()}


def lists_digest(catalogs: Catalogs) -> str:
    """Return a digest of the default catalog; two fakes with the same digest have the same unchanged leads.

    It does not depend on the version of this package, so that an upgrade keeps what clients have edited.
    """
    catalog = catalogs.default.catalog
    recipes = (
        definition.digest if isinstance(definition, FixtureList) else catalog.writer(definition).recipe
        for definition in catalog.lists.values()
    )
    return blake2b("/".join(_VERSION.sub("}", recipe) for recipe in recipes).encode(), digest_size=16).hexdigest()


def _load(content: Mapping[str, Any], config: Config, catalogs: Catalogs, defaults: Settings) -> Account:
    settings, catalog_key = load_settings(content), content["world"]
    check_custom_routes(settings.routes or ())
    check_webhooks(settings.webhooks or (), config.webhook_hosts)
    names = [route.name for route in (*config.routes, *(defaults.routes or ()), *(settings.routes or ()))]
    check_faults(settings.faults or (), names)
    catalog = catalogs.resolve(settings.over(defaults), catalog_key and CatalogKey(**catalog_key)).catalog
    catalog.check_overlay()
    return load_account(content, settings if settings != UNSET else UNSET, catalog)
