"""The journal of fakes that share a store, through the admin API: each fake shows the requests of all."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection

from smartflo_contract.mock_server import Config, FakeSmartflo, create_app
from smartflo_contract.mock_server.app import EXTENSION
from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.journal.entry import JournalEntry
from smartflo_contract.mock_server.stores.engine import Database
from smartflo_contract.mock_server.stores.sql_journal import SqlJournal

ME = {"Authorization": "Bearer me"}
OTHER = {"Authorization": "other"}
LEADS = "/v1/broadcast/leads/8668"
ID = "X-Smartflo-Fake-Request"


@pytest.fixture(name="url", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def _url(request: pytest.FixtureRequest, tmp_path: object) -> str:
    """Return the URL of an empty store in a database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path}/fake.db"


@pytest.fixture(name="start")
def _start(url: str) -> Iterator[Callable[[], FlaskClient]]:
    """Yield a function that creates a fake on the store, and returns its client."""
    with ExitStack() as stack:

        def start() -> FlaskClient:
            app = create_app(Config(store=url, workers=2))
            stack.callback(app.extensions[EXTENSION].close)
            return app.test_client()

        yield start


def test_each_worker_shows_the_requests_of_all(start: Callable[[], FlaskClient]) -> None:
    """Whichever worker is asked finds, counts and waits for every request, by the id that its response had."""
    first, second = start(), start()
    ids = [int(client.get(LEADS, headers=ME).headers[ID]) for client in (first, second, first, second)]
    second.get("/nothing", headers=ME)
    second.get(LEADS, headers=OTHER)

    for client in (first, second):
        found = client.post("/__admin/requests/find", json={"path": LEADS}, headers=ME).get_json()
        assert ids == [entry["id"] for entry in found["requests"]] == sorted(ids)
        later = client.get(f"/__admin/requests?after={ids[1]}", headers=ME).get_json()
        assert [*ids[2:], later["requests"][-1]["id"]] == [entry["id"] for entry in later["requests"]]
        counted = client.post("/__admin/requests/count", json={"path": LEADS}, headers=ME).get_json()
        assert (4, 0) == (counted["total"], counted["dropped"])
        wait = {"path": LEADS, "count": 4, "timeout": 5}
        assert client.post("/__admin/requests/wait", json=wait, headers=ME).get_json()["met"]
        unmatched = client.get("/__admin/requests/unmatched", headers=ME).get_json()
        assert ["/nothing"] == [entry["path"] for entry in unmatched["requests"]]
    first.post("/__admin/reset", headers=ME)
    assert [0, 1] == [second.get("/__admin/requests", headers=each).get_json()["total"] for each in (ME, OTHER)]


@pytest.fixture(name="late_write")
def _late_write(start: Callable[[], FlaskClient], monkeypatch: pytest.MonkeyPatch) -> tuple[FlaskClient, list[int]]:
    """Return a worker, and the ids of two requests that come when it first reads the journal: none before.

    The first is answered by another worker, and is not written yet when the second is.
    """
    reader, other = start(), start()
    ids: list[int] = []
    after = SqlJournal.after

    def after_requests(journal: SqlJournal, last_id: int, account_id: str | None) -> Iterator[JournalEntry]:
        if not ids:
            ids.extend(int(fake.get(LEADS, headers=ME).headers[ID]) for fake in (other, reader))
            journal.write_behind()  # the other one waits for its next interval
        return after(journal, last_id, account_id)

    monkeypatch.setattr(SqlJournal, "after", after_requests)
    return reader, ids


def test_stream_has_requests_that_are_written_late(late_write: tuple[FlaskClient, list[int]]) -> None:
    """A stream sends the requests of all workers in order, although one writes later than another wrote newer ones."""
    reader, ids = late_write
    stream = reader.get("/__admin/requests", headers=ME | {"Accept": "text/event-stream"}, buffered=False)
    pieces = stream.iter_encoded()
    sent = _ids(next(pieces))
    ids.append(int(reader.get(LEADS, headers=ME).headers[ID]))
    while ids[-1] not in sent:
        sent += _ids(next(pieces))
    stream.close()

    assert ids == sent


def test_pages_have_requests_that_are_written_late(late_write: tuple[FlaskClient, list[int]]) -> None:
    """A client that continues after the last id of a page gets every request of all workers."""
    reader, ids = late_write
    read: list[int] = []
    for _ in range(2):
        page = reader.get(f"/__admin/requests?after={max(read, default=0)}", headers=ME).get_json()["requests"]
        read += [entry["id"] for entry in page]

    assert ids == read


def _ids(piece: bytes) -> list[int]:
    """Return the ids of the events in a part of a stream."""
    return [int(number) for number in re.findall(rb"^id: (\d+)$", piece, re.MULTILINE)]


def test_journal_survives_the_fake(start: Callable[[], FlaskClient], url: str) -> None:
    """A fake that starts later, in a thread of this process, shows what an earlier one has answered."""
    with FakeSmartflo(Config(store=url)) as fake:
        fake.app.test_client().get(LEADS, headers=ME)
    with FakeSmartflo(Config(store=url)) as fake:
        fake.app.test_client().get(LEADS, headers=ME)

    assert 2 == start().get("/__admin/requests", headers=ME).get_json()["total"]


def test_journal_of_unavailable_store_is_a_problem(
    start: Callable[[], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader gets 503 with the reason; later, it gets the requests that were answered meanwhile."""
    client = start()

    @contextmanager
    def fail(*_: object, **__: object) -> Iterator[Connection]:
        message = "store: database is locked"
        raise StoreUnavailable(message)
        yield

    with monkeypatch.context() as patch:
        patch.setattr(Database, "transaction", fail)
        assert 200 == client.get(LEADS, headers=ME).status_code
        problem = client.get("/__admin/requests", headers=ME)

    assert (503, "store: database is locked") == (problem.status_code, problem.get_json()["detail"])
    assert 1 == client.get("/__admin/requests", headers=ME).get_json()["total"]
