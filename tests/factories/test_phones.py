"""Phone numbers: the series that cannot ring, and the leads that match a number."""

import random
from collections.abc import Callable

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import LeadWriter, ListDefinition, lead
from smartflo_contract.factories.facts import Phones
from smartflo_contract.schemas import load_contract

COLUMNS = ("Phone Number", "Alternate Phone Number")


def _writer(
    size: int = 100, *, phones: Phones = "safe", columns: tuple[str, ...] = COLUMNS, list_id: int = 1
) -> LeadWriter:
    return LeadWriter(ListDefinition(list_id, size=size, columns=columns), load_contract(), seed=3, phones=phones)


@given(seed=st.integers(-(2**63), 2**63 - 1), list_id=st.integers(1, 2**53 - 1), index=st.integers(0, 10**9))
def test_safe_number_is_possible_and_not_valid(seed: int, list_id: int, index: int) -> None:
    """A default number has the form of an Indian number and belongs to nobody."""
    number = phonenumbers.parse(lead(seed, list_id, index)["field_0"])

    assert (phonenumbers.is_possible_number(number), phonenumbers.is_valid_number(number)) == (True, False)


@pytest.mark.parametrize("size", [800, pytest.param(8_000, marks=pytest.mark.slow)])
def test_safe_numbers_of_a_large_draw_cannot_ring(size: int) -> None:
    """Each number of many leads, alternate ones included, is possible and none is valid."""
    writer = _writer()
    leads = [writer.lead(index) for index in range(size)]
    texts = {found[key] for found in leads for key in ("field_0", "field_1")} - {""}
    numbers = [phonenumbers.parse(text) for text in texts]
    wrong = [n for n in numbers if phonenumbers.is_valid_number(n) or not phonenumbers.is_possible_number(n)]

    assert (len(numbers) > 1.18 * size, wrong) == (True, [])


def test_no_number_of_the_series_is_valid() -> None:
    """Numbers of +91 5550 and six digits are not valid."""
    draw = random.Random(1)  # noqa: S311  # not a secret
    numbers = [phonenumbers.parse(f"+915550{draw.randrange(10**6):06d}") for _ in range(300)]

    assert [number for number in numbers if phonenumbers.is_valid_number(number)] == []


def test_safe_numbers_belong_to_the_series() -> None:
    """Every default number is +91 5550 and six digits."""
    writer = _writer()
    texts = [writer.lead(index)["field_0"] for index in range(500)]

    assert [text for text in texts if text[:7] != "+915550" or len(text) != 13 or not text[1:].isdecimal()] == []


def test_valid_numbers_are_valid() -> None:
    """With `phones="valid"`, numbers may belong to subscribers."""
    writer = _writer(phones="valid")
    leads = [writer.lead(index) for index in range(200)]
    texts = {found[key] for found in leads for key in ("field_0", "field_1", "alternate_phone_number")} - {""}

    assert [text for text in texts if not phonenumbers.is_valid_number(phonenumbers.parse(text))] == []


@pytest.mark.parametrize("phones", ["safe", "valid"])
def test_generates_valid_leads_with_either_series(profile: str, phones: Phones) -> None:
    """Leads of both series have no findings."""
    found = [lead(1, 2, index, profile=profile, phones=phones) for index in range(10)]

    assert load_contract(profile).check(found) == ()


def test_lists_start_at_different_numbers() -> None:
    """Two lists have different numbers."""
    first, second = ({_writer(list_id=list_id).lead(index)["field_0"] for index in range(100)} for list_id in (1, 2))

    assert len(first & second) < 5


FORMS: list[Callable[[str], str]] = [
    lambda number: number,
    lambda number: number[1:],
    lambda number: number[3:],
    lambda number: f"0{number[3:]}",
    lambda number: f"0091{number[3:]}",
    lambda number: f"{number[:3]} {number[3:8]} {number[8:]}",
    lambda number: f" ({number[:3]}) {number[3:7]}-{number[7:]} ",
]


@pytest.mark.parametrize("phones", ["safe", "valid"])
@pytest.mark.parametrize("form", FORMS)
def test_matches_number_in_any_spelling(form: Callable[[str], str], phones: Phones) -> None:
    """A number finds its lead with and without +91, 91, 0 and spaces."""
    writer = _writer(phones=phones)
    found = [writer.matching(form(writer.lead(index)["field_0"])) for index in range(20)]

    assert found == [[index] for index in range(20)]


@given(number=st.integers(0, 999_999))
def test_matches_exactly_the_leads_with_a_number(number: int) -> None:
    """No other lead matches."""
    writer = _writer(200)
    text = f"+915550{number:06d}"
    expected = [index for index in range(200) if writer.lead(index)["field_0"] == text]

    assert expected == writer.matching(text)


@pytest.mark.parametrize("index", [0, 7, 999_999])
def test_numbers_of_large_list_repeat(index: int) -> None:
    """If a list has more leads than the series has numbers, a number matches several leads."""
    writer = _writer(3_000_000)
    found = writer.matching(writer.lead(index)["field_0"])

    assert [found, [writer.lead(other)["field_0"] for other in found]] == [
        [index, index + 1_000_000, index + 2_000_000],
        [writer.lead(index)["field_0"]] * 3,
    ]


def test_does_not_match_leads_beyond_the_size() -> None:
    """The number of a lead beyond the list matches nothing."""
    assert _writer(10).matching(_writer(10).lead(10)["field_0"]) == []


@pytest.mark.parametrize("columns", [("Name", "Mobile"), ("Phone",), ("Name", "Contact Number", "Phone")])
def test_matches_phone_column_at_any_position(columns: tuple[str, ...]) -> None:
    """The name of the column identifies it."""
    writer = _writer(columns=columns)
    number = next(value for value in writer.lead(5).values() if str(value).startswith("+91"))

    assert writer.matching(number) == [5]


def test_list_without_phone_column_matches_nothing() -> None:
    """Without a phone column, no lead matches."""
    number = _writer().lead(0)["field_0"]

    assert _writer(columns=("Name",)).matching(number) == []


@pytest.mark.parametrize(
    "number",
    [
        "",
        " ",
        "+",
        "abc",
        "123",
        "5550",
        "+91",
        "9876543210",
        "+1 202 555 0123",
        "٥٥٥٠٠١٢٣٤٥",
        "²" * 10,
        "0" * 10_000,
        "-1",
        "\x00",
        "हिन्दी",
    ],
)
def test_invalid_number_matches_nothing(number: str) -> None:
    """A string that is not a number of the list matches nothing."""
    assert _writer().matching(number) == []


def test_matches_digits_only() -> None:
    """Other characters are ignored."""
    number = _writer().lead(4)["field_0"]

    assert _writer().matching(f"tel:{number};") == [4]


def test_matches_number_of_an_overlay() -> None:
    """If an overlay defines the numbers, each lead is compared."""
    contract = load_contract("sample", {"properties": {"field_0": {"const": "+915550123456"}}})
    writer = LeadWriter(ListDefinition(1, size=3), contract)

    assert (writer.matching("5550123456"), writer.matching("5550000000")) == ([0, 1, 2], [])
