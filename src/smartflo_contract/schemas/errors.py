"""Mistakes of the caller that loading a contract reports.

ContractError          an unknown profile, schema or pointer
└── OverlayError       an overlay that cannot be read, or says something it cannot say
"""

from collections.abc import Iterable
from difflib import get_close_matches


class ContractError(ValueError):
    """The contract cannot be loaded or looked up as asked; the message says what is possible."""


class OverlayError(ContractError):
    """An overlay is unreadable, contradicts itself, or uses a keyword that an overlay cannot have."""


def nearest(name: str, names: Iterable[str]) -> str:
    """Return `` Did you mean `x`?`` for the closest of ``names``, or nothing where none is close."""
    close = get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f" Did you mean `{close[0]}`?" if close else ""
