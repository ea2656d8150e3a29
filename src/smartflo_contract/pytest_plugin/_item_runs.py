"""Run a test again in the same process, with fresh fixtures of the function, and without a trace in reports."""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from os import devnull
from pathlib import Path
from typing import Any, Final, Self

import pytest

from smartflo_contract.coverage import Recording
from smartflo_contract.mutants import Mutant
from smartflo_contract.mutation.covering import covering_contexts
from smartflo_contract.mutation.decider import Outcome, StoppedError
from smartflo_contract.pytest_plugin._few_examples import few_examples
from smartflo_contract.pytest_plugin._mutant_switch import MutantSwitch
from smartflo_contract.pytest_plugin._recording import RecordingRun
from smartflo_contract.schemas.printable import escape_unprintable

MIN_LIMIT_SECONDS: Final = 10.0
LIMIT_FACTOR: Final = 5
"""A test may take this many times as long as in the usual run, but at least ``MIN_LIMIT_SECONDS``."""
_SILENCED: Final = (
    "pytest_runtest_logstart",
    "pytest_runtest_logreport",
    "pytest_runtest_logfinish",
    "pytest_warning_recorded",
    "pytest_exception_interact",
)
"""Hooks that report about a test: their plugins count, print and store it, and stop the run after some failures."""
_LOG_HANDLERS: Final = ("log_cli_handler", "log_file_handler")
_MAX_REASON: Final = 200
_ENDED: Final = (Exception, pytest.fail.Exception, pytest.skip.Exception, BaseExceptionGroup)
"""What a fixture may raise when it ends."""


class ItemRunner:
    """Runs tests of a session again, as a context manager and a plugin; it is a ``Runner`` of the decider.

    Objects of wider scope than a function stay from one test to the next. They are made without a mutant, because they
    outlive it. Those of some tests are made again with each mutant instead, and end with the test.

    Args:
        session: the session, after its usual run.
        recording: what the fakes serve.
        switch: sets the mutant.
        items: the tests by name.
        seconds: how long each test took in the usual run.
        run_fresh: runs tests with a mutant in a new process.
        note_position: called with the test and the mutant before each run.
        renewed_scopes: the widest scope of the objects that are made again with each mutant, by test.
    """

    def __init__(
        self,
        session: pytest.Session,
        recording: RecordingRun,
        switch: MutantSwitch,
        *,
        items: Mapping[str, pytest.Item],
        seconds: Mapping[str, float],
        run_fresh: Callable[[Sequence[str], Mutant], Outcome],
        note_position: Callable[[str, Mutant | None], None],
        renewed_scopes: Mapping[str, str] | None = None,
    ) -> None:
        """Start without reports."""
        self.run_fresh = run_fresh
        self._session = session
        self._recorder = recording.recorder
        self._switch = switch
        self._items = items
        self._seconds = seconds
        self._note_position = note_position
        self._renewed_scopes = renewed_scopes or {}
        self._is_renewed = False
        self._reports: list[pytest.TestReport] = []
        self._contexts = ExitStack()
        self._is_late = False

    def __enter__(self) -> Self:
        """Silence the plugins that report about tests."""
        manager = self._session.config.pluginmanager
        self._contexts.enter_context(_silenced_hooks(manager))
        self._contexts.enter_context(_silenced_output(self._session.config))
        manager.register(self)
        self._contexts.callback(manager.unregister, self)
        return self

    def __exit__(self, *_: object) -> None:
        """End all objects, and let the plugins report again."""
        try:
            self.renew()
        finally:
            self._contexts.close()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        """Set no mutant while an object of wider scope than a function is made."""
        if fixturedef.scope == "function" or self._is_renewed:
            return (yield)
        with self._switch.suspended():
            try:
                return (yield)
            finally:
                self._recorder.take()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a report of the test, or of a part of it."""
        self._reports.append(report)

    def run(self, test: str, mutant: Mutant | None) -> Outcome:
        """Run a test again, with a mutant or without one.

        Raises:
            StoppedError: a test or a plugin has stopped the session.
        """
        item = self._items[test]
        self._note_position(test, mutant)
        self._reports.clear()
        scope = "function" if mutant is None else self._renewed_scopes.get(test, "function")
        around = _node_around(item, scope)
        self._is_renewed = scope != "function"
        self._end(around if self._is_renewed else item)
        self._recorder.take()
        self._switch.set(None if mutant is None else mutant.id)
        failure = ""
        try:
            with self._time_limit(self._seconds.get(test, 0.0)), few_examples(item):
                # Pytest ends the objects that the next test does not share: those of the function.
                item.ihook.pytest_runtest_protocol(item=item, nextitem=item.parent)
        except (pytest.exit.Exception, pytest.fail.Exception) as error:
            failure = _first_line(str(error)) or type(error).__name__
        finally:
            served, served_ids = self._switch.served, self._switch.served_ids
            self._switch.set(None)
        failed = next((report for report in self._reports if report.failed), None)
        failure = failure or ("" if failed is None else failure_reason(failed))
        if failure or self._is_late or self._is_renewed:
            self._end(None if self._is_late else around)
        self._require_running()
        recording = self._recorder.take()
        return Outcome(
            test if failure or self._is_late else "",
            failure,
            is_timeout=self._is_late,
            served=served,
            served_ids=served_ids,
            is_cached=mutant is not None and not served and not _is_covered(recording, test, mutant),
        )

    def renew(self) -> None:
        """End the objects that tests share, so that they are made again."""
        self._end(None)

    def _end(self, node: Any) -> None:
        """End the objects that a test, or another node, does not need. There is no public function for it."""
        try:
            self._session._setupstate.teardown_exact(node)  # noqa: SLF001 - see above
        except _ENDED:  # of an object that a mutant may have broken
            return

    def _require_running(self) -> None:
        reason = self._session.shouldfail or self._session.shouldstop
        if reason:
            message = f"a test stopped the run: {reason}"
            raise StoppedError(message)

    @contextmanager
    def _time_limit(self, usual_seconds: float) -> Iterator[None]:
        """Fail the test if it takes too long. Only the main thread can be interrupted, and not on Windows."""
        self._is_late = False
        if (
            not hasattr(signal, "setitimer")
            or threading.current_thread() is not threading.main_thread()
            or signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL  # another plugin limits the time
        ):
            yield
            return
        limit = max(MIN_LIMIT_SECONDS, LIMIT_FACTOR * usual_seconds)

        def interrupt(*_: object) -> None:
            self._is_late = True
            pytest.fail(f"took more than {limit:.0f} s", pytrace=False)

        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, limit)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _node_around(item: pytest.Item, scope: str) -> Any:
    """Return the innermost node around those that own objects of a scope; ``None`` if the session may own them."""
    owners = {"function": item, "class": item.getparent(pytest.Class) or item, "module": item.getparent(pytest.Module)}
    owner = owners.get(scope)
    return None if owner is None else owner.parent


def _is_covered(recording: Recording, test: str, mutant: Mutant) -> bool:
    return test in covering_contexts(recording, mutant)


def failure_reason(report: pytest.TestReport) -> str:
    """Return the first line of a failure."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = report.longreprtext.strip() if crash is None else str(crash.message)
    return _first_line(text) or "failed"


def _first_line(text: str) -> str:
    line = escape_unprintable(next(iter(text.strip().splitlines()), ""))
    return line if len(line) <= _MAX_REASON else f"{line[:_MAX_REASON]}..."


@contextmanager
def _silenced_hooks(manager: pytest.PytestPluginManager) -> Iterator[None]:
    """Return a context in which no plugin that is registered already is told about tests. There is no public way."""
    calls = [getattr(manager.hook, name)._hookimpls for name in _SILENCED]  # noqa: SLF001 - see above
    kept = [list(implementations) for implementations in calls]
    for implementations in calls:
        implementations.clear()
    try:
        yield
    finally:
        for implementations, before in zip(calls, kept, strict=True):
            implementations[:] = before


@contextmanager
def _silenced_output(config: pytest.Config) -> Iterator[None]:
    """Return a context in which live logs, and output that pytest does not capture, are dropped."""
    logging_plugin = config.pluginmanager.get_plugin("logging-plugin")
    handlers = [getattr(logging_plugin, name, None) for name in _LOG_HANDLERS]
    with ExitStack() as contexts:
        for handler in filter(None, handlers):
            handler.addFilter(_drop)
            contexts.callback(handler.removeFilter, _drop)
        if config.getoption("capture", default="no") == "no":
            stream = contexts.enter_context(Path(devnull).open("w", encoding="utf-8"))
            contexts.enter_context(redirect_stdout(stream))
            contexts.enter_context(redirect_stderr(stream))
        yield


def _drop(_record: object) -> bool:
    return False
