"""Data files to which several processes add."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from smartflo_contract.coverage import Recording, read_recording
from smartflo_contract.coverage.data_file import DataFile
from smartflo_contract.live.errors import OutputError


def recording_of(*contexts: str) -> Recording:
    """Return a recording in which each context was served one cell."""
    recording = Recording()
    for context in contexts:
        recording.add_service(context, 1)
    return recording


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_replaces_data_file_of_an_earlier_run(path: Path) -> None:
    """A new run starts without the contexts of the last one."""
    path.write_bytes(recording_of("earlier").encode())
    DataFile(path).replace(recording_of("new"))

    assert ["new"] == read_recording(path).contexts()


@pytest.mark.parametrize("content", [None, b""])
def test_creates_missing_file_and_replaces_empty_one(path: Path, content: bytes | None) -> None:
    """A file that mktemp has created is empty."""
    if content is not None:
        path.write_bytes(content)
    DataFile(path).replace(recording_of("new"))

    assert ["new"] == read_recording(path).contexts()


@pytest.mark.parametrize(
    "content",
    [b"notes\n", b"SQLite format 3\0", b'{"format": "smartflo-coverage", "version": 1', b'{"format": "other"}', b"[]"],
)
def test_never_replaces_another_file(path: Path, content: bytes) -> None:
    """Files of other programs, and damaged ones, are kept, also if they appear while the fake runs."""
    file = DataFile(path)
    path.write_bytes(content)

    for write in (file.replace, file.add):
        with pytest.raises(OutputError, match=r"^cannot write .*data: the file exists and is not a coverage data file"):
            write(recording_of("new"))
    assert content == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_rejects_folder(tmp_path: Path) -> None:
    """A folder is no file."""
    with pytest.raises(OutputError, match="Is a directory"):
        DataFile(tmp_path).replace(Recording())


def test_rejects_missing_folder(tmp_path: Path) -> None:
    """A folder that does not exist is not created."""
    file = DataFile(tmp_path / "missing" / "data")

    for write in (file.replace, file.add):
        with pytest.raises(OutputError, match="No such file or directory"):
            write(Recording())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")
def test_rejects_pipe(path: Path) -> None:
    """A pipe has no content to merge with; opening one would wait for its reader."""
    os.mkfifo(path)

    with pytest.raises(OutputError, match="not a regular file"):
        DataFile(path).replace(Recording())


def test_merges_what_another_process_has_written(path: Path) -> None:
    """No worker replaces the recording of another one."""
    one, two = DataFile(path), DataFile(path)
    one.add(recording_of("one"))
    two.add(recording_of("two"))
    one.add(recording_of("one", "one again"))

    assert ["one", "one again", "two"] == read_recording(path).contexts()


def test_creates_deleted_file_again(path: Path) -> None:
    """Deleting the file does not stop the recording."""
    file = DataFile(path)
    file.replace(Recording())
    path.unlink()

    assert file.is_missing
    file.add(recording_of("one"))
    assert ["one"] == read_recording(path).contexts()


def test_keeps_symbolic_link(path: Path, tmp_path: Path) -> None:
    """The file that the link leads to is replaced."""
    (tmp_path / "link").symlink_to(path)
    DataFile(tmp_path / "link").replace(recording_of("new"))

    assert ["new"] == read_recording(path).contexts()
    assert (tmp_path / "link").is_symlink()


def test_writers_at_the_same_time_lose_nothing(path: Path) -> None:
    """Each writer locks the file, also after others have replaced it."""

    def write(writer: int) -> None:
        file, recording = DataFile(path), Recording()
        for number in range(8):
            recording.add_service(f"{writer} {number}", 1)
            file.add(recording)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))

    assert sorted(f"{writer} {number}" for writer in range(4) for number in range(8)) == read_recording(path).contexts()
