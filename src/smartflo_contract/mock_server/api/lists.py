"""``/v1/broadcast/lists`` and ``/v1/broadcast/list``: lead lists are listed, made, renamed and deleted."""

from dataclasses import replace
from typing import Final

from flask import Response

from smartflo_contract.factories import DEFAULT_COLUMNS, ListDefinition
from smartflo_contract.mock_server.api.transaction import Edit, Refused, done, in_account, in_list
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.request_bodies import SMALL_BODY_BYTES, BodySpec, unknown_keys
from smartflo_contract.mock_server.http.responses import json_response
from smartflo_contract.mock_server.lists.catalog import Catalog
from smartflo_contract.mock_server.lists.edited_list import EditedList

_CREATE: Final = BodySpec("CreateList", SMALL_BODY_BYTES, '{"name": "March", "field": ["Phone Number", "Name"]}')
_UPDATE: Final = BodySpec("UpdateList", SMALL_BODY_BYTES, '{"name": "April"}')


def get_lists(call: Call) -> Response:
    """Answer with the lists of the account; magic ones are not among them."""
    catalog = call.settings.catalog
    changed = dict(call.state.accounts.get(call.account).lists)
    names = {one.id: one.name for one in catalog.lists.values() if one.id not in changed}
    names |= {
        id_: one.writer.definition.name for id_, one in changed.items() if not one.deleted and _is_listed(catalog, id_)
    }
    as_text = call.settings.quirks["lists_id"] == "text"
    return json_response(
        200, [{"id": str(id_) if as_text else id_, "name": names[id_]} for id_ in sorted(names)], "assumed"
    )


def post_list(call: Call) -> Response:
    """Make a list without leads; its columns are those of ``field``, or the nine of the vendor's example."""
    return in_account(call, _CREATE, _create)


def put_list(call: Call, list_id: str) -> Response:
    """Rename a list."""
    return in_list(call, list_id, _UPDATE, _update)


def delete_list(call: Call, list_id: str) -> Response:
    """Delete a list with its leads."""
    return in_list(call, list_id, None, _delete)


def _create(edit: Edit) -> Response:
    content, account, catalog = edit.content, edit.account, edit.settings.catalog
    if content.get("enable_outbound_based_skill") == "1" and not content.get("skill_list_id"):
        raise Refused({"skill_list_id": "The skill_list_id field is required."})
    list_id = account.new_list_id(catalog.lists)
    columns = tuple(content.get("field", DEFAULT_COLUMNS))
    definition = ListDefinition(id=list_id, name=content["name"], size=0, columns=columns)
    changes = EditedList(catalog.writer(definition), content.get("description", ""), touched=True)
    account.put_list(list_id, changes, catalog.key)
    return done("List created successfully.", unknown_keys(_CREATE, content), list_id=list_id)


def _update(edit: Edit, changes: EditedList) -> Response:
    content = edit.content
    if "name" in content:
        definition = replace(changes.writer.definition, name=content["name"])
        changes.rename(edit.settings.catalog.writer(definition))
    if "description" in content:
        changes.description, changes.touched = content["description"], True
    return done("List updated successfully.", unknown_keys(_UPDATE, content))


def _delete(edit: Edit, changes: EditedList) -> Response:
    edit.account.delete_list(changes)
    return done("List deleted successfully.")


def _is_listed(catalog: Catalog, list_id: int) -> bool:
    """Whether a changed list is one of the account's own: magic ones are there without being listed."""
    return list_id in catalog.lists or catalog.find(str(list_id)) is None
