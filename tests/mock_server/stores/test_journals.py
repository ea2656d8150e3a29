"""The journal in memory, in SQLite and in PostgreSQL, and what processes share in a database."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select
from werkzeug.test import EnvironBuilder

from smartflo_contract.mock_server.config.store_url import parse_store_url
from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.journal.entry import ENTRY_VERSION, SentResponse, encode_entry
from smartflo_contract.mock_server.journal.journal import Journal
from smartflo_contract.mock_server.journal.memory_journal import MemoryJournal
from smartflo_contract.mock_server.stores import journal_workers, sql_journal
from smartflo_contract.mock_server.stores.engine import Database
from smartflo_contract.mock_server.stores.sql_journal import SqlJournal
from smartflo_contract.mock_server.stores.tables import JOURNAL, WORKERS

ME, OTHER = "0123456789ab", "ba9876543210"
MEBIBYTE = 1024 * 1024
TIMEOUT_SECONDS = 10

Open = Callable[..., Journal]
"""Opens a journal: as another process does, if it is shared. Arguments: maximum number and size of requests."""


def entry(path: str = "/", size: int = 0) -> bytes:
    """Return an encoded entry."""
    response = SentResponse(200, (("X-Filler", "x" * size),))
    return encode_entry(EnvironBuilder(path).get_environ(), None, response, 1.0)


@pytest.fixture(name="open_journal")
def _open_journal(store_url: str | None) -> Iterator[Open]:
    """Yield a function that opens the journal of a store; the journal in memory is always the same."""
    in_memory: list[MemoryJournal] = []
    with ExitStack() as stack:

        def open_journal(max_requests: int = 1_000, max_bytes: int = MEBIBYTE) -> Journal:
            if store_url is None:
                in_memory.append(in_memory[0] if in_memory else MemoryJournal(max_requests, max_bytes))
                return in_memory[0]
            database = Database(parse_store_url(store_url), None)
            stack.callback(database.close)
            journal = SqlJournal(database, max_requests, max_bytes)
            stack.callback(journal.close)
            return journal

        yield open_journal


@pytest.fixture(name="shared_url", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def _shared_url(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    """Return the URL of an empty store in a database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path}/fake.db"


@pytest.fixture(name="open_shared")
def _open_shared(shared_url: str) -> Iterator[Callable[..., SqlJournal]]:
    """Yield a function that opens the journal of a database, as another process does."""
    with ExitStack() as stack:

        def open_shared(max_requests: int = 1_000, max_bytes: int = MEBIBYTE) -> SqlJournal:
            database = Database(parse_store_url(shared_url), None)
            stack.callback(database.close)
            return SqlJournal(database, max_requests, max_bytes)

        yield open_shared


def read(journal: Journal, account_id: str | None = None, last_id: int = 0) -> list[int]:
    """Return the ids of all requests that were answered before."""
    journal.sync()
    return [each["id"] for each in journal.after(last_id, account_id)]


# All journals


def test_reader_sees_requests_of_all_processes(open_journal: Open) -> None:
    """A reader sees every request that was answered before, in order, with unique and rising ids."""
    first, second = open_journal(), open_journal()
    ids = [journal.add(account, entry()) for _ in range(20) for journal, account in ((first, ME), (second, OTHER))]

    assert sorted(set(ids)) == ids
    assert [ids, ids] == [read(first), read(second)]
    assert [ids[::2], ids[1::2]] == [read(second, ME), read(first, OTHER)]
    last_id = ids[-1]
    later = second.add(ME, entry())
    assert [later] == read(first, last_id=last_id)


def test_entries_keep_what_was_recorded(open_journal: Open) -> None:
    """An entry has its id, its account and the decoded request; a request may be of no account."""
    journal = open_journal()
    journal.add(None, entry("/x"))
    journal.sync()
    (only,) = journal.after(0, None)

    assert (None, "/x", 200) == (only["account"], only["path"], only["response"]["status"])
    assert [] == read(journal, ME)


def test_bounds_hold_for_all_processes_together(open_journal: Open) -> None:
    """The oldest requests are dropped beyond the maximum number, and each account has the number of its own."""
    first, second = open_journal(3), open_journal(3)
    ids = []
    for journal, account in ((first, ME), (second, ME), (first, OTHER), (second, None), (first, ME), (second, ME)):
        ids.append(journal.add(account, entry()))
        journal.sync()

    assert ids[3:] == read(first)
    assert [3, 2, 1] == [second.dropped(account) for account in (None, ME, OTHER)]


def test_bounds_hold_for_bytes(open_journal: Open) -> None:
    """The oldest requests are dropped when the journal is full, if they come one by one or many at a time."""
    journal = open_journal(1_000, MEBIBYTE)
    ids = [journal.add(ME, entry(size=100_000)) for _ in range(15)]
    assert 10 == len(read(journal))
    for _ in range(5):
        ids.append(journal.add(ME, entry(size=100_000)))
        journal.sync()

    assert ids[-10:] == read(journal)
    assert 10 == journal.dropped(ME)


def test_number_of_drop_counts_is_bounded(open_journal: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a maximum of accounts, the number of an account is an upper bound, and the total stays exact."""
    for module in ("journal.memory_journal", "stores.sql_journal"):
        monkeypatch.setattr(f"smartflo_contract.mock_server.{module}.MAX_DROP_COUNTS", 5)
    journal = open_journal(1)
    for number in range(20):
        journal.add(f"{number:012x}", entry())
        journal.sync()

    assert 19 == journal.dropped(None)
    assert 14 <= journal.dropped("unknown") <= 17
    assert all(journal.dropped(f"{number:012x}") >= 1 for number in range(19))


@pytest.mark.parametrize("account_id", [ME, None])
def test_forgets_requests_of_all_processes(open_journal: Open, account_id: str | None) -> None:
    """The requests of an account, or of all, are deleted with their counts; later ones have higher ids."""
    first, second = open_journal(2), open_journal(2)
    for journal in (first, second):
        for account in (ME, OTHER):
            last_id = journal.add(account, entry())
        journal.sync()
    first.forget(account_id)

    assert [] == read(second, ME)
    assert (1 if account_id else 0) == len(read(second, OTHER))
    assert [0, 1 if account_id else 0] == [second.dropped(account) for account in (ME, OTHER)]
    ids = [second.add(ME, entry()) for _ in range(3)]
    assert ids[-2:] == read(first)
    assert last_id < ids[0]


def test_wait_counts_requests_of_all_processes(open_journal: Open) -> None:
    """A wait ends when enough requests match, whichever process answered them."""
    first, second = open_journal(), open_journal()
    first.add(ME, entry("/a"))
    paths = ("/b", "/a", "/c", "/a")
    thread = Thread(target=lambda: [second.add(ME, entry(path)) for path in paths])
    thread.start()

    def is_match(each: dict[str, Any]) -> bool:
        return bool(each["path"] == "/a")

    assert first.wait(0, ME, is_match, count=3, timeout_seconds=TIMEOUT_SECONDS)
    thread.join()
    assert not first.wait(0, ME, is_match, count=4, timeout_seconds=0)
    assert not first.wait(0, OTHER, is_match, count=1, timeout_seconds=0)
    second.forget(None)
    assert not first.wait(0, ME, is_match, count=1, timeout_seconds=0)


def test_empty_journal_keeps_nothing(open_journal: Open) -> None:
    """A journal of no requests is false, and needs no closing."""
    journal = open_journal(0)
    journal.close()

    assert not journal


# Journals in a database


def stored(url: str) -> list[int]:
    """Return the ids of the requests that are written."""
    with _reading(url) as connection:
        return list(connection.scalars(select(JOURNAL.c.id)))


@contextmanager
def _reading(url: str) -> Iterator[Connection]:
    database = Database(parse_store_url(url), None)
    with database.snapshot() as connection:
        yield connection
    database.close()


def test_requests_are_written_without_a_reader(open_shared: Callable[..., SqlJournal], shared_url: str) -> None:
    """A request is written behind, so that the end of its process loses nothing that is older."""
    journal = open_shared()
    request_id = journal.add(ME, entry())
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while stored(shared_url) != [request_id]:
        assert time.monotonic() < deadline, "the request is not written"

    journal.close()


def test_close_writes_what_is_pending(open_shared: Callable[..., SqlJournal], shared_url: str) -> None:
    """The last requests of a process that ends are written, and nobody waits for it afterwards."""
    first, second = open_shared(), open_shared()
    ids = [first.add(ME, entry()) for _ in range(3)]
    first.close()

    assert ids == stored(shared_url)
    second.close()
    with _reading(shared_url) as connection:
        assert [] == connection.scalars(select(WORKERS.c.id)).all()


@pytest.mark.parametrize("is_noticed_by", ["heartbeat", "process id"])
def test_reader_does_not_wait_for_ended_process(
    open_shared: Callable[..., SqlJournal], is_noticed_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was killed is not waited for: its last sign of life is old, or there is no such process."""
    killed, journal = open_shared(), open_shared()
    del killed  # nothing writes for it any more, and its row stays

    def no_process(pid: int, _signal: int) -> None:
        raise ProcessLookupError(pid)

    if is_noticed_by == "heartbeat":
        monkeypatch.setattr(journal_workers, "GONE_SECONDS", 0.0)
    else:
        monkeypatch.setattr("os.kill", no_process)
    request_id = journal.add(ME, entry())

    assert [request_id] == read(journal)
    journal.close()


def test_number_of_forgotten_process_is_used_again(
    open_shared: Callable[..., SqlJournal], shared_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was silent for long loses its number, and gets another one when it writes again."""
    silent = open_shared()
    with monkeypatch.context() as patch:
        patch.setattr(journal_workers, "FORGOTTEN_SECONDS", -1.0)
        journal = open_shared()
        ids = [silent.add(ME, entry())]
    ids.append(journal.add(ME, entry()))
    silent.sync()

    assert sorted(ids) == read(journal)
    with _reading(shared_url) as connection:
        numbers = [row_id.partition("/")[0] for row_id in connection.scalars(select(WORKERS.c.id))]
    assert ["0", "1"] == sorted(numbers)
    silent.close()
    journal.close()


@contextmanager
def fail(*_: object, **__: object) -> Iterator[Connection]:
    """Raise what a transaction raises if the database does not answer."""
    message = "store: gone"
    raise StoreUnavailable(message)
    yield


def test_unavailable_store_loses_no_request(
    open_shared: Callable[..., SqlJournal], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests are kept while the database does not answer, up to the bounds, and written when it does."""
    journal = open_shared(5)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "transaction", fail)
        ids = [journal.add(ME, entry()) for _ in range(7)]
        with pytest.raises(StoreUnavailable):
            journal.sync()
        assert sql_journal.RETRY_SECONDS == journal.write_behind()

    assert ids[2:] == read(journal)
    assert 2 == journal.dropped(ME)
    journal.close()


def test_requests_are_added_without_the_database(
    open_shared: Callable[..., SqlJournal], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the first one of a process: the response that states why the database does not answer is recorded, too."""
    with monkeypatch.context() as patch:
        journal = open_shared()
        journal.close()
        patch.setattr(Database, "transaction", fail)
        ids = [journal.add(ME, entry())]
        journal.close()
        ids.append(journal.add(ME, entry()))

    assert ids == read(journal)
    journal.close()


def test_forked_process_is_a_process_of_its_own(open_shared: Callable[..., SqlJournal], shared_url: str) -> None:
    """After a fork, the child writes its own requests only, under another number."""
    parent, child = open_shared(), open_shared()
    ids = [parent.add(ME, entry())]
    child.renew_locks()
    database = Database(parse_store_url(shared_url), None)
    with database.transaction() as connection:  # no process has the number from before the fork any more
        connection.execute(delete(WORKERS).where(WORKERS.c.id.startswith("1/")))
    database.close()
    ids.append(child.add(ME, entry()))

    assert ids == read(parent, ME)
    parent.close()
    child.close()


def test_ids_rise_if_the_clock_was_set_back(
    open_shared: Callable[..., SqlJournal], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in a process that runs, nor in one that starts later, is an id lower than those before."""
    first = open_shared()
    ids = [first.add(ME, entry())]
    first.sync()
    monkeypatch.setattr(time, "time_ns", lambda: 1_760_000_000 * 10**9)
    second = open_shared()
    ids += [first.add(ME, entry()), second.add(ME, entry())]

    assert sorted(ids) == ids
    assert ids[-1] < 2**53
    first.close()
    second.close()


def test_entries_of_another_version_are_dropped(
    open_shared: Callable[..., SqlJournal], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries that are encoded in another form are dropped when a journal is opened, and ids continue."""
    journal = open_shared()
    last_id = journal.add(ME, entry())
    journal.close()
    monkeypatch.setattr(sql_journal, "ENTRY_VERSION", ENTRY_VERSION + 1)
    journal = open_shared()

    assert [] == read(journal)
    assert last_id < journal.add(ME, entry())
    journal.close()
