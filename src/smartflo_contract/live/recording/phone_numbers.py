"""Pseudonyms of phone numbers: numbers that cannot ring."""

import re
from typing import Final, Protocol

from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.recording.character_runs import RUN_CHARACTERS, SAFE_SERIES, Runs
from smartflo_contract.live.recording.draw import EARLY_ATTEMPTS, KeyedHash

_MAX_ATTEMPTS: Final = 10_000
_NATIONAL_DIGITS: Final = 10
"""Digits of an Indian number without prefix."""
_COUNTRY_CODE: Final = "91"
_PREFIXES: Final = frozenset({"0091", "091", _COUNTRY_CODE, "0", ""})
"""Prefixes of Indian numbers of ten digits."""
_digits: Final = re.compile("[0-9]+")


class Excluded(Protocol):
    """The runs that a pseudonym should not contain."""

    @property
    def source_runs(self) -> Runs:
        """Runs of the string, which the pseudonym must not contain."""

    @property
    def avoided_runs(self) -> Runs:
        """Runs that the pseudonym should not contain."""


class PhoneNumbers:
    """The pseudonyms of phone numbers; different numbers have different pseudonyms.

    Args:
        key: key of the pseudonyms.
        max_attempts: number of attempts before a number is given up.
    """

    def __init__(self, key: bytes, max_attempts: int = _MAX_ATTEMPTS) -> None:
        """Start without a number."""
        self._hash, self._max_attempts = KeyedHash(key), max_attempts
        self._pseudonyms: dict[int, dict[str, str]] = {}
        self._used: set[str] = set()

    def pseudonym(self, source: str, excluded: Excluded) -> str:
        """Return a number that cannot ring, punctuated as the source. The same number in another form stays the same.

        Args:
            source: 10 to 15 digits, with or without ``+``, blanks and marks.
            excluded: runs of the string that contains the number, and of its lead.

        Raises:
            RecordError: no number that cannot ring is left.
        """
        digits = "".join(_digits.findall(source))
        prefix: str | None = digits[:-_NATIONAL_DIGITS]
        if prefix not in _PREFIXES:
            prefix = None
        if source[0] == "+" and prefix != _COUNTRY_CODE:
            number = _COUNTRY_CODE + self._number(digits, len(digits) - len(_COUNTRY_CODE), excluded)
        elif prefix is None or (digits[0] == "0" and not prefix):
            prefix = "0" if digits[0] == "0" else ""
            number = prefix + self._number(digits, len(digits) - len(prefix), excluded)
        else:
            number = prefix + self._number(digits.removeprefix(prefix), _NATIONAL_DIGITS, excluded)
        if len(number) == len(source) - 1 and source[0] == "+":
            return f"+{number}"
        rest = iter(number)
        return _digits.sub(lambda match: "".join(next(rest) for _ in match[0]), source)

    def _number(self, source: str, length: int, excluded: Excluded) -> str:
        """Return the number of a length that replaces another one."""
        pseudonyms = self._pseudonyms.setdefault(length, {})
        number = pseudonyms.get(source)
        if number is None:
            number = pseudonyms[source] = self._new_number(source, length - len(SAFE_SERIES), excluded)
        return number

    def _new_number(self, source: str, tail_digits: int, excluded: Excluded) -> str:
        """Return an unused number of the series that cannot ring."""
        source_runs, avoided_runs = excluded.source_runs, excluded.avoided_runs
        count = 10**tail_digits
        for attempt in range(self._max_attempts):
            tail = f"{self._hash.choices(source, attempt) % count:0{tail_digits}d}"
            runs = [tail[start : start + RUN_CHARACTERS] for start in range(tail_digits - RUN_CHARACTERS + 1)]
            if any(map(source.__contains__, runs)) or not source_runs.isdisjoint(runs):
                continue
            is_early, number = attempt < EARLY_ATTEMPTS, SAFE_SERIES + tail
            if (is_early and not avoided_runs.isdisjoint(runs)) or number in self._used:
                continue
            self._used.add(number)
            return number
        message = "no phone number that cannot ring is left; record fewer leads at once"
        raise RecordError(message)
