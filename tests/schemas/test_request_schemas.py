"""The schemas of request bodies."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

from smartflo_contract.schemas import ContractError
from smartflo_contract.schemas.patterns import END, portable
from smartflo_contract.schemas.request_schemas import request_components, request_schema

SOURCE = json.loads(files("smartflo_contract.schemas").joinpath("requests.schema.json").read_text(encoding="utf-8"))
DEFINITIONS: dict[str, dict[str, Any]] = SOURCE["$defs"]
BODIES = (
    *("Login", "AddLead", "UpdateLead", "AddLeads", "PatchLeads", "DeleteLeads", "CreateList", "UpdateList"),
    *("AddDndLead", "UpdateDndLead", "AddDndLeads", "DeleteDndLeads", "CreateDndList", "UpdateDndList"),
    *("CreateBroadcast", "UpdateBroadcast"),
    *("ClickToCall", "ClickToCallSupport", "HangupCall", "CallOptions"),
)
NO_OBJECTS: list[Any] = [None, True, 1, "text", [], [{}]]
MOST = 100_000
LARGEST = 2**53 - 1
NUMBER = "+915550100001"

NO_PHONES: list[Any] = ["", None, True, 0, -1, 1.5, [], {}, LARGEST + 1, "x" * (MOST + 1)]
NO_FIELDS: list[Any] = [None, False, 1.5, [], {}, LARGEST + 1, "x" * (MOST + 1)]
NO_PRIORITIES: list[Any] = [0, 31, "0", "31", "01", "1\n", "\u0967", "", None, True, 1.5]
NO_IDS: list[Any] = [-1, True, 1.5, [], {}]
NO_VALUES: list[Any] = [None, NUMBER, {}, [True], [[]], [1.5], ["x" * (MOST + 1)], [NUMBER] * (MOST + 1)]
LONG = "x" * 1_001
NO_AGENTS: list[Any] = ["", "x" * 101, 0, None, []]
NO_CALLS: list[tuple[str, Any]] = [
    *(("caller_id", True), ("caller_id", []), ("caller_id", 1.5), ("caller_id", "x" * 101)),
    *(("async", 2), ("async", "yes"), ("async", None)),
    *(("call_timeout", 0), ("call_timeout", "0"), ("call_timeout", 86_401), ("call_timeout", "86401")),
    *(("custom_identifier", None), ("custom_identifier", 1), ("custom_identifier", []), ("custom_identifier", LONG)),
    ("custom_identifier", {"lead": []}),
]
NO_COLUMNS: list[Any] = [None, "Name", [1], ["x" * 1_001], [""] * 1_001]

BROADCAST_NUMBERS = {"timeout": 40, "concurrent_limit": 9_999, "number_of_retry": 5, "retry_after_minutes": 0}
FULL_BROADCAST: dict[str, Any] = BROADCAST_NUMBERS | {
    "description": "text",
    "destination": "agent||50201",
    "retry_after_minutes": [5, "30"],
    "caller_id_number": ["+915550100001", 5550100001],
    "start_date_time": "2026-01-31 09:30:00",
    "end_date_time": "2026-01-31 18:00:00",
    "time_group": "12",
    "dialstatus": [1, "4"],
    "retry_dialstatus": [4],
}
BAD_BROADCAST_VALUES: dict[str, list[Any]] = {
    "number_of_retry": [6, -1, "6", "", 1.5, None],
    "timeout": [39, "39", 10_000, None],
    "concurrent_limit": [0, "0", -1, 10_000, None],
    "retry_after_minutes": [[], [1] * 6, [-1], "x", None],
    "start_date_time": ["2026-01-31", "2026-01-31T09:30:00", "now", 1, None],
    "dialstatus": [1, "1", ["New"], [0], None],
    "time_group": [[], -1],
}
BAD_BROADCASTS = [{key: value} for key, values in BAD_BROADCAST_VALUES.items() for value in values]
GOOD: dict[str, list[dict[str, Any]]] = {
    "Login": [
        {"email": "you@example.com", "password": "any"},
        {"email": "0", "password": " "},
        {"email": "crm", "password": "x" * MOST, "remember": True},
    ],
    "AddLead": [
        {"field_0": NUMBER},
        {"field_0": 5550100001},
        {"field_0": 5550100001.0},
        {"field_0": NUMBER, "field_1": "", "field_34": "x" * MOST, "field_9999": -LARGEST},
        {"field_0": NUMBER, "priority": 1, "skill_id": None, "dial_status": 1, "duplicate_option": "skip"},
        {"field_0": NUMBER, "priority": "30", "skill_id": "12", "dial_status": "1", "duplicate_option": "overwrite"},
        {"field_0": NUMBER, "priority": "9", "skill_id": 0, "dial_status": -1, "duplicate_option": "clone"},
        {"field_0": NUMBER, "field_00": None, "field_10000": [], "field_1\n": {}, "filed_1": 1, "field_x": True},
    ],
    "UpdateLead": [
        {},
        {"field_0": "", "field_1": 7, "field_15": "text"},
        {"priority": "1", "skill_id": "12", "dial_status": "1"},
        {"priority": 30, "skill_id": None, "dial_status": 9},
        {"duplicate_option": "unknown here", "field_-1": None},
    ],
    "AddLeads": [
        {"data": []},
        {"data": [{"field_0": NUMBER}, {"field_0": 5550100002, "priority": 5}], "duplicate_option": "skip"},
        {"data": [{"field_0": NUMBER}] * 1_000, "skill_id": None, "duplicate_options": 1},
    ],
    "PatchLeads": [
        {"field": "field_0", "lead_data": {}, "data": []},
        {"field": "field_34", "lead_data": {"field_1": "Asha", "priority": "3"}, "data": [NUMBER, 5550100001, ""]},
    ],
    "DeleteLeads": [
        {"field": "field_0", "data": []},
        {"field": "field_9999", "data": [NUMBER, 5550100001], "lead_data": None},
    ],
    "CreateList": [
        {"name": "Trial"},
        {"name": "x" * 1_000, "description": "", "field": []},
        {"name": "Trial", "field": ["Phone Number", ""] * 500},
        {"name": "Trial", "enable_outbound_based_skill": "0", "skill_list_id": ""},
        {"name": "Trial", "enable_outbound_based_skill": "1", "skill_list_id": "12", "other": None},
    ],
    "UpdateList": [
        {},
        {"name": "Trial", "description": "text", "skill_list-id": "12"},
        {"enable_outbound_based_skill": "1", "skill_list_id": 12},
    ],
    "AddDndLead": [
        {"number": NUMBER},
        {"number": 5550100001, "type": "number", "list_id": 3},
        {"number": "0123456789abcdef01234567", "type": "lead_id", "list_id": "3", "other": None},
    ],
    "UpdateDndLead": [{}, {"number": NUMBER}, {"number": 5550100001, "type": "lead_id", "list_id": None}],
    "AddDndLeads": [{"data": []}, {"data": [NUMBER, 5550100001]}, {"data": [NUMBER] * 1_000, "field": 1}],
    "DeleteDndLeads": [
        {"data": []},
        {"field": "number", "data": [NUMBER, 5550100001]},
        {"field": "lead_id", "data": ["0123456789abcdef01234567"], "other": None},
    ],
    "CreateDndList": [{"name": "Trial"}, {"name": "x" * 1_000, "description": "", "other": None}],
    "UpdateDndList": [{}, {"name": "Trial"}, {"description": "text", "other": None}],
    "CreateBroadcast": [
        {"name": "March", "phone_number_list": 8668},
        {"name": "March", "phone_number_list": "8668", "dialstatus": [], "other": None},
        {"name": "March", "phone_number_list": 1} | FULL_BROADCAST,
        *({"name": "March", "phone_number_list": 1, key: str(value)} for key, value in BROADCAST_NUMBERS.items()),
        *({"name": "March", "phone_number_list": 1, "number_of_retry": value} for value in (0, 5, "0", "5")),
    ],
    "UpdateBroadcast": [{}, {"name": "April"}, {"phone_number_list": 2}, FULL_BROADCAST, {"end_date_time": ""}],
    "ClickToCall": [
        {"agent_number": "50201", "destination_number": NUMBER},
        {"agent_number": 50201, "destination_number": 5550100001, "caller_id": NUMBER, "async": 1, "other": None},
        {"agent_number": "x" * 100, "destination_number": NUMBER, "caller_id": None, "async": "1", "call_timeout": 300},
        *(
            {"agent_number": "1", "destination_number": NUMBER, "custom_identifier": value}
            for value in ("", "x" * 1_000, {}, {"lead": "7", "is_new": True, "other": None, "count": 3})
        ),
    ],
    "ClickToCallSupport": [
        {"customer_number": NUMBER, "api_key": "any"},
        {"customer_number": 5550100001, "api_key": "x" * MOST, "caller_id": "", "customer_ring_timeout": 10},
        {"customer_number": NUMBER, "api_key": "any", "customer_ring_timeout": "30", "call_timeout": "86400"},
    ],
    "HangupCall": [{"call_id": "1769832000.000001"}, {"call_id": "x" * 100, "other": None}],
    "CallOptions": [
        *({"type": kind, "call_id": "1", "agent_id": 50201} for kind in (1, "2", 3)),
        {"type": 4, "call_id": "1", "intercom": "1001"},
        {"type": "4", "call_id": "1", "intercom": 1001, "agent_id": "50201", "other": None},
    ],
}
BAD: dict[str, list[Any]] = {
    "Login": [
        *NO_OBJECTS,
        {},
        {"email": "crm"},
        {"password": "any"},
        {"email": "", "password": "any"},
        {"email": "crm", "password": ""},
        {"email": None, "password": "any"},
        {"email": 1, "password": "any"},
        {"email": "crm", "password": "x" * (MOST + 1)},
    ],
    "AddLead": [
        *NO_OBJECTS,
        {},
        {"field_1": "Asha"},
        *({"field_0": value} for value in NO_PHONES),
        *({"field_0": NUMBER, "field_9999": value} for value in NO_FIELDS),
        *({"field_0": NUMBER, "priority": value} for value in NO_PRIORITIES),
        *({"field_0": NUMBER, "duplicate_option": value} for value in ("Skip", "", None, 1)),
        *({"field_0": NUMBER, "skill_id": value} for value in NO_IDS),
        *({"field_0": NUMBER, "dial_status": value} for value in [None, *NO_IDS[1:]]),
    ],
    "UpdateLead": [
        *NO_OBJECTS,
        {"field_0": None},
        {"field_15": []},
        {"priority": "31"},
        {"skill_id": -1},
        {"dial_status": None},
    ],
    "AddLeads": [
        *NO_OBJECTS,
        {},
        {"data": None},
        {"data": {"field_0": NUMBER}},
        {"data": [None]},
        {"data": [{}]},
        {"data": [{"field_0": NUMBER}, {"field_0": NUMBER, "priority": 0}]},
        {"data": [{"field_0": NUMBER}] * (MOST + 1)},
        {"data": [], "duplicate_option": "replace"},
        {"data": [], "skill_id": False},
    ],
    "PatchLeads": [
        *NO_OBJECTS,
        {"lead_data": {}, "data": []},
        {"field": "field_0", "data": []},
        {"field": "field_0", "lead_data": {}},
        {"field": "field_0", "lead_data": [], "data": []},
        {"field": "field_0", "lead_data": {"priority": 31}, "data": []},
        {"field": "field_0", "lead_data": {}, "data": [None]},
        *(
            {"field": value, "lead_data": {}, "data": []}
            for value in ("field_01", "field_0\n", "field_10000", "priority")
        ),
    ],
    "DeleteLeads": [
        *NO_OBJECTS,
        {"data": []},
        {"field": "field_0"},
        {"field": 0, "data": []},
        {"field": "xfield_0", "data": []},
        {"field": "field_\u0966", "data": []},
        *({"field": "field_0", "data": value} for value in NO_VALUES),
    ],
    "CreateList": [
        *NO_OBJECTS,
        {},
        *({"name": value} for value in ("", None, 1, "x" * 1_001)),
        {"name": "Trial", "description": None},
        *({"name": "Trial", "field": value} for value in NO_COLUMNS),
        *({"name": "Trial", "enable_outbound_based_skill": value} for value in (0, True, "", "2")),
        {"name": "Trial", "enable_outbound_based_skill": "1"},
        {"name": "Trial", "enable_outbound_based_skill": "1", "skill_list_id": ""},
        {"name": "Trial", "skill_list_id": 12},
    ],
    "UpdateList": [
        *NO_OBJECTS,
        {"name": ""},
        {"description": 1},
        {"enable_outbound_based_skill": 1},
        {"skill_list-id": 12},
    ],
    "AddDndLead": [
        *NO_OBJECTS,
        {},
        *({"number": value} for value in NO_PHONES),
        *({"number": NUMBER, "type": value} for value in ("", "Number", None, 1)),
        *({"number": NUMBER, "list_id": value} for value in ("", "0", "01", "x", 0, -1, 1.5, None)),
    ],
    "UpdateDndLead": [*NO_OBJECTS, {"number": ""}, {"number": None}, {"type": "phone"}],
    "AddDndLeads": [*NO_OBJECTS, {}, *({"data": value} for value in NO_VALUES), {"data": [""]}],
    "DeleteDndLeads": [
        *NO_OBJECTS,
        {"field": "number"},
        {"field": "field_0", "data": []},
        *({"data": value} for value in NO_VALUES),
    ],
    "CreateDndList": [*NO_OBJECTS, {}, *({"name": value} for value in ("", None, 1, "x" * 1_001))],
    "UpdateDndList": [*NO_OBJECTS, {"name": ""}, {"description": 1}],
    "CreateBroadcast": [
        *NO_OBJECTS,
        {"name": "March"},
        {"phone_number_list": 1},
        *({"name": "March", "phone_number_list": value} for value in ("", "0", "x", 0, -1, 1.5, None, [1])),
        *({"name": "March", "phone_number_list": 1} | change for change in BAD_BROADCASTS),
    ],
    "UpdateBroadcast": [*NO_OBJECTS, {"name": ""}, *BAD_BROADCASTS],
    "ClickToCall": [
        *NO_OBJECTS,
        {},
        {"agent_number": "1"},
        {"destination_number": NUMBER},
        *({"agent_number": "1", "destination_number": value} for value in NO_PHONES),
        *({"agent_number": value, "destination_number": NUMBER} for value in NO_AGENTS),
        *({"agent_number": "1", "destination_number": NUMBER, key: value} for key, value in NO_CALLS),
    ],
    "ClickToCallSupport": [
        *NO_OBJECTS,
        {"customer_number": NUMBER},
        {"api_key": "any"},
        *({"customer_number": NUMBER, "api_key": value} for value in ("", None, 1, "x" * (MOST + 1))),
        *(
            {"customer_number": NUMBER, "api_key": "any", "customer_ring_timeout": value}
            for value in (9, 31, "9", "31", "010", None)
        ),
    ],
    "HangupCall": [*NO_OBJECTS, {}, *({"call_id": value} for value in ("", None, 1, "x" * 101))],
    "CallOptions": [
        *NO_OBJECTS,
        {"type": 1, "call_id": "1"},
        {"type": "4", "call_id": "1", "agent_id": 50201},
        {"type": 4, "intercom": "1001"},
        {"call_id": "1", "agent_id": 50201},
        *({"type": kind, "call_id": "1", "agent_id": 1, "intercom": "1"} for kind in (0, 5, "5", True, None)),
    ],
}


def _is_small(body: object) -> bool:
    """Return whether the reference validator is quick."""
    return len(str(body)) < MOST


def _verdicts(name: str, bodies: list[Any]) -> set[bool]:
    """Return the verdicts of the compiled validator about some bodies, and of the reference about small ones."""
    schema = request_schema(name)
    reference = Draft202012Validator(schema)
    verdicts = {reference.is_valid(body) for body in filter(_is_small, bodies)}
    return verdicts | set(map(jsonschema_rs.Draft202012Validator(schema).is_valid, bodies))


def _values_of(value: Any, keyword: str) -> Iterator[Any]:
    """Yield the values of a keyword, wherever it is."""
    if isinstance(value, dict):
        if keyword in value:
            yield value[keyword]
        for below in value.values():
            yield from _values_of(below, keyword)
    elif isinstance(value, list):
        for below in value:
            yield from _values_of(below, keyword)


@pytest.mark.parametrize("name", BODIES)
def test_accepts_valid_bodies(name: str) -> None:
    """Valid bodies are accepted, also with keys that the definition does not have."""
    assert {True} == _verdicts(name, GOOD[name])


@pytest.mark.parametrize("name", BODIES)
def test_rejects_invalid_bodies(name: str) -> None:
    """Each invalid body is rejected."""
    assert [] == [str(body)[:80] for body in BAD[name] if _verdicts(name, [body]) != {False}]


@pytest.mark.slow
def test_the_reference_agrees_about_large_bodies() -> None:
    """The reference validator rejects bodies that are too large, as the compiled one does."""
    large = [(name, body) for name, bodies in BAD.items() for body in bodies if not _is_small(body)]

    assert large
    assert [] == [name for name, body in large if Draft202012Validator(request_schema(name)).is_valid(body)]


@pytest.mark.parametrize("name", BODIES)
def test_every_property_has_evidence(name: str) -> None:
    """Each key of a request, each pattern of keys, and the request itself have evidence."""
    definition = DEFINITIONS[name]
    parts = definition["properties"] | definition.get("patternProperties", {}) | {name: definition}

    assert [] == [key for key, part in parts.items() if not part.get("x-evidence")]


@pytest.mark.parametrize("name", BODIES)
def test_required_keys_are_properties(name: str) -> None:
    """Every required key is a property."""
    definition = DEFINITIONS[name]

    assert set(definition.get("required", [])) <= set(definition["properties"])


@pytest.mark.parametrize("name", DEFINITIONS)
def test_schema_is_self_contained(name: str) -> None:
    """A definition needs no other file and no annotation, is valid JSON Schema, and has an absolute ``$id``."""
    schema = request_schema(name)
    text = json.dumps(schema)

    Draft202012Validator.check_schema(schema)

    assert f"urn:smartflo-contract:schema:requests:{name}" == schema["$id"]
    assert "$ref" not in text
    assert "x-" not in text


def test_returns_a_copy() -> None:
    """Changes of a returned schema have no effect on others."""
    request_schema("Login").clear()

    assert "email" in request_schema("Login")["properties"]


@pytest.mark.parametrize("name", ["Logins", "", "login", "$defs"])
def test_rejects_unknown_names(name: str) -> None:
    """The error about an unknown name lists the known ones."""
    with pytest.raises(ContractError) as caught:
        request_schema(name)

    assert f"unknown request `{name}`" in str(caught.value)
    assert ", ".join(BODIES) in str(caught.value)


def test_suggests_the_nearest_name() -> None:
    """The error about an unknown name suggests the nearest."""
    with pytest.raises(ContractError, match="Did you mean `AddLead`"):
        request_schema("AddLaed")


def test_no_key_is_defined_twice() -> None:
    """No property also matches a pattern of keys, which strict validators reject."""
    both = [
        (name, key)
        for name in BODIES
        for pattern in DEFINITIONS[name].get("patternProperties", {})
        for key in DEFINITIONS[name]["properties"]
        if not jsonschema_rs.Draft202012Validator({"not": {"pattern": pattern}}).is_valid(key)
    ]

    assert [] == both


def test_has_only_annotations_beside_references() -> None:
    """Keywords beside a ``$ref`` cannot change what is valid."""
    beside = {
        key
        for name in BODIES
        for part in DEFINITIONS[name]["properties"].values()
        if "$ref" in part
        for key in part
        if not key.startswith("x-")
    }

    assert {"$ref", "description"} == beside


def test_patterns_mean_the_same_to_every_engine() -> None:
    """Each pattern is anchored at both ends and portable."""
    patterns = [
        *_values_of(SOURCE, "pattern"),
        *(key for keys in _values_of(SOURCE, "patternProperties") for key in keys),
    ]

    assert patterns
    assert [] == [
        pattern
        for pattern in patterns
        if not (
            pattern.startswith("^") and pattern.endswith(END) and portable(pattern.removesuffix(END) + "$") == pattern
        )
    ]


def test_components_reference_components() -> None:
    """In an OpenAPI document the definitions reference each other, and keep their evidence."""
    components = request_components()

    assert list(DEFINITIONS) == list(components)
    assert {"$ref": "#/components/schemas/AddLead"} == components["AddLeads"]["properties"]["data"]["items"]
    assert DEFINITIONS["Login"] == components["Login"]
