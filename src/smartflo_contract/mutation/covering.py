"""Which tests were served what a mutant changes, by the value coverage of a run."""

from functools import lru_cache
from typing import Final

from smartflo_contract.cells.cell import Mask
from smartflo_contract.cells.lead_cells import FIELD_KEY, KEYS, LEADS, LeadCells
from smartflo_contract.coverage import Recording
from smartflo_contract.mutants import Mutant
from smartflo_contract.schemas.lead_format import FIELD

_NO_LEADS: Final = f"{LEADS}:0"
"""The cell of an empty list, in which no mutant can show."""


def covering_contexts(recording: Recording, mutant: Mutant) -> tuple[str, ...]:
    """Return the contexts, such as tests, that were served what a mutant changes, in any contract."""
    masks = [(cells, _group_mask(cells.leads, _group(mutant.group))) for cells in recording.all_cells()]
    return tuple(
        context
        for context in recording.contexts()
        if any(recording.served_mask(cells, context) & mask for cells, mask in masks)
    )


def _group(group: str) -> str:
    return FIELD_KEY if FIELD.fullmatch(group) else group


@lru_cache(maxsize=1024)
def _group_mask(cells: LeadCells, group: str) -> Mask:
    """Return the cells of a group; those of any lead for a part of the response that has none."""
    mask = sum(1 << number for number, cell in enumerate(cells.cells) if cell.group == group)
    return mask if mask and group not in {KEYS, LEADS} else _leads_mask(cells)


def _leads_mask(cells: LeadCells) -> Mask:
    return sum(1 << number for number, cell in enumerate(cells.cells) if cell.group == LEADS and cell.id != _NO_LEADS)
