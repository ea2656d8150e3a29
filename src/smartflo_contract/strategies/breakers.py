"""Ways to break one rule of the contract in one lead: from the keywords of its schema, and from the table of rules.

A way is a change of a lead that was valid before. What a candidate value breaks, the contract itself says: it counts
for the one keyword that refuses it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from functools import lru_cache, partial
from math import inf, nextafter
from typing import Any, Final, NamedTuple, TypeAlias

from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.engine import violations
from smartflo_contract.schemas.findings import Severity
from smartflo_contract.schemas.json_pointer import finding_pointer
from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.lead_format import FIELD, TIME_KEYS, column_names, epoch_ms, header_string, mongo_date
from smartflo_contract.schemas.overlay import Schema
from smartflo_contract.schemas.response_check import NOT_JSON
from smartflo_contract.strategies._lead_recipe import Lead
from smartflo_contract.strategies._schema_strategies import accepts, example

GONE: Final = object()
"""Stands for a key that a change takes away."""


class Way(NamedTuple):
    """One way to break one rule.

    Attributes:
        path: from the lead down to the place that the finding names.
        patch: the keys that change, with their new values; :data:`GONE` for a key that goes.
    """

    path: Path
    patch: Mapping[str, Any]

    @property
    def pointer(self) -> str:
        """The finding's pointer."""
        return finding_pointer(self.path)

    def applied(self, lead: Lead) -> Lead:
        """Return the lead, broken; it shares nothing with the way."""
        kept = {key: value for key, value in lead.items() if self.patch.get(key) is not GONE}
        return kept | deepcopy({key: value for key, value in self.patch.items() if value is not GONE})


Pair: TypeAlias = tuple[str, str]
"""A rule, and the key at which it is broken; the key is empty for a response as a whole."""
Ways: TypeAlias = Callable[[Lead], Iterable[Way]]
RuleBreak: TypeAlias = Callable[[Contract, Lead], Iterable[Way]]

NEW_KEYS: Final = ("new_key", "field_01", "Field_0", "$oid")
_NEW_VALUES: Final[tuple[Any, ...]] = ("x", None, 1, [], {"id": 1})
_SCALARS: Final[tuple[Any, ...]] = (
    None,
    False,
    True,
    0,
    1,
    -1,
    0.5,
    "",
    "x",
    [],
    ["x"],
    {},
    {"id": 1},
    2**53,
    -(2**53),
)
_TRAPS: Final = ("1", "0\n", "01", "-0", "1.0", "٣", " 1", "0" * 24 + "\n", "A" * 24, "g" * 24, "0" * 23, "9" * 20)
"""Texts that look like numbers or identifiers; all but the first are none."""
_TOO_LOW: Final = -(2**63) - 1
_TOO_HIGH: Final = 2**63
_UNKNOWN: Final = (0, -1, 2, 10, 99, -10, -99, 2**31, "new", None)
_UNREADABLE: Final = (float("nan"), float("inf"), "\ud800")
"""What JSON cannot say."""


def of_contract(contract: Contract, simplest: Lead) -> dict[Pair, Ways]:
    """Return every way to break the schema of a contract in a lead, by keyword and key.

    Args:
        contract: the contract.
        simplest: a lead that every lead has the keys of.
    """
    found: dict[Pair, dict[str, Way]] = {}
    for way in _candidates(contract, simplest):
        # A field that an overlay names is refused twice: by its own schema, and by that of all fields.
        violated = {(keyword, path) for keyword, path, _ in violations(contract.validator, way.applied(simplest))}
        if len(violated) == 1 and all(path[:1] == way.path[:1] for _, path in violated):
            ((keyword, path),) = violated
            found.setdefault((keyword, str(path[0])), {}).setdefault(repr((path, way.patch)), Way(path, way.patch))
    ways: dict[Pair, Ways] = {pair: partial(_same, tuple(some.values())) for pair, some in found.items()}
    for key in simplest:
        ways[NOT_JSON, key] = partial(_same, tuple(Way((key,), {key: value}) for value in _UNREADABLE))
    return ways


def of_rules(contract: Contract, simplest: Lead, severity: Severity) -> dict[Pair, Ways]:
    """Return every way to break, in one lead, the rules of a contract that have a severity, by rule and key."""
    found: dict[Pair, Ways] = {}
    for rule in contract.rules:
        if rule.severity[contract.profile] != severity or rule.name not in RULE_BREAKS:
            continue
        ways = partial(_fitting, contract, RULE_BREAKS[rule.name])
        for key in dict.fromkeys(map(_key, ways(simplest))):
            found[rule.name, key] = partial(_of_key, ways, key)
    return found


def _fitting(contract: Contract, break_rule: RuleBreak, lead: Lead) -> Iterable[Way]:
    """Return the ways to break a rule that keep to the schema, as an overlay may have it."""
    ways = break_rule(contract, lead)
    return ways if contract.overlay is None else (way for way in ways if contract.validator.is_valid(way.applied(lead)))


def _same(ways: tuple[Way, ...], _: Lead) -> tuple[Way, ...]:
    return ways


def _of_key(ways: Ways, key: str, lead: Lead) -> list[Way]:
    return [way for way in ways(lead) if _key(way) == key]


def _key(way: Way) -> str:
    """Return the key that a way to break a rule is listed under; which field it is depends on how many there are."""
    key = str(way.path[0])
    return "field_N" if FIELD.fullmatch(key) else key


def _candidates(contract: Contract, simplest: Lead) -> Iterator[Way]:
    """Yield changes of one key each, of which the contract refuses some."""
    for key in simplest:
        yield Way((key,), {key: GONE})
        for value in _values(contract.schema_of(key)):
            yield Way((key,), {key: value})
    for key in NEW_KEYS:
        yield Way((key,), {key: "x"})
    further = f"field_{_field_count(simplest)}"
    for value in _values(contract.schema_of(further)):
        yield Way((further,), {further: value})


def _values(schema: Schema) -> Iterator[Any]:
    """Yield values on either side of every keyword of a schema."""
    for reading in schema.get("anyOf", [schema]):
        for limit, step in (("minimum", -1), ("maximum", 1)):
            if limit in reading:
                yield from (reading[limit] + step, nextafter(reading[limit], step * inf))
        if not {"minLength", "maxLength"}.isdisjoint(reading):
            yield from _lengths(reading)
        if "items" in reading:
            yield from ([value] for value in _values(reading["items"]))
        if "properties" in reading:
            yield from _objects(reading)
    yield from _SCALARS
    yield from _TRAPS


def _lengths(schema: Schema) -> tuple[str, str]:
    """Return a text one too short and one too long for a schema, as like to its pattern as cutting and adding allow."""
    whole: str = example(schema | {"type": "string"}) if "pattern" in schema else ""
    last = whole[-1:] or "x"
    short, long = schema.get("minLength", 0) - 1, schema.get("maxLength", len(whole)) + 1
    return whole[: max(short, 0)].ljust(short, last), whole.ljust(long, last)


def _objects(schema: Schema) -> Iterator[dict[str, Any]]:
    """Yield objects with one key gone, one key more, or one value on either side of its keywords."""
    whole: dict[str, Any] = example(schema | {"type": "object"})
    for key, below in schema["properties"].items():
        yield {name: value for name, value in whole.items() if name != key}
        yield from (whole | {key: value} for value in _values(below))
    yield whole | {NEW_KEYS[0]: 1}


def _header_json(_contract: Contract, _lead: Lead) -> Iterator[Way]:
    for text in ("", "Name", "[", "{}", "[1]", "[null]", '["a",]', "null"):
        yield Way(("header",), {"header": text})


def _sensitive_json(_contract: Contract, _lead: Lead) -> Iterator[Way]:
    for text in ("", "[", "{}", "[1.0]", '["1"]', "[true]", "null", "-1"):
        yield Way(("sensitive_field_map",), {"sensitive_field_map": text})


def _sensitive_range(_: Contract, lead: Lead) -> Iterator[Way]:
    for position in (_field_count(lead), -1):
        yield Way(("sensitive_field_map",), {"sensitive_field_map": f"[{position}]"})


def _sensitive_count(_: Contract, lead: Lead) -> Iterator[Way]:
    yield Way(("sensitive_field_map",), {"sensitive_field_map": str(len(column_names(lead["header"]) or ()) + 1)})


def _fields_contiguous(_: Contract, lead: Lead) -> Iterator[Way]:
    count = _field_count(lead)
    yield Way((f"field_{count}",), {f"field_{count + 1}": ""})


def _columns_fit_fields(_: Contract, lead: Lead) -> Iterator[Way]:
    columns = tuple(f"Column {number}" for number in range(_field_count(lead) + 1))
    yield Way(("header",), {"header": list(columns) if isinstance(lead["header"], list) else header_string(columns)})


def _few_fields(_: Contract, lead: Lead) -> Iterator[Way]:
    columns = {"header": [] if isinstance(lead.get("header"), list) else "[]", "sensitive_field_map": "[]"}
    kept = {key: value for key, value in columns.items() if key in lead}
    for count in (6, 2, 1):
        yield Way(("field_6",), kept | {f"field_{number}": GONE for number in range(count, _field_count(lead))})


def _many_fields(_: Contract, lead: Lead) -> Iterator[Way]:
    count, most = _field_count(lead), max(35, len(column_names(lead["header"]) or ()))
    for more in (1, 5):
        yield Way((f"field_{most}",), {f"field_{number}": "" for number in range(count, most + more)})


def _number_long_64_bit(_: Contract, lead: Lead) -> Iterator[Way]:
    beyond = {"created_at": [_TOO_LOW], "updated_at": [_TOO_HIGH]}  # so that created_at stays before updated_at
    for key in TIME_KEYS:
        if epoch_ms(lead.get(key)) is not None:
            for number in beyond.get(key, [_TOO_HIGH, _TOO_LOW]):
                yield Way((key, "$date", "$numberLong"), {key: mongo_date(number)})


def _created_before_updated(_: Contract, lead: Lead) -> Iterator[Way]:
    created = epoch_ms(lead["created_at"]) or 0
    for earlier in (1, 1_000, 12 * 60 * 60 * 1_000):
        yield Way(("updated_at",), {"updated_at": mongo_date(created - earlier)})


def _lead_id_equals_id(_contract: Contract, _lead: Lead) -> Iterator[Way]:
    yield Way(("lead_id",), {"id": "a" * 24, "lead_id": "b" * 24})


def _id_is_list_id(_: Contract, lead: Lead) -> Iterator[Way]:
    for other in (lead["list_id"] + 1, lead["list_id"] * 10 % 10**15 + 7):
        yield Way(("id",), {"id": f"{other:.0f}"})


def _unknown_key(contract: Contract, _lead: Lead) -> Iterator[Way]:
    if contract.lead["additionalProperties"]:
        for key in NEW_KEYS:
            for value in _NEW_VALUES:
                yield Way((key,), {key: value})


def _unknown_value(contract: Contract, lead: Lead) -> Iterable[Way]:
    return (way for way in _unknown_values(contract) if way.path[0] in lead)


@lru_cache(maxsize=32)
def _unknown_values(contract: Contract) -> tuple[Way, ...]:
    fits = {key: accepts(contract.schema_of(key)) for key in contract.known_values}
    return tuple(
        Way((key,), {key: value})
        for key, known in contract.known_values.items()
        for value in _UNKNOWN
        if value not in known and fits[key](value)
    )


def _field_count(lead: Lead) -> int:
    return sum(1 for key in lead if FIELD.fullmatch(key))


RULE_BREAKS: Final[Mapping[str, RuleBreak]] = {
    "header-json": _header_json,
    "sensitive-json": _sensitive_json,
    "sensitive-json-or-count": _sensitive_json,
    "sensitive-range": _sensitive_range,
    "sensitive-count": _sensitive_count,
    "fields-contiguous": _fields_contiguous,
    "columns-fit-fields": _columns_fit_fields,
    "few-fields": _few_fields,
    "many-fields": _many_fields,
    "number-long-64-bit": _number_long_64_bit,
    "created-before-updated": _created_before_updated,
    "lead-id-equals-id": _lead_id_equals_id,
    "id-is-list-id": _id_is_list_id,
    "unknown-key": _unknown_key,
    "unknown-value": _unknown_value,
}
"""How to break a rule in one lead: from contract and lead to the ways."""


def _other_list(leads: list[Lead]) -> list[Lead]:
    last = leads[-1]
    other = last["list_id"] - 1 or 2
    own = {"id": str(other)} if last.get("id") == str(last["list_id"]) else {}
    return [*leads[:-1], last | {"list_id": other} | own]


def _same_lead(leads: list[Lead]) -> list[Lead]:
    return [*leads[:-1], leads[-1] | {key: leads[0][key] for key in ("id", "lead_id") if key in leads[0]}]


LIST_BREAKS: Final[Mapping[Pair, Callable[[list[Lead]], list[Lead]]]] = {
    ("one-list-id", "list_id"): _other_list,
    ("id-unique", "id"): _same_lead,
    ("lead-id-unique", "lead_id"): _same_lead,
}
"""How to break a rule between the leads of a list, of which there are two or more."""

BODY_BREAKS: Final[Mapping[Pair, tuple[tuple[str, Callable[[bytes], bytes]], ...]]] = {
    (NOT_JSON, ""): tuple(
        ("", change)
        for change in (
            lambda body: body.rstrip().removesuffix(b"]") + b",",  # as the sample on the vendor's page ends
            lambda body: body[: len(body) // 2],
            lambda _: b"",
            lambda _: b"<html><body><h1>502 Bad Gateway</h1></body></html>",
            lambda body: body + b"]",
            lambda _: b"[NaN]",
            lambda _: b'["\xff"]',
            lambda _: b'["\\ud800"]',
        )
    ),
    ("type", ""): (
        ("", lambda _: b'{"success":false,"message":"Token has expired"}'),
        ("", lambda body: b'{"data":' + body + b"}"),
        ("", lambda _: b"null"),
        ("/*", lambda _: b"[null]"),
        ("/*", lambda body: b"[" + body + b"]"),
    ),
}
"""How to break a body as a whole: the finding's pointer, and what becomes of the bytes."""
