"""The smallest contract that the tests of a run pass with: they run again with keys removed and values changed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from smartflo_contract.coverage import Recording
from smartflo_contract.coverage.recording import context_name
from smartflo_contract.live.errors import OutputError
from smartflo_contract.mutants import Mutant, find_mutants
from smartflo_contract.mutation.covering import covering_contexts
from smartflo_contract.mutation.decider import Outcome, StoppedError
from smartflo_contract.mutation.needs import NeedsSearch, NeedsTrial
from smartflo_contract.mutation.needs_files import is_replaceable, write_needs
from smartflo_contract.pytest_plugin._item_runs import ItemRunner
from smartflo_contract.pytest_plugin._mutant_switch import MutantSwitch
from smartflo_contract.pytest_plugin._mutation_options import NEEDS
from smartflo_contract.pytest_plugin._recording import RecordingRun, contract_of_options
from smartflo_contract.pytest_plugin._rerun_plugin import INTERRUPTED, RerunPlugin
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.needs import Needs, need_rows

_COMMAND: Final = "pytest"
_ANY_LEADS: Final = "leads:drop-all"
"""A mutant that concerns every test that was served leads."""


class NeedsPlugin(RerunPlugin):
    """The search for what the tests of a run need, registered as a plugin.

    Args:
        output: file to write; ``None`` to print only.
        recording: what is served to tests.

    Raises:
        pytest.UsageError: the file cannot be written, or is another file.
    """

    def __init__(self, output: Path | str | None, recording: RecordingRun) -> None:
        """Require that the file can be written."""
        super().__init__(recording)
        self._output = None if output is None else Path(output)
        self._lines: list[str] = []
        if self._output is not None:
            _require_replaceable(self._output)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[Any]:
        """Run the tests again after the usual run."""
        result = yield
        if session.config.option.collectonly:
            return result
        if self._failed:
            self._lines = [f"not searched, because {next(iter(self._failed))} failed; the tests have to pass first"]
        else:
            self._search(session)
        return result

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter") -> None:
        """Print what the tests need, and why."""
        if self._lines:
            terminalreporter.section("smartflo: needs")
            for line in self._lines:
                terminalreporter.line(line)

    def _search(self, session: pytest.Session) -> None:
        self._recording.close()
        contract = self._recording.contract or contract_of_options(session.config)
        (any_leads,) = find_mutants(contract, _ANY_LEADS)
        served = Recording()
        served.merge(self._recording.served)
        served.merge(self._recording.shared)
        tests = [test for test in covering_contexts(served, any_leads) if test in self._passed]
        if not tests:
            self._lines = ["not searched, because no test was served leads by the fixture smartflo"]
            return
        trials = _Trials(session, self._recording, self._switch, self._passed)
        try:
            with trials.runner:
                trials.start(tests)
                needs = NeedsSearch(contract, trials.run).search(command=_COMMAND, runs_before=2)
        except StoppedError as error:
            self._lines = [str(error)]
        except KeyboardInterrupt:
            pytest.exit("interrupted", returncode=INTERRUPTED)
        else:
            self._finish(session, contract, needs, trials.notes)

    def _finish(self, session: pytest.Session, contract: Contract, needs: Needs, notes: list[str]) -> None:
        self._lines = [f"{pointer}: needs {what} ({why})" for pointer, what, why in need_rows(needs)]
        keys = format_count(len(needs.required_keys), "key")
        self._lines += [f"{format_count(needs.runs, 'run')}: the tests need {keys}", *notes]
        if self._output is None:
            return
        try:
            write_needs(self._output, needs, contract)
        except OutputError as error:
            self._lines.append(f"ERROR: {error}")
            session.testsfailed += 1
            return
        self._lines.append(str(self._output))


class _Trials:
    """Runs the tests with some mutants, until one fails.

    Args:
        session: the session, after its usual run.
        recording: what the tests are served.
        switch: sets the mutants.
        seconds: how long each test took in the usual run.

    Attributes:
        runner: runs one test; a context manager.
        notes: what a reader has to know.
    """

    def __init__(
        self, session: pytest.Session, recording: RecordingRun, switch: MutantSwitch, seconds: Mapping[str, float]
    ) -> None:
        """Find the tests by name."""
        self.notes: list[str] = []
        self._tests: list[str] = []
        self._cached: set[str] = set()
        self.runner = ItemRunner(
            session,
            recording,
            switch,
            items={context_name(item.nodeid): item for item in session.items},
            seconds=seconds,
            run_fresh=lambda _tests, _mutant: Outcome(),
            note_position=lambda _test, _mutant: None,
            renewed_scopes=recording.scopes,
        )

    def start(self, tests: list[str]) -> None:
        """Run each test without a mutant; one that fails when it runs again is left out."""
        for test in tests:
            outcome = self.runner.run(test, None)
            if outcome.failed:
                self.notes.append(f"left out, because it fails when it runs again: {test}: {outcome.reason}")
            else:
                self._tests.append(test)

    def run(self, ids: str) -> NeedsTrial:
        """Run the tests with some mutants; the one that failed last is first next time."""
        mutant = Mutant(ids, "", "", "breaking", "", "")
        served: frozenset[str] = frozenset()
        for test in tuple(self._tests):
            outcome = self.runner.run(test, mutant)
            served |= outcome.served_ids
            if outcome.failed:
                self._tests.remove(test)
                self._tests.insert(0, test)
                return NeedsTrial(test, served)
            if outcome.is_cached and test not in self._cached:
                self._cached.add(test)
                self.notes.append(f"not served again, so that nothing shows what it needs: {test}")
        return NeedsTrial(None, served)


def _require_replaceable(output: Path) -> None:
    """Require that needs can be written to a file, which is new, empty, or has needs.

    Raises:
        pytest.UsageError: it cannot, or is another file.
    """
    try:
        if is_replaceable(output):
            return
    except OutputError as error:
        message = f"{NEEDS}: {error}"
    else:
        message = f"{NEEDS}: {output} is not a file of needs; name another file, or delete this one"
    raise pytest.UsageError(message)
