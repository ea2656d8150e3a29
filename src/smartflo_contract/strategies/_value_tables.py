"""What bytes stand for: tables of 256 values, simplest first, so that a byte that shrinks simplifies its value.

Texts are short lists of our own rather than Faker's: an example that Hypothesis has saved must mean the same
tomorrow, and the first example must not wait for pools to be built.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar

from smartflo_contract.factories import DEFAULT_COLUMNS
from smartflo_contract.factories.pools import BUSINESSES, DOMAINS, EPOCH, PHRASES, SKILLS, STREETS, WORDS

T = TypeVar("T")
Table: TypeAlias = tuple[Any, ...]

_SIMPLE: Final = 48
"""How many of the 256 bytes stand for the simplest value: nearly one in five."""
MOST_OPTIONS: Final = 1 + 256 - _SIMPLE
"""How many values a table can tell apart."""

SECOND: Final = 1_000
HOUR: Final = 3_600 * SECOND
DAY: Final = 24 * HOUR
YEAR: Final = 365 * DAY
LAST_INSTANT: Final = 253_402_300_799_999
"""The last millisecond of the year 9999, where Python's datetime and others end."""

LARGEST: Final = 2**53 - 1

FIRST_NAMES: Final = (
    "Om", "Dev", "Jai", "Ira", "Anu", "Asha", "Ravi", "Uma", "Neha", "Amit", "Kavya", "Rohan", "Meera", "Arjun",
    "Pooja", "Vikram", "Sunita", "Harish", "Lakshmi", "Siddharth",
)  # fmt: skip
LAST_NAMES: Final = (
    "Rao", "Jain", "Das", "Nair", "Iyer", "Shah", "Gupta", "Singh", "Patel", "Reddy", "Menon", "Sharma", "Kulkarni",
    "Banerjee", "Chatterjee",
)  # fmt: skip
SURNAMES: Final = ("", *(f" {name}" for name in LAST_NAMES))
"""What follows a first name."""
CITIES: Final = ("Pune", "Kochi", "Delhi", "Surat", "Indore", "Mumbai", "Jaipur", "Chennai", "Bengaluru", "Hyderabad")
UNUSUAL_NAMES: Final = (
    "O'Brien",
    "अमित",
    "நிலா",
    "D\N{RIGHT SINGLE QUOTATION MARK}Souza",
    "Asha  Rao",
    "Anne-Marie",
    "x",
    "José",
    "محمد",
    "Om\tRao",
)
UNUSUAL_EMAILS: Final = (
    "a@example.com",
    "a.b+c@example.net",
    "A.Rao@Example.ORG",
    "asha@mail.example.com",
    "o'neil@example.org",
    "उषा@example.com",
    "no e-mail",
    "asha@",
    "a@example.com, b@example.com",
)
UNUSUAL_TEXTS: Final = (
    " ",
    "0",
    "-",
    "null",
    "N/A",
    " x ",
    "a,b",
    'a "b"',
    "a\nb",
    "a\tb",
    "a\\b",
    "पता",
    "שלום",
    "😀",
    "=1+1",
    "<b>x</b>",
    "a\u2028b",
    "e\u0301",
    "x" * 300,
)
"""What any column may hold and a naive client trips over."""

UNUSUAL_COLUMNS: Final = ("", " ", "Custom 1", 'A "B"', "a,b", "A\nB", "नाम", "שם", "😀", "null", "name " * 20)
COLUMN_NAMES: Final = (
    *DEFAULT_COLUMNS,
    "City",
    "Pincode",
    "First Name",
    "Last Name",
    "Age",
    *(f"Custom {number}" for number in range(1, 87)),
)
COLUMN_COUNTS: Final = (0, 1, 6, 7, 9, 34, 35, 36, 100)
"""Numbers of columns at which clients break: none, one, and either side of the 7 fields of the vendor's table, of the
9 columns and of the 35 fields of its sample; and many."""
LIST_NAMES: Final = ("", "New", "Dialer dynamic field list", *PHRASES[:20], *UNUSUAL_TEXTS)
PHONE_FORMS: Final = ("{digits}", "91{digits}", "0{digits}", "(555){digits}", "+91 {digits}", "+91-{digits}")
"""How else a phone number may be written."""

INSTANTS: Final = (
    0,
    1,
    999,
    SECOND,
    SECOND + 1,
    HOUR,
    5 * HOUR + HOUR // 2,  # midnight in India is half past six of the day before in UTC
    DAY - 1,
    DAY,
    951_782_400_000,  # 29 February 2000
    1_703_980_800_000 - HOUR * 11 // 2,  # midnight in India, 31 December 2023
    1_704_067_199_999,  # the last millisecond of 2023
    1_709_164_800_000,  # 29 February 2024
    EPOCH,
    2**31 * SECOND - SECOND,
    2**31 * SECOND,
    2**32 * SECOND,
    4_102_444_800_000,  # the year 2100
    LAST_INSTANT - DAY,
    LAST_INSTANT,
)
"""Epoch ms that clients trip over."""
DELAYS: Final = (0, 1, SECOND - 1, SECOND, 60 * SECOND, HOUR, 12 * HOUR, DAY, 30 * DAY, YEAR)
"""Milliseconds from one time of a lead to the next."""

_NEAR: Final = (
    *range(13), 20, 29, 30, 31, 42, 99, 100, 101, 127, 128, 255, 256, 999, 1_000, 1_001, 8_668, 9_999, 10_000, 32_767,
    32_768, 65_535, 65_536, 99_999, 100_000, 10**6, 10**7, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 10**10, 10**12,
    2**52, LARGEST - 1, LARGEST,
)  # fmt: skip


@cache
def names() -> list[str]:
    """Return names of persons: usual ones, the shortest first, and unusual ones."""
    return [*sorted(_full_names(), key=len), *UNUSUAL_NAMES]


@cache
def emails() -> list[str]:
    """Return e-mail addresses, the shortest first, and texts that people enter instead."""
    usual = [f"{name.lower().replace(' ', '.')}@{domain}" for name in _full_names() for domain in DOMAINS]
    return [*sorted(usual, key=len), *UNUSUAL_EMAILS]


def _full_names() -> list[str]:
    return [f"{first}{last}" for first in FIRST_NAMES for last in SURNAMES]


def table(options: Sequence[T]) -> tuple[T, ...]:
    """Return 256 entries: the first option for nearly one byte in five, then the others in equal shares."""
    first, *others = options
    if not others:
        return (first,) * 256
    share = len(others) / (256 - _SIMPLE)
    return (first,) * _SIMPLE + tuple(others[int(byte * share)] for byte in range(256 - _SIMPLE))


def integers(low: int, high: int) -> list[int]:
    """Return whole numbers from ``low`` to ``high`` at which code breaks, the simplest first."""
    signed = {sign * number for number in _NEAR for sign in (1, -1)}
    found = {number for number in {*signed, low, low + 1, high - 1, high} if low <= number <= high}
    return sorted(found, key=lambda number: (abs(number), number < 0))


def _texts(*usual: str) -> Table:
    """Return the table of a text column: empty, then usual values, then one in six unusual."""
    repeated = [usual[number % len(usual)] for number in range(max(len(usual), 5 * len(UNUSUAL_TEXTS)))]
    return table(["", *sorted(repeated, key=len), *UNUSUAL_TEXTS])


TEXTS: Final[dict[str, Table]] = {
    "address": _texts(*(f"{house} {street}" for house, street in enumerate(STREETS, 1)), "4/2 Lake View, Pune"),
    "city": _texts(*CITIES),
    "pincode": _texts("411001", "560001", "682001", "110001"),
    "company": _texts(*(f"{word} Ltd" for word in WORDS)),
    "date_of_birth": _texts("1990-01-01", "1984-02-29", "2001-12-31", "01/02/1990", "31-12-85"),
    "age": _texts("0", "18", "42", "99"),
    "credit_score": _texts("300", "689", "750", "900"),
    "business": _texts(*BUSINESSES),
    "first_name": _texts(*FIRST_NAMES),
    "last_name": _texts(*LAST_NAMES),
    "text": _texts(*WORDS, *PHRASES[:40]),
}
"""Columns that are one word or phrase, by what they hold."""

SKILL_LISTS: Final = tuple((100 + number, name) for number, name in enumerate(SKILLS))
