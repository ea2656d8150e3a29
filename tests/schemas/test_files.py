"""The JSON files of the contract."""

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

from smartflo_contract.factories.generators import GENERATORS
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.contract import data_of

FOLDER = files("smartflo_contract.schemas")
SCHEMA_FILES = sorted(file.name for file in FOLDER.iterdir() if file.name.endswith(".schema.json"))
ANNOTATED_FILES = ["lead.schema.json", "leads.schema.json", "error.schema.json", "requests.schema.json"]
NAMED_KEYS = [
    "id", "lead_id", "list_id", "skill_id", "time_group", "added_by", "created_by", "dial_status", "lead_picked",
    "available_at", "dialer_dial_status", "created_at", "undisposed_lead", "call_count", "updated_at", "retry_count",
    "alternate_phone_number", "priority", "list_name", "header", "sensitive_field_map", "dialer_skill",
]  # fmt: skip
DIAL_STATUSES = {
    1: "New",
    2: "Message Played",
    3: "DTMF Pressed",
    4: "No Answer",
    5: "DND",
    6: "Busy",
    7: "Congestion",
    8: "Failed",
    9: "Account DND",
}
DOCUMENTED_DISPOSITIONS = {
    0: "New",
    -1: "Undisposed",
    -2: "Number in Account DND List",
    -3: "Number in Public DND List",
    -4: "Emergency",
    -5: "Call Drop",
    -6: "Channel Limit Reached",
    -7: "Number in Account Block List",
}
OBSERVED_DISPOSITIONS = {-8: "Missed By Agent", -9: "Queue Missed", 3: "Not reachable", 9: "Busy"}


def _read(name: str) -> Any:
    return json.loads(FOLDER.joinpath(name).read_text(encoding="utf-8"))


def _annotated(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the annotations of every object of a schema that has some."""
    if isinstance(value, Mapping):
        found = {key: below for key, below in value.items() if key.startswith("x-")}
        if found:
            yield found
        for below in value.values():
            yield from _annotated(below)
    elif isinstance(value, list):
        for below in value:
            yield from _annotated(below)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for below in value.values():
            yield from _references(below)
    elif isinstance(value, list):
        for below in value:
            yield from _references(below)


def _known(key: str, evidence: str) -> dict[int, str]:
    values = _read("lead.schema.json")["properties"][key]["x-known-values"]
    return {entry["value"]: entry["label"] for entry in values if "value" in entry and entry["evidence"] == evidence}


def test_has_a_file_for_each_resource() -> None:
    """Each resource of the contract has a file."""
    expected = {"lead", "leads", "error", "requests", "annotations", "overlay", "finding"}

    assert expected <= {name.removesuffix(".schema.json") for name in SCHEMA_FILES}


@pytest.mark.parametrize("name", SCHEMA_FILES)
def test_file_is_a_valid_schema(name: str) -> None:
    """Every schema file is valid JSON Schema 2020-12 and declares it."""
    schema = _read(name)

    Draft202012Validator.check_schema(schema)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", SCHEMA_FILES)
def test_file_has_an_absolute_id(name: str) -> None:
    """Every schema file has an absolute ``$id``, so that other schemas can reference it."""
    assert urlsplit(_read(name)["$id"]).scheme


def test_ids_are_different() -> None:
    """No two schema files have the same ``$id``."""
    ids = [_read(name)["$id"] for name in SCHEMA_FILES]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("annotated", [False, True], ids=["plain", "annotated"])
@pytest.mark.parametrize("name", ["lead", "leads", "error"])
def test_exported_schema_is_self_contained(contract: Contract, name: str, annotated: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """An exported schema references no other file."""
    references = list(_references(contract.schema(name, annotated=annotated)))

    assert [reference for reference in references if not reference.startswith("#/")] == []


@pytest.mark.parametrize("name", ["lead", "leads", "error"])
def test_exported_schema_is_valid_and_has_an_absolute_id(contract: Contract, name: str) -> None:
    """An exported schema is JSON Schema 2020-12 with an absolute ``$id``."""
    schema = contract.schema(name)

    Draft202012Validator.check_schema(schema)

    assert urlsplit(schema["$id"]).scheme


@pytest.mark.parametrize("name", ANNOTATED_FILES)
def test_meta_schema_describes_every_annotation(name: str) -> None:
    """Every ``x-`` keyword in use is a property of the meta-schema."""
    used = {key for found in _annotated(_read(name)) for key in found}

    assert used <= set(_read("annotations.schema.json")["properties"])


@pytest.mark.parametrize("name", ANNOTATED_FILES)
def test_annotations_are_valid(name: str) -> None:
    """Every annotation is valid by the meta-schema."""
    validator = Draft202012Validator(_read("annotations.schema.json"))
    wrong = [error.message for found in _annotated(_read(name)) for error in validator.iter_errors(found)]

    assert wrong == []


def test_every_described_annotation_is_used() -> None:
    """The lead schema uses every annotation of the meta-schema."""
    used = {key for found in _annotated(_read("lead.schema.json")) for key in found}

    assert used == set(_read("annotations.schema.json")["properties"])


def test_meta_schema_names_every_generator() -> None:
    """``x-faker`` may be any generator, or ``column`` for the one of the column."""
    named = _read("annotations.schema.json")["properties"]["x-faker"]["enum"]

    assert sorted(named) == sorted([*GENERATORS, "column"])


def test_named_keys_have_the_vendors_order() -> None:
    """The 22 named keys have the order of the vendor's sample."""
    assert list(_read("lead.schema.json")["properties"]) == NAMED_KEYS


def test_sample_has_the_keys_of_the_contract(sample: list[dict[str, Any]]) -> None:
    """The sample has the 22 named keys in this order, and 35 fields after ``list_id``."""
    fields = [f"field_{number}" for number in range(35)]

    assert list(sample[0]) == [*NAMED_KEYS[:3], *fields, *NAMED_KEYS[3:]]


def test_every_claim_has_evidence(contract: Contract) -> None:
    """Each key has evidence in each profile."""
    without = [key for key, schema in contract.lead["properties"].items() if not schema.get("x-evidence")]

    assert without == []


def test_nine_dial_statuses_are_known() -> None:
    """The nine documented dial statuses are known by value and label."""
    assert _known("dial_status", "documented") == DIAL_STATUSES


def test_eight_documented_dispositions_are_known() -> None:
    """The eight documented dispositions are known by value and label."""
    assert _known("dialer_dial_status", "documented") == DOCUMENTED_DISPOSITIONS


def test_observed_dispositions_are_known_as_observed() -> None:
    """-8, -9 and the positive values of other pages are known, with the evidence observed only."""
    assert _known("dialer_dial_status", "observed") == OBSERVED_DISPOSITIONS


@pytest.mark.parametrize("value", [1, 2, 4711, 2**53 - 1])
def test_every_positive_disposition_is_known(value: int) -> None:
    """From 1 on, every integer is known as a disposition status of the account."""
    assert value in data_of(load_contract()).known_values["dialer_dial_status"]


@pytest.mark.parametrize("value", [-10, True, "1", None, [1]])
def test_other_dispositions_are_unknown(value: object) -> None:
    """Values that are neither listed nor from 1 on are unknown, also booleans and containers."""
    assert value not in data_of(load_contract()).known_values["dialer_dial_status"]


@pytest.mark.parametrize("value", [0, 10, -1, True, "1"])
def test_other_dial_statuses_are_unknown(value: object) -> None:
    """Dial statuses have no range: only 1 to 9 are known."""
    assert value not in data_of(load_contract()).known_values["dial_status"]
