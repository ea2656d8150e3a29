"""Lists of any columns: how many, what they are called, and what is under them."""

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
def test_leads_of_any_width_are_valid(profile: str, width: int) -> None:
    """Lists of no, few, exactly 35 and more columns have no finding under their contract."""
    leads = [_lead(profile, _columns(width), index) for index in range(20)]

    assert load_contract(profile).check(leads) == ()


@pytest.mark.parametrize(("profile", "least"), [("sample", 35), ("documented", 7)])
@pytest.mark.parametrize("width", WIDTHS)
def test_number_of_fields(profile: str, least: int, width: int) -> None:
    """There are as many fields as columns, and at least those of the reading."""
    expected = [f"field_{number}" for number in range(max(least, width))]

    assert expected == _fields(_lead(profile, _columns(width)))


@pytest.mark.parametrize("width", WIDTHS)
def test_unused_fields_are_empty(profile: str, width: int) -> None:
    """Fields beyond the columns are empty text."""
    found = _lead(profile, _columns(width))

    assert {found[key] for key in _fields(found)[width:]} <= {""}


@pytest.mark.parametrize("width", WIDTHS)
def test_header_names_the_columns(profile: str, width: int) -> None:
    """The header holds the names of all columns in their order."""
    assert _columns(width) == _header(_lead(profile, _columns(width)))


@pytest.mark.parametrize("width", WIDTHS)
def test_fields_follow_list_id(profile: str, width: int) -> None:
    """Fields stand after list_id, as in the sample."""
    keys = list(_lead(profile, _columns(width)))

    assert keys[2:4] == ["list_id", "field_0"]


@pytest.mark.parametrize(("name", "pattern"), NAMES)
@pytest.mark.parametrize("before", [0, 3], ids=["first", "fourth"])
def test_values_follow_the_name_of_their_column(name: str, pattern: str, before: int) -> None:
    """A value is of the kind that its column's name tells, wherever the column stands."""
    columns = [*["Remarks"] * before, name, "Remarks"]
    values = [_lead("sample", columns, index)[f"field_{before}"] for index in range(30)]

    assert [value for value in values if not re.fullmatch(pattern, value)] == []


def test_values_move_with_their_columns(profile: str) -> None:
    """In another order the columns of a list hold the same values."""
    columns = _columns(9)
    values = [_lead(profile, columns, 3)[f"field_{number}"] for number in range(9)]
    turned = [_lead(profile, columns[::-1], 3)[f"field_{number}"] for number in range(9)]

    assert values == turned[::-1]


def test_synonyms_hold_the_same_value() -> None:
    """Two names of one kind hold the same value."""
    found = _lead("sample", ["Mobile", "Phone No", "DOB", "Date of Birth"])

    assert (found["field_0"], found["field_2"]) == (found["field_1"], found["field_3"])


def test_unknown_columns_differ() -> None:
    """Columns whose names tell nothing do not all hold the same text."""
    found = _lead("sample", [f"Custom {number}" for number in range(10)])

    assert len({found[f"field_{number}"] for number in range(10)}) > 1


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_names_are_kept(profile: str, name: str) -> None:
    """A name with quotes, line breaks, percent signs, braces, emoji or other scripts is in the header as it is."""
    assert [name, "Name"] == _header(_lead(profile, [name, "Name"]))


@pytest.mark.parametrize("name", AWKWARD)
def test_leads_with_awkward_names_are_valid(profile: str, name: str) -> None:
    """Whatever the names of the columns, leads have no finding."""
    assert load_contract(profile).check([_lead(profile, [name, "Name"], index) for index in range(3)]) == ()


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_list_names_are_kept(profile: str, name: str) -> None:
    """So it is with the name of the list."""
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
def test_sensitive_columns_are_told_by_name(columns: list[str], expected: list[int]) -> None:
    """Alternate phone, date of birth and credit score are sensitive, wherever they stand."""
    positions = json.loads(_lead("sample", columns)["sensitive_field_map"])
    count = _lead("documented", columns)["sensitive_field_map"]

    assert (positions, count) == (expected, str(len(expected)))


@pytest.mark.parametrize(("profile", "expected"), [("sample", "[0,3]"), ("documented", "2")])
def test_sensitive_columns_may_be_given(profile: str, expected: str) -> None:
    """A list may say which of its columns are sensitive."""
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
def test_lenient_mixes_readings_over_lists(reads: Callable[[dict[str, Any]], bool]) -> None:
    """Under lenient some lists follow the sample and others the table, key by key."""
    assert {reads(_lead("lenient", list(DEFAULT_COLUMNS), 0, list_id)) for list_id in range(1, 40)} == {True, False}


@pytest.mark.parametrize("reads", READINGS)
def test_lenient_keeps_one_reading_within_a_list(reads: Callable[[dict[str, Any]], bool]) -> None:
    """Within one list all leads follow the same reading."""
    assert len({reads(_lead("lenient", list(DEFAULT_COLUMNS), index)) for index in range(40)}) == 1


def test_lenient_lists_are_valid() -> None:
    """Whatever mix of readings a list has, it has no finding under lenient."""
    contract = load_contract("lenient")
    found = [
        str(finding)
        for list_id in range(1, 60)
        for finding in contract.check([_lead("lenient", list(DEFAULT_COLUMNS), index, list_id) for index in range(3)])
    ]

    assert found == []
