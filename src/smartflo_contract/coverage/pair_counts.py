"""Pairs of cells of different keys: those that lists were made for, and those of them that were served."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from smartflo_contract.cells.cell import Mask
from smartflo_contract.cells.lead_cells import LeadCells

PairMasks: TypeAlias = Sequence[Mask]
"""For each cell of leads, the cells that it is paired with. A pair is in the masks of both cells."""


class PairCounts(NamedTuple):
    """The pairs of one contract.

    Attributes:
        made: the pairs that the lists have which were made for them.
        served: those of them that occurred in responses with these lists.
    """

    made: PairMasks
    served: PairMasks

    def merged(self, other: "PairCounts | None") -> "PairCounts":
        """Return the pairs of both."""
        return self if other is None else PairCounts(*map(_union, self, other))


def count_pairs(masks: PairMasks) -> int:
    """Return the number of pairs."""
    return sum(mask.bit_count() for mask in masks) // 2


def occurring(cells: LeadCells, leads: Iterable[Mapping[str, Any]], allowed: PairMasks) -> list[Mask]:
    """Return those of the allowed pairs that occur in some leads."""
    found = [0] * len(allowed)
    for lead in leads:
        add_pairs(found, cells.leads_mask([lead]), allowed)
    return found


def add_pairs(found: list[Mask], mask: Mask, allowed: PairMasks) -> bool:
    """Add the allowed pairs of the cells of one lead, and return whether any is new."""
    is_new = False
    for number in numbers(mask):
        new = mask & allowed[number] & ~found[number]
        if new:
            found[number] |= new
            is_new = True
    return is_new


def numbers(mask: Mask) -> Iterator[int]:
    """Yield the numbers of the cells of a mask."""
    while mask:
        bit = mask & -mask
        yield bit.bit_length() - 1
        mask ^= bit


def _union(one: PairMasks, other: PairMasks) -> list[Mask]:
    return [first | second for first, second in zip(one, other, strict=True)]
