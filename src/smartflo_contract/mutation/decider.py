"""Decide mutants by running tests: in which order, with controls between, and again where a control fails.

Tests share objects, such as connections and caches, from one run to the next. So each test runs without a mutant first,
and again after some mutants: a test that fails there has been broken by an earlier mutant, or fails from time to time,
and what it said about the mutants since then is decided again.
"""

from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import Final, NamedTuple, Protocol

from smartflo_contract.mutants import Mutant
from smartflo_contract.mutation.results import MutantResult, Status

CONTROL_INTERVAL: Final = 50
"""Number of mutants between two controls."""
_MIN_SECONDS: Final = 0.001
"""Shorter tests are equally quick."""
_FIRST_CONTROL: Final = "failed without a mutant when it ran again"
_LATER_CONTROL: Final = "failed without a mutant after it had run with others"


class Task(NamedTuple):
    """A mutant to decide.

    Attributes:
        mutant: the mutant.
        tests: names of the tests that were served what it changes.
    """

    mutant: Mutant
    tests: tuple[str, ...]


class Outcome(NamedTuple):
    """The outcome of one run of tests.

    Attributes:
        failed: name of the test that failed; empty if none did.
        reason: first line of the failure.
        is_timeout: whether it failed because it took too long.
        served: number of responses that the mutant has changed.
        served_ids: ids of those of several joined mutants that have changed a response.
        is_cached: whether the test was not served what the mutant changes, for example because its client has a cache.
    """

    failed: str = ""
    reason: str = ""
    is_timeout: bool = False
    served: int = 0
    served_ids: frozenset[str] = frozenset()
    is_cached: bool = False


class StoppedError(Exception):
    """Tests cannot run any more; the message is the reason."""


class Runner(Protocol):
    """Runs tests."""

    def run(self, test: str, mutant: Mutant | None) -> Outcome:
        """Run a test again in this process.

        Args:
            test: its name.
            mutant: the mutant of all responses with leads; ``None`` for none.

        Raises:
            StoppedError: no test can run any more.
        """

    def run_fresh(self, tests: Sequence[str], mutant: Mutant) -> Outcome:
        """Run tests with a mutant in a new process."""

    def renew(self) -> None:
        """End the objects that tests share, so that they are made again."""


class Decider:
    """Decides mutants.

    Args:
        runner: runs the tests.
        record: called with each result; a later result for the same mutant replaces the earlier one.
        note_left_out: called with the name of each test that is left out, and the reason.
        reproducer: returns the command that runs tests with a mutant.

    Attributes:
        left_out: name of each test that was left out, to the reason.
    """

    def __init__(
        self,
        runner: Runner,
        record: Callable[[MutantResult], None],
        note_left_out: Callable[[str, str], None],
        reproducer: Callable[[Sequence[str], Mutant], str],
    ) -> None:
        """Start without tests."""
        self.left_out: dict[str, str] = {}
        self._runner = runner
        self._record = record
        self._note_left_out = note_left_out
        self._reproducer = reproducer
        self._kills: dict[str, int] = {}
        self._runs: dict[str, int] = {}
        self._seconds: dict[str, float] = {}
        self._used: dict[str, None] = {}
        self._doubtful: dict[str, list[Task]] = {}

    def decide_all(self, tests: Iterable[str], tasks: Iterable[Task]) -> None:
        """Decide mutants.

        Args:
            tests: all tests that the tasks may have.
            tasks: the mutants, taken one by one.

        Raises:
            StoppedError: no test can run any more.
        """
        for test in tests:
            start = monotonic()
            outcome = self._runner.run(test, None)
            self._seconds[test] = monotonic() - start
            if outcome.failed:
                self._leave_out(test, _FIRST_CONTROL, outcome)
        for number, task in enumerate(tasks, start=1):
            self._decide(task)
            if number % CONTROL_INTERVAL == 0:
                self._control()
        self._control()

    def seconds_of(self, test: str) -> float:
        """Return how long a test took without a mutant; 0 if it has not run."""
        return self._seconds.get(test, 0.0)

    def _decide(self, task: Task, *, is_careful: bool = False) -> None:
        """Decide a mutant by the tests that were not left out.

        Args:
            task: the mutant.
            is_careful: whether a test that fails must pass without the mutant and then fail again, with all objects
                made again.
        """
        start = monotonic()
        cached, served, outcome = [], 0, Outcome()
        for test in self._ordered(task.tests):
            self._used[test] = None
            self._runs[test] = self._runs.get(test, 0) + 1
            outcome = self._runner.run(test, task.mutant)
            if outcome.failed and is_careful:
                outcome = self._repeat(test, task.mutant)
            served += outcome.served
            if outcome.failed:
                break
            if outcome.is_cached:
                cached.append(test)
        if cached and not outcome.failed:
            outcome = self._runner.run_fresh(cached, task.mutant)
            served += outcome.served
        elif outcome.failed and not is_careful:
            self._doubtful.setdefault(outcome.failed, []).append(task)
        self._record(self._result(task, outcome, served)._replace(seconds=monotonic() - start))

    def _result(self, task: Task, outcome: Outcome, served: int) -> MutantResult:
        tests = self._ordered(task.tests)
        status: Status = "no-coverage"
        reason = ""
        if outcome.failed:
            self._kills[outcome.failed] = self._kills.get(outcome.failed, 0) + 1
            status, reason, tests = "timeout" if outcome.is_timeout else "killed", outcome.reason, [outcome.failed]
        elif served:
            status = "survived"
        elif task.tests and not tests:
            status, reason = "not-run", "every test that was served it was left out"
        elif task.tests:
            reason = "no response to the tests has what it changes"
        return MutantResult(
            task.mutant,
            status,
            task.tests,
            (outcome.failed,) if outcome.failed else (),
            reason,
            reproducer=self._reproducer(tests, task.mutant) if outcome.failed or served else "",
        )

    def _repeat(self, test: str, mutant: Mutant) -> Outcome:
        """Run a test without a mutant and with it again, with all objects made again; leave it out if it fails."""
        self._runner.renew()
        control = self._runner.run(test, None)
        if control.failed:
            self._leave_out(test, _LATER_CONTROL, control)
            return Outcome()
        return self._runner.run(test, mutant)

    def _control(self) -> None:
        """Run the tests that have run since the last control without a mutant, and decide doubtful mutants again."""
        doubtful, self._doubtful = self._doubtful, {}
        used, self._used = self._used, {}
        again: list[Task] = []
        for test in used:
            if test in self.left_out or not self._runner.run(test, None).failed:
                continue
            self._runner.renew()
            outcome = self._runner.run(test, None)
            if outcome.failed:
                self._leave_out(test, _LATER_CONTROL, outcome)
            again += doubtful.get(test, ())
        for task in again:
            self._decide(task, is_careful=True)
        if again:
            self._runner.renew()

    def _leave_out(self, test: str, when: str, outcome: Outcome) -> None:
        self.left_out[test] = f"{when}: {outcome.reason}"
        self._note_left_out(test, self.left_out[test])

    def _ordered(self, tests: Iterable[str]) -> list[str]:
        """Return the tests that were not left out: those first that notice most mutants in the time that they take."""
        usable = (test for test in tests if test not in self.left_out)
        return sorted(usable, key=self._seconds_per_kill)

    def _seconds_per_kill(self, test: str) -> float:
        """Return how long a test probably takes to notice a mutant; one without runs notices every second mutant."""
        rate = (self._kills.get(test, 0) + 1) / (self._runs.get(test, 0) + 2)
        return max(self.seconds_of(test), _MIN_SECONDS) / rate
