"""Changes that break one rule of the contract: from the keywords of its schema, and from the table of rules.

Changes apply to valid leads. The contract decides what a candidate value breaks: the one keyword that rejects it.
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

RuleAtKey: TypeAlias = tuple[str, str]
"""A rule and the key of the lead that breaks it. The key is empty if the response as a whole breaks the rule."""
Breaks: TypeAlias = Callable[[Lead], Iterable[Change]]
"""Returns the changes of a valid lead that break a rule at a key."""

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
_LOOKALIKES: Final = ("1", "0\n", "01", "-0", "1.0", "٣", " 1", "0" * 24 + "\n", "A" * 24, "g" * 24, "0" * 23, "9" * 20)
"""Strings that look like numbers or identifiers; only the first is one."""
_NOT_JSON_VALUES: Final = (float("nan"), float("inf"), "\ud800")
"""Values that JSON cannot represent."""


def keyword_breaks(contract: Contract, simplest: Lead) -> dict[RuleAtKey, Breaks]:
    """Return the changes of a lead that break the schema of a contract, by keyword and key.

    Args:
        contract: the contract.
        simplest: a lead whose keys every lead has.
    """
    validator = data_of(contract).lead_validator
    changes_at: dict[RuleAtKey, dict[str, Change]] = {}
    for change in _candidates(contract, simplest):
        # Two schemas reject a field that an overlay defines: its own schema, and that of all fields.
        violated = {(keyword, path) for keyword, path, _ in validator.violations(change.apply_to(simplest))}
        if len(violated) == 1 and all(path[:1] == change.path[:1] for _, path in violated):
            ((keyword, path),) = violated
            changes_at.setdefault((keyword, str(path[0])), {}).setdefault(
                repr((path, change.patch)), Change(path, change.patch)
            )
    breaks: dict[RuleAtKey, Breaks] = {
        rule_at_key: partial(_constant, tuple(changes.values())) for rule_at_key, changes in changes_at.items()
    }
    for key in simplest:
        changes = tuple(Change((key,), {key: value}) for value in _NOT_JSON_VALUES)
        breaks[NOT_JSON, key] = partial(_constant, changes)
    return breaks


def rule_breaks(contract: Contract, simplest: Lead, severity: Severity) -> dict[RuleAtKey, Breaks]:
    """Return the changes of a lead that break the rules of one severity, by rule and key.

    Args:
        contract: the contract.
        simplest: a lead whose keys every lead has.
        severity: severity of the rules in the contract's profile.
    """
    return {
        (rule, key): partial(_at_key, breaks, key)
        for rule, breaks in data_of(contract).lead_breakers(severity).items()
        for key in dict.fromkeys(map(_key, breaks(simplest)))
    }


def _constant(changes: tuple[Change, ...], _: Lead) -> tuple[Change, ...]:
    return changes


def _at_key(breaks: Breaks, key: str, lead: Lead) -> list[Change]:
    return [change for change in breaks(lead) if _key(change) == key]


def _key(change: Change) -> str:
    """Return the key of a change; all fields share one, because their number varies."""
    key = str(change.path[0])
    return "field_N" if FIELD.fullmatch(key) else key


def _candidates(contract: Contract, simplest: Lead) -> Iterator[Change]:
    """Yield changes of one key each; the contract rejects some of them."""
    for key in simplest:
        yield Change.removal(key)
        for value in _values(contract.schema_of(key)):
            yield Change((key,), {key: value})
    for key in NEW_KEYS:
        yield Change((key,), {key: "x"})
    next_field = f"field_{field_numbering(tuple(simplest)).total}"
    for value in _values(contract.schema_of(next_field)):
        yield Change((next_field,), {next_field: value})


def _values(schema: Schema) -> Iterator[Any]:
    """Yield values on either side of every keyword of a schema."""
    for branch in schema.get("anyOf", [schema]):
        for limit, step in (("minimum", -1), ("maximum", 1)):
            if limit in branch:
                yield from (branch[limit] + step, nextafter(branch[limit], step * inf))
        if not {"minLength", "maxLength"}.isdisjoint(branch):
            yield from _lengths(branch)
        if "items" in branch:
            yield from ([value] for value in _values(branch["items"]))
        if "properties" in branch:
            yield from _objects(branch)
    yield from _SCALARS
    yield from _LOOKALIKES


def _lengths(schema: Schema) -> tuple[str, str]:
    """Return a string that is one character too short, and one that is one too long, close to the schema's pattern."""
    valid: str = example(schema | {"type": "string"}) if "pattern" in schema else ""
    last = valid[-1:] or "x"
    short, long = schema.get("minLength", 0) - 1, schema.get("maxLength", len(valid)) + 1
    return valid[: max(short, 0)].ljust(short, last), valid.ljust(long, last)


def _objects(schema: Schema) -> Iterator[dict[str, Any]]:
    """Yield objects with one key less, one key more, or one value on either side of its keywords."""
    valid: dict[str, Any] = example(schema | {"type": "object"})
    for key, nested in schema["properties"].items():
        yield {name: value for name, value in valid.items() if name != key}
        yield from (valid | {key: value} for value in _values(nested))
    yield valid | {NEW_KEYS[0]: 1}


BODY_BREAKS: Final[Mapping[RuleAtKey, tuple[tuple[str, Callable[[bytes], bytes]], ...]]] = {
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
"""Changes of a body as a whole by rule: the pointer of the finding, and a function from body to changed body."""
