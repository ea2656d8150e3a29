"""The schemas of an OpenAPI document, wherever they are."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Schema = dict[str, Any]

COMPONENTS: Final = "#/components/schemas/"
_SCHEMA_KEYWORDS: Final = frozenset(
    {"additionalProperties", "contentSchema", "else", "if", "items", "not", "propertyNames", "then"}
)
"""Keywords whose value is a schema."""
_LISTS: Final = frozenset({"allOf", "anyOf", "oneOf"})
"""Keywords whose value is a list of schemas."""
_NAMED: Final = frozenset({"patternProperties", "properties"})
"""Keywords whose value maps names to schemas."""
_LITERAL: Final = frozenset({"default", "example", "examples"})
"""Keys of a document outside of schemas whose values are examples, in which ``schema`` would be a key like others."""


def map_schemas(document: Any, convert: Callable[[Schema], Schema]) -> Any:
    """Return a document in which each schema is converted, the inner ones first."""
    if isinstance(document, list):
        return [map_schemas(item, convert) for item in document]
    if not isinstance(document, Mapping):
        return document
    return {
        key: _map_schema(value, convert)
        if key == "schema"
        else {name: _map_schema(schema, convert) for name, schema in value.items()}
        if key == "schemas"
        else value
        if key in _LITERAL or key.startswith("x-")
        else map_schemas(value, convert)
        for key, value in document.items()
    }


def resolve(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """Return a schema in which each reference is replaced by its schema, without ``x-`` keywords."""

    def replace(part: Schema) -> Schema:
        plain = {key: value for key, value in part.items() if not key.startswith("x-")}
        reference = plain.pop("$ref", None)
        if reference is None:
            return plain
        return {**resolve(components[reference.removeprefix(COMPONENTS)], components), **plain}

    resolved: Schema = _map_schema(schema, replace)
    return resolved


def _map_schema(schema: Any, convert: Callable[[Schema], Schema]) -> Any:
    if not isinstance(schema, dict):
        return schema  # true or false
    return convert({key: _map_keyword(key, value, convert) for key, value in schema.items()})


def _map_keyword(key: str, value: Any, convert: Callable[[Schema], Schema]) -> Any:
    if key in _SCHEMA_KEYWORDS:
        return _map_schema(value, convert)
    if key in _LISTS:
        return [_map_schema(item, convert) for item in value]
    if key in _NAMED:
        return {name: _map_schema(item, convert) for name, item in value.items()}
    return value
