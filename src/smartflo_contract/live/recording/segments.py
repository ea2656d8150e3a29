"""The segments of a string, and a replacement of the same form for each kind of segment."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final, TypeAlias

from smartflo_contract.factories.pools import DOMAINS
from smartflo_contract.live.recording._alphabets import (
    BLANKS,
    LETTERS,
    MARKS,
    QUOTES,
    RARE_LETTERS,
    alphabet_of,
)
from smartflo_contract.live.recording.character_runs import RUN_CHARACTERS
from smartflo_contract.live.recording.draw import Draw

Replacement: TypeAlias = Callable[[str, Draw], str]
"""Returns a candidate for a string."""

LENGTH_ATTEMPTS: Final = 32
"""Number of attempts in which words may change their length."""
_MARK_ATTEMPTS: Final = 80
"""Number of attempts that keep marks. Lists of numbers leave too few other choices later."""
FIRST_YEAR, YEARS = 1930, 90
_FIRST_LATE_YEAR, _LATE_YEARS = 1000, 2000
YEAR_DIGITS: Final = 4
_MONTHS, _HOURS = 12, 23

segments: Final = re.compile(
    r"""
    (?P<email>[^\s@,;:<>()"]{1,64}+@[^\s@,;:<>()"]{1,255}?\.[A-Za-z]{2,63}(?![A-Za-z0-9-])(?!\.[A-Za-z]))
    |(?P<date>(?<![0-9])(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2}))
        (?:[T\ ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?(?![0-9]))
    |(?P<phone>\+?[0-9]{10,15}(?![0-9])|\+?[0-9](?:[\ ().-]{0,2}[0-9]){9,14}(?![0-9]))
    |(?P<utc>(?<=[0-9])Z(?![A-Za-z0-9]))
    |(?P<word>[A-Za-z]+)
    |(?P<digits>[0-9]+)
    |(?P<gap>[\W_]{4,})
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
).finditer
"""Splits a string into segments. Phone numbers and e-mail addresses are found inside longer strings too."""
digit_groups: Final = re.compile("[0-9]+")
BLOCK_LETTERS: Final = 4
"""Number of letters that are drawn together."""
DIGIT_COUNT: Final = 9
"""Number of digits that are drawn together."""
SHORT_LENGTHS: Final = range(2, 9)
"""The lengths of a word that may be one of a closed set."""
is_short_word: Final = re.compile(f"[A-Za-z]{{{SHORT_LENGTHS[0]},{SHORT_LENGTHS[-1]}}}").fullmatch
"""Match a string that is one word of a few letters, which may be one of a closed set."""


def replace_fraction(source: str, draw: Draw) -> str:
    """Return a number with as many digits before and after its point; none of them is a phone number."""
    return digit_groups.sub(lambda match: _replace_digits(match[0], draw), source)


def _replace_word(source: str, draw: Draw) -> str:
    """Return a word with capitals at the same positions."""
    letters = RARE_LETTERS if draw.is_early and not draw.is_short else LETTERS
    return _draw_word(source, lengths_of_class(len(source)), letters, draw)


def replace_short_word(source: str, draw: Draw) -> str:
    """Return a word of any short length, so that the values of a closed set such as Yes and No look alike."""
    return _draw_word(source, SHORT_LENGTHS, RARE_LETTERS if draw.is_early else LETTERS, draw)


def _draw_word(source: str, lengths: range, letters: str, draw: Draw) -> str:
    """Return a word with capitals at the positions of a source.

    Letters are drawn four at a time, of which none is repeated, so that no letter occurs three times in a row. As many
    are drawn as the longest word has, so that the length does not decide which choices follow.
    """
    if draw.attempt >= LENGTH_ATTEMPTS:
        lengths = range(len(source), len(source) + 1)
    length = lengths[draw.below(len(lengths))]
    word: list[str] = []
    while len(word) < lengths[-1]:
        is_first = len(word) % BLOCK_LETTERS == 0
        word.append(draw.choose(letters if is_first else letters.replace(word[-1], "")))
    del word[length:]
    if source.islower():
        return "".join(word)
    last = len(source) - 1
    return "".join(
        [letter.upper() if source[min(index, last)].isupper() else letter for index, letter in enumerate(word)]
    )


def lengths_of_class(length: int) -> range:
    """Return the lengths of the same class: 1, 2, 3 and 4 are classes, then 5 to 8, 9 to 16, 17 to 32 and so on."""
    if length <= RUN_CHARACTERS:
        return range(length, length + 1)
    half = 1 << ((length - 1).bit_length() - 1)
    return range(half + 1, 2 * half + 1)


def _replace_digits(source: str, draw: Draw) -> str:
    """Return as many digits. A leading zero is kept as long as possible, and none is added."""
    if source[0] != "0":
        lowest = 10 ** (min(len(source), DIGIT_COUNT) - 1)
        digits = str(lowest + draw.below(9 * lowest))
    else:
        digits = "0" if draw.is_early else ""
    while missing := min(len(source) - len(digits), DIGIT_COUNT):
        digits += f"{draw.below(10**missing):0{missing}d}"
    return digits


def _replace_date(source: str, draw: Draw) -> str:
    return digit_groups.sub(lambda match: _replace_date_part(match[0], draw), source)


def _replace_date_part(source: str, draw: Draw) -> str:
    """Return a year, month, day, hour, minute or second that makes a date in either order of day and month."""
    if len(source) == YEAR_DIGITS:
        first, count = (FIRST_YEAR, YEARS) if draw.is_early else (_FIRST_LATE_YEAR, _LATE_YEARS)
        return str(first + draw.below(count))
    parts = date_parts(source)
    return parts[draw.below(len(parts))]


@cache
def date_parts(source: str) -> Sequence[str]:
    """Return what may replace a month, day, hour, minute or second of one or two digits."""
    number, max_number = int(source), 9 if len(source) == 1 else _MONTHS
    numbers = range(_MONTHS + 1, _HOURS + 1) if number > _MONTHS else range(min(number, 1), max_number + 1)
    return [f"{part:0{len(source)}d}" for part in numbers]


def _keep_utc_suffix(source: str, _: Draw) -> str:
    """Return the letter that ends a time in UTC; with another one the string is no time."""
    return source


def _replace_gap(source: str, draw: Draw) -> str:
    """Return as many blanks and marks, none of them twice in a row, so that no run of four is kept."""
    gap = [""]
    for character in source:
        alphabet = alphabet_of(character) or (BLANKS if character.isspace() else MARKS)
        gap.append(draw.choose(alphabet.replace(gap[-1], "") if gap[-1] else alphabet))
    return "".join(gap)


def _replace_character(source: str, draw: Draw) -> str:
    """Return the replacement of one other character. Blanks and marks are kept in the first attempts."""
    alphabet = alphabet_of(source)
    if not alphabet and draw.attempt >= _MARK_ATTEMPTS and source in BLANKS + MARKS + QUOTES:
        alphabet = MARKS
    return draw.choose(alphabet) if alphabet else source


REPLACEMENTS: Final[Mapping[str | None, Replacement]] = {
    "date": _replace_date,
    "utc": _keep_utc_suffix,
    "word": _replace_word,
    "digits": _replace_digits,
    "gap": _replace_gap,
    "other": _replace_character,
}
"""Replacement of each kind of segment, but for phone numbers and e-mail addresses."""


def reserved_domains(domain: str) -> Sequence[str]:
    """Return the reserved domains that end differently from a domain."""
    return [reserved for reserved in DOMAINS if not domain.lower().endswith(reserved[-RUN_CHARACTERS:])]
