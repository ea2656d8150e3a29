"""Which lists may contain a lead id, so that a lead is found without a search through all lists."""

from collections.abc import Iterable, Iterator
from typing import Final

from smartflo_contract.factories import LeadWriter
from smartflo_contract.factories.lead_writer import list_key

_ANY_ID: Final = ""
"""Stands for the ids of lists whose leads have ids that do not state the list, because of an overlay."""


class LeadIndex:
    """Lists by lead id, and by the part of generated lead ids that is the same in all leads of a list."""

    def __init__(self) -> None:
        """Create an empty index."""
        self._lists: dict[str, dict[int, None]] = {}

    def add(self, list_id: int, lead_ids: Iterable[str]) -> None:
        """Add lead ids of a list that were not generated."""
        for lead_id in lead_ids:
            self._lists.setdefault(lead_id, {})[list_id] = None

    def add_generated(self, writer: LeadWriter) -> None:
        """Add the lead ids that a writer generates."""
        self.add(writer.definition.id, writer.list_keys or (_ANY_ID,))

    def discard(self, list_id: int, lead_ids: Iterable[str]) -> None:
        """Remove lead ids of a list that were not generated."""
        for lead_id in lead_ids:
            lists = self._lists.get(lead_id, {})
            lists.pop(list_id, None)
            if not lists:
                self._lists.pop(lead_id, None)

    def discard_generated(self, writer: LeadWriter) -> None:
        """Remove the lead ids that a writer generates."""
        self.discard(writer.definition.id, writer.list_keys or (_ANY_ID,))

    def lists(self, lead_id: str) -> Iterator[int]:
        """Yield the ids of the lists that may contain a lead."""
        keys = (lead_id, list_key(lead_id), _ANY_ID)
        yield from dict.fromkeys(
            list_id for key in keys if key is not None for list_id in tuple(self._lists.get(key, ()))
        )
