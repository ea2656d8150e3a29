"""OpenAPI 3.0 from OpenAPI 3.1: the keywords of JSON Schema 2020-12 in those that 3.0 has.

Verdicts stay the same, except for keys that only a pattern describes, such as ``field_50``: if no other keys are
allowed, they may have any name, else any value.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from smartflo_contract.exports.openapi_schemas import Schema, map_schemas

_VERSION: Final = "3.0.3"
_LICENSE: Final = {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}
"""The license of the document; 3.0 has no identifiers."""
_NULL: Final[Schema] = {"type": "string", "nullable": True, "enum": [None]}
"""The schema of null: ``nullable`` needs a type beside it."""
_UNKNOWN: Final = frozenset({"contentMediaType", "contentSchema"})
"""Keywords that 3.0 does not have and that decide nothing."""
_KEYWORDS_OF_TYPE: Final[Mapping[str, frozenset[str]]] = {
    "array": frozenset({"items", "maxItems", "minItems", "uniqueItems"}),
    "integer": frozenset({"maximum", "minimum"}),
    "number": frozenset({"maximum", "minimum"}),
    "object": frozenset({"additionalProperties", "maxProperties", "minProperties", "properties", "required"}),
    "string": frozenset({"format", "maxLength", "minLength", "pattern"}),
}


def to_openapi_30(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI 3.1 document as OpenAPI 3.0."""
    converted = map_schemas(document, _convert)
    return {**converted, "openapi": _VERSION, "info": {**converted["info"], "license": _LICENSE}}


def _convert(schema: Schema) -> Schema:
    """Return one schema in the keywords of 3.0; the schemas in it are already converted."""
    result = {key: value for key, value in schema.items() if key not in _UNKNOWN}
    for step in _STEPS:
        result = step(result)
    return result


def _wrap_reference(schema: Schema) -> Schema:
    """Move a reference into ``allOf``: 3.0 ignores what is beside it."""
    if "$ref" not in schema or len(schema) == 1:
        return schema
    return {**{key: value for key, value in schema.items() if key != "$ref"}, "allOf": [{"$ref": schema["$ref"]}]}


def _replace_const(schema: Schema) -> Schema:
    if "const" not in schema:
        return schema
    return {("enum" if key == "const" else key): [value] if key == "const" else value for key, value in schema.items()}


def _replace_condition(schema: Schema) -> Schema:
    """Replace ``if`` A ``then`` B ``else`` C by (not A or B) and (A or C)."""
    if "if" not in schema:
        return schema
    condition = schema["if"]
    rest = {key: value for key, value in schema.items() if key not in {"if", "then", "else"}}
    clauses = [{"anyOf": [{"not": condition}, schema["then"]]}] if "then" in schema else []
    clauses += [{"anyOf": [condition, schema["else"]]}] if "else" in schema else []
    return {**rest, "allOf": [*rest.get("allOf", []), *clauses]}


def _replace_patterns(schema: Schema) -> Schema:
    """Describe the keys that a pattern allows by ``additionalProperties``."""
    if "patternProperties" not in schema:
        return schema
    rest = {key: value for key, value in schema.items() if key not in {"patternProperties", "propertyNames"}}
    if "propertyNames" in schema:  # no other keys are allowed: all unnamed ones have this schema
        (rest["additionalProperties"],) = schema["patternProperties"].values()
    return rest


def _replace_types(schema: Schema) -> Schema:
    """Replace a list of types by ``nullable``, and by alternatives if there are several others."""
    types = schema.get("type")
    if types == "null":
        return {**schema, **_NULL}
    if not isinstance(types, list):
        return schema
    nullable = {"nullable": True} if "null" in types else {}
    names = [name for name in types if name != "null"]
    if len(names) == 1:
        return {**schema, "type": names[0], **nullable}
    specific = frozenset[str]().union(*(_KEYWORDS_OF_TYPE.get(name, frozenset()) for name in names))
    alternatives = [
        {"type": name, **{key: schema[key] for key in schema if key in _KEYWORDS_OF_TYPE.get(name, ())}}
        for name in names
    ]
    if nullable:
        alternatives.append(_NULL)
    rest = {key: value for key, value in schema.items() if key not in specific and key != "type"}
    return {**rest, "anyOf": alternatives}


def _describe_items(schema: Schema) -> Schema:
    """Add the schema of items, which 3.0 requires of an array."""
    return {**schema, "items": {}} if schema.get("type") == "array" and "items" not in schema else schema


_STEPS: Final[tuple[Callable[[Schema], Schema], ...]] = (
    _wrap_reference,
    _replace_const,
    _replace_condition,
    _replace_patterns,
    _replace_types,
    _describe_items,
)
