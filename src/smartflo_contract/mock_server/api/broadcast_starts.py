"""Start a broadcast: which leads are dialled, and from when to when."""

from collections.abc import Mapping
from typing import Any

from smartflo_contract.mock_server.accounts.dialled_lists import current_leads
from smartflo_contract.mock_server.api.query_times import parse_query_time
from smartflo_contract.mock_server.api.transaction import InvalidValuesError, Transaction, WriteRejected
from smartflo_contract.mock_server.calls.agents import own_numbers
from smartflo_contract.mock_server.dialling.broadcast import (
    INACTIVE,
    MAX_LEADS,
    MAX_RUNS,
    Broadcast,
    Run,
    RunSettings,
)
from smartflo_contract.mock_server.dialling.dialled_leads import DialledLeads
from smartflo_contract.mock_server.dialling.plans import priority_of
from smartflo_contract.mock_server.http.responses import error_response
from smartflo_contract.mock_server.lists.edited_list import EditedList

_MINUTE_MS = 60_000


def start_run(transaction: Transaction, broadcast: Broadcast, edited: EditedList, settings: Mapping[str, Any]) -> Run:
    """Return a new run of a broadcast.

    Args:
        transaction: the write.
        broadcast: the broadcast, which is not running.
        edited: its list.
        settings: its settings.

    Raises:
        InvalidValuesError: its end has passed.
        WriteRejected: another broadcast dials the list, or the list cannot be dialled.
    """
    account, catalog = transaction.account, transaction.settings.catalog
    others = account.runs_of_list(broadcast.list_id)
    _check_list(edited, broadcast, others)
    dial_ms = account.dial_ms
    slot_ms = catalog.dialling.slot_ms
    ended = [run.history[-1].dial_ms + slot_ms for _, run in others]
    run_settings = _run_settings(transaction, broadcast, edited, settings)
    calls_from_ms = max([dial_ms, *ended])
    return Run(
        serial=account.next_serial(),
        settings=run_settings,
        started_ms=dial_ms,
        clock_ms=transaction.now,
        calls_from_ms=calls_from_ms,
        edited=_edited_leads(transaction, edited, run_settings, calls_from_ms),
    )


def _check_list(edited: EditedList, broadcast: Broadcast, others: list[tuple[Broadcast, Run]]) -> None:
    """Reject a list that cannot be dialled now.

    Raises:
        WriteRejected: it cannot.
    """
    running = next((other for other, run in others if run.status != INACTIVE), None)
    if running is not None:
        reason = (
            f"broadcast {running.id} dials list {broadcast.list_id}; end it with GET /v1/broadcast/end/{running.id}"
        )
        raise WriteRejected(error_response(400, "Another broadcast of this list is running.", reason))
    if len(others) >= MAX_RUNS:
        reason = f"list {broadcast.list_id} was dialled {MAX_RUNS} times, the maximum; use another list, or a reset"
        raise WriteRejected(error_response(400, "The list was dialled too often.", reason))
    if edited.leads.size > MAX_LEADS:
        reason = f"list {broadcast.list_id} has {edited.leads.size:,} leads; a broadcast dials at most {MAX_LEADS:,}"
        raise WriteRejected(error_response(400, "The list has too many leads.", reason))


def _run_settings(
    transaction: Transaction, broadcast: Broadcast, edited: EditedList, settings: Mapping[str, Any]
) -> RunSettings:
    dial_ms, now = transaction.account.dial_ms, transaction.now
    starts, ends = (settings.get(name) for name in ("start_date_time", "end_date_time"))
    from_ms, until_ms = (None if time is None else parse_query_time(time) for time in (starts, ends))
    if until_ms is not None and until_ms <= now:
        raise InvalidValuesError({"end_date_time": "The end_date_time must be a date after now."})
    waits = settings["retry_after_minutes"] or [0]
    retries = range(settings["number_of_retry"])
    kind, _, agent = str(settings.get("destination", "")).partition("||")
    callers = settings["caller_id_number"] or [own_numbers(transaction.settings.catalog.seed)[0].number]
    return RunSettings(
        channels=settings["concurrent_limit"],
        dial_statuses=tuple(settings["dialstatus"]),
        retry_statuses=tuple(settings["retry_dialstatus"]),
        retry_ms=tuple(waits[min(number, len(waits) - 1)] * _MINUTE_MS for number in retries),
        has_hours=settings.get("time_group") is not None,
        from_ms=None if from_ms is None else dial_ms + max(from_ms - now, 0),
        until_ms=None if until_ms is None else dial_ms + until_ms - now,
        caller_id=callers[0],
        agent=agent if kind == "agent" else "",
        name=broadcast.name,
        list_name=edited.writer.definition.name,
    )


def _edited_leads(
    transaction: Transaction, edited: EditedList, settings: RunSettings, dial_ms: int
) -> dict[int, int] | None:
    """Return the priority of each lead that the order of generated leads does not show, ``None`` without such leads.

    These are the leads that clients edited, and those whose number is or was on a DND list.
    """
    leads = current_leads(transaction.account, transaction.settings.catalog, edited, dial_ms)
    _, lines = edited.dump()
    listed = leads.numbers.listed if isinstance(leads, DialledLeads) else ()
    priorities = {}
    for index in sorted({*lines, *listed}):
        lead = leads.lead(index)
        is_dialled = lead is not None and lead.get("dial_status") in settings.dial_statuses
        priorities[index] = priority_of(lead) if lead is not None and is_dialled else 0
    return priorities or None
