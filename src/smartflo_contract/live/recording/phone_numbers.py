"""Pseudonyms of phone numbers: numbers that cannot ring."""

import re
from typing import Final

from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.recording.character_runs import SAFE_SERIES, character_runs
from smartflo_contract.live.recording.draw import Draw

_MAX_ATTEMPTS: Final = 10_000
_NATIONAL_DIGITS: Final = 10
"""Digits of an Indian number without prefix."""
_COUNTRY_CODE: Final = "91"
_PREFIXES: Final = ("0091", "091", _COUNTRY_CODE, "0", "")
"""Prefixes of Indian numbers of ten digits."""
_digits: Final = re.compile("[0-9]+")


class PhoneNumbers:
    """The pseudonyms of phone numbers; different numbers have different pseudonyms.

    Args:
        key: key of the pseudonyms.
        max_attempts: number of attempts before a number is given up.
    """

    def __init__(self, key: bytes, max_attempts: int = _MAX_ATTEMPTS) -> None:
        """Start without a number."""
        self._key, self._max_attempts = key, max_attempts
        self._pseudonyms: dict[tuple[str, int], str] = {}
        self._used: set[str] = set()

    def pseudonym(self, source: str, draw: Draw) -> str:
        """Return a number that cannot ring, punctuated as the source. The same number in another form stays the same.

        Args:
            source: 10 to 15 digits, with or without ``+``, blanks and marks.
            draw: the attempt for the string that contains the number.

        Raises:
            RecordError: no number that cannot ring is left.
        """
        digits = "".join(_digits.findall(source))
        prefix = next((prefix for prefix in _PREFIXES if digits == prefix + digits[-_NATIONAL_DIGITS:]), None)
        if source[0] == "+" and prefix != _COUNTRY_CODE:
            number = _COUNTRY_CODE + self._number(digits, len(digits) - len(_COUNTRY_CODE), draw)
        elif prefix is None or (digits[0] == "0" and not prefix):
            prefix = "0" if digits[0] == "0" else ""
            number = prefix + self._number(digits, len(digits) - len(prefix), draw)
        else:
            number = prefix + self._number(digits.removeprefix(prefix), _NATIONAL_DIGITS, draw)
        rest = iter(number)
        return _digits.sub(lambda match: "".join(next(rest) for _ in match[0]), source)

    def _number(self, source: str, length: int, draw: Draw) -> str:
        """Return the number of a length that replaces another one."""
        if (source, length) not in self._pseudonyms:
            self._pseudonyms[source, length] = self._new_number(source, length - len(SAFE_SERIES), draw)
        return self._pseudonyms[source, length]

    def _new_number(self, source: str, tail_digits: int, string_draw: Draw) -> str:
        """Return an unused number of the series that cannot ring."""
        source_runs = character_runs(source) | string_draw.source_runs
        for attempt in range(self._max_attempts):
            draw = Draw(self._key, source, attempt)
            tail = f"{draw.below(10**tail_digits):0{tail_digits}d}"
            tail_runs = character_runs(tail)
            if (
                tail_runs & source_runs
                or (draw.is_early and tail_runs & string_draw.avoided_runs)
                or SAFE_SERIES + tail in self._used
            ):
                continue
            self._used.add(SAFE_SERIES + tail)
            return SAFE_SERIES + tail
        message = "no phone number that cannot ring is left; record fewer leads at once"
        raise RecordError(message)
