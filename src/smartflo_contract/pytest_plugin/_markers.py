"""The markers: their arguments, and the values that a test sets. Imports pytest only."""

import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import pytest

from smartflo_contract.schemas.profile_names import PROFILES


class Argument(NamedTuple):
    """A keyword argument of the marker ``smartflo``.

    Attributes:
        description: purpose, for ``pytest --markers``.
        expected: allowed values, for error messages.
        accepts: whether a value has an allowed type; the fake checks the rest.
    """

    description: str
    expected: str
    accepts: Callable[[Any], bool]


ARGUMENTS: Final[Mapping[str, Argument]] = {
    "leads": Argument(
        "number of leads, or the leads, of a list that the test starts with: `smartflo.lists[0]`",
        "a number, or a list of leads",
        lambda value: isinstance(value, int | list | tuple) and not isinstance(value, bool),
    ),
    "profile": Argument("profile of the account", f"one of {', '.join(PROFILES)}", lambda value: value in PROFILES),
    "quirks": Argument("values of quirks by name", "a dict", lambda value: isinstance(value, dict)),
    "faults": Argument(
        "steps, as for `smartflo.fail()`", "a list of steps", lambda value: isinstance(value, list | tuple)
    ),
    "clock": Argument(
        "time at which the account's clock is frozen, a datetime or ISO 8601",
        "a datetime or ISO 8601",
        lambda value: isinstance(value, str | datetime),
    ),
    "seed": Argument(
        "seed of the leads that the test creates; by default derived from --smartflo-seed and the node id",
        "an integer of at most 18 digits",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18,
    ),
    "allow_unmatched": Argument(
        "requests that match no route of the fake do not fail the test",
        "True or False",
        lambda value: isinstance(value, bool),
    ),
}
"""By name."""
_SIGNATURE: Final = ", ".join(f"{name}=" for name in ARGUMENTS)
_DESCRIPTIONS: Final = "; ".join(f"{name}: {argument.description}" for name, argument in ARGUMENTS.items())
MARKER_LINES: Final = (
    f"smartflo({_SIGNATURE}): start state of the test's Smartflo account. {_DESCRIPTIONS}.",
    "smartflo_live: the test reads the real API; skipped without --smartflo-live and credentials.",
)
"""What ``pytest --markers`` shows."""


def marker_error(item: pytest.Item) -> str | None:
    """Return what is wrong with the markers of a test; ``None`` if they are right."""
    for mark in item.iter_markers("smartflo"):
        unknown = [name for name in mark.kwargs if name not in ARGUMENTS]
        if unknown or mark.args:
            problem = f"unknown argument `{unknown[0]}`" if unknown else "unexpected positional argument"
            return f"@pytest.mark.smartflo: {problem}; the arguments are {', '.join(ARGUMENTS)}"
        for name, value in mark.kwargs.items():
            if not ARGUMENTS[name].accepts(value):
                return f"@pytest.mark.smartflo: {name}: expected {ARGUMENTS[name].expected}, got {value!r}"
    if any(mark.args or mark.kwargs for mark in item.iter_markers("smartflo_live")):
        return "@pytest.mark.smartflo_live accepts no arguments"
    return None


def marker_arguments(item: Any) -> dict[str, Any]:
    """Return the arguments of the markers ``smartflo`` of a test; the closest marker takes precedence."""
    arguments: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers("smartflo"))):
        arguments |= mark.kwargs
    return arguments


def with_reading(arguments: Mapping[str, Any], reading: Mapping[str, str]) -> dict[str, Any]:
    """Return marker arguments that also set a profile or a quirk of ``smartflo_every_reading``."""
    if "profile" in reading:
        return {**arguments, "profile": reading["profile"]}
    return {**arguments, "quirks": arguments.get("quirks", {}) | reading}


def seed_of_test(item: Any, default_seed: int) -> int:
    """Return the seed of a test's own leads: that of its marker, or one derived from its node id.

    Args:
        item: the test.
        default_seed: seed of the run.
    """
    return int(marker_arguments(item).get("seed", zlib.crc32(f"{default_seed}/{item.nodeid}".encode())))
