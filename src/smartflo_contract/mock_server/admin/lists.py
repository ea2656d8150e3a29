"""Lists and leads of an account, as a test wants them: of any size, with any key, also such as break the contract."""

from collections.abc import Mapping
from functools import partial
from itertools import islice
from typing import Any, Final

from smartflo_contract.factories import ListDefinition
from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.admin.problems import Problem, refusing
from smartflo_contract.mock_server.admin.requests import Ask, whole_number
from smartflo_contract.mock_server.api.transaction import changes_of, place_of
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.http.compact_json import dump_compact
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.mock_server.lists.definition_json import definition_from_json, definition_to_json
from smartflo_contract.mock_server.lists.edited_leads import Lead
from smartflo_contract.mock_server.lists.edited_list import EditedList

_PAGE: Final = (("offset", 2**32, 0), ("limit", 10_000, 1_000))
"""Parameters of a page of leads, each with its greatest and its usual value."""
_USUAL_SIZE: Final = ListDefinition(id=1).size


def get_lists(ask: Ask) -> object:
    """Tell the lists of the account, by id; of magic ones those that it has changed."""
    with ask.state.accounts.edit(ask.account) as account:
        catalog = ask.state.resolved_settings(ask.account).catalog
        untouched = {id_: catalog.edited_list(one) for id_, one in catalog.lists.items()}
        lists = {**untouched, **account.lists}
        return [_shown(lists[id_]) for id_ in sorted(lists) if not lists[id_].deleted]


def get_list(ask: Ask) -> object:
    """Tell one list."""
    with ask.state.accounts.edit(ask.account) as account:
        return _shown(_changes(ask, account))


def post_list(ask: Ask) -> object:
    """Make a list under an id that is free."""
    with ask.state.accounts.edit(ask.account) as account:
        return _defined(ask, account, account.new_list_id(ask.state.resolved_settings(ask.account).catalog.lists))


def put_list(ask: Ask) -> object:
    """Make a list under an id, in place of the one that is there."""
    list_id = _list_id(ask)
    with ask.state.accounts.edit(ask.account) as account:
        return _defined(ask, account, list_id)


def delete_list(ask: Ask) -> object:
    """Delete a list with its leads."""
    with ask.state.accounts.edit(ask.account) as account:
        account.delete_list(_changes(ask, account))
    return {"status": "ok"}


def get_leads(ask: Ask) -> object:
    """Tell leads of a list, whatever faults and quirks there are: from an ``offset`` on, so many as ``limit`` says."""
    first, number = (whole_number(ask, name, most, usual) for name, most, usual in _PAGE)
    with ask.state.accounts.edit(ask.account) as account:
        leads = _changes(ask, account).leads
        indexes = list(islice(leads.indexes(), first, first + number))
        return {"leads": [leads.lead(index) for index in indexes]}


def put_leads(ask: Ask) -> object:
    """Make a list of leads that are as they are, in place of the one that is there."""
    list_id = _list_id(ask)
    with refusing():
        fixture = FixtureList.from_leads(ask.content, id=list_id)
    with ask.state.accounts.edit(ask.account) as account:
        catalog = ask.state.resolved_settings(ask.account).catalog
        changes = EditedList.from_leads(catalog.writer(fixture.added_definition), fixture.leads)
        changes.touched = True
        account.put_list(list_id, changes, catalog.key)
        return _shown(changes)


def post_leads(ask: Ask) -> object:
    """Add leads to a list."""
    with ask.state.accounts.edit(ask.account) as account:
        return {"leads": _added(_changes(ask, account), ask.content["leads"])}


def patch_lead(ask: Ask) -> object:
    """Change a lead: set keys, and remove some; nothing is checked."""
    values, gone = ask.content.get("set", {}), set(ask.content.get("remove", ()))
    with ask.state.accounts.edit(ask.account) as account:
        catalog = ask.state.resolved_settings(ask.account).catalog
        place = place_of(account, catalog, ask.place)
        if place is None:
            raise Problem(404, "no lead of this account has this id: lead_id of GET /v1/broadcast/leads/<list id>")
        changes, index = place
        with refusing():
            return changes.change(
                index, lambda lead: {key: value for key, value in {**lead, **values}.items() if key not in gone}
            )


def _list_id(ask: Ask) -> int:
    """Return the id in the path.

    Raises:
        Problem: no list can have it.
    """
    if not is_list_id(ask.place):
        raise Problem(404, "an id of a list is written in digits, without a zero before them")
    return int(ask.place)


def _defined(ask: Ask, account: Account, list_id: int) -> object:
    content, catalog = dict(ask.content), ask.state.resolved_settings(ask.account).catalog
    given, description = content.pop("leads", []), content.pop("description", "")
    with refusing():
        size = content.pop("size", 0 if "leads" in ask.content else _USUAL_SIZE)
        definition = definition_from_json({**content, "id": list_id, "size": size})
    changes = EditedList(catalog.writer(definition), description, touched=True)
    _added(changes, given)
    account.put_list(list_id, changes, catalog.key)
    return _shown(changes)


def _added(changes: EditedList, leads: list[Lead]) -> list[Lead]:
    """Add leads; a partial lead has the keys that are given, and else what the list would have next."""
    with refusing():
        dump_compact([leads])  # deeper than the answer, which is refused here or nowhere
        return changes.add_all([partial(_over, one) for one in leads])


def _over(given: Mapping[str, Any], lead: Lead) -> Lead:
    return {**lead, **given}


def _changes(ask: Ask, account: Account) -> EditedList:
    """Return the changes of the list that is asked for.

    Raises:
        Problem: the account has no such list, or none that can be changed.
    """
    catalog = ask.state.resolved_settings(ask.account).catalog
    found = changes_of(account, catalog, ask.place)
    if isinstance(found, EditedList):
        return found
    if found is None:
        raise Problem(404, "this account has no list of this id; GET /__admin/lists tells those that there are")
    raise Problem(404, "this id stands for an answer, or for an edge case whose leads are given, and is no list")


def _shown(changes: EditedList) -> object:
    definition = definition_to_json(changes.writer.definition)
    return {**definition, "size": changes.leads.size, "description": changes.description, "changed": changes.touched}
