"""What can be read from the keywords of one schema."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]


def plain_schema(schema: Mapping[str, Any]) -> Schema:
    """Return a copy without ``x-`` keywords, which strict validators reject; properties and values stay unchanged."""
    return {key: _PLAIN.get(key, _unchanged)(value) for key, value in schema.items() if not key.startswith("x-")}


def types(schema: Mapping[str, Any]) -> set[str]:
    """Return the types that a schema names; an integer is also a number."""
    named = schema.get("type", [])
    names = {named} if isinstance(named, str) else set(named)
    return names | {"number"} if "integer" in names else names


def allows_null(schema: Mapping[str, Any]) -> bool:
    """Return whether a property may be null."""
    if "const" in schema and schema["const"] is not None:
        return False
    if "enum" in schema and None not in schema["enum"]:
        return False
    if "anyOf" in schema and not any(map(allows_null, schema["anyOf"])):
        return False
    return "type" not in schema or "null" in types(schema)


def _unchanged(value: Any) -> Any:
    return value


def _plain(value: Any) -> Any:
    return plain_schema(value) if isinstance(value, Mapping) else value


def _plain_values(value: Mapping[str, Any]) -> Schema:
    return {key: _plain(below) for key, below in value.items()}


def _plain_items(value: list[Any]) -> list[Any]:
    return [_plain(item) for item in value]


_PLAIN: Final[Mapping[str, Callable[[Any], Any]]] = {
    "properties": _plain_values,
    "patternProperties": _plain_values,
    "$defs": _plain_values,
    "anyOf": _plain_items,
    "items": _plain,
    "additionalProperties": _plain,
    "if": _plain,
    "then": _plain,
}
"""Copies the value of a keyword that holds schemas."""
