"""The results that the processes of a run have added to their folder, as one run."""

from collections.abc import Mapping, Sequence

from smartflo_contract.mutation.decider import Task
from smartflo_contract.mutation.plan import Plan, mutants_by_id
from smartflo_contract.mutation.results import MutantResult, MutationRun
from smartflo_contract.mutation.shared_folder import SharedFolder
from smartflo_contract.mutation.stored_runs import result_from_dict
from smartflo_contract.schemas.grammar import format_count


def collect_results(folder: SharedFolder, plan: Plan, *, is_interrupted: bool) -> MutationRun:
    """Return the run of all processes: what is known, also if they could not decide every mutant.

    Args:
        folder: the folder of the run.
        plan: the plan of the run.
        is_interrupted: whether the user has ended the run.
    """
    usual, tasks = plan.usual, plan.tasks
    mutants = mutants_by_id(usual.contract)
    results = dict(plan.reused)
    left_out: dict[str, str] = {}
    count = sum(1 for task in tasks if task.mutant.id in plan.reused)
    reuse_note = f"{format_count(count, 'result')} of an earlier run: nothing has changed for them" if count else ""
    notes = dict.fromkeys(filter(None, (plan.note, reuse_note)))
    for line in folder.lines():
        if "result" in line:
            result = result_from_dict(line["result"], mutants)
            results[result.mutant.id] = result
        elif "left_out" in line:
            test, reason = line["left_out"]
            left_out[test] = reason
        else:
            notes[line["note"]] = None
    if not is_interrupted:
        results |= _results_of_crashes(folder, tasks, results)
    missing = sum(1 for task in tasks if task.mutant.id not in results)
    if is_interrupted or missing:
        reason = "the run was interrupted" if is_interrupted else "the run ended early"
        notes[f"{reason}: {format_count(missing, 'mutant')} not run"] = None
    if not any(task.tests for task in tasks):
        notes["no test was served leads by the fixture smartflo, so no mutant could be noticed"] = None
    return MutationRun(
        usual.contract,
        [results.get(task.mutant.id) or MutantResult(task.mutant, "not-run", task.tests) for task in tasks],
        left_out,
        usual.places,
        [*notes],
    )


def _results_of_crashes(
    folder: SharedFolder, tasks: Sequence[Task], results: Mapping[str, MutantResult]
) -> dict[str, MutantResult]:
    """Return the results of mutants whose process ended while a test ran with them."""
    crashes = {}
    for number, process in folder.claims().items():
        task = tasks[number]
        mutant_id, _, test = folder.position(process).partition("\n")
        if task.mutant.id not in results and task.mutant.id == mutant_id:
            reason = "the process that ran the test ended"
            crashes[mutant_id] = MutantResult(task.mutant, "killed", task.tests, (test,), reason)
    return crashes
