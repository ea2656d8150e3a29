"""The plans of the runs of a list, which are cached."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence, Sized
from functools import partial
from hashlib import blake2b
from os import register_at_fork
from threading import Lock
from typing import Any, Final, TypeVar

import orjson

from smartflo_contract.factories import LeadWriter
from smartflo_contract.factories.facts import FACT_POSITIONS, FactColumns
from smartflo_contract.mock_server.config.dialling_model import DiallingModel
from smartflo_contract.mock_server.dialling.broadcast import Run
from smartflo_contract.mock_server.dialling.lead_state import KEYS, UNDISPOSED, LeadState, read_state
from smartflo_contract.mock_server.dialling.outcomes import Outcomes
from smartflo_contract.mock_server.dialling.rank_table import RankTable
from smartflo_contract.mock_server.dialling.run_plan import IsListed, RunPlan, Stored
from smartflo_contract.mock_server.dialling.schedule import Schedule
from smartflo_contract.mock_server.dialling.timeline import Timeline
from smartflo_contract.mock_server.dialling.turns import Turns

_CHUNK_LEADS: Final = 128
_MAX_CACHED_LEADS: Final = 2_000_000
"""Maximum number of leads in all cached tables, 8 to 50 bytes each."""
_BUILDING_LOCKS: Final = 16
_Table = TypeVar("_Table", RankTable, Timeline, Turns)
_STATE_COLUMNS: Final = tuple(
    FACT_POSITIONS[name]
    for name in ("dial_status", "disposition", "lead_picked", "call_count", "retry_count", "updated", "available")
)
_UNDISPOSED_COLUMN: Final = FACT_POSITIONS["undisposed_lead"]
_STRINGS: Final[dict[int, Callable[[LeadState], str]]] = {
    number: lambda state, field=field: str(state[field]) for field, number in enumerate(_STATE_COLUMNS)
} | {_UNDISPOSED_COLUMN: lambda state: "true" if state.disposition == UNDISPOSED else "false"}
"""Column of the facts to the function that returns its string for a state."""
_PRIORITY_COLUMN: Final = FACT_POSITIONS["priority"]


class ListPlans:
    """The plans of the runs of one list.

    Args:
        writer: generates the leads of the list that are not edited.
        runs: the runs, in the order of their starts.
        model: the dialling model.
        is_allowed: whether the contract allows a value of a key.
        is_listed: returns whether a number is on a DND list of the account; ``None`` if no number ever was.

    Attributes:
        key: differs if the plans differ.
        plans: the plans, in the same order.
    """

    def __init__(
        self,
        writer: LeadWriter,
        runs: Sequence[Run],
        model: DiallingModel,
        is_allowed: Callable[[str, Any], bool],
        is_listed: IsListed | None = None,
    ) -> None:
        """Compute the order of the leads of each run, unless it is cached."""
        digest = blake2b(f"{writer.recipe}{model!r}".encode(), digest_size=16)
        self.plans: list[RunPlan] = []
        self._timelines: list[bytes] = []
        self._size = writer.size
        for run in runs:
            key = digest.copy()
            key.update(_dump_start(run))
            outcomes = Outcomes(model, writer.seed, writer.definition.id, run.serial, is_allowed)
            ranks = _cache.get(key.digest(), partial(_rank_table, writer, run, self.plans))
            digest = key
            digest.update(orjson.dumps(list(map(list, run.history))))
            self._timelines.append(digest.digest())
            digest.update(orjson.dumps(list(map(list, run.edits))))
            turns = _cache.get(digest.digest(), partial(_turns, run, model, len(ranks))) if run.edits else ()
            self.plans.append(RunPlan(run, model, ranks, outcomes, turns, is_listed=is_listed))
        self.key = digest.hexdigest()

    def stored(self, index: int) -> list[Stored | None]:
        """Return for each run what is stored of a lead that was edited after the start of a later run."""
        found: list[Stored | None] = []
        stored: Stored | None = None
        for plan in reversed(self.plans):
            found.append(stored)
            own = plan.stored(index)
            if own is not None:
                stored = own if stored is None else stored._replace(is_set=stored.is_set or own.is_set)
        return found[::-1]

    def timelines(self) -> list[Timeline]:
        """Return the timeline of each run for the leads that are generated; the first call computes them."""
        return [
            _cache.get(key, partial(_timeline, plan, self._size))
            for key, plan in zip(self._timelines, self.plans, strict=True)
        ]


class TableCache:
    """Tables about the leads of runs, bounded. The least recently used one is dropped first."""

    def __init__(self) -> None:
        """Create an empty cache."""
        self._tables: OrderedDict[bytes, Any] = OrderedDict()
        self.renew_locks()

    def renew_locks(self) -> None:
        """Replace the locks, which another thread may have held when this process was forked."""
        self._lock, self._building = Lock(), [Lock() for _ in range(_BUILDING_LOCKS)]

    def get(self, key: bytes, build: Callable[[], _Table]) -> _Table:
        """Return the table of a key, built if necessary."""
        table: _Table | None = self._find(key)
        if table is None:
            with self._building[key[0] % _BUILDING_LOCKS]:  # the first readers of a list need the same table
                table = self._find(key)
                if table is None:
                    table = build()
                    self._put(key, table)
        return table

    def _find(self, key: bytes) -> Any:
        with self._lock:
            if key in self._tables:
                self._tables.move_to_end(key)
            return self._tables.get(key)

    def _put(self, key: bytes, table: Sized) -> None:
        with self._lock:
            self._tables[key] = table
            while sum(map(len, self._tables.values())) > _MAX_CACHED_LEADS and len(self._tables) > 1:
                self._tables.popitem(last=False)


_cache: Final = TableCache()
register_at_fork(after_in_child=_cache.renew_locks)


def generated_states(columns: FactColumns) -> list[LeadState]:
    """Return the states of generated leads.

    Args:
        columns: their facts.
    """
    numbers = (map(int, columns[number]) for number in _STATE_COLUMNS)
    return list(map(LeadState._make, zip(*numbers, strict=True)))


def with_states(columns: FactColumns, states: dict[int, LeadState]) -> FactColumns:
    """Return facts with other states.

    Args:
        columns: facts of leads.
        states: position in the columns to state.
    """
    revised = list(columns)
    for number in (*_STATE_COLUMNS, _UNDISPOSED_COLUMN):
        revised[number] = column = list(columns[number])
        for position, state in states.items():
            column[position] = _STRINGS[number](state)
    return tuple(revised)


def _dump_start(run: Run) -> bytes:
    """Return what the order of the leads of a run depends on, besides earlier runs."""
    edited = sorted((run.edited or {}).items())
    return orjson.dumps([run.serial, list(run.settings), run.started_ms, run.clock_ms, run.calls_from_ms, edited])


def _turns(run: Run, model: DiallingModel, leads: int) -> Turns:
    return Turns(Schedule(run.settings, model.slot_ms, leads), run.edits)


def _timeline(plan: RunPlan, size: int) -> Timeline:
    return Timeline(map(plan.changes, range(size)))


def _rank_table(writer: LeadWriter, run: Run, earlier: Sequence[RunPlan]) -> RankTable:
    return RankTable(_priorities(writer, run, earlier))


def _priorities(writer: LeadWriter, run: Run, earlier: Sequence[RunPlan]) -> Iterator[tuple[int, int]]:
    """Yield index and priority of each lead that a run dials, ordered by index."""
    edited, statuses = run.edited or {}, frozenset(run.settings.dial_statuses)
    moments = [plan.moment(run.calls_from_ms) for plan in earlier]
    for start in range(0, writer.size, _CHUNK_LEADS):
        indexes = range(start, min(start + _CHUNK_LEADS, writer.size))
        for index, (state, priority) in zip(indexes, _generated(writer, indexes), strict=True):
            if index in edited:
                if edited[index]:
                    yield index, edited[index]
                continue
            current = state
            for plan, moment in zip(earlier, moments, strict=True):
                current = plan.state(index, moment, current)
            if current.dial_status in statuses:
                yield index, priority
    added = sorted(index for index in edited if index >= writer.size)
    yield from ((index, edited[index]) for index in added if edited[index])


def _generated(writer: LeadWriter, indexes: range) -> Iterator[tuple[LeadState, int]]:
    """Yield state and priority of generated leads."""
    if writer.has_own(*KEYS, "priority"):
        for lead in writer.leads(indexes):
            yield read_state(lead), priority_of(lead)
        return
    columns = writer.facts(indexes)
    yield from zip(generated_states(columns), map(int, columns[_PRIORITY_COLUMN]), strict=True)


def priority_of(lead: dict[str, Any]) -> int:
    """Return the priority of a lead, at least 1; 1 if it has no valid one."""
    priority = lead.get("priority")
    return priority if isinstance(priority, int) and 1 <= priority <= 30 else 1  # noqa: PLR2004 - the highest priority
