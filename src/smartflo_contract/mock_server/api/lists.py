"""``/v1/broadcast/lists`` and ``/v1/broadcast/list``: lead lists are listed, made, renamed and deleted."""

from dataclasses import replace
from typing import Final

from flask import Response

from smartflo_contract.factories import DEFAULT_COLUMNS, ListDefinition
from smartflo_contract.mock_server.api.transaction import Edit, Refused, done, in_account, in_list
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.request_bodies import SMALL, Body, unknown_keys
from smartflo_contract.mock_server.http.responses import answer
from smartflo_contract.mock_server.lists.catalog import World
from smartflo_contract.mock_server.lists.edited_list import ListChanges

_CREATE: Final = Body("CreateList", SMALL, '{"name": "March", "field": ["Phone Number", "Name"]}')
_UPDATE: Final = Body("UpdateList", SMALL, '{"name": "April"}')


def get_lists(call: Call) -> Response:
    """Answer with the lists of the account; magic ones are not among them."""
    world = call.terms.world
    changed = dict(call.state.accounts.view(call.account).lists)
    names = {one.id: one.name for one in world.lists.values() if one.id not in changed}
    names |= {
        id_: one.writer.definition.name for id_, one in changed.items() if not one.deleted and _is_listed(world, id_)
    }
    as_text = call.terms.quirks["lists_id"] == "text"
    return answer(200, [{"id": str(id_) if as_text else id_, "name": names[id_]} for id_ in sorted(names)], "assumed")


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
    content, account, world = edit.content, edit.account, edit.terms.world
    if content.get("enable_outbound_based_skill") == "1" and not content.get("skill_list_id"):
        raise Refused({"skill_list_id": "The skill_list_id field is required."})
    list_id = account.new_list_id(world.lists)
    columns = tuple(content.get("field", DEFAULT_COLUMNS))
    definition = ListDefinition(id=list_id, name=content["name"], size=0, columns=columns)
    changes = ListChanges(world.writer(definition), content.get("description", ""), touched=True)
    account.put_list(list_id, changes, world.key)
    return done("List created successfully.", unknown_keys(_CREATE, content), list_id=list_id)


def _update(edit: Edit, changes: ListChanges) -> Response:
    content = edit.content
    if "name" in content:
        definition = replace(changes.writer.definition, name=content["name"])
        changes.rename(edit.terms.world.writer(definition))
    if "description" in content:
        changes.description, changes.touched = content["description"], True
    return done("List updated successfully.", unknown_keys(_UPDATE, content))


def _delete(edit: Edit, changes: ListChanges) -> Response:
    edit.account.delete_list(changes)
    return done("List deleted successfully.")


def _is_listed(world: World, list_id: int) -> bool:
    """Whether a changed list is one of the account's own: magic ones are there without being listed."""
    return list_id in world.lists or world.find(str(list_id)) is None
