"""The leads of a list that clients have edited: edits over the leads that a writer generates."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import orjson

from smartflo_contract.factories import LeadWriter
from smartflo_contract.factories.lead_writer import PHONE_DIGITS, last_digits
from smartflo_contract.mock_server.lists.paged_map import PagedMap

Lead: TypeAlias = dict[str, Any]
Edits: TypeAlias = PagedMap[int, bytes | None]
Numbers: TypeAlias = PagedMap[str, list[int]]
_Run: TypeAlias = range | list[tuple[int, bytes]]

PHONE_KEY: Final = "field_0"
"""The key of a lead that write requests set to its phone number."""
_MAX_CHUNK_LEADS: Final = 128
"""Maximum number of leads in one chunk of a body, and in one page of edits."""
_NUMBER_PAGES: Final = 1_024


def new_edits() -> Edits:
    """Return an empty mapping from the index of an edited lead to its JSON, ``None`` for a deleted lead."""
    return PagedMap(lambda index: index // _MAX_CHUNK_LEADS)


def new_numbers() -> Numbers:
    """Return an empty mapping from the last ten digits of a phone number to the indexes of edited leads."""
    return PagedMap(lambda digits: hash(digits) % _NUMBER_PAGES, _copy_numbers)


def _copy_numbers(page: dict[str, list[int]]) -> dict[str, list[int]]:
    return {digits: list(indexes) for digits, indexes in page.items()}


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
        size: number of leads.
    """

    def __init__(self, base: LeadWriter, edits: Edits, numbers: Numbers, size: int, version: str) -> None:
        """Keep references to the arguments, which must not change any more."""
        self._base = base
        self._edits = edits
        self._numbers = numbers
        self.size = size
        self._version = version

    @property
    def recipe(self) -> str:
        """A string that differs if the bytes of the leads differ."""
        return f"{self._base.recipe}/{self._version}"

    def indexes(self) -> Iterator[int]:
        """Yield the index of every lead, in order."""
        for run in self._runs():
            yield from run if isinstance(run, range) else (index for index, _ in run)

    def chunks(self, indexes: Sequence[int] | None = None) -> Iterator[bytes]:
        """Yield the JSON array of the leads at ``indexes`` in chunks, of all leads for ``None``."""
        opening = b"["
        for run in self._runs() if indexes is None else map(self._run_of_one, indexes):
            if isinstance(run, range):
                for piece in self._generated(run):
                    yield opening + piece
                    opening = b","
            else:
                lines = [line for _, line in run]
                lines[0] = opening + lines[0]
                yield b",".join(lines)
                opening = b","
        yield b"[]" if opening == b"[" else b"]"

    def matching(self, number: str) -> list[int]:
        """Return the indexes of the leads whose phone number has the last ten digits of ``number``."""
        digits = last_digits(number)
        if len(digits) < PHONE_DIGITS:
            return []
        generated = [index for index in self._base.matching(number) if index not in self._edits]
        return sorted([*generated, *(self._numbers.get(digits) or ())])

    def lead(self, index: int) -> Lead | None:
        """Return the lead at an index, ``None`` if there is none."""
        if index in self._edits:
            line = self._edits.get(index)
            return None if line is None else orjson.loads(line)
        return self._base.lead(index) if index < self._base.size else None

    def _run_of_one(self, index: int) -> _Run:
        line = self._edits.get(index)
        return range(index, index + 1) if line is None else [(index, line)]

    def _runs(self) -> Iterator[_Run]:
        """Yield all leads in runs: a range of generated leads, or the index and JSON of each of some edited leads."""
        start, size = 0, self._base.size
        for page in self._edits.pages():
            edited: list[tuple[int, bytes]] = []
            for index in sorted(page):
                stop = min(index, size)
                if start < stop:
                    if edited:
                        yield edited
                        edited = []
                    yield range(start, stop)
                line = page[index]
                if line is not None:
                    edited.append((index, line))
                start = index + 1
            if edited:
                yield edited
        if start < size:
            yield range(start, size)

    def _generated(self, run: range) -> Iterator[bytes]:
        """Yield the JSON of generated leads in chunks, separated by commas, without the brackets of an array."""
        for start in range(0, len(run), _MAX_CHUNK_LEADS):
            yield b"".join(self._base.chunks(run[start : start + _MAX_CHUNK_LEADS]))[1:-1]
