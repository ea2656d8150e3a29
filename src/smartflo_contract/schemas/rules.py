"""Rules that no schema keyword can say: functions of one shape in one table.

A rule takes a lead and the state of its response and returns its breaches, none where all is well.
It is asked only about values that the schema accepts, and says nothing where a key that it reads
is missing or has another form. Texts that repeat in a list are parsed once, in bounded caches.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from smartflo_contract.schemas.findings import Severity
from smartflo_contract.schemas.json_values import INT64
from smartflo_contract.schemas.lead_format import (
    HALF_DAY_SECONDS,
    MASKED_EMAILS,
    TIME_KEYS,
    column_names,
    epoch_ms,
    field_numbering,
    sensitive_positions,
    unknown_keys,
)

Lead: TypeAlias = Mapping[str, Any]
Check: TypeAlias = Callable[[Lead, "Seen"], Iterable["Breach"]]

_DOCUMENTED_FIELDS: Final = 7
_SAMPLE_FIELDS: Final = 35
_is_count: Final = re.compile("0|[1-9][0-9]{0,18}").fullmatch
_is_object_id: Final = re.compile("[0-9a-f]{24}").fullmatch


class Breach(NamedTuple):
    """One place where a lead breaks a rule.

    Attributes:
        path: from the lead down to the key meant.
        expected: what should be there.
        got: the value found, not yet masked; :data:`ABSENT` where there is none.
    """

    path: tuple[str | int, ...]
    expected: str
    got: object


ABSENT: Final = object()
"""Stands for the value of a key that is not there."""


class Identifiers(Protocol):
    """What keeps the identifiers of leads."""

    def __contains__(self, identifier: object, /) -> bool:
        """Whether one has been added."""

    def add(self, identifier: object, /) -> None:
        """Add one."""

    def add_new(self, identifiers: Sequence[Any], /) -> bool:
        """Add some, unless one of them has been added or may be twice among them; tell whether that was done."""


class IdSet(set[Any]):
    """Identifiers as a set."""

    def add_new(self, identifiers: Sequence[Any], /) -> bool:
        """Add some, unless one of them has been added or is twice among them; tell whether that was done."""
        new = set(identifiers)
        if len(new) < len(identifiers) or not new.isdisjoint(self):
            return False
        self.update(new)
        return True


class Seen:
    """What rules know of the contract, of the keys of this lead, and of the leads before it."""

    __slots__ = ("ids", "keys", "known_values", "list_id", "properties")

    def __init__(
        self, properties: frozenset[str], known_values: Mapping[str, "KnownValues"], ids: Identifiers | None = None
    ) -> None:
        """Start before the first lead."""
        self.properties = properties
        self.known_values = known_values
        self.keys: tuple[str, ...] = ()
        self.list_id: object = None
        self.ids: Identifiers = IdSet() if ids is None else ids


class KnownValues:
    """The known members of an open set.

    Attributes:
        labels: value to label.
        minimum: from here on every integer is known; ``None`` for no such range.
    """

    __slots__ = ("labels", "minimum")

    def __init__(self, labels: Mapping[object, str], minimum: int | None) -> None:
        """Keep the members."""
        self.labels = labels
        self.minimum = minimum

    def __contains__(self, value: object) -> bool:
        """Whether the value is a known one; 1, 1.0 and true are told apart as JSON tells them."""
        if isinstance(value, bool):
            return any(known is value for known in self.labels)
        if isinstance(value, int | float) and self.minimum is not None and value >= self.minimum:
            return True
        return isinstance(value, Hashable) and value in self.labels

    def label(self, value: int) -> str | None:
        """Return a known value with its label, or the range that it is in; ``None`` for an unknown one."""
        if value not in self:
            return None
        return f"{value} {self.labels[value]}" if value in self.labels else f"{self.minimum} and above"


class Rule(NamedTuple):
    """One rule of the table.

    Attributes:
        name: as findings show it.
        claim: what holds, as a sentence without its end.
        keys: the keys that it reads; ``field_`` stands for all fields.
        severity: severity by profile; a profile that is absent does not have the rule.
        evidence: label to source.
        check: the function.
        contradiction: id of the contradiction that it belongs to, if any.
        repeats: it depends on the keys, ``header`` and ``sensitive_field_map`` alone, which are the
            same in most leads of a list, so its answer is kept until one of them changes.
        identifies: it wants the value of its first key to be new, and nothing else.
    """

    name: str
    claim: str
    keys: tuple[str, ...]
    severity: Mapping[str, Severity]
    evidence: Mapping[str, str]
    check: Check
    contradiction: str | None = None
    repeats: bool = False
    identifies: bool = False


def _header_json(lead: Lead, _: Seen) -> Iterable[Breach]:
    header = lead["header"]
    if isinstance(header, str) and column_names(header) is None:
        return (Breach(("header",), "text that holds a JSON array of strings", header),)
    return ()


def _sensitive_json(lead: Lead, _: Seen) -> Iterable[Breach]:
    sensitive = lead["sensitive_field_map"]
    if isinstance(sensitive, str) and sensitive_positions(sensitive) is None:
        return (Breach(("sensitive_field_map",), "text that holds a JSON array of integers", sensitive),)
    return ()


def _sensitive_json_or_count(lead: Lead, seen: Seen) -> Iterable[Breach]:
    sensitive = lead["sensitive_field_map"]
    if isinstance(sensitive, str) and _is_count(sensitive):
        return ()
    return _sensitive_json(lead, seen)


def _sensitive_range(lead: Lead, seen: Seen) -> Iterable[Breach]:
    sensitive = lead["sensitive_field_map"]
    total = field_numbering(seen.keys).total
    if all(0 <= position < total for position in sensitive_positions(sensitive) or ()):
        return ()
    return (Breach(("sensitive_field_map",), f"positions from 0 to {total - 1}", sensitive),)


def _sensitive_count(lead: Lead, _: Seen) -> Iterable[Breach]:
    sensitive, columns = lead["sensitive_field_map"], column_names(lead["header"])
    if columns is None or not isinstance(sensitive, str) or not _is_count(sensitive):
        return ()
    if int(sensitive) <= len(columns):
        return ()
    return (Breach(("sensitive_field_map",), f"at most {len(columns)}, the number of columns", sensitive),)


def _fields_contiguous(lead: Lead, seen: Seen) -> Iterable[Breach]:
    missing = field_numbering(seen.keys).missing
    return () if missing is None else (Breach((f"field_{missing}",), "fields numbered without a gap", ABSENT),)


def _columns_fit_fields(lead: Lead, seen: Seen) -> Iterable[Breach]:
    columns = column_names(lead["header"])
    count = field_numbering(seen.keys).total
    if columns is None or len(columns) <= count:
        return ()
    return (Breach(("header",), f"at most {count} column names, one a field", lead["header"]),)


def _few_fields(lead: Lead, seen: Seen) -> Iterable[Breach]:
    count = field_numbering(seen.keys).total
    if count >= _DOCUMENTED_FIELDS:
        return ()
    return (Breach((f"field_{_DOCUMENTED_FIELDS - 1}",), f"at least {_DOCUMENTED_FIELDS} fields", ABSENT),)


def _many_fields(lead: Lead, seen: Seen) -> Iterable[Breach]:
    most = max(_SAMPLE_FIELDS, len(column_names(lead["header"]) or ()))
    count, missing = field_numbering(seen.keys)
    if count <= most or missing is not None:
        return ()
    return (Breach((f"field_{most}",), f"at most {most} fields", lead[f"field_{most}"]),)


def _number_long_64_bit(lead: Lead, _: Seen) -> Iterable[Breach]:
    return [
        Breach((key, "$date", "$numberLong"), "a 64-bit integer as text", lead[key]["$date"]["$numberLong"])
        for key in sorted(TIME_KEYS)
        if key in lead and (value := epoch_ms(lead[key])) is not None and not INT64[0] <= value <= INT64[1]
    ]


def _created_before_updated(lead: Lead, _: Seen) -> Iterable[Breach]:
    created, updated = epoch_ms(lead["created_at"]), epoch_ms(lead["updated_at"])
    if created is None or updated is None or created <= updated:
        return ()
    return (Breach(("updated_at",), "a time not before created_at", updated),)


def _created_twelve_hours_early(lead: Lead, _: Seen) -> Iterable[Breach]:
    lead_id, created = lead["lead_id"], epoch_ms(lead["created_at"])
    if created is None or not isinstance(lead_id, str) or not _is_object_id(lead_id):
        return ()
    gap = int(lead_id[:8], 16) - created // 1000
    return (Breach(("created_at",), "the time in lead_id", created),) if gap == HALF_DAY_SECONDS else ()


def _one_list_id(lead: Lead, seen: Seen) -> Iterable[Breach]:
    if seen.list_id is None:
        seen.list_id = lead["list_id"]
    if lead["list_id"] == seen.list_id:
        return ()
    return (Breach(("list_id",), "the list_id of the first lead", lead["list_id"]),)


def _unique(key: str) -> Check:
    def check(lead: Lead, seen: Seen) -> Iterable[Breach]:
        identifier = lead[key]
        if identifier in seen.ids:
            return (Breach((key,), "an identifier that no other lead has", identifier),)
        seen.ids.add(identifier)
        return ()

    return check


def _lead_id_equals_id(lead: Lead, _: Seen) -> Iterable[Breach]:
    lead_id, identifier = lead["lead_id"], lead["id"]
    if lead_id == identifier or not (isinstance(lead_id, str) and isinstance(identifier, str)):
        return ()
    if not (_is_object_id(lead_id) and _is_object_id(identifier)):
        return ()
    return (Breach(("lead_id",), "the same as id", lead_id),)


def _id_is_list_id(lead: Lead, _: Seen) -> Iterable[Breach]:
    identifier, list_id = lead["id"], lead["list_id"]
    if not isinstance(identifier, str) or _is_object_id(identifier) or identifier == f"{list_id:.0f}":
        return ()
    return (Breach(("id",), "list_id as text", identifier),)


def _unknown_key(lead: Lead, seen: Seen) -> Iterable[Breach]:
    found = unknown_keys(seen.keys, seen.properties)
    return [Breach((key,), "a key of the contract", lead[key]) for key in found] if found else ()


def _unknown_value(lead: Lead, seen: Seen) -> Iterable[Breach]:
    return [
        Breach((key,), "a known value", lead[key])
        for key, known in seen.known_values.items()
        if key in lead and lead[key] not in known
    ]


def _email_masked(lead: Lead, _: Seen) -> Iterable[Breach]:
    email = lead["field_2"]
    if isinstance(email, str) and email in MASKED_EMAILS:
        return (Breach(("field_2",), "an e-mail", email),)
    return ()


def _everywhere(severity: Severity) -> dict[str, Severity]:
    return {"sample": severity, "documented": severity, "lenient": severity}


_STRICT: Final[dict[str, Severity]] = {"sample": "break", "documented": "break", "lenient": "surprise"}
_SAMPLE: Final = {"sample": "leads page, sample response"}
_TABLE: Final = {"documented": "leads page, response table"}

RULES: Final = (
    Rule(
        name="header-json",
        claim="header holds a JSON array of strings",
        keys=("header",),
        severity={"sample": "break", "lenient": "break"},
        evidence=_SAMPLE,
        check=_header_json,
        contradiction="header-type",
        repeats=True,
    ),
    Rule(
        name="sensitive-json",
        claim="sensitive_field_map holds a JSON array of integers",
        keys=("sensitive_field_map",),
        severity={"sample": "break"},
        evidence=_SAMPLE,
        check=_sensitive_json,
        contradiction="sensitive-field-map-meaning",
        repeats=True,
    ),
    Rule(
        name="sensitive-json-or-count",
        claim="sensitive_field_map holds a JSON array of integers, or a count",
        keys=("sensitive_field_map",),
        severity={"lenient": "break"},
        evidence=_SAMPLE | _TABLE,
        check=_sensitive_json_or_count,
        contradiction="sensitive-field-map-meaning",
        repeats=True,
    ),
    Rule(
        name="sensitive-range",
        claim="the positions in sensitive_field_map are of fields that exist",
        keys=("sensitive_field_map", "field_"),
        severity={"sample": "break", "lenient": "surprise"},
        evidence=_SAMPLE,
        check=_sensitive_range,
        contradiction="sensitive-field-map-meaning",
        repeats=True,
    ),
    Rule(
        name="sensitive-count",
        claim="no more columns are sensitive than there are",
        keys=("sensitive_field_map", "header"),
        severity={"documented": "break", "lenient": "surprise"},
        evidence=_TABLE,
        check=_sensitive_count,
        contradiction="sensitive-field-map-meaning",
        repeats=True,
    ),
    Rule(
        name="fields-contiguous",
        claim="fields are numbered from 0 without a gap",
        keys=("field_",),
        severity=_everywhere("break"),
        evidence=_SAMPLE | {"documented": "leads page, footnote: fields grow with the columns"},
        check=_fields_contiguous,
        repeats=True,
    ),
    Rule(
        name="columns-fit-fields",
        claim="every column of header has a field",
        keys=("header", "field_"),
        severity=_STRICT,
        evidence={"documented": "leads page, footnote: fields grow with the columns"},
        check=_columns_fit_fields,
        contradiction="field-count",
        repeats=True,
    ),
    Rule(
        name="few-fields",
        claim="a lead has at least the seven documented fields",
        keys=("field_",),
        severity={"lenient": "surprise"},
        evidence=_TABLE,
        check=_few_fields,
        contradiction="field-count",
        repeats=True,
    ),
    Rule(
        name="many-fields",
        claim="a lead has no more fields than its list has columns, or than the sample has",
        keys=("header", "field_"),
        severity={"sample": "surprise", "lenient": "surprise"},
        evidence=_SAMPLE | {"documented": "leads page, footnote: fields grow with the columns"},
        check=_many_fields,
        contradiction="field-count",
        repeats=True,
    ),
    Rule(
        name="number-long-64-bit",
        claim="$numberLong is a 64-bit integer",
        keys=(),
        severity=_everywhere("break"),
        evidence={"assumed": "the definition of MongoDB extended JSON"},
        check=_number_long_64_bit,
        contradiction="date-wrappers",
    ),
    Rule(
        name="created-before-updated",
        claim="created_at is not after updated_at",
        keys=("created_at", "updated_at"),
        severity=_STRICT,
        evidence={"sample": "leads page, sample response", "assumed": "the meaning of the two names"},
        check=_created_before_updated,
    ),
    Rule(
        name="created-twelve-hours-early",
        claim="created_at is exactly 12 hours before the time in lead_id",
        keys=("created_at", "lead_id"),
        severity={"sample": "doc-only", "lenient": "doc-only"},
        evidence=_SAMPLE,
        check=_created_twelve_hours_early,
        contradiction="created-at-twelve-hours",
    ),
    Rule(
        name="one-list-id",
        claim="all leads of a response are of one list",
        keys=("list_id",),
        severity=_everywhere("break"),
        evidence={"documented": "leads page: the path names one list"},
        check=_one_list_id,
    ),
    Rule(
        name="id-unique",
        claim="id identifies one lead",
        keys=("id",),
        severity={"sample": "break"},
        evidence=_SAMPLE | {"assumed": "the meaning of the name"},
        check=_unique("id"),
        identifies=True,
        contradiction="id-meaning",
    ),
    Rule(
        name="lead-id-unique",
        claim="lead_id identifies one lead",
        keys=("lead_id",),
        severity={"documented": "break", "lenient": "break"},
        evidence={"documented": "leads page, response table: unique id of the lead"},
        check=_unique("lead_id"),
        identifies=True,
    ),
    Rule(
        name="lead-id-equals-id",
        claim="lead_id and id are the same",
        keys=("id", "lead_id"),
        severity={"sample": "break", "lenient": "break"},
        evidence=_SAMPLE,
        check=_lead_id_equals_id,
        contradiction="id-meaning",
    ),
    Rule(
        name="id-is-list-id",
        claim="id is list_id as text",
        keys=("id", "list_id"),
        severity={"documented": "break", "lenient": "break"},
        evidence=_TABLE,
        check=_id_is_list_id,
        contradiction="id-meaning",
    ),
    Rule(
        name="unknown-key",
        claim="every key is one of the contract",
        keys=(),
        severity=_everywhere("surprise"),
        evidence=_TABLE | _SAMPLE,
        check=_unknown_key,
        repeats=True,
    ),
    Rule(
        name="unknown-value",
        claim="every value of an open set is a known one",
        keys=(),
        severity=_everywhere("surprise"),
        evidence={"documented": "leads page, response table", "observed": "campaign pages of the vendor"},
        check=_unknown_value,
    ),
    Rule(
        name="email-masked",
        claim="an e-mail is not the placeholder of the vendor's documentation",
        keys=("field_2",),
        severity=_everywhere("info"),
        evidence=_SAMPLE,
        check=_email_masked,
        contradiction="email-masked",
    ),
)
