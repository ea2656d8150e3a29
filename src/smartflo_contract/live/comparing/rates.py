"""Comparison of two rates: whether their difference may be chance."""

from math import sqrt
from typing import Final

_MIN_CHANGE: Final = 0.05
"""The smallest relevant change of a rate, as a fraction of the leads."""
_MAX_CHANCE_DEVIATIONS: Final = 4
"""Standard deviations that a difference may have by chance."""


def is_relevant_change(count_before: int, leads_before: int, count_after: int, leads_after: int) -> bool:
    """Return whether a rate has changed by a relevant amount, and not by chance.

    Args:
        count_before: occurrences in the earlier response.
        leads_before: leads of the earlier response.
        count_after: occurrences in the later response.
        leads_after: leads of the later response.
    """
    change, deviation = _change_and_deviation(count_before, leads_before, count_after, leads_after)
    return change >= max(_MIN_CHANGE, _MAX_CHANCE_DEVIATIONS * deviation)


def may_be_chance(count_before: int, leads_before: int, count_after: int, leads_after: int) -> bool:
    """Return whether something may have appeared or disappeared by chance; from all leads to none never is.

    Args:
        count_before: occurrences in the earlier response.
        leads_before: leads of the earlier response.
        count_after: occurrences in the later response.
        leads_after: leads of the later response.
    """
    change, deviation = _change_and_deviation(count_before, leads_before, count_after, leads_after)
    return change < min(1, _MAX_CHANCE_DEVIATIONS * deviation)


def _change_and_deviation(
    count_before: int, leads_before: int, count_after: int, leads_after: int
) -> tuple[float, float]:
    """Return the change of a rate and its standard deviation, as in a test of two proportions."""
    before, after = min(count_before / leads_before, 1), min(count_after / leads_after, 1)  # a lead may count twice
    pooled = (before * leads_before + after * leads_after) / (leads_before + leads_after)
    return abs(before - after), sqrt(pooled * (1 - pooled) * (1 / leads_before + 1 / leads_after))
