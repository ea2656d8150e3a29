"""Ways to break one rule of the contract in one lead: from the keywords of its schema, and from the table of rules.

A change is a change of a lead that was valid before. What a candidate value breaks, the contract itself says: it counts
for the one keyword that refuses it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from math import inf, nextafter
from typing import Any, Final, TypeAlias

from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.body_rules import NOT_JSON
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.findings import Severity
from smartflo_contract.schemas.lead_format import FIELD, field_numbering
from smartflo_contract.schemas.rules.rule import Change
from smartflo_contract.schemas.rules.values import NEW_KEYS
from smartflo_contract.schemas.schema_keywords import Schema
from smartflo_contract.strategies._lead_recipe import Lead
from smartflo_contract.strategies._schema_strategies import example

Pair: TypeAlias = tuple[str, str]
"""A rule, and the key at which it is broken; the key is empty for a response as a whole."""
Changes: TypeAlias = Callable[[Lead], Iterable[Change]]
"""Returns changes of a valid lead that break a rule at a key."""

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
_UNREADABLE: Final = (float("nan"), float("inf"), "\ud800")
"""What JSON cannot say."""


def keyword_breakers(contract: Contract, simplest: Lead) -> dict[Pair, Changes]:
    """Return every change to break the schema of a contract in a lead, by keyword and key.

    Args:
        contract: the contract.
        simplest: a lead that every lead has the keys of.
    """
    validator = data_of(contract).lead_validator
    found: dict[Pair, dict[str, Change]] = {}
    for change in _candidates(contract, simplest):
        # A field that an overlay names is refused twice: by its own schema, and by that of all fields.
        violated = {(keyword, path) for keyword, path, _ in validator.violations(change.apply_to(simplest))}
        if len(violated) == 1 and all(path[:1] == change.path[:1] for _, path in violated):
            ((keyword, path),) = violated
            changes = found.setdefault((keyword, str(path[0])), {})
            changes.setdefault(repr((path, change.patch)), Change(path, change.patch))
    ways: dict[Pair, Changes] = {pair: partial(_constant, tuple(some.values())) for pair, some in found.items()}
    for key in simplest:
        ways[NOT_JSON, key] = partial(_constant, tuple(Change((key,), {key: value}) for value in _UNREADABLE))
    return ways


def rule_breakers(contract: Contract, simplest: Lead, severity: Severity) -> dict[Pair, Changes]:
    """Return the changes of one lead that break the rules of one severity, by rule and key.

    Args:
        contract: the contract.
        simplest: a lead whose keys every lead has.
        severity: severity of the rules in the contract's profile.
    """
    return {
        (rule, key): partial(_at_key, changes, key)
        for rule, changes in data_of(contract).lead_breakers(severity).items()
        for key in dict.fromkeys(map(_key, changes(simplest)))
    }


def _constant(changes: tuple[Change, ...], _: Lead) -> tuple[Change, ...]:
    return changes


def _at_key(changes: Changes, key: str, lead: Lead) -> list[Change]:
    return [change for change in changes(lead) if _key(change) == key]


def _key(change: Change) -> str:
    """Return the key that a change is listed under; which field it is depends on the number of fields."""
    key = str(change.path[0])
    return "field_N" if FIELD.fullmatch(key) else key


def _candidates(contract: Contract, simplest: Lead) -> Iterator[Change]:
    """Yield changes of one key each, of which the contract refuses some."""
    for key in simplest:
        yield Change.removal(key)
        for value in _values(contract.schema_of(key)):
            yield Change((key,), {key: value})
    for key in NEW_KEYS:
        yield Change((key,), {key: "x"})
    further = f"field_{field_numbering(tuple(simplest)).total}"
    for value in _values(contract.schema_of(further)):
        yield Change((further,), {further: value})


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
