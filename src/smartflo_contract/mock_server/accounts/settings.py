"""Settings of an account, and what follows from them: its world, its quirks and its faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.config.quirks import Quirks, resolved
from smartflo_contract.mock_server.config.validation import contract_of
from smartflo_contract.mock_server.faults.injectors import Fault
from smartflo_contract.mock_server.lists.catalog import World, WorldKey
from smartflo_contract.schemas import Contract, load_contract


@dataclass(frozen=True)
class Settings:
    """What is set for an account, or for all of them; the rest is as the configuration has it.

    Attributes:
        profile: of the contract; ``None`` where it is not set.
        quirks: name to value, of those that are set.
        faults: the rules; ``None`` where they are not set, empty where none are to act.
    """

    profile: str | None = None
    quirks: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] | None = None

    def over(self, others: "Settings") -> "Settings":
        """Return these settings, and the others' where these say nothing."""
        return Settings(
            self.profile or others.profile,
            {**others.quirks, **self.quirks},
            others.faults if self.faults is None else self.faults,
        )


UNSET: Final = Settings()


class Terms(NamedTuple):
    """What holds for an account.

    Attributes:
        world: what the ids of lists stand for.
        quirks: the value of every quirk.
        faults: which of its answers go wrong.
    """

    world: World
    quirks: Quirks
    faults: tuple[Fault, ...]


class Worlds:
    """The worlds of one fake: one for each profile, and each value of the quirks that leads depend on.

    Attributes:
        usual: what holds where nothing is set.
    """

    def __init__(self, config: Config) -> None:
        """Make the usual one.

        Raises:
            ConfigError: the contract cannot be loaded, as where the overlay's file has gone.
        """
        self._config = config
        self._contract = contract_of(config)
        self._worlds: dict[WorldKey, World] = {}
        self.usual = self.terms(UNSET)

    def contract(self, profile: str) -> Contract:
        """Return the contract in a profile, under the fake's overlay.

        Raises:
            ContractError: there is no such profile, or the overlay contradicts it.
        """
        return load_contract(profile, self._contract.overlay)

    def terms(self, settings: Settings, kept: WorldKey | None = None) -> Terms:
        """Return what holds under some settings.

        Args:
            settings: those of an account over those of all.
            kept: the world that stays whatever is set, because an account has changed its lists.

        Raises:
            ConfigError: there is no such quirk, or it has no such value.
            ContractError: there is no such profile, or the overlay contradicts it.
        """
        quirks = resolved({**self._config.quirks, **settings.quirks})
        profile = settings.profile or self._config.profile
        key = kept or WorldKey(profile, quirks["created_at"], quirks["header_offset"])
        world = self._worlds.get(key)
        if world is None:
            contract = self._contract if key.profile == self._config.profile else self.contract(key.profile)
            world = self._worlds.setdefault(key, World(self._config, contract, key))
        quirks = {**quirks, "created_at": key.created_at, "header_offset": key.header_offset}
        return Terms(world, quirks, tuple(self._config.faults) if settings.faults is None else settings.faults)
