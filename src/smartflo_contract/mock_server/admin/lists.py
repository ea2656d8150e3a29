"""Handlers for lists and leads of an account. They accept any size and any key, also what violates the contract."""

from collections.abc import Mapping
from functools import partial
from itertools import islice
from typing import Any, Final

from smartflo_contract.factories import ListDefinition
from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.dialled_lists import current_leads
from smartflo_contract.mock_server.accounts.lead_edits import LeadEdits, editing_leads
from smartflo_contract.mock_server.accounts.lookup import find_lead, find_list
from smartflo_contract.mock_server.admin.lead_details import findings_by_lead, search_leads
from smartflo_contract.mock_server.admin.problems import Problem, value_errors_as_problems
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.http.compact_json import dump_compact
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.mock_server.lists.definition_json import definition_from_json, definition_to_json
from smartflo_contract.mock_server.lists.edited_leads import DIAL_STATUS_KEY, Lead
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.schemas.printable import truncate

_MAX_OFFSET_LEADS: Final = 2**32
_MAX_PAGE_LEADS: Final = 10_000
_DEFAULT_PAGE_LEADS: Final = 1_000
_DEFAULT_SIZE_LEADS: Final = ListDefinition(id=1).size


def get_lists(request: AdminRequest) -> object:
    """Return the lists of the account by id. Magic lists are included once they are changed."""
    with request.edit_account() as account:
        catalog = request.settings.catalog
        unchanged = {list_id: catalog.edited_list(definition) for list_id, definition in catalog.lists.items()}
        lists = {**unchanged, **account.lists}
        return [_to_json(lists[list_id]) for list_id in sorted(lists) if not lists[list_id].deleted]


def get_list(request: AdminRequest) -> object:
    """Return one list."""
    with request.edit_account() as account:
        return _to_json(_find(request, account))


def post_list(request: AdminRequest) -> object:
    """Create a list under a new id."""
    with request.edit_account() as account:
        return _create(request, account, account.new_list_id(request.settings.catalog.lists))


def put_list(request: AdminRequest) -> object:
    """Create or replace the list with the id in the path."""
    list_id = _list_id(request)
    with request.edit_account() as account:
        return _create(request, account, list_id)


def delete_list(request: AdminRequest) -> object:
    """Delete a list and its leads."""
    with request.edit_account() as account:
        account.delete_list(_find(request, account))
    return {"status": "ok"}


def get_leads(request: AdminRequest) -> object:
    """Return ``limit`` leads of a list from ``offset`` on, without faults and quirks."""
    offset = request.integer_parameter("offset", max_value=_MAX_OFFSET_LEADS, default=0)
    limit = request.integer_parameter("limit", max_value=_MAX_PAGE_LEADS, default=_DEFAULT_PAGE_LEADS)
    part, has_details = request.query.get("contains", ""), _has_details(request)
    with request.edit_account() as account:
        edited = _find(request, account)
        leads = current_leads(account, request.settings.catalog, edited)
        if part:
            page = search_leads(leads, part.casefold(), offset, limit)
        else:
            page = {"leads": [leads.lead(index) for index in islice(leads.indexes(), offset, offset + limit)]}
    if has_details:
        page["findings"] = findings_by_lead(request.settings.catalog.contract, page["leads"])
        page["column_keys"] = edited.writer.column_keys
    return page


def put_leads(request: AdminRequest) -> object:
    """Create or replace a list whose leads are those of a fixture, verbatim."""
    list_id = _list_id(request)
    with value_errors_as_problems():
        fixture = FixtureList.from_leads(request.body, id=list_id)
    with request.edit_account() as account:
        catalog = request.settings.catalog
        edited = EditedList.from_leads(catalog.writer(fixture.added_definition), fixture.leads)
        edited.touched = True
        account.forget_runs(list_id)
        account.put_list(list_id, edited, catalog.key)
        return _to_json(edited)


def post_leads(request: AdminRequest) -> object:
    """Add leads to a list."""
    with request.edit_account() as account:
        with editing_leads(account, request.settings.catalog, _find(request, account)) as edits:
            added = _add(edits, request.body["leads"])
        return {"leads": added}


def patch_lead(request: AdminRequest) -> object:
    """Set and remove keys of a lead. The contract is not checked."""
    values, removed = request.body.get("set", {}), set(request.body.get("remove", ()))
    with request.edit_account() as account:
        edited, index = _find_lead(request, account)
        with editing_leads(account, request.settings.catalog, edited) as edits, value_errors_as_problems():
            edits.change(
                index,
                lambda lead: {key: value for key, value in {**lead, **values}.items() if key not in removed},
                is_set=DIAL_STATUS_KEY in values,
            )
        return current_leads(account, request.settings.catalog, edited).lead(index)


def delete_lead(request: AdminRequest) -> object:
    """Delete a lead."""
    with request.edit_account() as account:
        edited, index = _find_lead(request, account)
        with editing_leads(account, request.settings.catalog, edited) as edits:
            edits.remove(index)
    return {"status": "ok"}


def _has_details(request: AdminRequest) -> bool:
    """Return whether the response shall have more than leads.

    Raises:
        Problem: the parameter is neither ``true`` nor ``false``.
    """
    details = request.query.get("details", "false")
    if details not in {"true", "false"}:
        raise Problem(422, f"details: expected true or false, got {truncate(details)}")
    return details == "true"


def _find_lead(request: AdminRequest, account: Account) -> tuple[EditedList, int]:
    """Return the list that contains the lead with the id in the path, and the index of the lead.

    Raises:
        Problem: the account has no such lead.
    """
    location = find_lead(account, request.settings.catalog, request.path_id)
    if location is None:
        raise Problem(404, "no lead of this account has this id; use lead_id from GET /v1/broadcast/leads/<list id>")
    return location


def _list_id(request: AdminRequest) -> int:
    """Return the list id in the path.

    Raises:
        Problem: it does not have the form of a list id.
    """
    if not is_list_id(request.path_id):
        raise Problem(404, "a list id consists of digits, without a leading zero")
    return int(request.path_id)


def _create(request: AdminRequest, account: Account, list_id: int) -> object:
    """Store the list that the request defines under an id, and return it as JSON."""
    content, catalog = dict(request.body), request.settings.catalog
    leads, description = content.pop("leads", []), content.pop("description", "")
    with value_errors_as_problems():
        size = content.pop("size", 0 if "leads" in request.body else _DEFAULT_SIZE_LEADS)
        definition = definition_from_json({**content, "id": list_id, "size": size})
    edited = EditedList(catalog.writer(definition), description, touched=True)
    _add(edited, leads)
    account.forget_runs(list_id)
    account.put_list(list_id, edited, catalog.key)
    return _to_json(edited)


def _add(edited: EditedList | LeadEdits, leads: list[Lead]) -> list[Lead]:
    """Add leads and return them. A partial lead is completed with the next generated lead of the list."""
    with value_errors_as_problems():
        dump_compact([leads])  # one level deeper, as in the response, so that the response can be encoded
        return edited.add_all([partial(_complete, lead) for lead in leads])


def _complete(partial_lead: Mapping[str, Any], generated: Lead) -> Lead:
    return {**generated, **partial_lead}


def _find(request: AdminRequest, account: Account) -> EditedList:
    """Return the list with the id in the path.

    Raises:
        Problem: the account has no such list, or the list cannot be changed.
    """
    edited = find_list(account, request.settings.catalog, request.path_id)
    if isinstance(edited, EditedList):
        return edited
    if edited is None:
        raise Problem(404, "this account has no list with this id; GET /__admin/lists returns its lists")
    raise Problem(404, "this id is no list: it stands for an error response, or for an edge case with fixed leads")


def _to_json(edited: EditedList) -> object:
    definition = definition_to_json(edited.writer.definition)
    return {**definition, "size": edited.leads.size, "description": edited.description, "changed": edited.touched}
