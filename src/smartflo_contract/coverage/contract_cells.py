"""All cells of one contract, in order, and the source file whose lines they are."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from smartflo_contract.cells.cell import Cell, matching
from smartflo_contract.cells.lead_cells import LeadCells, lead_cells
from smartflo_contract.coverage.service_cells import service_cells
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.printable import escape_unprintable

TOTAL: Final = "total"
"""Name of all groups together in reports."""
_SUFFIX: Final = ".cells"
_DEFAULT_PROFILE: Final = "sample"
_ID_WIDTH: Final = 44


class ContractCells:
    """The cells of one contract: those of its leads, and those of the fake as a service.

    Args:
        contract: the contract.

    Attributes:
        contract: the contract.
        name: name of the source file: ``smartflo.cells`` for the profile ``sample`` without an overlay.
        leads: the cells of leads.
        cells: all cells in order, grouped.
        lines: the number of each cell's line in the source file, counted from 1.
        text: the source file, one line for each cell, under a heading for each group.
    """

    def __init__(self, contract: Contract) -> None:
        """Derive the cells and write the source file."""
        self.contract = contract
        self.name = file_name(contract)
        self.leads = lead_cells(contract)
        self.cells: Sequence[Cell] = [*_cells_of_leads(self.leads), *service_cells().cells]
        text = list(_text_lines(self.cells))
        self.text = "".join(f"{line}\n" for line, _ in text)
        self.lines: Mapping[str, int] = {
            cell.id: number for number, (_, cell) in enumerate(text, start=1) if cell is not None
        }


@lru_cache(maxsize=64)
def contract_cells(contract: Contract) -> ContractCells:
    """Return the cells of a contract; those of recent contracts are cached."""
    return ContractCells(contract)


def cells_of(lead: Mapping[str, Any], contract: Contract | None = None) -> set[str]:
    """Return the ids of the cells of a lead, whether it is valid or not.

    Args:
        lead: the decoded lead.
        contract: the contract; that of the profile ``sample`` by default.
    """
    cells = contract_cells(load_contract() if contract is None else contract).leads
    return {cell.id for cell in matching(cells.cells, cells.leads_mask([lead]))}


def file_name(contract: Contract) -> str:
    """Return the name of the source file of a contract."""
    parts = ["smartflo"]
    if contract.profile != _DEFAULT_PROFILE:
        parts.append(contract.profile)
    if contract.overlay is not None and contract.overlay.patch:
        parts.append(contract.overlay.digest)
    return "-".join(parts) + _SUFFIX


def _cells_of_leads(leads: LeadCells) -> Iterator[Cell]:
    """Yield the cells of leads. A key, such as one of an overlay, that has the name of another group is marked."""
    others = {cell.group for cell in (*leads.cells[leads.key_cells :], *service_cells().cells)} | {TOTAL}
    for number, cell in enumerate(leads.cells):
        is_marked = number < leads.key_cells and cell.group in others
        yield cell._replace(group=f"{cell.group} (key)") if is_marked else cell


def _text_lines(cells: Sequence[Cell]) -> Iterator[tuple[str, Cell | None]]:
    """Yield the lines of the source file, each with its cell."""
    for group, members in groupby(cells, key=lambda cell: cell.group):
        yield f"# {group}", None
        for cell in members:
            description = escape_unprintable(cell.description)
            yield f"{cell.id:<{_ID_WIDTH}}  # {description} ({cell.evidence})", cell
