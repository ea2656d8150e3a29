"""The check of one response, lead by lead: breaches are tallied, and become findings at the end."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from smartflo_contract.schemas.contradictions import CONTRADICTIONS
from smartflo_contract.schemas.describe import describe
from smartflo_contract.schemas.engine import Violation, look_up, violations
from smartflo_contract.schemas.errors import ContractError
from smartflo_contract.schemas.findings import Finding, Severity, masked
from smartflo_contract.schemas.json_pointer import finding_pointer
from smartflo_contract.schemas.json_values import DEEPEST, Path, is_portable, not_json
from smartflo_contract.schemas.lead_format import FIELD, unknown_keys
from smartflo_contract.schemas.lead_table import Table, holds, is_same, tables
from smartflo_contract.schemas.profiles import PROFILES, plain_schema
from smartflo_contract.schemas.rules import ABSENT, Breach, Identifiers, Lead, Rule, Seen

if TYPE_CHECKING:
    from smartflo_contract.schemas.contract import Contract

NOT_JSON: Final = "not-json"
_JSON_VALUE: Final = f"a value that JSON can say, nested at most {DEEPEST} deep"
_REPEATED: Final = ("header", "sensitive_field_map")
"""Keys of texts that are the same in most leads of a list."""
_CONTAINERS: Final = frozenset({dict, list})
_FEW: Final = 16
"""Leads that are checked at once where more cannot be."""
_LEAST: Final = 8
"""Leads of a table, on the average: with fewer, one by one is quicker."""
_MOST_SHAPES: Final = 8
"""Orders of keys for which a validator of columns is made, which takes as long as a thousand leads."""
_PRESENCE: Final = frozenset({"required", "additionalProperties"})
_ABOUT_PRESENCE: Final = frozenset({"undocumented-keys", "field-count"})
RFC_8259: Final = {"assumed": "RFC 8259, the definition of JSON"}
BARE_ARRAY: Final = {"sample": "leads page, sample response", "observed": "public clients iterate the top level"}

DUPLICATE_KEY: Final = "duplicate-key"
ONCE: Final = "each key of an object once"
AGAIN: Final = "the same key once more"


class _Disagreement(NamedTuple):
    """One place where a lead disagrees with the contract, whoever found it."""

    rule: str
    path: Path
    expected: str
    got: object
    cause: Rule | Violation | None


class Check:
    """The check of one response body.

    Give it every lead in its order by :meth:`add`; memory grows with the number of different
    breaches and with the identifiers seen, not with the size of the leads.

    Args:
        contract: the contract.
        ids: keeps the identifiers that have been seen; a set unless given.

    Attributes:
        broken: how many leads have a finding of severity ``break``.
    """

    def __init__(self, contract: "Contract", ids: Identifiers | None = None) -> None:
        """Start with no lead seen."""
        self.broken = 0
        self._contract = contract
        self._seen = Seen(frozenset(contract.lead["properties"]), contract.known_values, ids)
        self._tally: dict[tuple[str, str], tuple[_Disagreement, int, int]] = {}
        self._index = 0
        self._repeated: tuple[object, ...] = ()
        self._repeating: list[tuple[Rule, Iterable[Breach]]] = []
        self._others: list[Rule] = []
        self._passes = False
        self._open = contract.overlay is not None
        self._shapes: set[tuple[str, ...]] = set()
        self._breaking: list[Callable[[Lead, Seen], Iterable[Breach]]] = []

    def add(self, lead: object, duplicates: Iterable[Path] = ()) -> list[tuple[str, Path]]:
        """Check the next lead, and return the rules that it breaks, each with the place.

        Args:
            lead: the lead.
            duplicates: keys that stood once more in the text of the lead.
        """
        found = [_Disagreement(DUPLICATE_KEY, path, ONCE, None, None) for path in duplicates]
        found += self._disagreements(lead)
        self._count(found)
        return [(breach.rule, breach.path) for breach in found]

    def add_decoded(self, leads: Sequence[Any], by_keys: Sequence[Table] | None = None) -> None:
        """Check the next leads, which were decoded from JSON: as one by one, but quicker where nearly all are fine.

        Args:
            leads: the leads.
            by_keys: their tables, where there are some already.
        """
        if self._add_tables(tables(leads) if by_keys is None else by_keys, len(leads)):
            return
        for start in range(0, len(leads), _FEW):
            few = leads[start : start + _FEW]
            if not self._add_tables(tables(few), len(few)):
                for lead in few:
                    self.add(lead)

    def _add_tables(self, by_keys: Sequence[Table], count: int) -> bool:
        """Check the next leads as tables; ``False``, and none is checked, where that cannot be done."""
        if count < _LEAST * len(by_keys) or sum(len(table.rows) for table in by_keys) < count:
            return False
        if not all(map(self._is_plain, by_keys)):
            return False
        identifying = [rule.keys[0] for rule in self._contract.rules if rule.identifies]
        columns = [table.columns[key] for key in identifying for table in by_keys if key in table.columns]
        if not self._seen.ids.add_new(list(chain.from_iterable(columns))):
            return False
        found = [breach for table in by_keys for breach in self._of_table(table)]
        found.sort(key=lambda one: one[0][0])  # as one by one
        broken: set[int] = set()
        for rows, breach in found:
            self._note(breach, self._index + rows[0], len(rows))
            if self._severity(breach) == "break":
                broken.update(rows)
        self.broken += len(broken)
        self._index += count
        return True

    def _of_table(self, table: Table) -> Iterator[tuple[Sequence[int], _Disagreement]]:
        """Yield what disagrees in a table that fits the schema and whose identifiers are new, and in which rows."""
        self._look_at(table.leads[0])
        for rule, breaches in self._repeating:
            yield from ((table.rows, breach) for breach in _of_rule(rule, breaches, set()))
        for rule in self._others:
            if rule.identifies or holds(rule, table, self._seen):
                continue
            for row, lead in zip(table.rows, table.leads, strict=True):
                yield from (((row,), breach) for breach in _of_rule(rule, rule.check(lead, self._seen), set()))

    def _is_plain(self, table: Table) -> bool:
        """Whether the leads of a table fit the schema, and what is said of one for its keys and lists holds for all."""
        if not all(is_same(table.columns[key]) for key in _REPEATED if key in table.columns):
            return False
        spoken = () if self._contract.overlay is None else self._contract.overlay.properties
        for key in (*unknown_keys(table.keys, self._seen.properties), *spoken):
            column = table.columns.get(key, ())
            nested = not _CONTAINERS.isdisjoint(map(type, column))
            if nested and any(True for value in column for _ in not_json({key: value})):
                return False
        if len(self._shapes) < _MOST_SHAPES and len(table.rows) > _FEW:
            self._shapes.add(table.keys)
        if table.keys in self._shapes:
            return self._contract.columns_fit(table.keys, list(table.columns.values()))
        return self._contract.fits(table.leads)

    def _count(self, found: Iterable[_Disagreement]) -> None:
        """Count what disagrees of the next lead."""
        broken = False
        for breach in found:
            self._note(breach, self._index, 1)
            broken = broken or self._severity(breach) == "break"
        self.broken += broken
        self._index += 1

    def _note(self, breach: _Disagreement, index: int, count: int) -> None:
        """Count a breach that has occurred in some leads, of which the first one is told."""
        key = breach.rule, finding_pointer(breach.path)
        first, at, before = self._tally.get(key, (breach, index, 0))
        self._tally[key] = first, at, before + count

    def _severity(self, breach: _Disagreement) -> Severity:
        return breach.cause.severity[self._contract.profile] if isinstance(breach.cause, Rule) else "break"

    def passes(self, lead: Lead) -> bool:
        """Take the next lead, which fits the schema; tell whether it has no finding of severity ``break``."""
        self._look_at(lead)
        if not self._passes or not is_portable(lead) or (self._open and any(True for _ in not_json(lead))):
            return False
        for check in self._breaking:  # noqa: SIM110  # a generator would cost as much as a rule
            if check(lead, self._seen):
                return False
        return True

    def findings(self) -> tuple[Finding, ...]:
        """Return the findings so far, worst first."""
        found = [self._finding(*entry) for entry in self._tally.values()]
        return tuple(sorted(found, key=lambda finding: finding.rank))

    @property
    def leads(self) -> int:
        """How many leads have been checked."""
        return self._index

    @property
    def list_id(self) -> object:
        """The first ``list_id``; ``None`` for none."""
        return self._seen.list_id

    def _look_at(self, lead: Lead) -> None:
        """Bring up to date what repeats from lead to lead: the keys, and the rules over texts that repeat."""
        keys = tuple(lead)
        repeated = keys, *map(lead.get, _REPEATED)
        if repeated == self._repeated:
            return
        seen, profile = self._seen, self._contract.profile
        seen.keys = keys
        readable = [rule for rule in self._contract.rules if all(key in lead for key in rule.keys if key != "field_")]
        self._repeated = repeated
        # A float that JSON cannot say hides only where the schema lets numbers in.
        self._open = self._contract.overlay is not None or bool(unknown_keys(keys, seen.properties))
        self._repeating = [(rule, rule.check(lead, seen)) for rule in readable if rule.repeats]
        self._others = [rule for rule in readable if not rule.repeats]
        self._breaking = [rule.check for rule in self._others if rule.severity[profile] == "break"]
        self._passes = not any(breaches for rule, breaches in self._repeating if rule.severity[profile] == "break")

    def _disagreements(self, lead: object) -> Iterator[_Disagreement]:
        refused: set[str | int] = set()
        unreadable: list[tuple[Path, object]] = []
        fits = is_portable(lead) and self._fits(lead)
        if fits and isinstance(lead, dict):
            self._look_at(lead)
        if not fits or self._open:
            unreadable = list(not_json(lead))
            yield from (_Disagreement(NOT_JSON, path, _JSON_VALUE, value, None) for path, value in unreadable)
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

    def _of_rules(self, lead: Lead, refused: set[str | int]) -> Iterator[_Disagreement]:
        """Yield what the rules refuse that read none of the keys already ``refused``."""
        for rule, breaches in self._repeating:
            if _reads_none_of(rule, refused):
                yield from _of_rule(rule, breaches, refused)
        for rule in self._others:
            if _reads_none_of(rule, refused):
                yield from _of_rule(rule, rule.check(lead, self._seen), refused)

    def _fits(self, lead: object) -> bool:
        try:
            return self._contract.validator.is_valid(lead)
        except ValueError:  # a value of a type that the validator does not know
            return False

    def _violations(self, lead: object, refused: set[str | int]) -> Iterator[_Disagreement]:
        """Yield what the schema refuses, but for keys already ``refused``; add those keys."""
        found = [
            violation
            for violation in violations(self._contract.validator, lead)
            if not (violation.path and violation.path[0] in refused)
        ]
        for violation in found:
            yield _Disagreement(
                violation.keyword, violation.path, self._expected(violation), _got(lead, violation), violation
            )
        refused.update(violation.path[0] for violation in found if violation.path)

    def _expected(self, violation: Violation) -> str:
        schema = look_up(self._contract.fast, violation.schema_path[:-1])
        key = violation.path[-1] if violation.path else ""
        if violation.keyword == "additionalProperties":
            return "no key beside those of the contract"
        if violation.keyword == "required":
            below: Any = schema.get("properties", {})
            at_top = len(violation.path) == 1
            wanted = below.get(key) or (self._contract.schema_of(str(key)) if at_top else {})
            return f"the required key, {describe(wanted)}"
        return describe(schema)

    def _finding(self, breach: _Disagreement, first: int, count: int) -> Finding:
        key = str(breach.path[0]) if breach.path else ""
        cause = breach.cause
        known = self._property(key)
        got = "nothing" if breach.got is ABSENT else masked(breach.got, personal=known.get("x-personal", not known))
        if breach.rule == DUPLICATE_KEY:
            got = AGAIN
        place: dict[str, Any] = {"pointer": finding_pointer(breach.path), "count": count, "first": first}
        said: dict[str, Any] = {"rule": breach.rule, "expected": breach.expected, "got": got}
        if isinstance(cause, Rule):
            return Finding(
                **place,
                **said,
                severity=cause.severity[self._contract.profile],
                message=f"expected {breach.expected}, got {got} (rule: {cause.claim})",
                evidence=cause.evidence,
                profiles=tuple(cause.severity),
                contradiction=cause.contradiction,
            )
        whole: Mapping[str, str] = self._contract.lead["x-evidence"]
        return Finding(
            **place,
            **said,
            severity="break",
            message=f"expected {breach.expected}, got {got}",
            evidence=RFC_8259 if cause is None else known.get("x-evidence", whole),
            profiles=PROFILES if cause is None else self._profiles(cause, key),
            contradiction=None if cause is None else _contradiction(cause, key, known),
        )

    def _property(self, key: str) -> dict[str, Any]:
        try:
            return self._contract.schema_of(key)
        except ContractError:
            return {}

    def _profiles(self, violation: Violation, key: str) -> tuple[str, ...]:
        """Return the profiles that refuse the same thing for the same reason."""
        nested = len(violation.path) > 1
        contracts = {profile: self._contract.under(profile) for profile in PROFILES}
        claims = {
            profile: _nested_claim(contract, violation) if nested else _claim(contract, violation.keyword, key)
            for profile, contract in contracts.items()
            if contract is not None
        }
        return tuple(profile for profile, claim in claims.items() if claim == claims[self._contract.profile])


def of_body(rule: str, expected: str, got: str, *, evidence: dict[str, str] | None = None) -> Finding:
    """Return the finding about a body that is no lead list as a whole."""
    return Finding(
        rule=rule,
        severity="break",
        pointer="",
        message=f"expected {expected}, got {got}",
        expected=expected,
        got=got,
        evidence=BARE_ARRAY if evidence is None else evidence,
        profiles=PROFILES,
        count=1,
        first=None,
    )


def not_json_body(error: ValueError) -> Finding:
    """Return the finding about a text that is not JSON; the parser's message gives the position."""
    reason = str(error).partition(": ")
    return of_body(NOT_JSON, "JSON", f"text that is not JSON: {reason[0]}, {reason[2]}", evidence=RFC_8259)


def _of_rule(rule: Rule, breaches: Iterable[Breach], refused: set[str | int]) -> Iterator[_Disagreement]:
    """Yield the breaches that a rule found, but for keys already ``refused``."""
    for path, expected, got in breaches:
        if path[0] not in refused:
            yield _Disagreement(rule.name, path, expected, got, rule)


def _reads_none_of(rule: Rule, refused: set[str | int]) -> bool:
    return not any(key in rule.keys or ("field_" in rule.keys and FIELD.fullmatch(str(key))) for key in refused)


def _got(lead: object, violation: Violation) -> object:
    return ABSENT if violation.keyword == "required" else look_up(lead, violation.path)


@cache
def _contradictions_about(key: str) -> list[str]:
    name = f"/*/{'field_N' if FIELD.fullmatch(key) else key}"
    return [entry.id for entry in CONTRADICTIONS if entry.shows_in_values and name in entry.pointers]


def _contradiction(violation: Violation, key: str, known: dict[str, Any]) -> str | None:
    if violation.keyword in _PRESENCE and len(violation.path) == 1:
        return next((name for name in _contradictions_about(key) if name in _ABOUT_PRESENCE), None)
    return known.get("x-contradiction")


def _claim(contract: "Contract", keyword: str, key: str) -> object:
    """Return what a profile says of ``key`` in respect of ``keyword``, comparable between profiles."""
    lead = contract.lead
    if keyword == "required":
        return key in lead["required"]
    if keyword == "additionalProperties":
        return lead["additionalProperties"]
    try:
        return plain_schema(contract.schema_of(key))
    except ContractError:
        return None


def _nested_claim(contract: "Contract", violation: Violation) -> object:
    """Return what a profile says of the part of a key that a violation is in, comparable between profiles."""
    try:
        return look_up(contract.fast, violation.schema_path)
    except (LookupError, TypeError):
        return None
