"""Cells of the values that a schema allows.

Everything is derived from keywords and annotations, so that a property of an overlay has cells too.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import chain
from operator import itemgetter, or_
from typing import Any, Final, Protocol

import jsonschema_rs

from smartflo_contract.cells._scalars import booleans, listed_values, numbers, open_set, strings
from smartflo_contract.cells.cell import ABSENT, Mask, ValueNode, evidence_labels
from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.schema_values import IMPLIED_TYPES, value_for
from smartflo_contract.schemas.findings import JSON_TYPES
from smartflo_contract.schemas.schema_keywords import plain_schema


class TypeCells(Protocol):
    """The cells of the values of one JSON type."""

    def mask(self, value: Any, /) -> Mask:
        """Return the cells of one value."""

    def column_mask(self, values: Any, /) -> Mask:
        """Return the cells of several values."""


class ValueCells:
    """The cells of the values that a schema allows.

    Args:
        node: the value; its cells are added to the node's index.
    """

    def __init__(self, node: ValueNode) -> None:
        """Derive the cells."""
        self._by_type: dict[type, list[TypeCells]] = {}
        branches = [node._replace(schema=branch) for branch in node.schema.get("anyOf", (node.schema,))]
        typed = [(branch, name) for branch in branches for name in _type_names(branch.schema)]
        is_mixed = len({name for _, name in typed}) > 1
        has_string_forms = [name for _, name in typed].count("string") > 1
        for branch, name in typed:
            evidence = evidence_labels(branch.schema) or node.evidence
            cells = _cells_of_type(branch._replace(evidence=evidence), name, is_mixed=is_mixed)
            if has_string_forms and name == "string" and "pattern" in branch.schema:
                cells = [_OfPattern(branch.schema["pattern"], part) for part in cells]
            for kind in _PYTHON_TYPES[name]:
                self._by_type.setdefault(kind, []).extend(cells)

    def mask(self, value: object) -> Mask:
        """Return the cells of a value; none for a value of a type that the schema rejects."""
        if isinstance(value, float) and value.is_integer():  # JSON does not distinguish 1.0 and 1
            value = int(value)
        result = 0
        for cells in self._by_type.get(type(value), ()):
            result |= cells.mask(value)
        return result

    def column_mask(self, values: Sequence[object]) -> Mask:
        """Return the cells of several values."""
        kinds = set(map(type, values))
        if float in kinds:
            return reduce(or_, map(self.mask, values), 0)
        result = 0
        for kind in kinds:
            same = values if len(kinds) == 1 else [value for value in values if type(value) is kind]
            for cells in self._by_type.get(kind, ()):
                result |= cells.column_mask(same)
        return result


class _OfPattern:
    """The cells of the strings that match a pattern, where other strings have another meaning.

    An ObjectId may consist of decimal digits, but is no number.
    """

    def __init__(self, pattern: str, cells: TypeCells) -> None:
        self._validator = jsonschema_rs.validator_for({"type": "string", "pattern": pattern})
        self._cells = cells

    def mask(self, value: str) -> Mask:
        return self._cells.mask(value) if self._is_match(value) else 0

    def column_mask(self, values: Sequence[str]) -> Mask:
        return self._cells.column_mask(list(filter(self._is_match, set(values))))

    def _is_match(self, value: str) -> bool:
        try:
            return self._validator.is_valid(value)
        except ValueError:  # a lone surrogate, which JSON cannot express
            return False


class _AnyValue:
    """The cell that all values of a type have."""

    def __init__(self, bit: Mask) -> None:
        self._bit = bit

    def mask(self, _value: object) -> Mask:
        return self._bit

    column_mask = mask


class _Array:
    """The cells of an array and of its items."""

    def __init__(self, node: ValueNode) -> None:
        item_schema = node.schema.get("items", {})
        item = value_for(plain_schema(item_schema), Draw(b"cells"))
        self._empty = node.add(":empty", "an empty array", [])
        self._filled = node.add(":filled", "an array with items", [item])
        self._items = ValueCells(node.below("*", item_schema)) if item_schema else None

    def mask(self, value: Sequence[object]) -> Mask:
        return self.column_mask([value])

    def column_mask(self, values: Sequence[Sequence[object]]) -> Mask:
        items = list(chain.from_iterable(values))
        result = self._filled if items else 0
        result |= 0 if all(values) else self._empty
        return result | (self._items.column_mask(items) if items and self._items else 0)


class _Object:
    """The cells of the properties of an object; of an object without properties, whether it is empty."""

    def __init__(self, node: ValueNode) -> None:
        properties: Mapping[str, Any] = node.schema.get("properties", {})
        required = node.schema.get("required", ())
        self._properties = {key: ValueCells(node.below(key, schema)) for key, schema in properties.items()}
        self._absent = {
            key: node.below(key, properties[key]).add(":absent", "the key is absent", ABSENT)
            for key in properties
            if key not in required
        }
        self._empty = self._filled = 0
        if not properties:
            self._empty = node.add(":empty", "an empty object", {})
            self._filled = node.add(":filled", "an object with keys", {"key": "value"})

    def mask(self, value: Mapping[str, object]) -> Mask:
        return self.column_mask([value])

    def column_mask(self, values: Sequence[Mapping[str, object]]) -> Mask:
        result = 0
        if not self._properties:
            for value in values:
                result |= self._filled if value else self._empty
        for key, cells in self._properties.items():
            present = _present(key, values)
            result |= cells.column_mask(present)
            if len(present) < len(values):
                result |= self._absent.get(key, 0)
        return result


def _present(key: str, values: Sequence[Mapping[str, object]]) -> list[object]:
    """Return the values of a key in the objects that have it."""
    try:
        return list(map(itemgetter(key), values))
    except KeyError:
        return [value[key] for value in values if key in value]


def _cells_of_type(node: ValueNode, name: str, *, is_mixed: bool) -> list[TypeCells]:
    """Return the cells of the values of one JSON type; one is for the type itself if the schema allows several."""
    schema = node.schema
    typed = node._replace(schema={**schema, "type": name})
    if "enum" in schema or "const" in schema:
        return [listed_values(typed)]
    cells: list[TypeCells] = []
    if is_mixed or name == "null":
        example = value_for(plain_schema(typed.schema), Draw(b"cells"))
        cells.append(_AnyValue(node.add(f":{name}", f"a value of type {name}", example)))
    if name != "null":
        is_open_set = "x-known-values" in schema and name not in {"array", "object"}
        cells.append(open_set(typed) if is_open_set else _TYPES[name](typed))
    return cells


def _type_names(schema: Mapping[str, Any]) -> list[str]:
    """Return the JSON types that a schema allows; those of the keywords if it names none."""
    if "type" in schema:
        return [schema["type"]] if isinstance(schema["type"], str) else list(schema["type"])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return list(dict.fromkeys(JSON_TYPES[type(value)] for value in values))
    implied = dict.fromkeys(kind for keyword, kind in IMPLIED_TYPES.items() if keyword in schema)
    return list(implied) or list(_PYTHON_TYPES)


_PYTHON_TYPES: Final[Mapping[str, Sequence[type]]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}
"""Python types by JSON type."""
_TYPES: Final[Mapping[str, Callable[[ValueNode], TypeCells]]] = {
    "boolean": booleans,
    "integer": numbers,
    "number": numbers,
    "string": strings,
    "array": _Array,
    "object": _Object,
}
"""The cells of a JSON type other than null."""
