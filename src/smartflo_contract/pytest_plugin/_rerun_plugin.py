"""What the plugins that run tests again share: which tests passed in the usual run, and the switch of mutants."""

from contextlib import AbstractContextManager
from typing import Final

import pytest

from smartflo_contract.coverage.recording import context_name
from smartflo_contract.pytest_plugin._mutant_switch import MutantSwitch
from smartflo_contract.pytest_plugin._recording import RecordingRun
from smartflo_contract.pytest_plugin._server import SmartfloServer

INTERRUPTED: Final = 130
"""Exit status of a run that was interrupted while tests ran again."""


class RerunPlugin:
    """A plugin that runs tests again after the usual run, with mutants.

    Args:
        recording: what is served to tests.
    """

    def __init__(self, recording: RecordingRun) -> None:
        """Start without tests."""
        self._recording = recording
        self._switch = MutantSwitch()
        self._passed: dict[str, float] = {}
        self._failed: dict[str, None] = {}

    def serving(self, server: SmartfloServer) -> AbstractContextManager[None]:
        """Return a context in which the mutants of the run are set for a fake."""
        return self._switch.serving(server)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note which tests pass and how long they take with their fixtures, and which fail."""
        name = context_name(report.nodeid)
        if report.failed:
            self._failed[name] = None
        elif report.when == "call" and report.passed:
            self._passed[name] = 0.0
        if name in self._passed:
            self._passed[name] += report.duration
