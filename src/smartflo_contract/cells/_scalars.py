"""Cells of numbers, booleans, strings, and of values that are listed one by one."""

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from math import ceil, floor, inf
from operator import or_
from typing import Any, Final

import jsonschema_rs
import orjson

from smartflo_contract.cells.cell import ASSUMED, Mask, ValueNode
from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.schema_values import value_for
from smartflo_contract.schemas.json_values import MAX_SAFE_INTEGER
from smartflo_contract.schemas.known_values import KnownValues, known_values
from smartflo_contract.schemas.printable import escape_unprintable
from smartflo_contract.schemas.schema_keywords import plain_schema

MAX_INT32: Final = 2**31 - 1
"""The largest integer of 32 bits, in which many databases and languages store numbers."""
LONG_CHARACTERS: Final = 256
"""Length from which a string without a maximum is long: many databases store 255 characters."""
_MANY: Final = 32
"""Number of distinct values from which they are examined together."""
_SMALL_NUMBERS: Final = 100
"""Numbers below this one are tried first as values that are not known."""
_LARGE: Final = "above 2147483647, the largest 32-bit integer"
_LARGE_DIGITS: Final = "above 9007199254740991, the largest integer that a double represents exactly"


class Scalars:
    """The cells of scalars of one type.

    Args:
        mask: returns the cells of one value.
    """

    def __init__(self, mask: Callable[[Any], Mask]) -> None:
        """Keep the function."""
        self.mask = mask

    def column_mask(self, values: Sequence[Hashable]) -> Mask:
        """Return the cells of several values."""
        return reduce(or_, map(self.mask, set(values)), 0)


class Numbers(Scalars):
    """The cells of integers that differ by their ranges. Between two integers of one range are no others."""

    def column_mask(self, values: Sequence[Hashable]) -> Mask:
        """Return the cells of several integers."""
        distinct: set[Any] = set(values)
        if len(distinct) > _MANY:
            mask = self.mask(min(distinct))
            if mask and mask == self.mask(max(distinct)):
                return mask
        return super().column_mask(list(distinct))


class Digits(Scalars):
    """The cells of integers that are written as strings.

    Args:
        mask: returns the cells of one value.
        max_length: length up to which positive integers have the same cells.
    """

    def __init__(self, mask: Callable[[Any], Mask], max_length: int) -> None:
        """Keep the function."""
        super().__init__(mask)
        self._max_length = max_length

    def column_mask(self, values: Sequence[Any]) -> Mask:
        """Return the cells of several strings."""
        distinct = set(values)
        lengths = set(map(len, distinct))
        if len(distinct) > _MANY and min(lengths) > 0 and max(lengths) <= self._max_length and _are_decimal(distinct):
            return self.mask("1") | (self.mask("0") if "0" in distinct else 0)
        return super().column_mask(list(distinct))


class Lengths:
    """The cells of strings that differ by their lengths.

    Args:
        mask: returns the cells of one length.
    """

    def __init__(self, mask: Callable[[int], Mask]) -> None:
        """Keep the function."""
        self._mask = mask

    def mask(self, value: str) -> Mask:
        """Return the cells of one string."""
        return self._mask(len(value))

    def column_mask(self, values: Sequence[str]) -> Mask:
        """Return the cells of several strings."""
        return reduce(or_, map(self._mask, set(map(len, values))), 0)


class Listed(Scalars):
    """The cells of listed values, which may be arrays and objects."""

    def column_mask(self, values: Sequence[object]) -> Mask:
        """Return the cells of several values."""
        return reduce(or_, map(self.mask, values), 0)


def booleans(node: ValueNode) -> Scalars:
    """Return the cells of true and false."""
    bits = {value: node.add(f"={json.dumps(value)}", json.dumps(value), value) for value in (False, True)}
    return Scalars(bits.__getitem__)


def listed_values(node: ValueNode) -> Listed:
    """Return the cells of the values of ``enum`` or ``const``; values are distinguished as in JSON."""
    values = [node.schema["const"]] if "const" in node.schema else node.schema["enum"]
    labels = {entry["value"]: entry["label"] for entry in node.schema.get("x-known-values", ()) if "value" in entry}
    bits = {
        _json(value): node.add(f"={_text(value)}", _label(labels, value) or "one of the listed values", value)
        for value in values
        if jsonschema_rs.is_valid(plain_schema(node.schema), value)
    }
    return Listed(lambda value: bits.get(_json(value), 0))


def open_set(node: ValueNode) -> Scalars:
    """Return the cells of an open set: one for each known value, one for a range, and one for unknown values.

    Values that the schema rejects have no cell.
    """
    known = known_values({"properties": {"": node.schema}})[""]
    schema = plain_schema(node.schema)
    bits: dict[object, Mask] = {}
    above = unknown = 0
    for entry in node.schema["x-known-values"]:
        label, evidence = entry["label"], entry["evidence"]
        if "minimum" in entry:
            candidates = range(entry["minimum"], entry["minimum"] + len(known.labels) + 1)
            example = next(value for value in candidates if value not in known.labels)
            if _accepts(schema, example):
                above = node.add(f"={entry['minimum']}+", label, example, evidence)
        elif _accepts(schema, entry["value"]):
            value = entry["value"]
            bits[value] = node.add(f"={_text(value)}", label, value, evidence)
    others = (value for value in _unknown_values(node.schema, known) if value not in known and _accepts(schema, value))
    other = next(others, None)
    if other is not None:
        unknown = node.add(":unknown", "a value that is not known", other, ASSUMED)

    def mask(value: Any) -> Mask:
        return bits.get(value) or (above if value in known else unknown)

    return Scalars(mask)


def numbers(node: ValueNode) -> Scalars:
    """Return the cells of a number: its limits, zero, negative, positive, large, and with a fraction."""
    low, high = node.schema.get("minimum"), node.schema.get("maximum")
    at_limit: dict[float, Mask] = {}
    for name, limit in (("minimum", low), ("maximum", high)):
        if limit is None or abs(limit) == MAX_SAFE_INTEGER:  # that limit is of JSON numbers, not of the property
            continue
        if _accepts(plain_schema(node.schema), limit):
            at_limit[limit] = at_limit.get(limit, 0) | node.add(f":{name}", f"{limit}, the {name}", limit)
    ranges = [
        (node.add(f":{name}", description, example, evidence), start, end)
        for name, description, start, end, evidence in (
            ("negative", "below 0", None, -1, ASSUMED),
            ("zero", "0", 0, 0, None),
            ("positive", "above 0", 1, MAX_INT32, None),
            ("large", _LARGE, MAX_INT32 + 1, None, ASSUMED),
        )
        if (example := _between(low, high, start, end)) is not None
    ]
    fraction = 0
    if node.schema["type"] == "number":
        fraction = node.add(":fraction", "a number with a fraction", _fraction(low, high), ASSUMED)

    def mask(value: float) -> Mask:
        is_fraction = isinstance(value, float) and not value.is_integer()
        if value in at_limit:
            return at_limit[value] | (fraction if is_fraction else 0)
        if is_fraction:
            return fraction
        if (low is not None and value < low) or (high is not None and value > high):
            return 0
        in_range = (
            bit for bit, start, end in ranges if (start is None or value >= start) and (end is None or value <= end)
        )
        return next(in_range, 0)

    return Numbers(mask)


def strings(node: ValueNode) -> Scalars | Lengths:
    """Return the cells of a string: JSON-encoded, an integer as a string, or of some length."""
    schema = plain_schema(node.schema)
    if schema.get("contentMediaType") == "application/json":
        return _json_strings(node)
    if "pattern" in schema and _accepts(schema, "1") and not _accepts(schema, "x"):
        return _digits(node)
    return _lengths(node)


def _json_strings(node: ValueNode) -> Scalars:
    """Return the cells of a JSON-encoded string. Lists repeat such values, so recent ones are cached."""
    content = node.schema.get("contentSchema", {})
    item = value_for(content.get("items", {}), Draw(b"cells"))
    well_formed = node.add(":filled", "JSON that is not empty", json.dumps([item]))
    empty = node.add(":empty", "JSON that is empty", "[]")
    malformed = node.add(":malformed", "not JSON", '["', ASSUMED)

    @lru_cache
    def mask(value: str) -> Mask:
        try:
            return well_formed if orjson.loads(value) else empty
        except ValueError:
            return malformed

    return Scalars(mask)


def _digits(node: ValueNode) -> Scalars:
    """Return the cells of an integer that is written as a string."""
    schema = plain_schema(node.schema)
    positive = node.add(":positive", "an integer above 0, as a string", "1")
    zero = node.add(":zero", "0, as a string", "0") if _accepts(schema, "0") else 0
    negative = node.add(":negative", "an integer below 0, as a string", "-1", ASSUMED) if _accepts(schema, "-1") else 0
    above = str(MAX_SAFE_INTEGER + 1)
    large = node.add(":large", _LARGE_DIGITS, above, ASSUMED) if _accepts(schema, above) else 0

    def mask(value: str) -> Mask:
        if value == "0":
            return zero
        if value.startswith("-"):
            return negative if value[1:].isdecimal() else 0
        if not value.isdecimal():
            return 0
        is_large = len(value) > len(above) or (len(value) == len(above) and value >= above)
        return large if is_large else positive

    return Digits(mask, len(above) - 1)


def _lengths(node: ValueNode) -> Lengths:
    schema = plain_schema(node.schema)
    filled_value = value_for(schema | {"minLength": max(1, schema.get("minLength", 0))}, Draw(b"cells"))
    empty = node.add(":empty", "an empty string", "") if _accepts(schema, "") else 0
    has_filled = filled_value != "" and _accepts(schema, filled_value)
    filled = node.add(":filled", "a string that is not empty", filled_value) if has_filled else 0
    longest = schema.get("maxLength", LONG_CHARACTERS)
    text = "a" * longest
    long = 0
    if longest and _accepts(schema, text):
        is_limited = "maxLength" in schema
        description = f"a string of {longest} characters" + (", the maximum" if is_limited else " or more")
        long = node.add(":longest" if is_limited else ":long", description, text, ASSUMED)

    def mask(length: int) -> Mask:
        if length == 0:
            return empty
        return filled | (long if length >= longest else 0)

    return Lengths(mask)


def _unknown_values(schema: Mapping[str, Any], known: KnownValues) -> Iterator[object]:
    """Yield values that an open set may allow and not list: small ones, and those beside its limits and values."""
    if schema["type"] == "string":
        yield "unknown"
        yield from (f"unknown-{number}" for number in range(2, len(known.labels) + 3))
        return
    yield from (sign * value for value in range(1, _SMALL_NUMBERS) for sign in (1, -1))
    limits = (schema.get("minimum"), schema.get("maximum"), known.minimum, *known.labels)
    numbers = (int(limit) for limit in limits if isinstance(limit, int | float))
    yield from (number + step for number in numbers for step in (-1, 0, 1))


def _between(low: float | None, high: float | None, start: int | None, end: int | None) -> int | None:
    """Return an integer from ``start`` to ``end`` strictly between the limits, ``None`` if there is none."""
    lowest = max(-inf if start is None else start, -inf if low is None else floor(low) + 1)
    highest = min(inf if end is None else end, inf if high is None else ceil(high) - 1)
    if lowest > highest:
        return None
    return int(highest if lowest == -inf else lowest)


def _fraction(low: float | None, high: float | None) -> float:
    """Return a number with a fraction between the limits."""
    if low is None or high is None:
        return (low + 0.5) if low is not None else (0 if high is None else high) - 0.5
    middle = (low + high) / 2
    return middle if middle % 1 else (middle + high) / 2


def _text(value: object) -> str:
    """Return a value as JSON in one line."""
    return escape_unprintable(json.dumps(value, ensure_ascii=False))


def _label(labels: Mapping[object, str], value: object) -> str:
    return labels.get(value, "") if isinstance(value, Hashable) else ""


def _json(value: object) -> bytes:
    """Return a value as JSON, in which 1.0 and 1 are equal, and true and 1 are not."""
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    try:
        return orjson.dumps(number, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer of more than 64 bits
        return json.dumps(number, sort_keys=True).encode()


def _are_decimal(values: Iterable[str]) -> bool:
    return "".join(values).isdecimal()


def _accepts(schema: Mapping[str, Any], value: object) -> bool:
    return jsonschema_rs.is_valid(dict(schema), value)
