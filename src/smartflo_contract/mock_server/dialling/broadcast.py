"""Broadcasts of an account: their settings, and what is stored of their runs. What they dial is computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from smartflo_contract.mock_server.calls.dnd import Instant

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
    """An edit of a lead after the start of a run. What is stored of the lead has its state at this instant.

    Attributes:
        lead_index: index of the lead.
        active_ms: attempts that start earlier, in active time, were made before.
        dial_ms: when, in dial time.
        is_dialled: whether the lead is to be dialled from then on; ``None`` if its calls go on as before.
        phone: its phone number until then; ``None`` if it did not change.
        lead_id: its id until then; empty if it was not deleted.
    """

    lead_index: int
    active_ms: int
    dial_ms: int
    is_dialled: bool | None
    phone: str | None = None
    lead_id: str = ""

    @property
    def is_replaceable(self) -> bool:
        """Whether a later edit of the lead makes this one irrelevant."""
        return self.is_dialled is None and self.phone is None


class RunEvent(NamedTuple):
    """A pause, a resume or the end of a run.

    Attributes:
        name: ``pause``, ``resume`` or ``end``.
        dial_ms: when, in dial time.
        serial: number of the request at that time.
    """

    name: str
    dial_ms: int
    serial: int = 0


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
        name: name of the broadcast.
        list_name: name of the list.
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
    name: str = ""
    list_name: str = ""


@dataclass(frozen=True)
class Run:
    """A run of a broadcast: from a start to the end.

    Attributes:
        serial: a number that no other run of the account has, and that grows.
        settings: its settings; later changes of the broadcast hold for the next run.
        started_ms: when it was started, in dial time.
        clock_ms: the same on the account's clock. Both are in epoch ms.
        calls_from_ms: dial time of its first call: calls of earlier runs of the list have ended.
        history: its pauses and resumes, and its end, in order.
        edited: index of each lead that was edited before the start, or whose number is or was on a DND list, to its
            priority; 0 if it is not dialled.
        edits: edits of leads after the start, in order.
    """

    serial: int
    settings: RunSettings
    started_ms: int
    clock_ms: int
    calls_from_ms: int
    history: tuple[RunEvent, ...] = ()
    edited: Mapping[int, int] | None = None
    edits: tuple[LeadEdit, ...] = ()

    @property
    def status(self) -> int:
        """``INACTIVE``, ``ACTIVE`` or ``PAUSED``."""
        last = self.history[-1].name if self.history else ""
        return {"end": INACTIVE, "pause": PAUSED}.get(last, ACTIVE)

    def settled(self, dial_ms: int) -> "Run":
        """Return the run at an instant: one whose ``end_date_time`` has passed has ended then."""
        until_ms = self.settings.until_ms
        if until_ms is None or until_ms > dial_ms or self.status == INACTIVE:
            return self
        end_ms = max(until_ms, self.started_ms, *(event.dial_ms for event in self.history))
        return self.with_event(RunEvent("end", end_ms))

    def with_event(self, event: RunEvent) -> "Run":
        """Return the run after an event."""
        return replace(self, history=(*self.history, event))

    def with_edits(self, edits: Sequence[LeadEdit]) -> "Run":
        """Return the run after edits of leads."""
        indexes = {edit.lead_index for edit in edits}
        earlier = [edit for edit in self.edits if edit.lead_index not in indexes or not edit.is_replaceable]
        return replace(self, edits=(*earlier, *edits))

    def instant(self, dial_ms: int) -> Instant:
        """Return the instant at which it makes a call: after a request to start or resume it at this dial time."""
        serials = [event.serial for event in self.history if event.name == "resume" and event.dial_ms == dial_ms]
        return Instant(dial_ms, max(serials, default=self.serial if dial_ms == self.started_ms else 0))

    def spans(self) -> tuple[tuple[int, int | None], ...]:
        """Return the intervals of dial time in which it may dial; the last one may have no end.

        The instant of a pause or of the end belongs to the interval before: a call that starts then goes on.
        """
        bounds: list[tuple[int, int | None]] = []
        start: int | None = self.started_ms
        for event in self.history:
            if event.name == "resume":
                start = max(event.dial_ms, bounds[-1][1] or 0)
            elif start is not None:
                bounds.append((start, event.dial_ms + 1))
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
        return {**vars(self), "settings": dict(self.settings), "runs": [_run_to_json(run) for run in self.runs]}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Broadcast":
        """Return the broadcast in its JSON."""
        return cls(**{**content, "runs": tuple(map(_run_from_json, content["runs"]))})


def _run_to_json(run: Run) -> dict[str, Any]:
    edited = None if run.edited is None else {str(index): priority for index, priority in run.edited.items()}
    return {
        **vars(run),
        "settings": run.settings._asdict(),
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
            "history": tuple(RunEvent(*event) for event in content["history"]),
            "edited": None if edited is None else {int(index): priority for index, priority in edited.items()},
            "edits": tuple(LeadEdit(*edit) for edit in content["edits"]),
        }
    )
