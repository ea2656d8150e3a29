"""``GET /v1/broadcast/dnd/leads``: the leads that must not be dialled, page by page."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from flask import Response
from werkzeug.datastructures import MultiDict

from smartflo_contract.factories.lead_writer import last_digits
from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.dialled_lists import current_leads
from smartflo_contract.mock_server.api.query_parameters import reason_for_ignored
from smartflo_contract.mock_server.calls.dnd import ADDED_BY, DndEntry
from smartflo_contract.mock_server.config.quirks import Quirks
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.dialling.dialled_leads import DialledLeads
from smartflo_contract.mock_server.http.integers import parse_integer
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.mock_server.http.request_bodies import invalid_values, validation_response
from smartflo_contract.mock_server.http.responses import json_response
from smartflo_contract.mock_server.lists.catalog import Catalog
from smartflo_contract.mock_server.lists.edited_leads import EditedLeads, Lead
from smartflo_contract.schemas.indian_time import indian_time
from smartflo_contract.schemas.lead_format import epoch_ms

DND_STATUSES: Final = frozenset({5, 9})
"""Values of ``dial_status`` for DND and Account DND. Assumed: the vendor does not document which leads it returns."""
_MAX_PAGE_LEADS: Final = 100
_TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%S%z"
_ENTRY_ID_CHARACTERS: Final = 24
_LIST_ID_CHARACTERS: Final = 14
_PARAMETERS: Final = {"limit", "list_id", "last_seen_id", "id"}
_EXAMPLE: Final = "for example /v1/broadcast/dnd/leads?limit=100&list_id=8668"


class _Position(NamedTuple):
    """The position of a lead.

    Attributes:
        list_id: id of its list; that of a DND list has a bit that no id of a lead list has.
        lead_index: its index in the list, or the serial of an entry of a DND list.
    """

    list_id: int
    lead_index: int


class _Query(NamedTuple):
    """The valid parameters of a request.

    Attributes:
        limit: maximum number of leads.
        list_id: only leads of this list; ``None`` for all lists.
        after: only leads after this position.
        entry_id: only the entry with this id; ``None`` for all.
    """

    limit: int
    list_id: int | None
    after: _Position
    entry_id: str | None


def get_dnd_leads(call: Call) -> Response:
    """Return a page of the leads that must not be dialled: those of lead lists, then those of DND lists."""
    query = _parse_query(call.request.args, call.settings.quirks)
    if isinstance(query, Response):
        return query
    with call.state.accounts.reading(call.account) as account:
        entries = chain(_entries(account, call.settings.catalog, query), _dnd_entries(account, query))
        page = list(islice(entries, query.limit + 1))
    data = page[: query.limit]
    body = {"hasMore": len(page) > len(data), "count": len(data), "limit": query.limit, "data": data}
    return json_response(200, body, "assumed", reason=reason_for_ignored(call.request.args, _PARAMETERS))


def _parse_query(arguments: MultiDict[str, str], quirks: Quirks) -> _Query | Response:
    """Return the parameters of a request, or the response to invalid ones."""
    default = str(_MAX_PAGE_LEADS)
    limit = parse_integer(arguments.get("limit", default), 1, _MAX_PAGE_LEADS, max_digits=len(default))
    list_id, last_seen_id = arguments.get("list_id"), arguments.get("last_seen_id")
    after = _Position(0, -1) if last_seen_id is None else _parse_entry_id(last_seen_id)
    valid = {
        "limit": limit is not None,
        "list_id": list_id is None or is_list_id(list_id),
        "last_seen_id": after is not None,
    }
    errors = invalid_values(valid)
    if errors or limit is None or after is None:
        return validation_response(errors, quirks, _EXAMPLE)
    return _Query(limit, None if list_id is None else int(list_id), after, arguments.get("id"))


def _entries(account: Account, catalog: Catalog, query: _Query) -> Iterator[dict[str, Any]]:
    """Yield the entries of leads that match a query, in order. A number on a DND list has an entry there."""
    list_ids = {*catalog.lists, *account.lists} if query.list_id is None else {query.list_id}
    listed = {entry.number for entry in account.dnd.values()} if query.list_id is None else set()
    for list_id in sorted(list_ids):
        leads = None if list_id < query.after.list_id else _leads_of_list(account, catalog, list_id)
        if leads is None:
            continue
        after_index = query.after.lead_index if list_id == query.after.list_id else -1
        for index, lead in _dnd_leads(leads, after_index):
            entry = _entry(_Position(list_id, index), lead)
            is_listed = bool(listed) and last_digits(str(entry["number"])) in listed
            if query.entry_id in {None, entry["id"]} and not is_listed:
                yield entry


def _dnd_entries(account: Account, query: _Query) -> Iterator[dict[str, Any]]:
    """Yield the entries of DND lists that match a query, in order."""
    for entry_id in sorted(account.dnd):
        entry, position = account.dnd[entry_id], _parse_entry_id(entry_id)
        is_selected = query.list_id in {None, entry.list_id} and query.entry_id in {None, entry_id}
        if is_selected and position is not None and position > query.after:
            yield _listed_entry(entry_id, entry)


def _leads_of_list(account: Account, catalog: Catalog, list_id: int) -> EditedLeads | DialledLeads | None:
    edited, definition = account.lists.get(list_id), catalog.lists.get(list_id)
    if edited is None and definition is not None:
        edited = catalog.edited_list(definition)
    return None if edited is None or edited.deleted else current_leads(account, catalog, edited)


def _dnd_leads(leads: EditedLeads | DialledLeads, after_index: int) -> Iterator[tuple[int, Lead]]:
    for index, lead in leads.leads_after(after_index):
        status = lead.get("dial_status")
        if isinstance(status, int) and status in DND_STATUSES:
            yield index, lead


def _entry(position: _Position, lead: Lead) -> dict[str, Any]:
    """Return the entry of a lead. Its id encodes the position, from which ``last_seen_id`` continues."""
    updated_ms = max(epoch_ms(lead.get("updated_at")) or 0, 0)
    return {
        "id": f"{position.list_id:014x}{position.lead_index:010x}",
        "list_id": position.list_id,
        "added_by": lead.get("added_by"),
        "number": lead.get("field_0"),
        "type": "number",
        "created_at": indian_time(updated_ms).strftime(_TIME_FORMAT),
    }


def _listed_entry(entry_id: str, entry: DndEntry) -> dict[str, Any]:
    """Return an entry of a DND list."""
    return {
        "id": entry_id,
        "list_id": entry.list_id,
        "added_by": ADDED_BY,
        "number": entry.phone,
        "type": "lead_id" if entry.lead_id else "number",
        "created_at": indian_time(entry.created_ms).strftime(_TIME_FORMAT),
    }


def _parse_entry_id(entry_id: str) -> _Position | None:
    """Return the position in the id of an entry, ``None`` for an invalid id."""
    if len(entry_id) != _ENTRY_ID_CHARACTERS:
        return None
    try:
        return _Position(int(entry_id[:_LIST_ID_CHARACTERS], 16), int(entry_id[_LIST_ID_CHARACTERS:], 16))
    except ValueError:
        return None
