"""Encode values as JSON without changing them: what JSON cannot express is rejected by name."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from smartflo_contract.schemas.large_integers import CHANGED_DIGITS, INTEGERS
from smartflo_contract.schemas.printable import truncate

_MAX_VALUE_CHARACTERS: Final = 60
_ADVICE: Final[Mapping[str, str]] = {
    "date": "pass a string, such as its isoformat()",
    "datetime": "pass a string, such as its isoformat()",
    "time": "pass a string, such as its isoformat()",
    "timedelta": "pass its total_seconds()",
    "Decimal": "pass a string or a float",
    "Fraction": "pass a string or a float",
    "UUID": "pass its str()",
    "bytes": "pass a string, such as its decode()",
    "bytearray": "pass a string, such as its decode()",
    "set": "pass a list",
    "frozenset": "pass a list",
    "generator": "pass a list",
    "mappingproxy": "pass a dict",
    "Response": "pass its json()",
    "LeadList": "pass its id",
}
"""What to pass instead, by the name of a type."""


def encode_json(value: Any, name: str = "body") -> bytes:
    """Return a value as JSON. Decoding the result returns an equal value; keys keep their order.

    Args:
        value: the value.
        name: of the value, for the message.

    Raises:
        ValueError: JSON cannot express a part of the value; the message names the part.
    """
    __tracebackhide__ = True
    check_json(value, name)
    return json.dumps(value, separators=(",", ":")).encode()


def check_json(value: Any, name: str = "body") -> None:
    """Check that JSON can express a value; arguments and errors are those of :func:`encode_json`."""
    __tracebackhide__ = True
    try:
        problem = next(_problems(value if isinstance(value, dict) else {name: value}, ""), None)
    except RecursionError:
        problem = f"{name}: nested too deeply, or contains itself"
    if problem is not None:
        raise ValueError(problem)


def _problems(container: Any, location: str) -> Iterator[str]:
    """Yield a message for each part of a dict, list or tuple that JSON cannot express."""
    is_dict = isinstance(container, dict)
    for key, value in container.items() if is_dict else enumerate(container):
        if is_dict and (not isinstance(key, str) or _unpaired_surrogate(key)):
            yield f"{location or 'body'}: expected keys that are strings, got the key {_shown(key)}"
            continue
        if (type(value) is str and value.isascii()) or value is None or type(value) is bool:
            continue  # most values
        if isinstance(value, dict | list | tuple):
            yield from _problems(value, _location(location, key))
        else:
            problem = _scalar_problem(value)
            if problem is not None:
                yield f"{_location(location, key)}: {problem}"


def _location(parent: str, key: str | int) -> str:
    if isinstance(key, int):
        return f"{parent}[{key}]"
    return f"{parent}.{key}" if parent else key


def _scalar_problem(value: Any) -> str | None:
    """Return why JSON cannot express a value that contains no others; ``None`` if it can."""
    if isinstance(value, str):
        return "half of a surrogate pair is not valid Unicode" if _unpaired_surrogate(value) else None
    if isinstance(value, int):
        return None if int(value) in INTEGERS else CHANGED_DIGITS  # a range would search for a subclass
    if isinstance(value, float):
        return None if math.isfinite(value) else f"JSON cannot express {value!r}; pass None or a string"
    name = type(value).__name__
    return f"JSON cannot express the {name} {_shown(value)}{_advice(name)}"


def _advice(type_name: str) -> str:
    return f"; {_ADVICE[type_name]}" if type_name in _ADVICE else ""


def _unpaired_surrogate(string: str) -> bool:
    return not string.isascii() and any("\ud800" <= character <= "\udfff" for character in string)


def _shown(value: object) -> str:
    return truncate(repr(value), _MAX_VALUE_CHARACTERS)
