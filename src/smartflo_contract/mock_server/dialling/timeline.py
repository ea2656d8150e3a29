"""The changes of all generated leads of a list by a run: computed once, so that a read only looks them up."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

from smartflo_contract.factories.facts import FACT_POSITIONS, FactColumns
from smartflo_contract.mock_server.dialling.lead_state import UNDISPOSED
from smartflo_contract.mock_server.dialling.run_plan import Change

_NEVER_MS: Final = -(2**62)
"""Time of the entry before the first change of a lead."""
_CALL_COUNT, _RETRY_COUNT = FACT_POSITIONS["call_count"], FACT_POSITIONS["retry_count"]
_UPDATED, _AVAILABLE = FACT_POSITIONS["updated"], FACT_POSITIONS["available"]
_NUMBERS: Final = tuple(map(str, range(1_000)))
"""Numbers of calls. A list is dialled at most a hundred times, with six calls each; a lead has had six at most before.

A generated lead was retried once less than it was called.
"""
_UNCHANGED: Final = 0
"""Code of a lead that the run has not changed."""


class Timeline:
    """The changes of leads in the order of time, about 40 bytes for each lead.

    Args:
        changes: the changes of each lead, in the order of the list.
    """

    def __init__(self, changes: Iterable[Iterable[Change]]) -> None:
        """Store the changes, each as a time and a code."""
        self._times, self._codes, self._starts = array("q"), array("H"), array("Q")
        codes: dict[tuple[int, int, int, int, int], int] = {(0, 0, 0, 0, 0): _UNCHANGED}
        for of_lead in changes:
            self._starts.append(len(self._times))
            self._times.append(_NEVER_MS)
            self._codes.append(_UNCHANGED)
            calls = 0
            for change in of_lead:
                calls += change.is_call
                kind = (change.dial_status, change.disposition, change.picked, calls, change.wait_ms)
                self._times.append(change.at_ms)
                self._codes.append(codes.setdefault(kind, len(codes)))
        self._starts.append(len(self._times))
        statuses, dispositions, picked, self._calls, self._waits = zip(*codes, strict=True)
        strings = {
            "dial_status": map(str, statuses),
            "disposition": map(str, dispositions),
            "lead_picked": map(str, picked),
            "undisposed_lead": ("true" if value == UNDISPOSED else "false" for value in dispositions),
        }
        self._strings = [(FACT_POSITIONS[name], tuple(values)) for name, values in strings.items()]

    def __len__(self) -> int:
        """Return the number of leads."""
        return len(self._starts) - 1

    def revised(self, columns: FactColumns, now_ms: int) -> FactColumns:
        """Return the facts of leads as the run has changed them at an instant.

        Args:
            columns: the facts before the run; the first column is the index of each lead.
            now_ms: the dial time.
        """
        times, codes, starts = self._times, self._codes, self._starts
        found = [bisect_right(times, now_ms, starts[index], starts[index + 1]) - 1 for index in columns[0]]
        kinds = [codes[position] for position in found]
        if not any(kinds):
            return columns
        revised = list(columns)
        for number, strings in self._strings:
            revised[number] = [strings[kind] if kind else old for kind, old in zip(kinds, columns[number], strict=True)]
        counts = [self._calls[kind] for kind in kinds]
        calls = [int(old) + count for old, count in zip(columns[_CALL_COUNT], counts, strict=True)]
        revised[_CALL_COUNT] = [_NUMBERS[number] for number in calls]
        revised[_RETRY_COUNT] = [_NUMBERS[number - (number > 0)] for number in calls]
        shown = [
            repr(times[position]) if kind else old
            for position, kind, old in zip(found, kinds, columns[_UPDATED], strict=True)
        ]
        waits = self._waits
        revised[_UPDATED] = shown
        revised[_AVAILABLE] = [
            (repr(times[position] + waits[kind]) if waits[kind] else new) if kind else old
            for position, kind, new, old in zip(found, kinds, shown, columns[_AVAILABLE], strict=True)
        ]
        return tuple(revised)
