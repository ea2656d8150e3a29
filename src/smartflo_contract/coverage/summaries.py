"""Count the cells that were served, by contract and group."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from math import floor
from operator import itemgetter
from typing import Any, NamedTuple

from smartflo_contract.cells.cell import Cell, Mask
from smartflo_contract.coverage.contract_cells import TOTAL, ContractCells
from smartflo_contract.coverage.pair_counts import count_pairs
from smartflo_contract.coverage.recording import Recording


class Row(NamedTuple):
    """The coverage of one group of cells.

    Attributes:
        group: the key of the lead, or the part of the response.
        served_cells: ids of the cells that were served.
        missing: ids of the other cells.
    """

    group: str
    served_cells: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def served(self) -> int:
        """Number of cells that were served."""
        return len(self.served_cells)

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
        contexts: number of cells that each context was served.
        pairs: number of pairs of cells that lists were made for, and of those that were served; ``None`` without lists.
    """

    name: str
    rows: tuple[Row, ...]
    contexts: Mapping[str, int]
    pairs: tuple[int, int] | None = None

    @property
    def fullest(self) -> tuple[str, int] | None:
        """The context that was served the most cells, and their number; ``None`` if there is no context."""
        return max(self.contexts.items(), key=itemgetter(1), default=None)

    @property
    def total(self) -> Row:
        """All groups together."""
        return Row(
            TOTAL,
            tuple(cell for row in self.rows for cell in row.served_cells),
            tuple(cell for row in self.rows for cell in row.missing),
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
    every = list(recording.all_cells())
    count = sum(len(cells.cells) for cells in every)
    return 100 * sum(recording.served_mask(cells).bit_count() for cells in every) / count if count else 100


def percent_text(percent: float, digits: int = 0) -> str:
    """Return a rounded share in percent, as coverage.py does: 0 or 100 only if it is exact.

    Args:
        percent: the share, from 0 to 100.
        digits: number of digits after the decimal point.
    """
    step = 10**-digits
    return f"{percent if percent in {0, 100} else min(max(percent, step), 100 - step):.{digits}f}"


def summary_as_dict(recording: Recording) -> dict[str, Any]:
    """Return the coverage of each contract in JSON types, with the ids of all cells."""
    every = summaries(recording)
    return {
        "total": _counts(sum(each.total.cells for each in every), sum(each.total.served for each in every)),
        "contracts": [
            {
                "name": each.name,
                **_counts(each.total.cells, each.total.served),
                "keys": [
                    {
                        "key": row.group,
                        **_counts(row.cells, row.served),
                        "served_cells": list(row.served_cells),
                        "missing_cells": list(row.missing),
                    }
                    for row in each.rows
                ],
                "contexts": [{"context": context, "served": served} for context, served in each.contexts.items()],
            }
            for each in every
        ],
        "notes": sorted(recording.notes),
    }


def _counts(cells: int, served: int) -> dict[str, float]:
    """Return numbers of cells, and the share in percent with one digit, which is 100 only if none is missing."""
    return {"cells": cells, "served": served, "percent": floor(1000 * served / cells) / 10 if cells else 100}


def _summary(recording: Recording, cells: ContractCells) -> Summary:
    served = recording.served_mask(cells)
    numbered = groupby(enumerate(cells.cells), key=lambda entry: entry[1].group)
    rows = tuple(_row(group, members, served) for group, members in numbered)
    contexts = {context: recording.served_mask(cells, context).bit_count() for context in recording.contexts()}
    pairs = recording.pairs.get(cells.name)
    return Summary(cells.name, rows, contexts, pairs and (count_pairs(pairs.made), count_pairs(pairs.served)))


def _row(group: str, members: Iterable[tuple[int, Cell]], served: Mask) -> Row:
    entries = [(cell.id, bool(served >> number & 1)) for number, cell in members]
    return Row(
        group,
        tuple(cell for cell, is_served in entries if is_served),
        tuple(cell for cell, is_served in entries if not is_served),
    )
