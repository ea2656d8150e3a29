"""The check of one lead: the reference that the check of many leads agrees with."""

from collections.abc import Iterable, Iterator
from typing import Final

from smartflo_contract.schemas.body_rules import NOT_JSON
from smartflo_contract.schemas.contract_data import ContractData
from smartflo_contract.schemas.finding_builder import Disagreement, disagreement_of
from smartflo_contract.schemas.json_values import MAX_DEPTH, Path, is_portable, not_json
from smartflo_contract.schemas.lead_format import FIELD, unknown_keys
from smartflo_contract.schemas.rules.rule import ABSENT, Breach, Lead, LeadCheck, ResponseState, Rule

REPEATED_KEYS: Final = ("header", "sensitive_field_map")
"""Keys whose values are equal in most leads of a list."""
_JSON_VALUE: Final = f"a JSON value, nested at most {MAX_DEPTH} levels deep"


class SingleCheck:
    """The check of leads one by one.

    Args:
        contract: the contract.
        state: what is known about the leads before.
    """

    def __init__(self, contract: ContractData, state: ResponseState) -> None:
        """Start before the first lead."""
        self._contract, self._state = contract, state
        self._cache_key: tuple[object, ...] = ()
        self._cached: list[tuple[Rule, Iterable[Breach]]] = []
        self._uncached: list[Rule] = []
        self._breaking: list[LeadCheck] = []
        self._cached_rules_pass = False
        self._may_hide_non_json = contract.overlay is not None

    def passes(self, lead: Lead) -> bool:
        """Add the next lead, which is valid by the schema; return whether it has no finding of severity ``break``."""
        self._prepare(lead)
        if not self._cached_rules_pass or not is_portable(lead):
            return False
        if self._may_hide_non_json and any(True for _ in not_json(lead)):
            return False
        for check in self._breaking:  # noqa: SIM110  # a generator would cost as much as a rule
            if check(lead, self._state):
                return False
        return True

    def _prepare(self, lead: Lead) -> None:
        """Update what depends on the keys and the repeated values of a lead, unless they are those of the last lead."""
        state, profile = self._state, self._contract.profile
        state.keys = keys = tuple(lead)  # checks of other leads as tables share the state
        cache_key = keys, *map(lead.get, REPEATED_KEYS)
        if cache_key == self._cache_key:
            return
        applicable = [rule for rule in self._contract.rules if all(key in lead for key in rule.keys if key != "field_")]
        self._cache_key = cache_key
        # Only where the schema allows numbers can a float hide that JSON cannot express.
        self._may_hide_non_json = self._contract.overlay is not None or bool(unknown_keys(keys, state.properties))
        self._cached = [(rule, rule.check(lead, state)) for rule in applicable if rule.is_cached]
        self._uncached = [rule for rule in applicable if not rule.is_cached]
        self._breaking = [rule.check for rule in self._uncached if rule.severity[profile] == "break"]
        self._cached_rules_pass = not any(
            breaches for rule, breaches in self._cached if rule.severity[profile] == "break"
        )

    def disagreements(self, lead: object) -> Iterator[Disagreement]:
        """Yield the disagreements of a lead; rules apply only to keys that JSON and the schema accept."""
        rejected: set[str | int] = set()
        non_json: list[tuple[Path, object]] = []
        is_valid = is_portable(lead) and self._is_valid(lead)
        if is_valid and isinstance(lead, dict):
            self._prepare(lead)
        if not is_valid or self._may_hide_non_json:
            non_json = list(not_json(lead))
            yield from (Disagreement(NOT_JSON, path, _JSON_VALUE, value, None) for path, value in non_json)
            rejected = {path[0] for path, _ in non_json if path}
        if not isinstance(lead, dict):
            if not is_valid and not non_json:
                yield from self._violations(lead, rejected)
            return
        if rejected:
            lead = {key: value for key, value in lead.items() if rejected.isdisjoint({key, repr(key)})}
        if rejected or not is_valid:
            yield from self._violations(lead, rejected)
            self._prepare(lead)
        yield from self._rule_disagreements(lead, rejected)

    def _is_valid(self, lead: object) -> bool:
        try:
            return self._contract.lead_validator.is_valid(lead)
        except ValueError:  # a value of a type that the validator does not know
            return False

    def _violations(self, lead: object, rejected: set[str | int]) -> Iterator[Disagreement]:
        """Yield the violations of the schema, except those of ``rejected`` keys; add their keys to ``rejected``."""
        violations = [
            violation
            for violation in self._contract.lead_validator.violations(lead)
            if not (violation.path and violation.path[0] in rejected)
        ]
        for violation in violations:
            yield disagreement_of(self._contract, lead, violation)
        rejected.update(violation.path[0] for violation in violations if violation.path)

    def _rule_disagreements(self, lead: Lead, rejected: set[str | int]) -> Iterator[Disagreement]:
        """Yield the breaches of the rules that read no ``rejected`` key."""
        for rule, breaches in self._cached:
            if reads_none_of(rule, rejected):
                yield from _disagreements_of(rule, _with_values_of(lead, breaches), rejected)
        for rule in self._uncached:
            if reads_none_of(rule, rejected):
                yield from _disagreements_of(rule, rule.check(lead, self._state), rejected)


def _disagreements_of(rule: Rule, breaches: Iterable[Breach], rejected: set[str | int]) -> Iterator[Disagreement]:
    """Yield the breaches of a rule as disagreements, except those at ``rejected`` keys."""
    for path, expected, got in breaches:
        if path[0] not in rejected:
            yield Disagreement(rule.name, path, expected, got, rule)


def _with_values_of(lead: Lead, breaches: Iterable[Breach]) -> Iterator[Breach]:
    """Yield breaches that were found in an earlier lead, with the values of another one."""
    for breach in breaches:
        yield breach if breach.got is ABSENT else breach._replace(got=lead[str(breach.path[0])])


def reads_none_of(rule: Rule, keys: Iterable[str | int]) -> bool:
    """Return whether a rule requires none of some keys."""
    return not any(key in rule.keys or ("field_" in rule.keys and FIELD.fullmatch(str(key))) for key in keys)
