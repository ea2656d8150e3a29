"""Generate a value for a property without a generator, from its schema's keywords."""

from collections.abc import Callable, Mapping
from math import ceil, floor
from typing import Any, Final

from smartflo_contract.factories._regex_strings import matching_string
from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.pools import WORDS

_RANGE: Final = 100
_MAX_ITEMS: Final = 3
IMPLIED_TYPES: Final = {
    "pattern": "string",
    "minLength": "string",
    "maxLength": "string",
    "minimum": "integer",
    "maximum": "integer",
    "properties": "object",
    "items": "array",
}
"""Type that a keyword implies, for a property without ``type``."""


def value_for(schema: Mapping[str, Any], draw: Draw) -> Any:
    """Return a value for a schema. It may be invalid if keywords contradict each other."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw.choice(schema["enum"])
    types = schema.get("type") or next((kind for key, kind in IMPLIED_TYPES.items() if key in schema), "string")
    return _TYPES[types if isinstance(types, str) else draw.choice(types)](schema, draw)


def _integer(schema: Mapping[str, Any], draw: Draw) -> int:
    low, high = _bounds(schema)
    return draw.between(ceil(low), max(ceil(low), floor(high)))


def _number(schema: Mapping[str, Any], draw: Draw) -> float:
    low, high = _bounds(schema)
    fraction = draw.below(_RANGE + 1) / _RANGE
    return low * (1 - fraction) + high * fraction


def _bounds(schema: Mapping[str, Any]) -> tuple[float, float]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        low = 0 if high is None or high >= 0 else high - _RANGE
    return low, low + _RANGE if high is None else high


def _string(schema: Mapping[str, Any], draw: Draw) -> str:
    min_length = schema.get("minLength", 0)
    if "pattern" in schema:
        return matching_string(schema["pattern"], draw, min_length)
    shortest = len(min(WORDS, key=len)) + 1
    words = " ".join(draw.choice(WORDS) for _ in range(1 + min_length // shortest))
    return words[: schema.get("maxLength", len(words))]


def _array(schema: Mapping[str, Any], draw: Draw) -> list[Any]:
    return [value_for(schema.get("items", {}), draw) for _ in range(draw.between(1, _MAX_ITEMS))]


def _object(schema: Mapping[str, Any], draw: Draw) -> dict[str, Any]:
    properties = schema.get("properties", {})
    return {
        key: value_for(properties.get(key, {}), draw)
        for key in dict.fromkeys([*properties, *schema.get("required", ())])
    }


_TYPES: Final[dict[str, Callable[[Mapping[str, Any], Draw], Any]]] = {
    "null": lambda _schema, _draw: None,
    "boolean": lambda _, draw: bool(draw.below(2)),
    "integer": _integer,
    "number": _number,
    "string": _string,
    "array": _array,
    "object": _object,
}
