"""Which mutants a run of tests decides, and with which tests: the same in each process of the run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from smartflo_contract.coverage import Recording
from smartflo_contract.mutants import Mutant, mutants_of
from smartflo_contract.mutation.covering import covering_contexts
from smartflo_contract.mutation.decider import Task
from smartflo_contract.mutation.results import MutantResult
from smartflo_contract.mutation.sampling import spread_sample
from smartflo_contract.mutation.stored_results import ResultKeys, read_results
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.stored_contract import contract_as_dict, contract_from_dict


class UsualRun(NamedTuple):
    """What one process has seen of the usual run of the tests.

    Attributes:
        recording: what the tests were served.
        contract: the contract of its fake; that of the options if it has not started one.
        has_fake: whether it has started one.
        passed: how long each test that passed took in seconds, by name.
        failed: names of the tests that failed.
        places: path of each test's file, relative to the project, and its line, from 1, by name.
        code: paths of the Python files of the project that the tests have loaded, relative to the project.
    """

    recording: Recording
    contract: Contract
    has_fake: bool
    passed: Mapping[str, float]
    failed: Sequence[str]
    places: Mapping[str, tuple[str, int]]
    code: Sequence[str] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON types, for another process of the same version."""
        return {
            "recording": self.recording.as_dict(portable=False),
            "contract": contract_as_dict(self.contract),
            "has_fake": self.has_fake,
            "passed": dict(self.passed),
            "failed": [*self.failed],
            "places": {name: list(place) for name, place in self.places.items()},
            "code": [*self.code],
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Return the result of a result of :meth:`as_dict`."""
        return cls(
            Recording.from_dict(content["recording"]),
            contract_from_dict(content["contract"]),
            content["has_fake"],
            content["passed"],
            content["failed"],
            {name: (path, line) for name, (path, line) in content["places"].items()},
            content["code"],
        )

    @classmethod
    def merged(cls, runs: Sequence[Self]) -> Self:
        """Return what several processes have seen; there is at least one."""
        recording = Recording()
        for run in runs:
            recording.merge(run.recording)
        return cls(
            recording,
            max(runs, key=lambda run: run.has_fake).contract,
            any(run.has_fake for run in runs),
            {name: seconds for run in runs for name, seconds in run.passed.items()},
            sorted({name for run in runs for name in run.failed}),
            {name: place for run in runs for name, place in run.places.items()},
            sorted({file for run in runs for file in run.code}),
        )


class Choice(NamedTuple):
    """Which mutants are chosen.

    Attributes:
        kind: kind of the mutants; ``all`` for both.
        max_mutants: maximum number of mutants with tests; ``None`` for all.
        seed: selects the sample.
    """

    kind: str
    max_mutants: int | None
    seed: int

    def tasks(self, run: UsualRun) -> tuple[list[Task], str]:
        """Return the chosen mutants with their tests, and a note if they are a sample."""
        mutants = [mutant for mutant in mutants_of(run.contract) if self.kind in {"all", mutant.kind}]
        one_of_group = {mutant.group: mutant for mutant in mutants}
        tests = {
            group: tuple(test for test in covering_contexts(run.recording, mutant) if test in run.passed)
            for group, mutant in one_of_group.items()
        }
        tasks = [Task(mutant, tests[mutant.group]) for mutant in mutants]
        covered = [task for task in tasks if task.tests]
        if self.max_mutants is None or self.max_mutants >= len(covered):
            return tasks, ""
        sample = spread_sample([task.mutant for task in covered], self.max_mutants, self.seed)
        chosen = {mutant.id for mutant in sample}
        note = f"a sample of {len(chosen):,} of {len(covered):,} mutants, by seed {self.seed}"
        return [task for task in tasks if not task.tests or task.mutant.id in chosen], note


class Plan(NamedTuple):
    """What a run does: the same in each of its processes.

    Attributes:
        usual: what all processes have seen of the usual run.
        tasks: the chosen mutants with their tests.
        note: says that they are a sample; empty if they are not.
        keys: key of the result of each mutant with tests, by its id.
        reused: results of an earlier run for which nothing has changed, by the mutant's id.
    """

    usual: UsualRun
    tasks: Sequence[Task]
    note: str
    keys: Mapping[str, str]
    reused: Mapping[str, MutantResult]


def make_plan(usual: UsualRun, choice: Choice, root: Path, stored: Path | None) -> Plan:
    """Return the plan of a run.

    Args:
        usual: what all processes have seen of the usual run.
        choice: selects the mutants.
        root: folder of the project.
        stored: data file whose results are reused; ``None`` to decide all mutants.
    """
    tasks, note = choice.tasks(usual)
    test_files = {name: path for name, (path, _) in usual.places.items()}
    result_keys = ResultKeys(usual.contract, root, test_files, usual.code)
    keys = {task.mutant.id: result_keys.key(task.mutant, task.tests) for task in tasks if task.tests}
    results = {} if stored is None else read_results(stored, mutants_by_id(usual.contract))
    reused = {mutant_id: result for mutant_id, (key, result) in results.items() if keys.get(mutant_id) == key}
    return Plan(usual, tasks, note, keys, reused)


def needed_tests(tasks: Sequence[Task]) -> list[str]:
    """Return the tests of some mutants, in the order of the names."""
    return sorted({test for task in tasks for test in task.tests})


def mutants_by_id(contract: Contract) -> Mapping[str, Mutant]:
    """Return the mutants of a contract by id."""
    return {mutant.id: mutant for mutant in mutants_of(contract)}
