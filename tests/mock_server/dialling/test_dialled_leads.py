"""What broadcasts make of leads, at every instant."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartflo_contract.mock_server.dialling.broadcast import RunSettings

from .conftest import HOUR_MS, LIST_ID, RUN_SETTINGS, Dialled, Lead, times

COUNTED = ("call_count", "retry_count")
CHANGED = {
    *("dial_status", "dialer_dial_status", "lead_picked", "undisposed_lead"),
    *("call_count", "retry_count", "updated_at", "available_at"),
}
ADVANCES = st.lists(st.integers(0, 100 * HOUR_MS), min_size=1, max_size=4).map(sorted)
OVERLAYS: dict[str, dict[str, Any]] = {
    "no answer": {"properties": {"dial_status": {"enum": [1, 4]}, "dialer_dial_status": {"enum": [0, 3]}}},
    "never dialled": {"properties": {"dial_status": {"const": 1}, "call_count": {"maximum": 0}}},
    "priorities": {"properties": {"priority": {"enum": [3, 7]}}},
}
FITTING = {
    2: (1, {11, 12, 13, 14, -5, -1}),
    3: (1, {11, 12, 13, -1}),
    4: (0, {3}),
    5: (0, {-3}),
    6: (0, {9}),
    7: (0, {-6}),
    8: (0, {-5, -7}),
    9: (0, {-2}),
}
"""Dial status to ``lead_picked`` and the dispositions of the model that fit it."""


def assert_agrees(before: Lead, after: Lead) -> None:
    """Fail unless the keys of a dialled lead agree with each other, and with the lead before."""
    picked, dispositions = FITTING[after["dial_status"]]
    calls = after["call_count"] - before["call_count"]
    (updated,), (available,), (created,) = (times([after], key) for key in ("updated_at", "available_at", "created_at"))
    assert picked == after["lead_picked"]
    assert after["dialer_dial_status"] in dispositions
    assert after["undisposed_lead"] is (after["dialer_dial_status"] == -1)
    assert after["retry_count"] == max(after["call_count"] - 1, 0)
    assert 0 <= calls <= 6
    assert created <= updated <= available
    assert {key: value for key, value in before.items() if key not in CHANGED} == {
        key: value for key, value in after.items() if key not in CHANGED
    }


@given(RUN_SETTINGS, ADVANCES, st.integers(0, 2**40))
def test_keys_agree_at_every_instant(run: RunSettings, advances: list[int], seed: int) -> None:
    """Status, disposition, counters and times of a lead agree, and the contract is valid."""
    dialled = Dialled(run, seed=seed)
    before = dialled.still()
    for advanced_ms in advances:
        after = dialled.leads(advanced_ms)
        assert dialled.catalog.contract.is_valid(after)
        for old, new in zip(before, after, strict=True):
            if new != old:
                assert_agrees(old, new)


@given(RUN_SETTINGS, ADVANCES, st.integers(0, 2**40))
def test_counters_and_times_only_grow(run: RunSettings, advances: list[int], seed: int) -> None:
    """No counter and no ``updated_at`` falls as time passes."""
    dialled = Dialled(run, seed=seed)
    earlier = dialled.still()
    for advanced_ms in advances:
        later = dialled.leads(advanced_ms)
        for key in COUNTED:
            assert all(old[key] <= new[key] for old, new in zip(earlier, later, strict=True))
        assert all(
            old <= new for old, new in zip(times(earlier, "updated_at"), times(later, "updated_at"), strict=True)
        )
        earlier = later


@pytest.mark.fast_only(profile="sample")
@pytest.mark.parametrize("profile", ["sample", "documented", "lenient"])
@pytest.mark.parametrize("overlay", [None, *OVERLAYS])
def test_is_valid_in_every_profile_and_overlay(dial: Callable[..., Dialled], profile: str, overlay: str | None) -> None:
    """Dialled leads satisfy the contract, whatever the profile and the overlay allow."""
    dialled = dial(8670, config={"profile": profile, "overlay": OVERLAYS.get(overlay or "")}, channels=50)

    for hours in (0, 1, 3, 50):
        assert dialled.catalog.contract.is_valid(dialled.leads(hours * HOUR_MS))


@given(RUN_SETTINGS, st.integers(0, 50 * HOUR_MS), st.integers(0, 50 * HOUR_MS))
def test_two_advances_equal_one(run: RunSettings, first_ms: int, second_ms: int) -> None:
    """A list at an instant does not depend on how the instant was reached, or whether the list was read before."""
    stepped, direct = Dialled(run), Dialled(run)
    stepped.leads(first_ms)

    assert direct.leads(first_ms + second_ms) == stepped.leads(first_ms + second_ms)


def test_other_seed_has_other_history(dial: Callable[..., Dialled]) -> None:
    """The same seed has the same history, another seed another one."""
    day = 24 * HOUR_MS
    statuses = [[lead["dial_status"] for lead in dial(8670, config={"seed": seed}).leads(day)] for seed in (1, 1, 2)]

    assert statuses[0] == statuses[1] != statuses[2]


def test_dials_selected_statuses_only(dial: Callable[..., Dialled]) -> None:
    """A lead whose status is not selected stays unchanged."""
    dialled = dial(8671, dial_statuses=(4,), channels=100)

    for old, new in zip(dialled.still(), dialled.leads(100 * HOUR_MS), strict=True):
        assert (new == old) is (old["dial_status"] != 4)


def test_dials_highest_priority_first(dial: Callable[..., Dialled]) -> None:
    """When half of the leads are dialled, no lead that waits has a higher priority than one that was dialled."""
    dialled = dial(8671, channels=1, retry_ms=())
    table = dialled.leads(400 * 240_000)
    pairs = list(zip(dialled.still(), table, strict=True))
    waiting = [old["priority"] for old, new in pairs if old == new and old["dial_status"] not in {5, 9}]
    called = [old["priority"] for old, new in pairs if old != new]

    assert len(waiting) > 100 < len(called)
    assert max(waiting) <= min(called)


@pytest.mark.slow
@settings(max_examples=10)
@given(st.integers(0, 5))
def test_retries_at_most_as_often_as_set(retries: int) -> None:
    """A lead is called once more than the number of retries at most, and no more after an answer."""
    dialled = Dialled(RunSettings(100, (1,), (4, 6, 7, 8), (HOUR_MS,) * retries), 8671)
    leads = zip(dialled.still(), dialled.leads(100 * HOUR_MS), strict=True)

    assert retries + 1 == max(new["call_count"] for old, new in leads if old["dial_status"] == 1)


def test_retries_only_after_selected_statuses(dial: Callable[..., Dialled]) -> None:
    """With retries after Busy only, a lead with another outcome is called again only if it was busy before."""
    dialled = dial(8671, dial_statuses=(1,), retry_statuses=(6,), retry_ms=(HOUR_MS,), channels=100)
    first = dialled.leads(HOUR_MS)
    final = dialled.leads(100 * HOUR_MS)

    for old, early, late in zip(dialled.still(), first, final, strict=True):
        if old["dial_status"] == 1:
            assert (late["call_count"] == 2) is (early["dial_status"] == 6)


def test_pause_stops_and_resume_goes_on(dial: Callable[..., Dialled]) -> None:
    """Nothing changes in a pause but calls in progress; after it, the list goes on as if there was no pause."""
    paused, running = dial(8671), dial(8671)
    paused.leads(10 * 240_000)
    paused.event("pause")
    rest = paused.leads(12 * 240_000)
    assert rest == paused.leads(1_000 * HOUR_MS)
    paused.event("resume")

    expected = [lead["dial_status"] for lead in running.leads(20 * 240_000)]
    assert expected == [lead["dial_status"] for lead in paused.leads(1_000 * HOUR_MS + 10 * 240_000)]


def test_end_is_final(dial: Callable[..., Dialled]) -> None:
    """After the end, calls in progress end, and then nothing changes."""
    dialled = dial(8671)
    dialled.leads(HOUR_MS)
    dialled.event("end")
    final = dialled.leads(2 * HOUR_MS)

    assert final == dialled.leads(100 * 365 * 24 * HOUR_MS)
    assert dialled.still() != final


def test_another_run_goes_on_from_the_last(dial: Callable[..., Dialled]) -> None:
    """A second run counts on, and dials the leads that have a selected status by then."""
    dialled = dial(8671, dial_statuses=(1, 4), retry_ms=(), channels=100)
    first = dialled.leads(10 * HOUR_MS)
    dialled.restart(dialstatus=[1, 4], concurrent_limit=100)
    second = dialled.leads(30 * HOUR_MS)

    for early, late in zip(first, second, strict=True):
        is_called = early["dial_status"] in {1, 4} and late["dialer_dial_status"] not in {-3, -7}
        assert is_called == late["call_count"] - early["call_count"]


def test_hours_of_time_group(dial: Callable[..., Dialled]) -> None:
    """With a time group, the model's table says in which hours leads are dialled, in Indian time."""
    model = {"time_group": {"opens": "09:00", "closes": "10:00"}}
    dialled = dial(8671, config={"dialling": model}, has_hours=True, channels=1)
    dialled.leads(200 * HOUR_MS)
    updated = times(
        [new for old, new in zip(dialled.still(), dialled.leads(200 * HOUR_MS), strict=True) if old != new],
        "updated_at",
    )
    hours = {(at_ms + 19_800_000) // HOUR_MS % 24 for at_ms in updated}

    assert {9} <= hours <= {9, 10}


def test_number_on_dnd_list_is_not_called(dial: Callable[..., Dialled]) -> None:
    """A number that is on a DND list of the account at its turn becomes Account DND, and is not called."""
    from smartflo_contract.mock_server.calls.dnd import DndEntry  # noqa: PLC0415 - for this test

    dialled = dial(LIST_ID, dial_statuses=(1, 2, 3, 4, 6, 7, 8))
    still = dialled.still()
    numbers = [lead["field_0"] for lead in still]
    dialled.account.dnd = {str(index): DndEntry(number[-10:], 1, 0, number, 0) for index, number in enumerate(numbers)}

    for old, new in zip(still, dialled.leads(100 * HOUR_MS), strict=True):
        assert new["call_count"] == old["call_count"]
        assert new == old or (new["dial_status"], new["dialer_dial_status"]) in {(9, -2), (5, -3), (8, -7)}


def test_advance_by_a_century_costs_nothing(dial: Callable[..., Dialled]) -> None:
    """After a hundred years, a list is as it was when its last call had ended."""
    dialled = dial(8671, channels=100)

    assert dialled.leads(1_000 * HOUR_MS) == dialled.leads(100 * 365 * 24 * HOUR_MS)


@given(RUN_SETTINGS, ADVANCES, st.integers(0, 2**40), st.booleans())
def test_one_lead_is_the_same_as_in_the_list(
    run: RunSettings,
    advances: list[int],
    seed: int,
    restarts: bool,  # noqa: FBT001 - drawn
) -> None:
    """A lead that is read alone is the one of the list, in every run and after edits."""
    dialled = Dialled(run, seed=seed)
    for advanced_ms in advances:
        leads = dialled.leads(advanced_ms)
        source = dialled.source()
        assert leads == [source.lead(index) for index in range(5)]
        dialled.edit(advanced_ms % 5)
    if restarts:
        dialled.restart()
        leads = dialled.leads(advances[-1] + 5 * HOUR_MS)
        assert leads == [dialled.source().lead(index) for index in range(5)]
