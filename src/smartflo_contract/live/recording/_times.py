"""Times in MongoDB's extended JSON: a number of milliseconds, as a JSON number or as a string of digits."""

import re
from typing import Final

from smartflo_contract.schemas.json_values import Path

EXTENDED_JSON_KEYS: Final = frozenset({"$date", "$numberLong", "$numberInt", "$oid"})
_TIME_PATH: Final = ("$date", "$numberLong")
_is_time_string: Final = re.compile("0|-?[1-9][0-9]{0,18}").fullmatch


def is_time(value: object, path: Path) -> bool:
    """Return whether a value at a path is the number of a time."""
    if isinstance(value, str):
        return path[-2:] == _TIME_PATH and _is_time_string(value) is not None
    return type(value) is int and (path[-2:] == _TIME_PATH or path[-1:] == _TIME_PATH[:1])
