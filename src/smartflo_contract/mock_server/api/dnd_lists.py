"""``/v1/broadcast/dnd/lists`` and ``/v1/broadcast/dnd/list``: read, create, change and delete DND lists."""

from typing import Final, NamedTuple

from flask import Response
from werkzeug.datastructures import MultiDict

from smartflo_contract.mock_server.api.dnd_writes import existing_dnd_list, replace_dnd
from smartflo_contract.mock_server.api.query_times import parse_query_time
from smartflo_contract.mock_server.api.transaction import (
    InvalidValuesError,
    WriteRejected,
    open_transaction,
    success_response,
)
from smartflo_contract.mock_server.calls.dnd import ACCOUNT_LIST, ACCOUNT_LIST_ID, MAX_LISTS, DndList
from smartflo_contract.mock_server.config.quirks import Quirks
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.integers import parse_integer
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.mock_server.http.request_bodies import (
    SMALL_BODY_BYTES,
    BodySpec,
    invalid_values,
    unknown_keys,
    validation_response,
)
from smartflo_contract.mock_server.http.responses import error_response, json_response

_CREATE: Final = BodySpec("CreateDndList", SMALL_BODY_BYTES, '{"name": "Complaints"}')
_UPDATE: Final = BodySpec("UpdateDndList", SMALL_BODY_BYTES, '{"name": "Complaints"}')
_MAX_PAGE_LISTS: Final = 100
_EXAMPLE: Final = "for example /v1/broadcast/dnd/lists?limit=100&sort_dir=desc"
_NOT_DELETABLE: Final = f"DND list {ACCOUNT_LIST_ID} belongs to the account; delete its leads instead"


class _Query(NamedTuple):
    """The valid parameters of a request.

    Attributes:
        limit: maximum number of lists.
        is_descending: whether the list with the highest id comes first.
        cursor: only lists after this id; ``None`` from the start.
        name: only lists whose name contains this string, in any case.
        updated_after_ms: only lists that were changed later, in epoch ms; ``None`` for all.
    """

    limit: int
    is_descending: bool
    cursor: int | None
    name: str
    updated_after_ms: int | None


def get_dnd_lists(call: Call) -> Response:
    """Return a page of the account's DND lists, ordered by id."""
    query = _parse_query(call.request.args, call.settings.quirks)
    if isinstance(query, Response):
        return query
    lists = {ACCOUNT_LIST_ID: ACCOUNT_LIST} | call.state.accounts.get(call.account).dnd_lists
    found = [list_id for list_id in sorted(lists, reverse=query.is_descending) if _matches(query, lists[list_id])]
    if query.cursor is not None:
        cursor, sign = query.cursor, -1 if query.is_descending else 1
        found = [list_id for list_id in found if (list_id - cursor) * sign > 0]
    page = found[: query.limit]
    data = [{"id": list_id, "name": lists[list_id].name, "description": lists[list_id].description} for list_id in page]
    body = {"hasMore": len(found) > len(page), "count": len(data), "limit": query.limit, "data": data}
    return json_response(200, body, "assumed")


def post_dnd_list(call: Call) -> Response:
    """Create a DND list without numbers."""
    with open_transaction(call, _CREATE) as transaction:
        account, content = transaction.account, transaction.content
        if len(account.dnd_lists) >= MAX_LISTS:
            raise InvalidValuesError({"name": f"An account can have {MAX_LISTS:,} DND lists."})
        list_id = ACCOUNT_LIST_ID + account.next_serial()
        created = DndList(content["name"], content.get("description", ""), transaction.now)
        account.dnd_lists = account.dnd_lists | {list_id: created}
    return success_response("DND list created successfully.", unknown_keys(_CREATE, content), list_id=list_id)


def put_dnd_list(call: Call, list_id: str) -> Response:
    """Rename a DND list."""
    with open_transaction(call, _UPDATE) as transaction:
        account, content = transaction.account, transaction.content
        known_id = existing_dnd_list(account, list_id)
        changed = account.dnd_lists.get(known_id, ACCOUNT_LIST)._replace(updated_ms=transaction.now)
        changed = changed._replace(**{key: content[key] for key in ("name", "description") if key in content})
        account.dnd_lists = account.dnd_lists | {known_id: changed}
    return success_response("DND list updated successfully.", unknown_keys(_UPDATE, content))


def delete_dnd_list(call: Call, list_id: str) -> Response:
    """Delete a DND list and its entries."""
    with open_transaction(call) as transaction:
        account = transaction.account
        known_id = existing_dnd_list(account, list_id)
        if known_id == ACCOUNT_LIST_ID:
            raise WriteRejected(error_response(403, "You do not have access to this list.", _NOT_DELETABLE))
        account.dnd_lists = {key: dnd_list for key, dnd_list in account.dnd_lists.items() if key != known_id}
        replace_dnd(account, {key: entry for key, entry in account.dnd.items() if entry.list_id != known_id})
    return success_response("DND list deleted successfully.")


def _parse_query(arguments: MultiDict[str, str], quirks: Quirks) -> _Query | Response:
    """Return the parameters of a request, or the response to invalid ones."""
    limit = parse_integer(arguments.get("limit", str(_MAX_PAGE_LISTS)), 1, _MAX_PAGE_LISTS)
    direction, cursor = arguments.get("sort_dir", "asc").lower(), arguments.get("cursor")
    updated_after = arguments.get("updated_after")
    updated_after_ms = None if updated_after is None else parse_query_time(updated_after)
    valid = {
        "limit": limit is not None,
        "sort_dir": direction in {"asc", "desc"},
        "cursor": cursor is None or is_list_id(cursor),
        "updated_after": updated_after is None or updated_after_ms is not None,
    }
    errors = invalid_values(valid)
    if errors or limit is None:
        return validation_response(errors, quirks, _EXAMPLE)
    position = None if cursor is None else int(cursor)
    return _Query(limit, direction == "desc", position, arguments.get("name", "").casefold(), updated_after_ms)


def _matches(query: _Query, dnd_list: DndList) -> bool:
    is_new = query.updated_after_ms is None or dnd_list.updated_ms > query.updated_after_ms
    return is_new and query.name in dnd_list.name.casefold()
