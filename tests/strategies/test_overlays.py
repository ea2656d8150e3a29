"""Overlays: strategies follow what they add, change and remove."""

import json
import re
from typing import Any

import pytest
from hypothesis import find, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from jsonschema import Draft202012Validator

from smartflo_contract.factories.generators import GENERATORS
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.lead_format import column_names
from smartflo_contract.schemas.rules.values import NEW_KEYS
from smartflo_contract.strategies import (
    broken_leads,
    broken_responses,
    dial_statuses,
    dispositions,
    headers,
    lead_lists,
    leads,
    surprising_leads,
)
from smartflo_contract.strategies._value_strategies import object_ids

from .conftest import Drawn, example_counts

Overlay = dict[str, Any]
OVERLAYS: dict[str, Overlay] = {
    "nothing": {},
    "text": {"properties": {"campaign": {"type": "string", "minLength": 3, "maxLength": 5}}, "required": ["campaign"]},
    "pattern": {"properties": {"code": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$"}}, "required": ["code"]},
    "numbers": {
        "properties": {
            "score": {"type": "number", "minimum": -1.5, "maximum": 1.5},
            "level": {"type": "integer", "minimum": 3},
            "rank": {"minimum": 0.5, "maximum": 2.5, "type": ["integer", "null"]},
        }
    },
    "closed": {"properties": {"source": {"enum": ["web", None, 3, {"a": [1]}]}, "version": {"const": 2}}},
    "nested": {
        "properties": {
            "tags": {
                "type": "array",
                "items": {"type": "object", "properties": {"n": {"minimum": 0}}, "required": ["n"]},
            },
            "owner": {
                "type": "object",
                "properties": {"id": {"type": "integer"}, "mail": {"type": "string"}, "on": {"type": "boolean"}},
                "required": ["id"],
                "additionalProperties": False,
            },
        },
        "required": ["owner"],
    },
    "removed": {"properties": {"undisposed_lead": None, "header": None, "dial_status": None, "lead_id": None}},
    "retyped": {
        "properties": {
            "retry_count": {"type": "boolean"},
            "call_count": {"type": "string", "pattern": "^[0-9]+$"},
            "list_id": {"type": "string", "minLength": 1},
            "created_at": {"type": "string"},
        }
    },
    "narrowed": {
        "properties": {
            "priority": {"minimum": 5, "maximum": 7},
            "dial_status": {"enum": [1, 2, 10]},
            "dialer_dial_status": {"maximum": 0},
            "skill_id": {"type": "integer"},
            "list_name": {"minLength": 1},
            "field_2": {"pattern": "^[a-z.]+@example[.](com|net)$"},
            "field_12": {"minLength": 1},
            "header": {"maxLength": 400},
        }
    },
    "faker": {
        "properties": {
            "town": {"type": "string", "x-faker": "city", "minLength": 1},
            "seller": {"x-faker": "name", "type": "string"},
            "closed_at": {"type": "object", "x-faker": "updated_at"},
            "stage": {
                "type": "integer",
                "x-known-values": [
                    {"value": 4, "label": "Four", "evidence": "assumed"},
                    {"minimum": 9, "label": "Own", "evidence": "assumed"},
                ],
            },
        },
        "required": ["town"],
    },
    "listed": {"properties": {"retry_count": {"enum": [0, 7, "0", "7"]}, "field_1": {"enum": ["", "Asha"]}}},
    "beyond the tables": {
        "properties": {
            "list_name": {"pattern": "^Zeta [0-9]$"},
            "field_4": {"pattern": "^[A-Z]{3}$"},
            "priority": {"minimum": 30},
            "last_status": {"type": "integer", "x-faker": "dial_status"},
            "last_disposition": {"type": "integer", "x-faker": "disposition"},
        }
    },
    "far field": {"properties": {"field_40": {"minLength": 2}}, "required": ["field_44"]},
    "open": {"additionalProperties": True},
    "shut": {"additionalProperties": False},
}
PROFILES = ("sample", "documented", "lenient")


def by_profile(overlays: dict[str, Overlay]) -> list[Any]:
    """Return parameters: each overlay under one of the profiles, and under the other two in the slow tests."""
    return [
        pytest.param(profile, overlay, id=f"{name}-{profile}", marks=[] if column == row % 3 else pytest.mark.slow)
        for row, (name, overlay) in enumerate(overlays.items())
        for column, profile in enumerate(PROFILES)
    ]


CASES = by_profile(OVERLAYS)


@pytest.mark.parametrize(("profile", "overlay"), CASES)
def test_draws_valid_leads(profile: str, overlay: Overlay, drawn: Drawn) -> None:
    """Both validators accept leads and lists under the contract with the overlay."""
    contract = load_contract(profile, overlay)
    validator = Draft202012Validator(contract.schema("leads"))
    bodies = [[lead] for lead in drawn(leads(profile=profile, overlay=overlay), 8)]
    bodies += drawn(lead_lists(profile=profile, overlay=overlay, max_size=3), 3)

    assert [body for body in bodies if not (validator.is_valid(body) and contract.is_valid(body))] == []


@example_counts(8, 60)
@pytest.mark.parametrize(("profile", "overlay"), CASES)
def test_draws_broken_leads(profile: str, overlay: Overlay, count: int, drawn: Drawn) -> None:
    """Broken leads and responses break exactly their rule under the contract with the overlay."""
    contract = load_contract(profile, overlay)
    made = [([one.lead], one) for one in drawn(broken_leads(profile=profile, overlay=overlay), count)]
    made += [(one.response, one) for one in drawn(broken_responses(profile=profile, overlay=overlay), count // 3)]
    wrong = [
        (one.rule, one.pointer, found)
        for body, one in made
        if (found := [(f.rule, f.pointer) for f in contract.check(body) if f.severity == "break"])
        != [(one.rule, one.pointer)]
    ]

    assert wrong == []


BREAKABLE: list[tuple[str, str, str, dict[str, Any]]] = [
    ("sample", "owner", "additionalProperties", {"type": "object", "additionalProperties": False}),
    ("documented", "sensitive_field_map", "enum", {"enum": ["[]", "0"]}),
    ("sample", "code", "minLength", {"type": "string", "pattern": "^[A-Z]+$", "minLength": 3}),
    ("sample", "code", "maxLength", {"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$", "maxLength": 6}),
    ("sample", "score", "maximum", {"type": "number", "maximum": 1e308}),
    ("sample", "score", "minimum", {"type": "number", "minimum": -1e300}),
]


@pytest.mark.parametrize(("profile", "key", "rule", "schema"), BREAKABLE)
def test_breaks_keywords_beside_others(profile: str, key: str, rule: str, schema: dict[str, Any], drawn: Drawn) -> None:
    """A keyword whose bound is implied by others, or is far from small numbers, can be broken too."""
    overlay = {"properties": {key: schema}}
    made = drawn(broken_leads(profile=profile, overlay=overlay, rule=rule, key=key), 10)

    assert {((rule, one.pointer),) for one in made} == {
        tuple((found.rule, found.pointer) for found in load_contract(profile, overlay).check([one.lead]))
        for one in made
    }


@pytest.mark.parametrize("overlay", [pytest.param(OVERLAYS[name], id=name) for name in OVERLAYS if name != "closed"])
def test_draws_surprising_leads(overlay: Overlay, drawn: Drawn) -> None:
    """Surprising leads are valid under the contract with the overlay, and are reported."""
    contract = load_contract("lenient", overlay)
    severities = [
        {finding.severity for finding in contract.check([lead])}
        for lead in drawn(surprising_leads(overlay=overlay), 12)
    ]

    assert [found for found in severities if "surprise" not in found or "break" in found] == []


TIMES: dict[str, Overlay] = {
    "19 digits": {"created_at": {"properties": {"$date": {"properties": {"$numberLong": {"pattern": "^[0-9]{19}$"}}}}}},
    "a key more": {"updated_at": {"properties": {"zone": {"type": "string"}}, "required": ["zone"]}},
}


@pytest.mark.parametrize(("profile", "properties"), by_profile(TIMES))
def test_times_have_64_bits(profile: str, properties: Overlay, drawn: Drawn) -> None:
    """If an overlay changes the schema of a time, its number still fits 64 bits in valid and broken leads."""
    overlay = {"properties": properties}
    contract = load_contract(profile, overlay)
    broken = drawn(broken_leads(profile=profile, overlay=overlay), 30)

    assert [lead for lead in drawn(leads(profile=profile, overlay=overlay), 40) if not contract.is_valid([lead])] == []
    assert [one for one in broken if sum(found.severity == "break" for found in contract.check([one.lead])) != 1] == []


def test_new_property_has_all_valid_values(drawn: Drawn) -> None:
    """Every lead has the property of an overlay, with values over the whole range of its keywords."""
    made = drawn(leads(overlay=OVERLAYS["text"] | {"required": ["campaign"]}), 60)

    assert {3, 4, 5} == {len(lead["campaign"]) for lead in made}
    assert {"web", "None", "3", "{'a': [1]}"} == {
        str(lead["source"]) for lead in drawn(leads(overlay=OVERLAYS["closed"]), 100)
    }
    assert all(re.fullmatch("[A-Z]{2}-[0-9]+", lead["code"]) for lead in drawn(leads(overlay=OVERLAYS["pattern"]), 50))


def test_new_property_follows_its_annotations(drawn: Drawn) -> None:
    """x-faker and x-known-values of an overlay's property decide its values."""
    made = drawn(leads(overlay=OVERLAYS["faker"]), 120)

    assert {"Pune", "Kochi", "Chennai"} <= {lead["town"] for lead in made}
    assert "Asha" in {lead["seller"] for lead in made}
    assert {4, 9, 10} <= {lead["stage"] for lead in made}


def test_draws_known_values_beyond_a_byte(drawn: Drawn) -> None:
    """Known values that do not fit a byte table occur too."""
    known = [{"value": value, "label": f"Status {value}", "evidence": "assumed"} for value in range(400)]
    overlay = {"properties": {"stage": {"type": "integer", "x-known-values": known}}}

    seen: set[int] = set()

    def many_seen(lead: dict[str, Any]) -> bool:
        seen.add(lead["stage"])
        return len(seen) > 300

    drawn(leads(overlay=overlay), 1_000, enough=many_seen)

    assert len(seen) > 300


def test_narrowed_property_has_realistic_values(drawn: Drawn) -> None:
    """If an overlay narrows a property, its realistic values that stay valid occur, and so does each known one."""
    overlay = OVERLAYS["narrowed"]
    made = drawn(leads(overlay=overlay), 300)

    assert {5, 6, 7} == {lead["priority"] for lead in made}
    assert {1, 2, 10} == {lead["dial_status"] for lead in made}
    assert {0, *range(-9, 0)} == {lead["dialer_dial_status"] for lead in made}
    assert "om@example.com" in {lead["field_2"] for lead in made}
    assert {1, 2, 10} == set(drawn(dial_statuses(overlay=overlay), 50))
    assert max(drawn(dispositions(overlay=overlay), 100)) == 0


def test_removed_property_is_missing(drawn: Drawn) -> None:
    """No lead has a property that an overlay removes."""
    removed = set(OVERLAYS["removed"]["properties"])

    assert [lead for lead in drawn(leads(overlay=OVERLAYS["removed"]), 50) if removed & lead.keys()] == []


@pytest.mark.slow
def test_new_property_shrinks(drawn: Drawn) -> None:
    """A new property shrinks, and leaves other values at their simplest."""
    search = settings(derandomize=True, database=None, deadline=None, max_examples=500)
    plain: st.SearchStrategy[dict[str, Any]] = leads(overlay=OVERLAYS["text"]).map(dict)
    found = find(plain, lambda lead: len(lead["campaign"]) > 3, settings=search)

    assert (found["campaign"], found["priority"], found["field_0"]) == ("0000", 1, "")
    assert drawn(leads(overlay=OVERLAYS["text"]), 1)[0]["campaign"] == "000"


def test_overlay_may_be_a_path(tmp_path: Any, drawn: Drawn) -> None:
    """The overlay argument accepts the path of a JSON file."""
    path = tmp_path / "overlay.json"
    path.write_text(json.dumps(OVERLAYS["text"]))

    assert "campaign" in drawn(leads(overlay=path), 1)[0]


def test_examples_share_no_enum_values(drawn: Drawn) -> None:
    """A change of an enum's value changes no other lead."""
    first, second = [
        lead["source"] for lead in drawn(leads(overlay=OVERLAYS["closed"]), 100) if isinstance(lead["source"], dict)
    ][:2]
    first.clear()

    assert second == {"a": [1]}


@pytest.mark.parametrize("key", ["field_0", "alternate_phone_number"])
def test_rejects_pattern_of_numbers_that_may_ring(key: str, drawn: Drawn) -> None:
    """The error states the way out; an enum of numbers is the user's choice."""
    real = {"properties": {key: {"pattern": "^[+]919[0-9]{9}$"}}}

    with pytest.raises(InvalidArgument, match="no phone number that cannot ring is valid"):
        drawn(leads(overlay=real), 5)
    assert drawn(leads(overlay={"properties": {key: {"enum": ["555"]}}}), 5)[0][key] == "555"


def test_rejects_contradictory_keywords(drawn: Drawn) -> None:
    """Contradictory keywords are an error instead of an endless search."""
    with pytest.raises(InvalidArgument, match="check its keywords"):
        drawn(broken_leads(overlay={"properties": {"x": {"type": "string", "pattern": "^a$", "minLength": 5}}}), 5)


def test_headers_are_valid(drawn: Drawn) -> None:
    """headers() returns values that are valid under the overlay."""
    overlay = {"properties": {"header": {"maxLength": 60}}}

    assert max(len(header) for header in drawn(headers(overlay=overlay), 100)) <= 60


HEADERS: dict[str, Overlay] = {
    "short": {"maxLength": 60},
    "listed": {"enum": ['["City","Name"]', '["Name"]', ["Name"]]},
    "no longer names": {"pattern": "^[a-z]{3}$", "type": "string"},
}


@pytest.mark.parametrize(("profile", "header"), by_profile(HEADERS))
def test_values_follow_the_columns_of_narrowed_header(profile: str, header: Overlay, drawn: Drawn) -> None:
    """Values are in the columns that the header contains, even if an overlay changes its schema."""
    overlay = {"properties": {"header": header}}
    made = drawn(leads(profile=profile, overlay=overlay, names=st.just("Zed"), texts=st.just("x")), 40)
    placed = [
        (column, lead.get(f"field_{n}")) for lead in made for n, column in enumerate(column_names(lead["header"]) or ())
    ]

    assert {value for column, value in placed if column == "Name"} <= {"Zed", None}
    assert {value for column, value in placed if column == "City"} <= {"x", "", None}
    assert [lead for lead in made if not load_contract(profile, overlay).is_valid([lead])] == []


def test_columns_are_used_under_overlay(profile: str, drawn: Drawn) -> None:
    """The option `columns` works with an overlay that narrows the header."""
    options: Any = {"profile": profile, "overlay": {"properties": {"header": HEADERS["short"]}}}
    options["columns"] = st.just(["Name"])
    made = drawn(leads(**options, names=st.just("Zed")), 30)

    assert {(("Name",), "Zed")} == {(column_names(lead["header"]), lead["field_0"]) for lead in made}
    assert {("Name",)} == {column_names(header) for header in drawn(headers(**options), 30)}


def test_table_has_every_generator() -> None:
    """The table has every generator that x-faker allows, except `column`, which stands for that of the column."""
    contract = load_contract()
    named = {schema.get("x-faker") for schema in contract.lead["properties"].values()} - {None}
    from smartflo_contract.schemas.files import read  # noqa: PLC0415

    assert set(read("annotations.schema.json")["properties"]["x-faker"]["enum"]) - {"column"} == set(GENERATORS)
    assert named - {"column"} <= set(GENERATORS)


def test_surprising_keys_are_not_in_the_contract() -> None:
    """The contract defines none of the keys that surprise."""
    assert set(NEW_KEYS) & set(load_contract().lead["properties"]) == set()
    assert repr(object_ids()) == "object_ids()"


LIST_IDS: dict[str, Overlay] = {
    "zero": {"minimum": 0},
    "negative": {"minimum": -5},
    "boolean": {"type": "boolean"},
}


@pytest.mark.parametrize("pattern", ["^([A-Za-z]+ ?)+$", "^(a+)+$", "^[0-9]+(,[0-9]+)*$"])
def test_draws_from_ambiguous_patterns(pattern: str, drawn: Drawn) -> None:
    """A nested repetition does not make Hypothesis filter out too many strings."""
    overlay: Overlay = {"properties": {"x": {"type": "string", "pattern": pattern}}, "required": ["x"]}
    contract = load_contract("sample", overlay)

    assert [lead for lead in drawn(leads(overlay=overlay), 20) if not contract.is_valid([lead])] == []


@pytest.mark.parametrize(("profile", "schema"), by_profile(LIST_IDS))
def test_draws_valid_ids_for_unusual_list_ids(profile: str, schema: Overlay, drawn: Drawn) -> None:
    """If an overlay allows list_id values that are not ids, `id` is still valid."""
    overlay = {"properties": {"list_id": schema}}
    contract = load_contract(profile, overlay)

    assert [
        body for body in drawn(lead_lists(profile=profile, overlay=overlay), 25) if not contract.is_valid(body)
    ] == []
