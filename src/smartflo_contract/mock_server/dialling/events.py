"""The calls of broadcasts as records, and the events of these calls in the order of time."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from smartflo_contract.mock_server.calls.call_record import CallRecord
from smartflo_contract.mock_server.dialling.broadcast import Broadcast
from smartflo_contract.mock_server.dialling.dialled_leads import DialledLeads
from smartflo_contract.mock_server.dialling.lead_state import UNDISPOSED
from smartflo_contract.mock_server.dialling.outcomes import Attempt
from smartflo_contract.mock_server.dialling.run_plan import Call, RunPlan
from smartflo_contract.mock_server.lists.edited_leads import PHONE_KEY, Lead


class Event(NamedTuple):
    """An event of a call of a broadcast.

    Attributes:
        at_ms: when, in epoch ms of dial time.
        kind: ``call_started``, ``answered``, ``missed``, ``dtmf``, ``hangup`` or ``disposition``.
        call: the call; its times are in dial time.
        lead_fields: returns the fields of its lead by column name.
    """

    at_ms: int
    kind: str
    call: CallRecord
    lead_fields: Callable[[], Mapping[str, str]]


class RunCalls:
    """The calls of one run of a broadcast.

    Args:
        broadcast: the broadcast.
        plan: the plan of the run.
        leads: the leads of its list.
    """

    def __init__(self, broadcast: Broadcast, plan: RunPlan, leads: DialledLeads) -> None:
        """Store the arguments."""
        self._broadcast, self._plan, self._leads = broadcast, plan, leads

    def events(self, after_ms: int, until_ms: int) -> Iterator[Event]:
        """Yield the events in an interval of dial time, in order.

        Args:
            after_ms: start of the interval, in epoch ms; it does not belong to it.
            until_ms: its end, which does.
        """
        for calls in self._plan.slots(after_ms, until_ms):
            made: dict[int, _Made] = {}
            for at_ms, kind, call in sorted(chain.from_iterable(map(_events_of, calls)), key=itemgetter(0)):
                if not after_ms < at_ms <= until_ms:
                    continue
                if id(call) not in made:
                    made[id(call)] = self._made(call)
                yield Event(at_ms, kind, made[id(call)].record, made[id(call)].fields)

    def records(self, after_ms: int, until_ms: int) -> Iterator[CallRecord]:
        """Yield the calls that may last in an interval of dial time, the newest first.

        Args:
            after_ms: start of the interval, in epoch ms.
            until_ms: its end.
        """
        for calls in self._plan.slots(after_ms, until_ms, newest_first=True):
            for call in reversed(calls):
                yield self._made(call).record

    def _made(self, call: Call) -> "_Made":
        """Return a call with its lead as it is now, and the number that was called."""
        lead = self._leads.lead(call.lead_index)
        before = self._leads.numbers.of_call(call.lead_index, self._plan.run.serial, call.active_ms)
        if before is not None:
            lead = {"lead_id": before.lead_id, **(lead or {}), PHONE_KEY: before.phone}
        return _Made(self._broadcast, self._plan, self._leads, call, lead or {})


class _Made:
    """A call that was made, with its lead."""

    def __init__(self, broadcast: Broadcast, plan: RunPlan, leads: DialledLeads, call: Call, lead: Lead) -> None:
        self._broadcast, self._plan, self._leads, self._call, self._lead = broadcast, plan, leads, call, lead

    def fields(self) -> Mapping[str, str]:
        """Return the fields of the lead by column name."""
        columns = enumerate(self._leads.writer.field_columns)
        return {name: str(self._lead.get(f"field_{position}", "")) for position, name in columns}

    @cached_property
    def record(self) -> CallRecord:
        """The call as a record; its times are in dial time."""
        call, run, definition = self._call, self._plan.run, self._leads.writer.definition
        attempt = _attempt(call)
        name = f"{definition.id}/{run.serial}/{call.lead_index}/{call.edit}/{call.number}"
        digest = blake2b(f"smartflo-contract/call/{self._leads.writer.seed}/{name}".encode(), digest_size=16).digest()
        is_answered = attempt.outcome.is_answered
        is_disposed = attempt.disposed_ms is not None
        return CallRecord(
            call_id=f"{call.start_ms // 1_000}.{run.serial:03}{call.lead_index:07}{call.edit}{call.number}",
            uuid=str(UUID(bytes=digest, version=4)),
            ref_id="",
            direction="broadcast",
            service="broadcast",
            number=str(self._lead.get(PHONE_KEY) or ""),
            caller_id=run.settings.caller_id,
            start_ms=call.start_ms,
            answered_ms=call.start_ms + attempt.answered_ms if is_answered else None,
            end_ms=call.start_ms + attempt.ended_ms,
            hangup_cause=attempt.outcome.hangup_cause,
            agent=run.settings.agent if is_answered else "",
            dial_status=attempt.outcome.dial_status,
            dtmf=attempt.dtmf,
            disposition_id=attempt.disposition.id if is_disposed else UNDISPOSED,
            disposition_name=attempt.disposition.name if is_disposed else "",
            campaign_id=str(self._broadcast.id),
            campaign_name=run.settings.name,
            list_id=definition.id,
            list_name=run.settings.list_name,
            lead_id=_text(self._lead.get("lead_id")),
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _events_of(call: Call) -> Iterator[tuple[int, str, Call]]:
    """Yield time and kind of the events of a call, in order."""
    start_ms, attempt = call.start_ms, _attempt(call)
    yield start_ms, "call_started", call
    if not attempt.outcome.is_answered:
        yield start_ms + attempt.ended_ms, "missed", call
        yield start_ms + attempt.ended_ms, "hangup", call
        return
    yield start_ms + attempt.answered_ms, "answered", call
    if attempt.dtmf:
        yield start_ms + (attempt.answered_ms + attempt.ended_ms) // 2, "dtmf", call
    yield start_ms + attempt.ended_ms, "hangup", call
    if attempt.disposed_ms is not None:
        yield start_ms + attempt.disposed_ms, "disposition", call


def _attempt(call: Call) -> Attempt:
    """Return the outcome of a call that was made."""
    assert call.attempt is not None  # noqa: S101 - slots have no others
    return call.attempt
