"""Broadcasts of an account: their settings, and what is stored of their runs. What they dial is computed."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, NamedTuple

INACTIVE: Final = 0
ACTIVE: Final = 1
PAUSED: Final = 2
"""Values of ``status``, observed in the documentation of a sibling brand."""
MAX_BROADCASTS: Final = 1_000
"""Maximum number of broadcasts of an account."""
MAX_RUNS: Final = 100
"""Maximum number of starts of broadcasts of one list: each read of the list applies all of them."""
MAX_LEADS: Final = 1_000_000
"""Maximum size of a list that a broadcast dials: its order is in memory."""


class LeadEdit(NamedTuple):
    """A lead that was added, or whose ``dial_status`` a client set, after the start of a run.

    Attributes:
        lead_index: index of the lead.
        active_ms: attempts that start earlier, in active time, were made before.
        dial_ms: when, in dial time.
        is_dialled: whether the lead is to be dialled.
    """

    lead_index: int
    active_ms: int
    dial_ms: int
    is_dialled: bool


class RunSettings(NamedTuple):
    """The settings of a run that decide what it dials.

    Attributes:
        channels: maximum number of calls at a time.
        dial_statuses: values of ``dial_status`` of the leads that are dialled.
        retry_statuses: values of ``dial_status`` after which a lead is dialled again.
        retry_ms: time between an attempt and the next one, for each retry.
        has_hours: whether it dials in the daily hours of time groups only.
        from_ms: dial time before which it does not dial; ``None`` for no limit.
        until_ms: dial time from which it does not dial; ``None`` for no limit.
        caller_id: the number that called parties see.
        agent: id of the agent that answered calls go to; empty for another destination.
    """

    channels: int
    dial_statuses: tuple[int, ...]
    retry_statuses: tuple[int, ...]
    retry_ms: tuple[int, ...]
    has_hours: bool = False
    from_ms: int | None = None
    until_ms: int | None = None
    caller_id: str = ""
    agent: str = ""


@dataclass(frozen=True)
class Run:
    """A run of a broadcast: from a start to the end.

    Attributes:
        serial: a number that no other run of the account has, and that grows.
        settings: its settings; later changes of the broadcast hold for the next run.
        started_ms: when it was started, in dial time.
        clock_ms: the same on the account's clock. Both are in epoch ms.
        calls_from_ms: dial time of its first call: calls of earlier runs of the list have ended.
        history: ``pause``, ``resume`` and ``end``, each with its dial time.
        edited: index of each lead that was edited before the start to its priority; 0 if it is not dialled.
        edits: leads that were edited later, in order.
    """

    serial: int
    settings: RunSettings
    started_ms: int
    clock_ms: int
    calls_from_ms: int
    history: tuple[tuple[str, int], ...] = ()
    edited: Mapping[int, int] | None = None
    edits: tuple[LeadEdit, ...] = ()

    @property
    def status(self) -> int:
        """``INACTIVE``, ``ACTIVE`` or ``PAUSED``."""
        last = self.history[-1][0] if self.history else ""
        return {"end": INACTIVE, "pause": PAUSED}.get(last, ACTIVE)

    def settled(self, dial_ms: int) -> "Run":
        """Return the run at an instant: one whose ``end_date_time`` has passed has ended then."""
        until_ms = self.settings.until_ms
        if until_ms is None or until_ms > dial_ms or self.status == INACTIVE:
            return self
        return self.with_event("end", max(until_ms, self.started_ms, *(at_ms for _, at_ms in self.history)))

    def with_event(self, event: str, dial_ms: int) -> "Run":
        """Return the run after ``pause``, ``resume`` or ``end``."""
        return replace(self, history=(*self.history, (event, dial_ms)))

    def with_edits(self, edits: Iterable[LeadEdit]) -> "Run":
        """Return the run after edits of leads."""
        return replace(self, edits=(*self.edits, *edits))

    def spans(self) -> tuple[tuple[int, int | None], ...]:
        """Return the intervals of dial time in which it may dial; the last one may have no end."""
        bounds: list[tuple[int, int | None]] = []
        start: int | None = self.started_ms
        for event, dial_ms in self.history:
            if event == "resume":
                start = dial_ms
            elif start is not None:
                bounds.append((start, dial_ms))
                start = None
        if start is not None:
            bounds.append((start, None))
        low = max(self.calls_from_ms, self.settings.from_ms or self.calls_from_ms)
        limit = self.settings.until_ms
        spans = []
        for first, last in bounds:
            begin = max(first, low)
            ends = [end for end in (last, limit) if end is not None]
            end = min(ends) if ends else None
            if end is None or begin < end:
                spans.append((begin, end))
        return tuple(spans)


@dataclass(frozen=True)
class Broadcast:
    """A broadcast.

    Attributes:
        id: its id.
        list_id: id of the list that it dials.
        list_name: name of the list when the broadcast was created.
        settings: the settings that a client sent, valid under the schema of the request.
        created_ms: when it was created, in epoch ms on the account's clock.
        runs: its runs, the oldest first.
        is_deleted: whether a client deleted it; what it has dialled stays.
    """

    id: int
    list_id: int
    list_name: str
    settings: Mapping[str, Any]
    created_ms: int
    runs: tuple[Run, ...] = ()
    is_deleted: bool = False

    @property
    def status(self) -> int:
        """``INACTIVE``, ``ACTIVE`` or ``PAUSED``."""
        return self.runs[-1].status if self.runs else INACTIVE

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.settings.get("name", ""))

    def settled(self, dial_ms: int) -> "Broadcast":
        """Return the broadcast at an instant: a run whose ``end_date_time`` has passed has ended then."""
        return self.with_run(self.runs[-1].settled(dial_ms)) if self.runs else self

    def with_run(self, run: Run) -> "Broadcast":
        """Return the broadcast with its last run replaced by a later state of it, or with a new run."""
        others = self.runs[:-1] if self.runs and self.runs[-1].serial == run.serial else self.runs
        return replace(self, runs=(*others, run))

    def to_json(self) -> dict[str, Any]:
        """Return the broadcast as JSON."""
        return {**asdict(self), "settings": dict(self.settings), "runs": [_run_to_json(run) for run in self.runs]}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Broadcast":
        """Return the broadcast in its JSON."""
        return cls(**{**content, "runs": tuple(map(_run_from_json, content["runs"]))})


def _run_to_json(run: Run) -> dict[str, Any]:
    edited = None if run.edited is None else {str(index): priority for index, priority in run.edited.items()}
    return {
        "serial": run.serial,
        "settings": run.settings._asdict(),
        "started_ms": run.started_ms,
        "clock_ms": run.clock_ms,
        "calls_from_ms": run.calls_from_ms,
        "history": [list(event) for event in run.history],
        "edited": edited,
        "edits": [list(edit) for edit in run.edits],
    }


def _run_from_json(content: Mapping[str, Any]) -> Run:
    settings: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in content["settings"].items()
    }
    edited = content["edited"]
    return Run(
        **{
            **content,
            "settings": RunSettings(**settings),
            "history": tuple((event, dial_ms) for event, dial_ms in content["history"]),
            "edited": None if edited is None else {int(index): priority for index, priority in edited.items()},
            "edits": tuple(LeadEdit(*edit) for edit in content["edits"]),
        }
    )
