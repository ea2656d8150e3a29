"""The contract of one profile as data: its schema, compiled for validation, and its rules."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache, partial

import jsonschema_rs

from smartflo_contract.schemas.errors import ContractError, nearest
from smartflo_contract.schemas.findings import Severity
from smartflo_contract.schemas.known_values import KnownValues, known_values
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.overlay import Overlay
from smartflo_contract.schemas.profiles import resolve
from smartflo_contract.schemas.rules.rule import Change, Lead, LeadBreaker, ListBreaker, ResponseState, Rule
from smartflo_contract.schemas.rules.table import rules_in_force
from smartflo_contract.schemas.schema_keywords import Schema
from smartflo_contract.schemas.validator import Validator, Violation, column_validator, key_schema

_MAX_COLUMN_VALIDATORS = 16
_MAX_KEY_VALIDATORS = 256


class ContractData:
    """What one profile, with or without an overlay, requires of leads.

    Attributes:
        profile: ``sample``, ``documented`` or ``lenient``.
        overlay: the overlay, or ``None``.
        lead: the annotated lead schema.
    """

    def __init__(self, profile: str, overlay: Overlay | None) -> None:
        """Resolve the profile."""
        self.profile = profile
        self.overlay = overlay
        self.lead: Schema = resolve(profile, overlay)
        self._other_profiles: dict[str, ContractData | None] = {}

    def schema_of(self, key: str) -> Schema:
        """Return the annotated schema of a key of a lead, ``field_N`` included.

        Raises:
            ContractError: the contract has no such key.
        """
        properties: dict[str, Schema] = self.lead["properties"]
        if key in properties:
            return properties[key]
        if key == "field_N" or FIELD.fullmatch(key):
            patterns: dict[str, Schema] = self.lead["patternProperties"]
            return next(iter(patterns.values()))
        message = f"the contract has no key `{key}`.{nearest(key, [*properties, 'field_N'])}"
        raise ContractError(message)

    def in_profile(self, profile: str) -> "ContractData | None":
        """Return the contract of another profile with the same overlay; ``None`` if the overlay forbids the profile."""
        if self.overlay is None:
            return contract_data(profile)
        if profile not in self._other_profiles:
            try:
                self._other_profiles[profile] = self if profile == self.profile else ContractData(profile, self.overlay)
            except ContractError:
                self._other_profiles[profile] = None
        return self._other_profiles[profile]

    def fit(self, leads: Sequence[object]) -> bool:
        """Return whether every lead is valid by the schema; rules are not checked."""
        try:
            return self._body_validator.is_valid(leads)
        except ValueError:  # a key that is not a string
            return False

    def key_schema(self, key: str) -> Schema | bool:
        """Return the plain schema of the values of a key, whether or not the contract has the key."""
        return key_schema(self.lead_validator.schema, key)

    def column_is_valid(self, key: str, column: Sequence[object]) -> bool:
        """Return whether decoded values of a key are valid by the schema."""
        return self._key_validator(key).is_valid(column)

    def time_numbers_are_valid(self, key: str, numbers: Sequence[object]) -> bool:
        """Return whether the numbers in MongoDB times, as strings, are valid by the schema of a key."""
        return self._time_validator(key).is_valid(numbers)

    def key_violations(self, key: str, value: object) -> tuple[Violation, ...]:
        """Return the violations of the schema by a value of a key; that another key is missing is none."""
        return tuple(self._optional_keys_validator.violations({key: value}))

    def columns_fit(self, keys: tuple[str, ...], columns: Sequence[Sequence[object]]) -> bool:
        """Return whether decoded leads are valid by the schema, given the keys that all have, and a column for each."""
        validator = self._column_validator(keys)
        return validator is not None and validator.is_valid(columns)

    def accepts_value(self, key: str, value: object) -> bool:
        """Return whether a value of a key is valid by the schema and by the rules that read this key alone."""
        if not jsonschema_rs.is_valid(self.lead["properties"][key], value):
            return False
        state = ResponseState(frozenset(), {})
        own_rules = (rule for rule in self.rules if rule.keys == (key,) and rule.severity[self.profile] == "break")
        return not any(rule.check({key: value}, state) for rule in own_rules)

    @cached_property
    def lead_validator(self) -> Validator:
        """The validator of one lead; rules are not checked."""
        return Validator(self.lead)

    @cached_property
    def _body_validator(self) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator({"items": self.lead_validator.schema})

    @cached_property
    def _column_validator(self) -> Callable[[tuple[str, ...]], jsonschema_rs.Draft202012Validator | None]:
        return lru_cache(maxsize=_MAX_COLUMN_VALIDATORS)(partial(column_validator, self.lead_validator.schema))

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of this profile, except those that read a key which the overlay decides about."""
        return rules_in_force(self.profile, () if self.overlay is None else self.overlay.decided)

    @cached_property
    def _key_validator(self) -> Callable[[str], jsonschema_rs.Draft202012Validator]:
        def make(key: str) -> jsonschema_rs.Draft202012Validator:
            return jsonschema_rs.Draft202012Validator({"items": self.key_schema(key)})

        return lru_cache(maxsize=_MAX_KEY_VALIDATORS)(make)

    @cached_property
    def _time_validator(self) -> Callable[[str], jsonschema_rs.Draft202012Validator]:
        def make(key: str) -> jsonschema_rs.Draft202012Validator:
            date = self.lead_validator.schema["properties"][key]["properties"]["$date"]
            return jsonschema_rs.Draft202012Validator({"items": date["properties"]["$numberLong"]})

        return lru_cache(maxsize=_MAX_KEY_VALIDATORS)(make)

    @cached_property
    def _optional_keys_validator(self) -> Validator:
        return Validator({**self.lead_validator.schema, "required": []})

    def lead_breakers(self, severity: Severity) -> dict[str, Callable[[Lead], Iterable[Change]]]:
        """Return how to break, in one valid lead, the rules of a severity: by rule, a function from lead to changes."""
        return {
            rule.name: partial(self._valid_changes, rule.break_lead)
            for rule in self.rules
            if rule.break_lead is not None and rule.severity[self.profile] == severity
        }

    def list_breakers(self) -> dict[tuple[str, str], ListBreaker]:
        """Return how to break, between leads, the rules of severity ``break``: by rule and key."""
        return {
            (rule.name, rule.keys[0]): rule.break_list
            for rule in self.rules
            if rule.break_list is not None and rule.severity[self.profile] == "break"
        }

    def _valid_changes(self, break_lead: LeadBreaker, lead: Lead) -> Iterable[Change]:
        """Return the changes after which the lead is valid by the schema, which an overlay may have changed."""
        changes = break_lead(lead, self.lead)
        if self.overlay is None:
            return changes
        is_valid = self.lead_validator.is_valid
        return (change for change in changes if is_valid(change.apply_to(lead)))

    @cached_property
    def known_values(self) -> Mapping[str, KnownValues]:
        """The known values of the open sets among the properties, by key."""
        return known_values(self.lead)


@lru_cache
def contract_data(profile: str) -> ContractData:
    """Return the contract of a profile without an overlay.

    Raises:
        ContractError: the profile is unknown.
    """
    return ContractData(profile, None)
