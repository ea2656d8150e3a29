"""What clients have changed in a lead list: a thin layer over the leads that its writer makes."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, TypeAlias

import orjson

from smartflo_contract.factories import LeadWriter
from smartflo_contract.factories.lead_writer import PHONE_DIGITS, last_digits
from smartflo_contract.mock_server.http.compact_json import dump_compact
from smartflo_contract.mock_server.lists.lead_list import LeadList

Lead: TypeAlias = dict[str, Any]

PHONE: Final = "field_0"
"""The field that writes take the phone number in."""
_MOST_INDEX: Final = 2**32 - 2
"""Of a lead that is not there any more: ids of leads have eight hexadecimal digits for it."""
_CHUNK: Final = 128
"""Changed leads in one piece of a body."""


class EditedLeads:
    """The writer of a list as it is after some changes.

    Args:
        base: writes the leads that nobody has changed.
        changed: index to the JSON of a lead as it now is, ``None`` for one that was deleted; leads that were added
            have the indexes from ``base.size`` on.
        numbers: last ten digits of a phone number, to the changed leads that have it.
        tag: differs after every change.
    """

    def __init__(
        self, base: LeadWriter, changed: Mapping[int, bytes | None], numbers: Mapping[str, Sequence[int]], tag: str
    ) -> None:
        """Keep what is given; it must not change any more."""
        self._base = base
        self._changed = changed
        self._numbers = numbers
        self._tag = tag

    @cached_property
    def size(self) -> int:
        """How many leads the list has; counted when asked for, because writes look leads up one by one."""
        added = sum(1 for index, line in self._changed.items() if index >= self._base.size and line is not None)
        gone = sum(1 for index, line in self._changed.items() if index < self._base.size and line is None)
        return self._base.size + added - gone

    @property
    def recipe(self) -> str:
        """Everything that the bytes depend on."""
        return f"{self._base.recipe}/{self._tag}"

    def indexes(self) -> Iterator[int]:
        """Yield the index of every lead that is there, in their order."""
        for run in self._runs():
            yield from run

    def chunks(self, indexes: Sequence[int] | None = None) -> Iterator[bytes]:
        """Yield the JSON array of the leads at ``indexes``, of all where none are given, piece by piece."""
        opening = b"["
        for run in self._runs() if indexes is None else ([index] for index in indexes):
            for piece in self._pieces(run):
                yield opening + piece
                opening = b","
        yield b"[]" if opening == b"[" else b"]"

    def matching(self, number: str) -> list[int]:
        """Return the indexes of the leads whose phone number has the last ten digits of ``number``."""
        digits = last_digits(number)
        if len(digits) < PHONE_DIGITS:
            return []
        untouched = [index for index in self._base.matching(number) if index not in self._changed]
        return sorted([*untouched, *self._numbers.get(digits, ())])

    def lead(self, index: int) -> Lead | None:
        """Return the lead at an index, ``None`` where there is none."""
        if index in self._changed:
            line = self._changed[index]
            return None if line is None else orjson.loads(line)
        return self._base.lead(index) if index < self._base.size else None

    def _runs(self) -> Iterator[Sequence[int]]:
        """Yield the indexes of leads in runs: untouched ones, or changed ones of which none was deleted."""
        start = 0
        for index in sorted(self._changed):
            if start < min(index, self._base.size):
                yield range(start, min(index, self._base.size))
            if self._changed[index] is not None:
                yield (index,)
            start = index + 1
        if start < self._base.size:
            yield range(start, self._base.size)

    def _pieces(self, run: Sequence[int]) -> Iterator[bytes]:
        """Yield the JSON of the leads of a run, without the brackets of an array."""
        line = self._changed.get(run[0])
        if line is not None:
            yield line
            return
        for start in range(0, len(run), _CHUNK):
            yield b"".join(self._base.chunks(run[start : start + _CHUNK]))[1:-1]


@dataclass
class EditedList:
    """What an account has changed in one of its lists.

    Attributes:
        writer: makes the leads that nobody has changed, and those that are added before a client's values.
        description: as it was set; no answer has it.
        deleted: the list as a whole is gone.
        touched: something has been changed, or the list itself was made.
    """

    writer: LeadWriter
    description: str = ""
    deleted: bool = False
    touched: bool = False
    _changed: dict[int, bytes | None] = field(default_factory=dict)
    _numbers: dict[str, list[int]] = field(default_factory=dict)
    _ids: dict[str, list[int]] = field(default_factory=dict)
    _next: int = 0
    _view: LeadList | None = None

    def __post_init__(self) -> None:
        """Number added leads after those that are there."""
        self._next = max(self._next, self.writer.size)

    @classmethod
    def from_leads(cls, writer: LeadWriter, leads: Sequence[Mapping[str, Any]]) -> "EditedList":
        """Return a list that begins with some leads, which are as they are.

        Args:
            writer: makes the leads that are added; its list has none.
            leads: decoded JSON.

        Raises:
            ValueError: a lead is nested too deeply.
        """
        begun = cls(writer)
        begun.load(len(leads), dict(enumerate(map(dict, leads))))
        begun.touched = False
        return begun

    def copy(self) -> "EditedList":
        """Return another one with the same changes."""
        return replace(
            self,
            _changed=dict(self._changed),
            _numbers={digits: list(indexes) for digits, indexes in self._numbers.items()},
            _ids={lead_id: list(indexes) for lead_id, indexes in self._ids.items()},
        )

    @property
    def leads(self) -> EditedLeads:
        """The leads as they are now, for as long as nobody changes them."""
        return EditedLeads(self.writer, self._changed, self._numbers, "")

    def lead_list(self, tag: str | None = None) -> LeadList:
        """Return the list as it is served; it stays as it is whatever comes later.

        Args:
            tag: tells its leads from others; drawn at random unless given.
        """
        if self._view is None:
            numbers = {digits: tuple(indexes) for digits, indexes in self._numbers.items()}
            self._view = LeadList(
                EditedLeads(self.writer, dict(self._changed), numbers, tag or secrets.token_hex(8)), "assumed"
            )
        return self._view

    def add(self, make: Callable[[Lead], Lead]) -> Lead:
        """Add a lead: what ``make`` makes of the one that the catalog would have next."""
        return self.add_all([make])[0]

    def add_all(self, makes: Sequence[Callable[[Lead], Lead]]) -> list[Lead]:
        """Add leads, all or none: what each of ``makes`` makes of the one that the catalog would have next."""
        indexes = range(self._next, self._next + len(makes))
        if indexes.stop > _MOST_INDEX:
            message = f"a list has at most {_MOST_INDEX} leads, with those that were deleted"
            raise ValueError(message)
        leads = [make(self.writer.lead(index)) for index, make in zip(indexes, makes, strict=True)]
        lines = list(map(dump_compact, leads))
        for index, lead, line in zip(indexes, leads, lines, strict=True):
            self._put(index, lead, line)
        self._next = indexes.stop
        return leads

    def change(self, index: int, change: Callable[[Lead], Lead]) -> Lead:
        """Put what ``change`` makes of a lead in its place."""
        before = self.leads.lead(index)
        if before is None:
            message = f"there is no lead at {index}"
            raise LookupError(message)
        lead = change(before)
        line = dump_compact(lead)
        self._forget(index)
        self._put(index, lead, line)
        return lead

    def remove(self, index: int) -> None:
        """Delete a lead."""
        self._forget(index)
        self._changed[index] = None
        self._touch()

    def rename(self, writer: LeadWriter) -> None:
        """Take another writer, whose list has another name; changed leads get the name too."""
        self.writer = writer
        for index, line in self._changed.items():
            if line is not None:
                lead = orjson.loads(line)
                self._changed[index] = dump_compact(
                    {key: writer.definition.name if key == "list_name" else value for key, value in lead.items()}
                )
        self._touch()

    def find(self, lead_id: str) -> int | None:
        """Return the index of the lead of an id, ``None`` where there is none."""
        index = min(self._ids[lead_id]) if lead_id in self._ids else self.writer.index_of(lead_id)
        lead = None if index is None else self.leads.lead(index)
        return index if lead is not None and _id_of(lead) == lead_id else None

    def dump(self) -> tuple[int, dict[int, bytes | None]]:
        """Return the index of the next lead, and the JSON of every changed lead by its index."""
        return self._next, dict(self._changed)

    def load(self, following: int, leads: Mapping[int, Lead | None]) -> None:
        """Take back what :meth:`dump` returned, into a list that nothing has been changed in.

        Raises:
            ValueError: a lead is nested too deeply, or ``following`` is not after all leads.
        """
        highest = max((self.writer.size - 1, *leads))
        if not highest < following <= _MOST_INDEX:
            message = f"next: expected more than {highest} and at most {_MOST_INDEX}, got {following}"
            raise ValueError(message)
        for index, lead in leads.items():
            if lead is None:
                self._changed[index] = None
            else:
                self._put(index, lead, dump_compact(lead))
        self._next = following
        self._touch()

    def _put(self, index: int, lead: Lead, line: bytes) -> None:
        lead_id = _id_of(lead)
        self._changed[index] = line
        self._numbers.setdefault(last_digits(str(lead.get(PHONE))), []).append(index)
        if lead_id is not None and self.writer.index_of(lead_id) != index:  # an id that somebody chose
            self._ids.setdefault(lead_id, []).append(index)
        self._touch()

    def _touch(self) -> None:
        self.touched = True
        self._view = None

    def _forget(self, index: int) -> None:
        """Make a changed lead be found no more."""
        line = self._changed.get(index)
        if line is None:
            return
        lead = orjson.loads(line)
        _without(self._ids, _id_of(lead), index)
        _without(self._numbers, last_digits(str(lead.get(PHONE))), index)


def _id_of(lead: Lead) -> str | None:
    """Return the id of a lead as a path has it, ``None`` where it has none."""
    lead_id = lead.get("lead_id")
    return None if lead_id is None else str(lead_id)


def _without(found: dict[str, list[int]], key: str | None, index: int) -> None:
    """Take an index away from those that are found under a key."""
    if key not in found:
        return
    found[key] = [other for other in found[key] if other != index]
    if not found[key]:
        del found[key]
