"""Cells of values that are nested in each other, and of leads under unusual overlays."""

from typing import Any

import pytest

from smartflo_contract.coverage import cells_of, contract_cells
from smartflo_contract.coverage.examples import lead_examples
from smartflo_contract.factories import lead
from smartflo_contract.schemas import load_contract

NESTED = {
    "type": "array",
    "items": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "boolean"}}}},
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], {":empty"}),
        ([[]], {":filled", "/*:empty"}),
        ([[{}]], {":filled", "/*:filled", "/*/*/a:absent"}),
        ([[{"a": True}], [{"a": False}]], {":filled", "/*:filled", "/*/*/a=true", "/*/*/a=false"}),
        ([1.0, [{"a": 1}]], {":filled", "/*:filled"}),
        ([2.5, {"a": True}], {":filled"}),
    ],
)
def test_parts_of_values_have_cells(value: Any, expected: set[str]) -> None:
    """Parts of a type that the schema rejects have none; a number beside them changes nothing."""
    contract = load_contract("sample", {"properties": {"tags": NESTED}})
    found = cells_of({**lead(0, 8668, 0), "tags": value}, contract)

    assert {cell.removeprefix("tags") for cell in found if cell.startswith("tags")} == expected


@pytest.mark.parametrize("value", ["1" * 24, "a" * 24, 5, 2.0])
def test_either_form_of_an_id_has_its_own_cells(value: object) -> None:
    """Under lenient an id is a string in two forms; a column with a float is counted value by value."""
    contract = load_contract("lenient")
    cells = contract_cells(contract).leads
    leads = [{**lead(0, 8668, 0), "id": value}, {**lead(0, 8668, 1), "id": 2.5}]

    assert cells.leads_mask(leads) == cells.leads_mask(leads[:1]) | cells.leads_mask(leads[1:])


@pytest.mark.parametrize("header", [["Name", ["Phone"]], ["Name", {}]])
def test_header_of_arrays_is_counted_as_any_other(header: list[object]) -> None:
    """Columns that are no strings in one of two leads change no cell of the other lead."""
    cells = contract_cells(load_contract("sample")).leads
    leads = [{**lead(0, 8668, 0), "header": value} for value in (header, ["Name", "Phone"])]

    assert cells.leads_mask(leads) == cells.leads_mask(leads[:1]) | cells.leads_mask(leads[1:])


def test_overlay_that_fixes_the_sensitive_columns() -> None:
    """A lead with other columns keeps the only value that the overlay allows."""
    contract = load_contract("sample", {"properties": {"sensitive_field_map": {"const": "[0]"}}})
    examples = {example.cell.id: example for example in lead_examples(contract_cells(contract))}

    assert examples["columns:9"].lead["sensitive_field_map"] == "[0]"
    assert examples["columns:36+"].lead["sensitive_field_map"] == "[0]"


@pytest.mark.parametrize("listed", ["open", "closed"])
def test_known_values_of_strings(listed: str) -> None:
    """An open set of strings has a cell for values that are not known."""
    schema: dict[str, Any] = {
        "type": "string",
        "x-known-values": [{"value": "a", "label": "A", "evidence": "assumed"}],
    }
    overlay = {"properties": {"stage": schema | ({"enum": ["a"]} if listed == "closed" else {})}}
    ids = {cell.id for cell in contract_cells(load_contract("sample", overlay)).cells}

    assert ("stage:unknown" in ids) == (listed == "open")
    assert 'stage="a"' in ids


def test_column_with_a_float_has_the_cells_of_each_value() -> None:
    """Values of other types in the same column are counted."""
    overlay = {"properties": {"meta": {"type": ["object", "number"], "properties": {"a": {"type": "boolean"}}}}}
    cells = contract_cells(load_contract("sample", overlay)).leads
    leads = [{**lead(0, 8668, 0), "meta": value} for value in (2.5, {"a": True}, {})]

    assert cells.leads_mask(leads) == cells.leads_mask(leads[:1]) | cells.leads_mask(leads[1:])


@pytest.mark.parametrize("step", [1, 10**8])
def test_many_different_numbers_have_the_cells_of_each(step: int) -> None:
    """Numbers between two of one range need not be counted one by one; those of several ranges are."""
    cells = contract_cells(load_contract()).leads
    generated = dict(lead(0, 8668, 0))
    leads = [generated | {"call_count": number * step} for number in range(1, 1000)]
    expected = 0
    for item in leads:
        expected |= cells.leads_mask([item])

    assert cells.leads_mask(leads) == expected


ODD = {
    "x-known-values": [{"value": 5, "label": "five", "evidence": "assumed"}],
    "minimum": 5,
    "maximum": 5,
    "type": "integer",
}
ODD_PROPERTIES: dict[str, dict[str, Any]] = {
    "only_known": ODD,
    "only_empty": {"type": "string", "maxLength": 0},
    "one_number": {"type": "number", "minimum": 2.5, "maximum": 2.5},
    "listed": {"enum": [[1], {"a": 1.0}, 2**70, "a\nb", "#  # c"]},
    "half": {"type": "integer", "minimum": 2.5, "maximum": 4},
    "no_range": {
        "type": "integer",
        "minimum": 1,
        "maximum": 3,
        "x-known-values": [
            {"value": 1, "label": "one", "evidence": "assumed"},
            {"minimum": 10, "label": "more", "evidence": "assumed"},
        ],
    },
    "named": {"type": "string", "x-known-values": [{"value": "unknown", "label": "none", "evidence": "assumed"}]},
    "one_string": {
        "type": "string",
        "pattern": "^a$",
        "x-known-values": [{"value": "a", "label": "A", "evidence": "assumed"}],
    },
    "far": {"type": "integer", "minimum": 1000, "x-known-values": ODD["x-known-values"]},
}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("only_known", {"=5", ":absent"}),
        ("only_empty", {":empty", ":absent"}),
        ("one_number", {":minimum", ":maximum", ":fraction", ":absent"}),
        ("listed", {"=[1]", '={"a": 1.0}', f"={2**70}", '="a\\nb"', '="#  # c"', ":absent"}),
        ("half", {":maximum", ":positive", ":absent"}),
        ("no_range", {"=1", ":unknown", ":absent"}),
        ("named", {'="unknown"', ":unknown", ":absent"}),
        ("one_string", {'="a"', ":absent"}),
        ("far", {":unknown", ":absent"}),
    ],
)
def test_cells_are_those_of_values_that_the_schema_allows(key: str, expected: set[str]) -> None:
    """Each has a lead that has it, also under odd overlays."""
    contract = load_contract("sample", {"properties": {key: ODD_PROPERTIES[key]}})
    cells = contract_cells(contract)

    assert {cell.id.removeprefix(key) for cell in cells.cells if cell.group == key} == expected
    for example in lead_examples(cells):
        assert example.cell.id in cells_of(example.lead, contract)


def test_lone_surrogate_has_no_form() -> None:
    """A string that JSON cannot express matches no pattern."""
    for profile in ("sample", "documented", "lenient"):
        contract = load_contract(profile)
        for key in ("id", "sensitive_field_map", "header", "list_name", "field_1"):
            assert cells_of({**lead(0, 8668, 0), key: "\ud800"}, contract)


@pytest.mark.parametrize("items", [["text"], [None], [[]], ["text", 1]])
def test_items_that_are_no_leads_have_no_cells(items: list[Any]) -> None:
    """A response may have items of any type; they have no cells, alone or with others."""
    assert contract_cells(load_contract()).leads.leads_mask(items) == 0
