"""Handlers for the fault rules of an account."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Final

from smartflo_contract.mock_server.admin.problems import Problem, value_errors_as_problems
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.admin.settings import change_settings
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.mock_server.faults.parsing import fault_from_json
from smartflo_contract.mock_server.faults.rules import Fault
from smartflo_contract.mock_server.faults.validation import check_faults

_MAX_RULES: Final = 1_000
Rules = tuple[Fault, ...]


def get_faults(request: AdminRequest) -> object:
    """Return the rules of the account, and every kind of fault."""
    kinds = [{"name": name, "evidence": kind.evidence, "why": kind.description} for name, kind in INJECTORS.items()]
    return {**_rules(request), "unmet": _unmet(request), "kinds": kinds}


def put_faults(request: AdminRequest) -> object:
    """Replace all rules. Each counts from its first request."""
    rules = tuple(map(fault_from_json, request.body["rules"]))
    return _set_rules(request, rules, lambda: rules, reset_counts=True)


def post_fault(request: AdminRequest) -> object:
    """Append a rule. The other rules keep their counts."""
    rule = fault_from_json(request.body)

    def extended() -> Rules:
        rules = request.settings.faults
        if len(rules) == _MAX_RULES:
            raise Problem(422, f"there are {_MAX_RULES} rules already; remove them with DELETE /__admin/faults")
        return (*rules, rule)

    return _set_rules(request, (rule,), extended, reset_counts=False)


def delete_faults(request: AdminRequest) -> object:
    """Restore the rules of all accounts, or of the configuration."""
    return _set_rules(request, (), lambda: None, reset_counts=True)


def _set_rules(
    request: AdminRequest, new_rules: Rules, rules: Callable[[], Rules | None], *, reset_counts: bool
) -> object:
    """Set the rules of the account.

    Args:
        request: the request.
        new_rules: the rules in the request, which are validated.
        rules: returns all rules that the account gets; called while the account is locked.
        reset_counts: whether the rules count from 0 again.
    """
    with value_errors_as_problems():
        check_faults(new_rules, [route.name for route in request.settings.routes])
    change_settings(request, lambda settings: replace(settings, faults=rules()), reset_fault_counts=reset_counts)
    return _rules(request)


def _unmet(request: AdminRequest) -> list[int]:
    """Return the positions of the rules that no request of the account, or of any account, has met."""
    accounts = request.state.accounts
    is_for_all = request.is_for_all_accounts
    counts = accounts.fault_counts() if is_for_all else [accounts.peek(request.account_id).fault_counts]
    return [
        number
        for number, rule in enumerate(request.settings.faults)
        if not any(rule.is_met(count.get(number, 0)) for count in (*counts, {}))
    ]


def _rules(request: AdminRequest) -> dict[str, object]:
    return {"rules": [asdict(rule) for rule in request.settings.faults]}
