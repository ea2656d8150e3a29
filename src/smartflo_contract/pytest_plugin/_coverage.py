"""Value coverage of a test run: what was served to all tests, reported at the end."""

from collections.abc import Iterator
from typing import Final

import pytest

from smartflo_contract.coverage import CoverageError
from smartflo_contract.coverage.reports import WRITERS, text_lines
from smartflo_contract.coverage.summaries import percent_text, total_percent
from smartflo_contract.live.errors import OutputError
from smartflo_contract.live.output_files import is_same_file, replace_file
from smartflo_contract.pytest_plugin._coverage_options import CoverageOptions
from smartflo_contract.pytest_plugin._output_paths import require_output_path
from smartflo_contract.pytest_plugin._recording import RecordingRun, contract_of_options
from smartflo_contract.pytest_plugin._report_options import TERM

DATA_FILE: Final = ".smartflo-coverage"


class CoverageRun:
    """The value coverage of a test run, registered as a plugin in the process that reports it.

    Args:
        config: pytest's configuration.
        options: what the user requests.
        recording: what is served to tests.

    Raises:
        pytest.UsageError: a report cannot be written.
    """

    def __init__(self, config: pytest.Config, options: CoverageOptions, recording: RecordingRun) -> None:
        """Require that all files can be written."""
        self._recording = recording
        self._options = options
        self._data_file = config.rootpath / DATA_FILE
        self._percent = 100.0
        self._error = ""
        self._is_reported = self._has_run = False
        self._require_distinct_paths()
        self._require_writable()

    def pytest_runtest_logstart(self) -> None:
        """Note that a test has started."""
        self._has_run = True

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the data file and the reports, and fail the run below the minimum."""
        if session.config.option.collectonly or session.exitstatus == pytest.ExitCode.USAGE_ERROR:
            return  # no test was meant to run: the data file of the last run stays
        self._is_reported = True
        served = self._recording.served
        if not served.contracts:
            served.add_contract(contract_of_options(session.config))
        self._percent = total_percent(served)
        try:
            self._write()
        except (CoverageError, OutputError) as error:
            self._error = str(error)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self._is_below_minimum and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter") -> None:
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
        yield from text_lines(self._recording.served) if is_table else (total,)
        if not self._recording.served.service_masks:
            yield "no response was served: no test has requested anything from the fixture smartflo"
        yield from (f"{report.format}: {report.path}" for report in self._options.reports if report.path)

    def _require_writable(self) -> None:
        require_output_path("--smartflo-coverage", self._data_file)
        for report in self._options.reports:
            if report.path is not None:
                require_output_path("--smartflo-coverage", report.path, is_folder=report.format == "html")

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
        """Write the reports and the data file. That of the last run stays if no test has started."""
        if self._has_run or not self._data_file.exists():
            with replace_file(self._data_file) as file:
                file.write(self._recording.served.encode())
        for report in self._options.reports:
            if report.path is not None:
                WRITERS[report.format](self._recording.served, report.path)
