"""Search for needs with several runs at the same time: runs that the search will probably require start early."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final

from smartflo_contract.mutants.catalog import SEPARATOR
from smartflo_contract.mutation.needs import NeedsSearch, NeedsTrial, OnRun, RunTrial
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.needs import Needs

_PASSES: Final = NeedsTrial(None, frozenset())
_FAILS: Final = NeedsTrial("expected to fail", frozenset())


class ParallelNeedsSearch:
    """A :class:`NeedsSearch` whose result and number of runs do not depend on how many runs there are at a time.

    The search is a function of the results of its runs, and takes milliseconds without them. So it is repeated from its
    start whenever a run has ended, with the results that are known. Where one is missing, the search goes on with the
    result that is probable, to learn which runs come next: they start early. If the result is another one, they are not
    counted.

    Args:
        contract: the contract.
        run: runs the client with some mutants; called from several threads.
        jobs: number of runs at the same time.
        on_run: called with what is searched and the number of runs so far.
    """

    def __init__(self, contract: Contract, run: RunTrial, jobs: int, on_run: OnRun) -> None:
        """Prepare the search; nothing runs yet."""
        self._contract = contract
        self._run = run
        self._jobs = jobs
        self._on_run = on_run
        self._known: dict[str, NeedsTrial] = {}
        self._failed: list[frozenset[str]] = []
        self._running: dict[str, Future[NeedsTrial]] = {}
        self._next: list[str] = []
        self._shown = 0

    def search(self, *, command: str, runs_before: int, end: Callable[[], None]) -> Needs:
        """Return what the client needs.

        Args:
            command: what is run, for the document.
            runs_before: number of runs without a mutant, for the document.
            end: ends all runs. It is called when the result is known, or the search fails.
        """
        executor = ThreadPoolExecutor(self._jobs)
        try:
            while True:
                self._next = []
                search = NeedsSearch(self._contract, self._result, self._show)
                try:
                    needs = search.search(command=command, runs_before=runs_before)
                except _EnoughRunsError:
                    pass
                else:
                    if not self._next:
                        return needs
                self._start_runs(executor)
                self._keep_results()
        finally:
            end()
            executor.shutdown(cancel_futures=True)

    def _result(self, ids: str) -> NeedsTrial:
        """Return the result of a run with some mutants; a probable one if it is not known yet.

        Raises:
            _EnoughRunsError: so many results are not known that no further run can start.
        """
        if ids in self._known:
            return self._known[ids]
        if ids not in self._next:
            self._next.append(ids)
        if len(self._next) == self._jobs:
            raise _EnoughRunsError
        mutants = frozenset(ids.split(SEPARATOR))
        return _FAILS if any(failed <= mutants for failed in self._failed) else _PASSES

    def _show(self, phase: str, runs: int) -> None:
        if not self._next and runs > self._shown:
            self._shown = runs
            self._on_run(phase, runs)

    def _start_runs(self, executor: ThreadPoolExecutor) -> None:
        """Start the next runs. Of runs that turned out not to be required, the running ones are not ended."""
        for ids in self._next:
            if ids not in self._running and len(self._running) < self._jobs:
                self._running[ids] = executor.submit(self._run, ids)

    def _keep_results(self) -> None:
        """Wait until a run has ended."""
        wait(self._running.values(), return_when=FIRST_COMPLETED)
        for ids, future in tuple(self._running.items()):
            if future.done():
                del self._running[ids]
                trial = self._known[ids] = future.result()
                if trial.failure is not None:
                    self._failed.append(frozenset(ids.split(SEPARATOR)))


class _EnoughRunsError(Exception):
    """The search cannot go on before a run has ended."""
