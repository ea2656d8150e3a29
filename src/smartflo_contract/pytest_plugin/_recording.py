"""What the fakes of a test run serve to each test: recorded in each process, and sent with the reports of tests."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from smartflo_contract.coverage import Recorder, Recording, contract_cells
from smartflo_contract.coverage.recording import context_name
from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.config.validation import configured_contract
from smartflo_contract.mock_server.observer import Observer
from smartflo_contract.pytest_plugin._settings import setting
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.grammar import format_count

OUTSIDE: Final = "(outside of tests)"
"""Context of requests while no test runs."""
_SCOPES: Final = ("", "class", "module", "package", "session")
"""Scopes of fixtures, the widest last."""
_ATTRIBUTE: Final = "smartflo_coverage"
"""Attribute of a test report with the recording of the test; xdist sends it to the controller."""
_CLOSING_FIXTURE: Final = "smartflo_missing_lead"
"""Fixture whose tests are served what the other tests are not, and would be left out of the next run otherwise."""
_NOTES: Final = "smartflo_coverage_notes"
_REST: Final = "smartflo_coverage_rest"
"""Output of a worker of xdist: what it served after its last report."""


class RecordingRun:
    """What the fakes of one process serve to tests, registered as a plugin.

    Args:
        config: pytest's configuration.

    Attributes:
        recorder: the observer of the fakes of this process.
        served: what was served so far; of all processes in the controller of xdist.
        contract: contract of the fake of the fixtures; ``None`` before it starts.
        shared: what fixtures of wider scope than a function were served, by the tests of this process that use them.
        scopes: the widest scope of those fixtures, by test.
        is_closed: whether tests run again for another purpose, and what they are served no longer counts.
    """

    def __init__(self, config: pytest.Config) -> None:
        """Start without responses."""
        self.recorder = Recorder()
        self.served = Recording()
        self.shared = Recording()
        self.scopes: dict[str, str] = {}
        self.contract: Contract | None = None
        self.is_closed = False
        self._unsent = Recording()
        self._in_setup: list[Recording] = []
        self._by_fixture: dict[pytest.FixtureDef[Any], Recording] = {}
        self._is_worker = hasattr(config, "workerinput")

    def observer_of(self, config: Config) -> Observer:
        """Return the observer of a fake, whose contract is reported even if no leads are served."""
        self.contract = configured_contract(config.profile, config.overlay)
        self.recorder.add_contract(self.contract)
        return self.recorder

    def close(self) -> None:
        """Count no further responses."""
        if not self.is_closed:
            self.served.merge(self._take())
            self.is_closed = True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Attribute the responses during a test to it."""
        self.recorder.context = context_name(item.nodeid)
        try:
            return (yield)
        finally:
            self.recorder.context = OUTSIDE

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        """Note what a fixture of wider scope than a function is served: it concerns all tests that use the fixture."""
        if fixturedef.scope == "function" or self.is_closed:
            return (yield)
        self._collect()
        served = Recording()
        self._in_setup.append(served)
        try:
            return (yield)
        finally:
            self._collect()
            self._in_setup.remove(served)
            self._by_fixture[fixturedef] = served

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Attach what was served to the last report of a test."""
        report = yield
        if call.when == "teardown" and not self.is_closed:
            self._add_shared(item)
            recording = self._take()
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
        """Count what was served after the last report, and send it to the controller of xdist."""
        if session.shouldfail or session.shouldstop:
            self.served.notes.add("the run stopped before its last test")
        if not self._is_worker:
            self.close()
            return
        rest = Recording() if self.is_closed else self._take()
        session.config.workeroutput |= {  # type: ignore[attr-defined]
            _NOTES: sorted(self.served.notes),
            _REST: rest.as_dict(portable=False),
        }

    def _take(self) -> Recording:
        """Return what was served since the last call."""
        self._collect()
        recording, self._unsent = self._unsent, Recording()
        return recording

    def _collect(self) -> None:
        """Attribute what was served since the last call to the fixtures that are made."""
        recording = self.recorder.take()
        for each in (self._unsent, *self._in_setup):
            each.merge(recording)

    def _add_shared(self, item: pytest.Item) -> None:
        """Attribute what the fixtures of a test were served to it, whichever test they were made for."""
        test, names = context_name(item.nodeid), getattr(item, "fixturenames", ())
        for fixture, recording in self._by_fixture.items():
            if fixture.argname not in names or not item.nodeid.startswith(fixture.baseid):
                continue
            for masks in recording.lead_masks.values():
                for name, mask in masks.items():
                    cells = contract_cells(recording.contracts[name])
                    self.shared.add_leads(test, cells, mask)
            if recording.lead_masks:
                self.scopes[test] = max(fixture.scope, self.scopes.get(test, ""), key=_SCOPES.index)


def contract_of_options(config: pytest.Config) -> Contract:
    """Return the contract that options and ini keys select."""
    profile, overlay = setting(config, "profile"), setting(config, "overlay")
    return load_contract(profile or "sample", config.rootpath / overlay if overlay else None)
