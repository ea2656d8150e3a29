"""Schemas and OpenAPI documents in the form that validators and generators of other ecosystems read.

RE2, Go, Rust and Pydantic have no look-ahead in patterns. Generators need a type beside ``enum`` and ``const``, and
alternatives instead of types that include arrays. They keep unnamed keys only if ``additionalProperties`` allows them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from smartflo_contract.schemas.patterns import END

_NAMED: Final = frozenset(
    {"$defs", "headers", "parameters", "paths", "patternProperties", "properties", "responses", "schemas"}
)
"""Keywords whose keys are names, not keywords."""
_LITERAL: Final = frozenset({"const", "default", "enum", "example", "examples"})
"""Keywords whose values are JSON values, not schemas."""
_ARRAY: Final = frozenset({"items", "maxItems", "minItems", "uniqueItems"})
"""Keywords that apply to arrays only."""
_CLOSED: Final = "additionalProperties"
_TYPES: Final[Mapping[type, str]] = {
    bool: "boolean",
    dict: "object",
    float: "number",
    int: "integer",
    list: "array",
    str: "string",
    type(None): "null",
}


def portable(document: Any) -> Any:
    """Return a schema, or an OpenAPI document, without look-ahead, with typed enumerations and open unnamed keys.

    Verdicts are the same, except that an engine in which ``$`` also matches before a final line feed accepts one there.
    """
    if isinstance(document, list):
        return [portable(item) for item in document]
    if not isinstance(document, dict):
        return document
    changed = {key: _keyword(key, value) for key, value in document.items()}
    if isinstance(pattern := changed.get("pattern"), str):
        changed["pattern"] = _linear(pattern)
    if isinstance(changed.get("required"), list):
        _describe_required_keys(changed)
    if "then" in changed:
        names: dict[str, Any] = {key: {} for key in changed.get("properties", {})}
        changed["then"]["properties"] = names | changed["then"].get("properties", {})
    if "patternProperties" in changed:
        _describe_unnamed_keys(changed)
    if isinstance(changed.get("type"), list) and "array" in changed["type"] and "anyOf" not in changed:
        return _with_separate_arrays(changed)
    if "type" not in changed and ("const" in changed or "enum" in changed):
        changed["type"] = _type(changed["enum"] if "enum" in changed else [changed["const"]])
    return changed


def numbers_except(numbers: Iterable[str]) -> str:
    """Return a pattern of all canonical decimal numbers except some, without look-ahead and without anchors."""
    excluded = frozenset(numbers)
    zero = [] if "0" in excluded else ["0"]
    return f"({'|'.join(zero + _branches('', excluded, '123456789'))})"


def _branches(prefix: str, excluded: frozenset[str], digits: str = "0123456789") -> list[str]:
    """Return one pattern for each group of next digits after which the same digits may follow."""
    groups: dict[str, str] = {}
    for digit in digits:
        rest = _rest(prefix + digit, excluded)
        groups[rest] = groups.get(rest, "") + digit
    return [_digits(group) + rest for rest, group in groups.items()]


def _rest(prefix: str, excluded: frozenset[str]) -> str:
    """Return a pattern of what may follow the first digits of a number."""
    if not any(number.startswith(prefix) for number in excluded):
        return "[0-9]*"
    if not any(number.startswith(prefix) and number != prefix for number in excluded):
        return "[0-9]+"
    branches = "|".join(_branches(prefix, excluded))
    return f"({branches})" if prefix in excluded else f"({branches})?"


def _digits(digits: str) -> str:
    if len(digits) == 1:
        return digits
    if int(digits[-1]) - int(digits[0]) == len(digits) - 1:
        return f"[{digits[0]}-{digits[-1]}]"
    return f"[{digits}]"


def _keyword(key: str, value: Any) -> Any:
    if key in _NAMED and isinstance(value, dict):
        return {name: portable(below) for name, below in value.items()}
    return value if key in _LITERAL or key.startswith("x-") else portable(value)


def _linear(pattern: str) -> str:
    return pattern.replace(END, "$")


def _describe_required_keys(schema: dict[str, Any]) -> None:
    """Describe every required key among the properties, as linters demand."""
    missing = [key for key in schema["required"] if key not in schema.get("properties", {})]
    if missing and "patternProperties" not in schema and _CLOSED not in schema:
        schema["properties"] = schema.get("properties", {}) | {key: {} for key in missing}


def _describe_unnamed_keys(schema: dict[str, Any]) -> None:
    """Let generators keep the keys that only a pattern describes; most ignore ``patternProperties``."""
    patterns = {_linear(pattern): below for pattern, below in schema["patternProperties"].items()}
    schema["patternProperties"] = patterns
    if schema.setdefault(_CLOSED, True) is not False or len(patterns) != 1:
        return
    (pattern,) = patterns
    named = {"type": "string", "enum": list(schema.get("properties", {}))}
    schema["propertyNames"] = {"anyOf": [named, {"type": "string", "pattern": pattern}]}
    schema[_CLOSED] = True


def _with_separate_arrays(schema: dict[str, Any]) -> dict[str, Any]:
    """Return alternatives instead of a list of types with ``array``, in which generators look for one kind only."""
    others = [name for name in schema["type"] if name != "array"]
    array = {"type": "array"} | {key: value for key, value in schema.items() if key in _ARRAY}
    rest = {key: value for key, value in schema.items() if key not in _ARRAY and key != "type"}
    return rest | {"anyOf": [array, *({"type": name} for name in others)]}


def _type(values: list[Any]) -> str | list[str]:
    names = list(dict.fromkeys(_TYPES[type(value)] for value in values))
    return names[0] if len(names) == 1 else names
