"""Faults of a store: a database that is gone, full, read-only or locked, and clocks that differ."""

import os
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from smartflo_contract.mock_server.accounts.store import Store
from smartflo_contract.mock_server.app import EXTENSION
from smartflo_contract.mock_server.config.store_url import parse_store_url
from smartflo_contract.mock_server.errors import StoreError, StoreUnavailable
from smartflo_contract.mock_server.stores import engine
from smartflo_contract.mock_server.stores.sql_store import SqlStore

from ...postgresql import PostgreSQL  # noqa: TID252 - test folders are no packages
from .conftest import ClientOf

ME = {"Authorization": "Bearer me"}
LEADS = "/v1/broadcast/leads/8669"
LEAD = "/v1/broadcast/lead/8669"


def add(client: FlaskClient, number: int, headers: dict[str, str] = ME) -> TestResponse:
    """Add a lead."""
    body = {"field_0": f"5550{number:06}", "field_1": f"soak {number}", "duplicate_option": "clone"}
    return client.post(LEAD, json=body, headers=headers)


def added(client: FlaskClient, headers: dict[str, str] = ME) -> list[int]:
    """Return the numbers of the leads that were added, in order."""
    response = client.get(LEADS, headers=headers)
    assert 200 == response.status_code, response.data
    names = [lead["field_1"] for lead in response.get_json()]
    return [int(name.removeprefix("soak ")) for name in names if name.startswith("soak ")]


def check_unavailable(response: TestResponse, url: str) -> None:
    """Check that a response is 503 in the vendor's shape, with a reason that names the store without its password."""
    reason = unquote(response.headers["X-Smartflo-Fake-Reason"])
    password = urlsplit(url).password

    assert 503 == response.status_code
    assert {"success", "message"} == response.get_json().keys()
    assert response.get_json()["success"] is False
    assert "store" in reason
    assert password is None or password not in reason + response.get_data(as_text=True)


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Hold the lock of all accounts in a transaction of another process, until the block ends."""
    database = engine.Database(parse_store_url(url), None)
    with database.transaction():
        yield
    database.close()


@pytest.mark.slow
def test_database_gone_and_back(client_of: ClientOf, own_postgresql: PostgreSQL) -> None:
    """Without its database, a fake answers 503 with a reason; with it, it continues without a restart.

    What was acknowledged is there after the database was killed, and after it was restarted between two requests.
    """
    url = own_postgresql.url
    client = client_of(url)
    assert 200 == add(client, 1).status_code
    own_postgresql.kill()

    for response in (client.get(LEADS, headers=ME), add(client, 2), client.get("/v1/broadcast/lists", headers=ME)):
        check_unavailable(response, url)
    problem = client.get("/__admin/lists", headers=ME)
    assert (503, "application/problem+json") == (problem.status_code, problem.mimetype)
    assert "store" in problem.get_json()["detail"]
    assert 200 == client.get("/__admin/health").status_code

    own_postgresql.start()
    assert [1] == added(client)
    assert 200 == add(client, 3).status_code
    own_postgresql.stop()
    own_postgresql.start()
    assert 200 == add(client, 4).status_code
    assert [1, 3, 4] == added(client) == added(client_of(url))


@pytest.mark.parametrize("path", ["/v1/broadcast/leads", "/v1/unknown"])
def test_unmatched_request_without_store(
    client_of: ClientOf, tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request whose response depends on the store's settings or routes, although no route matches, is 503 as well."""
    url = f"sqlite:///{tmp_path}/fake.db"
    client = client_of(url)
    assert 404 == client.get(path, headers=ME).status_code

    def fail(*_: object) -> None:
        message = f"store {url}: gone"
        raise StoreUnavailable(message)

    with monkeypatch.context() as patch:
        patch.setattr(SqlStore, "refresh", fail)
        check_unavailable(client.get(path, headers=ME), url)
    statuses = [
        entry["response"]["status"] for entry in client.get("/__admin/requests", headers=ME).get_json()["requests"]
    ]
    assert [404, 503] == statuses


@pytest.mark.slow
def test_database_restarted_under_load(client_of: ClientOf, own_postgresql: PostgreSQL) -> None:
    """Each acknowledged write is there once, and none of the others twice, after the database was killed twice."""
    url = own_postgresql.url
    app, ended = client_of(url).application, threading.Event()
    acknowledged: set[int] = set()

    def write(worker: int) -> None:
        client = app.test_client()
        for number in range(worker, 1_000_000, 4):
            if ended.is_set():
                return
            if add(client, number).status_code == 200:
                acknowledged.add(number)

    with ThreadPoolExecutor() as pool:
        for worker in range(4):
            pool.submit(write, worker)
        for end in (own_postgresql.kill, own_postgresql.stop):
            before = len(acknowledged)
            while len(acknowledged) < before + 20:
                ended.wait(0.01)
            end()
            own_postgresql.start()
        before = len(acknowledged)
        while len(acknowledged) < before + 20:
            ended.wait(0.01)
        ended.set()
    present = added(client_of(url))

    assert len(present) == len(set(present))
    assert acknowledged <= set(present)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("address", "reason"),
    [("127.0.0.1:1", "cannot connect: Connection refused"), ("postgresql.invalid:5432", "failed to resolve host")],
)
def test_postgresql_gone_at_start(client_of: ClientOf, address: str, reason: str) -> None:
    """A database that does not answer is one line with the reason, without the password."""
    with pytest.raises(StoreError) as caught:
        client_of(f"postgresql://user:secret@{address}/fake")

    message = str(caught.value)
    assert f"store postgresql://user:***@{address}/fake: {reason}" in message
    assert "secret" not in message
    assert "\n" not in message


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\0" + b"x" * 1_000])
def test_sqlite_file_is_no_database(client_of: ClientOf, tmp_path: Path, content: bytes) -> None:
    """A file that is no database is one line, and it is not changed."""
    (tmp_path / "fake.db").write_bytes(content)
    with pytest.raises(StoreError, match=r"store sqlite:///.*fake\.db: file is not a database"):
        client_of(f"sqlite:///{tmp_path}/fake.db")

    assert content == (tmp_path / "fake.db").read_bytes()


def test_sqlite_folder_is_missing(client_of: ClientOf, tmp_path: Path) -> None:
    """A path in a folder that does not exist is one line."""
    with pytest.raises(StoreError, match=r"store sqlite:///.*none/fake\.db: "):
        client_of(f"sqlite:///{tmp_path}/none/fake.db")


@pytest.mark.fast_only(leads=1)
@pytest.mark.parametrize("leads", [1, 3_000])
def test_disk_full(client_of: ClientOf, tmp_path: Path, leads: int) -> None:
    """A write for which there is no room is answered with 503 and leaves nothing; reads and later writes succeed."""
    url = f"sqlite:///{tmp_path}/fake.db"
    client = client_of(url)
    assert 200 == add(client, 1).status_code
    data = [{"field_0": f"5550{number:06}", "field_1": f"soak {number}"} for number in range(100, 100 + leads)]
    with max_file_bytes((tmp_path / "fake.db-wal").stat().st_size):
        body = {"data": data} if leads > 1 else data[0]
        response = client.post(LEADS if leads > 1 else LEAD, json=body | {"duplicate_option": "clone"}, headers=ME)
        check_unavailable(response, url)
        assert [1] == added(client) == added(client_of(url))

    assert 200 == add(client, 2).status_code
    assert [1, 2] == added(client) == added(client_of(url))


@contextmanager
def max_file_bytes(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.slow
def test_read_only_file(client_of: ClientOf, tmp_path: Path) -> None:
    """On a file that may only be read, reads succeed and writes are answered with 503, without a traceback."""
    url = f"sqlite:///{tmp_path}/fake.db"
    client = client_of(url)
    assert 200 == add(client, 1).status_code
    client.application.extensions[EXTENSION].close()
    for file in tmp_path.iterdir():
        file.chmod(0o444)
    # Root may write to any file, unless it runs without this capability.
    prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    command = [*prefix, sys.executable, "-c", READ_AND_WRITE, url]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)

    assert (0, "") == (done.returncode, done.stderr)
    read, write, reason = done.stdout.splitlines()
    assert ("200 True", "503") == (read, write)
    assert f"store {url}: attempt to write a readonly database" in reason


READ_AND_WRITE = """
import sys
from urllib.parse import unquote
from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.mock_server.app import EXTENSION

app = create_app(Config(store=sys.argv[1]))
client, me = app.test_client(), {"Authorization": "Bearer me"}
read = client.get("/v1/broadcast/leads/8669", headers=me)
print(read.status_code, b"soak 1" in read.data)
write = client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000002"}, headers=me)
print(write.status_code)
print(unquote(write.headers["X-Smartflo-Fake-Reason"]))
app.extensions[EXTENSION].close()
"""
"""Reads the leads of a list and adds another one, with a store."""


@pytest.mark.postgresql
def test_read_only_database(client_of: ClientOf, postgresql_url: str) -> None:
    """On a standby, or with a role that may only read, reads succeed and writes are answered with 503."""
    assert 200 == add(client_of(postgresql_url), 1).status_code
    url = f"{postgresql_url}%20-cdefault_transaction_read_only%3Don"
    client = client_of(url)

    check_unavailable(add(client, 2), url)
    assert [1] == added(client)


def test_waits_for_lock(client_of: ClientOf, shared_url: str) -> None:
    """While another process holds the lock, reads are answered and a write waits; then the write succeeds."""
    client = client_of(shared_url)
    assert 200 == add(client, 1).status_code
    with ThreadPoolExecutor() as pool:
        with locked(shared_url):
            write = pool.submit(add, client.application.test_client(), 2)
            assert [1] == added(client)
            assert not write.done()
        assert 200 == write.result(60).status_code

    assert [1, 2] == added(client)


def test_gives_up_on_lock(client_of: ClientOf, shared_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that is held for too long is 503 with a reason; nothing was written, and the next write succeeds."""
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_SECONDS", 0.05)
    client = client_of(shared_url)
    assert 200 == add(client, 1).status_code
    with locked(shared_url):
        check_unavailable(add(client, 2), shared_url)

    assert 200 == add(client, 3).status_code
    assert [1, 3] == added(client)


@pytest.mark.parametrize("hours", [-5, 5])
@pytest.mark.postgresql
def test_machines_with_different_clocks(
    client_of: ClientOf, postgresql_url: str, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token of a machine whose clock is hours off is valid on another one, for an hour; both show the same time."""
    wall = time.time

    def on_other_machine(function: Callable[[], TestResponse]) -> TestResponse:
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda: wall() + hours * 3_600)
            return function()

    right = client_of(postgresql_url)
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: wall() + hours * 3_600)
        wrong = client_of(postgresql_url)
    login = {"email": "me@example.com", "password": "x"}
    answer = on_other_machine(lambda: wrong.post("/v1/auth/login", json=login))
    mine = {"Authorization": answer.get_json()["access_token"]}
    times = [
        right.get("/__admin/clock", headers=mine).get_json()["now"],
        on_other_machine(lambda: wrong.get("/__admin/clock", headers=mine)).get_json()["now"],
        right.get("/__admin/clock", headers=mine).get_json()["now"],
    ]

    assert 200 == right.get(LEADS, headers=mine).status_code
    assert max(times) - min(times) < 60_000, times  # milliseconds; the clocks are hours apart
    right.patch("/__admin/clock", json={"advance": 3_601_000}, headers=mine)
    assert 401 == on_other_machine(lambda: wrong.get(LEADS, headers=mine)).status_code


@pytest.mark.parametrize("count", [40, pytest.param(10_000, marks=pytest.mark.slow)])
def test_accounts_created_at_once(client_of: ClientOf, shared_url: str, count: int) -> None:
    """Eight threads of two fakes create accounts, some of them both at the same time; no write is lost."""
    stores: list[Store] = [client_of(shared_url).application.extensions[EXTENSION].accounts for _ in range(2)]
    account_ids = [f"{number:012x}" for number in range(count)]
    contested = account_ids[::10]

    def write(number: int, account_id: str) -> None:
        with stores[number % 2].edit(account_id) as account:
            account.failed_logins += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(2 * len(contested)), sorted(contested * 2)))
        list(pool.map(write, range(count), account_ids))
    reader: Store = client_of(shared_url).application.extensions[EXTENSION].accounts

    assert set(account_ids) == set(reader.ids())
    for account_id in account_ids[:: max(1, count // 100)]:
        expected = 3 if account_id in contested else 1
        assert [expected] * 3 == [failed_logins(store, account_id) for store in (*stores, reader)]


def failed_logins(store: Store, account_id: str) -> int:
    """Return the number of failed logins of an account, with what other processes have written."""
    store.refresh(account_id)
    return store.get(account_id).failed_logins


def test_pool_prints_no_tracebacks(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that cannot be reset is an error of its request; SQLAlchemy's pool would print its traceback too."""
    database = engine.Database(parse_store_url(f"sqlite:///{tmp_path}/fake.db"), None)

    def fail(*_arguments: object) -> None:
        message = "the connection is lost"
        raise sqlite3.OperationalError(message)

    event.listen(database.engine, "reset", fail)
    with pytest.raises(StoreUnavailable), database.snapshot() as connection:
        connection.exec_driver_sql("SELECT * FROM no_such_table")
    database.close()

    assert [] == caplog.records
