"""From what is wrong with a lead to a finding."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from smartflo_contract.schemas.body_rules import BODY_RULES, DUPLICATE_KEY, RFC_8259
from smartflo_contract.schemas.contract_data import ContractData
from smartflo_contract.schemas.contradictions import CONTRADICTIONS
from smartflo_contract.schemas.describe import describe
from smartflo_contract.schemas.errors import ContractError
from smartflo_contract.schemas.finding_help import lead_help
from smartflo_contract.schemas.findings import Finding, Severity, masked
from smartflo_contract.schemas.json_pointer import escape, finding_pointer
from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.profile_names import PROFILES
from smartflo_contract.schemas.rules.rule import ABSENT, Rule
from smartflo_contract.schemas.schema_keywords import plain_schema
from smartflo_contract.schemas.validator import Violation, look_up

_PRESENCE: Final = frozenset({"required", "additionalProperties"})
_ABOUT_PRESENCE: Final = frozenset({"undocumented-keys", "field-count"})


class Disagreement(NamedTuple):
    """One value by which a lead disagrees with the contract.

    Attributes:
        rule: the ``rule`` of the finding.
        path: from the lead down to the value.
        expected: what the contract requires there.
        got: the value, unmasked.
        cause: the rule or the schema violation; ``None`` if JSON itself is violated.
    """

    rule: str
    path: Path
    expected: str
    got: object
    cause: Rule | Violation | None

    def severity(self, profile: str) -> Severity:
        """Return how severe it is in a profile."""
        return self.cause.severity[profile] if isinstance(self.cause, Rule) else "break"


def disagreement_of(contract: ContractData, lead: object, violation: Violation) -> Disagreement:
    """Return a schema violation of a lead as a disagreement."""
    got = ABSENT if violation.keyword == "required" else look_up(lead, violation.path)
    return Disagreement(violation.keyword, violation.path, _expected(contract, violation), got, violation)


def lead_finding(contract: ContractData, disagreement: Disagreement, first: int, count: int) -> Finding:
    """Return the finding about a disagreement.

    Args:
        contract: the contract.
        disagreement: the first of its rule and pointer.
        first: index of its lead.
        count: how many there are.
    """
    rule, path, expected, _, cause = disagreement
    key = str(path[0]) if path else ""
    schema = _property(contract, key)
    got = _got(disagreement, is_personal=schema.get("x-personal", not schema))
    common: dict[str, Any] = {
        "rule": rule,
        "severity": disagreement.severity(contract.profile),
        "pointer": finding_pointer(path),
        "expected": expected,
        "got": got,
        "count": count,
        "first": first,
        "help": lead_help(rule, _explained(key) if schema and path else None),
    }
    if isinstance(cause, Rule):
        return Finding(
            **common,
            message=f"expected {expected}, got {got} (rule: {cause.claim})",
            evidence=cause.evidence,
            profiles=tuple(cause.severity),
            contradiction=cause.contradiction,
        )
    whole: Mapping[str, str] = contract.lead["x-evidence"]
    return Finding(
        **common,
        message=f"expected {expected}, got {got}",
        evidence=RFC_8259 if cause is None else schema.get("x-evidence", whole),
        profiles=PROFILES if cause is None else _profiles(contract, cause, key),
        contradiction=None if cause is None else _contradiction(cause, key, schema),
    )


def _explained(key: str) -> str:
    """Return the key that ``explain`` is called with: the number of a field may be personal data."""
    return "field_N" if FIELD.fullmatch(key) else escape(key)


def _got(disagreement: Disagreement, *, is_personal: bool) -> str:
    if disagreement.rule == DUPLICATE_KEY:
        return BODY_RULES[DUPLICATE_KEY].got
    return "nothing" if disagreement.got is ABSENT else masked(disagreement.got, personal=is_personal)


def _expected(contract: ContractData, violation: Violation) -> str:
    if violation.keyword == "additionalProperties":
        return "only keys that the contract defines"
    schema = look_up(contract.lead_validator.schema, violation.schema_path[:-1])
    if violation.keyword == "required":
        key = violation.path[-1]
        is_top_level = len(violation.path) == 1
        required = schema.get("properties", {}).get(key) or (contract.schema_of(str(key)) if is_top_level else {})
        return f"the required key, {describe(required)}"
    return describe(schema)


def _property(contract: ContractData, key: str) -> Mapping[str, Any]:
    try:
        return contract.schema_of(key)
    except ContractError:
        return {}


def _profiles(contract: ContractData, violation: Violation, key: str) -> tuple[str, ...]:
    """Return the profiles that reject the same value for the same reason."""
    is_nested = len(violation.path) > 1
    contracts = {profile: contract.in_profile(profile) for profile in PROFILES}
    claims = {
        profile: _nested_claim(other, violation) if is_nested else _claim(other, violation.keyword, key)
        for profile, other in contracts.items()
        if other is not None
    }
    return tuple(profile for profile, claim in claims.items() if claim == claims[contract.profile])


def _claim(contract: ContractData, keyword: str, key: str) -> object:
    """Return what a profile requires of ``key`` by ``keyword``, in a form that can be compared between profiles."""
    if keyword == "required":
        return key in contract.lead["required"]
    if keyword == "additionalProperties":
        return contract.lead["additionalProperties"]
    try:
        return plain_schema(contract.schema_of(key))
    except ContractError:
        return None


def _nested_claim(contract: ContractData, violation: Violation) -> object:
    """Return the part of a profile's schema that is violated, or its counterpart in another profile."""
    try:
        return look_up(contract.lead_validator.schema, violation.schema_path)
    except (LookupError, TypeError):
        return None


def _contradiction(violation: Violation, key: str, schema: Mapping[str, Any]) -> str | None:
    if violation.keyword in _PRESENCE and len(violation.path) == 1:
        return next((name for name in _contradictions_about(key) if name in _ABOUT_PRESENCE), None)
    return schema.get("x-contradiction")


@cache
def _contradictions_about(key: str) -> list[str]:
    pointer = finding_pointer(("field_N" if FIELD.fullmatch(key) else key,))
    return [entry.id for entry in CONTRADICTIONS if entry.shows_in_values and pointer in entry.pointers]
