"""Strategies from keywords, for keys about which an overlay says what no table knows."""

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

_ATTEMPTS: Final = 50
_MOST_ITEMS: Final = 5
_LONGER: Final = 20
"""How much longer than it must be a text may get."""
_TEXT: Final = st.characters(codec="utf-8")


def accepts(schema: Schema, key: str = "") -> Callable[[object], bool]:
    """Return the function that tells whether a value fits ``schema`` and, if ``key`` is a time's, 64 bits."""
    fits = Validator(schema).is_valid
    return (lambda value: fits(value) and _has_64_bits(value)) if key in TIME_KEYS else fits


def _has_64_bits(time: object) -> bool:
    return INT64[0] <= (epoch_ms(time) or 0) <= INT64[1]


def from_schema(schema: Schema, key: str = "") -> Values:
    """Return the strategy of the values of a key that fit ``schema``, made of the keywords that an overlay may use."""
    return _values(schema).filter(accepts(schema, key)).map(deepcopy)  # an enum may list what can be changed


def example(schema: Schema, key: str = "") -> Any:
    """Return a value of a key that fits ``schema``, always the same.

    Raises:
        InvalidArgument: none was found; its keywords may exclude one another.
    """
    fits = accepts(schema, key)
    reading = schema.get("anyOf", [schema])[0]
    for attempt in range(_ATTEMPTS):
        value = value_for(reading, Draw(f"{attempt}".encode()))
        if fits(value):
            return value
    message = f"no value was found that fits {Validator(schema).schema}; check its keywords"
    raise InvalidArgument(message)


def open_set(schema: Schema, key: str = "") -> Values:
    """Return the strategy of a key's known values that fit ``schema``, an open set; where none is known, of all."""
    fits = accepts(schema, key)
    entries = schema.get("x-known-values", ()) if {"enum", "const"}.isdisjoint(schema) else ()
    listed = [entry["value"] for entry in entries if "value" in entry and fits(entry["value"])]
    known = [st.sampled_from(listed)] if listed else []
    for entry in entries:
        most = schema.get("maximum")
        if "minimum" in entry and (most is None or entry["minimum"] <= most):
            known.append(st.integers(entry["minimum"], most).filter(fits))
    return st.one_of(known) if known else from_schema(schema, key)


def _values(schema: Schema) -> Values:
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of(*map(_values, schema["anyOf"]))
    hinted = next((kind for keyword, kind in IMPLIED_TYPES.items() if keyword in schema), "string")
    types = schema.get("type", hinted)
    names = [types] if isinstance(types, str) else sorted(types, key=list(_TYPES).index)
    return st.one_of(*(_TYPES[name](schema) for name in names))


def _integer(schema: Schema) -> Values:
    low, high = schema.get("minimum"), schema.get("maximum")
    return st.integers(None if low is None else ceil(low), None if high is None else floor(high))


def _number(schema: Schema) -> Values:
    return st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False, allow_infinity=False)


def _string(schema: Schema) -> Values:
    least = schema.get("minLength", 0)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].replace(END, r"\Z"), alphabet=_TEXT)
    return st.text(_TEXT, min_size=least, max_size=schema.get("maxLength", least + _LONGER))


def _array(schema: Schema) -> Values:
    return st.lists(_values(schema.get("items", {})), max_size=_MOST_ITEMS)


def _object(schema: Schema) -> Values:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    required = schema.get("required", ())
    return st.fixed_dictionaries(
        {key: _values(properties.get(key, {})) for key in required},
        optional={key: _values(below) for key, below in properties.items() if key not in required},
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
"""The simplest type first: where a key may have several, an example shrinks towards it."""
