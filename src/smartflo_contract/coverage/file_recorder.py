"""Record the responses of ``serve`` in a data file, which is written while the fake runs and when it ends."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Final, NamedTuple

from smartflo_contract.coverage.data_file import DataFile
from smartflo_contract.coverage.recorder import Recorder, report_of
from smartflo_contract.coverage.recording import Recording
from smartflo_contract.live.errors import OutputError
from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.config.validation import configured_contract

WRITE_INTERVAL_SECONDS: Final = 0.5
"""Time between two writes. It is less than the time that a worker has to end."""
_PAUSE_FACTOR: Final = 9
"""Minimum ratio of the time between two writes to the time of a write: large files take a tenth of the time."""


class FileRecorder(Recorder):
    """Records the responses of one worker, and adds them to a data file that all workers share.

    Args:
        path: the data file.
        config: the configuration of the fake.
        interval_seconds: time between two writes.
    """

    def __init__(self, path: Path, config: Config, interval_seconds: float = WRITE_INTERVAL_SECONDS) -> None:
        """Start to write in a thread, while there is something new."""
        super().__init__()
        self.add_contract(configured_contract(config.profile, config.overlay))
        self._file = DataFile(path)
        self._has_others = config.workers > 1
        self._interval_seconds = interval_seconds
        self._written_changes = 0
        self._error = ""
        self._writing = Lock()
        self._closed = Event()
        Thread(target=self._write_until_closed, name="write-coverage", daemon=True).start()

    def renew_locks(self) -> None:
        """Replace the locks in a forked process, which does not write."""
        super().renew_locks()
        self._writing = Lock()

    def report(self, account_id: str | None = None, context: str | None = None) -> Mapping[str, Any]:
        """Return what was recorded so far; for all accounts, also what other workers have written to the file.

        Args:
            account_id: only what this worker served to this account; ``None`` for all.
            context: only this context, as the request named it or as reports name it; ``None`` for all.
        """
        if account_id is not None or not self._has_others:
            return super().report(account_id, context)
        recording = self.copy()
        try:
            recording.merge(self._file.read())
        except OutputError as error:
            self._print_error(str(error))
        return report_of(recording, context)

    def close(self) -> None:
        """Write what is new, or everything if the file was deleted, and stop."""
        self._closed.set()
        self._write(is_last=True)

    def _write_until_closed(self) -> None:
        pause = self._interval_seconds
        while not self._closed.wait(pause):
            start = monotonic()
            self._write()
            pause = max(self._interval_seconds, _PAUSE_FACTOR * (monotonic() - start))

    def _write(self, *, is_last: bool = False) -> None:
        """Write what is new. An error is printed once, and does not stop the fake; the next write tries again."""
        with self._writing:
            changes = self.changes
            if changes == self._written_changes and not (is_last and self._file.is_missing):
                return
            try:
                self._file.add(self.copy())
            except OutputError as error:
                self._print_error(str(error))
            else:
                self._written_changes = changes

    def _print_error(self, message: str) -> None:
        if message != self._error:
            self._error = message
            with suppress(OSError, ValueError):  # standard error may be closed
                sys.stderr.write(f"value coverage is not saved: {message}\n")
                sys.stderr.flush()


class FileObservers(NamedTuple):
    """Creates the recorders of the workers of ``serve``.

    Attributes:
        path: the data file.
    """

    path: Path

    def start(self, config: Config) -> None:
        """Replace the data file of an earlier run by an empty one.

        Raises:
            OutputError: the file cannot be written, or is not a data file.
        """
        recording = Recording()
        recording.add_contract(configured_contract(config.profile, config.overlay))
        DataFile(self.path).replace(recording)

    def create(self, config: Config) -> FileRecorder:
        """Return the recorder of a worker."""
        return FileRecorder(self.path, config)
