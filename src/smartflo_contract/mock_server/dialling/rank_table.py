"""The order in which a run dials the leads of a list: the highest priority first, then by index."""

from array import array
from collections.abc import Iterable
from typing import Final

NO_RANK: Final = 2**32 - 1


class RankTable:
    """The ranks of the leads of a run, four bytes each.

    Attributes:
        order: index of the lead with each rank.
    """

    def __init__(self, priorities: Iterable[tuple[int, int]]) -> None:
        """Sort the leads.

        Args:
            priorities: index and priority of each lead that is dialled, ordered by index.
        """
        by_priority: dict[int, array[int]] = {}
        for index, priority in priorities:
            by_priority.setdefault(priority, array("I")).append(index)
        self.order = array("I")
        for priority in sorted(by_priority, reverse=True):
            self.order.extend(by_priority[priority])
        self._ranks = array("I", [NO_RANK]) * (1 + max(self.order, default=-1))
        for rank, index in enumerate(self.order):
            self._ranks[index] = rank

    def __len__(self) -> int:
        """Return the number of leads."""
        return len(self.order)

    def rank(self, index: int) -> int:
        """Return the rank of a lead, ``NO_RANK`` if it is not dialled."""
        return self._ranks[index] if index < len(self._ranks) else NO_RANK
