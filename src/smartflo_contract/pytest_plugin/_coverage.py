"""Value coverage of a test run: recorded in each process, sent with the reports of tests, and reported at the end."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from smartflo_contract.coverage import CoverageError, Recorder, Recording
from smartflo_contract.coverage.recording import context_name
from smartflo_contract.coverage.reports import WRITERS, text_lines
from smartflo_contract.coverage.summaries import percent_text, total_percent
from smartflo_contract.live.errors import OutputError
from smartflo_contract.live.output_files import is_same_file, replace_file, require_writable, require_writable_folder
from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.config.validation import configured_contract
from smartflo_contract.mock_server.observer import Observer
from smartflo_contract.pytest_plugin._coverage_options import TERM, CoverageOptions
from smartflo_contract.pytest_plugin._settings import setting
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.grammar import format_count

DATA_FILE: Final = ".smartflo-coverage"
OUTSIDE: Final = "(outside of tests)"
"""Context of requests while no test runs."""
_ATTRIBUTE: Final = "smartflo_coverage"
"""Attribute of a test report with the recording of the test; xdist sends it to the controller."""
_CLOSING_FIXTURE: Final = "smartflo_missing_lead"
"""Fixture whose tests are served what the other tests are not, and would be left out of the next run otherwise."""
_NOTES: Final = "smartflo_coverage_notes"
_REST: Final = "smartflo_coverage_rest"
"""Output of a worker of xdist: what it served after its last report."""


class CoverageRun:
    """The value coverage of one process of a test run, registered as a plugin.

    Args:
        config: pytest's configuration.
        options: what the user requests.

    Attributes:
        recorder: the observer of the fakes of this process.
        served: what was served so far; of all processes in the controller of xdist.

    Raises:
        pytest.UsageError: a report cannot be written.
    """

    def __init__(self, config: pytest.Config, options: CoverageOptions) -> None:
        """Require that all files can be written."""
        self.recorder = Recorder()
        self.served = Recording()
        self._options = options
        self._is_worker = hasattr(config, "workerinput")
        self._data_file = config.rootpath / DATA_FILE
        self._percent = 100.0
        self._error = ""
        self._is_reported = False
        if not self._is_worker:
            self._require_distinct_paths()
            self._require_writable()

    def observer_of(self, config: Config) -> Observer:
        """Return the observer of a fake, whose contract is reported even if no leads are served."""
        self.recorder.add_contract(configured_contract(config.profile, config.overlay))
        return self.recorder

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Attribute the responses during a test to it."""
        self.recorder.context = context_name(item.nodeid)
        try:
            return (yield)
        finally:
            self.recorder.context = OUTSIDE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Attach what was served to the last report of a test."""
        report = yield
        if call.when == "teardown":
            recording = self.recorder.take()
            if recording:
                if _CLOSING_FIXTURE in getattr(item, "fixturenames", ()):
                    recording.closing.add(context_name(item.nodeid))
                self.served.merge(recording)
                setattr(report, _ATTRIBUTE, recording.as_dict(portable=False))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a worker of xdist has served."""
        content = getattr(report, _ATTRIBUTE, None)
        if content is not None and getattr(report, "node", None) is not None:
            self.served.merge(Recording.from_dict(content))

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Note that some tests do not run."""
        self.served.notes.add(f"{format_count(len(items), 'test')} deselected")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note that the tests of a file cannot be collected; xdist runs the others."""
        if report.failed:
            self.served.notes.add(f"{context_name(report.nodeid)} could not be collected")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note that ``--lf`` has skipped the files without failed tests; pytest does not report those as deselected."""
        last_failed = session.config.pluginmanager.get_plugin("lfplugin")
        files = getattr(last_failed, "_skipped_files", 0)  # there is no public name
        if files:
            self.served.notes.add(f"{format_count(files, 'file')} skipped by --lf")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that the user has interrupted the run; pytest also stops itself by such an exception."""
        if not isinstance(excinfo.value, pytest.Session.Interrupted):
            self.served.notes.add("the run was interrupted")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Add the notes of a worker of xdist, and what it served after its last report."""
        if error:
            self.served.notes.add("a worker process of xdist crashed: the test that it ran is not counted")
        output = getattr(node, "workeroutput", {})
        self.served.notes.update(output.get(_NOTES, ()))
        if _REST in output:
            self.served.merge(Recording.from_dict(output[_REST]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the data file and the reports, and fail the run below the minimum."""
        if session.shouldfail or session.shouldstop:
            self.served.notes.add("the run stopped before its last test")
        if self._is_worker:
            rest = self.recorder.take().as_dict(portable=False)
            session.config.workeroutput |= {_NOTES: sorted(self.served.notes), _REST: rest}  # type: ignore[attr-defined]
            return
        if session.config.option.collectonly or session.exitstatus == pytest.ExitCode.USAGE_ERROR:
            return  # no test was meant to run: the data file of the last run stays
        self._is_reported = True
        self.served.merge(self.recorder.take())
        if not self.served.contracts:
            self.served.add_contract(contract_of_options(session.config))
        self._percent = total_percent(self.served)
        try:
            self._write()
        except (CoverageError, OutputError) as error:
            self._error = str(error)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self._is_below_minimum and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, and where the reports are."""
        if not self._is_reported:
            return
        terminalreporter.section("smartflo: value coverage")
        for line in self._summary_lines():
            terminalreporter.line(line)
        if self._error:
            terminalreporter.line(f"ERROR: {self._error}", red=True)
        if self._is_below_minimum:
            minimum = self._options.fail_under
            terminalreporter.line(
                f"FAIL: {percent_text(self._percent, 1)}% of the cells were served, minimum {minimum:g}%", red=True
            )

    @property
    def _is_below_minimum(self) -> bool:
        return self._options.fail_under is not None and self._percent < self._options.fail_under

    def _summary_lines(self) -> Iterator[str]:
        is_table = any(report.format == TERM for report in self._options.reports)
        total = f"{percent_text(self._percent, 1)}% of the cells were served"
        yield from text_lines(self.served) if is_table else (total,)
        if not self.served.service_masks:
            yield "no response was served: no test has requested anything from the fixture smartflo"
        yield from (f"{report.format}: {report.path}" for report in self._options.reports if report.path)

    def _require_writable(self) -> None:
        try:
            require_writable(self._data_file)
            for report in self._options.reports:
                if report.path is not None:
                    require = require_writable_folder if report.format == "html" else require_writable
                    require(report.path)
        except OutputError as error:
            message = f"--smartflo-coverage: {error}"
            raise pytest.UsageError(message) from None

    def _require_distinct_paths(self) -> None:
        paths = [self._data_file]
        for report in self._options.reports:
            if report.path is None:
                continue
            if is_same_file(report.path, *paths):
                message = f"--smartflo-coverage: {report.path} is the path of the data file or of another report; "
                raise pytest.UsageError(message + "choose another path")
            paths.append(report.path)

    def _write(self) -> None:
        with replace_file(self._data_file) as file:
            file.write(self.served.encode())
        for report in self._options.reports:
            if report.path is not None:
                WRITERS[report.format](self.served, report.path)


def contract_of_options(config: pytest.Config) -> Contract:
    """Return the contract that options and ini keys select."""
    profile, overlay = setting(config, "profile"), setting(config, "overlay")
    return load_contract(profile or "sample", config.rootpath / overlay if overlay else None)
