"""Runs of four characters: the smallest pieces by which a value can be recognized."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

from smartflo_contract.factories.facts import SERIES
from smartflo_contract.factories.pools import DOMAINS
from smartflo_contract.live.recording._alphabets import ASCII_ALPHANUMERICS, alphabet_of
from smartflo_contract.schemas.lead_format import MASKED_EMAILS, is_object_id

Runs: TypeAlias = AbstractSet[str]
NO_RUNS: Final[Runs] = frozenset()
RUN_CHARACTERS: Final = 4
"""Length of a run. Fewer characters in a row identify nobody."""
OBJECT_ID_TIME_DIGITS: Final = 8
"""Hexadecimal digits of an ObjectId that hold its time."""
SAFE_SERIES: Final = SERIES["safe"].prefix.removeprefix("+91")
"""First digits of the numbers that cannot ring, without the country code."""

_SHARED: Final = re.compile(
    rf"(?:\+|00|0)?(?:91)?[ ().-]{{0,3}}{'[ ().-]{0,2}'.join(SAFE_SERIES)}(?P<tail>(?:[ ().-]{{0,2}}[0-9])*)"
    rf"|@(?:{'|'.join(map(re.escape, DOMAINS))})"
)
"""What many pseudonyms share and what therefore reveals nothing: the series of numbers, and the reserved domains."""
_digits: Final = re.compile("[0-9]+")


def character_runs(string: str) -> Runs:
    """Return every run of four characters in a string."""
    if len(string) < RUN_CHARACTERS:
        return NO_RUNS
    return frozenset([string[start : start + RUN_CHARACTERS] for start in range(len(string) - RUN_CHARACTERS + 1)])


def revealing_runs(pseudonym: str) -> Runs:
    """Return the runs of a pseudonym that may reveal a value: without shifted times and what many pseudonyms share."""
    if is_object_id(pseudonym):
        return character_runs(pseudonym[OBJECT_ID_TIME_DIGITS:])
    return character_runs(_SHARED.sub(lambda match: f"\0{''.join(_digits.findall(match['tail'] or ''))}\0", pseudonym))


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
