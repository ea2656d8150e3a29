"""The recorder of a worker of ``serve``, which writes while the fake runs and when it ends."""

import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from smartflo_contract.coverage import read_recording
from smartflo_contract.coverage.file_recorder import FileObservers, FileRecorder
from smartflo_contract.live.errors import OutputError
from smartflo_contract.mock_server import Config, create_app

NEVER_SECONDS = 3600.0
DEADLINE_SECONDS = 30

Record = Callable[..., FileRecorder]


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    FileObservers(path).start(Config())
    return path


@pytest.fixture(name="recorder")
def _recorder(path: Path) -> FileRecorder:
    """Return a recorder that writes only at its end."""
    return FileRecorder(path, Config(), NEVER_SECONDS)


@pytest.fixture(name="client")
def _client(recorder: FileRecorder) -> FlaskClient:
    return client_of(recorder)


@pytest.fixture(name="often")
def _often(path: Path) -> Iterator[FileRecorder]:
    """Yield a recorder that writes all the time."""
    recorder = FileRecorder(path, Config(), 0.001)
    yield recorder
    recorder.close()


def client_of(recorder: FileRecorder) -> FlaskClient:
    """Return a client of a fake that is recorded."""
    client = create_app(Config(), observer=recorder).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "any-text"
    return client


def get(client: FlaskClient, context: str) -> None:
    """Send a request in a context."""
    client.get("/v1/broadcast/leads/8668", headers={"X-Smartflo-Fake-Context": context})


def reported_contexts(recorder: FileRecorder, context: str | None = None) -> set[str]:
    """Return the contexts in the report of all accounts, or of one context."""
    contracts = recorder.report(context=context)["contracts"]
    return {each["context"] for contract in contracts for each in contract["contexts"]}


def wait_until(is_met: Callable[[], bool]) -> None:
    """Wait until a thread has done something."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_met():
        assert time.monotonic() < deadline


def test_start_writes_contract_without_responses(path: Path) -> None:
    """A run without requests has a report in which all cells are missing."""
    recording = read_recording(path)

    assert (["smartflo.cells"], []) == (list(recording.contracts), recording.contexts())


def test_start_rejects_another_file(path: Path) -> None:
    """The file of another program is kept."""
    path.write_text("notes")

    with pytest.raises(OutputError, match="is not a coverage data file"):
        FileObservers(path).start(Config())
    assert "notes" == path.read_text()


def test_end_writes_everything(client: FlaskClient, recorder: FileRecorder, path: Path) -> None:
    """The file has each context after the end."""
    get(client, "one")
    get(client, "two")
    assert [] == read_recording(path).contexts()
    recorder.close()

    assert ["one", "two"] == read_recording(path).contexts()


def test_writes_while_fake_runs(often: FileRecorder, path: Path) -> None:
    """A fake that is killed has lost only what was not written yet."""
    client = client_of(often)
    for context in ("one", "two"):
        get(client, context)
        wait_until(lambda context=context: context in read_recording(path).contexts())  # type: ignore[misc]


def test_end_writes_nothing_if_nothing_is_new(client: FlaskClient, recorder: FileRecorder, path: Path) -> None:
    """A response with cells that its context was served before changes nothing."""
    get(client, "one")
    recorder.close()
    before = path.stat().st_ino
    get(client, "one")
    recorder.close()

    assert before == path.stat().st_ino


def test_end_restores_deleted_file(client: FlaskClient, recorder: FileRecorder, path: Path) -> None:
    """The file has everything after the end, even if it was deleted."""
    get(client, "one")
    recorder.close()
    path.unlink()
    recorder.close()

    assert ["one"] == read_recording(path).contexts()


def test_recorders_of_one_file_are_merged(path: Path) -> None:
    """Each worker of a read-only fake has a recorder."""
    recorders = [FileRecorder(path, Config(), NEVER_SECONDS) for _ in range(3)]
    for number, recorder in enumerate(recorders):
        get(client_of(recorder), str(number))
    for recorder in recorders:
        recorder.close()

    assert ["0", "1", "2"] == read_recording(path).contexts()


def test_report_has_what_other_workers_have_written(path: Path) -> None:
    """With several workers, the report of all accounts has the contexts of all."""
    first, second = (FileRecorder(path, Config(workers=2, read_only=True), NEVER_SECONDS) for _ in range(2))
    get(client_of(first), "one")
    get(client_of(second), "two")
    first.close()

    assert {"one"} == reported_contexts(first)
    assert {"one", "two"} == reported_contexts(second)
    second.close()
    assert {"one", "two"} == reported_contexts(first)
    assert {"two"} == reported_contexts(first, "two")


def test_report_without_its_file_has_what_this_worker_served(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not a data file any more is one line on standard error."""
    recorder = FileRecorder(path, Config(workers=2, read_only=True), NEVER_SECONDS)
    get(client_of(recorder), "one")
    path.write_text("notes")

    assert {"one"} == reported_contexts(recorder)
    assert "is not a coverage data file" in capsys.readouterr().err


def test_failed_write_is_one_line_and_repeated_later(
    client: FlaskClient, recorder: FileRecorder, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The fake goes on, and nothing is lost once the file can be written."""
    get(client, "one")
    content = path.read_bytes()
    path.write_text("notes")
    recorder.close()
    recorder.close()
    (line,) = capsys.readouterr().err.splitlines()
    path.write_bytes(content)
    recorder.close()

    assert line.startswith(f"value coverage is not saved: cannot write {path}: the file exists and is not")
    assert ["one"] == read_recording(path).contexts()


def test_file_has_the_contract_of_the_fake_once(tmp_path: Path) -> None:
    """The contract of an overlay is the one of the leads, wherever it is loaded."""
    (tmp_path / "overlay.json").write_text('{"properties": {"tier": {"enum": ["gold"]}}}')
    config = Config(profile="documented", overlay=tmp_path / "overlay.json")
    FileObservers(tmp_path / "data").start(config)
    recorder = FileRecorder(tmp_path / "data", config, NEVER_SECONDS)
    client = create_app(config, observer=recorder).test_client()
    client.get("/v1/broadcast/leads/8668", headers={"Authorization": "any-text"})
    recorder.close()

    recording = read_recording(tmp_path / "data")
    (cells,) = recording.all_cells()
    assert "tier" in {cell.group for cell in cells.cells}
    assert recording.served_mask(cells)


def test_works_in_a_forked_process(client: FlaskClient, recorder: FileRecorder, path: Path) -> None:
    """The locks of a forked process are free."""
    get(client, "one")
    recorder.renew_locks()
    recorder.close()

    assert ["one"] == read_recording(path).contexts()


def test_observers_can_be_sent_to_a_worker(tmp_path: Path) -> None:
    """Where processes are spawned, they are pickled."""
    observers = FileObservers(tmp_path / "data")

    assert observers == pickle.loads(pickle.dumps(observers))  # noqa: S301 - our own
