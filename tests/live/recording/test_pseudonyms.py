"""Pseudonyms of strings, numbers and times."""

import json
import re
from typing import Final

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.recording.character_runs import character_runs
from smartflo_contract.live.recording.draw import Draw
from smartflo_contract.live.recording.phone_numbers import PhoneNumbers
from smartflo_contract.live.recording.pseudonyms import Pseudonyms

KEY: Final = b"0123456789abcdef0123456789abcdef"
LETTERS: Final = "bgmpBGMP"
"""No string of the contract has four of these in a row, nor does a pseudonym."""
DIGITS: Final = "68"
personal = st.one_of(
    st.text(LETTERS, min_size=4),
    st.text(f"{LETTERS} .-", min_size=4),
    st.text(DIGITS, min_size=10, max_size=10).map("+91{}".format),
    st.text(DIGITS, min_size=4, max_size=14),
    st.text(LETTERS, min_size=1, max_size=9).map("{}@bgmp.gpm".format),
    st.text(LETTERS + DIGITS + "हिन्दी", min_size=4),
)


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("+919876543210", r"\+915550[0-9]{6}"),
        ("9876543210", "5550[0-9]{6}"),
        ("919876543210", "915550[0-9]{6}"),
        ("09876543210", "05550[0-9]{6}"),
        ("00919876543210", "00915550[0-9]{6}"),
        ("+91 98765 43210", r"\+91 55500? ?[0-9]{0,6}[ 0-9]*"),
        ("+91-9876-543210", r"\+91-5550-[0-9]{6}"),
        ("(022) 2654-3210", r"\(055\) 50[0-9]{2}-[0-9]{4}"),
        ("+447911123456", r"\+915550[0-9]{6}"),
        ("+12025550123", r"\+915550[0-9]{5}"),
        ("call 9876543210, or mail", "[a-z]{4} 5550[0-9]{6}, [a-z]{2} [a-z]{4}"),
        ("asha@gmail.com", r"[a-z]{4}@example\.(net|org)"),
        ("or asha@corp.org.", r"[a-z]{2} [a-z]{4}@example\.(com|net)\."),
        ("1987-05-12", "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-2])"),
        ("31/12/1985", "(1[3-9]|2[0-3])/(0[1-9]|1[0-2])/[0-9]{4}"),
        ("2023-10-04T14:03:53Z", "[0-9]{4}-[01][0-9]-[01][0-9]T(1[3-9]|2[0-3]):[01][0-9]:(1[3-9]|2[0-3])Z"),
        ("2023-10-04T14:03:53.123Z", r"[0-9]{4}-[01][0-9]-[01][0-9]T[012][0-9]:[01][0-9]:[12][0-9]\.[0-9]{3}Z"),
        ("Plot 12Zebra", r"[A-Z][a-z]{3} [0-9]{2}[A-Z][a-z]{4,7}"),
        ("00:00", "0[0-9]:0[0-9]"),
        ("O'Brien", "[A-Z]'[A-Z][a-z]{4,7}"),
        ("ASHA", "[A-Z]{4}"),
        ("Lakshmi", "[A-Z][a-z]{4,7}"),
        ("अमित", "[\u0915-\u0939]{4}"),
        ("José", "[A-Z][a-z]{2}[\u10d0-\u10f0]"),
        ("😀", "[\U0001f400-\U0001f43e]"),
        ("x", "[a-z]"),
        ("750", "[1-9][0-9]{2}"),
        ("0042", "0[0-9]{3}"),
        ("      ", r"\s{6}"),
        (" - ", " - "),
        ("0", "0"),
        ("", ""),
        ("[email protected]", r"\[email protected\]"),
    ],
)
def test_pseudonym_has_form_of_string(source: str, form: str) -> None:
    """A pseudonym has the form of its string; phone numbers cannot ring and addresses are at reserved domains."""
    assert re.fullmatch(form, Pseudonyms(KEY).string(source))


@pytest.mark.parametrize("source", [json.dumps({f"k{n}": n for n in range(60)}), ", ".join(map(str, range(100)))])
def test_changes_marks_in_long_lists_of_numbers(source: str) -> None:
    """Marks between digits are replaced if there are too few pseudonyms with the same marks."""
    assert character_runs(source).isdisjoint(character_runs(Pseudonyms(KEY).string(source)))


def test_equal_numbers_in_different_forms_stay_equal() -> None:
    """The last ten digits of a phone number are the same in every form."""
    pseudonyms = Pseudonyms(KEY)
    numbers = [pseudonyms.string(source) for source in ("+919876543210", "98765 43210", "09876543210")]
    assert 1 == len({re.sub("[^0-9]", "", number)[-10:] for number in numbers})


@pytest.mark.parametrize("number", [54399153802959810.0, -17316346161109300.0, 9876543210.5, 98765.0])
def test_replaces_large_floats(number: float) -> None:
    """A float keeps its type and the number of digits before its point."""
    pseudonym = Pseudonyms(KEY).number(number)
    assert isinstance(pseudonym, float)
    assert number != pseudonym
    assert len(f"{number:.0f}") == len(f"{pseudonym:.0f}")


@pytest.mark.parametrize("number", [28.635939099999998, 100 / 7, 1 / 3, 77.2090212])
def test_replaces_long_fractions_under_any_key(number: float) -> None:
    """Digits after a point are not replaced like a phone number, which would leave too few choices."""
    pseudonyms = [Pseudonyms(bytes([byte]) * 16).number(number) for byte in range(20)]
    assert number not in pseudonyms
    assert {len(str(number))} == {len(str(pseudonym)) for pseudonym in pseudonyms}


def test_replaces_every_number_of_two_digits() -> None:
    """Where the numbers of a form are nearly used up, each still has a pseudonym of its own."""
    numbers, names = [tenth / 10 for tenth in range(100)], Pseudonyms(KEY)
    pseudonyms = [names.number(number) for number in numbers]
    assert 100 == len(set(pseudonyms))
    assert [len(str(number)) for number in numbers] == [len(str(pseudonym)) for pseudonym in pseudonyms]


@pytest.mark.parametrize("time", [999_999_999_999_999, 123_499_999_999_999, 98_765_432_109_876, 9_876_543_210])
def test_shifted_time_has_other_first_digits(time: int) -> None:
    """This holds under any key, even for a number that only looks like a time."""
    shifted = [str(Pseudonyms(bytes([byte]) * 16).time(time)) for byte in range(100)]
    assert [] == [digits for digits in shifted if digits.startswith(str(time)[:4])]


@pytest.mark.parametrize("number", [-(2**63) - 1, -(2**63), 2**63 - 1, 2**63])
def test_keeps_ends_of_64_bits(number: int) -> None:
    """The ends of the 64-bit integers are extreme values, not times."""
    assert number == Pseudonyms(KEY).time(number)


@given(strings=st.lists(st.text(max_size=12) | personal | st.from_regex("[0-9]{1,2}", fullmatch=True), max_size=30))
def test_equal_strings_stay_equal(strings: list[str]) -> None:
    """Two strings have the same pseudonym if and only if they are equal, whatever their form."""
    pseudonyms = Pseudonyms(KEY)
    replaced = [pseudonyms.string(string) for string in strings]
    assert len(set(strings)) == len(set(replaced)) == len(set(zip(strings, replaced, strict=True)))


@given(strings=st.lists(st.text(st.characters(codec="ascii"), max_size=40) | personal, max_size=10))
def test_keeps_shape(strings: list[str]) -> None:
    """Emptiness, digits, letters and their case are kept; all but single short words keep the class of their length."""
    pseudonyms = Pseudonyms(KEY)
    for string in strings:
        pseudonym = pseudonyms.string(string)
        assert bool(string) == bool(pseudonym)
        if "@" not in string and not re.search(r"[\W_]{4}|^[A-Za-z]{2,8}$", string):
            assert shape(string) == shape(pseudonym)


def shape(string: str) -> list[str]:
    """Return length class and kind of each segment of a string."""
    segments = re.findall("[A-Za-z]+|[0-9]+|.", string, re.DOTALL)
    return [
        f"{(len(segment) - 1).bit_length() if len(segment) > 4 else len(segment)} {kinds(segment)[0]}"
        if segment[0].isascii() and segment[0].isalpha()
        else kinds(segment).replace("0", "9")
        for segment in segments
    ]


def kinds(string: str) -> str:
    """Return a string with one character for each kind: digits, lower case, upper case, beyond ASCII; marks stay."""
    classes = (("[1-9]", "0"), ("[a-z]", "a"), ("[A-Z]", "A"), (r"(?![^\W\d_])[^\x00-\x7f]|[^\W\d_a-zA-Z]", "~"))
    for pattern, sign in classes:
        string = re.sub(pattern, sign, string)
    return string


@given(
    number=st.integers(10**7, 10**15 - 1), form=st.sampled_from(["{}", "+{}", "0{}", "+91{}", "91{}", "0091{}", "00{}"])
)
def test_phone_numbers_cannot_ring(number: int, form: str) -> None:
    """The pseudonym of any phone number is not a valid one."""
    source = form.format(number)
    if not 10 <= len(source.removeprefix("+")) <= 15:
        return
    pseudonym = Pseudonyms(KEY).string(source)
    assert len(source) == len(pseudonym)
    assert not phonenumbers.is_valid_number(phonenumbers.parse(pseudonym, "IN"))


def test_fails_when_no_safe_phone_number_is_left() -> None:
    """No number that could ring takes the place of one that cannot."""
    numbers = PhoneNumbers(KEY, max_attempts=1)
    sources = [f"+91{number}" for number in range(9_000_000_000, 9_000_005_000)]
    with pytest.raises(RecordError, match="no phone number that cannot ring is left"):
        list(map(numbers.pseudonym, sources, [Draw(KEY, source, 0) for source in sources]))


@pytest.mark.parametrize("key", [b"", b"too short"])
def test_rejects_short_key(key: bytes) -> None:
    """A key that can be guessed hides nothing."""
    with pytest.raises(ValueError, match="expected a key of at least 16 random bytes"):
        Pseudonyms(key)
