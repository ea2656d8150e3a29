"""Strategies of values from the keywords of a schema, for keys that an overlay changes."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from math import ceil, floor
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.schema_values import IMPLIED_TYPES, value_for
from smartflo_contract.schemas.json_values import INT64
from smartflo_contract.schemas.lead_format import TIME_KEYS, epoch_ms
from smartflo_contract.schemas.patterns import END
from smartflo_contract.schemas.schema_keywords import Schema
from smartflo_contract.schemas.validator import Validator

Values = st.SearchStrategy[Any]

_MAX_ATTEMPTS: Final = 50
_MAX_ITEMS: Final = 5
_MAX_EXTRA_CHARACTERS: Final = 20
"""Maximum number of characters beyond ``minLength``."""
_UNICODE: Final = st.characters(codec="utf-8")


def validity(schema: Schema, key: str = "") -> Callable[[object], bool]:
    """Return the function that returns whether a value is valid. The number of a time must also fit 64 bits."""
    is_valid = Validator(schema).is_valid
    return (lambda value: is_valid(value) and _has_64_bits(value)) if key in TIME_KEYS else is_valid


def _has_64_bits(time: object) -> bool:
    return INT64[0] <= (epoch_ms(time) or 0) <= INT64[1]


def from_schema(schema: Schema, key: str = "") -> Values:
    """Return the strategy of the valid values of a key, from the keywords that an overlay may use."""
    return _values(schema).filter(validity(schema, key)).map(deepcopy)  # an enum may contain mutable values


def example(schema: Schema, key: str = "") -> Any:
    """Return a valid value of a key, always the same.

    Raises:
        InvalidArgument: no valid value was found; the keywords may exclude one another.
    """
    is_valid = validity(schema, key)
    branch = schema.get("anyOf", [schema])[0]
    for attempt in range(_MAX_ATTEMPTS):
        value = value_for(branch, Draw(f"{attempt}".encode()))
        if is_valid(value):
            return value
    message = f"no value found that is valid under {Validator(schema).schema}; check its keywords"
    raise InvalidArgument(message)


def known_or_valid_values(schema: Schema, key: str = "") -> Values:
    """Return the strategy of the valid known values of a key; if no value is known, of all valid values."""
    is_valid = validity(schema, key)
    entries = schema.get("x-known-values", ()) if {"enum", "const"}.isdisjoint(schema) else ()
    listed = [entry["value"] for entry in entries if "value" in entry and is_valid(entry["value"])]
    known = [st.sampled_from(listed)] if listed else []
    for entry in entries:
        maximum = schema.get("maximum")
        if "minimum" in entry and (maximum is None or entry["minimum"] <= maximum):
            known.append(st.integers(entry["minimum"], maximum).filter(is_valid))
    return st.one_of(known) if known else from_schema(schema, key)


def _values(schema: Schema) -> Values:
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of(*map(_values, schema["anyOf"]))
    implied = next((name for keyword, name in IMPLIED_TYPES.items() if keyword in schema), "string")
    types = schema.get("type", implied)
    names = [types] if isinstance(types, str) else sorted(types, key=list(_TYPES).index)
    return st.one_of(*(_TYPES[name](schema) for name in names))


def _integer(schema: Schema) -> Values:
    low, high = schema.get("minimum"), schema.get("maximum")
    return st.integers(None if low is None else ceil(low), None if high is None else floor(high))


def _number(schema: Schema) -> Values:
    return st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False, allow_infinity=False)


def _string(schema: Schema) -> Values:
    minimum = schema.get("minLength", 0)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].replace(END, r"\Z"), alphabet=_UNICODE)
    return st.text(_UNICODE, min_size=minimum, max_size=schema.get("maxLength", minimum + _MAX_EXTRA_CHARACTERS))


def _array(schema: Schema) -> Values:
    return st.lists(_values(schema.get("items", {})), max_size=_MAX_ITEMS)


def _object(schema: Schema) -> Values:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    required = schema.get("required", ())
    return st.fixed_dictionaries(
        {key: _values(properties.get(key, {})) for key in required},
        optional={key: _values(nested) for key, nested in properties.items() if key not in required},
    )


_TYPES: Final[Mapping[str, Callable[[Schema], Values]]] = {
    "null": lambda _: st.none(),
    "boolean": lambda _: st.booleans(),
    "integer": _integer,
    "number": _number,
    "string": _string,
    "array": _array,
    "object": _object,
}
"""The simplest type first, because an example of several types shrinks to the first."""
