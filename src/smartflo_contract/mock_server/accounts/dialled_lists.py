"""Lists as broadcasts of an account have dialled them by now."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from smartflo_contract.factories import LeadWriter
from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.dialling.broadcast import Run
from smartflo_contract.mock_server.dialling.dialled_leads import DialledLeads
from smartflo_contract.mock_server.dialling.lead_numbers import LeadNumbers
from smartflo_contract.mock_server.dialling.plans import ListPlans
from smartflo_contract.mock_server.lists.catalog import Catalog
from smartflo_contract.mock_server.lists.edited_leads import EditedLeads
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.lists.lead_list import LeadList
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.validator import Validator


def dialled_list(account: Account, catalog: Catalog, list_id: int, found: LeadList) -> LeadList:
    """Return a list for a response, as broadcasts have dialled it by now; the same list if none has.

    Args:
        account: the account, opened for reading.
        catalog: the catalog of the account.
        list_id: id of the list.
        found: the list as it is stored or generated.
    """
    runs = [run for _, run in account.runs_of_list(list_id)]
    if not runs:
        return found
    leads = editable_leads(found)
    return found if leads is None else LeadList(dialled_leads(account, catalog, leads, runs), "assumed")


def editable_leads(found: LeadList) -> EditedLeads | None:
    """Return the leads of a list that clients can edit, and broadcasts dial; ``None`` for another one."""
    source = found.source
    if isinstance(source, LeadWriter):
        return EditedList(source).leads
    return source if isinstance(source, EditedLeads) else None


def dialled_leads(
    account: Account, catalog: Catalog, leads: EditedLeads, runs: Sequence[Run], dial_ms: int | None = None
) -> DialledLeads:
    """Return the leads of a list in the state of an instant.

    Args:
        account: the account, opened for reading.
        catalog: the catalog of the account.
        leads: the leads as they are stored or generated.
        runs: the runs that dial the list, in the order of their starts.
        dial_ms: the instant in dial time; ``None`` for now.
    """
    numbers = LeadNumbers(leads, runs, account.dnd_history)
    is_allowed = allowed_values(catalog.contract)
    plans = ListPlans(leads.base, runs, catalog.dialling, is_allowed, numbers.is_listed)
    now_ms = account.dial_ms if dial_ms is None else dial_ms
    return DialledLeads(leads, plans, now_ms, numbers, is_allowed)


def current_leads(
    account: Account, catalog: Catalog, edited: EditedList, dial_ms: int | None = None
) -> EditedLeads | DialledLeads:
    """Return the leads of a list as broadcasts have dialled them by now. The next edit invalidates them.

    Args:
        account: the account, opened for reading.
        catalog: the catalog of the account.
        edited: the list.
        dial_ms: another instant in dial time; ``None`` for now.
    """
    runs = [run for _, run in account.runs_of_list(edited.writer.definition.id)]
    return dialled_leads(account, catalog, edited.leads, runs, dial_ms) if runs else edited.leads


def allowed_values(contract: Contract) -> Callable[[str, Any], bool]:
    """Return the function that returns whether a contract allows a value of a key; without an overlay, it does."""
    return _allow_all if contract.overlay is None else partial(_is_allowed, contract)


def _allow_all(_key: str, _value: object) -> bool:
    return True


def _is_allowed(contract: Contract, key: str, value: object) -> bool:
    if contract.overlay is None or key not in contract.overlay.properties:
        return True
    return Validator(contract.lead["properties"][key]).is_valid(value)
