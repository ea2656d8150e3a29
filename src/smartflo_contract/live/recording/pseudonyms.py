"""Keyed pseudonyms: another string, number or time of the same form for each value.

Equal values have equal pseudonyms and different values different ones, wherever they occur. The form of a value
decides: a phone number, an e-mail address, a date, an ObjectId of 24 hexadecimal digits, or else its letters and
digits one by one. Without the key, a pseudonym cannot be traced back to its value.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import Final, NamedTuple, TypeAlias

from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.recording.character_runs import (
    NO_RUNS,
    OBJECT_ID_TIME_DIGITS,
    RUN_CHARACTERS,
    Runs,
    TextRuns,
    decimal_string,
    has_letter_run,
    is_harmless,
    listed_digit_runs,
    listed_revealing_runs,
    revealing_runs,
    runs_of,
)
from smartflo_contract.live.recording.draw import EARLY_ATTEMPTS, Draw, KeyedHash
from smartflo_contract.live.recording.phone_numbers import PhoneNumbers
from smartflo_contract.live.recording.segments import (
    REPLACEMENTS,
    Replacement,
    is_short_word,
    replace_fraction,
    replace_short_word,
    reserved_domains,
    segments,
)
from smartflo_contract.live.recording.string_form import MAX_ATTEMPTS as MAX_FORM_ATTEMPTS
from smartflo_contract.live.recording.string_form import StringForm, short_word_form, string_form
from smartflo_contract.schemas.json_values import INT64
from smartflo_contract.schemas.lead_format import is_object_id

MIN_KEY_BYTES: Final = 16
_MAX_DIGITS: Final = 19
"""Digits of a 64-bit integer."""
_MAX_EXACT: Final = 2**53 - 1
"""The largest integer that the contract allows; a larger number has a larger pseudonym."""
_MAX_EXACT_DIGITS: Final = len(str(_MAX_EXACT))
_OBJECT_ID_CHARACTERS: Final = 24
_MAX_ATTEMPTS: Final = 10_000
_YEAR_SECONDS: Final = 365 * 24 * 60 * 60
_SECOND_MS: Final = 1_000
_MAX_TIME_MS: Final = 10**15
"""Epoch milliseconds beyond the year 30000. Four years may leave the first four digits of a larger number."""
_NOT_TIMES: Final = (INT64[0] - 1, *INT64, INT64[1] + 1)
"""The ends of the 64-bit integers, which leads use as extreme values."""

_is_number: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?").fullmatch


class ExcludedRuns(NamedTuple):
    """The runs that a pseudonym should not contain.

    Attributes:
        source_runs: runs of the string, which the pseudonym must not contain.
        avoided_runs: runs that the pseudonym should not contain.
    """

    source_runs: Runs
    avoided_runs: Runs


_NOTHING_EXCLUDED: Final = ExcludedRuns(NO_RUNS, NO_RUNS)
Candidates: TypeAlias = Callable[[str, int, ExcludedRuns], str]
"""Returns the candidate for a string in an attempt."""


class Pseudonyms:
    """The pseudonyms of one response; every pair is kept, so that no pseudonym is used twice.

    A pseudonym shares no run of four characters with its value. In the first attempts it has no avoided run either.

    Args:
        key: at least 16 bytes that nobody can guess.
        reserved: strings that are never used as a pseudonym.

    Raises:
        ValueError: the key is too short.
    """

    def __init__(self, key: bytes, reserved: Iterable[str] = ()) -> None:
        """Keep only a digest of the key."""
        if len(key) < MIN_KEY_BYTES:
            message = f"expected a key of at least {MIN_KEY_BYTES} random bytes, got {len(key)}"
            raise ValueError(message)
        self._key = blake2b(key, digest_size=32, person=b"pseudonyms").digest()
        self._hash = KeyedHash(self._key)
        self._pseudonyms = {"": ""}
        self._used = set(reserved)
        self._phone_numbers = PhoneNumbers(self._key)
        self._replacements = {
            **REPLACEMENTS,
            "phone": self._phone_numbers.pseudonym,
            "email": self._replace_email,
        }
        self._offsets: dict[str, int] = {}
        # Four to eight years back, not by whole tens of seconds: the first four digits change, and the last.
        draw = Draw(blake2b(key, digest_size=32, person=b"offset").digest(), "", 0)
        self._offset_seconds = -(4 * _YEAR_SECONDS + draw.below(_YEAR_SECONDS * 4 // 10) * 10 + 1 + draw.below(9))

    @property
    def known(self) -> Mapping[str, str]:
        """The pseudonyms so far, by string."""
        return self._pseudonyms

    def string(self, source: str, avoid: Runs = NO_RUNS, is_valid: Callable[[str], bool] | None = None) -> str:
        """Return the pseudonym of a string.

        A string that is one word of two to eight letters gets any such length, so that Yes and No look alike. In longer
        strings, a word of more than four letters keeps the class of its length, 5 to 8, 9 to 16 and so on; everything
        else keeps its length. Digits become digits, letters become letters of the same case, and letters beyond ASCII
        stay beyond it. Other characters are kept, unless there are four in a row. The empty string, 0, and the
        placeholder in the vendor's documentation are kept.

        Args:
            source: the string.
            avoid: runs of four characters that the pseudonym does not contain.
            is_valid: returns whether a string may be the pseudonym; by default any may be.

        Raises:
            RecordError: there is no pseudonym of this form.
        """
        pseudonym = self._pseudonyms.get(source)
        if pseudonym is None and is_valid is None:
            pseudonym = self._quick_pseudonym(source, avoid)
        if pseudonym is None:
            return self._pseudonym(source, avoid, is_valid or (lambda _: True), self._candidates(source))
        return pseudonym

    def number(self, source: float, avoid: Runs = NO_RUNS, is_valid: Callable[[float], bool] | None = None) -> float:
        """Return the pseudonym of a number: of as many digits, and equal to that of a string of the same digits.

        Args:
            source: the number.
            avoid: runs of four characters that the pseudonym does not contain.
            is_valid: returns whether a number may be the pseudonym; by default any may be.

        Raises:
            RecordError: there is no pseudonym of this form, or the digits of the number cannot be written out.
        """
        number_type, sign = (float if isinstance(source, float) else int), (-1 if source < 0 else 1)
        if abs(source) >= 10**_MAX_DIGITS:
            message = f"a number of more than {_MAX_DIGITS} digits cannot be replaced"
            raise RecordError(message)
        is_whole, digits = int(source) == source, decimal_string(abs(source))
        if "e" in digits:
            message = "a number with an exponent cannot be replaced"
            raise RecordError(message)
        parse = int if is_whole else float

        def is_candidate(string: str) -> bool:
            return (
                _is_number(string) is not None
                and str(parse(string)) == string
                and (is_valid is None or is_valid(number_type(sign * parse(string))))
            )

        candidates = partial(self._draw, self._like if is_whole else replace_fraction)
        return number_type(sign * parse(self._pseudonym(digits, avoid, is_candidate, candidates)))

    def time(self, source: int, name: str = "", others: Iterable[int] = ()) -> int:
        """Return a time in epoch milliseconds: shifted by whole seconds, with other milliseconds unless they are 0.

        Args:
            source: the time. The ends of the 64-bit integers are no times, and are kept.
            name: name of the times that are shifted by the same offset; empty for that of ObjectIds.
            others: times that are shifted by the same offset, and with which the order is kept.

        Raises:
            RecordError: the time is so far away that its first digits would stay the same.
        """
        if source in _NOT_TIMES:
            return source
        if abs(source) >= _MAX_TIME_MS:
            message = "a time this far away cannot be hidden by shifting it"
            raise RecordError(message)
        seconds = source // _SECOND_MS
        if not any(other // _SECOND_MS == seconds for other in others if other != source):
            return (seconds + self._offset(name)) * _SECOND_MS + self._millisecond(source, name, 0)
        times = sorted({source, *(other for other in others if other // _SECOND_MS == seconds)})
        milliseconds = self._milliseconds(times, name)[times.index(source)]
        return (seconds + self._offset(name)) * _SECOND_MS + milliseconds

    def _offset(self, name: str) -> int:
        """Return the seconds by which times of a name are shifted: one to three years less than those of ids."""
        if name and name not in self._offsets:
            self._offsets[name] = _YEAR_SECONDS + 10 * Draw(self._key, f"offset {name}", 0).below(_YEAR_SECONDS // 5)
        return self._offset_seconds + self._offsets.get(name, 0)

    def _milliseconds(self, times: Sequence[int], name: str) -> Sequence[int]:
        """Return different milliseconds for times in the same second, in their order."""
        attempt = 0
        while True:
            drawn = {self._millisecond(time, name, attempt) for time in times}
            if len(drawn) == len(times):
                return sorted(drawn)
            attempt += 1

    def _millisecond(self, time: int, name: str, attempt: int) -> int:
        """Return the milliseconds of the second of a time: 0 if they are 0, or else others."""
        if not time % _SECOND_MS:
            return 0
        return 1 + self._hash.choices(f"milliseconds {name} {time}", attempt) % (_SECOND_MS - 1)

    def _pseudonym(self, source: str, avoid: Runs, is_valid: Callable[[str], bool], candidates: Candidates) -> str:
        """Return the known pseudonym of a string, or a new one."""
        pseudonym = self._pseudonyms.get(source)
        if pseudonym is None:
            pseudonym = source if is_harmless(source) else self._new_pseudonym(source, avoid, is_valid, candidates)
            self._pseudonyms[source] = pseudonym
            self._used.add(pseudonym)
        return pseudonym

    def _new_pseudonym(self, source: str, avoid: Runs, is_valid: Callable[[str], bool], candidates: Candidates) -> str:
        """Return the first candidate that is unused and reveals nothing."""
        excluded, is_beyond_exact = ExcludedRuns(runs_of([source]), avoid), _is_beyond_exact(source)
        for attempt in range(_max_attempts(len(source))):
            candidate, is_early = candidates(source, attempt, excluded), attempt < EARLY_ATTEMPTS
            if candidate in self._used or (is_early and candidate == source):
                continue
            candidate_runs = revealing_runs(candidate)
            if not excluded.source_runs.isdisjoint(candidate_runs):
                continue
            if not avoid.isdisjoint(candidate_runs) and (is_early or has_letter_run(candidate_runs & avoid)):
                continue
            if _is_beyond_exact(candidate) == is_beyond_exact and is_valid(candidate):
                return candidate
        message = "no pseudonym of this form is left; try another key"
        raise RecordError(message)

    def _quick_pseudonym(self, source: str, avoid: Runs) -> str | None:
        """Return the pseudonym of a new string that has a form, or of an ObjectId, as ``_pseudonym`` does.

        Returns:
            ``None`` if the first attempts fail, or another string must be replaced.
        """
        is_id = len(source) == _OBJECT_ID_CHARACTERS and is_object_id(source) is not None
        form = None if is_id else string_form(source)
        if form is None and not is_id:
            if not is_short_word(source):
                return None
            form = short_word_form(source)
        excluded = ExcludedRuns(runs_of([source]), avoid) if form and form.has_phone_number else _NOTHING_EXCLUDED
        # Other runs than those with digits need not be searched if the lead, of which the source is a part, has none
        # of the characters of pseudonyms.
        has_few_runs = (
            form is not None
            and isinstance(avoid, TextRuns)
            and not avoid.may_have_pseudonym_run
            and source in avoid.text
        )
        for attempt in range(MAX_FORM_ATTEMPTS):
            if form is None:
                candidate = self._object_id(source, attempt, excluded)
            else:
                choices = self._hash.choices(source, attempt) if form.bits else 0
                candidate = form.candidate(source, choices, self._phone_numbers, excluded)
            if candidate in self._used or candidate == source:
                continue
            if form is not None and has_few_runs:
                if form.has_digits and not avoid.isdisjoint(listed_digit_runs(candidate)):
                    continue
            else:
                runs = listed_revealing_runs(candidate)
                if any(map(source.__contains__, runs)) or not avoid.isdisjoint(runs):
                    continue
            if (len(source) == _MAX_EXACT_DIGITS or len(candidate) == _MAX_EXACT_DIGITS) and (
                _is_beyond_exact(source) != _is_beyond_exact(candidate)
            ):
                continue
            self._pseudonyms[source] = candidate
            self._used.add(candidate)
            return candidate
        return None

    def _candidates(self, source: str) -> Candidates:
        """Return what makes the candidates for a string."""
        if len(source) == _OBJECT_ID_CHARACTERS and is_object_id(source):
            return self._object_id
        if is_short_word(source):
            return partial(self._draw, replace_short_word)
        form = string_form(source)
        return partial(self._draw, self._like) if form is None else partial(self._fill, form)

    def _draw(self, replacement: Replacement, source: str, attempt: int, excluded: ExcludedRuns) -> str:
        """Return a candidate that a replacement draws."""
        return replacement(source, Draw(self._key, source, attempt, *excluded))

    def _fill(self, form: StringForm, source: str, attempt: int, excluded: ExcludedRuns) -> str:
        """Return the candidate that ``_like`` draws, faster in the first attempts."""
        if attempt >= MAX_FORM_ATTEMPTS:
            return self._draw(self._like, source, attempt, excluded)
        choices = self._hash.choices(source, attempt) if form.bits else 0
        return form.candidate(source, choices, self._phone_numbers, excluded)

    def _object_id(self, source: str, attempt: int, _: ExcludedRuns) -> str:
        """Return an ObjectId whose seconds are shifted as the times are with which rules compare them."""
        seconds = (int(source[:OBJECT_ID_TIME_DIGITS], 16) + self._offset_seconds) % 2**32
        return f"{seconds:08x}{self._hash.digest(source, attempt)[-8:].hex()}"

    def _like(self, source: str, draw: Draw) -> str:
        """Return a string of the same form."""
        return "".join(self._replacements[segment.lastgroup](segment[0], draw) for segment in segments(source))

    def _replace_email(self, source: str, draw: Draw) -> str:
        """Return an address at a reserved domain that ends differently."""
        mailbox, _, domain = source.rpartition("@")
        domains = reserved_domains(domain)
        return f"{self._like(mailbox, draw)}@{domains[draw.below(len(domains))]}"


def _max_attempts(length: int) -> int:
    """Return how many attempts a string gets: short pseudonyms are soon used up, long ones take time."""
    return min(_MAX_ATTEMPTS, max(2 * EARLY_ATTEMPTS, _MAX_ATTEMPTS * RUN_CHARACTERS // max(length, 1)))


def _is_beyond_exact(string: str) -> bool:
    """Return whether a string is an integer of 16 digits that is larger than the contract allows."""
    return len(string) == _MAX_EXACT_DIGITS and string.isascii() and string.isdecimal() and int(string) > _MAX_EXACT
