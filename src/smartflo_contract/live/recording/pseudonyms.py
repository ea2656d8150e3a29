"""Keyed pseudonyms: for a text, a number or a time another one of the same form.

Equal values have equal pseudonyms and different values different ones, whatever places they stand in. What decides
is the form of a value: a phone number, an e-mail, a date, an id of 24 hexadecimal digits, or else its letters and
digits one by one. Who has not the key cannot tell what a pseudonym stands for.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from hashlib import blake2b
from typing import Final, TypeAlias

from smartflo_contract.factories.facts import SERIES
from smartflo_contract.factories.pools import DOMAINS
from smartflo_contract.live.errors import RecordError
from smartflo_contract.schemas.json_values import INT64
from smartflo_contract.schemas.lead_format import MASKED_EMAILS

Runs: TypeAlias = AbstractSet[str]
NONE: Final[Runs] = frozenset()
RUN: Final = 4
"""So many characters in a row of a personal value would be a piece of it; fewer tell nothing."""
LEAST_KEY: Final = 16
_MOST_DIGITS: Final = 19
"""Of a 64-bit integer."""
_EXACT: Final = 2**53 - 1
"""The largest integer of the contract; what is beyond stays beyond."""
_EXACT_DIGITS: Final = len(str(_EXACT))

_TRIES: Final = 10_000
_USUAL_TRIES: Final = 64
"""So many tries with words of :data:`_RARE`, and without any run of the lead, be it of digits."""
_FREE_TRIES: Final = 32
"""So many tries in which words may change their length."""
_MARK_TRIES: Final = 80
"""After so many tries marks change too: between numbers, as in a long list of them, they come in too few ways."""
_RARE: Final = "jkqvwxyz"
"""Letters of which no language makes four in a row, and of which none is a hexadecimal digit. None comes twice in a
row, because people fill columns with xxxx."""
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_DEVANAGARI: Final = "".join(map(chr, range(0x0915, 0x093A)))
_GEORGIAN: Final = "".join(map(chr, range(0x10D0, 0x10F1)))
_ANIMALS: Final = "".join(map(chr, range(0x1F400, 0x1F43F)))
_BLANKS: Final = " \t\N{NO-BREAK SPACE}\N{FIGURE SPACE}"
_MARKS: Final = "-_.,/"
_QUOTES: Final = "\"':;|=()[]{}"

_YEAR: Final = 365 * 24 * 60 * 60
_SECOND: Final = 1_000
_NO_INSTANT: Final = 10**15
"""Epoch ms beyond the year 30000; of a longer number four years may leave the first four digits."""
_ENDS: Final = (INT64[0] - 1, *INT64, INT64[1] + 1)
_FIRST_YEAR, _YEARS = 1930, 90
_MONTHS, _HOURS = 12, 23
_FIRST_LATER_YEAR, _LATER_YEARS = 1000, 2000
_YEAR_DIGITS: Final = 4

_PHONE_DIGITS: Final = 10
_TIME_DIGITS: Final = 8
"""Of an id: its seconds."""
_SAFE: Final = SERIES["safe"].prefix.removeprefix("+91")
_TRUNK: Final = ("0091", "091", "91", "0", "")
"""What Indian numbers of ten digits are written with."""
_OWN: Final = re.compile(
    rf"(?:\+|00|0)?(?:91)?[ ().-]{{0,3}}{'[ ().-]{0,2}'.join(_SAFE)}(?P<tail>(?:[ ().-]{{0,2}}[0-9])*)"
    rf"|@(?:{'|'.join(map(re.escape, DOMAINS))})"
)
"""What many pseudonyms have in common, so it tells nothing of a value: the series of numbers that cannot ring, and
the domains that nobody has."""

_is_object_id: Final = re.compile("[0-9a-f]{24}").fullmatch
_segments: Final = re.compile(
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
"""What a text is made of. Numbers that could ring, and addresses, are found inside longer texts too."""
_digits: Final = re.compile("[0-9]+")
_is_number: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?").fullmatch


def runs(text: str) -> Runs:
    """Return every run of four characters in a text."""
    if len(text) < RUN:
        return NONE
    return frozenset([text[start : start + RUN] for start in range(len(text) - RUN + 1)])


def spelled(number: float) -> str:
    """Return a number with its digits written out; a fraction that is small may have an exponent."""
    return str(int(number)) if int(number) == number else repr(number)


def drawn(pseudonym: str) -> Runs:
    """Return the runs of a pseudonym that may tell of a value: without shifted times, and what many have in common."""
    if _is_object_id(pseudonym):
        return runs(pseudonym[_TIME_DIGITS:])
    return runs(_OWN.sub(lambda own: f"\0{''.join(_digits.findall(own['tail'] or ''))}\0", pseudonym))


def tells(found: Iterable[str]) -> bool:
    """Whether one of these runs is of letters alone: others recur in any long list, by chance, and tell nothing."""
    return any(all(character.isalpha() or not character.isascii() for character in run) for run in found)


class _Try:
    """One try to find a pseudonym: choices that follow from a key, a text and the number of the try.

    Attributes:
        number: of the try, from 0.
        own: runs of the text, which must not be in its pseudonym.
        avoid: runs that are better not in it.
        short: the text is shorter than a run.
    """

    __slots__ = ("_digest", "_left", "_span", "avoid", "number", "own", "short")

    def __init__(self, key: bytes, text: str, number: int, own: Runs = NONE, avoid: Runs = NONE) -> None:
        """Hash; but step through the choices one by one where they are few, and many are taken."""
        hashed = number if number < _USUAL_TRIES or len(text) > RUN else _USUAL_TRIES
        self.number, self.own, self.avoid, self.short = number, own, avoid, len(text) < RUN
        self._digest = blake2b(text.encode(), key=key, salt=hashed.to_bytes(8, "big")).digest()
        self._left = int.from_bytes(self._digest, "big") + number - hashed
        self._span = 1 << 512

    @property
    def usual(self) -> bool:
        """Whether there is hope for the best."""
        return self.number < _USUAL_TRIES

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to ``limit - 1``."""
        if self._span < limit << 32:
            self._digest = blake2b(self._digest).digest()
            self._left, self._span = int.from_bytes(self._digest, "big"), 1 << 512
        self._left, found = divmod(self._left, limit)
        self._span //= limit
        return found

    def among(self, options: str) -> str:
        """Return one of some characters."""
        return options[self.below(len(options))]


_Maker: TypeAlias = Callable[[str, _Try], str]
"""Makes a candidate from a text."""


class Pseudonyms:
    """The pseudonyms of one response; it keeps every pair, so that none is given twice.

    A pseudonym has no run of four characters with the value in common, nor, of the first tries, with ``avoid``.

    Args:
        key: at least 16 bytes, which nobody can guess.
        reserved: texts that are no pseudonym.

    Raises:
        ValueError: the key is too short.
    """

    def __init__(self, key: bytes, reserved: Iterable[str] = ()) -> None:
        """Keep the key's digest, and nothing else of it."""
        if len(key) < LEAST_KEY:
            message = f"expected a key of at least {LEAST_KEY} random bytes"
            raise ValueError(message)
        self._key = blake2b(key, digest_size=32, person=b"pseudonyms").digest()
        self._given: dict[str, str] = {}
        self._taken = set(reserved)
        self._numbers: dict[tuple[str, int], str] = {}
        self._taken_numbers: set[str] = set()
        self._makers = {**_LIKE, "phone": self._phone, "email": self._email}
        # Four to eight years back, by no whole number of tens of seconds: the first four digits change, and the last.
        draw = _Try(blake2b(key, digest_size=32, person=b"offset").digest(), "", 0)
        self._offset = -(4 * _YEAR + draw.below(_YEAR * 4 // 10) * 10 + 1 + draw.below(9))

    def text(self, source: str, avoid: Runs = NONE, fits: Callable[[str], bool] = lambda _: True) -> str:
        """Return the pseudonym of a text.

        Words of more than four letters keep the class of their length, 5 to 8, 9 to 16 and so on; all else keeps its
        length. Digits become digits, letters letters of the same case, and letters beyond ASCII others beyond it;
        what is neither stays, but for four in a row. An empty text, 0, and the placeholder of the vendor's
        documentation stay as they are.

        Args:
            source: the text.
            avoid: runs of four characters that the pseudonym does not have.
            fits: whether a text may be the pseudonym.

        Raises:
            RecordError: none was found.
        """
        return self._pseudonym(source, avoid, fits, self._object_id if _is_object_id(source) else self._like)

    def number(self, source: float, avoid: Runs = NONE, fits: Callable[[float], bool] = lambda _: True) -> float:
        """Return the pseudonym of a number: of as many digits, and equal to that of the same digits in a text.

        Raises:
            RecordError: none was found, or its digits are not written out.
        """
        kind, sign = (float if isinstance(source, float) else int), (-1 if source < 0 else 1)
        if abs(source) >= 10**_MOST_DIGITS:
            message = f"a number of more than {_MOST_DIGITS} digits"
            raise RecordError(message)
        whole, written = int(source) == source, spelled(abs(source))
        if "e" in written:
            message = "a number with an exponent"
            raise RecordError(message)
        read = int if whole else float

        def is_one(text: str) -> bool:
            return _is_number(text) is not None and str(read(text)) == text and fits(kind(sign * read(text)))

        return kind(sign * read(self._pseudonym(written, avoid, is_one, self._like if whole else _fraction)))

    def instant(self, source: int) -> int:
        """Return a time, in epoch ms, as far from the others as before; the ends of 64 bits are none, and stay.

        Raises:
            RecordError: it is so far from any time that its first digits would stay.
        """
        if source in _ENDS:
            return source
        if abs(source) >= _NO_INSTANT:
            message = "a time that cannot be hidden by shifting it"
            raise RecordError(message)
        return source + self._offset * _SECOND

    def _pseudonym(self, source: str, avoid: Runs, fits: Callable[[str], bool], like: _Maker) -> str:
        """Return the pseudonym of a text that there is, or a new one."""
        found = self._given.get(source)
        if found is None:
            found = source if is_harmless(source) else self._drawn(source, avoid, fits, like)
            self._given[source] = found
            self._taken.add(found)
        return found

    def _drawn(self, source: str, avoid: Runs, fits: Callable[[str], bool], like: _Maker) -> str:
        """Return the first pseudonym that nothing speaks against."""
        own, beyond = runs(source), _is_beyond(source)
        for number in range(_tries(len(source))):
            draw = _Try(self._key, source, number, own, avoid)
            candidate = like(source, draw)
            if candidate in self._taken or (candidate == source and draw.usual):
                continue
            found = drawn(candidate)
            met = found & avoid
            if found & own or (met and (draw.usual or tells(met))):
                continue
            if _is_beyond(candidate) == beyond and fits(candidate):
                return candidate
        message = "no pseudonym of its form is left; another key may help"
        raise RecordError(message)

    def _object_id(self, source: str, draw: _Try) -> str:
        """Return an id of MongoDB's: its seconds move with the other times."""
        seconds = (int(source[:_TIME_DIGITS], 16) + self._offset) % 2**32
        return f"{seconds:08x}{draw.below(2**64):016x}"

    def _like(self, source: str, draw: _Try) -> str:
        """Return a text of the same form."""
        return "".join(self._makers[segment.lastgroup](segment[0], draw) for segment in _segments(source))

    def _email(self, source: str, draw: _Try) -> str:
        """Return an address at a domain that nobody has, and that ends in another way."""
        mailbox, _, domain = source.rpartition("@")
        others = [other for other in DOMAINS if not domain.lower().endswith(other[-RUN:])]
        return f"{self._like(mailbox, draw)}@{others[draw.below(len(others))]}"

    def _phone(self, source: str, draw: _Try) -> str:
        """Return a number that cannot ring, written as the source is; one number in two forms stays one."""
        digits = "".join(_digits.findall(source))
        head = next((head for head in _TRUNK if digits == head + digits[-_PHONE_DIGITS:]), None)
        if source[0] == "+" and head != "91":
            whole = "91" + self._number(digits, len(digits) - 2, draw)
        elif head is None or (digits[0] == "0" and not head):
            head = "0" if digits[0] == "0" else ""
            whole = head + self._number(digits, len(digits) - len(head), draw)
        else:
            whole = head + self._number(digits.removeprefix(head), _PHONE_DIGITS, draw)
        left = iter(whole)
        return _digits.sub(lambda part: "".join(next(left) for _ in part[0]), source)

    def _number(self, source: str, length: int, draw: _Try) -> str:
        """Return a number of the series that cannot ring."""
        if (source, length) not in self._numbers:
            self._numbers[source, length] = self._new_number(source, length - len(_SAFE), draw)
        return self._numbers[source, length]

    def _new_number(self, source: str, size: int, whole: _Try) -> str:
        own = runs(source) | whole.own
        for number in range(_TRIES):
            draw = _Try(self._key, source, number)
            tail = f"{draw.below(10**size):0{size}d}"
            found = runs(tail)
            if found & own or (draw.usual and found & whole.avoid) or _SAFE + tail in self._taken_numbers:
                continue
            self._taken_numbers.add(_SAFE + tail)
            return _SAFE + tail
        message = "no number that cannot ring is left"
        raise RecordError(message)


def _tries(length: int) -> int:
    """Return how often to try: short texts are soon taken, and for long ones a try takes long."""
    return min(_TRIES, max(2 * _USUAL_TRIES, _TRIES * RUN // max(length, 1)))


def is_harmless(text: str) -> bool:
    """Whether a text stays: it has neither letter nor digit, or is one of those that are no one's."""
    if text in {"", "0"} or text in MASKED_EMAILS:
        return True
    return len(text) < RUN and not any(_ASCII.get(character) or _alphabet(character) for character in text)


def _is_beyond(text: str) -> bool:
    """Whether a text is an integer that the contract's numbers do not reach, though it has as many digits."""
    return len(text) == _EXACT_DIGITS and text.isascii() and text.isdecimal() and int(text) > _EXACT


@lru_cache(maxsize=4096)
def _alphabet(character: str) -> str:
    """Return what stands for a character beyond ASCII: nothing for blanks, marks and controls, which stay."""
    kind = unicodedata.category(character)
    if character.isascii() or kind in {"Cc", "Cf"} or kind[0] in "PZ":
        return ""
    if unicodedata.name(character, "").startswith("DEVANAGARI"):
        return _DEVANAGARI
    return _GEORGIAN if ord(character) < 1 << 16 else _ANIMALS


def _other(source: str, draw: _Try) -> str:
    """Return what stands for one more character; a blank or mark stays while there is hope."""
    alphabet = _alphabet(source)
    if not alphabet and draw.number >= _MARK_TRIES and source in _BLANKS + _MARKS + _QUOTES:
        alphabet = _MARKS
    return draw.among(alphabet) if alphabet else source


def _gap(source: str, draw: _Try) -> str:
    """Return as many blanks and marks, of which no two neighbours are the same: four in a row do not stay."""
    made = [""]
    for character in source:
        alphabet = _alphabet(character) or (_BLANKS if character.isspace() else _MARKS)
        made.append(draw.among(alphabet.replace(made[-1], "") if made[-1] else alphabet))
    return "".join(made)


def _word(source: str, draw: _Try) -> str:
    """Return a word, its capitals at the same places."""
    letters = _RARE if draw.usual and not draw.short else _LETTERS
    size = _length(len(source), draw) if draw.number < _FREE_TRIES else len(source)
    made = [draw.among(letters)]
    while len(made) < size:
        made.append(draw.among(letters.replace(made[-1], "")))
    if source.islower():
        return "".join(made)
    last = len(source) - 1
    return "".join([letter.upper() if source[min(at, last)].isupper() else letter for at, letter in enumerate(made)])


def _length(length: int, draw: _Try) -> int:
    """Return a length of the same class: each up to 4 by itself, then 5 to 8, 9 to 16, 17 to 32 and so on."""
    if length <= RUN:
        return length
    half = 1 << ((length - 1).bit_length() - 1)
    return half + 1 + draw.below(half)


def _digits_like(source: str, draw: _Try) -> str:
    """Return as many digits; where the first is zero it stays so while that is possible, and none becomes so."""
    leading = source[0] == "0"
    first = "0" if leading and draw.usual else draw.among("0123456789" if leading else "123456789")
    return first + "".join([draw.among("0123456789") for _ in source[1:]])


def _fraction(source: str, draw: _Try) -> str:
    """Return a number with as many digits before and after its point; none of them can ring."""
    return _digits.sub(lambda part: _digits_like(part[0], draw), source)


def _date(source: str, draw: _Try) -> str:
    return _digits.sub(lambda part: _part_of_date(part[0], draw), source)


def _utc(source: str, _: _Try) -> str:
    """Return the letter that ends a time: with another one it is none."""
    return source


def _part_of_date(source: str, draw: _Try) -> str:
    """Return a year, month, day, hour, minute or second that makes a date, in whichever order it is read."""
    if len(source) == _YEAR_DIGITS:
        first, count = (_FIRST_YEAR, _YEARS) if draw.usual else (_FIRST_LATER_YEAR, _LATER_YEARS)
        return str(first + draw.below(count))
    number, size = int(source), len(source)
    if number > _MONTHS:
        return str(_MONTHS + 1 + draw.below(_HOURS - _MONTHS))
    most = 9 if size == 1 else _MONTHS
    return f"{1 + draw.below(most) if number else draw.below(most + 1):0{size}d}"


_ASCII: Final = dict.fromkeys(f"{_LETTERS}{_LETTERS.upper()}0123456789", True)
_LIKE: Final[Mapping[str | None, _Maker]] = {
    "date": _date,
    "utc": _utc,
    "word": _word,
    "digits": _digits_like,
    "gap": _gap,
    "other": _other,
}
"""What makes a segment of each kind."""
