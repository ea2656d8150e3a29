"""The cells of a contract's leads, and the function that finds the cells of leads."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from smartflo_contract.cells._scalars import Scalars
from smartflo_contract.cells._values import ValueCells
from smartflo_contract.cells.cell import ABSENT, ASSUMED, Cell, CellIndex, Example, Mask, ValueNode, evidence_labels
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.lead_format import FIELD, column_names
from smartflo_contract.schemas.lead_table import lead_tables

FIELDS: Final = "fields"
COLUMNS: Final = "columns"
KEYS: Final = "keys"
LEADS: Final = "leads"
FIELD_KEY: Final = "field_N"


class _Range(NamedTuple):
    """A range of counts.

    Attributes:
        suffix: the end of the cell's id.
        low: first count.
        high: last count; ``None`` for no limit.
    """

    suffix: str
    low: int
    high: int | None


_COUNTS: Final = (
    _Range("1", 1, 1),
    _Range("2-6", 2, 6),
    _Range("7-8", 7, 8),
    _Range("9", 9, 9),
    _Range("10-34", 10, 34),
    _Range("35", 35, 35),
    _Range("36+", 36, None),
    _Range("100+", 100, None),
)
"""Numbers of columns and of fields. The table names 7 fields, the sample 9 columns and 35 fields."""
_SIZES: Final = (_Range("0", 0, 0), _Range("1", 1, 1), _Range("2", 2, 2), _Range("3+", 3, None))
"""Numbers of leads in a response."""


class LeadCells:
    """The cells of the leads of one contract.

    Args:
        contract: the contract.

    Attributes:
        cells: the cells in order, grouped by key.
        examples: for a cell of a value, a value that has it.
        key_cells: number of cells of keys, which are the first ones.
    """

    def __init__(self, contract: Contract) -> None:
        """Derive the cells."""
        index = CellIndex()
        schema = contract.lead
        required = frozenset(schema["required"])
        self._absent: dict[str, Mask] = {}
        self._by_key: dict[str, ValueCells] = {}
        for key, value in schema["properties"].items():
            node = ValueNode(index, (key,), value, evidence_labels(value) or ASSUMED)
            self._by_key[key] = ValueCells(node)
            if key not in required:
                self._absent[key] = node.add(":absent", "the key is absent", ABSENT)
        self.key_cells = len(index.cells)
        (field,) = schema["patternProperties"].values()
        evidence = evidence_labels(field)
        self._field = ValueCells(ValueNode(index, (FIELD_KEY,), field, evidence))
        min_fields = sum(1 for key in required if FIELD.fullmatch(key))
        possible = [part for part in _COUNTS if part.high is None or part.high >= min_fields]
        counts = ValueNode(index, (FIELDS,), {}, evidence)
        self._field_counts = _count_cells(counts, possible, "field")
        self._column_counts = _count_cells(counts._replace(path=(COLUMNS,)), _COUNTS, "column")
        self._sizes = _count_cells(counts._replace(path=(LEADS,), evidence=ASSUMED), _SIZES, "lead")
        self._unknown = 0
        if schema.get("additionalProperties", True) is not False:
            cell = Cell(f"{KEYS}:unknown", KEYS, "a key that the contract does not have", ASSUMED)
            self._unknown = index.add(cell, Example(("smartflo_unknown",), "value"))
        self.cells: Sequence[Cell] = index.cells
        self.examples: Mapping[str, Example] = index.examples
        self._keys_mask = lru_cache(maxsize=256)(self._mask_of_keys)

    def leads_mask(self, leads: Sequence[object]) -> Mask:
        """Return the cells of some leads, without that of their number; what is not an object has none."""
        if len(leads) == 1:
            return self._lead_mask(leads[0])
        result = 0
        for table in lead_tables(leads) if leads else ():
            result |= self._keys_mask(table.keys)
            for key, column in table.columns.items():
                cells = self._cells_of_key(key)
                result |= cells.column_mask(column) if cells else 0
            result |= self._header_mask(table.columns.get("header", ()))
        return result

    def response_mask(self, leads: Sequence[object]) -> Mask:
        """Return the cells of a response: those of its leads, and of their number."""
        return self.leads_mask(leads) | self.size_mask(len(leads))

    def size_mask(self, size: int) -> Mask:
        """Return the cell of a number of leads."""
        return self._sizes.mask(size)

    def _lead_mask(self, lead: object) -> Mask:
        """Return the cells of one lead."""
        if not isinstance(lead, dict):
            return 0
        result = self._keys_mask(tuple(lead))
        for key, value in lead.items():
            cells = self._cells_of_key(key)
            if cells is not None:
                result |= cells.mask(value)
        return result | (self._header_mask([lead["header"]]) if "header" in lead else 0)

    def _cells_of_key(self, key: str) -> ValueCells | None:
        cells = self._by_key.get(key)
        return self._field if cells is None and _is_field(key) else cells

    def _mask_of_keys(self, keys: tuple[str, ...]) -> Mask:
        """Return the cells of the keys of a lead: absent and unknown ones, and the number of fields."""
        result = self._field_counts.mask(sum(map(_is_field, keys)))
        for key, bit in self._absent.items():
            result |= 0 if key in keys else bit
        is_known = (key in self._by_key or _is_field(key) for key in keys)
        return result if all(is_known) else result | self._unknown

    def _header_mask(self, headers: Sequence[object]) -> Mask:
        """Return the cells of the numbers of columns in some values of ``header``."""
        names = map(column_names, _distinct(headers))
        return self._column_counts.column_mask([len(columns) for columns in names if columns is not None])


@lru_cache(maxsize=64)
def lead_cells(contract: Contract) -> LeadCells:
    """Return the cells of the leads of a contract; those of recent contracts are cached."""
    return LeadCells(contract)


def _is_field(key: object) -> bool:
    return isinstance(key, str) and FIELD.fullmatch(key) is not None


def _distinct(headers: Sequence[object]) -> Iterable[object]:
    """Return the distinct values of ``header``, as far as they are strings or arrays of scalars."""
    kinds = set(map(type, headers))
    try:
        if kinds == {str}:
            return set(headers)
        if kinds == {list}:
            return map(list, set(map(tuple, headers)))  # type: ignore[arg-type]
    except TypeError:  # an item is no scalar
        pass
    return headers


def _count_cells(node: ValueNode, ranges: Sequence[_Range], noun: str) -> Scalars:
    """Return the cells of a count, such as the number of fields of a lead."""
    bits = [(node.add(f":{part.suffix}", _in_words(part, noun), part.low), part.low, _high(part)) for part in ranges]
    return Scalars(lambda count: sum(bit for bit, low, high in bits if low <= count <= high))


def _high(part: _Range) -> int:
    return sys.maxsize if part.high is None else part.high


def _in_words(part: _Range, noun: str) -> str:
    if part.high is None:
        return f"{part.low} or more {noun}s"
    return format_count(part.low, noun) if part.low == part.high else f"{part.low} to {part.high} {noun}s"
