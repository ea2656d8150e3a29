"""Errors of the caller that loading or reading a contract raises.

ContractError          an unknown profile, schema or pointer
├── NeedsError         needs that cannot be read or are invalid
└── OverlayError       an overlay that cannot be read or is invalid
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final


class ContractError(ValueError):
    """The profile, schema or key is unknown; the message lists the known ones."""


class OverlayWarning(UserWarning):
    """An overlay probably misspells a key."""


class OverlayError(ContractError):
    """The overlay cannot be read, contradicts itself, or uses an unsupported keyword."""


class NeedsError(ContractError):
    """The needs of a client cannot be read, are invalid, or belong to another contract."""


_MIN_SIMILARITY: Final = 0.6


def similar_name(name: str, names: Iterable[str]) -> str | None:
    """Return the one of ``names`` that ``name`` probably stands for; ``None`` if none is similar.

    Case, underscores and hyphens do not matter, as in ``leadId``.
    """
    by_letters = {_letters(known): known for known in names}
    letters = _letters(name)
    close = get_close_matches(letters, by_letters, n=1, cutoff=_MIN_SIMILARITY)
    return by_letters[close[0]] if close else None


def is_one_edit_away(name: str, other: str) -> bool:
    """Return whether two different names differ by one character more, less or instead, or by two exchanged ones."""
    if name == other or abs(len(name) - len(other)) > 1:
        return False
    short, long = sorted((name, other), key=len)
    start = next((index for index, char in enumerate(short) if char != long[index]), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    is_exchanged = short[start : start + 2] == long[start : start + 2][::-1]
    return short[start + 1 :] == long[start + 1 :] or (is_exchanged and short[start + 2 :] == long[start + 2 :])


def _letters(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def nearest(name: object, names: Iterable[str]) -> str:
    """Return `` Did you mean `x`?`` for the most similar of ``names``, or an empty string if none is similar."""
    close = get_close_matches(name, list(names), n=1, cutoff=0.5) if isinstance(name, str) else ()
    return f" Did you mean `{close[0]}`?" if close else ""
