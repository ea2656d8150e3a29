"""Pages of edited leads: their JSON is in few pieces, so that a body is made of pieces and not of leads."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, count, groupby, pairwise
from typing import Final, TypeAlias

Lines: TypeAlias = Mapping[int, bytes | None]
"""Index to the JSON of an edited lead, ``None`` for a deleted lead."""

PAGE_LEADS: Final = 32
"""Maximum number of leads in a page, about 40 kB: what an account that changes one lead of a fixed list copies."""


class LeadRun:
    """Edited leads with consecutive indexes, in one piece. They do not change.

    Attributes:
        start: index of the first lead.
        stop: index of the last lead plus one.
        json: JSON of the leads, each after a comma; empty if all are deleted.
    """

    __slots__ = ("_bounds", "json", "start", "stop")

    def __init__(self, start: int, lines: Sequence[bytes | None]) -> None:
        """Join the leads from ``start`` on, ``None`` for deleted ones."""
        pieces = [b"" if line is None else b"," + line for line in lines]
        self.start, self.stop = start, start + len(lines)
        self.json = b"".join(pieces)
        self._bounds = array("Q", accumulate(map(len, pieces), initial=0))

    def line(self, index: int) -> bytes | None:
        """Return the JSON of a lead, ``None`` for a deleted lead."""
        position = index - self.start
        return self.json[self._bounds[position] + 1 : self._bounds[position + 1]] or None

    def lines(self) -> Iterator[tuple[int, bytes | None]]:
        """Yield every lead with its index."""
        for index, (start, stop) in enumerate(pairwise(self._bounds), self.start):
            yield index, self.json[start + 1 : stop] or None

    def indexes(self) -> Iterator[int]:
        """Yield the index of every lead that is not deleted."""
        return (index for index, (start, stop) in enumerate(pairwise(self._bounds), self.start) if start < stop)


class LeadPage:
    """A page of edited leads: runs of leads, which copies of the page share, and changes since they were joined."""

    __slots__ = ("_changes", "_runs")

    def __init__(self, runs: Sequence[LeadRun] = (), changes: Lines | None = None) -> None:
        """Store runs of leads, and changes to them."""
        self._runs = runs
        self._changes = dict(changes or {})

    def __contains__(self, index: int) -> bool:
        """Return whether the lead at an index was edited."""
        return index in self._changes or self._run(index) is not None

    def __setitem__(self, index: int, line: bytes | None) -> None:
        """Store the JSON of a lead, ``None`` for a deleted lead."""
        self._changes[index] = line

    def get(self, index: int) -> bytes | None:
        """Return the JSON of the lead at an index, ``None`` if it was deleted or not edited."""
        run = None if index in self._changes else self._run(index)
        return self._changes.get(index) if run is None else run.line(index)

    def lines(self) -> dict[int, bytes | None]:
        """Return all leads by index."""
        return {index: line for run in self._runs for index, line in run.lines()} | self._changes

    def runs(self) -> Sequence[LeadRun]:
        """Return all leads in order, in as few runs as possible."""
        if not self._changes:
            return self._runs
        positions = count()
        consecutive = groupby(sorted(self.lines().items()), lambda item: item[0] - next(positions))
        groups = [list(group) for _, group in consecutive]
        return [LeadRun(group[0][0], [line for _, line in group]) for group in groups]

    def copy(self) -> "LeadPage":
        """Return an independent page with the same leads."""
        return LeadPage(self._runs, self._changes)

    def join(self) -> "LeadPage":
        """Return a page with the same leads and without changes."""
        return LeadPage(self.runs())

    def _run(self, index: int) -> LeadRun | None:
        """Return the run that contains a lead, ``None`` if there is none."""
        for run in self._runs:
            if run.start <= index < run.stop:
                return run
        return None
