"""The leads of a list that broadcasts dial: those that are stored or generated, in the state of an instant."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import orjson

from smartflo_contract.factories import LeadWriter
from smartflo_contract.factories.facts import FactColumns
from smartflo_contract.mock_server.dialling.lead_numbers import LeadNumbers
from smartflo_contract.mock_server.dialling.lead_state import KEYS, LeadState, read_state, write_state
from smartflo_contract.mock_server.dialling.plans import ListPlans, generated_states, with_states
from smartflo_contract.mock_server.dialling.timeline import Timeline
from smartflo_contract.mock_server.lists.edited_leads import EditedLeads, Lead


class DialledLeads:
    """The source of a list that broadcasts dial.

    Args:
        leads: the leads as they are stored or generated.
        plans: the plans of the runs of the list.
        now_ms: the dial time.
        numbers: the numbers of the leads, and when they were on DND lists.
        is_allowed: whether the contract allows a value of a key.

    Attributes:
        size: number of leads.
        plans: the plans of the runs of the list.
        numbers: the argument.
    """

    def __init__(
        self,
        leads: EditedLeads,
        plans: ListPlans,
        now_ms: int,
        numbers: LeadNumbers,
        is_allowed: Callable[[str, Any], bool],
    ) -> None:
        """Compute how far each run is."""
        self.size, self.plans, self.numbers = leads.size, plans, numbers
        self._leads = leads
        self._moments = [(plan, plan.moment(now_ms)) for plan in plans.plans]
        self._is_allowed = is_allowed

    @property
    def recipe(self) -> str:
        """A string that differs if the bytes of the leads differ."""
        moments = [moment for _, moment in self._moments]
        return f"{self._leads.recipe}/{self.plans.key}/{moments}/{self.numbers.dnd_key}"

    def chunks(self, indexes: Sequence[int] | None = None) -> Iterator[bytes]:
        """Yield the JSON array of the leads at some indexes in chunks, of all leads for ``None``."""
        return self._leads.chunks(indexes, self._generate, self._revise_line)

    def matching(self, number: str) -> list[int]:
        """Return the indexes of the leads whose phone number has the last ten digits of ``number``."""
        return self._leads.matching(number)

    def indexes(self) -> Iterator[int]:
        """Yield the index of every lead, in order."""
        return self._leads.indexes()

    def lead(self, index: int) -> Lead | None:
        """Return the lead at an index, ``None`` if there is none."""
        lead = self._leads.lead(index)
        return None if lead is None else self._revised(index, lead)

    def leads_after(self, index: int) -> Iterator[tuple[int, Lead]]:
        """Yield the leads after an index, each with its own, in order."""
        return ((position, self._revised(position, lead)) for position, lead in self._leads.leads_after(index))

    @property
    def writer(self) -> LeadWriter:
        """The writer that generates the leads that are not edited."""
        return self._leads.base

    def _state(self, index: int, state: LeadState) -> LeadState:
        """Return the state of a lead now, from the one that is stored or generated."""
        for (plan, moment), stored in zip(self._moments, self.plans.stored(index), strict=True):
            state = plan.state(index, moment, state, stored)
        return state

    def _revised(self, index: int, lead: Lead) -> Lead:
        """Return a lead in its state; it is changed in place."""
        stored = read_state(lead)
        state = self._state(index, stored)
        if state != stored:
            write_state(lead, stored, state, self._is_allowed)
        return lead

    def _revise_line(self, index: int, line: bytes) -> bytes:
        """Return the JSON of an edited lead in its state."""
        return orjson.dumps(self._revised(index, orjson.loads(line)))

    def _generate(self, writer: LeadWriter, indexes: Sequence[int]) -> bytes:
        """Return the JSON of generated leads in their states, each after a comma."""
        # The overlay may allow other values than those of the model. Leads that clients added are in no timeline.
        if writer.has_own(*KEYS) or indexes[-1] >= writer.size:
            leads = zip(indexes, writer.leads(indexes), strict=True)
            return b"".join(b"," + orjson.dumps(self._revised(index, lead)) for index, lead in leads)
        return b"," + b"".join(writer.chunks(indexes, self._revise_facts))[1:-1]

    def _revise_facts(self, columns: FactColumns) -> FactColumns:
        """Return the facts of generated leads in their states."""
        revised = columns
        for timeline, (_, moment) in zip(self._timelines, self._moments, strict=True):
            revised = timeline.revised(revised, moment.now_ms)
        listed = self.numbers.listed
        positions = [position for position, index in enumerate(columns[0]) if index in listed] if listed else []
        if not positions:
            return revised
        stored = generated_states(columns)
        states = {position: self._state(columns[0][position], stored[position]) for position in positions}
        return with_states(revised, states)

    @cached_property
    def _timelines(self) -> list[Timeline]:
        return self.plans.timelines()
