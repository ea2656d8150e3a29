"""Columns of a list: their number, their names, and the values that follow from the names."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from smartflo_contract.factories import DEFAULT_COLUMNS, LeadWriter, ListDefinition, lead
from smartflo_contract.schemas import load_contract

WIDTHS = [0, 1, 6, 7, 8, 9, 34, 35, 36, 100]
AWKWARD = [
    'She said "hello"',
    "two\nlines",
    "tab\there",
    "😀",
    "मोबाइल नंबर",
    "100%",
    "%s %d %(name)s",
    "back\\slash",
    "{name}",
    "{}",
    "{{",
    "}",
    "{0!r:>{width}}",
    "",
    " ",
    "\x00",
    "\x7f",
    "</script>",
    "a\u2028b",
    "null",
    "'",
    "$ref",
    "%",
    "%%",
    "\\n",
    "\\u0041",
]
PHONE = r"\+915550[0-9]{6}"
ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
KINDS = {
    PHONE: [
        "Phone Number",
        "Phone",
        "Phone No",
        "Phone No.",
        "phone_number",
        "PHONE",
        "Mobile",
        "Mobile Number",
        "mobile no",
        "Contact Number",
        "Contact",
        "Telephone",
        "Customer Number",
        " phone ",
    ],
    ISO_DATE: [
        "DOB",
        "D.O.B.",
        "Date of Birth",
        "Date Of Birth",
        "date_of_birth",
        "DateOfBirth",
        "Birth Date",
        "Birthday",
    ],
    r"(\+915550[0-9]{6})?": [
        "Alternate Phone Number",
        "Alternate Phone",
        "Alternate Mobile",
        "Alt Phone",
        "Alternate Number",
    ],
    r"[A-Z][a-z]+ [A-Z][a-z]+": ["Name", "Full Name", "Customer Name", "Contact Name", "NAME", "lead_name"],
    r"[A-Z][a-z]+": ["First Name", "firstname", "Surname", "Last Name"],
    r"[a-z]+\.[a-z]+[0-9]*@example\.(com|net|org)": ["Email Id", "E-mail", "Email", "email_address", "Mail"],
    r"[0-9]+ [A-Za-z ]+, .+": ["Address", "Postal Address"],
    r"[1-8][0-9]{5}": ["Pincode", "Pin Code", "ZIP", "Postal Code"],
    r"[1-9][0-9]": ["Age"],
    r"[3-9][0-9]{2}": ["Credit Score", "CIBIL Score", "Score"],
    r"Cloud|Retail|Banking|Pharma|Telecom|Textiles|Logistics|Insurance|Education": [
        "Nature of Business",
        "Industry",
        "Sector",
    ],
    r"[A-Z][a-z]+ [A-Z][a-z]+ *": ["Remarks", "Custom 1", "दर्जा", "😀", "X", "Loan Type"],
}
NAMES = [pytest.param(name, pattern, id=name) for pattern, names in KINDS.items() for name in names]


def _columns(width: int) -> list[str]:
    return [*DEFAULT_COLUMNS, *(f"Column {number}" for number in range(9, 100))][:width]


def _fields(found: dict[str, Any]) -> list[str]:
    return [key for key in found if key.startswith("field_")]


def _header(found: dict[str, Any]) -> list[str]:
    header: list[str] = json.loads(found["header"]) if isinstance(found["header"], str) else found["header"]
    return header


def _lead(profile: str, columns: list[str], index: int = 0, list_id: int = 8668) -> dict[str, Any]:
    return {**lead(5, list_id, index, profile=profile, columns=columns)}


@pytest.mark.parametrize("width", WIDTHS)
def test_generates_valid_leads_for_any_number_of_columns(profile: str, width: int) -> None:
    """Lists without columns, and with few, exactly 35 and more columns, have no findings."""
    leads = [_lead(profile, _columns(width), index) for index in range(20)]

    assert load_contract(profile).check(leads) == ()


@pytest.mark.parametrize(("profile", "least"), [("sample", 35), ("documented", 7)])
@pytest.mark.parametrize("width", WIDTHS)
def test_generates_a_field_for_each_column(profile: str, least: int, width: int) -> None:
    """There are at least as many fields as the reading requires."""
    expected = [f"field_{number}" for number in range(max(least, width))]

    assert expected == _fields(_lead(profile, _columns(width)))


@pytest.mark.parametrize("width", WIDTHS)
def test_leaves_unused_fields_empty(profile: str, width: int) -> None:
    """Fields beyond the columns are empty strings."""
    found = _lead(profile, _columns(width))

    assert {found[key] for key in _fields(found)[width:]} <= {""}


@pytest.mark.parametrize("width", WIDTHS)
def test_header_contains_the_columns(profile: str, width: int) -> None:
    """The header contains the names of all columns in order."""
    assert _columns(width) == _header(_lead(profile, _columns(width)))


@pytest.mark.parametrize("width", WIDTHS)
def test_fields_follow_list_id(profile: str, width: int) -> None:
    """Fields follow list_id, as in the sample."""
    keys = list(_lead(profile, _columns(width)))

    assert keys[2:4] == ["list_id", "field_0"]


@pytest.mark.parametrize(("name", "pattern"), NAMES)
@pytest.mark.parametrize("before", [0, 3], ids=["first", "fourth"])
def test_column_name_decides_its_values(name: str, pattern: str, before: int) -> None:
    """The position of the column does not matter."""
    columns = [*["Remarks"] * before, name, "Remarks"]
    values = [_lead("sample", columns, index)[f"field_{before}"] for index in range(30)]

    assert [value for value in values if not re.fullmatch(pattern, value)] == []


def test_values_move_with_their_columns(profile: str) -> None:
    """In another order, the columns of a list have the same values."""
    columns = _columns(9)
    values = [_lead(profile, columns, 3)[f"field_{number}"] for number in range(9)]
    turned = [_lead(profile, columns[::-1], 3)[f"field_{number}"] for number in range(9)]

    assert values == turned[::-1]


def test_synonyms_have_the_same_value() -> None:
    """Two names of one kind have the same value."""
    found = _lead("sample", ["Mobile", "Phone No", "DOB", "Date of Birth"])

    assert (found["field_0"], found["field_2"]) == (found["field_1"], found["field_3"])


def test_unknown_columns_have_different_values() -> None:
    """Columns with unknown names do not all have the same string."""
    found = _lead("sample", [f"Custom {number}" for number in range(10)])

    assert len({found[f"field_{number}"] for number in range(10)}) > 1


@pytest.mark.parametrize("name", AWKWARD)
def test_header_contains_special_characters(profile: str, name: str) -> None:
    """Quotes, line breaks, percent signs, braces, emoji and other scripts are unchanged."""
    assert [name, "Name"] == _header(_lead(profile, [name, "Name"]))


@pytest.mark.parametrize("name", AWKWARD)
def test_generates_valid_leads_for_special_characters_in_columns(profile: str, name: str) -> None:
    """Such column names cause no findings."""
    assert load_contract(profile).check([_lead(profile, [name, "Name"], index) for index in range(3)]) == ()


@pytest.mark.parametrize("name", AWKWARD)
def test_list_name_contains_special_characters(profile: str, name: str) -> None:
    """The name of a list is unchanged too."""
    writer = LeadWriter(ListDefinition(8668, name=name), load_contract(profile))

    assert name == writer.lead(0)["list_name"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (list(DEFAULT_COLUMNS), [5, 6, 7]),
        (["Date of Birth", "Name", "CIBIL"], [0, 2]),
        (["Name"], []),
        ([], []),
    ],
)
def test_column_name_decides_sensitivity(columns: list[str], expected: list[int]) -> None:
    """Alternate phone, date of birth and credit score are sensitive at every position."""
    positions = json.loads(_lead("sample", columns)["sensitive_field_map"])
    count = _lead("documented", columns)["sensitive_field_map"]

    assert (positions, count) == (expected, str(len(expected)))


@pytest.mark.parametrize(("profile", "expected"), [("sample", "[0,3]"), ("documented", "2")])
def test_definition_sets_sensitive_columns(profile: str, expected: str) -> None:
    """A list definition can contain the sensitive positions."""
    writer = LeadWriter(ListDefinition(8668, sensitive=(0, 3)), load_contract(profile))

    assert writer.lead(0)["sensitive_field_map"] == expected


def _has_text_header(found: dict[str, Any]) -> bool:
    return isinstance(found["header"], str)


def _has_hex_id(found: dict[str, Any]) -> bool:
    return len(found["id"]) == 24


def _has_text_lead_id(found: dict[str, Any]) -> bool:
    return isinstance(found["lead_id"], str)


def _has_text_retries(found: dict[str, Any]) -> bool:
    return isinstance(found["retry_count"], str)


def _has_positions(found: dict[str, Any]) -> bool:
    return "[" in found["sensitive_field_map"]


def _has_many_fields(found: dict[str, Any]) -> bool:
    return len(_fields(found)) == 35


READINGS = [_has_text_header, _has_hex_id, _has_text_lead_id, _has_text_retries, _has_positions, _has_many_fields]


@pytest.mark.parametrize("reads", READINGS)
def test_lenient_lists_mix_readings(reads: Callable[[dict[str, Any]], bool]) -> None:
    """For each key, some lists follow the sample and others the table."""
    assert {reads(_lead("lenient", list(DEFAULT_COLUMNS), 0, list_id)) for list_id in range(1, 40)} == {True, False}


@pytest.mark.parametrize("reads", READINGS)
def test_lenient_list_follows_one_reading(reads: Callable[[dict[str, Any]], bool]) -> None:
    """All leads of a list follow the same reading."""
    assert len({reads(_lead("lenient", list(DEFAULT_COLUMNS), index)) for index in range(40)}) == 1


def test_lenient_lists_are_valid() -> None:
    """No mix of readings has findings under lenient."""
    contract = load_contract("lenient")
    found = [
        str(finding)
        for list_id in range(1, 60)
        for finding in contract.check([_lead("lenient", list(DEFAULT_COLUMNS), index, list_id) for index in range(3)])
    ]

    assert found == []
