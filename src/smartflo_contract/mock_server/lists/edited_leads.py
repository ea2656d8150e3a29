"""The leads of a list that clients have edited: edits over the leads that a writer generates."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, TypeAlias

import orjson

from smartflo_contract.factories import LeadWriter
from smartflo_contract.factories.lead_writer import PHONE_DIGITS, last_digits

Lead: TypeAlias = dict[str, Any]

PHONE_KEY: Final = "field_0"
"""The key of a lead that write requests set to its phone number."""
_MAX_CHUNK_LEADS: Final = 128
"""Maximum number of generated leads in one chunk of a body."""


class EditedLeads:
    """The source of an edited list.

    Args:
        base: writes the leads that were not edited.
        edits: index to the JSON of an edited lead, ``None`` for a deleted lead. Leads that clients added have the
            indexes from ``base.size`` on.
        numbers: last ten digits of a phone number to the indexes of the edited leads that have it.
        version: differs after every edit.
    """

    def __init__(
        self, base: LeadWriter, edits: Mapping[int, bytes | None], numbers: Mapping[str, Sequence[int]], version: str
    ) -> None:
        """Keep references to the arguments, which must not change any more."""
        self._base = base
        self._edits = edits
        self._numbers = numbers
        self._version = version

    @cached_property
    def size(self) -> int:
        """Number of leads. Counted on first use, because write requests only look up single leads."""
        added = sum(1 for index, line in self._edits.items() if index >= self._base.size and line is not None)
        deleted = sum(1 for index, line in self._edits.items() if index < self._base.size and line is None)
        return self._base.size + added - deleted

    @property
    def recipe(self) -> str:
        """A string that differs if the bytes of the leads differ."""
        return f"{self._base.recipe}/{self._version}"

    def indexes(self) -> Iterator[int]:
        """Yield the index of every lead, in order."""
        for run in self._runs():
            yield from run

    def chunks(self, indexes: Sequence[int] | None = None) -> Iterator[bytes]:
        """Yield the JSON array of the leads at ``indexes`` in chunks, of all leads for ``None``."""
        opening = b"["
        for run in self._runs() if indexes is None else ([index] for index in indexes):
            for piece in self._lines(run):
                yield opening + piece
                opening = b","
        yield b"[]" if opening == b"[" else b"]"

    def matching(self, number: str) -> list[int]:
        """Return the indexes of the leads whose phone number has the last ten digits of ``number``."""
        digits = last_digits(number)
        if len(digits) < PHONE_DIGITS:
            return []
        generated = [index for index in self._base.matching(number) if index not in self._edits]
        return sorted([*generated, *self._numbers.get(digits, ())])

    def lead(self, index: int) -> Lead | None:
        """Return the lead at an index, ``None`` if there is none."""
        if index in self._edits:
            line = self._edits[index]
            return None if line is None else orjson.loads(line)
        return self._base.lead(index) if index < self._base.size else None

    def _runs(self) -> Iterator[Sequence[int]]:
        """Yield the indexes of all leads in runs: of generated leads, or of one edited lead."""
        start = 0
        for index in sorted(self._edits):
            if start < min(index, self._base.size):
                yield range(start, min(index, self._base.size))
            if self._edits[index] is not None:
                yield (index,)
            start = index + 1
        if start < self._base.size:
            yield range(start, self._base.size)

    def _lines(self, run: Sequence[int]) -> Iterator[bytes]:
        """Yield the JSON of the leads in a run in chunks, separated by commas, without the brackets of an array."""
        line = self._edits.get(run[0])
        if line is not None:
            yield line
            return
        for start in range(0, len(run), _MAX_CHUNK_LEADS):
            yield b"".join(self._base.chunks(run[start : start + _MAX_CHUNK_LEADS]))[1:-1]
