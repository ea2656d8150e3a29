"""A data file to which workers of a fake, or several fakes, add what they have served while they run."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from smartflo_contract.coverage.errors import CoverageError
from smartflo_contract.coverage.recording import Recording, read_recording
from smartflo_contract.live.errors import OutputError
from smartflo_contract.live.output_files import replace_file, require_writable

if sys.platform != "win32":
    import fcntl

_FOREIGN: Final = "the file exists and is not a coverage data file of this version; choose another path, or delete it"
_NOT_A_FILE: Final = "not a regular file"


class _Version(NamedTuple):
    """What changes if another process replaces a file."""

    inode: int
    modified: int
    size: int


class DataFile:
    """A data file that other processes may add to at the same time. Each write replaces it as a whole.

    Args:
        path: the file. It need not exist, and may be empty.
    """

    def __init__(self, path: Path) -> None:
        """Keep the path."""
        self._path = path
        self._written: _Version | None = None

    @property
    def is_missing(self) -> bool:
        """Whether the file does not exist."""
        return not self._path.exists()

    def replace(self, recording: Recording) -> None:
        """Replace the content by a recording.

        Raises:
            OutputError: the file cannot be written, or is not a data file.
        """
        if self._path.exists() and not self._path.is_file() and not self._path.is_dir():
            raise OutputError(self._path, _NOT_A_FILE)
        require_writable(self._path)
        with self._locked():
            self.read()
            self._write(recording)

    def add(self, recording: Recording) -> None:
        """Merge a recording with the content, which other processes may have changed.

        Raises:
            OutputError: the file cannot be written, or is not a data file any more.
        """
        with self._locked():
            if _version(self._path) != self._written:
                recording.merge(self.read())
            self._write(recording)

    def read(self) -> Recording:
        """Return the content. A file that is missing or empty has none.

        Raises:
            OutputError: the file cannot be read, or is not a data file any more.
        """
        try:
            if not self._path.exists() or not self._path.stat().st_size:
                return Recording()
            return read_recording(self._path)
        except OSError as error:
            raise OutputError(self._path, error.strerror) from None
        except CoverageError:
            raise OutputError(self._path, _FOREIGN) from None

    def _write(self, recording: Recording) -> None:
        with replace_file(self._path) as file:
            file.write(recording.encode())
            file.flush()
            self._written = _version(file.fileno())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Wait until no other process writes the file, and keep others from it.

        A writer replaces the file, so its lock counts only while the path leads to the file that was locked.
        """
        while True:
            try:
                descriptor = os.open(self._path, os.O_RDONLY | os.O_CREAT, 0o666)
            except OSError as error:
                raise OutputError(self._path, error.strerror) from None
            try:
                _wait_for_lock(descriptor)
                if _version(descriptor) == _version(self._path):
                    yield
                    return
            finally:
                os.close(descriptor)


def _wait_for_lock(descriptor: int) -> None:
    """Lock a file until its descriptor is closed. Windows has no such lock, and only one worker."""
    if sys.platform != "win32":
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _version(file: Path | int) -> _Version | None:
    """Return the version of a file, ``None`` if it is missing."""
    try:
        status = os.stat(file)  # noqa: PTH116 - descriptors too
    except FileNotFoundError:
        return None
    return _Version(status.st_ino, status.st_mtime_ns, status.st_size)
