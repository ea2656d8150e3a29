"""Mutation of a test run: the tests run again with changes of the API, and a report says which ones none notices."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import pytest

from smartflo_contract.live.errors import OutputError
from smartflo_contract.live.output_files import is_same_file
from smartflo_contract.mutation.plan import Choice, Plan, UsualRun, make_plan, mutants_by_id
from smartflo_contract.mutation.progress import show_until
from smartflo_contract.mutation.reports import WRITERS, text_lines
from smartflo_contract.mutation.results import MutationRun
from smartflo_contract.mutation.shared_folder import SharedFolder
from smartflo_contract.mutation.shared_results import collect_results
from smartflo_contract.mutation.stored_results import DATA_FILE, read_results, write_results
from smartflo_contract.pytest_plugin._mutation_options import MutationOptions
from smartflo_contract.pytest_plugin._mutation_phase import Phase
from smartflo_contract.pytest_plugin._output_paths import require_output_path
from smartflo_contract.pytest_plugin._recording import RecordingRun, contract_of_options
from smartflo_contract.pytest_plugin._report_options import TERM
from smartflo_contract.pytest_plugin._rerun_plugin import INTERRUPTED, RerunPlugin
from smartflo_contract.pytest_plugin._settings import setting, worker_input

_FOLDER: Final = "smartflo_mutation"
"""Input of a worker of xdist: the folder that all processes share."""
_POLL_SECONDS: Final = 0.2
_MAIN: Final = "main"
"""Name of the process that reports, in the shared folder."""


class MutationPlugin(RerunPlugin):
    """The mutation run of one process, registered as a plugin.

    Args:
        config: pytest's configuration.
        options: what the user requests.
        recording: what is served to tests.

    Raises:
        pytest.UsageError: a report cannot be written.
    """

    def __init__(self, config: pytest.Config, options: MutationOptions, recording: RecordingRun) -> None:
        """Require that all files can be written."""
        super().__init__(recording)
        self._options = options
        self._is_interrupted = False
        self._run: MutationRun | None = None
        self._refusal = ""
        self._error = ""
        self._plan: Plan | None = None
        self._root = config.rootpath
        self._data_file = config.rootpath / DATA_FILE
        shared = worker_input(config, _FOLDER)
        self._is_worker = shared is not None
        self._name = str(worker_input(config, "workerid") or _MAIN)
        if not self._is_worker:
            self._require_writable()
            temporary = tempfile.TemporaryDirectory(prefix="smartflo-mutation-")
            config.add_cleanup(temporary.cleanup)
            shared = temporary.name
        self._folder = SharedFolder(Path(shared))
        seed = setting(config, "seed")
        self._choice = Choice(options.kind, options.max_mutants, int(seed or 0))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Share the folder with a worker of xdist."""
        self._folder.add_member(node.workerinput["workerid"])
        node.workerinput[_FOLDER] = str(self._folder.path)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Tell the other workers of xdist not to wait for one that has ended."""
        self._folder.note_end(node.workerinput["workerid"])

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[Any]:
        """Run the tests with mutants after the usual run."""
        if session.config.pluginmanager.hasplugin("dsession"):
            with _progress_of_workers(self._folder):
                return (yield)
        result = yield
        if not _runs_nothing(session):
            self._decide(session)
        return result

    def pytest_keyboard_interrupt(self) -> None:
        """Note that the user has interrupted the workers of xdist."""
        self._is_interrupted = self._folder.has_claims

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Collect the results, write the reports, and set the exit status."""
        if self._is_worker or _runs_nothing(session) or session.exitstatus == pytest.ExitCode.USAGE_ERROR:
            return
        if self._failed:
            self._refusal = f"not run, because {next(iter(self._failed))} failed; mutation needs tests that pass"
            return
        if not self._is_interrupted and session.exitstatus != pytest.ExitCode.OK:
            self._refusal = "not run, because the tests did not run to their end"
            return
        self._run = self._collect()
        try:
            self._write(self._run)
        except OutputError as error:
            self._error = str(error)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self._is_below_minimum:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self._is_interrupted:
            session.exitstatus = INTERRUPTED

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter") -> None:
        """Print the report, and where the others are."""
        if self._run is None and not self._refusal:
            return
        terminalreporter.section("smartflo: mutation")
        if self._run is None:
            terminalreporter.line(self._refusal)
            return
        if any(report.format == TERM for report in self._options.reports):
            for line in text_lines(self._run):
                terminalreporter.line(line)
        for report in self._options.reports:
            if report.path is not None:
                terminalreporter.line(f"{report.format}: {report.path}")
        if self._error:
            terminalreporter.line(f"ERROR: {self._error}", red=True)
        if self._is_below_minimum:
            terminalreporter.line(
                f"FAIL: breaking mutation score {_percent_text(self._percent)}, minimum {self._options.fail_under:g}%",
                red=True,
            )

    def _decide(self, session: pytest.Session) -> None:
        """Run the tests of this process with mutants, if the tests of all processes have passed."""
        if self._name == _MAIN:
            self._folder.add_member(_MAIN)
        phase = Phase(session, self._recording, self._switch, self._folder, self._name)
        try:
            usual = phase.usual_run(contract_of_options(session.config), self._passed, [*self._failed])
            if not usual.failed:
                self._plan = self._make_plan(usual)
                phase.run(self._plan)
        except KeyboardInterrupt:
            self._is_interrupted = True

    def _collect(self) -> MutationRun:
        """Return the results of all processes."""
        if self._plan is None:  # workers of xdist have run the mutants
            contents = map(UsualRun.from_dict, self._folder.contents())
            self._plan = self._make_plan(UsualRun.merged([*contents]))
        run = collect_results(self._folder, self._plan, is_interrupted=self._is_interrupted)
        run.root = self._root
        run.notes = [*run.notes, *sorted(self._recording.served.notes)]
        return run

    def _make_plan(self, usual: UsualRun) -> Plan:
        return make_plan(usual, self._choice, self._root, self._data_file if self._options.only_changed else None)

    @property
    def _percent(self) -> float | None:
        return None if self._run is None else self._run.score("breaking", with_ignored=False).percent

    @property
    def _is_below_minimum(self) -> bool:
        minimum = self._options.fail_under
        return minimum is not None and self._run is not None and (self._percent or 0.0) < minimum

    def _require_writable(self) -> None:
        paths = [self._data_file]
        require_output_path("--smartflo-mutate", self._data_file)
        for report in self._options.reports:
            if report.path is None:
                continue
            require_output_path("--smartflo-mutate-report", report.path)
            if is_same_file(report.path, *paths):
                message = f"--smartflo-mutate-report: {report.path} is the path of another file; choose another path"
                raise pytest.UsageError(message)
            paths.append(report.path)

    def _write(self, run: MutationRun) -> None:
        keys = {} if self._plan is None else self._plan.keys
        kept = read_results(self._data_file, mutants_by_id(run.contract))
        new = {result.mutant.id: (keys.get(result.mutant.id, ""), result) for result in run.results}
        decided = {mutant_id: entry for mutant_id, entry in new.items() if entry[1].status != "not-run"}
        write_results(self._data_file, kept | decided)
        for report in self._options.reports:
            if report.path is not None:
                WRITERS[report.format](run, report.path)


@contextmanager
def _progress_of_workers(folder: SharedFolder) -> Iterator[None]:
    """Return a context in which a thread shows the progress of the workers of xdist, if there is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    ended = Event()
    arguments = (partial(ended.wait, _POLL_SECONDS), folder.progress, sys.stderr)
    thread = Thread(target=show_until, args=arguments, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _runs_nothing(session: pytest.Session) -> bool:
    """Return whether pytest only collects tests, or only shows fixtures."""
    return any(session.config.getoption(name, default=False) for name in ("collectonly", "setuponly", "setupplan"))


def _percent_text(percent: float | None) -> str:
    return "unknown: no breaking mutant was decided" if percent is None else f"{percent:.1f}%"
