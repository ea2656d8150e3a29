"""The leads of a list that clients have edited: edits over the leads that a writer generates."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import orjson

from smartflo_contract.factories import LeadWriter
from smartflo_contract.factories.lead_writer import CHUNK_LEADS, PHONE_DIGITS, last_digits
from smartflo_contract.mock_server.lists.lead_page import PAGE_LEADS, LeadPage, LeadRun
from smartflo_contract.mock_server.lists.paged_map import PagedMap

Lead: TypeAlias = dict[str, Any]
Edits: TypeAlias = PagedMap[int, bytes | None, LeadPage]
Numbers: TypeAlias = PagedMap[str, list[int], dict[str, list[int]]]
Generate: TypeAlias = Callable[[LeadWriter, range], bytes]
"""Returns the JSON of some leads that a writer generates, each after a comma."""
ReviseLine: TypeAlias = Callable[[int, bytes], bytes]
"""Returns the JSON to write in place of that of the edited lead at an index."""

PHONE_KEY: Final = "field_0"
"""The key of a lead that write requests set to its phone number."""
DIAL_STATUS_KEY: Final = "dial_status"
"""The key of a lead that clients set so that it is dialled again."""
_NUMBER_PAGES: Final = 1_024


def new_edits() -> Edits:
    """Return an empty mapping from the index of an edited lead to its JSON, ``None`` for a deleted lead."""
    return PagedMap(
        lambda index: index // PAGE_LEADS,
        lambda page: LeadPage() if page is None else page.copy(),
        LeadPage.join,
    )


def new_numbers() -> Numbers:
    """Return an empty mapping from the last ten digits of a phone number to the indexes of edited leads."""
    return PagedMap(lambda digits: hash(digits) % _NUMBER_PAGES, _copy_numbers)


def _copy_numbers(page: dict[str, list[int]] | None) -> dict[str, list[int]]:
    return {digits: list(indexes) for digits, indexes in (page or {}).items()}


def generate(writer: LeadWriter, indexes: Sequence[int]) -> bytes:
    """Return the JSON of some leads that a writer generates, each after a comma."""
    return b"," + b"".join(writer.chunks(indexes))[1:-1]


def generate_pieces(writer: LeadWriter, run: range, generate: Generate) -> Iterator[bytes]:
    """Yield the JSON of a run of leads in pieces, each lead after a comma.

    Args:
        writer: writes the leads.
        run: indexes of the leads.
        generate: generates one piece.
    """
    return (generate(writer, piece) for piece in _split(run))


def as_array(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield pieces of JSON, in which each item follows a comma, as a JSON array in chunks."""
    first = next(pieces, b"")
    yield b"[" + first[1:]
    yield from pieces
    yield b"]"


class EditedLeads:
    """The source of an edited list.

    Args:
        base: writes the leads that were not edited.
        edits: index to the JSON of an edited lead, ``None`` for a deleted lead. Leads that clients added have the
            indexes from ``base.size`` on.
        numbers: last ten digits of a phone number to the indexes of the edited leads that have it.
        size: number of leads.
        version: differs after every edit.

    Attributes:
        base: the argument.
        size: number of leads.
    """

    def __init__(self, base: LeadWriter, edits: Edits, numbers: Numbers, size: int, version: str) -> None:
        """Keep references to the arguments, which must not change any more."""
        self.base = base
        self._edits = edits
        self._numbers = numbers
        self.size = size
        self._version = version

    @property
    def recipe(self) -> str:
        """A string that differs if the bytes of the leads differ."""
        return f"{self.base.recipe}/{self._version}"

    def indexes(self) -> Iterator[int]:
        """Yield the index of every lead, in order."""
        for run in self._runs():
            yield from run if isinstance(run, range) else run.indexes()

    def chunks(
        self, indexes: Sequence[int] | None = None, generate: Generate = generate, revise: ReviseLine | None = None
    ) -> Iterator[bytes]:
        """Yield a JSON array in chunks.

        Args:
            indexes: indexes of the leads; ``None`` for all.
            generate: generates the leads that were not edited.
            revise: returns the JSON to write in place of that of an edited lead; ``None`` to write that.
        """
        if indexes is None:
            return as_array(self._pieces(generate, revise))
        return as_array(self._piece(index, generate, revise) for index in indexes)

    def matching(self, number: str) -> list[int]:
        """Return the indexes of the leads whose phone number has the last ten digits of ``number``."""
        digits = last_digits(number)
        if len(digits) < PHONE_DIGITS:
            return []
        generated = [index for index in self.base.matching(number) if index not in self._edits]
        return sorted([*generated, *(self._numbers.get(digits) or ())])

    def is_edited(self, index: int) -> bool:
        """Return whether a client edited, added or deleted the lead at an index."""
        return index in self._edits

    def lead(self, index: int) -> Lead | None:
        """Return the lead at an index, ``None`` if there is none."""
        if index in self._edits:
            line = self._edits.get(index)
            return None if line is None else orjson.loads(line)
        return self.base.lead(index) if index < self.base.size else None

    def leads_after(self, index: int) -> Iterator[tuple[int, Lead]]:
        """Yield the leads after an index, each with its own, in order."""
        for run in self._runs():
            if isinstance(run, LeadRun):
                lines = ((position, line) for position, line in run.lines() if line is not None and position > index)
                yield from ((position, orjson.loads(line)) for position, line in lines)
            else:
                for part in _split(range(max(run.start, index + 1), run.stop)):
                    yield from zip(part, self.base.leads(part), strict=True)

    def _piece(self, index: int, generate: Generate, revise: ReviseLine | None) -> bytes:
        """Return the JSON of a lead after a comma."""
        line = self._edits.get(index)
        if line is None:
            return generate(self.base, range(index, index + 1))
        return b"," + (line if revise is None else revise(index, line))

    def _pieces(self, generate: Generate, revise: ReviseLine | None) -> Iterator[bytes]:
        """Yield the JSON of all leads in pieces, each lead after a comma."""
        for run in self._runs():
            if isinstance(run, range):
                yield from generate_pieces(self.base, run, generate)
            elif revise is None:
                yield run.json
            else:
                lines = ((index, line) for index, line in run.lines() if line is not None)
                yield b"".join(b"," + revise(index, line) for index, line in lines)

    def _runs(self) -> Iterator[range | LeadRun]:
        """Yield all leads in runs of generated leads, which are ranges, and of edited ones."""
        start, size = 0, self.base.size
        for page in self._edits.pages():
            for run in page.runs():
                if start < min(run.start, size):
                    yield range(start, min(run.start, size))
                if run.json:
                    yield run
                start = run.stop
        if start < size:
            yield range(start, size)


def _split(run: range) -> Iterator[range]:
    """Yield the parts of a run in different pages, so that an edit changes the parts in its own page only."""
    start = run.start
    while start < run.stop:
        stop = min(run.stop, start - start % CHUNK_LEADS + CHUNK_LEADS)
        yield range(start, stop)
        start = stop
