"""The check of one response, lead by lead: breaches are tallied, and become findings at the end."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from smartflo_contract.schemas.body_rules import BODY_RULES, DUPLICATE_KEY, NOT_JSON
from smartflo_contract.schemas.contract_data import ContractData
from smartflo_contract.schemas.duplicate_keys import duplicate_keys
from smartflo_contract.schemas.finding_builder import (
    Disagreement,
    disagreement_of,
    lead_finding,
)
from smartflo_contract.schemas.findings import Finding
from smartflo_contract.schemas.json_pointer import finding_pointer
from smartflo_contract.schemas.json_values import MAX_DEPTH, Path, is_portable, not_json
from smartflo_contract.schemas.lead_format import FIELD, unknown_keys
from smartflo_contract.schemas.lead_table import Table, are_equal, lead_tables
from smartflo_contract.schemas.rules.rule import Breach, Identifiers, Lead, LeadCheck, ResponseState, Rule

_JSON_VALUE: Final = f"a value that JSON can say, nested at most {MAX_DEPTH} deep"
_CACHED_KEYS: Final = ("header", "sensitive_field_map")
"""Keys of texts that are the same in most leads of a list."""
_CONTAINERS: Final = frozenset({dict, list})
_BATCH_LEADS: Final = 16
"""Leads that are checked at once where more cannot be."""
_MIN_LEADS_PER_TABLE: Final = 8
"""Leads of a table, on the average: with fewer, one by one is quicker."""
_MAX_COLUMN_VALIDATORS: Final = 8
"""Orders of keys for which a validator of columns is made, which takes as long as a thousand leads."""


class ResponseCheck:
    """The check of one response body.

    Give it every lead in its order by :meth:`add`; memory grows with the number of different
    breaches and with the identifiers seen, not with the size of the leads.

    Args:
        contract: the contract.
        ids: keeps the identifiers that have been seen; a set unless given.

    Attributes:
        broken: how many leads have a finding of severity ``break``.
    """

    def __init__(self, contract: ContractData, ids: Identifiers | None = None) -> None:
        """Start with no lead state."""
        self.broken = 0
        self._contract = contract
        self._state = ResponseState(frozenset(contract.lead["properties"]), contract.known_values, ids)
        self._tally: dict[tuple[str, str], tuple[Disagreement, int, int]] = {}
        self._index = 0
        self._cache_key: tuple[object, ...] = ()
        self._cached: list[tuple[Rule, Iterable[Breach]]] = []
        self._uncached: list[Rule] = []
        self._passes = False
        self._open = contract.overlay is not None
        self._shapes: set[tuple[str, ...]] = set()
        self._breaking: list[LeadCheck] = []

    def add(self, lead: object, duplicates: Iterable[Path] = ()) -> list[tuple[str, Path]]:
        """Check the next lead, and return the rules that it breaks, each with the place.

        Args:
            lead: the lead.
            duplicates: keys that stood once more in the text of the lead.
        """
        found = [
            Disagreement(DUPLICATE_KEY, path, BODY_RULES[DUPLICATE_KEY].expected, None, None) for path in duplicates
        ]
        found += self._disagreements(lead)
        self._count(found)
        return [(breach.rule, breach.path) for breach in found]

    def add_batch(self, leads: Sequence[Any], text: bytes) -> Sequence[Table]:
        """Check the next leads, with the duplicate keys of their text.

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
        """Check the next leads, which were decoded from JSON: as one by one, but quicker where nearly all are fine.

        Args:
            leads: the leads.
            tables: their tables, where there are some already.
        """
        if self._add_tables(lead_tables(leads) if tables is None else tables, len(leads)):
            return
        for start in range(0, len(leads), _BATCH_LEADS):
            few = leads[start : start + _BATCH_LEADS]
            if not self._add_tables(lead_tables(few), len(few)):
                for lead in few:
                    self.add(lead)

    def _add_tables(self, tables: Sequence[Table], count: int) -> bool:
        """Check the next leads as tables; ``False``, and none is checked, where that cannot be done."""
        if count < _MIN_LEADS_PER_TABLE * len(tables) or sum(len(table.rows) for table in tables) < count:
            return False
        if not all(map(self._is_plain, tables)):
            return False
        identifying = [rule.keys[0] for rule in self._contract.rules if rule.is_unique]
        columns = [table.columns[key] for key in identifying for table in tables if key in table.columns]
        if not self._state.ids.add_new(list(chain.from_iterable(columns))):
            return False
        found = [breach for table in tables for breach in self._of_table(table)]
        found.sort(key=lambda one: one[0][0])  # as one by one
        broken: set[int] = set()
        for rows, breach in found:
            self._note(breach, self._index + rows[0], len(rows))
            if breach.severity(self._contract.profile) == "break":
                broken.update(rows)
        self.broken += len(broken)
        self._index += count
        return True

    def _of_table(self, table: Table) -> Iterator[tuple[Sequence[int], Disagreement]]:
        """Yield what disagrees in a table that fits the schema and whose identifiers are new, and in which rows."""
        self._look_at(table.leads[0])
        for rule, breaches in self._cached:
            yield from ((table.rows, breach) for breach in _of_rule(rule, breaches, set()))
        for rule in self._uncached:
            if rule.is_unique or rule.holds_in(table, self._state):
                continue
            for row, lead in zip(table.rows, table.leads, strict=True):
                yield from (((row,), breach) for breach in _of_rule(rule, rule.check(lead, self._state), set()))

    def _is_plain(self, table: Table) -> bool:
        """Whether the leads of a table fit the schema, and what is said of one for its keys and lists holds for all."""
        if not all(are_equal(table.columns[key]) for key in _CACHED_KEYS if key in table.columns):
            return False
        spoken = () if self._contract.overlay is None else self._contract.overlay.properties
        for key in (*unknown_keys(table.keys, self._state.properties), *spoken):
            column = table.columns.get(key, ())
            nested = not _CONTAINERS.isdisjoint(map(type, column))
            if nested and any(True for value in column for _ in not_json({key: value})):
                return False
        if len(self._shapes) < _MAX_COLUMN_VALIDATORS and len(table.rows) > _BATCH_LEADS:
            self._shapes.add(table.keys)
        if table.keys in self._shapes:
            return self._contract.columns_fit(table.keys, list(table.columns.values()))
        return self._contract.fit(table.leads)

    def _count(self, found: Iterable[Disagreement]) -> None:
        """Count what disagrees of the next lead."""
        broken = False
        for breach in found:
            self._note(breach, self._index, 1)
            broken = broken or breach.severity(self._contract.profile) == "break"
        self.broken += broken
        self._index += 1

    def _note(self, breach: Disagreement, index: int, count: int) -> None:
        """Count a breach that has occurred in some leads, of which the first one is told."""
        key = breach.rule, finding_pointer(breach.path)
        first, at, before = self._tally.get(key, (breach, index, 0))
        self._tally[key] = first, at, before + count

    def passes(self, lead: Lead) -> bool:
        """Take the next lead, which fits the schema; tell whether it has no finding of severity ``break``."""
        self._look_at(lead)
        if not self._passes or not is_portable(lead) or (self._open and any(True for _ in not_json(lead))):
            return False
        for check in self._breaking:  # noqa: SIM110  # a generator would cost as much as a rule
            if check(lead, self._state):
                return False
        return True

    def findings(self) -> tuple[Finding, ...]:
        """Return the findings so far, worst first."""
        found = [lead_finding(self._contract, *entry) for entry in self._tally.values()]
        return tuple(sorted(found, key=lambda finding: finding.rank))

    @property
    def leads(self) -> int:
        """How many leads have been checked."""
        return self._index

    @property
    def list_id(self) -> object:
        """The first ``list_id``; ``None`` for none."""
        return self._state.list_id

    def _look_at(self, lead: Lead) -> None:
        """Bring up to date what repeats from lead to lead: the keys, and the rules over texts that repeat."""
        keys = tuple(lead)
        repeated = keys, *map(lead.get, _CACHED_KEYS)
        if repeated == self._cache_key:
            return
        state, profile = self._state, self._contract.profile
        state.keys = keys
        readable = [rule for rule in self._contract.rules if all(key in lead for key in rule.keys if key != "field_")]
        self._cache_key = repeated
        # A float that JSON cannot say hides only where the schema lets numbers in.
        self._open = self._contract.overlay is not None or bool(unknown_keys(keys, state.properties))
        self._cached = [(rule, rule.check(lead, state)) for rule in readable if rule.is_cached]
        self._uncached = [rule for rule in readable if not rule.is_cached]
        self._breaking = [rule.check for rule in self._uncached if rule.severity[profile] == "break"]
        self._passes = not any(breaches for rule, breaches in self._cached if rule.severity[profile] == "break")

    def _disagreements(self, lead: object) -> Iterator[Disagreement]:
        refused: set[str | int] = set()
        unreadable: list[tuple[Path, object]] = []
        fits = is_portable(lead) and self._fits(lead)
        if fits and isinstance(lead, dict):
            self._look_at(lead)
        if not fits or self._open:
            unreadable = list(not_json(lead))
            yield from (Disagreement(NOT_JSON, path, _JSON_VALUE, value, None) for path, value in unreadable)
            refused = {path[0] for path, _ in unreadable if path}
        if not isinstance(lead, dict):
            if not fits and not unreadable:
                yield from self._violations(lead, refused)
            return
        if refused:
            lead = {key: value for key, value in lead.items() if refused.isdisjoint({key, repr(key)})}
        if refused or not fits:
            yield from self._violations(lead, refused)
            self._look_at(lead)
        yield from self._of_rules(lead, refused)

    def _of_rules(self, lead: Lead, refused: set[str | int]) -> Iterator[Disagreement]:
        """Yield what the rules refuse that read none of the keys already ``refused``."""
        for rule, breaches in self._cached:
            if _reads_none_of(rule, refused):
                yield from _of_rule(rule, breaches, refused)
        for rule in self._uncached:
            if _reads_none_of(rule, refused):
                yield from _of_rule(rule, rule.check(lead, self._state), refused)

    def _fits(self, lead: object) -> bool:
        try:
            return self._contract.lead_validator.is_valid(lead)
        except ValueError:  # a value of a type that the validator does not know
            return False

    def _violations(self, lead: object, refused: set[str | int]) -> Iterator[Disagreement]:
        """Yield what the schema refuses, but for keys already ``refused``; add those keys."""
        found = [
            violation
            for violation in self._contract.lead_validator.violations(lead)
            if not (violation.path and violation.path[0] in refused)
        ]
        for violation in found:
            yield disagreement_of(self._contract, lead, violation)
        refused.update(violation.path[0] for violation in found if violation.path)


def _of_rule(rule: Rule, breaches: Iterable[Breach], refused: set[str | int]) -> Iterator[Disagreement]:
    """Yield the breaches that a rule found, but for keys already ``refused``."""
    for path, expected, got in breaches:
        if path[0] not in refused:
            yield Disagreement(rule.name, path, expected, got, rule)


def _reads_none_of(rule: Rule, refused: set[str | int]) -> bool:
    return not any(key in rule.keys or ("field_" in rule.keys and FIELD.fullmatch(str(key))) for key in refused)
