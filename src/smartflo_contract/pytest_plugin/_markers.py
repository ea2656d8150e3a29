"""The markers: what they may say, and what they say of a test. Imports no library but pytest."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import pytest

from smartflo_contract.schemas.profile_names import PROFILES


class Argument(NamedTuple):
    """A keyword argument of the marker ``smartflo``.

    Attributes:
        means: what it is for, for people.
        wanted: what it may be, for people.
        fits: tells whether a value is of that kind; what else is wrong with it, the fake tells.
    """

    means: str
    wanted: str
    fits: Callable[[Any], bool]


ARGUMENTS: Final[Mapping[str, Argument]] = {
    "leads": Argument(
        "how many leads, or the leads, of a list that the test begins with: `smartflo.lists[0]`",
        "a number, or a list of leads",
        lambda value: isinstance(value, int | list | tuple) and not isinstance(value, bool),
    ),
    "profile": Argument("profile of the account", f"one of {', '.join(PROFILES)}", lambda value: value in PROFILES),
    "quirks": Argument("quirk to value", "a dict", lambda value: isinstance(value, dict)),
    "faults": Argument(
        "steps, as `smartflo.fail()` takes them", "a list of steps", lambda value: isinstance(value, list | tuple)
    ),
    "clock": Argument(
        "the time that the account's clock shows and stands at, a datetime or ISO 8601",
        "a datetime or ISO 8601",
        lambda value: isinstance(value, str | datetime),
    ),
    "seed": Argument(
        "of the leads that the test makes; else each test has its own, from --smartflo-seed and its node id",
        "a whole number of at most 18 digits",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18,
    ),
    "allow_unmatched": Argument(
        "requests that no route of the fake takes do not fail the test",
        "True or False",
        lambda value: isinstance(value, bool),
    ),
}
"""By name."""
_NAMES: Final = ", ".join(f"{name}=" for name in ARGUMENTS)
_MEANINGS: Final = "; ".join(f"{name}: {argument.means}" for name, argument in ARGUMENTS.items())
LINES: Final = (
    f"smartflo({_NAMES}): what the test's Smartflo account is like. {_MEANINGS}.",
    "smartflo_live: the test reads the real API; skipped unless --smartflo-live and credentials are given.",
)
"""What ``pytest --markers`` shows."""


def wrong_marker(item: pytest.Item) -> str | None:
    """Return what is wrong about the markers of a test, ``None`` for nothing."""
    for mark in item.iter_markers("smartflo"):
        unknown = [name for name in mark.kwargs if name not in ARGUMENTS]
        if unknown or mark.args:
            what = f"`{unknown[0]}`" if unknown else "an argument without a name"
            return f"@pytest.mark.smartflo has {what}; there are {', '.join(ARGUMENTS)}"
        for name, value in mark.kwargs.items():
            if not ARGUMENTS[name].fits(value):
                return f"@pytest.mark.smartflo: {name}: expected {ARGUMENTS[name].wanted}, got {value!r}"
    if any(mark.args or mark.kwargs for mark in item.iter_markers("smartflo_live")):
        return "@pytest.mark.smartflo_live takes no arguments"
    return None


def marked(item: Any) -> dict[str, Any]:
    """Return what the markers ``smartflo`` of a test say, the nearest one last."""
    said: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers("smartflo"))):
        said |= mark.kwargs
    return said
