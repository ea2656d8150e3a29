"""The values of the parametrised fixtures, each by the id of its test."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from smartflo_contract.factories import EDGE_CASES
from smartflo_contract.mock_server.config.quirks import QUIRKS
from smartflo_contract.schemas.explain import explain
from smartflo_contract.schemas.profile_names import PROFILES


def _known(pointer: str) -> dict[str, int]:
    """Return the known values of a key, each by the value and its meaning; of a range like `1 and above` the first."""
    (key,) = (one for one in explain() if one.pointer == pointer)
    numbers = {int(value.split()[0]): meaning for value, meaning, _ in key.known_values}
    return {f"{number}-{'-'.join(meaning.lower().split())}": number for number, meaning in numbers.items()}


def _edge_leads() -> dict[str, Any]:
    """Return the leads of the edge cases; of a case with several each has its number."""
    found = {}
    for name, case in EDGE_CASES.items():
        for number, lead in enumerate(case.leads):
            found[name if len(case.leads) == 1 else f"{name}-{number}"] = lead
    return found


def _readings() -> dict[str, dict[str, str]]:
    """Return each profile, and each value of each quirk but the usual one, which the profiles show."""
    quirks = {f"{quirk.name}-{value}": {quirk.name: value} for quirk in QUIRKS.values() for value in quirk.values[1:]}
    return {profile: {"profile": profile} for profile in PROFILES} | quirks


TABLES: Final[Mapping[str, Callable[[], Mapping[str, Any]]]] = {
    "smartflo_dial_status": lambda: _known("/*/dial_status"),
    "smartflo_disposition": lambda: _known("/*/dialer_dial_status"),
    "smartflo_edge_lead": _edge_leads,
    "smartflo_every_reading": _readings,
}
"""By the fixture's name."""
