"""The tests of one process run again with mutants, after the usual run."""

import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from smartflo_contract.coverage import Recording
from smartflo_contract.coverage.recording import context_name
from smartflo_contract.mutants import Mutant
from smartflo_contract.mutation.decider import Decider, Outcome, StoppedError, Task
from smartflo_contract.mutation.plan import Plan, UsualRun, needed_tests
from smartflo_contract.mutation.progress import Progress
from smartflo_contract.mutation.results import MutantResult
from smartflo_contract.mutation.shared_folder import SharedFolder
from smartflo_contract.mutation.stored_runs import result_as_dict
from smartflo_contract.pytest_plugin._failures import node_argument
from smartflo_contract.pytest_plugin._fresh_runs import run_fresh
from smartflo_contract.pytest_plugin._item_runs import ItemRunner
from smartflo_contract.pytest_plugin._mutant_switch import MutantSwitch
from smartflo_contract.pytest_plugin._mutation_options import MUTANT
from smartflo_contract.pytest_plugin._recording import RecordingRun
from smartflo_contract.pytest_plugin._settings import options_of_run
from smartflo_contract.schemas import Contract


class Phase:
    """The part of one process in a mutation run.

    Args:
        session: the session, after its usual run.
        recording: what the tests were served.
        switch: sets the mutant.
        folder: where the processes share the mutants out.
        name: name of this process there.
    """

    def __init__(
        self,
        session: pytest.Session,
        recording: RecordingRun,
        switch: MutantSwitch,
        folder: SharedFolder,
        name: str,
    ) -> None:
        """Find the tests by name."""
        self._session = session
        self._recording = recording
        self._switch = switch
        self._folder = folder
        self._name = name
        self._items = {context_name(item.nodeid): item for item in session.items}

    def usual_run(self, contract: Contract, passed: Mapping[str, float], failed: Sequence[str]) -> UsualRun:
        """Tell the other processes what this one has seen of the usual run, and return what all have seen.

        Args:
            contract: the contract if this process has not started a fake.
            passed: how long each test that passed took, by name.
            failed: the tests that failed.
        """
        self._recording.close()
        places = {}
        for name, item in self._items.items():
            path, line, _ = item.location
            places[name] = (path, (line or 0) + 1)
        has_fake = self._recording.contract is not None
        contract = self._recording.contract or contract
        code = _loaded_files(self._session.config.rootpath)
        served = Recording()
        served.merge(self._recording.served)
        served.merge(self._recording.shared)
        own = UsualRun(served, contract, has_fake, passed, failed, places, code)
        self._folder.publish(self._name, own.as_dict())
        parent = os.getppid()
        contents = self._folder.wait_for_contents(lambda: os.getppid() != parent)
        return UsualRun.merged([UsualRun.from_dict(content) for content in contents])

    def run(self, plan: Plan) -> None:
        """Decide mutants until none is left for this process.

        Args:
            plan: the plan of the run.
        """
        tasks = plan.tasks
        progress = Progress(len(tasks), sys.stderr)
        runner = ItemRunner(
            self._session,
            self._recording,
            self._switch,
            items=self._items,
            seconds=plan.usual.passed,
            run_fresh=self._run_fresh,
            note_position=self._note_position,
        )
        decider = Decider(runner, self._record, self._leave_out, self._reproducer)
        try:
            with runner:
                new = [task for task in tasks if task.mutant.id not in plan.reused]
                self._folder.note_total(len(new))
                decider.decide_all(needed_tests(new), self._claimed(plan, progress))
        except StoppedError as error:
            self._folder.add_line(self._name, {"note": str(error)})
        finally:
            progress.end()

    def _claimed(self, plan: Plan, progress: Progress) -> Iterator[Task]:
        for number, task in enumerate(plan.tasks):
            if task.mutant.id not in plan.reused and self._folder.claim(number, self._name):
                progress.show(number)
                yield task

    def _record(self, result: MutantResult) -> None:
        self._folder.add_line(self._name, {"result": result_as_dict(result)})

    def _leave_out(self, test: str, reason: str) -> None:
        self._folder.add_line(self._name, {"left_out": [test, reason]})

    def _note_position(self, test: str, mutant: Mutant | None) -> None:
        self._folder.write_position(self._name, f"{'' if mutant is None else mutant.id}\n{test}")

    def _run_fresh(self, tests: Sequence[str], mutant: Mutant) -> Outcome:
        return run_fresh(self._session.config, self._items, tests, mutant)

    def _reproducer(self, tests: Sequence[str], mutant: Mutant) -> str:
        nodes = [node_argument(self._items[test]) for test in tests]
        return shlex.join(["pytest", *nodes, *options_of_run(self._session.config), f"{MUTANT}={mutant.id}"])


def _loaded_files(root: Path) -> list[str]:
    """Return the Python files of the project that this process has loaded, relative to its folder."""
    paths = [Path(str(module.__file__)) for module in tuple(sys.modules.values()) if getattr(module, "__file__", None)]
    return sorted(
        path.relative_to(root).as_posix()
        for path in paths
        if path.is_relative_to(root) and "site-packages" not in path.parts
    )
