"""A value for a property that has no generator, from the keywords that an overlay may use."""

from collections.abc import Callable, Mapping
from math import ceil, floor
from typing import Any, Final

from smartflo_contract.factories._regex_strings import matching
from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.pools import WORDS

_SPAN: Final = 100
_ITEMS: Final = 3
HINTS: Final = {
    "pattern": "string",
    "minLength": "string",
    "maxLength": "string",
    "minimum": "integer",
    "maximum": "integer",
    "properties": "object",
    "items": "array",
}
"""The type that a keyword speaks of, for a property that names none."""


def value_for(schema: Mapping[str, Any], draw: Draw) -> Any:
    """Return a value for ``schema``; keywords that exclude one another may make it a wrong one."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw.choice(schema["enum"])
    types = schema.get("type") or next((kind for key, kind in HINTS.items() if key in schema), "string")
    return _TYPES[types if isinstance(types, str) else draw.choice(types)](schema, draw)


def _integer(schema: Mapping[str, Any], draw: Draw) -> int:
    low, high = _bounds(schema)
    return draw.between(ceil(low), max(ceil(low), floor(high)))


def _number(schema: Mapping[str, Any], draw: Draw) -> float:
    low, high = _bounds(schema)
    part = draw.below(_SPAN + 1) / _SPAN
    return low * (1 - part) + high * part


def _bounds(schema: Mapping[str, Any]) -> tuple[float, float]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        low = 0 if high is None or high >= 0 else high - _SPAN
    return low, low + _SPAN if high is None else high


def _string(schema: Mapping[str, Any], draw: Draw) -> str:
    least = schema.get("minLength", 0)
    if "pattern" in schema:
        return matching(schema["pattern"], draw, least)
    shortest = len(min(WORDS, key=len)) + 1
    text = " ".join(draw.choice(WORDS) for _ in range(1 + least // shortest))
    return text[: schema.get("maxLength", len(text))]


def _array(schema: Mapping[str, Any], draw: Draw) -> list[Any]:
    return [value_for(schema.get("items", {}), draw) for _ in range(draw.between(1, _ITEMS))]


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
