"""Settings of an account that override the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from smartflo_contract.mock_server.config.custom_route import CustomRoute
from smartflo_contract.mock_server.config.webhook import Webhook
from smartflo_contract.mock_server.faults.rules import Fault


@dataclass(frozen=True)
class Settings:
    """Settings of one account, or of all accounts. The configuration holds for what is not set.

    Attributes:
        profile: profile of the contract; ``None`` if not set.
        quirks: quirk name to value, for the quirks that are set.
        faults: fault rules; ``None`` if not set, empty to apply no faults.
        routes: routes of the user; ``None`` if not set.
        webhooks: webhooks of the user; ``None`` if not set.
        mutant: id of the mutant in responses with leads, or several joined by commas; ``None`` if not set.
        rate_limit: maximum number of requests per second, 0 for no limit; ``None`` if not set.
    """

    profile: str | None = None
    quirks: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] | None = None
    routes: tuple[CustomRoute, ...] | None = None
    mutant: str | None = None
    rate_limit: int | None = None
    webhooks: tuple[Webhook, ...] | None = None

    def over(self, defaults: "Settings") -> "Settings":
        """Return these settings, with ``defaults`` for what is not set."""
        return Settings(
            self.profile or defaults.profile,
            {**defaults.quirks, **self.quirks},
            defaults.faults if self.faults is None else self.faults,
            defaults.routes if self.routes is None else self.routes,
            defaults.mutant if self.mutant is None else self.mutant,
            defaults.rate_limit if self.rate_limit is None else self.rate_limit,
            defaults.webhooks if self.webhooks is None else self.webhooks,
        )


UNSET: Final = Settings()
