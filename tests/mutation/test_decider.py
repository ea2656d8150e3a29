"""Deciding mutants by tests: the order, controls between, and tests that mutants break."""

from collections.abc import Callable, Sequence

import pytest

from smartflo_contract.mutants import Mutant, mutants_of
from smartflo_contract.mutation import MutantResult
from smartflo_contract.mutation.decider import CONTROL_INTERVAL, Decider, Outcome, StoppedError, Task
from smartflo_contract.schemas import load_contract

MUTANTS = mutants_of(load_contract())
Fails = Callable[[str, Mutant | None], bool]


class ScriptedRunner:
    """Runs tests of a script.

    Args:
        fails: returns whether a test fails with a mutant, ``None`` for none.
        cached: names of the tests whose clients have a cache.
        served: whether responses have the mutants.
    """

    def __init__(self, fails: Fails, cached: Sequence[str] = (), *, served: bool = True) -> None:
        """Start without runs."""
        self.runs: list[tuple[str, str | None]] = []
        self.fresh: list[tuple[tuple[str, ...], str]] = []
        self.renewals = 0
        self._fails = fails
        self._cached = cached
        self._served = served

    def run(self, test: str, mutant: Mutant | None) -> Outcome:
        """Run a test of the script."""
        self.runs.append((test, None if mutant is None else mutant.id))
        is_cached = mutant is not None and test in self._cached
        served = int(mutant is not None and not is_cached and self._served)
        failed = not is_cached and self._fails(test, mutant)
        return Outcome(test if failed else "", "wrong" if failed else "", served=served, is_cached=is_cached)

    def run_fresh(self, tests: Sequence[str], mutant: Mutant) -> Outcome:
        """Run tests of the script in a new process."""
        self.fresh.append((tuple(tests), mutant.id))
        failed = next((test for test in tests if self._fails(test, mutant)), "")
        return Outcome(failed, "wrong" if failed else "", served=1)

    def renew(self) -> None:
        """Count the renewal."""
        self.renewals += 1


def decide(
    runner: ScriptedRunner, tests: Sequence[str], mutants: Sequence[Mutant] = MUTANTS[:2]
) -> tuple[dict[str, MutantResult], dict[str, str]]:
    """Return the result of each mutant, and the tests that were left out."""
    results: dict[str, MutantResult] = {}
    decider = Decider(
        runner,
        lambda result: results.__setitem__(result.mutant.id, result),
        lambda _test, _reason: None,
        lambda tests, mutant: f"{' '.join(tests)} {mutant.id}",
    )
    decider.decide_all(tests, [Task(mutant, tuple(tests)) for mutant in mutants])
    return results, decider.left_out


def never(_test: str, _mutant: Mutant | None) -> bool:
    """Let every test pass."""
    return False


def statuses(results: dict[str, MutantResult]) -> list[str]:
    """Return the status of each mutant."""
    return [result.status for result in results.values()]


def test_first_failing_test_kills() -> None:
    """After a failure, no other test runs with the mutant, and that test runs first with the next one."""
    runner = ScriptedRunner(lambda test, mutant: test == "b" and mutant is not None)
    results, left_out = decide(runner, ("a", "b", "c"))
    of_second = [test for test, mutant in runner.runs if mutant == MUTANTS[1].id]

    assert ["killed", "killed"] == statuses(results)
    assert ("b",) == results[MUTANTS[0].id].killed_by
    assert f"b {MUTANTS[0].id}" == results[MUTANTS[0].id].reproducer
    assert ["b"] == of_second
    assert not left_out


def test_survivor_has_run_all_tests() -> None:
    """A mutant survives if all tests pass and it was served; its reproducer runs all of them."""
    results, _ = decide(ScriptedRunner(never), ("a", "b"))

    assert ["survived", "survived"] == statuses(results)
    assert {"a", "b"} == {*results[MUTANTS[0].id].reproducer.split()[:2]}


def test_mutant_that_is_not_served_is_no_coverage() -> None:
    """A mutant that no response has is no survivor."""
    results, _ = decide(ScriptedRunner(never, served=False), ("a",))

    assert ["no-coverage", "no-coverage"] == statuses(results)
    assert "no response to the tests has what it changes" == results[MUTANTS[0].id].reason


def test_cached_clients_run_in_a_fresh_process() -> None:
    """Tests that were served nothing run in a new process, unless another test has killed the mutant already."""
    runner = ScriptedRunner(lambda test, mutant: mutant == MUTANTS[0] and test == "a", cached=("b",))
    results, _ = decide(runner, ("a", "b"))

    assert ["killed", "survived"] == statuses(results)
    assert [(("b",), MUTANTS[1].id)] == runner.fresh


def test_test_that_fails_in_the_first_control_is_left_out() -> None:
    """It runs with no mutant; a mutant without other tests is not run."""
    runner = ScriptedRunner(lambda test, _mutant: test == "a")
    results, left_out = decide(runner, ("a",))

    assert ["not-run", "not-run"] == statuses(results)
    assert {"a": "failed without a mutant when it ran again: wrong"} == left_out
    assert [("a", None)] == runner.runs


def test_controls_come_after_every_fifty_mutants() -> None:
    """Tests that have run since run without a mutant, and at the end."""
    runner = ScriptedRunner(never)
    decide(runner, ("a",), MUTANTS[: CONTROL_INTERVAL + 1])

    controls = [number for number, (_, mutant) in enumerate(runner.runs) if mutant is None]
    assert [0, CONTROL_INTERVAL + 1, CONTROL_INTERVAL + 3] == controls


def test_test_that_a_mutant_breaks_is_made_again() -> None:
    """A mutant that breaks a shared object would kill all later ones: they are decided again with new objects."""
    broken: list[str] = []

    def fails(_test: str, mutant: Mutant | None) -> bool:
        if mutant == MUTANTS[0]:
            broken.append("connection")
        return bool(broken)

    class Runner(ScriptedRunner):
        def renew(self) -> None:
            super().renew()
            broken.clear()

    runner = Runner(fails)
    results, left_out = decide(runner, ("a",), MUTANTS[:3])

    assert ["killed", "survived", "survived"] == statuses(results)
    assert not left_out
    assert runner.renewals


def test_test_that_stays_broken_is_left_out() -> None:
    """A test that fails without a mutant, even with new objects, is left out, and what it said does not count."""
    runs: list[str] = []

    def fails(test: str, _mutant: Mutant | None) -> bool:
        runs.append(test)
        return runs.count("a") > 1 and test == "a"

    results, left_out = decide(ScriptedRunner(fails), ("a", "b"))

    assert ["survived", "survived"] == statuses(results)
    assert {"a"} == left_out.keys()
    assert left_out["a"].startswith("failed without a mutant after it had run with others")


def test_stopped_session_ends_the_run() -> None:
    """If no test can run any more, what is decided stays."""

    def fails(_test: str, mutant: Mutant | None) -> bool:
        if mutant == MUTANTS[1]:
            raise StoppedError
        return False

    runner = ScriptedRunner(fails)
    with pytest.raises(StoppedError):
        decide(runner, ("a",))
