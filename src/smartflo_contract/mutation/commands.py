"""Find the mutants that a command of the user notices: it runs once with each, and an exit code other than 0 kills."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, NamedTuple

from smartflo_contract.coverage import Recording
from smartflo_contract.mutants import Mutant
from smartflo_contract.mutation.command_fakes import CommandFakes, Trial
from smartflo_contract.mutation.covering import covering_contexts
from smartflo_contract.mutation.decider import CONTROL_INTERVAL
from smartflo_contract.mutation.errors import CommandError
from smartflo_contract.mutation.results import MutantResult, MutationRun, Status
from smartflo_contract.schemas import Contract

PLAIN_TIMEOUT_SECONDS: Final = 600.0
"""Time limit of a run without a mutant."""
_TIMEOUT_FACTOR: Final = 5
_MIN_TIMEOUT_SECONDS: Final = 2.0
_NOT_SERVED: Final = (
    "the fake served no leads to the command; let it read its base URL from SMARTFLO_BASE_URL and its token from "
    "SMARTFLO_TOKEN"
)
Show = Callable[[int, int], None]
"""Called with the number of mutants that are decided, and that of all."""


class PlainRun(NamedTuple):
    """Two runs of the command without a mutant.

    Attributes:
        seconds: duration of the longer one.
        recording: what the command was served.
    """

    seconds: float
    recording: Recording

    @property
    def timeout(self) -> float:
        """Time limit of a run with a mutant, in seconds."""
        return max(_TIMEOUT_FACTOR * self.seconds, _MIN_TIMEOUT_SECONDS)


def run_plainly(fakes: CommandFakes, *, timeout: float | None = None) -> PlainRun:
    """Run the command twice without a mutant.

    Args:
        fakes: runs the command.
        timeout: time limit of a run in seconds; ``None`` for ten minutes.

    Raises:
        CommandError: it cannot be started, fails, passes only once, or is served no leads.
    """
    limit = PLAIN_TIMEOUT_SECONDS if timeout is None else timeout
    first = fakes.run(None, timeout=limit)
    if not first.has_passed:
        message = f"the command fails without a mutant ({first.outcome.reason}); it has to pass first"
        raise CommandError(message, first.outcome.last_lines)
    second = fakes.run(None, timeout=limit)
    if not second.has_passed:
        message = f"the command is flaky: it passed without a mutant, then failed ({second.outcome.reason})"
        raise CommandError(message, second.outcome.last_lines)
    recording = first.recording
    recording.merge(second.recording)
    if not recording.lead_masks:
        raise CommandError(_NOT_SERVED)
    return PlainRun(max(first.outcome.seconds, second.outcome.seconds), recording)


class CommandRun:
    """Decides mutants by running a command with each.

    Args:
        fakes: runs the command.
        contract: the contract of the fakes.
        plain: the runs without a mutant.
        timeout: time limit of a run in seconds; ``None`` for one that follows from the plain runs.
        jobs: number of runs at the same time.

    Attributes:
        results: the results so far, by id of the mutant.
        notes: what a reader has to know.
    """

    def __init__(
        self, fakes: CommandFakes, contract: Contract, plain: PlainRun, *, timeout: float | None = None, jobs: int = 1
    ) -> None:
        """Start without results."""
        self.results: dict[str, MutantResult] = {}
        self.notes: list[str] = []
        self._fakes = fakes
        self._contract = contract
        self._plain = plain
        self._timeout = plain.timeout if timeout is None else timeout
        self._jobs = jobs

    def decide(self, mutants: Sequence[Mutant], show: Show) -> None:
        """Decide mutants. Those of what the command was not served are not run.

        Args:
            mutants: the mutants.
            show: called after each mutant.

        Raises:
            KeyboardInterrupt: the user ended the run; the results so far are kept.
        """
        served = [mutant for mutant in mutants if covering_contexts(self._plain.recording, mutant)]
        ids = {mutant.id for mutant in served}
        reason = "the command was not served what it changes"
        self._keep(MutantResult(mutant, "no-coverage", reason=reason) for mutant in mutants if mutant.id not in ids)
        for start in range(0, len(served), CONTROL_INTERVAL):
            batch = served[start : start + CONTROL_INTERVAL]
            if not self._decide_batch(batch, partial(_show_from, show, start, len(served))):
                self.notes.append("the command fails without a mutant now, so the other mutants were not run")
                return

    def run_of(self, mutants: Sequence[Mutant]) -> MutationRun:
        """Return the results of mutants; those without a result were not run."""
        results = [self.results.get(mutant.id, MutantResult(mutant, "not-run")) for mutant in mutants]
        command = shlex.join(self._fakes.command)
        return MutationRun(self._contract, results, notes=tuple(self.notes), command=command)

    def _decide_batch(self, batch: Sequence[Mutant], show: Callable[[int], None]) -> bool:
        """Decide mutants, and once again if a run without a mutant fails after them; return whether it passes."""
        for attempt in ("first", "second"):
            self._keep(self._results(batch, show))
            control = self._fakes.run(None, timeout=self._timeout)
            if control.has_passed:
                return True
            for mutant in batch:
                del self.results[mutant.id]
            if attempt == "first":
                self.notes.append(
                    f"the command is flaky: it failed without a mutant ({control.outcome.reason}), so "
                    f"{len(batch)} mutants were run again"
                )
        return False

    def _results(self, batch: Sequence[Mutant], show: Callable[[int], None]) -> Iterator[MutantResult]:
        executor = ThreadPoolExecutor(self._jobs)
        try:
            for done, result in enumerate(executor.map(self._decide, batch), start=1):
                yield result
                show(done)
        except BaseException:
            self._fakes.end()
            raise
        finally:
            executor.shutdown(cancel_futures=True)

    def _decide(self, mutant: Mutant) -> MutantResult:
        trial = self._fakes.run(mutant.id, timeout=self._timeout)
        status = _status(trial)
        command = shlex.join(self._fakes.command)
        result = MutantResult(mutant, status, reason=_reason(trial, status), seconds=trial.outcome.seconds)
        if status == "no-coverage":
            return result
        reproducer = f"smartflo-contract mutate --mutant {shlex.quote(mutant.id)} -- {command}"
        return result._replace(reproducer=reproducer, killed_by=() if status == "survived" else (command,))

    def _keep(self, results: Iterable[MutantResult]) -> None:
        self.results.update((result.mutant.id, result) for result in results)


def _show_from(show: Show, start: int, total: int, done: int) -> None:
    show(start + done, total)


def _status(trial: Trial) -> Status:
    if not trial.served:
        return "no-coverage"
    if trial.has_passed:
        return "survived"
    return "timeout" if trial.outcome.exit_code is None else "killed"


def _reason(trial: Trial, status: Status) -> str:
    if status == "survived":
        return ""
    if status != "no-coverage":
        return trial.outcome.reason
    unless_passed = "" if trial.has_passed else f", although it failed ({trial.outcome.reason})"
    return f"no response to the command has what it changes{unless_passed}"
