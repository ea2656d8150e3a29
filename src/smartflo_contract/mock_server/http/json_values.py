"""Encode values as JSON without changing them: what JSON cannot express is rejected by name."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from smartflo_contract.schemas.large_integers import CHANGED_DIGITS, INTEGERS
from smartflo_contract.schemas.printable import truncate

_MAX_VALUE_CHARACTERS: Final = 60
_ADVICE: Final[Mapping[str, str]] = {
    "Decimal": "pass a string or a float",
    "Enum": "pass its value",
    "Fraction": "pass a string or a float",
    "LeadList": "pass its id",
    "NAType": "pass None",
    "NaTType": "pass None",
    "Promise": "pass its str()",
    "PurePath": "pass its str()",
    "Response": "pass its json()",
    "UUID": "pass its str()",
    "bytes": "pass a string, such as its decode()",
    "bytearray": "pass a string, such as its decode()",
    "date": "pass a string, such as its isoformat()",
    "generic": "pass its item()",
    "ndarray": "pass its tolist()",
    "time": "pass a string, such as its isoformat()",
    "timedelta": "pass its total_seconds()",
}
"""What to pass instead, by the name of a type or of one of its bases; those of Django, NumPy and pandas too."""
_OBJECTS: Final[Mapping[str, str]] = {
    "__attrs_attrs__": "pass attrs.asdict() of it",
    "__dataclass_fields__": "pass dataclasses.asdict() of it",
    "iterrows": 'pass its to_dict("records")',
    "model_dump": 'pass its model_dump(mode="json")',
    "to_dict": "pass its to_dict()",
}
"""What to pass instead of objects with keys and values, by an attribute of their type: attrs, pandas, Pydantic."""


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
    return f"JSON cannot express the {type(value).__name__} {_shown(value)}{_advice(value)}"


def object_advice(value: object) -> str:
    """Return what to pass instead of an object with keys and values, after a semicolon; empty for any other value."""
    attributes = dir(type(value))
    return next((f"; {text}" for name, text in _OBJECTS.items() if name in attributes), "")


def _advice(value: object) -> str:
    """Return what to pass instead of a value, after a semicolon; empty if it is not known."""
    bases = (base.__name__ for base in type(value).__mro__)
    by_type = next((f"; {_ADVICE[name]}" for name in bases if name in _ADVICE), None) or object_advice(value)
    if by_type or not isinstance(value, Iterable):
        return by_type
    return "; pass a dict" if isinstance(value, Mapping) else "; pass a list"


def _unpaired_surrogate(string: str) -> bool:
    return not string.isascii() and any("\ud800" <= character <= "\udfff" for character in string)


def _shown(value: object) -> str:
    return truncate(repr(value), _MAX_VALUE_CHARACTERS)
