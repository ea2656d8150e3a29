"""Values of properties that an overlay adds or changes, for every keyword."""

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from smartflo_contract.factories import LeadWriter, ListDefinition, lead_list
from smartflo_contract.schemas import load_contract

SCHEMAS: dict[str, dict[str, Any]] = {
    "null": {"type": "null"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "integer-from": {"type": "integer", "minimum": 1000},
    "integer-to": {"type": "integer", "maximum": 7},
    "integer-below-0": {"type": "integer", "maximum": -7},
    "integer-between": {"type": "integer", "minimum": -3, "maximum": 3},
    "integer-one": {"type": "integer", "minimum": 3, "maximum": 3},
    "integer-fractions": {"type": "integer", "minimum": 0.5, "maximum": 1.5},
    "integer-53": {"type": "integer", "minimum": -(2**53), "maximum": 2**53 - 1},
    "number": {"type": "number"},
    "number-between": {"type": "number", "minimum": 0.1, "maximum": 0.3},
    "number-one": {"type": "number", "minimum": 0.1, "maximum": 0.1},
    "number-below-0": {"type": "number", "maximum": -0.5},
    "number-wide": {"type": "number", "minimum": -1e308, "maximum": 1e308},
    "string": {"type": "string"},
    "string-from": {"type": "string", "minLength": 100},
    "string-to": {"type": "string", "maxLength": 2},
    "string-empty": {"type": "string", "maxLength": 0},
    "string-between": {"type": "string", "minLength": 7, "maxLength": 7},
    "array": {"type": "array"},
    "array-of": {"type": "array", "items": {"type": "integer", "minimum": 5}},
    "object": {"type": "object"},
    "object-of": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"const": "x"}}, "required": ["a"]},
    "object-closed": {"type": "object", "properties": {"a": {"type": "null"}}, "additionalProperties": False},
    "object-required": {"type": "object", "required": ["a", "b"]},
    "nested": {
        "type": "object",
        "properties": {
            "rows": {"type": "array", "items": {"type": "object", "properties": {"n": {"enum": [1, None]}}}}
        },
    },
    "types": {"type": ["string", "null"]},
    "all-types": {"type": ["null", "boolean", "integer", "number", "string", "array", "object"]},
    "enum": {"enum": ["a", 1, None, True, [1], {"a": {"b": 2}}, 1.5]},
    "enum-narrowed": {"type": "integer", "minimum": 3, "enum": [1, 2, 3]},
    "enum-of-many": {"type": "integer", "maximum": 2, "enum": [*range(200)]},
    "const": {"const": {"deep": [1, {"x-kept": True}]}},
    "const-percent": {"const": '100% {name} \\ " \n'},
    "no-type": {},
    "hint-minimum": {"minimum": 4},
    "hint-maximum": {"maximum": 4},
    "hint-length": {"minLength": 4},
    "hint-max-length": {"maxLength": 4},
    "hint-pattern": {"pattern": "^a$"},
    "hint-properties": {"properties": {"a": {"const": 1}}},
    "hint-items": {"items": {"const": 1}},
    "faker": {"type": "string", "x-faker": "city"},
    "faker-that-does-not-fit": {"type": "integer", "x-faker": "city"},
    "faker-that-fits-at-times": {"type": "string", "x-faker": "city", "maxLength": 5},
    "faker-column": {"type": "string", "x-faker": "column"},
}
CASES = [
    pytest.param(profile, name, id=f"{name}-{profile}", marks=[] if column == row % 3 else pytest.mark.slow)
    for row, name in enumerate(SCHEMAS)
    for column, profile in enumerate(("sample", "documented", "lenient"))
]
"""Each schema under one of the profiles, and under the other two in the slow tests."""
PATTERNS = [
    "^a$",
    "a",
    "^a",
    "a$",
    "",
    "^$",
    "^(a|b)c$",
    "^(?:red|green|blue)$",
    "^[a-f]{3}$",
    "^[^a-z]$",
    "^[^a]$",
    "^[^ -~]$",
    "^.{5}$",
    "^[A-Z]{2}[0-9]{4}$",
    "^a*b+c?$",
    "^a{2,}$",
    "^a{2,3}?$",
    "^a+?$",
    "^a++b$",
    "^([ab])x\\1$",
    "^([ab])([cd])\\2\\1$",
    "^\\.\\*$",
    "^\\+91[0-9]{10}$",
    "^[-_.]$",
    "^[\\]\\\\]$",
    "^a|b$",
    "^(a(b(c)?)?)?d$",
    "^x(?!y)",
    "^(?=a)a$",
    "^ab(?<=b)c$",
    "^\\u0041$",
    "^[ऀ-ॿ]{3}$",
    "^😀$",
    "^\\t\\n?$",
    "^[a-z]+@[a-z]+\\.(com|net)$",
    "^(?:(a)|b)c$",
    "^(?:ab)+$",
]


def _values(profile: str, schema: dict[str, Any], size: int = 25) -> list[Any]:
    overlay = {"properties": {"added": schema}, "required": ["added"]}
    return [{**found}["added"] for found in lead_list(5, 8668, size, profile=profile, overlay=overlay)]


@pytest.mark.parametrize(("profile", "name"), CASES)
def test_generates_valid_values_for_keywords(profile: str, name: str) -> None:
    """Both validators accept every generated value."""
    schema = {key: value for key, value in SCHEMAS[name].items() if key != "x-faker"}
    slow, fast = Draft202012Validator(schema), jsonschema_rs.Draft202012Validator(schema)
    values = _values(profile, SCHEMAS[name])

    assert [value for value in values if not (slow.is_valid(value) and fast.is_valid(value))] == []


@pytest.mark.parametrize(("profile", "name"), CASES)
def test_generates_valid_leads_with_new_property(profile: str, name: str) -> None:
    """A lead with such a property has no findings."""
    overlay = {"properties": {"added": SCHEMAS[name]}, "required": ["added"]}
    leads = lead_list(6, 8668, 10, profile=profile, overlay=overlay)

    assert load_contract(profile, overlay).check(leads) == ()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_generates_matching_strings_for_patterns(pattern: str) -> None:
    """Both validators accept every generated string."""
    overlay = {"properties": {"added": {"type": "string", "pattern": pattern}}}
    schema = load_contract("sample", overlay).schema()["properties"]["added"]
    slow, fast = Draft202012Validator(schema), jsonschema_rs.Draft202012Validator(schema)
    values = _values("sample", {"type": "string", "pattern": pattern})

    assert [value for value in values if not (slow.is_valid(value) and fast.is_valid(value))] == []


@pytest.mark.parametrize("pattern", ["^(a|b|c)$", "^[a-f]{3}$", "^[^a]$", "^a*$", "^(?:red|green)$"])
def test_generates_different_strings_for_patterns(pattern: str) -> None:
    """If a pattern allows several strings, different leads have different strings."""
    assert len(set(_values("sample", {"pattern": pattern}))) > 1


def test_generates_every_type() -> None:
    """Of several types, each occurs."""
    kinds = {type(value) for value in _values("sample", SCHEMAS["all-types"], 200)}

    assert kinds == {type(None), bool, int, float, str, list, dict}


def test_generates_every_member_of_enum() -> None:
    """Each member occurs with its own type."""
    values = {json.dumps(value) for value in _values("sample", SCHEMAS["enum"], 200)}

    assert values == {json.dumps(value) for value in SCHEMAS["enum"]["enum"]}


def test_uses_valid_values_of_generator() -> None:
    """If only some values of a generator are valid, these are used."""
    usual = _values("sample", SCHEMAS["faker"])
    limited = _values("sample", SCHEMAS["faker-that-fits-at-times"])

    assert [pair for pair in zip(usual, limited, strict=True) if len(pair[0]) <= 5 and pair[0] != pair[1]] == []


@pytest.mark.parametrize("columns", [(), ("Phone",)])
@pytest.mark.parametrize("extra", [{}, {"n": {"const": 1}}])
def test_generates_leads_with_list_id_alone(profile: str, columns: tuple[str, ...], extra: dict[str, Any]) -> None:
    """An overlay may remove every property except list_id."""
    names = load_contract(profile).lead["properties"]
    overlay = {"properties": {**{key: None for key in names if key != "list_id"}, **extra}}
    writer = LeadWriter(ListDefinition(8668, columns=columns), load_contract(profile, overlay))

    assert load_contract(profile, overlay).check([writer.lead(0)]) == ()


@pytest.mark.parametrize(
    "schema",
    [{"type": "string"}, {"minimum": 10_000}, {"type": "string", "pattern": "^L[0-9]+$"}, {"enum": [1, 2, 3]}],
)
def test_overlay_keeps_one_list_id(profile: str, schema: dict[str, Any]) -> None:
    """A list has one list_id, even if an overlay changes its schema."""
    leads = lead_list(5, 8668, 20, profile=profile, overlay={"properties": {"list_id": schema}})

    assert len({json.dumps(found["list_id"]) for found in leads}) == 1


@pytest.mark.parametrize("key", ["id", "lead_id"])
@pytest.mark.parametrize(
    "schema", [{"type": "integer"}, {"type": "string"}, {"type": "string", "pattern": "^L[0-9]{9}$"}]
)
def test_generates_valid_lists_with_retyped_ids(profile: str, key: str, schema: dict[str, Any]) -> None:
    """An overlay may change the type of an identifier."""
    overlay = {"properties": {key: schema}}
    leads = lead_list(5, 8668, 50, profile=profile, overlay=overlay)
    findings = load_contract(profile, overlay).check(leads)

    assert [str(finding) for finding in findings if finding.severity == "break"] == []


@pytest.mark.parametrize("key", ["header", "sensitive_field_map"])
@pytest.mark.parametrize("schema", [{"maxLength": 5}, {"type": "string", "pattern": "^x$"}, {"type": "integer"}])
def test_generates_valid_lists_with_changed_json_strings(profile: str, key: str, schema: dict[str, Any]) -> None:
    """An overlay may change the schema of a JSON-encoded string."""
    overlay = {"properties": {key: schema}}
    findings = load_contract(profile, overlay).check(lead_list(5, 8668, 5, profile=profile, overlay=overlay))

    assert [str(finding) for finding in findings if finding.severity == "break"] == []


def test_counters_agree_with_restricted_statuses(profile: str) -> None:
    """If an overlay restricts the statuses, counters and dispositions still agree with them."""
    overlay = {"properties": {"dial_status": {"enum": [1, 5]}}}
    leads = lead_list(5, 8668, 100, profile=profile, overlay=overlay)

    assert {(found["dial_status"], found["call_count"], found["dialer_dial_status"]) for found in leads} == {
        (1, 0, 0),
        (5, 0, -3),
    }


_LEAF = st.one_of(
    st.sampled_from([{}, {"type": "null"}, {"type": "boolean"}, {"type": "number"}, {"type": ["string", "integer"]}]),
    st.builds(
        lambda low, span: {"type": "integer", "minimum": low, "maximum": low + span},
        st.integers(-(10**6), 10**6),
        st.integers(0, 9),
    ),
    st.builds(lambda high: {"type": "integer", "maximum": high}, st.integers(-(10**6), 10**6)),
    st.builds(lambda low: {"type": "number", "minimum": low}, st.floats(-1e6, 1e6)),
    st.builds(
        lambda low, span: {"type": "string", "minLength": low, "maxLength": low + span},
        st.integers(0, 30),
        st.integers(0, 9),
    ),
    st.builds(
        lambda values: {"enum": values},
        st.lists(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3), min_size=1),
    ),
    st.builds(lambda pattern: {"type": "string", "pattern": pattern}, st.sampled_from(PATTERNS)),
)
_SCHEMA = st.recursive(
    _LEAF,
    lambda below: st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, below),
        st.builds(
            lambda properties, closed: {
                "type": "object",
                "properties": properties,
                "required": sorted(properties)[:1],
                "additionalProperties": not closed,
            },
            st.dictionaries(st.sampled_from("abc"), below, max_size=3),
            st.booleans(),
        ),
    ),
    max_leaves=4,
)
_KEYS = [
    "added",
    "x-added",
    "field_40",
    "field_7",
    "call_count",
    "priority",
    "skill_id",
    "updated_at",
    "with space",
    "%s",
    "a/b",
]


@given(
    profile=st.sampled_from(["sample", "documented", "lenient"]),
    properties=st.dictionaries(
        st.sampled_from([key for key in _KEYS if not key.startswith("field_")]), _SCHEMA, min_size=1, max_size=3
    ),
    fields=st.dictionaries(
        st.sampled_from(["field_7", "field_40"]), st.just({"type": "string", "minLength": 2}), max_size=2
    ),
)
def test_generates_valid_leads_for_any_overlay(
    profile: str, properties: dict[str, Any], fields: dict[str, Any]
) -> None:
    """Generated leads have no break under the same contract."""
    types = ["string", "number", "boolean", "null", "array", "object"]
    anew = {"type": types, "minimum": None, "maximum": None}  # without the contract's own limits
    retyped = {key: anew | schema for key, schema in properties.items()}
    overlay = {"properties": {**retyped, **fields}, "required": [*properties, *fields]}
    findings = load_contract(profile, overlay).check(lead_list(5, 8668, 3, profile=profile, overlay=overlay))

    assert [str(finding) for finding in findings if finding.severity == "break"] == []
