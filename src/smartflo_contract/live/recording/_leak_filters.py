"""Fast filters before the leak scan: what they let pass has no leak, and the scan decides about the rest."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from smartflo_contract.factories.pools import DOMAINS
from smartflo_contract.live.recording._alphabets import DIGITS, PSEUDONYM_LETTERS, RARE_LETTERS
from smartflo_contract.live.recording._leak_scan import as_string
from smartflo_contract.live.recording.character_runs import (
    RUN_CHARACTERS,
    listed_digit_runs,
    listed_revealing_runs,
)

_RARE: Final = f"{RARE_LETTERS}{RARE_LETTERS.upper()}"
_RARE_RUN: Final = b"x" * RUN_CHARACTERS
_RARE_CLASSES: Final = bytes(b"x"[0] if chr(byte) in _RARE else b" "[0] for byte in range(256))
_DOMAINS: Final = [f"@{domain}" for domain in DOMAINS]
_words: Final = re.compile(rf"@(?:{'|'.join(map(re.escape, DOMAINS))})|([A-Za-z]{{{RUN_CHARACTERS},}})").findall
"""Find the words of a text that may reveal a value; empty strings stand for reserved domains."""
_USUAL_BYTES: Final = bytes(
    byte for byte in range(128) if not chr(byte).isalnum() or chr(byte) in PSEUDONYM_LETTERS + DIGITS
)


def shares_run(source: Any, pseudonym: Any) -> bool:
    """Return whether the replacement of a string or an integer contains a run of it."""
    if type(source) is not str:
        source, pseudonym = as_string(source), as_string(pseudonym)
    return any(map(source.__contains__, listed_revealing_runs(pseudonym)))


def shares_digit_run(source: str, pseudonym: str) -> bool:
    """Return whether a pseudonym contains a run with a digit of its value."""
    return any(map(source.__contains__, listed_digit_runs(pseudonym)))


def are_usual(pseudonyms: Iterable[str]) -> bool:
    """Return whether ASCII pseudonyms have rare letters only, apart from reserved domains and the T of times."""
    text = "\n".join(pseudonyms)
    for domain in _DOMAINS:
        text = text.replace(domain, "")
    return text.isascii() and not text.encode().translate(None, _USUAL_BYTES)


def has_other_word(pseudonym: str) -> bool:
    """Return whether a pseudonym has a run of letters that are not all rare."""
    return not pseudonym.isascii() or any(word.strip(_RARE) for word in _words(pseudonym))


def has_rare_run(text: str) -> bool:
    """Return whether a text has a run of rare letters."""
    return _RARE_RUN in text.encode().translate(_RARE_CLASSES)


def share_word(sources: Sequence[str], pseudonyms: Sequence[str]) -> bool:
    """Return whether a run of letters may be both in values and in pseudonyms, without what many pseudonyms share."""
    source, pseudonym = "\n".join(sources), "\n".join(pseudonyms)
    if not (source.isascii() and pseudonym.isascii()):
        return True
    is_rare_run_possible = has_rare_run(source)
    return any(
        word[start : start + RUN_CHARACTERS] in source
        for word in _words(pseudonym)
        if is_rare_run_possible or word.strip(_RARE)
        for start in range(len(word) - RUN_CHARACTERS + 1)
    )
