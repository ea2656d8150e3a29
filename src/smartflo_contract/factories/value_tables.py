"""Tables of values for strategies: 256 entries each, one for each byte, the simplest first.

A byte that Hypothesis shrinks selects a simpler value. Strings come from short lists in this module instead of Faker:
a saved example must mean the same tomorrow, and the first example must not wait for pools.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar

from smartflo_contract.factories.list_definition import DEFAULT_COLUMNS
from smartflo_contract.factories.pools import BUSINESSES, DOMAINS, EPOCH_MS, PHRASES, SKILLS, STREETS, WORDS
from smartflo_contract.schemas.json_values import MAX_SAFE_INTEGER

_Value = TypeVar("_Value")
ByteTable: TypeAlias = tuple[Any, ...]

_BYTES: Final = 256
_SIMPLEST_BYTES: Final = 48
"""Number of bytes that select the simplest value: nearly one in five."""
MAX_OPTIONS: Final = 1 + _BYTES - _SIMPLEST_BYTES
"""Maximum number of different values in a table."""

_SECOND_MS: Final = 1_000
_HOUR_MS: Final = 3_600 * _SECOND_MS
_DAY_MS: Final = 24 * _HOUR_MS
YEAR_MS: Final = 365 * _DAY_MS
MAX_TIME_MS: Final = 253_402_300_799_999
"""End of the year 9999 in epoch ms, the maximum of Python's datetime."""

FIRST_NAMES: Final = (
    "Om", "Dev", "Jai", "Ira", "Anu", "Asha", "Ravi", "Uma", "Neha", "Amit", "Kavya", "Rohan", "Meera", "Arjun",
    "Pooja", "Vikram", "Sunita", "Harish", "Lakshmi", "Siddharth",
)  # fmt: skip
LAST_NAMES: Final = (
    "Rao", "Jain", "Das", "Nair", "Iyer", "Shah", "Gupta", "Singh", "Patel", "Reddy", "Menon", "Sharma", "Kulkarni",
    "Banerjee", "Chatterjee",
)  # fmt: skip
SURNAMES: Final = ("", *(f" {name}" for name in LAST_NAMES))
"""Endings of a full name after the first name."""
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
UNUSUAL_STRINGS: Final = (
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
"""Strings that any column may contain and that break naive clients."""

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
"""Column counts at which clients break: none, one, around the 7 fields of the vendor's table, the 9 columns and the 35
fields of its sample, and many."""
LIST_NAMES: Final = ("", "New", "Dialer dynamic field list", *PHRASES[:20], *UNUSUAL_STRINGS)
PHONE_FORMS: Final = ("{digits}", "91{digits}", "0{digits}", "(555){digits}", "+91 {digits}", "+91-{digits}")
"""Other spellings of a phone number."""

BOUNDARY_TIMES_MS: Final = (
    0,
    1,
    999,
    _SECOND_MS,
    _SECOND_MS + 1,
    _HOUR_MS,
    5 * _HOUR_MS + _HOUR_MS // 2,  # midnight in India is half past six of the day before in UTC
    _DAY_MS - 1,
    _DAY_MS,
    951_782_400_000,  # 29 February 2000
    1_703_980_800_000 - _HOUR_MS * 11 // 2,  # midnight in India, 31 December 2023
    1_704_067_199_999,  # the last millisecond of 2023
    1_709_164_800_000,  # 29 February 2024
    EPOCH_MS,
    2**31 * _SECOND_MS - _SECOND_MS,
    2**31 * _SECOND_MS,
    2**32 * _SECOND_MS,
    4_102_444_800_000,  # the year 2100
    MAX_TIME_MS - _DAY_MS,
    MAX_TIME_MS,
)
"""Times at which clients break, in epoch ms."""
DELAYS_MS: Final = (
    0,
    1,
    _SECOND_MS - 1,
    _SECOND_MS,
    60 * _SECOND_MS,
    _HOUR_MS,
    12 * _HOUR_MS,
    _DAY_MS,
    30 * _DAY_MS,
    YEAR_MS,
)
"""Times between two events of a lead, in milliseconds."""

_BOUNDARY_INTEGERS: Final = (
    *range(13), 20, 29, 30, 31, 42, 99, 100, 101, 127, 128, 255, 256, 999, 1_000, 1_001, 8_668, 9_999, 10_000, 32_767,
    32_768, 65_535, 65_536, 99_999, 100_000, 10**6, 10**7, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 10**10, 10**12,
    2**52, MAX_SAFE_INTEGER - 1, MAX_SAFE_INTEGER,
)  # fmt: skip


@cache
def names() -> list[str]:
    """Return names of people: realistic ones, shortest first, then unusual ones."""
    return [*sorted(_full_names(), key=len), *UNUSUAL_NAMES]


@cache
def emails() -> list[str]:
    """Return e-mail addresses, shortest first, then strings that people enter instead."""
    realistic = [f"{name.lower().replace(' ', '.')}@{domain}" for name in _full_names() for domain in DOMAINS]
    return [*sorted(realistic, key=len), *UNUSUAL_EMAILS]


def _full_names() -> list[str]:
    return [f"{first}{last}" for first in FIRST_NAMES for last in SURNAMES]


def byte_table(options: Sequence[_Value]) -> tuple[_Value, ...]:
    """Return a table of 256 entries: the first option for nearly one byte in five, then the others in equal shares."""
    first, *others = options
    if not others:
        return (first,) * _BYTES
    share = len(others) / (_BYTES - _SIMPLEST_BYTES)
    return (first,) * _SIMPLEST_BYTES + tuple(others[int(byte * share)] for byte in range(_BYTES - _SIMPLEST_BYTES))


def boundary_integers(low: int, high: int) -> list[int]:
    """Return integers from ``low`` to ``high`` at which code breaks, the simplest first."""
    signed = {sign * number for number in _BOUNDARY_INTEGERS for sign in (1, -1)}
    allowed = {number for number in {*signed, low, low + 1, high - 1, high} if low <= number <= high}
    return sorted(allowed, key=lambda number: (abs(number), number < 0))


def _strings(*realistic: str) -> ByteTable:
    """Return the table of a column: the empty string, realistic values, and one unusual value in six."""
    count = max(len(realistic), 5 * len(UNUSUAL_STRINGS))
    repeated = [realistic[number % len(realistic)] for number in range(count)]
    return byte_table(["", *sorted(repeated, key=len), *UNUSUAL_STRINGS])


@cache
def column_tables() -> dict[str, ByteTable]:
    """Return the table of each column kind, for columns that contain a word or phrase."""
    return {
        "address": _strings(*(f"{house} {street}" for house, street in enumerate(STREETS, 1)), "4/2 Lake View, Pune"),
        "city": _strings(*CITIES),
        "pincode": _strings("411001", "560001", "682001", "110001"),
        "company": _strings(*(f"{word} Ltd" for word in WORDS)),
        "date_of_birth": _strings("1990-01-01", "1984-02-29", "2001-12-31", "01/02/1990", "31-12-85"),
        "age": _strings("0", "18", "42", "99"),
        "credit_score": _strings("300", "689", "750", "900"),
        "business": _strings(*BUSINESSES),
        "first_name": _strings(*FIRST_NAMES),
        "last_name": _strings(*LAST_NAMES),
        "text": _strings(*WORDS, *PHRASES[:40]),
    }


SKILL_LISTS: Final = tuple((100 + number, name) for number, name in enumerate(SKILLS))
