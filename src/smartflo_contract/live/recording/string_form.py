"""Candidates for the pseudonym of an ASCII string, drawn word by word: those that ``segments`` draws letter by letter.

The form of a string decides how it is replaced: which of its characters are capitals, small letters, zeros and other
digits. The values of a key have few forms, and each form is compiled once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from math import log2
from typing import Final, NamedTuple, TypeAlias

from smartflo_contract.live.recording._alphabets import DIGITS, LETTERS, RARE_LETTERS
from smartflo_contract.live.recording.character_runs import RUN_CHARACTERS
from smartflo_contract.live.recording.draw import DIGEST_BITS, RESERVED_BITS
from smartflo_contract.live.recording.phone_numbers import Excluded, PhoneNumbers
from smartflo_contract.live.recording.segments import (
    FIRST_YEAR,
    LENGTH_ATTEMPTS,
    YEAR_DIGITS,
    YEARS,
    date_part_range,
    digit_groups,
    is_short_word,
    lengths_of_class,
    reserved_domains,
    segments,
)
from smartflo_contract.schemas.lead_format import MASKED_EMAILS

MAX_ATTEMPTS: Final = LENGTH_ATTEMPTS
"""Number of attempts of which the candidates can be drawn from a form."""
_MAX_CHARACTERS: Final = 128
_MAX_FORMS: Final = 2048
_MAX_BITS: Final = DIGEST_BITS - RESERVED_BITS - 8
"""Bits of choices that one digest has. No choice has more than eight bits."""
_TABLE_LETTERS: Final = 4
"""Letters that are looked up at once."""
_NEXT_LETTERS: Final = len(RARE_LETTERS) - 1
"""Number of letters that may follow a letter."""
_CLASSES: Final = bytes.maketrans(
    f"{LETTERS}{LETTERS.upper()}{DIGITS}".encode(), f"{'a' * 26}{'A' * 19}T{'A' * 5}Z0{'1' * 9}".encode()
)
"""Replaces characters by those of their class. T and Z are classes of their own because they occur in times."""

Step: TypeAlias = Callable[[str, int, PhoneNumbers, Excluded], tuple[str, int]]
"""Takes a string and the choices that are left, and returns a part of the candidate and the choices left after it."""


class StringForm(NamedTuple):
    """How the strings of a form are replaced.

    Attributes:
        steps: each returns a part of a candidate, or is one that is kept.
        bits: number of bits that their choices take at most.
        has_phone_number: whether excluded runs matter.
    """

    steps: Sequence[Step | str]
    bits: float
    has_phone_number: bool

    def candidate(self, source: str, choices: int, phone_numbers: PhoneNumbers, excluded: Excluded) -> str:
        """Return a candidate for the pseudonym of a string.

        Args:
            source: a string of this form.
            choices: the digest of the string and the attempt, as a number.
            phone_numbers: the pseudonyms of phone numbers.
            excluded: runs that the candidate should not contain.
        """
        candidate = ""
        for step in self.steps:
            if isinstance(step, str):
                candidate += step
            else:
                part, choices = step(source, choices, phone_numbers, excluded)
                candidate += part
        return candidate


def string_form(source: str) -> StringForm | None:
    """Return the form of a string; ``None`` if its candidates must be drawn letter by letter."""
    if not RUN_CHARACTERS <= len(source) <= _MAX_CHARACTERS or not source.isascii() or source in MASKED_EMAILS:
        return None
    return _compiled(source.encode().translate(_CLASSES))


@lru_cache(maxsize=_MAX_FORMS)
def _compiled(classes: bytes) -> StringForm | None:
    """Return the form of strings with these classes of characters."""
    if is_short_word(classes.decode()):
        return None
    try:
        compiled = list(_steps(classes.decode(), 0))
    except KeyError:  # a segment without a step
        return None
    bits = sum(bits for _, bits in compiled)
    steps: list[Step | str] = []
    for step, _ in compiled:
        if isinstance(step, str) and steps and isinstance(steps[-1], str):
            steps[-1] += step
        else:
            steps.append(step)
    has_phone_number = any(segment.lastgroup in {"phone", "email"} for segment in segments(classes.decode()))
    return StringForm(steps, bits, has_phone_number) if bits <= _MAX_BITS else None


def _steps(classes: str, start: int) -> Iterator[tuple[Step | str, float]]:
    """Yield the steps of a part of a string, each with the number of bits that its choices take at most.

    Args:
        classes: the classes of its characters.
        start: its position in the string.
    """
    for segment in segments(classes):
        yield from _STEPS[segment.lastgroup](segment[0], start + segment.start())


def _literal(classes: str, _: int) -> Iterator[tuple[Step | str, float]]:
    """Yield the step of characters that are kept."""
    yield classes, 0


def _word(classes: str, _: int) -> Iterator[tuple[Step | str, float]]:
    """Yield the step of a word, in capitals at the same positions."""
    lengths = lengths_of_class(len(classes))
    first_words = _first_letters(min(len(classes), _TABLE_LETTERS))
    capitalize, first_count = _capitals(classes), len(first_words)

    def step(_: str, choices: int, __: PhoneNumbers, ___: Excluded) -> tuple[str, int]:
        length = lengths[0]
        if len(lengths) > 1:
            choices, index = divmod(choices, len(lengths))
            length += index
        choices, index = divmod(choices, first_count)
        word = first_words[index]
        missing = length - _TABLE_LETTERS
        while missing > 0:
            words = _next_letters(word[-1], min(_TABLE_LETTERS, missing))
            choices, index = divmod(choices, len(words))
            word += words[index]
            missing -= _TABLE_LETTERS
        return (word if capitalize is None else capitalize(word)), choices

    yield step, log2(len(lengths)) + log2(len(RARE_LETTERS)) * lengths[-1]


def _capitals(classes: str) -> Callable[[str], str] | None:
    """Return a function that capitalizes a word like another one; ``None`` if it has small letters only."""
    if classes.islower():
        return None
    if classes.isupper():
        return str.upper
    if classes[0].isupper() and classes[1:].islower():
        return str.capitalize
    last = len(classes) - 1

    def capitalize(word: str) -> str:
        return "".join(
            [letter.upper() if classes[min(index, last)].isupper() else letter for index, letter in enumerate(word)]
        )

    return capitalize


@cache
def _first_letters(count: int) -> Sequence[str]:
    """Return the beginnings of words with so many letters, by the number of the choice."""
    if count == 1:
        return tuple(RARE_LETTERS)
    beginnings = _first_letters(count - 1)
    return tuple(
        [beginning + _others(beginning[-1])[index] for index in range(_NEXT_LETTERS) for beginning in beginnings]
    )


@cache
def _next_letters(previous: str, count: int) -> Sequence[str]:
    """Return what may follow a letter, with so many letters, by the number of the choice."""
    if count == 0:
        return ("",)
    beginnings = _next_letters(previous, count - 1)
    return tuple(
        [
            beginning + _others((previous + beginning)[-1])[index]
            for index in range(_NEXT_LETTERS)
            for beginning in beginnings
        ]
    )


def _others(letter: str) -> str:
    return RARE_LETTERS.replace(letter, "")


def _number(classes: str, _: int) -> Iterator[tuple[Step | str, float]]:
    """Yield the step of digits that are no date and no phone number."""
    count = len(classes) - 1
    if classes[0] == "0":
        tails = 10**count

        def step(_: str, choices: int, __: PhoneNumbers, ___: Excluded) -> tuple[str, int]:
            choices, tail = divmod(choices, tails)
            return f"{tail:0{count}d}0"[::-1] if count else "0", choices

        yield step, log2(10) * count
        return
    numbers = 9 * 10**count

    def step_from_one(_: str, choices: int, __: PhoneNumbers, ___: Excluded) -> tuple[str, int]:
        choices, number = divmod(choices, numbers)
        tail, first = divmod(number, 9)
        return f"{tail:0{count}d}{first + 1}"[::-1] if count else str(first + 1), choices

    yield step_from_one, log2(10) * len(classes)


def _date(classes: str, start: int) -> Iterator[tuple[Step | str, float]]:
    """Yield the steps of a date."""
    end = 0
    for group in digit_groups.finditer(classes):
        if group.start() > end:
            yield from _literal(classes[end : group.start()], 0)
        end = group.end()
        yield (_year if len(group[0]) == YEAR_DIGITS else _date_part(start + group.start(), start + end)), 7
    if classes[end:]:
        yield from _literal(classes[end:], 0)


def _year(_: str, choices: int, __: PhoneNumbers, ___: Excluded) -> tuple[str, int]:
    choices, year = divmod(choices, YEARS)
    return str(FIRST_YEAR + year), choices


def _date_part(start: int, end: int) -> Step:
    width = end - start

    def step(source: str, choices: int, _: PhoneNumbers, __: Excluded) -> tuple[str, int]:
        first, count = date_part_range(source[start:end])
        choices, index = divmod(choices, count)
        return f"{first + index:0{width}d}", choices

    return step


def _phone(classes: str, start: int) -> Iterator[tuple[Step | str, float]]:
    """Yield the step of a phone number, which takes no choice of the string."""
    end = start + len(classes)

    def step(source: str, choices: int, phone_numbers: PhoneNumbers, excluded: Excluded) -> tuple[str, int]:
        return phone_numbers.pseudonym(source[start:end], excluded), choices

    yield step, 0


def _email(classes: str, start: int) -> Iterator[tuple[Step | str, float]]:
    """Yield the steps of an e-mail address."""
    mailbox = classes.rpartition("@")[0]
    yield from _steps(mailbox, start)
    yield from _literal("@", 0)
    domain_start, end = start + len(mailbox) + 1, start + len(classes)

    def step(source: str, choices: int, _: PhoneNumbers, __: Excluded) -> tuple[str, int]:
        domains = _reserved_domains(source[max(domain_start, end - RUN_CHARACTERS) : end])
        choices, index = divmod(choices, len(domains))
        return domains[index], choices

    yield step, 2


_reserved_domains: Final = lru_cache(maxsize=_MAX_FORMS)(reserved_domains)
"""The reserved domains, by the end of a domain."""

_STEPS: Final[Mapping[str | None, Callable[[str, int], Iterator[tuple[Step | str, float]]]]] = {
    "email": _email,
    "date": _date,
    "phone": _phone,
    "utc": _literal,
    "word": _word,
    "digits": _number,
    "other": _literal,
}
"""Steps of each kind of segment. Blanks and marks in a row have none: few strings contain them."""
