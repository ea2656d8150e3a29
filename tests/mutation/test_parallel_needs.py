"""The search for needs with several runs at a time: the same result, sooner."""

from collections.abc import Callable
from itertools import count
from threading import Barrier, Lock

import orjson
import pytest

from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.mutants import find_mutants
from smartflo_contract.mutants.bodies import apply_to
from smartflo_contract.mutation.errors import CommandError
from smartflo_contract.mutation.needs import NeedsSearch, NeedsTrial
from smartflo_contract.mutation.parallel_needs import ParallelNeedsSearch
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.needs import Needs

CONTRACT = load_contract()
BODY = orjson.dumps([LeadWriter(ListDefinition(id=8668), CONTRACT).lead(index) for index in range(3)])


def run_client(ids: str) -> NeedsTrial:
    """Run a client that reads two keys, and calculates with one of them."""
    body, _ = apply_to(BODY, find_mutants(CONTRACT, ids))
    try:
        for lead in orjson.loads(body):
            lead["priority"] + len(lead["lead_id"])
    except (LookupError, TypeError) as error:
        return NeedsTrial(type(error).__name__, frozenset())
    return NeedsTrial(None, frozenset(ids.split(",")))


def nothing(*_: object) -> None:
    """Do nothing."""


def search(
    run: Callable[[str], NeedsTrial],
    jobs: int,
    on_run: Callable[[str, int], None] = nothing,
    end: Callable[[], None] = nothing,
) -> Needs:
    """Return what a search with several runs at a time finds."""
    return ParallelNeedsSearch(CONTRACT, run, jobs, on_run).search(command="client", runs_before=2, end=end)


@pytest.mark.parametrize("jobs", [1, 2, 3, 64])
def test_result_does_not_depend_on_the_number_of_jobs(jobs: int) -> None:
    """Needs and number of runs are those of runs one after the other; no run is repeated, and none is too many."""
    lock, running = Lock(), 0
    highest, ids_of_runs = 0, []

    def run(ids: str) -> NeedsTrial:
        nonlocal running, highest
        with lock:
            ids_of_runs.append(ids)
            running += 1
            highest = max(highest, running)
        trial = run_client(ids)
        with lock:
            running -= 1
        return trial

    needs = search(run, jobs)

    assert NeedsSearch(CONTRACT, run_client).search(command="client", runs_before=2) == needs
    assert ["lead_id", "priority"] == [key for key, each in needs.properties.items() if each.is_required]
    assert len(set(ids_of_runs)) == len(ids_of_runs)
    assert highest <= jobs
    if jobs == 1:
        assert needs.runs == len(ids_of_runs) + 2


def test_runs_at_the_same_time() -> None:
    """A second run starts before the first one has ended."""
    both, numbers = Barrier(2, timeout=60), count()

    def run(ids: str) -> NeedsTrial:
        if next(numbers) < both.parties:
            both.wait()
        return run_client(ids)

    assert search(run, 2).runs


def test_progress_counts_the_runs_that_are_needed() -> None:
    """Each run of the search is shown once; those that start early and are not needed are not."""
    shown: list[int] = []
    needs = search(run_client, 3, lambda _phase, runs: shown.append(runs))

    assert [*range(1, needs.runs - 1)] == shown


def test_all_runs_end_with_the_search() -> None:
    """They are ended after the result, after an error of a run, and after an interruption."""
    ended: list[str] = []

    def fail(_: str) -> NeedsTrial:
        message = "cannot be started"
        raise CommandError(message)

    def interrupt(_phase: str, _runs: int) -> None:
        raise KeyboardInterrupt

    search(run_client, 2, end=lambda: ended.append("result"))
    with pytest.raises(CommandError, match="cannot be started"):
        search(fail, 2, end=lambda: ended.append("error"))
    with pytest.raises(KeyboardInterrupt):
        search(run_client, 2, interrupt, lambda: ended.append("interruption"))

    assert ["result", "error", "interruption"] == ended
