"""The phone number that each lead of a list had when it was called, and which numbers were on DND lists then."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from smartflo_contract.factories.lead_writer import PHONE_DIGITS, last_digits
from smartflo_contract.mock_server.calls.dnd import DndHistory, Instant
from smartflo_contract.mock_server.dialling.broadcast import LeadEdit, Run
from smartflo_contract.mock_server.dialling.run_plan import IsListed
from smartflo_contract.mock_server.lists.edited_leads import PHONE_KEY, EditedLeads


class LeadNumbers:
    """The numbers of the leads of a list.

    Args:
        leads: the leads as they are stored or generated.
        runs: the runs of the list, in the order of their starts.
        dnd: which numbers were on DND lists.
    """

    def __init__(self, leads: EditedLeads, runs: Iterable[Run], dnd: DndHistory) -> None:
        """Collect the numbers that were replaced."""
        self._leads, self._dnd = leads, dnd
        self._replaced: dict[int, list[tuple[int, LeadEdit]]] = {}
        for run in runs:
            for edit in run.edits:
                if edit.phone is not None:
                    self._replaced.setdefault(edit.lead_index, []).append((run.serial, edit))

    @property
    def dnd_key(self) -> str:
        """A string that differs if other numbers were on DND lists, or at other times."""
        return self._dnd.key if self._dnd.numbers else ""

    @property
    def is_listed(self) -> IsListed | None:
        """The function that returns whether a number is on a DND list; ``None`` if no number ever was."""
        return self._is_listed if self._dnd.numbers else None

    @cached_property
    def listed(self) -> Mapping[int, str]:
        """The leads that the list's writer generates with numbers that are or were on DND lists, by index."""
        return self._dnd.found_in(self._leads.base.recipe, self._leads.base.with_numbers)

    def of_call(self, index: int, serial: int, active_ms: int) -> LeadEdit | None:
        """Return the edit that replaced the number of a lead after a call, ``None`` if it has the same number now.

        Args:
            index: index of the lead.
            serial: serial of the run that makes the call.
            active_ms: start of the call in active time.
        """
        for edited_serial, edit in self._replaced.get(index, ()):
            if edited_serial > serial or (edited_serial == serial and edit.active_ms > active_ms):
                return edit
        return None

    def _is_listed(self, index: int, serial: int, active_ms: int, instant: Instant) -> bool:
        edit = self.of_call(index, serial, active_ms)
        if edit is not None:
            number = last_digits(edit.phone or "")
        elif self._leads.is_edited(index):
            number = last_digits(str((self._leads.lead(index) or {}).get(PHONE_KEY)))
        else:
            number = self.listed.get(index, "")
        return len(number) == PHONE_DIGITS and self._dnd.contains(number, instant)
