"""Times in MongoDB's extended JSON: a number of milliseconds, as a JSON number or as a string of digits."""

import re
from functools import lru_cache
from typing import Final

from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.lead_format import epoch_ms
from smartflo_contract.schemas.rules import times

EXTENDED_JSON_KEYS: Final = frozenset({"$date", "$numberLong", "$numberInt", "$oid"})
ORDERED_KEYS: Final = frozenset(key for rule in times.RULES for key in rule.keys)
"""Keys whose times rules compare. They are shifted by the same offset, as the times in ids are."""
TIME_PATH: Final = ("$date", "$numberLong")
is_time_string: Final = re.compile("0|-?[1-9][0-9]{0,18}").fullmatch
"""Match the number of a time."""


def is_time(value: object, path: Path) -> bool:
    """Return whether a value at a path is the number of a time."""
    if isinstance(value, str):
        return path[-2:] == TIME_PATH and is_time_string(value) is not None
    return type(value) is int and (path[-2:] == TIME_PATH or path[-1:] == TIME_PATH[:1])


@lru_cache(maxsize=1024)
def shift_name(path: Path) -> str:
    """Return what the offset of the time at a path depends on: an empty string for times that rules compare."""
    if path[0] in ORDERED_KEYS:
        return ""
    return "/".join(part for part in path if isinstance(part, str) and part not in EXTENDED_JSON_KEYS)


def ordered_times(lead: object) -> frozenset[int]:
    """Return the times of a lead that rules compare."""
    if not isinstance(lead, dict):
        return frozenset()
    found = (epoch_ms(lead.get(key)) for key in ORDERED_KEYS)
    return frozenset(time for time in found if time is not None)
