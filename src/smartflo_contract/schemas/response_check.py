"""The check of one response, lead by lead: disagreements are counted, and become findings at the end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from smartflo_contract.schemas.body_rules import BODY_RULES, DUPLICATE_KEY, NOT_JSON
from smartflo_contract.schemas.contract_data import ContractData
from smartflo_contract.schemas.duplicate_keys import duplicate_keys
from smartflo_contract.schemas.finding_builder import Disagreement, disagreement_of, lead_finding
from smartflo_contract.schemas.findings import Finding
from smartflo_contract.schemas.json_pointer import finding_pointer
from smartflo_contract.schemas.json_values import MAX_DEPTH, Path, is_portable, not_json
from smartflo_contract.schemas.lead_format import FIELD, unknown_keys
from smartflo_contract.schemas.lead_table import Table, are_equal, lead_tables
from smartflo_contract.schemas.rules.rule import Breach, Identifiers, Lead, LeadCheck, ResponseState, Rule

_JSON_VALUE: Final = f"a JSON value, nested at most {MAX_DEPTH} levels deep"
_ONCE: Final = BODY_RULES[DUPLICATE_KEY].expected
_REPEATED_KEYS: Final = ("header", "sensitive_field_map")
"""Keys whose values are equal in most leads of a list."""
_CONTAINERS: Final = frozenset({dict, list})
_BATCH_LEADS: Final = 16
"""Leads that are checked together if not all can be."""
_MIN_LEADS_PER_TABLE: Final = 8
"""Minimum average number of leads in a table; with fewer, checking them individually is faster."""
_MAX_COLUMN_VALIDATORS: Final = 8
"""Maximum number of validators of columns; compiling one takes as long as checking a thousand leads."""


class ResponseCheck:
    """The check of one response body.

    Pass every lead, in its order. Memory grows with the number of different disagreements and with the identifiers, not
    with the size of the leads.

    Args:
        contract: the contract.
        ids: collects the identifiers of the leads; a set by default.

    Attributes:
        broken: number of leads with a finding of severity ``break``.
    """

    def __init__(self, contract: ContractData, ids: Identifiers | None = None) -> None:
        """Start before the first lead."""
        self.broken = 0
        self._contract = contract
        self._state = ResponseState(frozenset(contract.lead["properties"]), contract.known_values, ids)
        self._tally: dict[tuple[str, str], tuple[Disagreement, int, int]] = {}
        self._index = 0
        self._cache_key: tuple[object, ...] = ()
        self._cached: list[tuple[Rule, Iterable[Breach]]] = []
        self._uncached: list[Rule] = []
        self._breaking: list[LeadCheck] = []
        self._cached_rules_pass = False
        self._may_hide_non_json = contract.overlay is not None
        self._compiled_keys: set[tuple[str, ...]] = set()
        self._broken_rules: dict[int, list[tuple[str, Path]]] | None = None

    @property
    def leads(self) -> int:
        """The number of leads so far."""
        return self._index

    @property
    def list_id(self) -> object:
        """The first ``list_id``; ``None`` if there is none."""
        return self._state.list_id

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The column names of the first lead that has any; ``None`` if there are none."""
        return self._state.columns

    def findings(self) -> tuple[Finding, ...]:
        """Return the findings so far, worst first."""
        findings = [lead_finding(self._contract, *entry) for entry in self._tally.values()]
        return tuple(sorted(findings, key=lambda finding: finding.rank))

    def add(self, lead: object, duplicates: Iterable[Path] = ()) -> list[tuple[str, Path]]:
        """Check the next lead, and return the rules that it breaks, each with the path.

        Args:
            lead: the decoded lead.
            duplicates: paths of the duplicate keys in its text.
        """
        disagreements = [Disagreement(DUPLICATE_KEY, path, _ONCE, None, None) for path in duplicates]
        disagreements += self._disagreements(lead)
        self._count_lead(disagreements)
        return [(disagreement.rule, disagreement.path) for disagreement in disagreements]

    def add_batch(self, leads: Sequence[Any], text: bytes) -> Sequence[Table]:
        """Check the next leads, and the duplicate keys of their text.

        Args:
            leads: the leads, decoded from ``text``.
            text: a JSON array.

        Returns:
            The leads as tables.
        """
        tables = lead_tables(leads)
        if duplicates := duplicate_keys(text, leads, tables):
            for index, lead in enumerate(leads):
                self.add(lead, duplicates.get(index, ()))
        else:
            self.add_decoded(leads, tables)
        return tables

    def add_decoded(self, leads: Sequence[Any], tables: Sequence[Table] | None = None) -> None:
        """Check the next leads, which were decoded from JSON; faster than one by one if most are valid.

        Args:
            leads: the leads.
            tables: the leads as tables, if they have been made already.
        """
        if self._add_tables(lead_tables(leads) if tables is None else tables, len(leads)):
            return
        for start in range(0, len(leads), _BATCH_LEADS):
            batch = leads[start : start + _BATCH_LEADS]
            if not self._add_tables(lead_tables(batch), len(batch)):
                for lead in batch:
                    self.add(lead)

    def add_each(self, leads: Sequence[Any]) -> Mapping[int, Sequence[tuple[str, Path]]]:
        """Check the next leads, and return the rules that each of them breaks, each with the path.

        Args:
            leads: the leads, which were decoded from JSON.

        Returns:
            The rules by position of the lead in ``leads``, without the leads that break none.
        """
        start, self._broken_rules = self._index, {}
        self.add_decoded(leads)
        found, self._broken_rules = self._broken_rules, None
        return {index - start: rules for index, rules in found.items()}

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

    def _add_tables(self, tables: Sequence[Table], count: int) -> bool:
        """Check the next leads as tables; return ``False`` without checking any if that is impossible or slower."""
        if count < _MIN_LEADS_PER_TABLE * len(tables) or sum(len(table.rows) for table in tables) < count:
            return False
        if not all(map(self._is_valid_and_uniform, tables)):
            return False
        unique_keys = [rule.keys[0] for rule in self._contract.rules if rule.is_unique]
        columns = [table.columns[key] for key in unique_keys for table in tables if key in table.columns]
        if not self._state.ids.add_new(list(chain.from_iterable(columns))):
            return False
        disagreements = [entry for table in tables for entry in self._table_disagreements(table)]
        disagreements.sort(key=lambda entry: entry[0][0])  # the order of the leads
        broken: set[int] = set()
        for rows, disagreement in disagreements:
            self._count(disagreement, self._index + rows[0], len(rows))
            self._note(disagreement, [self._index + row for row in rows])
            if disagreement.severity(self._contract.profile) == "break":
                broken.update(rows)
        self.broken += len(broken)
        self._index += count
        return True

    def _is_valid_and_uniform(self, table: Table) -> bool:
        """Return whether the leads are valid by the schema and equal in the keys that cached rules read."""
        if not all(are_equal(table.columns[key]) for key in _REPEATED_KEYS if key in table.columns):
            return False
        changed = () if self._contract.overlay is None else self._contract.overlay.properties
        for key in (*unknown_keys(table.keys, self._state.properties), *changed):
            column = table.columns.get(key, ())
            is_nested = not _CONTAINERS.isdisjoint(map(type, column))
            if is_nested and any(True for value in column for _ in not_json({key: value})):
                return False
        if len(self._compiled_keys) < _MAX_COLUMN_VALIDATORS and len(table.rows) > _BATCH_LEADS:
            self._compiled_keys.add(table.keys)
        if table.keys in self._compiled_keys:
            return self._contract.columns_fit(table.keys, list(table.columns.values()))
        return self._contract.fit(table.leads)

    def _table_disagreements(self, table: Table) -> Iterator[tuple[Sequence[int], Disagreement]]:
        """Yield the rows and the disagreements of a table that is valid by the schema and has new identifiers."""
        self._prepare(table.leads[0])
        for rule, breaches in self._cached:
            yield from ((table.rows, disagreement) for disagreement in _disagreements_of(rule, breaches, set()))
        for rule in self._uncached:
            if rule.is_unique or rule.holds_in(table, self._state):
                continue
            for row, lead in zip(table.rows, table.leads, strict=True):
                breaches = rule.check(lead, self._state)
                yield from (((row,), disagreement) for disagreement in _disagreements_of(rule, breaches, set()))

    def _count_lead(self, disagreements: Iterable[Disagreement]) -> None:
        """Count the next lead and its disagreements."""
        is_broken = False
        for disagreement in disagreements:
            self._count(disagreement, self._index, 1)
            self._note(disagreement, [self._index])
            is_broken = is_broken or disagreement.severity(self._contract.profile) == "break"
        self.broken += is_broken
        self._index += 1

    def _count(self, disagreement: Disagreement, index: int, count: int) -> None:
        """Count a disagreement of ``count`` leads, of which ``index`` is the first."""
        key = disagreement.rule, finding_pointer(disagreement.path)
        first, first_index, previous = self._tally.get(key, (disagreement, index, 0))
        self._tally[key] = first, first_index, previous + count

    def _note(self, disagreement: Disagreement, indexes: Iterable[int]) -> None:
        """Note a disagreement of some leads if ``add_each`` returns it."""
        if self._broken_rules is not None:
            for index in indexes:
                self._broken_rules.setdefault(index, []).append((disagreement.rule, disagreement.path))

    def _prepare(self, lead: Lead) -> None:
        """Update what depends on the keys and the repeated values of a lead, unless they are those of the last lead."""
        keys = tuple(lead)
        cache_key = keys, *map(lead.get, _REPEATED_KEYS)
        if cache_key == self._cache_key:
            return
        state, profile = self._state, self._contract.profile
        state.keys = keys
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

    def _disagreements(self, lead: object) -> Iterator[Disagreement]:
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
            if _reads_none_of(rule, rejected):
                yield from _disagreements_of(rule, breaches, rejected)
        for rule in self._uncached:
            if _reads_none_of(rule, rejected):
                yield from _disagreements_of(rule, rule.check(lead, self._state), rejected)


def _disagreements_of(rule: Rule, breaches: Iterable[Breach], rejected: set[str | int]) -> Iterator[Disagreement]:
    """Yield the breaches of a rule as disagreements, except those at ``rejected`` keys."""
    for path, expected, got in breaches:
        if path[0] not in rejected:
            yield Disagreement(rule.name, path, expected, got, rule)


def _reads_none_of(rule: Rule, keys: set[str | int]) -> bool:
    return not any(key in rule.keys or ("field_" in rule.keys and FIELD.fullmatch(str(key))) for key in keys)
