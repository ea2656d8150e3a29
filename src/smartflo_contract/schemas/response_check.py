"""The check of one response: disagreements are counted, and become findings at the end.

Leads are checked as tables, which finds the leads that have a finding. Everything else about a finding comes from the
check of the first lead that has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from smartflo_contract.schemas.body_rules import BODY_RULES, DUPLICATE_KEY
from smartflo_contract.schemas.column_check import ColumnCheck, DeepNestingError, Occurrences
from smartflo_contract.schemas.contract_data import ContractData
from smartflo_contract.schemas.finding_builder import Disagreement, lead_finding
from smartflo_contract.schemas.findings import Finding
from smartflo_contract.schemas.json_pointer import finding_pointer
from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.lead_batch import LeadBatch
from smartflo_contract.schemas.lead_table import Table, lead_tables
from smartflo_contract.schemas.rules.rule import Identifiers, IdentifierSet, Lead, ResponseState
from smartflo_contract.schemas.single_check import SingleCheck

_ONCE: Final = BODY_RULES[DUPLICATE_KEY].expected
MIN_LEADS_PER_TABLE: Final = 4
"""Minimum average number of leads in a table; with fewer, checking them individually is faster."""
_MAX_SINGLE: Final = 0.25
"""Maximum share of leads that are checked individually among others."""


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
        self._single = SingleCheck(contract, self._state)
        self._columns = ColumnCheck(contract, self._state)
        self._tally: dict[tuple[str, str], tuple[Disagreement, int, int]] = {}
        self._index = 0
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
        disagreements += self._single.disagreements(lead)
        for disagreement in disagreements:
            key = disagreement.rule, finding_pointer(disagreement.path)
            first, first_index, count = self._tally.get(key, (disagreement, self._index, 0))
            self._tally[key] = first, first_index, count + 1
            self._note(disagreement.rule, disagreement.path, (0,))
        self.broken += any(map(self._is_break, disagreements))
        self._index += 1
        return [(disagreement.rule, disagreement.path) for disagreement in disagreements]

    def add_batch(self, batch: LeadBatch) -> None:
        """Check the next leads, and the duplicate keys of their text."""
        if batch.has_form:
            self._add_tables(batch.tables)
        else:
            self.add_decoded(batch.values, batch.tables, batch.duplicates)

    def add_decoded(
        self,
        leads: Sequence[Any],
        tables: Sequence[Table] | None = None,
        duplicates: Mapping[int, Sequence[Path]] | None = None,
    ) -> None:
        """Check the next leads, which were decoded from JSON; faster than one by one if many have the same keys.

        Args:
            leads: the leads.
            tables: the leads as tables, if they have been made already.
            duplicates: paths of the duplicate keys in their text, by index.
        """
        duplicates = duplicates or {}
        if len(leads) < MIN_LEADS_PER_TABLE:
            self._add_singly(leads, duplicates)
            return
        tables = lead_tables(leads) if tables is None else tables
        single = set(duplicates)
        if sum(len(table.rows) for table in tables) < len(leads):
            single.update(set(range(len(leads))).difference(*(table.rows for table in tables)))
        if not single and len(leads) >= MIN_LEADS_PER_TABLE * len(tables):
            try:
                self._add_tables(tables)
            except DeepNestingError as error:
                single = set(error.rows)
            else:
                return
        if not 0 < len(single) <= _MAX_SINGLE * len(leads):
            self._add_singly(leads, duplicates)
            return
        start = 0
        for row in sorted(single):
            self.add_decoded(leads[start:row])
            self.add(leads[row], duplicates.get(row, ()))
            start = row + 1
        self.add_decoded(leads[start:])

    def add_each(
        self, leads: Sequence[Any], tables: Sequence[Table] | None = None
    ) -> Mapping[int, Sequence[tuple[str, Path]]]:
        """Check the next leads, and return the rules that each of them breaks, each with the path.

        Args:
            leads: the leads, which were decoded from JSON.
            tables: the leads as tables, if they have been made already.

        Returns:
            The rules by position of the lead in ``leads``, without the leads that break none.
        """
        start, self._broken_rules = self._index, {}
        self.add_decoded(leads, tables)
        found, self._broken_rules = self._broken_rules, None
        return {index - start: rules for index, rules in found.items()}

    def passes(self, lead: Lead) -> bool:
        """Add the next lead, which is valid by the schema; return whether it has no finding of severity ``break``."""
        return self._single.passes(lead)

    def _add_singly(self, leads: Sequence[Any], duplicates: Mapping[int, Sequence[Path]]) -> None:
        for index, lead in enumerate(leads):
            self.add(lead, duplicates.get(index, ()))

    def _add_tables(self, tables: Sequence[Table]) -> None:
        """Check the next leads as tables.

        Raises:
            DeepNestingError: values are nested too deeply; no lead was added.
        """
        found = self._columns.occurrences(tables)
        for row in sorted({min(each.rows) for each in found if each.finding not in self._tally}):
            self._explain(row, tables, found)
        broken: set[int] = set()
        for each in found:
            disagreement, first, count = self._tally[each.finding]
            self._tally[each.finding] = disagreement, first, count + len(each.rows)
            self._note(each.rule, each.path, each.rows)
            if each.is_break:
                broken.update(each.rows)
        self.broken += len(broken)
        self._index += sum(len(table.rows) for table in tables)

    def _explain(self, row: int, tables: Sequence[Table], found: Sequence[Occurrences]) -> None:
        """Check a lead of tables individually, and keep what disagrees for the first time."""
        is_repeated = any(each.is_repeated_id and row in each.rows for each in found)
        ids = _AllIdentifiers() if is_repeated else IdentifierSet()
        state = ResponseState(self._state.properties, self._state.known_values, ids)
        first_rows = self._columns.first_rows
        state.list_id = self._state.list_id if first_rows.get("list_id", row) <= row else None
        state.columns = self._state.columns if first_rows.get("columns", row) <= row else None
        lead = next(table.leads[table.rows.index(row)] for table in tables if row in table.rows)
        for disagreement in SingleCheck(self._contract, state).disagreements(lead):
            key = disagreement.rule, finding_pointer(disagreement.path)
            self._tally.setdefault(key, (disagreement, self._index + row, 0))

    def _note(self, rule: str, path: Path, rows: Iterable[int]) -> None:
        """Note what some of the next leads break, by row, if ``add_each`` returns it."""
        if self._broken_rules is not None:
            for row in rows:
                self._broken_rules.setdefault(self._index + row, []).append((rule, path))

    def _is_break(self, disagreement: Disagreement) -> bool:
        return disagreement.severity(self._contract.profile) == "break"


class _AllIdentifiers(IdentifierSet):
    """Identifiers, each of which another lead has."""

    def __contains__(self, identifier: object) -> bool:
        """Whether another lead has an identifier."""
        return True
