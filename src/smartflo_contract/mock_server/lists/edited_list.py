"""Lead lists that clients edit: leads are added, changed and deleted over those that a writer generates."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from smartflo_contract.factories import LeadWriter
from smartflo_contract.factories.lead_writer import last_digits
from smartflo_contract.mock_server.http.compact_json import dump_compact
from smartflo_contract.mock_server.lists.edited_leads import (
    PHONE_KEY,
    EditedLeads,
    Edits,
    Lead,
    Numbers,
    new_edits,
    new_numbers,
)
from smartflo_contract.mock_server.lists.lead_index import LeadIndex
from smartflo_contract.mock_server.lists.lead_list import LeadList

_MAX_INDEX: Final = 2**32 - 2
"""Maximum index of a lead plus one: lead ids have eight hexadecimal digits for the index."""
_KEY_BITS: Final = 63
"""Size of a key, which databases store as a signed integer."""


def _new_key() -> int:
    return secrets.randbits(_KEY_BITS)


@dataclass
class EditedList:
    """An account's edits of one list.

    Attributes:
        writer: generates the leads that were not edited, and the defaults of the leads that clients add.
        description: description of the list; no response contains it.
        deleted: whether the list is deleted.
        touched: whether anything was edited, or the account created the list.
        is_saved: whether a database has all edits.
        is_fixture: whether the edits are over the leads of a fixed list of the configuration.
        key: identifies the list in a database; a list that replaces another one has another key.
    """

    writer: LeadWriter
    description: str = ""
    deleted: bool = False
    touched: bool = False
    is_saved: bool = field(default=False, compare=False)
    is_fixture: bool = field(default=False, compare=False)
    key: int = field(default_factory=_new_key, compare=False)
    _edits: Edits = field(default_factory=new_edits)
    _numbers: Numbers = field(default_factory=new_numbers)
    _ids: dict[str, list[int]] = field(default_factory=dict)
    _size: int = -1
    _next_index: int = 0
    _index: LeadIndex | None = None
    _lead_list: LeadList | None = None
    _version: str | None = field(default=None, compare=False)
    _unsaved: set[int] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Number added leads after the generated ones."""
        self._next_index = max(self._next_index, self.writer.size)
        if self._size < 0:
            self._size = self.writer.size

    @classmethod
    def from_leads(cls, writer: LeadWriter, leads: Sequence[Mapping[str, Any]]) -> "EditedList":
        """Return a list whose initial leads are fixed.

        Args:
            writer: generates the defaults of the leads that clients add; its own list is empty.
            leads: decoded JSON.

        Raises:
            ValueError: a lead is nested too deeply.
        """
        edited = cls(writer)
        edited.load(len(leads), dict(enumerate(map(dict, leads))))
        edited.touched = False
        return edited

    def copy(self) -> "EditedList":
        """Return an independent list with the same edits, of which those of a fixed list need not be saved."""
        return replace(
            self,
            _edits=self._edits.copy(),
            _numbers=self._numbers.copy(),
            _ids={lead_id: list(indexes) for lead_id, indexes in self._ids.items()},
            _index=None,
            _unsaved=set() if self.is_fixture else None,
            key=_new_key(),
        )

    def enter(self, index: LeadIndex) -> None:
        """Add the lead ids of this list to an index, and those of later edits."""
        if not self.deleted:
            self._index = index
            index.add_generated(self.writer)
            index.add(self.writer.definition.id, self._ids)

    def leave(self) -> None:
        """Remove the lead ids of this list from its index."""
        if self._index is not None:
            self._index.discard_generated(self.writer)
            self._index.discard(self.writer.definition.id, self._ids)
            self._index = None

    @property
    def next_index(self) -> int:
        """Index of the next lead that is added."""
        return self._next_index

    @property
    def leads(self) -> EditedLeads:
        """The current leads. The next edit invalidates them."""
        return EditedLeads(self.writer, self._edits, self._numbers, self._size, "")

    def lead_list(self, version: str | None = None) -> LeadList:
        """Return the list for a response. Later edits do not change it.

        Args:
            version: identifies the leads in the entity tag; ``None`` for the version of the database, or a random one.
        """
        if self._lead_list is None:
            edits, numbers = self._edits.copy(), self._numbers.copy()
            version = version or self._version or secrets.token_hex(8)
            leads = EditedLeads(self.writer, edits, numbers, self._size, version)
            self._lead_list = LeadList(leads, "assumed")
        return self._lead_list

    def add(self, make: Callable[[Lead], Lead]) -> Lead:
        """Add a lead and return it.

        Args:
            make: called with the next lead that the writer generates; returns the lead to add.
        """
        return self.add_all([make])[0]

    def add_all(self, makes: Sequence[Callable[[Lead], Lead]]) -> list[Lead]:
        """Add all leads or none, and return them.

        Args:
            makes: each is called with the next lead that the writer generates and returns the lead to add.

        Raises:
            ValueError: the list would have too many leads, or a lead is nested too deeply.
        """
        indexes = range(self._next_index, self._next_index + len(makes))
        if indexes.stop > _MAX_INDEX:
            message = f"a list has at most {_MAX_INDEX} leads, deleted ones included"
            raise ValueError(message)
        leads = [make(lead) for make, lead in zip(makes, self.writer.leads(indexes), strict=True)]
        lines = list(map(dump_compact, leads))
        for index, lead, line in zip(indexes, leads, lines, strict=True):
            self._put(index, lead, line)
        self._next_index = indexes.stop
        return leads

    def change(self, index: int, change: Callable[[Lead], Lead]) -> Lead:
        """Replace a lead and return the new one.

        Args:
            index: index of the lead.
            change: called with the current lead; returns the new one.

        Raises:
            LookupError: there is no lead at the index.
            ValueError: the new lead is nested too deeply.
        """
        current = self.leads.lead(index)
        if current is None:
            message = f"there is no lead at {index}"
            raise LookupError(message)
        lead = change(current)
        line = dump_compact(lead)
        self._forget(index)
        self._put(index, lead, line)
        return lead

    def remove(self, index: int) -> None:
        """Delete the lead at an index."""
        self._forget(index)
        self._set(index, None)
        self._touch()

    def rename(self, writer: LeadWriter) -> None:
        """Use the writer of a list with another name, and rename the list in all edited leads."""
        self.writer = writer
        for index, line in self._edited():
            if line is not None:
                lead = orjson.loads(line)
                renamed = {key: writer.definition.name if key == "list_name" else value for key, value in lead.items()}
                self._edits.page(index)[index] = dump_compact(renamed)
                if self._unsaved is not None:
                    self._unsaved.add(index)
        self._touch()

    def describe(self, description: str) -> None:
        """Set the description."""
        self.description = description
        self._touch()

    def find(self, lead_id: str) -> int | None:
        """Return the index of the lead with an id, ``None`` if there is none."""
        index = min(self._ids[lead_id]) if lead_id in self._ids else self.writer.index_of(lead_id)
        lead = None if index is None else self.leads.lead(index)
        return index if lead is not None and _lead_id(lead) == lead_id else None

    def dump(self) -> tuple[int, dict[int, bytes | None]]:
        """Return the index of the next lead, and the JSON of every edited lead by its index."""
        return self._next_index, dict(self._edited())

    def load(self, next_index: int, leads: Mapping[int, Lead | None]) -> None:
        """Restore a result of :meth:`dump` into a list without edits.

        Raises:
            ValueError: a lead is nested too deeply, or ``next_index`` is not above the index of every lead.
        """
        max_index = max((self.writer.size - 1, *leads))
        if not max_index < next_index <= _MAX_INDEX:
            message = f"next: expected more than {max_index} and at most {_MAX_INDEX}, got {next_index}"
            raise ValueError(message)
        for index, lead in leads.items():
            if lead is None:
                self._set(index, None)
            else:
                self._put(index, lead, dump_compact(lead))
        self._next_index = next_index
        self._touch()

    def unsaved(self) -> tuple[int, dict[int, bytes | None]]:
        """Return the index of the next lead, and the JSON by index of all leads that are edited and not saved."""
        if self._unsaved is None:
            return self.dump()
        return self._next_index, {index: self._edits.get(index) for index in self._unsaved}

    def mark_saved(self, version: str) -> None:
        """Note that a database has all edits.

        Args:
            version: identifies the leads in the entity tag, until the next edit.
        """
        self.is_saved, self._version, self._unsaved = True, version, set()

    def apply(self, next_index: int, lines: Mapping[int, bytes | None]) -> None:
        """Apply edits that another process has saved.

        Args:
            next_index: index of the next lead.
            lines: the JSON of every edited lead by its index, ``None`` for a deleted one.
        """
        for index, line in lines.items():
            self._forget(index)
            if line is None:
                self._set(index, None)
            else:
                self._put(index, orjson.loads(line), line)
        self._next_index = next_index
        self._touch()

    def _put(self, index: int, lead: Lead, line: bytes) -> None:
        lead_id = _lead_id(lead)
        self._set(index, line)
        digits = last_digits(str(lead.get(PHONE_KEY)))
        self._numbers.page(digits).setdefault(digits, []).append(index)
        if lead_id is not None and self.writer.index_of(lead_id) != index:  # the id was not generated
            self._ids.setdefault(lead_id, []).append(index)
            if self._index is not None:
                self._index.add(self.writer.definition.id, (lead_id,))
        self._touch()

    def _set(self, index: int, line: bytes | None) -> None:
        """Store the JSON of a lead, ``None`` for a deleted one, and count the leads."""
        was_there = index < self.writer.size if index not in self._edits else self._edits.get(index) is not None
        self._edits.page(index)[index] = line
        if self._unsaved is not None:
            self._unsaved.add(index)
        self._size += (line is not None) - was_there

    def _edited(self) -> Iterator[tuple[int, bytes | None]]:
        """Yield index and JSON of every edit."""
        for page in self._edits.pages():
            yield from page.lines().items()

    def _touch(self) -> None:
        self.touched, self.is_saved = True, False
        self._lead_list = self._version = None

    def _forget(self, index: int) -> None:
        """Remove an edited lead from the lookup tables."""
        line = self._edits.get(index)
        if line is None:
            return
        lead = orjson.loads(line)
        lead_id, digits = _lead_id(lead), last_digits(str(lead.get(PHONE_KEY)))
        _discard(self._numbers.page(digits), digits, index)
        if lead_id is not None and lead_id in self._ids:
            _discard(self._ids, lead_id, index)
            if self._index is not None and lead_id not in self._ids:
                self._index.discard(self.writer.definition.id, (lead_id,))


def _lead_id(lead: Lead) -> str | None:
    """Return the id of a lead as it is written in a path, ``None`` if the lead has no id."""
    lead_id = lead.get("lead_id")
    return None if lead_id is None else str(lead_id)


def _discard(table: dict[str, list[int]], key: str, index: int) -> None:
    """Remove an index from the entry of a key."""
    table[key].remove(index)
    if not table[key]:
        del table[key]
