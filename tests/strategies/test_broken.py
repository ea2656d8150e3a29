"""Broken leads and responses: exactly one rule, at the pointer of the example, and every rule."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeAlias

import pytest
from jsonschema import Draft202012Validator

from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.rules.table import RULES
from smartflo_contract.schemas.rules.values import NEW_KEYS
from smartflo_contract.strategies import BREAKERS, Broken, BrokenResponse, broken_leads, broken_responses, leads
from smartflo_contract.strategies._broken_leads import lead_breaks
from smartflo_contract.strategies._lead_recipe import Recipe
from smartflo_contract.strategies.breakers import BODY_BREAKS

from .conftest import Drawn, example_counts
from .test_overlays import OVERLAYS

Schema: TypeAlias = dict[str, Any]
Position: TypeAlias = tuple[str, str]
"""A keyword, and the pointer of its finding."""

MANY = pytest.mark.slow
NEVER_REJECT = {
    "$schema",
    "$id",
    "$defs",
    "$ref",
    "title",
    "description",
    "contentMediaType",
    "contentSchema",
    "properties",
    "patternProperties",
    "items",
}
"""Keywords of an exported schema that reject no value; every other keyword does, even a new one."""
SIZES = {"minimum": -1, "maximum": 1, "minLength": -1, "maxLength": 1}
"""Keywords that bound a size, and the side of the bound at which values are invalid."""
TIMES = ("available_at", "created_at", "updated_at")
RULE_KEYS: dict[str, tuple[str, ...]] = {
    "header-json": ("header",),
    "sensitive-json": ("sensitive_field_map",),
    "sensitive-json-or-count": ("sensitive_field_map",),
    "sensitive-range": ("sensitive_field_map",),
    "sensitive-count": ("sensitive_field_map",),
    "fields-contiguous": ("field_N",),
    "columns-fit-fields": ("header",),
    "number-long-64-bit": TIMES,
    "created-before-updated": ("updated_at",),
    "one-list-id": ("list_id",),
    "id-unique": ("id",),
    "lead-id-unique": ("lead_id",),
    "lead-id-equals-id": ("lead_id",),
    "id-is-list-id": ("id",),
}
"""The keys at which each rule that makes a body invalid can be broken."""
ALL_OVERLAYS = OVERLAYS | {
    "long text": {"properties": {"code": {"type": "string", "minLength": 9, "maxLength": 12}}},
    "constant": {"properties": {"source": {"const": {"a": 1}}}},
    "nullable": {"properties": {"level": {"type": ["integer", "null"], "minimum": 3}}},
    "deep": {
        "properties": {
            "owner": {
                "type": "object",
                "properties": {
                    "team": {
                        "type": "object",
                        "properties": {"name": {"type": "string", "minLength": 3}, "ids": {"items": {"minimum": 2}}},
                        "required": ["name"],
                        "additionalProperties": False,
                    }
                },
                "required": ["team"],
            }
        }
    },
    "items": {
        "properties": {
            "tags": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"n": {"type": "integer", "minimum": 3, "maximum": 5}, "kind": {"enum": ["a", "b"]}},
                    "required": ["n"],
                    "additionalProperties": False,
                },
            }
        }
    },
}
BESIDE_ENUM = {("type", "/*/dial_status"), ("minimum", "/*/dial_status"), ("maximum", "/*/dial_status")}
REDUNDANT: dict[str, set[Position]] = {
    # enum also rejects every value that one of these rejects.
    "narrowed": BESIDE_ENUM
    # The table's header is an array, which has no length.
    | {("maxLength", "/*/header")},
    "listed": {(keyword, "/*/retry_count") for keyword in ("type", "minimum", "maximum", "pattern")}
    | {("type", "/*/field_1")},
    # No text of digits is tried.
}
"""Keywords that no change breaks alone, by overlay."""
CONTRACTS = [
    *(pytest.param(profile, None, set(), id=profile) for profile in ("sample", "documented", "lenient")),
    *(
        pytest.param(
            profile,
            overlay,
            REDUNDANT.get(name, set()),
            id=f"{name}-{profile}",
            marks=[] if position == turn % 3 else MANY,
        )
        for turn, (name, overlay) in enumerate(ALL_OVERLAYS.items())
        for position, profile in enumerate(("sample", "documented", "lenient"))
    ),
]


def breaks(profile: str, body: object, overlay: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Return rule and pointer of every finding that makes a body invalid."""
    findings = load_contract(profile, overlay).check(body)
    return [(finding.rule, finding.pointer) for finding in findings if finding.severity == "break"]


def rejecting(schema: Schema, defs: Schema, position: str = "") -> Iterator[tuple[str, str, Schema]]:
    """Yield every keyword of an exported schema that rejects values, the pointer of its finding, and its schema.

    An additional key has the pointer of its parent. Of the branches of ``anyOf``, only ``anyOf`` itself is yielded.
    """
    if "$ref" in schema:
        schema = schema | defs[schema["$ref"].removeprefix("#/$defs/")]
    for keyword, content in schema.items():
        if keyword == "required":
            yield from ((keyword, f"{position}/{key}", schema) for key in content)
        elif keyword not in NEVER_REJECT and (keyword, content) != ("additionalProperties", True):
            yield keyword, position, schema
    if "anyOf" in schema:
        return
    for key, below in schema.get("properties", {}).items():
        yield from rejecting(below, defs, f"{position}/{key}")
    for below in schema.get("patternProperties", {}).values():
        yield from rejecting(below, defs, f"{position}/field_N")
    if "items" in schema:
        yield from rejecting(schema["items"], defs, f"{position}/0" if position else "/*")


def expected_positions(contract: Contract) -> list[tuple[str, str, Schema]]:
    """Return the items of :func:`rejecting` for a response."""
    schema = contract.schema("leads")
    return list(rejecting(schema, schema["$defs"]))


@cache
def _contract(profile: str, overlay: str) -> Contract:
    return load_contract(profile, json.loads(overlay))


def contract_of(profile: str, overlay: dict[str, Any] | None) -> Contract:
    """Return a contract that tests share."""
    return _contract(profile, json.dumps(overlay))


@cache
def broken_positions(contract: Contract) -> list[tuple[str, str, object]]:
    """Return every keyword that can be broken, its pointer in the form of :func:`rejecting`, and the broken value."""
    return list(_broken_positions(contract))


def _broken_positions(contract: Contract) -> Iterator[tuple[str, str, object]]:
    """Yield the items of :func:`broken_positions`."""
    rules = {rule.name for rule in RULES} | {"not-json"}
    named = contract.schema()["properties"]
    simplest = Recipe(contract).simplest()
    yield from ((rule, pointer, None) for (rule, _), some in BODY_BREAKS.items() for pointer, _ in some)
    for (rule, _), ways in lead_breaks(contract).items():
        for way in () if rule in rules else ways(simplest):
            value: Any = way.apply_to(simplest)
            for part in () if rule == "required" else way.path:
                value = value[part]
            path = way.path[:-1] if rule == "additionalProperties" else way.path
            is_further = path != () and FIELD.fullmatch(str(path[0])) is not None and path[0] not in named
            yield rule, f"/*{'/field_N' if is_further else ''.join(f'/{part}' for part in path)}", value


@pytest.mark.fast_only(profile="lenient")
@example_counts(50, 10_000)
def test_broken_lead_breaks_exactly_one_rule(profile: str, count: int, drawn: Drawn) -> None:
    """The check of a broken lead has one break: the rule at the pointer."""
    wrong = [
        (broken.rule, broken.pointer, found)
        for broken in drawn(broken_leads(profile=profile), count)
        if (found := breaks(profile, [broken.lead])) != [(broken.rule, broken.pointer)]
    ]

    assert wrong == []


@example_counts(50, 10_000)
def test_broken_response_breaks_exactly_one_rule(profile: str, count: int, drawn: Drawn) -> None:
    """The check of a broken response has one break: the rule at the pointer."""
    wrong = [
        (broken.rule, broken.pointer, found)
        for broken in drawn(broken_responses(profile=profile), count)
        if (found := breaks(profile, broken.response)) != [(broken.rule, broken.pointer)]
    ]

    assert wrong == []


@pytest.mark.fast_only(profile="sample")
@example_counts(40, 400)
def test_reference_validator_rejects_broken_keywords(profile: str, count: int, drawn: Drawn) -> None:
    """The reference validator rejects a lead that breaks a keyword, and accepts a lead that breaks another rule."""
    validator = Draft202012Validator(load_contract(profile).schema())
    wrong = [
        broken
        for broken in drawn(broken_leads(profile=profile), count)
        if broken.rule != "not-json" and validator.is_valid(broken.lead) != (broken.rule in RULE_KEYS)
    ]

    assert wrong == []


@pytest.mark.fast_only(strategy=broken_responses)
@pytest.mark.parametrize(
    ("profile", "strategy"),
    [
        ("sample", broken_leads),
        pytest.param("documented", broken_leads, marks=MANY),
        pytest.param("lenient", broken_leads, marks=MANY),
        pytest.param("sample", broken_responses, marks=MANY),
        ("documented", broken_responses),
        pytest.param("lenient", broken_responses, marks=MANY),
    ],
)
def test_breaks_every_rule_at_every_key(strategy: Callable[..., Any], profile: str, drawn: Drawn) -> None:
    """Within 5,000 examples, each listed rule is broken at each listed key, and no other."""
    in_leads = strategy is broken_leads
    missing = {
        (breaker.rule, breaker.key)
        for breaker in BREAKERS[profile]
        if (breaker.in_leads if in_leads else breaker.in_responses)
    }
    listed = set(missing)
    unlisted = []

    def all_seen(broken: Any) -> bool:
        pairs = _pairs(broken.rule, broken.pointer) & listed
        if not pairs:
            unlisted.append(broken)
        missing.difference_update(pairs)
        return not missing

    drawn(strategy(profile=profile), 5_000, enough=all_seen)

    assert (missing, unlisted) == (set(), [])


def _pairs(rule: str, pointer: str) -> set[tuple[str, str]]:
    """Return the pairs of rule and key that a pointer may be listed under."""
    key = "/".join(pointer.split("/")[2:3])
    return {(rule, key), (rule, "field_N")} if key.startswith("field_") else {(rule, key)}


def test_every_rule_has_a_breaker() -> None:
    """Each rule of severity break can be broken, and each surprise has a change, of one lead or between leads."""
    missing = {
        (rule.name, profile)
        for rule in RULES
        for profile, severity in rule.severity.items()
        if severity == "break" and rule.name not in {breaker.rule for breaker in BREAKERS[profile]}
    }
    surprises = [rule for rule in RULES if "surprise" in rule.severity.values()]

    assert missing == set()
    assert [rule.name for rule in surprises if rule.break_lead is None and rule.break_list is None] == []


@pytest.mark.parametrize(("profile", "overlay", "redundant"), CONTRACTS)
def test_breaks_every_keyword_at_every_pointer(
    profile: str, overlay: dict[str, Any] | None, redundant: set[Position]
) -> None:
    """Each keyword of the exported schema that rejects values has a breaker at every pointer, even a nested one."""
    contract = contract_of(profile, overlay)
    expected = {(keyword, position) for keyword, position, _ in expected_positions(contract)}
    actual = {(keyword, position) for keyword, position, _ in broken_positions(contract) if keyword != "not-json"}

    assert expected - redundant == actual - redundant


@pytest.mark.parametrize(("profile", "overlay", "redundant"), CONTRACTS)
def test_breaks_every_bound_by_one(profile: str, overlay: dict[str, Any] | None, redundant: set[Position]) -> None:
    """The values for each bound of a number or length are off by one, or less."""
    contract = contract_of(profile, overlay)
    tried: dict[Position, list[Any]] = {}
    for keyword, position, value in broken_positions(contract):
        size = len(value) if isinstance(value, str) else value
        tried.setdefault((keyword, position), []).extend([size] if type(size) in {int, float} else [])
    bounds = [
        (keyword, position, size, reading[size])
        for keyword, position, schema in expected_positions(contract)
        if keyword in {*SIZES, "anyOf"} and (keyword, position) not in redundant
        for reading in schema.get("anyOf", [schema])
        for size in SIZES
        if size in reading and keyword in {size, "anyOf"} and isinstance(reading[size], int)
    ]
    missed = [
        (keyword, position, size, bound)
        for keyword, position, size, bound in bounds
        if any(0 < (value - bound) * SIZES[size] <= 1 for value in tried[keyword, position])
    ]

    assert bounds == missed


def test_lists_every_rule_at_every_key(profile: str) -> None:
    """The table follows from the exported schema and the rules."""
    contract = load_contract(profile)
    simplest = Recipe(contract).simplest()
    further = f"field_{sum(1 for key in simplest if FIELD.fullmatch(key))}"
    unnamed = {key for key in (*simplest, further) if FIELD.fullmatch(key)} - contract.schema()["properties"].keys()
    expected = {("not-json", key) for key in ("", *simplest)}
    for keyword, position, schema in expected_positions(contract):
        top = "/".join(position.split("/")[2:3])
        if (keyword, top) == ("additionalProperties", ""):
            fields = [re.compile(pattern) for pattern in schema["patternProperties"]]
            expected |= {(keyword, key) for key in NEW_KEYS if not any(field.search(key) for field in fields)}
        else:
            expected |= {(keyword, key) for key in (unnamed if top == "field_N" else {top})}
    for rule in RULES:
        if rule.severity.get(profile) == "break":
            expected |= {(rule.name, key) for key in RULE_KEYS[rule.name]}
    actual = {(breaker.rule, breaker.key) for breaker in BREAKERS[profile]}

    assert expected == actual


@pytest.mark.fast_only(profile="sample")
@pytest.mark.parametrize("key", ["created_at", "dialer_skill"])
def test_breaks_nested_pointers(key: str, profile: str, drawn: Drawn) -> None:
    """With rule and key fixed, each pointer below the key occurs."""
    expected = {
        (keyword, position)
        for keyword, position, _ in expected_positions(load_contract(profile))
        if position.startswith(f"/*/{key}") and keyword != "additionalProperties"
    }
    actual = {
        (broken.rule, broken.pointer)
        for rule in {keyword for keyword, _ in expected}
        for broken in drawn(broken_leads(profile=profile, rule=rule, key=key), 40)
    }

    assert expected == actual


def test_lists_each_breaker_once(profile: str) -> None:
    """Each rule and key occurs once, and leads or responses can break it."""
    breakers = BREAKERS[profile]

    assert len({(breaker.rule, breaker.key) for breaker in breakers}) == len(breakers)
    assert all(breaker.in_leads or breaker.in_responses for breaker in breakers)


def test_lists_breakers_by_profile() -> None:
    """The table has the three profiles, and no other."""
    assert list(BREAKERS) == ["sample", "documented", "lenient"]
    assert len(BREAKERS) == 3
    assert "smaple" not in BREAKERS


FIRST_OF_RULE = {breaker.rule: breaker for breaker in reversed(BREAKERS["sample"])}
FIXED = [
    pytest.param(
        breaker,
        id=f"{breaker.rule}-{breaker.key}",
        marks=[] if breaker is FIRST_OF_RULE[breaker.rule] else pytest.mark.slow,
    )
    for breaker in BREAKERS["sample"]
]
"""One key of each rule; every key in the slow tests."""


@pytest.mark.parametrize("breaker", FIXED)
def test_breaks_only_selected_rule_and_key(breaker: Any, drawn: Drawn) -> None:
    """With rule and key fixed, nothing else is broken."""
    strategy = broken_leads if breaker.in_leads else broken_responses
    found = drawn(strategy(rule=breaker.rule, key=breaker.key), 3)

    assert {breaker.rule} == {broken.rule for broken in found}
    assert all((breaker.rule, breaker.key) in _pairs(broken.rule, broken.pointer) for broken in found)


def test_breaks_every_rule_of_selected_key(drawn: Drawn) -> None:
    """With a key fixed, each rule of it is broken."""
    rules = {broken.rule for broken in drawn(broken_leads(key="priority"), 60)}

    assert rules == {"required", "type", "minimum", "maximum", "not-json"}


def test_broken_examples_differ(drawn: Drawn) -> None:
    """Nearly all broken examples differ, even for a fixed rule and key."""
    assert len({repr(broken) for broken in drawn(broken_leads(), 100)}) > 95
    assert len({repr(broken) for broken in drawn(broken_responses(), 100)}) > 75
    assert len({repr(broken) for broken in drawn(broken_leads(rule="type", key="priority"), 50)}) > 45


def test_broken_values_are_named_tuples(drawn: Drawn) -> None:
    """A broken lead or response unpacks into the value, the rule and the pointer."""
    lead, rule, pointer = drawn(broken_leads(rule="maximum", key="priority"), 1)[0]
    response, _, _ = drawn(broken_responses(rule="maximum", key="priority"), 1)[0]

    assert (lead["priority"], rule, pointer) == (31, "maximum", "/*/priority")
    assert 31 in {one["priority"] for one in json.loads(response)}
    assert Broken._fields == ("lead", "rule", "pointer")
    assert BrokenResponse._fields == ("response", "rule", "pointer")


def test_examples_share_no_values(drawn: Drawn) -> None:
    """A change of one example does not change later examples."""
    for broken in drawn(broken_leads(profile="documented"), 40):
        for value in broken.lead.values():
            if isinstance(value, dict | list):
                value.clear()

    assert breaks("documented", drawn(leads(profile="documented"), 1)) == []
    assert [b for b in drawn(broken_leads(profile="documented"), 40) if len(breaks("documented", [b.lead])) != 1] == []
