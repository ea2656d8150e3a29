"""``GET /v1/broadcast/dnd/leads``: the leads that must not be dialled, page by page."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from flask import Response

from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.mock_server.http.lockout import INDIA
from smartflo_contract.mock_server.http.responses import json_response
from smartflo_contract.mock_server.lists.catalog import Catalog
from smartflo_contract.mock_server.lists.edited_leads import EditedLeads, Lead
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.schemas.lead_format import epoch_ms

DND_STATUSES: Final = frozenset({5, 9})
"""Values of ``dial_status`` that say so: DND and Account DND. That such leads are listed here is assumed."""
_MOST: Final = 100
_LAST_INSTANT: Final = 253_402_300_799_999
"""Epoch ms of the last instant that a date of four digits can say."""


def get_dnd(call: Call) -> Response:
    """Answer with a page of the leads that must not be dialled, by list and position."""
    catalog, wanted = call.settings.catalog, call.request.args
    limit, list_id, last = wanted.get("limit", str(_MOST)), wanted.get("list_id"), wanted.get("last_seen_id")
    faults = {
        name: f"Provide a valid {name}."
        for name, fits in {
            "limit": limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= _MOST,  # noqa: PLR2004
            "list_id": list_id is None or is_list_id(list_id),
            "last_seen_id": last is None or _place(last) is not None,
        }.items()
        if not fits
    }
    if faults:
        return json_response(
            422, faults, "assumed", reason="for example /v1/broadcast/dnd/leads?limit=100&list_id=8668"
        )
    after = (0, -1) if last is None else _place(last) or (0, -1)
    with call.state.accounts.edit(call.account) as account:
        ids = sorted({*catalog.lists, *account.lists} if list_id is None else {int(list_id)})
        lists = [_leads(account.lists.get(one), catalog, one) for one in ids]
        found = (
            _entry(one, index, lead)
            for one, leads in zip(ids, lists, strict=True)
            if leads is not None and one >= after[0]
            for index, lead in _dnd(leads, after[1] if one == after[0] else -1)
        )
        if "id" in wanted:
            found = (entry for entry in found if entry["id"] == wanted["id"])
        page = list(islice(found, int(limit) + 1))
    data = page[: int(limit)]
    body = {"hasMore": len(page) > len(data), "count": len(data), "limit": int(limit), "data": data}
    return json_response(200, body, "assumed")


def _leads(changes: EditedList | None, catalog: Catalog, list_id: int) -> EditedLeads | None:
    if changes is not None:
        return None if changes.deleted else changes.leads
    definition = catalog.lists.get(list_id)
    return None if definition is None else catalog.edited_list(definition).leads


def _dnd(leads: EditedLeads, after: int) -> Iterator[tuple[int, Lead]]:
    for index in leads.indexes():
        lead = leads.lead(index) if index > after else None
        status = None if lead is None else lead.get("dial_status")
        if lead is not None and isinstance(status, int) and status in DND_STATUSES:
            yield index, lead


def _entry(list_id: int, index: int, lead: Lead) -> dict[str, Any]:
    instant = min(max(epoch_ms(lead.get("updated_at")) or 0, 0), _LAST_INSTANT)
    return {
        "id": f"{list_id:014x}{index:010x}",  # so that last_seen_id says where to go on
        "list_id": list_id,
        "added_by": lead.get("added_by"),
        "number": lead.get("field_0"),
        "type": "number",
        "created_at": datetime.fromtimestamp(instant // 1_000, UTC).astimezone(INDIA).strftime("%Y-%m-%dT%H:%M:%S%z"),
    }


def _place(entry_id: str) -> tuple[int, int] | None:
    """Return the list and the index that an entry's id stands for."""
    try:
        return (int(entry_id[:14], 16), int(entry_id[14:], 16)) if len(entry_id) == 24 else None  # noqa: PLR2004
    except ValueError:
        return None
