"""Group testing on synthetic predicates: what is found is minimal, and the number of runs is log-linear."""

from collections.abc import Callable, Collection
from math import ceil, log2
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mutation.minimal_set import MinimalSet

Passes = Callable[[frozenset[int]], bool]
COUNTS = st.integers(0, 60)


def search(count: int, passes: Passes) -> tuple[list[int], int]:
    """Return what a search among the first integers finds, and its number of runs; no run is repeated."""
    runs: list[frozenset[int]] = []

    def failure_without(removed: tuple[int, ...]) -> str | None:
        kept = frozenset(range(count)).difference(removed)
        assert removed
        assert kept not in runs
        runs.append(kept)
        return None if passes(kept) else f"fails with {len(removed)} removed"

    minimal = MinimalSet(range(count), failure_without)
    found = minimal.search()
    assert len(runs) == minimal.runs
    assert all(found.values())
    return list(found), len(runs)


def max_runs(count: int, found: Collection[int]) -> int:
    """Return the documented maximum number of runs."""
    return len(found) * (ceil(log2(count)) + 2) + 1 if count else 0


@given(st.data(), COUNTS)
def test_finds_exactly_the_needed_items(data: st.DataObject, count: int) -> None:
    """A run that needs some items fails without any of them: they are found in few runs."""
    needed = data.draw(st.sets(st.integers(0, count - 1), max_size=8)) if count else set[int]()
    found, runs = search(count, lambda kept: needed <= kept)

    assert sorted(needed) == found
    assert runs <= max_runs(count, found)


@given(st.data(), st.integers(1, 60))
def test_finds_minimal_set_of_alternatives(data: st.DataObject, count: int) -> None:
    """A run needs one of several items, and one of others: the set passes, and not without any of its items."""
    item = st.integers(0, count - 1)
    clauses = data.draw(st.lists(st.frozensets(item, min_size=1, max_size=4), max_size=6))

    def passes(kept: frozenset[int]) -> bool:
        return all(clause & kept for clause in clauses)

    found, runs = search(count, passes)

    assert passes(frozenset(found))
    assert not any(passes(frozenset(found) - {one}) for one in found)
    assert runs <= max_runs(count, found)


def test_prefers_the_earlier_of_two_alternatives() -> None:
    """The result depends on the order of the items only."""
    found, _ = search(57, lambda kept: bool(kept & {7, 41}) and 20 in kept)

    assert [7, 20] == found


@given(COUNTS, st.integers(0, 2**32))
def test_ends_with_a_passing_set_whatever_fails(count: int, seed: int) -> None:
    """Runs that pass and fail at random: the result passes, and not without any of its items."""
    everything = frozenset(range(count))

    def passes(kept: frozenset[int]) -> bool:
        return kept == everything or Random(f"{seed} {sorted(kept)}").random() < 0.5  # noqa: S311 - not for security

    found, _ = search(count, passes)

    assert passes(frozenset(found))
    assert not any(passes(frozenset(found) - {one}) for one in found)
    assert found == search(count, passes)[0]


@pytest.mark.parametrize("needed", [(0, 1, 2), (0, 28, 56), (54, 55, 56), (3, 17, 31), (31, 32, 33)])
def test_finds_three_of_57_in_30_runs(needed: tuple[int, ...]) -> None:
    """The number of keys of a lead, with all confirmations."""
    found, runs = search(57, frozenset(needed).issubset)

    assert ([*needed], True) == (found, runs <= 30)


def test_takes_one_run_if_nothing_is_needed() -> None:
    """All items are removed at once."""
    assert ([], 1) == search(1_000, lambda _: True)
    assert ([], 0) == search(0, lambda _: True)


def test_takes_log_linear_runs() -> None:
    """A thousand times more items take ten more runs for each needed one."""
    _, few = search(10, {2, 5}.issubset)
    _, many = search(10_000, {2_000, 5_000}.issubset)

    assert many <= few + 2 * 11


def test_states_why_each_item_is_needed() -> None:
    """The reason is that of a run with this item, and all that are not needed, removed."""
    needed = {3: "exit code 1", 5: "exit code 2"}

    def failure_without(removed: tuple[int, ...]) -> str | None:
        return " and ".join(needed[item] for item in removed if item in needed) or None

    assert needed == MinimalSet(range(10), failure_without).search()
