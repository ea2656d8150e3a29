"""Leads that have given cells, for the cells that no test was served yet."""

from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Final, NamedTuple

from smartflo_contract.cells.cell import Cell, Mask
from smartflo_contract.cells.lead_builder import LIST_GROUPS, LIST_ID, Lead, LeadBuilder
from smartflo_contract.coverage.contract_cells import ContractCells, contract_cells
from smartflo_contract.coverage.recording import Recording, read_recording
from smartflo_contract.schemas import Contract, load_contract

_GENERATED_LEADS: Final = 40
"""Number of generated leads that are tried."""
_ID_KEYS: Final = ("id", "lead_id")


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


def lead_examples(cells: ContractCells, served: Mask = 0, list_id: int = LIST_ID) -> Iterator[LeadExample]:
    """Yield a lead for each cell of leads that was not served. The leads can be in one list: their ids differ.

    Args:
        cells: the cells of the contract.
        served: the cells that were served.
        list_id: id of the list of the leads.
    """
    builder = LeadBuilder(cells.contract, cells.leads, list_id=list_id)
    generated = [(lead, cells.leads.leads_mask([lead])) for lead in map(builder.lead, range(_GENERATED_LEADS))]
    for number, cell in enumerate(cells.leads.cells):
        if cell.group not in LIST_GROUPS and not served >> number & 1:
            example = _lead_example(builder, cell, number, generated[number % _GENERATED_LEADS :] + generated)
            is_of_ids = cell.group in _ID_KEYS
            yield example if is_of_ids else _with_ids_of(example, builder.lead(_GENERATED_LEADS + number))


def missing_cells(source: Recording | PathLike[str] | str, contract: Contract | None = None) -> list[str]:
    """Return the ids of the cells that were not served, of those that a valid lead can have, in order.

    ``strategies.leads(target=missing_cells(".smartflo-coverage"))`` draws leads that have them. What the tests were
    served that exist to be served missing cells is not counted.

    Args:
        source: what was served, or the path of a data file.
        contract: the contract; that of the profile ``sample`` by default.

    Raises:
        CoverageError: the data file cannot be read.
    """
    cells = contract_cells(load_contract() if contract is None else contract)
    recording = source if isinstance(source, Recording) else read_recording(Path(source))
    served = recording.without_closing().served_mask(cells)
    return [example.cell.id for example in lead_examples(cells, served) if example.is_valid]


def _lead_example(builder: LeadBuilder, cell: Cell, number: int, generated: Sequence[tuple[Lead, Mask]]) -> LeadExample:
    """Return a generated lead with a cell, or else the first one that is valid with the example of the cell."""
    unchanged = next((lead for lead, mask in generated if mask >> number & 1), None)
    if unchanged is not None:
        return LeadExample(cell, unchanged, is_valid=True)
    leads = (builder.with_cell(lead, number) for lead, _ in generated)
    valid = next((lead for lead in leads if builder.has_cells(lead, (number,))), None)
    return LeadExample(cell, valid or builder.with_cell(generated[0][0], number), is_valid=valid is not None)


def _with_ids_of(example: LeadExample, other: Mapping[str, Any]) -> LeadExample:
    ids = {key: other[key] for key in _ID_KEYS if key in example.lead and key in other}
    return example._replace(lead=example.lead | ids)
