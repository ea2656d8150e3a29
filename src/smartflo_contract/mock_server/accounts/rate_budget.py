"""The rate budget of an account: a token bucket, which the clock of the account fills.

A bucket holds as many tokens as requests per second are allowed, and each request takes one. Integers keep it exact: a
token is a million units, and each microsecond adds as many units as the limit, which is below 100,000.
"""

from typing import Final, NamedTuple

_UNITS: Final = 1_000_000
"""Units of a token, and microseconds of a second."""
_TOLERANCE_MICROSECONDS: Final = 10
"""A request may come so much before its token, which it owes then. Times are rounded: a third of a second has 333,333
microseconds, after which a third of the bucket lacks one unit."""


class RateBudget(NamedTuple):
    """The token bucket of an account. It does not depend on the limit while it is full.

    Attributes:
        spent: units that are missing in the bucket.
        at: time of the last request, in microseconds since the epoch on the clock of the account.
    """

    spent: int = 0
    at: int = 0

    def filled_until(self, now: float, limit: int) -> "RateBudget":
        """Return the budget at a time. A clock that was set back adds nothing.

        Args:
            now: the time on the clock of the account, in seconds since the epoch.
            limit: number of requests per second.
        """
        at = round(now * _UNITS)
        added = max(at - self.at, 0) * limit
        owed = min(self.spent, limit * (_UNITS + _TOLERANCE_MICROSECONDS))  # the limit may have been higher
        return RateBudget(max(owed - added, 0), at)

    def remaining(self, limit: int) -> int:
        """Return the number of requests that are accepted at the time of this budget."""
        return (limit * (_UNITS + _TOLERANCE_MICROSECONDS) - self.spent) // _UNITS

    def take(self) -> "RateBudget":
        """Return the budget after another request, which must be accepted."""
        return self._replace(spent=self.spent + _UNITS)

    def next_at(self, limit: int) -> int:
        """Return when the next request is accepted, in microseconds since the epoch: now if a token is left."""
        missing = self.spent + _UNITS - limit * _UNITS
        return self.at + max(-(-missing // limit), 0)


FULL_BUDGET: Final = RateBudget()
"""The budget of an account that has sent no requests."""
