"""The check of leads as tables: which leads disagree with the contract about what, without any detail.

It finds what the check of each lead finds, and is fast where the leads of a list have the same findings or none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from smartflo_contract.schemas.contract_data import ContractData
from smartflo_contract.schemas.json_pointer import finding_pointer
from smartflo_contract.schemas.json_values import Path, not_json
from smartflo_contract.schemas.lead_form import StructTable
from smartflo_contract.schemas.lead_format import column_names, unknown_keys
from smartflo_contract.schemas.lead_table import Table, are_equal
from smartflo_contract.schemas.rules.rule import Lead, ResponseState, Rule
from smartflo_contract.schemas.single_check import REPEATED_KEYS, reads_none_of
from smartflo_contract.schemas.validator import Violation

_Violations: TypeAlias = Sequence[Violation]
_CONTAINERS: Final = frozenset({dict, list})
_MAX_COLUMN_VALIDATORS: Final = 8
"""Maximum number of validators of all columns; compiling one takes as long as checking a thousand leads."""
_MIN_LEADS_OF_A_VALIDATOR: Final = 17
MAX_CACHED: Final = 1024
"""Maximum number of sets of keys, and of values of the repeated keys, of which results are kept."""
_pointer: Final = lru_cache(maxsize=MAX_CACHED)(finding_pointer)


class DeepNestingError(Exception):
    """Leads have values that are nested too deeply.

    Attributes:
        rows: the leads.
    """

    def __init__(self, rows: Iterable[int]) -> None:
        """Keep the leads."""
        super().__init__()
        self.rows = frozenset(rows)


class Occurrences(NamedTuple):
    """Where leads disagree with the contract about one thing.

    Attributes:
        rule: the rule, or the keyword of the schema.
        path: from a lead down to the value.
        is_break: whether the severity is ``break``.
        rows: indexes of the leads.
        is_repeated_id: whether the leads have an identifier that must be unique, and is not.
    """

    rule: str
    path: Path
    is_break: bool
    rows: Sequence[int]
    is_repeated_id: bool = False

    @property
    def finding(self) -> tuple[str, str]:
        """Rule and pointer, which all disagreements of one finding share."""
        return self.rule, _pointer(self.path)


class _Shape(NamedTuple):
    """What depends on the keys of leads alone.

    Attributes:
        missing: required keys that are missing.
        rules: rules that apply and read no missing key.
        nestable: keys whose values may be nested too deeply although the schema accepts them.
    """

    missing: frozenset[str]
    rules: Sequence[Rule]
    nestable: Sequence[str]


class _Part(NamedTuple):
    """A table, and what is wrong with single values.

    Attributes:
        table: the table.
        shape: what depends on its keys.
        rejected: by key and index in the table, the violations of the schema by a value.
    """

    table: Table
    shape: _Shape
    rejected: Mapping[str, Mapping[int, _Violations]]

    def ineligible(self, rule: Rule, *keys: str) -> set[int]:
        """Return the indexes of leads in which the schema rejects a key that a rule requires, or one of others."""
        return {
            index
            for key, rejected in self.rejected.items()
            if key in keys or not reads_none_of(rule, (key,))
            for index in rejected
        }

    def rows(self, indexes: Sequence[int] | range, without: set[int]) -> Sequence[int]:
        """Return the rows of some leads in the table."""
        rows = self.table.rows
        if not without and len(indexes) == len(rows):
            return rows
        return [rows[index] for index in indexes if index not in without]


class _Group(NamedTuple):
    """Leads of a table that are equal in what cached rules read of their values.

    Attributes:
        part: the table.
        indexes: indexes of the leads in the table.
        key: what the values have in common.
        values: the values of one of them.
    """

    part: _Part
    indexes: Sequence[int]
    key: tuple[object, ...]
    values: Lead


class ColumnCheck:
    """The check of leads as tables.

    Args:
        contract: the contract.
        state: what is known about the leads before.

    Attributes:
        first_rows: by attribute of the state that the last leads have set, the row of the lead that has set it.
    """

    def __init__(self, contract: ContractData, state: ResponseState) -> None:
        """Start before the first lead."""
        self._contract, self._state = contract, state
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._cached: dict[tuple[object, ...], list[tuple[Rule, Path]]] = {}
        self._compiled_keys: set[tuple[str, ...]] = set()
        self.first_rows: dict[str, int] = {}

    def occurrences(self, tables: Sequence[Table]) -> list[Occurrences]:
        """Check the next leads.

        Args:
            tables: the leads.

        Raises:
            DeepNestingError: values are nested too deeply; nothing was checked.
        """
        parts = [_Part(table, self._shape(table.keys), self._rejected(table)) for table in tables]
        self.first_rows = {}
        found = [occurrences for part in parts for occurrences in self._violations(part)]
        groups = (group for part in parts for group in _groups(part))
        found += [occurrences for group in groups for occurrences in self._cached_rules(group)]
        for rule in self._contract.rules:
            having = [part for part in parts if rule in part.shape.rules]
            if rule.is_unique or rule.is_sequential:
                found += self._sequential_rule(rule, having)
            elif not rule.is_cached:
                found += [occurrences for part in having for occurrences in self._rule(rule, part)]
        return found

    # --- the schema

    def _shape(self, keys: tuple[str, ...]) -> _Shape:
        shape = self._shapes.get(keys)
        if shape is None:
            shape = _shape(self._contract, keys, self._state.properties)
            if len(self._shapes) >= MAX_CACHED:
                self._shapes.clear()
            self._shapes[keys] = shape
        return shape

    def _rejected(self, table: Table) -> dict[str, dict[int, _Violations]]:
        """Return the violations of the schema by single values."""
        is_struct = isinstance(table, StructTable)
        if not is_struct:
            too_deep = [
                table.rows[index]
                for key in self._shape(table.keys).nestable
                for index in _too_deep(key, table.columns.get(key, ()))
            ]
            if too_deep:
                raise DeepNestingError(too_deep)
            if self._all_columns_fit(table):
                return {}
        rejected = {}
        for key in table.keys:
            if key in table.valid_keys:
                continue
            if isinstance(table, StructTable) and table.has_times(key):
                if self._contract.time_numbers_are_valid(key, list(table.time_strings(key))):
                    continue
            elif self._contract.column_is_valid(key, table.columns[key]):
                continue
            rejected[key] = self._violations_of_values(key, table)
        return rejected

    def _all_columns_fit(self, table: Table) -> bool:
        """Return whether all values are valid, and no required key is missing; ``False`` if that is not tried."""
        if len(self._compiled_keys) < _MAX_COLUMN_VALIDATORS and len(table.rows) >= _MIN_LEADS_OF_A_VALIDATOR:
            self._compiled_keys.add(table.keys)
        if table.keys not in self._compiled_keys:
            return False
        return self._contract.columns_fit(table.keys, list(table.columns.values()))

    def _violations_of_values(self, key: str, table: Table) -> dict[int, _Violations]:
        """Return the violations by the values of a key, by index."""
        rejected: dict[int, _Violations] = {}
        known: dict[tuple[type, object], _Violations] = {}
        too_deep: list[int] = []
        for index, value in enumerate(table.columns[key]):
            kind = type(value)
            if kind in _CONTAINERS:
                if self._contract.column_is_valid(key, [value]):
                    continue
                if any(True for _ in not_json({key: value})):
                    too_deep.append(table.rows[index])
                    continue
                violations: _Violations | None = self._contract.key_violations(key, value)
            elif (violations := known.get((kind, value))) is None:
                is_valid = self._contract.column_is_valid(key, [value])
                violations = known[kind, value] = () if is_valid else self._contract.key_violations(key, value)
            if violations:
                rejected[index] = violations
        if too_deep:
            raise DeepNestingError(too_deep)
        return rejected

    def _violations(self, part: _Part) -> Iterator[Occurrences]:
        """Yield where the schema is violated."""
        for key in part.shape.missing:
            yield Occurrences("required", (key,), is_break=True, rows=part.table.rows)
        for rejected in part.rejected.values():
            rows: dict[tuple[str, Path], list[int]] = {}
            for index, violations in rejected.items():
                for violation in violations:
                    rows.setdefault((violation.keyword, violation.path), []).append(part.table.rows[index])
            for (keyword, path), found in rows.items():
                yield Occurrences(keyword, path, is_break=True, rows=found)

    # --- rules

    def _occurrences(self, rule: Rule, path: Path, rows: Sequence[int]) -> Occurrences:
        is_break = rule.severity[self._contract.profile] == "break"
        return Occurrences(rule.name, path, is_break, rows, rule.is_unique)

    def _cached_rules(self, group: _Group) -> Iterator[Occurrences]:
        """Yield where cached rules are broken in leads of one group."""
        part, keys = group.part, group.part.table.keys
        found = self._cached.get((keys, *group.key))
        if found is None:
            self._state.keys = keys
            lead = {key: group.values.get(key) for key in keys}
            rules = [rule for rule in part.shape.rules if rule.is_cached and not rule.is_sequential]
            found = [(rule, breach.path) for rule in rules for breach in rule.check(lead, self._state)]
            if len(self._cached) >= MAX_CACHED:
                self._cached.clear()
            self._cached[keys, *group.key] = found
        for rule, path in found:
            without = part.ineligible(rule, str(path[0])) if part.rejected else set()
            if rows := part.rows(group.indexes, without):
                yield self._occurrences(rule, path, rows)

    def _rule(self, rule: Rule, part: _Part) -> Iterator[Occurrences]:
        """Yield where leads of a table break a rule that depends on nothing but the lead."""
        state, table = self._state, part.table
        state.keys = table.keys
        if rule.holds_in(table, state):
            return
        without = part.ineligible(rule)
        suspects: Iterable[int] = [index for index in range(len(table.rows)) if index not in without]
        if part.rejected:  # the others may be fine
            doubtful = without if rule.keys else {index for rejected in part.rejected.values() for index in rejected}
            rest = table.without(doubtful)
            if rest is None or rule.holds_in(rest, state):
                suspects = doubtful - without
        rows: dict[Path, list[int]] = {}
        for index, lead in self._leads(rule, table, suspects):
            for breach in rule.check(lead, state):
                key = breach.path[0]
                if key not in part.shape.missing and index not in part.rejected.get(str(key), ()):
                    rows.setdefault(breach.path, []).append(table.rows[index])
        yield from (self._occurrences(rule, path, found) for path, found in rows.items())

    def _leads(self, rule: Rule, table: Table, indexes: Iterable[int]) -> Iterator[tuple[int, Lead]]:
        """Yield the index and what a rule reads of some leads of a table."""
        keys = rule.keys or (rule.optional_keys and (*rule.optional_keys, *self._state.known_values))
        if not keys or "field_" in keys:
            for index in indexes:
                yield index, table.lead(index)
        else:
            columns = {key: table.columns[key] for key in keys if key in table.columns}
            for index in indexes:
                yield index, {key: column[index] for key, column in columns.items()}

    def _sequential_rule(self, rule: Rule, parts: Sequence[_Part]) -> Iterator[Occurrences]:
        """Yield where leads break a rule that depends on the leads before."""
        state = self._state
        without = [part.ineligible(rule) if part.rejected else set[int]() for part in parts]
        list_id, columns = state.list_id, state.columns
        if self._surely_holds(rule, parts, without):
            if list_id is None and state.list_id is not None:
                self.first_rows["list_id"] = parts[0].table.rows[0]
            if columns is None and state.columns is not None:
                self.first_rows["columns"] = parts[0].table.rows[0]
            return
        leads = _leads_in_order(rule, parts, without)
        rows: dict[Path, list[int]] = {}
        for row, lead, is_eligible in leads:
            for breach in rule.check(lead, state):
                if is_eligible:
                    rows.setdefault(breach.path, []).append(row)
            if list_id is None and state.list_id is not None:
                self.first_rows.setdefault("list_id", row)
            if columns is None and state.columns is not None:
                self.first_rows.setdefault("columns", row)
        yield from (self._occurrences(rule, path, found) for path, found in rows.items())

    def _surely_holds(self, rule: Rule, parts: Sequence[_Part], without: Sequence[set[int]]) -> bool:
        """Return whether surely no lead breaks a rule that depends on the leads before; add the identifiers if so."""
        if not rule.is_unique:
            return len(parts) == 1 and not without[0] and rule.holds_in(parts[0].table, self._state)
        (key,) = rule.keys
        columns = [part.table.columns[key] for part in parts]
        if len(parts) == 1 and not without[0]:
            return self._state.ids.add_new(columns[0])
        identifiers = [
            identifier
            for column, left_out in zip(columns, without, strict=True)
            for index, identifier in enumerate(column)
            if index not in left_out
        ]
        return self._state.ids.add_new(identifiers)


def _leads_in_order(rule: Rule, parts: Sequence[_Part], without: Sequence[set[int]]) -> list[tuple[int, Lead, bool]]:
    """Return row and values of leads that a rule reads, and whether it is applied to them.

    A cached rule also learns from other leads.
    """
    leads: list[tuple[int, Lead, bool]] = []
    for part, left_out in zip(parts, without, strict=True):
        columns = [part.table.columns[key] for key in rule.keys]
        values = map(dict, map(zip, repeat(rule.keys), zip(*columns, strict=True)))
        leads += [
            (row, lead, index not in left_out)
            for index, (row, lead) in enumerate(zip(part.table.rows, values, strict=True))
            if rule.is_cached or index not in left_out
        ]
    return sorted(leads, key=itemgetter(0)) if len(parts) > 1 else leads


def _shape(contract: ContractData, keys: tuple[str, ...], properties: frozenset[str]) -> _Shape:
    missing = frozenset(contract.lead["required"]).difference(keys)
    rules = [
        rule
        for rule in contract.rules
        if all(key in keys for key in rule.keys if key != "field_") and reads_none_of(rule, missing)
    ]
    changed = () if contract.overlay is None else contract.overlay.properties
    return _Shape(missing, rules, (*unknown_keys(keys, properties), *changed))


def _too_deep(key: str, column: Sequence[object]) -> list[int]:
    """Return the indexes of the values of a key that are nested too deeply."""
    if _CONTAINERS.isdisjoint(map(type, column)):
        return []
    return [index for index, value in enumerate(column) if any(True for _ in not_json({key: value}))]


def _groups(part: _Part) -> Iterator[_Group]:
    """Yield groups of leads that are equal in what cached rules read of their values."""
    table = part.table
    columns = {key: table.columns[key] for key in REPEATED_KEYS if key in table.columns}
    if all(map(are_equal, columns.values())):
        values = {key: column[0] for key, column in columns.items()}
        yield _Group(part, range(len(table.rows)), _group_key(values), values)
        return
    leads = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, key in enumerate(map(_group_key, leads)):
        groups.setdefault(key, []).append(index)
    for key, indexes in groups.items():
        yield _Group(part, indexes, key, leads[indexes[0]])


def _group_key(values: Lead) -> tuple[object, ...]:
    """Return what cached rules read of values: of the columns their number, and the rest verbatim."""
    header, sensitive = map(values.get, REPEATED_KEYS)
    names = column_names(header)
    return type(header), None if names is None else len(names), sensitive if type(sensitive) is str else repr(sensitive)
