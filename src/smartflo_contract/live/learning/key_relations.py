"""Relations between the keys of a lead: which are equal, and which are present, or not null, together."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Final

from smartflo_contract.live.learning.claim import MADE_BY_RULES, MIN_LEADS, Claim, is_small
from smartflo_contract.schemas.grammar import format_setting

_MAX_PATTERNS: Final = 2_000
"""Combinations of keys and conditions that are counted; with more, nothing depends on them."""


class KeyRelations:
    """Follows which keys of a lead are related.

    Args:
        conditions: keys whose small values may decide whether another key is present.
    """

    def __init__(self, conditions: frozenset[str]) -> None:
        """Start without a lead."""
        self._conditions = conditions
        self._equal: set[tuple[str, str]] | None = None
        self._patterns: Counter[frozenset[str]] = Counter()
        self._is_bounded = True

    def add(self, values: Mapping[str, Any]) -> None:
        """Follow the next lead, without its fields."""
        if self._equal is None:
            self._equal = set(combinations(sorted(values), 2))
        self._equal = {
            (key, other)
            for key, other in self._equal
            if key in values
            and other in values
            and type(values[key]) is type(values[other])
            and values[key] == values[other]
        }
        if not self._is_bounded:
            return
        tokens = {f"`{key}` is not null" for key, value in values.items() if value is not None}
        tokens |= {f"`{key}` is present" for key in values}
        small = ((key, values.get(key)) for key in self._conditions)
        tokens |= {f"`{key}` is {format_setting(value)}" for key, value in small if is_small(value)}
        self._patterns[frozenset(tokens)] += 1
        if len(self._patterns) > _MAX_PATTERNS:
            self._is_bounded = False
            self._patterns.clear()

    def claims(self, leads: int, keys: list[str], same: frozenset[str]) -> Iterator[Claim]:
        """Yield what held in all leads.

        Args:
            leads: number of leads.
            keys: keys that may be named.
            same: keys whose values do not vary within a response, which say nothing about each other.
        """
        for key, other in sorted(self._equal or ()):
            is_named = key in keys and other in keys and not {key, other} <= same
            if is_named and ("equal", other) not in MADE_BY_RULES:
                yield Claim(other, f"equal to `{key}`", leads)
        yield from self._conditional_presence(keys)

    def _conditional_presence(self, keys: list[str]) -> Iterator[Claim]:
        """Yield the conditions under which a key, that may be missing or null, is not."""
        total = self._patterns.total()
        tokens = set().union(*self._patterns)
        shares = {token: frozenset(pattern for pattern in self._patterns if token in pattern) for token in tokens}
        counts = {token: sum(self._patterns[pattern] for pattern in share) for token, share in shares.items()}
        varying = sorted(token for token in tokens if min(counts[token], total - counts[token]) >= MIN_LEADS)
        for key in keys:
            for state in ("present", "not null"):
                token = f"`{key}` is {state}"
                if token not in varying or (state == "not null" and shares[token] == shares[f"`{key}` is present"]):
                    continue
                for other in varying:
                    named = other.split("`")[1]
                    if named != key and named in keys and shares[other] == shares[token]:
                        yield Claim(key, f"{state} if {other}, and only then", total)
