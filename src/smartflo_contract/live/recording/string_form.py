"""Candidates for the pseudonym of an ASCII string, drawn word by word: those that ``segments`` draws letter by letter.

The form of a string decides how it is replaced: which of its characters are capitals, small letters, zeros and other
digits. The values of a key have few forms, and each form is compiled once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import repeat
from math import log2
from typing import Final, NamedTuple, TypeAlias

from smartflo_contract.live.recording._alphabets import DIGITS, LETTERS, RARE_LETTERS
from smartflo_contract.live.recording.character_runs import RUN_CHARACTERS
from smartflo_contract.live.recording.draw import DIGEST_BITS, RESERVED_BITS
from smartflo_contract.live.recording.phone_numbers import Excluded, PhoneNumbers
from smartflo_contract.live.recording.segments import (
    BLOCK_LETTERS,
    DIGIT_COUNT,
    FIRST_YEAR,
    LENGTH_ATTEMPTS,
    SHORT_LENGTHS,
    YEAR_DIGITS,
    YEARS,
    date_parts,
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
_MIN_PHONE_DIGITS: Final = 10
_MAX_BITS: Final = DIGEST_BITS - RESERVED_BITS - 8
"""Bits of choices that one digest has."""
_CLASSES: Final = bytes.maketrans(
    f"{LETTERS}{LETTERS.upper()}{DIGITS}".encode(), f"{'a' * 26}{'A' * 19}T{'A' * 5}Z0{'1' * 9}".encode()
)
"""Replaces characters by those of their class. T and Z are classes of their own because they occur in times."""

_YEARS: Final = [str(FIRST_YEAR + year) for year in range(YEARS)]
_TWO: Final = 2

Step: TypeAlias = Callable[[str, int, PhoneNumbers, Excluded], tuple[str, int]]
"""Takes a string and the choices that are left, and returns a part of the candidate and the choices left after it."""


class StringForm(NamedTuple):
    """How the strings of a form are replaced.

    Attributes:
        template: the candidate with what is kept, and a place for each other part.
        steps: each returns such a part.
        bits: number of bits that their choices take at most.
        has_phone_number: whether candidates may have a phone number, so that excluded runs matter.
        has_digits: whether candidates have digits.
    """

    template: str
    steps: Sequence[Step]
    bits: float
    has_phone_number: bool
    has_digits: bool

    def candidate(self, source: str, choices: int, phone_numbers: PhoneNumbers, excluded: Excluded) -> str:
        """Return a candidate for the pseudonym of a string.

        Args:
            source: a string of this form.
            choices: the digest of the string and the attempt, as a number.
            phone_numbers: the pseudonyms of phone numbers.
            excluded: runs that the candidate should not contain.
        """
        parts = []
        for step in self.steps:
            part, choices = step(source, choices, phone_numbers, excluded)
            parts.append(part)
        return self.template % tuple(parts)


def string_form(source: str) -> StringForm | None:
    """Return the form of a string; ``None`` if its candidates must be drawn letter by letter."""
    if not RUN_CHARACTERS <= len(source) <= _MAX_CHARACTERS or not source.isascii() or source in MASKED_EMAILS:
        return None
    return _compiled(source.encode().translate(_CLASSES))


def short_word_form(source: str) -> StringForm:
    """Return the form of a string that is one word of a few letters."""
    return _compiled_short_word(source.encode().translate(_CLASSES))


@lru_cache(maxsize=_MAX_FORMS)
def _compiled_short_word(classes: bytes) -> StringForm:
    """Return the form of short words with these classes of characters."""
    step, bits = _word_step(classes.decode(), SHORT_LENGTHS)
    return StringForm("%s", [step], bits, has_phone_number=False, has_digits=False)


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
    template = "".join(step.replace("%", "%%") if isinstance(step, str) else "%s" for step, _ in compiled)
    steps = [step for step, _ in compiled if not isinstance(step, str)]
    if bits > _MAX_BITS:
        return None
    digits = classes.count(b"0") + classes.count(b"1")
    return StringForm(template, steps, bits, has_phone_number=digits >= _MIN_PHONE_DIGITS, has_digits=digits > 0)


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
    yield _word_step(classes, lengths_of_class(len(classes)))


@lru_cache(maxsize=_MAX_FORMS)
def _word_step(classes: str, lengths: range) -> tuple[Step, float]:
    """Return the step of a word that gets one of some lengths, and the bits of its choices."""
    blocks = [min(BLOCK_LETTERS, lengths[-1] - start) for start in range(0, lengths[-1], BLOCK_LETTERS)]
    is_capitalized = classes[0].isupper() and (classes[1:].islower() or len(classes) == 1)
    if not is_capitalized and not classes.islower() and not classes.isupper():
        step, bits = _word_step(classes.lower(), lengths)
        return _capitalized(step, classes), bits
    change = str.upper if classes.isupper() else str.lower
    first, *others = [_blocks(letters, change) for letters in blocks]
    if is_capitalized:
        first = _blocks(blocks[0], str.capitalize)
    make = _two_blocks if len(blocks) == _TWO else _many_blocks
    step = make(lengths, first, *others) if others else _one_block(first)
    return step, log2(len(first)) + sum(log2(len(other)) for other in others) + log2(len(lengths))


def _one_block(words: Sequence[str]) -> Step:
    count = len(words)

    def step(_: str, choices: int, __: PhoneNumbers, ___: Excluded) -> tuple[str, int]:
        choices, index = divmod(choices, count)
        return words[index], choices

    return step


def _two_blocks(lengths: range, first: Sequence[str], second: Sequence[str]) -> Step:
    min_length, length_count, first_count = lengths[0], len(lengths), len(first)
    count = length_count * first_count * len(second)

    def step(_: str, choices: int, __: PhoneNumbers, ___: Excluded) -> tuple[str, int]:
        choices, number = divmod(choices, count)
        number, longer = divmod(number, length_count)
        second_index, first_index = divmod(number, first_count)
        return (first[first_index] + second[second_index])[: min_length + longer], choices

    return step


def _many_blocks(lengths: range, *blocks: Sequence[str]) -> Step:
    def step(_: str, choices: int, __: PhoneNumbers, ___: Excluded) -> tuple[str, int]:
        choices, longer = divmod(choices, len(lengths))
        word = ""
        for words in blocks:
            choices, index = divmod(choices, len(words))
            word += words[index]
        return word[: lengths[longer]], choices

    return step


def _capitalized(small_step: Step, classes: str) -> Step:
    """Return the step of a word in capitals at the positions of another one."""
    last = len(classes) - 1

    def step(source: str, choices: int, phone_numbers: PhoneNumbers, excluded: Excluded) -> tuple[str, int]:
        word, choices = small_step(source, choices, phone_numbers, excluded)
        letters = [
            letter.upper() if classes[min(index, last)].isupper() else letter for index, letter in enumerate(word)
        ]
        return "".join(letters), choices

    return step


@cache
def _blocks(count: int, change: Callable[[str], str]) -> Sequence[str]:
    """Return the words of so many letters, none of them twice in a row, by the number of the choice."""
    words = [""]
    for _ in repeat(None, count):
        others = {word: RARE_LETTERS.replace(word[-1:], "") if word else RARE_LETTERS for word in words}
        words = [word + others[word][index] for index in range(len(others[words[0]])) for word in words]
    return tuple(map(change, words))


def _number(classes: str, _: int) -> Iterator[tuple[Step | str, float]]:
    """Yield the step of digits that are no date and no phone number."""
    missing = len(classes)
    if classes[0] == "0":
        yield "0", 0
        missing -= 1
    else:
        missing -= (first := min(missing, DIGIT_COUNT))
        yield _whole_number(10 ** (first - 1)), log2(10) * first
    while missing:
        missing -= (count := min(missing, DIGIT_COUNT))
        yield _digits(count), log2(10) * count


def _whole_number(lowest: int) -> Step:
    """Return the step of digits that do not begin with 0."""
    count = 9 * lowest

    def step(_: str, choices: int, __: PhoneNumbers, ___: Excluded) -> tuple[str, int]:
        choices, number = divmod(choices, count)
        return str(lowest + number), choices

    return step


def _digits(width: int) -> Step:
    count = 10**width

    def step(_: str, choices: int, __: PhoneNumbers, ___: Excluded) -> tuple[str, int]:
        choices, number = divmod(choices, count)
        return f"{number:0{width}d}", choices

    return step


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
    choices, year = divmod(choices, len(_YEARS))
    return _YEARS[year], choices


def _date_part(start: int, end: int) -> Step:
    def step(source: str, choices: int, _: PhoneNumbers, __: Excluded) -> tuple[str, int]:
        parts = date_parts(source[start:end])
        choices, index = divmod(choices, len(parts))
        return parts[index], choices

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
