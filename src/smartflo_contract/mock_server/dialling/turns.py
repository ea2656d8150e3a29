"""When the leads that clients added or set after the start of a run are called: computed once for the same edits."""

from array import array
from collections.abc import Iterable, Iterator, Sequence

from smartflo_contract.mock_server.dialling.broadcast import LeadEdit
from smartflo_contract.mock_server.dialling.schedule import Schedule


class Turns:
    """The attempts to call leads after edits, in free channels.

    Args:
        schedule: the schedule of the run.
        edits: the edits, in order.
    """

    def __init__(self, schedule: Schedule, edits: Iterable[LeadEdit]) -> None:
        """Find a channel for each attempt."""
        self._starts = array("q")
        self._attempts = len(schedule.passes)
        for edit in edits:
            if edit.is_dialled:
                self._starts.extend(schedule.place(edit.active_ms))

    def __len__(self) -> int:
        """Return the number of edits after which a lead is dialled."""
        return len(self._starts) // self._attempts

    def __iter__(self) -> Iterator[Sequence[int]]:
        """Yield the starts of all attempts after each of these edits, in active time."""
        for start in range(0, len(self._starts), self._attempts):
            yield self._starts[start : start + self._attempts]
