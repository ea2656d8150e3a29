"""Handlers for the mutant of an account: a change of the API that its responses with leads simulate."""

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.admin.problems import value_errors_as_problems
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.admin.settings import change_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smartflo_contract.mutants import Mutant


def get_mutant(request: AdminRequest) -> object:
    """Return the mutant of the account, with the number of responses that it has changed."""
    accounts, ids = request.state.accounts, request.settings.mutant
    if ids is None:
        return {"mutant": None, "served": 0, "changes": []}
    own = accounts.peek(request.account_id)
    owner = accounts.peek(ALL_ACCOUNTS) if own.settings.mutant is None else own
    mutants: Sequence[Mutant] = ()
    with suppress(ValueError):  # the profile of the account, set later, has no such mutant
        mutants = _find(request, ids)
    changes = [
        {"id": mutant.id, "kind": mutant.kind, "change": mutant.change, "evidence": mutant.evidence.split(", ")}
        for mutant in mutants
    ]
    return {"mutant": ids, "served": owner.mutant_served, "changes": changes}


def put_mutant(request: AdminRequest) -> object:
    """Set the mutant, and count from 0."""
    ids: str = request.body["mutant"]
    with value_errors_as_problems():
        _find(request, ids)
    return _set(request, ids)


def delete_mutant(request: AdminRequest) -> object:
    """Remove the mutant; that of all accounts applies again."""
    return _set(request, None)


def _set(request: AdminRequest, ids: str | None) -> object:
    change_settings(request, lambda settings: replace(settings, mutant=ids))
    with request.edit_account() as account:
        account.forget_mutants_served()
    return get_mutant(request)


def _find(request: AdminRequest, ids: str) -> "Sequence[Mutant]":
    """Return the mutants with some ids under the account's contract.

    Raises:
        ValueError: there is no such mutant.
    """
    from smartflo_contract.mutants import find_mutants  # noqa: PLC0415 - slow to import, and rare

    return find_mutants(request.settings.catalog.contract, ids)
