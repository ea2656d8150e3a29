"""The token bucket of an account, against a model with exact fractions."""

from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mock_server.accounts.clock import MAX_TIME_SECONDS, MIN_TIME_SECONDS
from smartflo_contract.mock_server.accounts.rate_budget import FULL_BUDGET, RateBudget

START = 1_700_000_000_000_000
"""A time in microseconds since the epoch."""
SECOND = 1_000_000
TOLERANCE = 10
"""Microseconds that a request may come before its token."""
LIMITS = st.integers(1, 50) | st.sampled_from([999, 10_000])
PAUSES = st.lists(st.integers(0, 3 * SECOND) | st.integers(0, 2_000) | st.just(0), max_size=60)
"""Microseconds before each of some requests."""
JUMPS = st.integers(-10 * SECOND, 10 * SECOND) | st.sampled_from([-(10**15), 10**15])


def send(budget: RateBudget, limit: int, at: int) -> tuple[RateBudget, bool]:
    """Return the budget after a request at a time in microseconds, and whether the request is accepted."""
    budget = budget.filled_until(at / SECOND, limit)
    is_accepted = budget.remaining(limit) > 0
    return (budget.take() if is_accepted else budget), is_accepted


def spent(limit: int, at: int) -> RateBudget:
    """Return a budget of which nothing is left."""
    budget = FULL_BUDGET
    for _ in range(limit):
        budget, is_accepted = send(budget, limit, at)
        assert is_accepted
    return budget


@given(limit=LIMITS, pauses=PAUSES)
def test_never_accepts_more_than_the_limit(limit: int, pauses: list[int]) -> None:
    """In any time of t seconds, at most N + N t requests are accepted; a time is exact to ten microseconds."""
    budget, accepted = FULL_BUDGET, []
    for at in accumulate(pauses, initial=START):
        budget, is_accepted = send(budget, limit, at)
        accepted += [at] * is_accepted

    for first in range(len(accepted)):
        for last in range(first, len(accepted)):
            microseconds = accepted[last] - accepted[first] + TOLERANCE
            assert last - first + 1 <= limit + Fraction(limit * microseconds, SECOND)


@given(limit=LIMITS, steps=st.lists(st.tuples(JUMPS | st.just(0) | st.integers(0, SECOND), st.integers(0, 3))))
def test_is_like_a_bucket_of_fractions(limit: int, steps: list[tuple[int, int]]) -> None:
    """Whenever requests come, and wherever the clock is set, the bucket has what a simple model has."""
    budget, at, level = FULL_BUDGET, START, Fraction(limit)
    for jump, requests in steps:
        at += jump
        level = min(level + Fraction(limit * max(jump, 0), SECOND), Fraction(limit))
        budget = budget.filled_until(at / SECOND, limit)
        for _ in range(requests):
            is_expected = level + Fraction(limit * TOLERANCE, SECOND) >= 1
            level -= is_expected
            budget, is_accepted = send(budget, limit, at)
            assert is_expected == is_accepted
        assert (level + Fraction(limit * TOLERANCE, SECOND)) // 1 == budget.remaining(limit)


@given(limit=LIMITS, idle=st.integers(SECOND, 10**15))
def test_idle_bucket_is_full_after_a_second(limit: int, idle: int) -> None:
    """It has as many requests as the limit then, and no more after a century."""
    budget = spent(limit, START).filled_until((START + idle) / SECOND, limit)

    assert 0 == spent(limit, START).remaining(limit)
    assert limit == budget.remaining(limit)


@given(limit=LIMITS, jump=JUMPS)
def test_clock_that_is_set_back_neither_fills_nor_starves(limit: int, jump: int) -> None:
    """The bucket is as empty as it was, and is full a second later on the clock as it is now."""
    at = START - abs(jump)
    budget, is_accepted = send(spent(limit, START), limit, at)

    assert (jump == 0 or not is_accepted, budget.remaining(limit)) == (True, 0)
    assert limit == budget.filled_until((at + SECOND) / SECOND, limit).remaining(limit)


@given(limit=LIMITS, share=st.integers(0, SECOND))
def test_next_request_is_accepted_when_it_is_stated(limit: int, share: int) -> None:
    """It is accepted at the stated time, and rejected before."""
    budget = spent(limit, START).filled_until((START + share // (2 * limit)) / SECOND, limit)
    next_at = budget.next_at(limit)

    assert send(budget, limit, next_at)[1]
    assert next_at - TOLERANCE - 1 <= budget.at or not send(budget, limit, next_at - TOLERANCE - 1)[1]
    assert FULL_BUDGET.filled_until(START / SECOND, limit).next_at(limit) == START


@pytest.mark.parametrize("limit", [1, 3, 5, 7, 9, 30])
@pytest.mark.parametrize("start", [1_700_000_000.0, 1_795_937_266.2014987, 1_795_937_265.9999998])
def test_token_comes_after_its_part_of_a_second(limit: int, start: float) -> None:
    """Ten times the N-th part of a second are ten requests, whatever the parts are as floating-point numbers."""
    budget, now = FULL_BUDGET, start
    for _ in range(limit):
        budget = budget.filled_until(now, limit).take()
    for _ in range(10):
        now += round(1 / limit, 6)
        budget = budget.filled_until(now, limit)
        assert 1 == budget.remaining(limit)
        budget = budget.take()


@pytest.mark.parametrize("limit", [1, 10_000])
def test_lower_limit_holds_at_once(limit: int) -> None:
    """What was spent under a higher limit is not owed under a lower one."""
    budget = spent(10_000, START).filled_until(START / SECOND, limit)

    assert 0 == budget.remaining(limit)
    assert limit == budget.filled_until(START / SECOND + 1, limit).remaining(limit)


@pytest.mark.parametrize("now", [MIN_TIME_SECONDS, 0.0, MAX_TIME_SECONDS])
def test_accepts_requests_at_every_time(now: float) -> None:
    """A clock may show any time from the year 1 to the year 9999."""
    budget = FULL_BUDGET.filled_until(now, 2)

    assert [2, 1, 0] == [budget.remaining(2), budget.take().remaining(2), budget.take().take().remaining(2)]
