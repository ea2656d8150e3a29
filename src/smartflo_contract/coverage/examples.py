"""Leads that have given cells, for the cells that no test was served yet."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final, NamedTuple, TypeAlias

from smartflo_contract.cells.cell import ABSENT, Cell, Example, Mask
from smartflo_contract.cells.lead_cells import COLUMNS, FIELD_KEY, FIELDS, LEADS
from smartflo_contract.coverage.contract_cells import ContractCells
from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.schemas.lead_format import FIELD, TIME_KEYS, header_string

Lead: TypeAlias = dict[str, Any]

_LIST_ID: Final = 8668
_GENERATED_LEADS: Final = 40
"""Number of generated leads that are tried."""
_LIST_GROUPS: Final = (LEADS, "list_id")
"""Groups of cells that a list has, and not a lead in it."""
_ID_KEYS: Final = ("id", "lead_id")
_EXAMPLE_FIELD: Final = "field_1"


class LeadExample(NamedTuple):
    """A lead that has a cell.

    Attributes:
        cell: the cell.
        lead: the lead.
        is_valid: whether it is valid under the contract; a few cells exist in invalid leads only.
    """

    cell: Cell
    lead: Lead
    is_valid: bool


def lead_examples(cells: ContractCells, served: Mask = 0, list_id: int = _LIST_ID) -> Iterator[LeadExample]:
    """Yield a lead for each cell of leads that was not served. The leads can be in one list: their ids differ.

    Args:
        cells: the cells of the contract.
        served: the cells that were served.
        list_id: id of the list of the leads.
    """
    writer = LeadWriter(ListDefinition(id=list_id), cells.contract)
    generated = [(lead, cells.leads.leads_mask([lead])) for lead in map(writer.lead, range(_GENERATED_LEADS))]
    for number, cell in enumerate(cells.leads.cells):
        if cell.group not in _LIST_GROUPS and not served >> number & 1:
            example = _lead_example(cells, cell, 1 << number, generated[number % _GENERATED_LEADS :] + generated)
            is_of_ids = cell.group in _ID_KEYS
            yield example if is_of_ids else _with_ids_of(example, writer.lead(_GENERATED_LEADS + number))


def _lead_example(
    cells: ContractCells, cell: Cell, bit: Mask, generated: Sequence[tuple[Mapping[str, Any], Mask]]
) -> LeadExample:
    """Return a generated lead with a cell, or else the first one that is valid with the example of the cell."""
    unchanged = next((lead for lead, mask in generated if mask & bit), None)
    if unchanged is not None:
        return LeadExample(cell, dict(unchanged), is_valid=True)
    example = cells.leads.examples[cell.id]
    leads = [_with_example(deepcopy(dict(lead)), example) for lead, _ in generated]
    valid = next((lead for lead in leads if cells.contract.is_valid([lead])), None)
    return LeadExample(cell, leads[0] if valid is None else valid, is_valid=valid is not None)


def _with_ids_of(example: LeadExample, other: Mapping[str, Any]) -> LeadExample:
    ids = {key: other[key] for key in _ID_KEYS if key in example.lead and key in other}
    return example._replace(lead=example.lead | ids)


def _with_example(lead: Lead, example: Example) -> Lead:
    key, *below = example.path
    if key == FIELDS:
        return _with_fields(lead, example.value)
    if key == COLUMNS:
        return _with_columns(lead, example.value)
    if key == FIELD_KEY:
        key = _EXAMPLE_FIELD
    lead[key] = _replace(lead.get(key), below, example.value)
    if key in TIME_KEYS and lead[key] is not ABSENT:  # in this order in time, so they are equal
        lead |= {name: lead[key] for name in TIME_KEYS if name in lead}
    if key == "header":
        lead["sensitive_field_map"] = _no_sensitive_columns(lead)
    return {name: value for name, value in lead.items() if value is not ABSENT}


def _replace(value: Any, path: list[str], new: Any) -> Any:
    """Return a value with the part at a path replaced; ``*`` is the first item of an array."""
    if not path:
        return new
    segment, *below = path
    if segment == "*":
        return [_replace(value[0] if isinstance(value, list) and value else None, below, new)]
    mapping = value if isinstance(value, dict) else {}
    replaced = mapping | {segment: _replace(mapping.get(segment), below, new)}
    return {key: part for key, part in replaced.items() if part is not ABSENT}


def _with_fields(lead: Lead, count: int) -> Lead:
    """Return a lead with a number of fields, and not more columns."""
    values = [value for key, value in lead.items() if FIELD.fullmatch(key)]
    fields = {f"field_{number}": values[number] if number < len(values) else "" for number in range(count)}
    return _with_columns({**fields, **_without_fields(lead)}, min(count, 1))


def _with_columns(lead: Lead, count: int) -> Lead:
    """Return a lead with a number of columns, and at least as many fields."""
    names = [f"Column {number}" for number in range(1, count + 1)]
    missing = {key: "" for key in map("field_{}".format, range(count)) if key not in lead}
    header = names if isinstance(lead["header"], list) else header_string(names)
    changed = lead | missing | {"header": header}
    return changed | {"sensitive_field_map": _no_sensitive_columns(changed)}


def _no_sensitive_columns(lead: Mapping[str, Any]) -> str:
    """Return the value of ``sensitive_field_map`` without sensitive columns, in the reading of a lead."""
    return "[]" if lead["sensitive_field_map"].startswith("[") else "0"


def _without_fields(lead: Mapping[str, Any]) -> Lead:
    return {key: value for key, value in lead.items() if not FIELD.fullmatch(key)}
