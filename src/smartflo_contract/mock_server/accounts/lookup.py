"""Find the lists and leads of an account for editing."""

from typing import Final

from smartflo_contract.factories import LeadWriter
from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.http.error_responses import ErrorResponse
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.mock_server.lists.catalog import Catalog
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.lists.lead_list import LeadList

_NOT_EDITABLE: Final = ErrorResponse(
    403, {"success": False, "message": "You do not have access to this list."}, "assumed"
)
"""Response to a write to an edge case, whose leads are fixed."""


def find_list(account: Account, catalog: Catalog, list_id: str) -> EditedList | ErrorResponse | None:
    """Return a list for editing, the error response that its id stands for, or ``None`` if there is no such list.

    Args:
        account: opened for editing. The list is stored in it if it was not edited before.
        catalog: the catalog of the account.
        list_id: the path segment with the list id.
    """
    edited = account.lists.get(int(list_id)) if is_list_id(list_id) else None
    if edited is not None:
        return None if edited.deleted else edited
    found = catalog.find(list_id)
    if not isinstance(found, LeadList):
        return found
    definition = catalog.lists.get(int(list_id))
    if isinstance(definition, FixtureList):
        edited = catalog.edited_list(definition)
    elif isinstance(found.source, LeadWriter):
        edited = EditedList(found.source)
    else:
        return _NOT_EDITABLE
    account.put_list(int(list_id), edited, catalog.key)
    return edited


def find_lead(account: Account, catalog: Catalog, lead_id: str) -> tuple[EditedList, int] | None:
    """Return the list that contains a lead and the lead's index in it, ``None`` if there is no such lead.

    The lead of a magic list is found after that list has been read.

    Args:
        account: opened for editing.
        catalog: the catalog of the account.
        lead_id: the path segment with the lead id.
    """
    for list_id in dict.fromkeys((*account.lead_index.lists(lead_id), *catalog.lead_index.lists(lead_id))):
        edited = find_list(account, catalog, str(list_id))
        index = edited.find(lead_id) if isinstance(edited, EditedList) else None
        if isinstance(edited, EditedList) and index is not None:
            return edited, index
    return None
