"""Resolve the settings of an account: its catalog of lists, the value of every quirk, and its fault rules."""

from typing import NamedTuple

from smartflo_contract.mock_server.accounts.settings import UNSET, Settings
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.config.custom_route import CustomRoute
from smartflo_contract.mock_server.config.quirks import Quirks, resolve_quirks
from smartflo_contract.mock_server.config.validation import configured_contract
from smartflo_contract.mock_server.config.webhook import Webhook
from smartflo_contract.mock_server.faults.rules import Fault
from smartflo_contract.mock_server.lists.catalog import Catalog, CatalogKey
from smartflo_contract.schemas import Contract, load_contract


class ResolvedSettings(NamedTuple):
    """The settings of an account, with defaults filled in.

    Attributes:
        catalog: the lists that list ids stand for.
        quirks: the value of every quirk.
        faults: the fault rules, in order.
        routes: the routes of the user.
        mutant: id of the mutant in responses with leads, or several joined by commas; ``None`` for none.
        rate_limit: maximum number of requests per second; ``None`` for no limit.
        webhooks: the webhooks of the user.
    """

    catalog: Catalog
    quirks: Quirks
    faults: tuple[Fault, ...]
    routes: tuple[CustomRoute, ...]
    mutant: str | None
    rate_limit: int | None
    webhooks: tuple[Webhook, ...]


class Catalogs:
    """The catalogs of one fake: one for each profile and each value of the quirks that leads depend on.

    Attributes:
        default: the resolved settings of an account without settings of its own.
    """

    def __init__(self, config: Config) -> None:
        """Create the default catalog.

        Raises:
            ConfigError: the contract cannot be loaded, for example because the overlay's file is gone.
        """
        self._config = config
        self._contract = configured_contract(config.profile, config.overlay)
        self._catalogs: dict[CatalogKey, Catalog] = {}
        self.default = self.resolve(UNSET)

    def renew_locks(self) -> None:
        """Replace the locks of all catalogs, which another thread may have held when this process was forked."""
        for catalog in self._catalogs.values():
            catalog.renew_locks()

    def contract(self, profile: str) -> Contract:
        """Return the contract in a profile, under the fake's overlay.

        Raises:
            ContractError: there is no such profile, or the overlay contradicts it.
        """
        return load_contract(profile, self._contract.overlay)

    def resolve(self, settings: Settings, pinned: CatalogKey | None = None) -> ResolvedSettings:
        """Return settings with defaults filled in.

        Args:
            settings: those of an account, over those of all accounts.
            pinned: the catalog to use whatever the settings are, because the account has changed its lists.

        Raises:
            ConfigError: there is no such quirk, or it has no such value.
            ContractError: there is no such profile, or the overlay contradicts it.
        """
        quirks = resolve_quirks({**self._config.quirks, **settings.quirks})
        profile = settings.profile or self._config.profile
        key = pinned or CatalogKey(profile, quirks["created_at"], quirks["header_offset"])
        catalog = self._catalogs.get(key)
        if catalog is None:
            contract = self._contract if key.profile == self._config.profile else self.contract(key.profile)
            catalog = self._catalogs.setdefault(key, Catalog(self._config, contract, key))
        quirks = {**quirks, "created_at": key.created_at, "header_offset": key.header_offset}
        faults = tuple(self._config.faults) if settings.faults is None else settings.faults
        routes = tuple(self._config.routes) if settings.routes is None else settings.routes
        rate_limit = self._config.rate_limit if settings.rate_limit is None else settings.rate_limit or None
        webhooks = tuple(self._config.webhooks) if settings.webhooks is None else settings.webhooks
        return ResolvedSettings(catalog, quirks, faults, routes, settings.mutant, rate_limit, webhooks)
