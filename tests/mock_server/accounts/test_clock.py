"""The clock of an account."""

from smartflo_contract.mock_server.accounts.clock import MAX_TIME_SECONDS, MIN_TIME_SECONDS, Clock


def test_running_clock_keeps_its_offset() -> None:
    """A clock that is set runs on from there."""
    clock = Clock().set_to(1_000, wall=10)

    assert (1_000, 1_005) == (clock.now(10), clock.now(15))


def test_frozen_clock_stands_still_until_it_resumes() -> None:
    """A frozen clock stays frozen if it is set, and resumes at its time."""
    frozen = Clock().freeze(10)
    assert (10, 10, 7) == (frozen.now(10), frozen.now(99), frozen.set_to(7, wall=50).now(99))

    resumed = frozen.resume(99)
    assert (10, 11) == (resumed.now(99), resumed.now(100))


def test_time_has_four_digit_years() -> None:
    """The time stays within the years 1 to 9999."""
    assert (MIN_TIME_SECONDS, MAX_TIME_SECONDS) == (Clock(-1e12).now(0), Clock(1e12).now(0))
