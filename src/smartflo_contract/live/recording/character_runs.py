"""Runs of four characters: the smallest pieces by which a value can be recognized."""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final, TypeAlias

from smartflo_contract.factories.facts import SERIES
from smartflo_contract.factories.pools import DOMAINS
from smartflo_contract.live.recording._alphabets import ASCII_ALPHANUMERICS, PSEUDONYM_LETTERS, alphabet_of
from smartflo_contract.schemas.lead_format import MASKED_EMAILS, is_object_id

Runs: TypeAlias = AbstractSet[str]
NO_RUNS: Final[Runs] = frozenset()
_SEPARATOR: Final = "\x1f"
_ASCII: Final = 128
RUN_CHARACTERS: Final = 4
"""Length of a run. Fewer characters in a row identify nobody."""
OBJECT_ID_TIME_DIGITS: Final = 8
"""Hexadecimal digits of an ObjectId that hold its time."""
SAFE_SERIES: Final = SERIES["safe"].prefix.removeprefix("+91")
"""First digits of the numbers that cannot ring, without the country code."""

_SERIES_COUNT: Final = SAFE_SERIES.count(SAFE_SERIES[0])
"""How often the first digit of the series occurs in it, and so at least in every string that contains it."""
_SAFE_PREFIX: Final = SERIES["safe"].prefix
_DOMAINS: Final = frozenset(DOMAINS)
_PSEUDONYM_RUN: Final = b"x" * RUN_CHARACTERS
_PSEUDONYM_CLASSES: Final = bytes(
    b"x"[0]
    if chr(byte) in PSEUDONYM_LETTERS or (byte < _ASCII and not chr(byte).isalnum() and chr(byte) != _SEPARATOR)
    else b" "[0]
    for byte in range(256)
)
"""Replaces the bytes of such characters."""
OBJECT_ID_CHARACTERS: Final = 24
_SHARED: Final = re.compile(
    rf"(?:\+|00|0)?(?:91)?[ ().-]{{0,3}}{'[ ().-]{0,2}'.join(SAFE_SERIES)}(?P<tail>(?:[ ().-]{{0,2}}[0-9])*)"
    rf"|@(?:{'|'.join(map(re.escape, DOMAINS))})"
)
"""What many pseudonyms share and what therefore reveals nothing: the series of numbers, and the reserved domains."""
_digits: Final = re.compile("[0-9]+")
_BESIDE: Final = f"[^0-9]{{0,{RUN_CHARACTERS - 1}}}"
_around_digits: Final = re.compile(
    rf"{_BESIDE}[0-9]+(?:[^0-9]{{1,{2 * RUN_CHARACTERS - 2}}}[0-9]+)*{_BESIDE}", re.DOTALL
).findall
"""Find the parts of a string from which every run with a digit comes, and no other run."""


class TextRuns(AbstractSet[str]):
    """The runs of several strings, searched in their text: a few are found faster than all are put in a set.

    Args:
        strings: the strings.

    Attributes:
        is_exact: whether no string contains the separator.
        text: the different strings, separated.
    """

    __slots__ = ("_may_have_pseudonym_run", "is_exact", "text")

    def __init__(self, strings: Sequence[str]) -> None:
        """Join the strings."""
        different = dict.fromkeys(strings)
        self.text = text = _SEPARATOR.join(different)
        self.is_exact = text.count(_SEPARATOR) == max(len(different) - 1, 0)
        self._may_have_pseudonym_run: bool | None = None

    @property
    def may_have_pseudonym_run(self) -> bool:
        """Whether a string may have a run of characters that pseudonyms of ASCII strings have, none of them a digit."""
        if self._may_have_pseudonym_run is None:
            classes = self.text.encode(errors="replace").translate(_PSEUDONYM_CLASSES)
            self._may_have_pseudonym_run = _PSEUDONYM_RUN in classes
        return self._may_have_pseudonym_run

    def __contains__(self, run: object) -> bool:
        """Whether a string contains the run."""
        return isinstance(run, str) and len(run) == RUN_CHARACTERS and _SEPARATOR not in run and run in self.text

    def __iter__(self) -> Iterator[str]:
        """Yield the runs."""
        yield from frozenset[str]().union(*map(character_runs, self.text.split(_SEPARATOR)))

    def __len__(self) -> int:
        """Return the number of different runs."""
        return sum(1 for _ in self)

    def __rand__(self, runs: Iterable[str]) -> AbstractSet[str]:
        """Return those of some runs that a string contains."""
        return {run for run in runs if run in self}

    def isdisjoint(self, runs: Iterable[str]) -> bool:
        """Return whether no string contains one of some runs."""
        return not any(map(self.text.__contains__, runs)) or not any(run in self for run in runs)


def runs_of(strings: Sequence[str]) -> Runs:
    """Return the runs of several strings."""
    text_runs = TextRuns(strings)
    return text_runs if text_runs.is_exact else frozenset[str]().union(*map(character_runs, strings))


def character_runs(string: str) -> Runs:
    """Return every run of four characters in a string."""
    if len(string) < RUN_CHARACTERS:
        return NO_RUNS
    return frozenset([string[start : start + RUN_CHARACTERS] for start in range(len(string) - RUN_CHARACTERS + 1)])


def revealing_runs(pseudonym: str) -> Runs:
    """Return the runs of a pseudonym that may reveal a value: without shifted times and what many pseudonyms share."""
    return frozenset(listed_revealing_runs(pseudonym))


@lru_cache(maxsize=64)
def listed_revealing_runs(pseudonym: str) -> Sequence[str]:
    """Return the same runs as a sequence, in which one may occur twice.

    The last ones are remembered: the leak scan of a lead needs those by which its pseudonyms were selected.
    """
    text = _revealing_text(pseudonym)
    return [text[start : start + RUN_CHARACTERS] for start in range(len(text) - RUN_CHARACTERS + 1)]


@lru_cache(maxsize=64)
def listed_digit_runs(pseudonym: str) -> Sequence[str]:
    """Return those of ``listed_revealing_runs`` that contain a digit."""
    return [
        part[start : start + RUN_CHARACTERS]
        for part in _around_digits(_revealing_text(pseudonym))
        for start in range(len(part) - RUN_CHARACTERS + 1)
    ]


def _revealing_text(pseudonym: str) -> str:
    """Return a pseudonym without shifted times and what many pseudonyms share."""
    if len(pseudonym) == OBJECT_ID_CHARACTERS and is_object_id(pseudonym):
        return pseudonym[OBJECT_ID_TIME_DIGITS:]
    if pseudonym.count(SAFE_SERIES[0]) < _SERIES_COUNT:
        mailbox, at, domain = pseudonym.partition("@")
        if not at:
            return pseudonym
        if domain in _DOMAINS:
            return f"{mailbox}\0\0"
    elif (
        pseudonym.startswith(_SAFE_PREFIX)
        and (tail := pseudonym.removeprefix(_SAFE_PREFIX)).isdecimal()
        and tail.isascii()
    ):
        return f"\0{tail}\0"
    return _SHARED.sub(lambda match: f"\0{''.join(_digits.findall(match['tail'] or ''))}\0", pseudonym)


def has_letter_run(found: Iterable[str]) -> bool:
    """Return whether a run consists of letters alone; runs with digits recur by chance in any long list."""
    return any(all(character.isalpha() or not character.isascii() for character in run) for run in found)


def is_harmless(string: str) -> bool:
    """Return whether a string is kept: it has no letter or digit, or is a placeholder that belongs to nobody."""
    if string in {"", "0"} or string in MASKED_EMAILS:
        return True
    return len(string) < RUN_CHARACTERS and not any(
        character in ASCII_ALPHANUMERICS or alphabet_of(character) for character in string
    )


def decimal_string(number: float) -> str:
    """Return a number with its digits written out; a small fraction may have an exponent."""
    return str(int(number)) if int(number) == number else repr(number)
