"""Count the cells that were served, by contract and group."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from smartflo_contract.cells.cell import Cell, Mask
from smartflo_contract.coverage.contract_cells import ContractCells
from smartflo_contract.coverage.recording import Recording


class Row(NamedTuple):
    """The coverage of one group of cells.

    Attributes:
        group: the key of the lead, or the part of the response.
        served: number of cells that were served.
        missing: ids of the other cells.
    """

    group: str
    served: int
    missing: tuple[str, ...]

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.served + len(self.missing)

    @property
    def percent(self) -> float:
        """Share of the cells that were served, in percent."""
        return 100 * self.served / self.cells


class Summary(NamedTuple):
    """The coverage of one contract.

    Attributes:
        name: name of the source file.
        rows: the groups, in the order of the source file.
        fullest: the context that was served the most cells, and their number; ``None`` if there is no context.
    """

    name: str
    rows: tuple[Row, ...]
    fullest: tuple[str, int] | None

    @property
    def total(self) -> Row:
        """All groups together."""
        return Row(
            "total", sum(row.served for row in self.rows), tuple(cell for row in self.rows for cell in row.missing)
        )

    @property
    def missing(self) -> list[str]:
        """Ids of the missing cells, those of the least covered group first."""
        worst_first = sorted(self.rows, key=lambda row: row.percent)
        return [cell for row in worst_first for cell in row.missing]


def summaries(recording: Recording) -> list[Summary]:
    """Return the coverage of each contract."""
    return [_summary(recording, cells) for cells in recording.all_cells()]


def total_percent(recording: Recording) -> float:
    """Return the share of all cells that were served, in percent; 100 if there are none."""
    totals = [summary.total for summary in summaries(recording)]
    cells = sum(total.cells for total in totals)
    return 100 * sum(total.served for total in totals) / cells if cells else 100


def _summary(recording: Recording, cells: ContractCells) -> Summary:
    served = recording.served_mask(cells)
    numbered = groupby(enumerate(cells.cells), key=lambda entry: entry[1].group)
    rows = tuple(_row(group, members, served) for group, members in numbered)
    sizes = {context: recording.served_mask(cells, context).bit_count() for context in recording.contexts()}
    fullest = max(sizes.items(), key=lambda entry: entry[1], default=None)
    return Summary(cells.name, rows, fullest)


def _row(group: str, members: Iterable[tuple[int, Cell]], served: Mask) -> Row:
    entries = [(cell.id, bool(served >> number & 1)) for number, cell in members]
    return Row(
        group, sum(is_served for _, is_served in entries), tuple(cell for cell, is_served in entries if not is_served)
    )
