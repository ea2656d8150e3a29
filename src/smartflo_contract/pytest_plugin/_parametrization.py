"""Values of the parametrized fixtures, each by the id of its test."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from smartflo_contract.factories import EDGE_CASES
from smartflo_contract.mock_server.config.quirks import QUIRKS
from smartflo_contract.schemas.explain import explain
from smartflo_contract.schemas.profile_names import PROFILES


def _known_values(pointer: str) -> dict[str, int]:
    """Return the known values of a property by number and label; of a range such as `1 and above`, its start."""
    (explanation,) = (entry for entry in explain() if entry.pointer == pointer)
    labels = {int(value.split()[0]): label for value, label, _ in explanation.known_values}
    return {f"{number}-{'-'.join(label.lower().split())}": number for number, label in labels.items()}


def _edge_leads() -> dict[str, Any]:
    """Return the leads of the edge cases by case; numbered if a case has several."""
    leads = {}
    for name, case in EDGE_CASES.items():
        for number, lead in enumerate(case.leads):
            leads[name if len(case.leads) == 1 else f"{name}-{number}"] = lead
    return leads


def _readings() -> dict[str, dict[str, str]]:
    """Return each profile, and each value of each quirk except defaults, which the profiles cover."""
    quirks = {f"{quirk.name}-{value}": {quirk.name: value} for quirk in QUIRKS.values() for value in quirk.values[1:]}
    return {profile: {"profile": profile} for profile in PROFILES} | quirks


VALUES: Final[Mapping[str, Callable[[], Mapping[str, Any]]]] = {
    "smartflo_dial_status": lambda: _known_values("/*/dial_status"),
    "smartflo_disposition": lambda: _known_values("/*/dialer_dial_status"),
    "smartflo_edge_lead": _edge_leads,
    "smartflo_every_reading": _readings,
}
"""By name of the fixture."""
