"""A worker saves its state once, and confirms no write after that."""

import multiprocessing
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from flask.testing import FlaskClient

from smartflo_contract.mock_server import create_app
from smartflo_contract.mock_server.app import EXTENSION
from smartflo_contract.mock_server.errors import StateError
from smartflo_contract.mock_server.server.state_file import StateFile
from smartflo_contract.mock_server.server.state_saver import SavedState, StateSaver

ME = {"Authorization": "Bearer me"}


@pytest.fixture(name="saved")
def _saved(tmp_path: Path) -> SavedState:
    return SavedState(StateFile(tmp_path / "state.json"))


@pytest.fixture(name="app")
def _app() -> Flask:
    return create_app()


def add_lead(client: FlaskClient, number: str) -> int:
    """Add a lead, and return the status."""
    return client.post("/v1/broadcast/lead/8669", json={"field_0": number}, headers=ME).status_code


def test_holds_back_what_is_not_saved(saved: SavedState, app: Flask, tmp_path: Path) -> None:
    """A response before the save is sent and its write saved; one after it is held back, and its write is not saved."""
    held = Event()
    saver = StateSaver(saved, app.extensions[EXTENSION], held.set)
    app.wsgi_app = saver.wrap(app.wsgi_app)  # type: ignore[method-assign,assignment]
    client = app.test_client()
    assert (200, False) == (add_lead(client, "5550000042"), held.is_set())
    saver.save()
    add_lead(client, "5550000043")
    saver.save()

    assert held.is_set()
    content = (tmp_path / "state.json").read_text()
    assert ("5550000042" in content, "5550000043" in content) == (True, False)


def test_parent_waits_for_save(saved: SavedState, app: Flask, tmp_path: Path) -> None:
    """The request of the parent returns after the state is saved, although the worker has not ended."""
    StateSaver(saved, app.extensions[EXTENSION])
    never, _sender = multiprocessing.Pipe(duplex=False)

    assert saved.request(never.fileno()) is None
    assert (tmp_path / "state.json").exists()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (StateError("state x: cannot save"), "state x: cannot save"),
        (RecursionError("too deep"), "state {file}: not saved: RecursionError: too deep"),
    ],
)
def test_parent_gets_error_of_save(
    saved: SavedState, app: Flask, error: Exception, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any error of the worker is returned in the parent, so that it exits with it."""

    def fail(*_: object) -> None:
        raise error

    StateSaver(saved, app.extensions[EXTENSION])
    monkeypatch.setattr(StateFile, "save", fail)
    never, _sender = multiprocessing.Pipe(duplex=False)

    assert message.format(file=saved.file) == str(saved.request(never.fileno()))


def test_reports_worker_that_ended_while_saving(saved: SavedState) -> None:
    """A worker that has restored its state must save it; one that ended before had nothing to save."""
    ended, sender = multiprocessing.Pipe(duplex=False)
    sender.close()
    assert saved.request(ended.fileno()) is None
    saved.send("restored")

    assert "not saved, because the worker process ended" in str(saved.request(ended.fileno()))
