"""What a run does: which calls it makes when, and what they change of each lead. It does not depend on the time."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from smartflo_contract.mock_server.calls.dnd import Instant
from smartflo_contract.mock_server.config.dialling_model import DiallingModel
from smartflo_contract.mock_server.dialling.active_time import ActiveTime, Hours
from smartflo_contract.mock_server.dialling.broadcast import ACTIVE, LeadEdit, Run
from smartflo_contract.mock_server.dialling.lead_state import UNDISPOSED, LeadState
from smartflo_contract.mock_server.dialling.outcomes import BLOCKED, PUBLIC_DND, Attempt, Outcomes
from smartflo_contract.mock_server.dialling.rank_table import NO_RANK, RankTable
from smartflo_contract.mock_server.dialling.schedule import Schedule

_Attempts: TypeAlias = tuple[int, int, int]
"""Index of a lead, how often it was edited, and the number of the attempt since then."""
_ACCOUNT_DND: Final = "account_dnd"
_REFUSED: Final = {_ACCOUNT_DND: (9, -2), PUBLIC_DND: (5, -3), BLOCKED: (8, -7)}
"""``dial_status`` and ``dialer_dial_status`` of a lead that must not be called, by the reason."""


class Change(NamedTuple):
    """A change of a lead by a call, or by an attempt that was refused.

    Attributes:
        at_ms: when, in dial time.
        dial_status: ``dial_status`` from then on.
        disposition: ``dialer_dial_status`` from then on.
        picked: ``lead_picked`` from then on.
        is_call: whether a call has ended, which is counted.
        wait_ms: time until the lead may be called again.
    """

    at_ms: int
    dial_status: int
    disposition: int
    picked: int
    is_call: bool
    wait_ms: int


class Moment(NamedTuple):
    """An instant at which a run is looked at.

    Attributes:
        now_ms: the dial time.
        started_before: active time before which attempts have started.
    """

    now_ms: int
    started_before: int


class Call(NamedTuple):
    """A call of a run to a lead, or an attempt that was refused.

    Attributes:
        lead_index: index of the lead.
        active_ms: when it starts, in active time.
        start_ms: the same in dial time.
        edit: how often it was set since the start of the run whether the lead is dialled.
        number: number of the attempt since then, from 0.
        attempt: its outcome; ``None`` if the number must not be called.
        refusal: why not; empty for a call.
    """

    lead_index: int
    active_ms: int
    start_ms: int
    edit: int
    number: int
    attempt: Attempt | None
    refusal: str = ""


class Stored(NamedTuple):
    """What is stored of a lead that was edited during or after a run.

    Attributes:
        dial_ms: when it was last edited, in dial time; what is stored has the changes until then.
        is_set: whether a client set the status since then, so that earlier calls do not change it any more.
    """

    dial_ms: int
    is_set: bool


IsListed: TypeAlias = Callable[[int, int, int, Instant], bool]
"""Returns whether the number of a lead is on a DND list of the account when it is to be called.

Its arguments are the index of the lead, the serial of the run, and the call's start in active time and as an instant.
"""


def active_time(run: Run, model: DiallingModel) -> ActiveTime:
    """Return the active time of a run."""
    return ActiveTime(run.spans(), Hours(model.opens_ms, model.closes_ms) if run.settings.has_hours else None)


_FOREVER_MS: Final = 2**62
"""An active time before which all attempts have started."""


class RunPlan:
    """What a run does.

    Args:
        run: the run.
        model: the dialling model.
        ranks: the order of its leads.
        outcomes: the outcomes of its attempts.
        turns: when leads are called that were edited after the start.
        is_listed: returns whether a number is on a DND list of the account; ``None`` if no number ever was.

    Attributes:
        run: the run.
        ranks: the order of its leads.
    """

    def __init__(
        self,
        run: Run,
        model: DiallingModel,
        ranks: RankTable,
        outcomes: Outcomes,
        turns: Iterable[Sequence[int]],
        *,
        is_listed: IsListed | None = None,
    ) -> None:
        """Collect the edits of leads after the start."""
        self.run, self.ranks = run, ranks
        self.active = active_time(run, model)
        self.schedule = Schedule(run.settings, model.slot_ms, len(ranks))
        self._slot_ms = model.slot_ms
        self._outcomes = outcomes
        self._retry_statuses = frozenset(run.settings.retry_statuses)
        self._is_listed = is_listed
        self._last_edits: dict[int, LeadEdit] = {}
        self._settings: dict[int, list[tuple[LeadEdit, Sequence[int]]]] = {}
        starts_of_dialled = iter(turns)
        for edit in run.edits:
            self._last_edits[edit.lead_index] = edit
            if edit.is_dialled is not None:
                starts = next(starts_of_dialled) if edit.is_dialled else ()
                self._settings.setdefault(edit.lead_index, []).append((edit, starts))

    def moment(self, now_ms: int) -> Moment:
        """Return an instant; one after the last call of a run that has ended is that of its last call."""
        last = self.run.history[-1].dial_ms if self.run.status != ACTIVE else now_ms
        settled_ms = min(now_ms, last + self._slot_ms)
        return Moment(settled_ms, self.active.started_before(settled_ms))

    def stored(self, index: int) -> Stored | None:
        """Return what is stored of a lead that was edited after the start, ``None`` for another one."""
        edit = self._last_edits.get(index)
        return None if edit is None else Stored(edit.dial_ms, index in self._settings)

    def calls(self, index: int, started_before: int) -> Iterator[Call]:
        """Yield the calls to a lead that have started, in order; one that was refused is the last before an edit.

        Args:
            index: index of the lead.
            started_before: active time before which they have started.
        """
        edits = self._settings.get(index, ())
        rank = self.ranks.rank(index)
        for number in range(len(edits) + 1):
            limit = min(started_before, edits[number][0].active_ms) if number < len(edits) else started_before
            if number:
                yield from self._series(index, number, edits[number - 1][1], limit, self._is_listed)
            elif rank != NO_RANK and self.schedule.start_ms(rank, 0) < limit:
                yield from self._series(index, 0, self._turns(rank), limit, self._is_listed)

    def _turns(self, rank: int) -> Sequence[int]:
        """Return the active times of all attempts to call the lead with a rank."""
        first = self.schedule.start_ms(rank, 0)
        return [start + first for start in self.schedule.passes]

    def slots(self, after_ms: int, until_ms: int, *, newest_first: bool = False) -> Iterator[list[Call]]:
        """Yield the calls of each slot that may last in an interval of dial time, without those that were refused.

        Args:
            after_ms: start of the interval.
            until_ms: its end; calls that start then are included.
            newest_first: whether the slots are in the opposite order.
        """
        low, high = self.active.at(after_ms - self._slot_ms), self.active.started_before(until_ms)
        starts = self._pass_slots(low, high, newest_first=newest_first)
        late = self._late_slots(low, high, newest_first=newest_first)
        slots = heapq.merge(starts, late, key=itemgetter(0), reverse=newest_first)
        for active_ms, group in groupby(slots, key=itemgetter(0)):
            attempts = chain.from_iterable(attempts for _, attempts in group)
            made = (self._made(*attempt, active_ms) for attempt in attempts)
            calls = [call for call in made if call is not None and call.attempt is not None]
            if calls:
                yield calls

    def _pass_slots(self, low: int, high: int, *, newest_first: bool) -> Iterator[tuple[int, Iterable[_Attempts]]]:
        """Yield the start of each slot of a pass, with the leads whose turn it is."""
        slot_ms, count = self._slot_ms, self.schedule.pass_ms // self._slot_ms
        passes = list(enumerate(self.schedule.passes))
        for number, start in reversed(passes) if newest_first else passes:
            first, last = max(0, (low - start) // slot_ms), min(count, -(-(high - start) // slot_ms))
            slots = range(first, last)
            for slot in reversed(slots) if newest_first else slots:
                ranks = self.schedule.ranks(slot)
                leads = self.ranks.order[ranks.start : ranks.stop]
                yield start + slot * slot_ms, [(index, 0, number) for index in leads]

    def _late_slots(self, low: int, high: int, *, newest_first: bool) -> Iterator[tuple[int, Iterable[_Attempts]]]:
        """Yield the start of each attempt to call a lead that was edited after the start."""
        attempts = sorted(
            (active_ms, index, edit, number)
            for index, edits in self._settings.items()
            for edit, (_, starts) in enumerate(edits, 1)
            for number, active_ms in enumerate(starts)
            if low <= active_ms < high
        )
        for active_ms, index, edit, number in reversed(attempts) if newest_first else attempts:
            yield active_ms, [(index, edit, number)]

    def _made(self, index: int, edit: int, number: int, active_ms: int) -> Call | None:
        """Return the call that an attempt is, ``None`` if the attempt is not made."""
        for call in self.calls(index, active_ms + 1):
            if (call.edit, call.number) == (edit, number):
                return call
        return None

    def _series(
        self, index: int, edit: int, starts: Sequence[int], limit: int, is_listed: IsListed | None
    ) -> Iterator[Call]:
        """Yield the calls of a series of attempts that start before a limit in active time."""
        refusal = self._outcomes.refusal(index)
        for number, active_ms in enumerate(starts):
            start_ms = self.active.dial_ms(active_ms) if active_ms < limit else None
            if start_ms is None:
                return
            call = Call(index, active_ms, start_ms, edit, number, None)
            if refusal:
                yield call._replace(refusal=refusal)
                return
            if is_listed is not None and is_listed(index, self.run.serial, active_ms, self.run.instant(start_ms)):
                yield call._replace(refusal=_ACCOUNT_DND)
                return
            attempt = self._outcomes.attempt(index, edit, number)
            yield call._replace(attempt=attempt)
            if attempt.outcome.dial_status not in self._retry_statuses:
                return

    def state(self, index: int, moment: Moment, before: LeadState, stored: Stored | None = None) -> LeadState:
        """Return the state of a lead at an instant; ``before`` itself if the run has not changed it.

        Args:
            index: index of the lead.
            moment: the instant.
            before: the state after the earlier runs.
            stored: what is stored of a lead that was edited after a later run had started.
        """
        own = self._last_edits.get(index)
        if own is None:
            rank = self.ranks.rank(index)
            if rank == NO_RANK or self.schedule.start_ms(rank, 0) >= moment.started_before:
                return before
        state, series = before, len(self._settings.get(index, ()))
        for call in self.calls(index, moment.started_before):
            since = stored
            if own is not None and call.active_ms < own.active_ms:
                since = Stored(max(own.dial_ms, stored.dial_ms if stored else own.dial_ms), call.edit < series)
            state = self._after_call(call, moment, before, state, since)
        return state

    def changes(self, index: int) -> Iterator[Change]:
        """Yield what the run changes of a lead that nobody edits, and whose number is on no DND list of the account."""
        rank = self.ranks.rank(index)
        if rank != NO_RANK:
            for call in self._series(index, 0, self._turns(rank), _FOREVER_MS, None):
                yield from self._changes_of(call)

    def _changes_of(self, call: Call) -> Iterator[Change]:
        """Yield what a call changes of its lead, in the order of time."""
        attempt = call.attempt
        if attempt is None:
            yield Change(call.start_ms, *_REFUSED[call.refusal], picked=0, is_call=False, wait_ms=0)
            return
        outcome, waits = attempt.outcome, self.run.settings.retry_ms
        is_retried = outcome.dial_status in self._retry_statuses and call.number < len(waits)
        wait_ms = waits[call.number] if is_retried else 0
        ended_ms, picked = call.start_ms + attempt.ended_ms, int(outcome.is_answered)
        if attempt.disposed_ms == attempt.ended_ms:
            yield Change(ended_ms, outcome.dial_status, attempt.disposition.id, picked, True, wait_ms)  # noqa: FBT003
            return
        yield Change(ended_ms, outcome.dial_status, UNDISPOSED, picked, True, wait_ms)  # noqa: FBT003
        if attempt.disposed_ms is not None:
            disposed_ms = call.start_ms + attempt.disposed_ms
            yield Change(disposed_ms, outcome.dial_status, attempt.disposition.id, picked, False, wait_ms)  # noqa: FBT003

    def _after_call(
        self, call: Call, moment: Moment, before: LeadState, state: LeadState, stored: Stored | None
    ) -> LeadState:
        """Return the state after a call, or before its end; what is stored has the changes until an instant."""
        for change in self._changes_of(call):
            if change.at_ms > moment.now_ms:
                break
            if stored is not None and change.at_ms <= stored.dial_ms:
                continue
            shown_ms = self._shown_ms(change.at_ms, before.updated_ms)
            counts = {
                "call_count": state.call_count + change.is_call,
                "retry_count": state.retry_count + (change.is_call and state.call_count > 0),
            }
            if stored is None or not stored.is_set:
                state = LeadState(
                    dial_status=change.dial_status,
                    disposition=change.disposition,
                    picked=change.picked,
                    **counts,
                    updated_ms=shown_ms,
                    available_ms=shown_ms + change.wait_ms,
                )
            elif change.is_call:
                state = state._replace(**counts, updated_ms=shown_ms, available_ms=max(state.available_ms, shown_ms))
        return state

    def _shown_ms(self, dial_ms: int, updated_ms: int) -> int:
        """Return an instant of dial time as a lead shows it: never before its last edit.

        Clients edit leads at the time of the account's clock, which may be far ahead of dial time.
        """
        run = self.run
        if updated_ms <= run.calls_from_ms + self._slot_ms:
            return dial_ms
        return max(updated_ms, dial_ms, run.clock_ms + dial_ms - run.started_ms)
