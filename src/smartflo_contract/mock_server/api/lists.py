"""``/v1/broadcast/lists`` and ``/v1/broadcast/list``: read, create, rename and delete lead lists."""

from dataclasses import replace
from typing import Final

from flask import Response

from smartflo_contract.factories import DEFAULT_COLUMNS, ListDefinition
from smartflo_contract.mock_server.api.transaction import InvalidValuesError, open_transaction, success_response
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.request_bodies import SMALL_BODY_BYTES, BodySpec, unknown_keys
from smartflo_contract.mock_server.http.responses import json_response
from smartflo_contract.mock_server.lists.catalog import Catalog
from smartflo_contract.mock_server.lists.edited_list import EditedList

_CREATE: Final = BodySpec("CreateList", SMALL_BODY_BYTES, '{"name": "March", "field": ["Phone Number", "Name"]}')
_UPDATE: Final = BodySpec("UpdateList", SMALL_BODY_BYTES, '{"name": "April"}')


def get_lists(call: Call) -> Response:
    """Return the account's lists, without magic lists."""
    catalog = call.settings.catalog
    with call.state.accounts.reading(call.account) as account:
        edited = account.lists
        entries = {
            list_id: _list_entry(definition, "")
            for list_id, definition in catalog.lists.items()
            if list_id not in edited
        }
        entries |= {
            list_id: _list_entry(edited_list.writer.definition, edited_list.description)
            for list_id, edited_list in edited.items()
            if not edited_list.deleted and not _is_magic(catalog, list_id)
        }
    convert = str if call.settings.quirks["lists_id"] == "text" else int
    body = [{"id": convert(list_id), **entries[list_id]} for list_id in sorted(entries)]
    return json_response(200, body, "assumed")


def _list_entry(definition: ListDefinition, description: str) -> dict[str, object]:
    """Return what the list of lists states of a list, besides its id."""
    return {"name": definition.name, "description": description, "field_map": list(definition.columns)}


def post_list(call: Call) -> Response:
    """Create a list without leads. Its columns are those of ``field``, or the nine of the vendor's example."""
    with open_transaction(call, _CREATE) as transaction:
        content, account, catalog = transaction.content, transaction.account, transaction.settings.catalog
        if content.get("enable_outbound_based_skill") == "1" and not content.get("skill_list_id"):
            raise InvalidValuesError({"skill_list_id": "The skill_list_id field is required."})
        list_id = account.new_list_id(catalog.lists)
        columns = tuple(content.get("field", DEFAULT_COLUMNS))
        definition = ListDefinition(id=list_id, name=content["name"], size=0, columns=columns)
        edited = EditedList(catalog.writer(definition), content.get("description", ""), touched=True)
        account.put_list(list_id, edited, catalog.key)
    created = _list_entry(definition, edited.description)
    ignored = unknown_keys(_CREATE, content)
    return success_response("List created successfully.", ignored, list_id=list_id, id=list_id, **created)


def put_list(call: Call, list_id: str) -> Response:
    """Rename a list."""
    with open_transaction(call, _UPDATE) as transaction:
        edited, content = transaction.edited_list(list_id), transaction.content
        if "name" in content:
            definition = replace(edited.writer.definition, name=content["name"])
            edited.rename(transaction.settings.catalog.writer(definition))
        if "description" in content:
            edited.describe(content["description"])
    return success_response("List updated successfully.", unknown_keys(_UPDATE, content))


def delete_list(call: Call, list_id: str) -> Response:
    """Delete a list and its leads."""
    with open_transaction(call) as transaction:
        transaction.account.delete_list(transaction.edited_list(list_id))
    return success_response("List deleted successfully.")


def _is_magic(catalog: Catalog, list_id: int) -> bool:
    """Return whether an edited list is a magic list: it exists without being listed."""
    return list_id not in catalog.lists and catalog.find(str(list_id)) is not None
