"""Events of calls, and the values that webhooks send about them."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from smartflo_contract.mock_server.calls.call_record import CallRecord
from smartflo_contract.mock_server.config.quirks import Quirks
from smartflo_contract.mock_server.config.webhook_template import Value
from smartflo_contract.schemas.indian_time import format_indian_time

_AFTER_CALL: Final = ("missed", "hangup", "disposition")


class CallEvent(NamedTuple):
    """Something that happens to a call.

    Attributes:
        at_ms: when, in epoch ms of dial time.
        kind: ``call_started``, ``answered``, ``missed``, ``hangup``, ``dtmf`` or ``disposition``.
        call: the call, with the times that call records show.
        lead_fields: returns the fields of its lead by column name; empty for a call without a lead.
    """

    at_ms: int
    kind: str
    call: CallRecord
    lead_fields: Callable[[], Mapping[str, str]] = dict

    @property
    def is_after_call(self) -> bool:
        """Whether the call has ended."""
        return self.kind in _AFTER_CALL


def _always(_: CallRecord) -> bool:
    return True


TRIGGERS: Final[Mapping[str, tuple[str, Callable[[CallRecord], bool]]]] = {
    "answered_by_customer": ("answered", _always),
    "answered_by_agent": ("answered", lambda call: bool(call.agent)),
    "missed_by_customer": ("missed", lambda call: call.answered_ms is None),
    "missed_by_agent": ("missed", lambda call: call.answered_ms is not None),
    "connected_to_agent": ("answered", lambda call: bool(call.agent)),
    "dtmf": ("dtmf", _always),
    "hangup": ("hangup", _always),
    "disposition": ("disposition", _always),
}
"""Trigger to the kind of its events, and to whether it is about a call."""


def value_of(name: str, event: CallEvent, quirks: Quirks) -> Value:
    """Return the value of a variable of a template.

    A variable without a value arrives as its own name, unless the quirk ``webhook_unresolved`` is ``empty``.

    Args:
        name: name of the variable, without ``$``.
        event: the event.
        quirks: the quirks of the account.
    """
    value = _VALUES[name](event, quirks) if name in _VALUES else None
    if value is None:
        return f"${name}" if quirks["webhook_unresolved"] == "verbatim" else ""
    return value


def _call_to_number(event: CallEvent, quirks: Quirks) -> str:
    return "" if quirks["webhook_call_to_number"] == "empty" else event.call.number


def _lead_fields(event: CallEvent, quirks: Quirks) -> Value:
    """Return the fields of the lead; an empty string for a call without a lead."""
    columns = event.lead_fields()
    if quirks["webhook_lead_fields"] == "underscores":
        columns = {name.replace(" ", "_"): value for name, value in columns.items()}
    return columns or ""


def _time(epoch_ms: int | None) -> str | None:
    return None if epoch_ms is None else format_indian_time(epoch_ms)


def _ended(event: CallEvent, _: Quirks) -> str | None:
    """Return when the call ended, ``None`` while it is in progress."""
    return _time(event.call.end_ms) if event.is_after_call else None


def _of_ended(value: Callable[[CallRecord], str]) -> "Callable[[CallEvent, Quirks], str | None]":
    """Return a function that returns a value of a call, ``None`` while the call is in progress."""
    return lambda event, _: value(event.call) if event.is_after_call else None


def _of_call(value: Callable[[CallRecord], str]) -> "Callable[[CallEvent, Quirks], str]":
    return lambda event, _: value(event.call)


_VALUES: Final[Mapping[str, Callable[[CallEvent, Quirks], Value | None]]] = {
    "uuid": _of_call(lambda call: call.uuid),
    "call_id": _of_call(lambda call: call.call_id),
    "ref_id": _of_call(lambda call: call.ref_id),
    "call_to_number": _call_to_number,
    "caller_id_number": _of_call(lambda call: call.caller_id),
    "customer_no_with_prefix": _of_call(lambda call: call.number),
    "start_stamp": lambda event, _: _time(event.call.start_ms),
    "answer_stamp": lambda event, _: _time(event.call.answered_ms),
    "end_stamp": _ended,
    "hangup_time": _ended,
    "duration": _of_ended(lambda call: str(call.duration_seconds)),
    "call_status": _of_call(lambda call: call.status),
    "direction": _of_call(lambda call: call.direction),
    "campaign_id": _of_call(lambda call: call.campaign_id),
    "campaign_name": _of_call(lambda call: call.campaign_name),
    "list_id": _of_call(lambda call: str(call.list_id or "")),
    "list_name": _of_call(lambda call: call.list_name),
    "lead_id": _of_call(lambda call: call.lead_id),
    "agent_number": _of_call(lambda call: call.agent),
    "custom_identifier": _of_call(lambda call: call.custom_identifier),
    "dtmf_input": _of_call(lambda call: call.dtmf),
    "disposition": lambda event, _: event.call.disposition_name if event.kind == "disposition" else "",
    "hangup_cause": _of_ended(lambda call: call.hangup_cause),
    "hangup_cause_description": _of_ended(lambda call: call.hangup_cause.replace("_", " ").capitalize()),
    "broadcast_lead_fields": _lead_fields,
}
"""Functions that return the value of a variable, ``None`` for none."""
