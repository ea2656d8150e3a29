"""Leases: reads without a query, of nothing but what is committed, while processes write, pause and end."""

import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from threading import Event, Lock
from typing import TYPE_CHECKING

import pytest

from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.accounts.store import Store
from smartflo_contract.mock_server.config.store_url import parse_store_url
from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.stores import engine, leases, read_lease
from smartflo_contract.mock_server.stores.engine import Database
from smartflo_contract.mock_server.stores.freshness import Freshness, freshness_of
from smartflo_contract.mock_server.stores.leases import HOLDER_SECONDS, LEASE_SECONDS
from smartflo_contract.mock_server.stores.sql_store import SqlStore

if TYPE_CHECKING:
    import psycopg

pytestmark = pytest.mark.postgresql

OpenStore = Callable[[], SqlStore]
CATALOGS = Catalogs(Config())
QUIET_SECONDS = 0.005
TIMEOUT_SECONDS = 30


@pytest.fixture(autouse=True)
def _short_quiet_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take leases soon, so that the tests take little time."""
    monkeypatch.setattr(read_lease, "QUIET_SECONDS", QUIET_SECONDS)
    monkeypatch.setattr(read_lease, "MAX_QUIET_SECONDS", 4 * QUIET_SECONDS)


@pytest.fixture(name="open_store")
def _open_store(postgresql_url: str) -> Iterator[OpenStore]:
    """Yield a function that opens another store on one database."""
    with ExitStack() as stack:

        def open_store() -> SqlStore:
            store = SqlStore(Database(parse_store_url(postgresql_url), "digest"), CATALOGS, 100)
            stack.callback(store.close)
            return store

        yield open_store


@pytest.fixture(name="sql")
def _sql(postgresql_url: str) -> Iterator["psycopg.Connection"]:
    """Yield a connection to the database of the stores, outside of transactions."""
    import psycopg  # noqa: PLC0415 - README's test command runs without it

    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        yield connection


def count_leases(sql: "psycopg.Connection") -> int:
    """Return the number of leases."""
    (count,) = sql.execute("SELECT count(*) FROM smartflo_leases").fetchone() or (0,)
    return int(count)


def read(store: Store, account_id: str = "a") -> int:
    """Return what a request reads of an account."""
    store.refresh(account_id)
    return store.get(account_id).requests


def write(store: Store, account_id: str = "a") -> int:
    """Change an account, and return its new value."""
    with store.edit(account_id) as account:
        account.requests += 1
        return account.requests


def wait_until(condition: Callable[[], object], meanwhile: Callable[[], object]) -> None:
    """Do something again and again until a condition is met."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        meanwhile()


def take_lease(store: Store, sql: "psycopg.Connection") -> None:
    """Read until there is one lease, and the account is cached under it.

    There is a row before the store relies on it.
    """
    wait_until(lambda: count_leases(sql) == 1 and not store.refresh_waits(), lambda: [read(store) for _ in range(20)])
    read(store)


@contextmanager
def without_queries(sql: "psycopg.Connection") -> Iterator[None]:
    """Let each query of accounts wait, and fail soon."""
    with sql.transaction():
        sql.execute("LOCK TABLE smartflo_accounts IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.fixture(name="no_expiry")
def _no_expiry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let writers wait forever for the holders of leases."""
    monkeypatch.setattr(leases, "LEASE_SECONDS", float("inf"))


@pytest.fixture(name="lasting_leases")
def _lasting_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let holders keep their leases until a writer wants them, however rarely they read and however slow this is."""
    monkeypatch.setattr(read_lease, "HOLDER_SECONDS", float("inf"))
    monkeypatch.setattr(read_lease, "_RENEWAL_SECONDS", float("inf"))


# Reads


@pytest.mark.usefixtures("lasting_leases")
def test_reads_without_query_while_nobody_writes(open_store: OpenStore, sql: "psycopg.Connection") -> None:
    """A process that reads often takes a lease, and then reads accounts that it has cached from its memory."""
    store = open_store()
    write(store)
    assert store.refresh_waits()
    take_lease(store, sql)
    assert not store.refresh_waits()

    with without_queries(sql), ThreadPoolExecutor() as pool:
        assert 1 == pool.submit(read, store).result(TIMEOUT_SECONDS)


@pytest.mark.usefixtures("lasting_leases")
def test_each_process_has_its_own_lease(open_store: OpenStore, sql: "psycopg.Connection") -> None:
    """Readers do not exclude each other; a process gives its lease up when its store is closed."""
    stores = [open_store(), open_store()]
    take_lease(stores[0], sql)
    wait_until(lambda: count_leases(sql) == len(stores), lambda: [read(store) for store in stores])
    for store in stores:
        store.close()

    assert 0 == count_leases(sql)


def test_hardly_used_lease_is_given_up(open_store: OpenStore, sql: "psycopg.Connection") -> None:
    """Who no longer reads makes no writer wait."""
    take_lease(open_store(), sql)

    wait_until(lambda: count_leases(sql) == 0, lambda: time.sleep(0.01))


def test_lease_is_renewed_while_it_is_used(postgresql_url: str) -> None:
    """The same lease lasts longer than its time."""
    first_seen: dict[object, float] = {}
    with opened_freshness(postgresql_url) as checked:

        def has_lasted() -> bool:
            number = query_until_leased(checked)
            return leases.now() - first_seen.setdefault(number, leases.now()) > 1.2 * LEASE_SECONDS

        wait_until(has_lasted, lambda: None)


@contextmanager
def opened_freshness(url: str) -> Iterator[Freshness]:
    """Yield what checks the versions of accounts."""
    database = Database(parse_store_url(url), None)
    checked = freshness_of(database)
    yield checked
    checked.close()
    database.close()


def query_until_leased(checked: Freshness) -> object:
    """Query versions until there is a lease, and return its number."""
    wait_until(lambda: checked.state() is not None, lambda: checked.versions(["a"]))
    return checked.state()


# Writes


@pytest.mark.usefixtures("no_expiry")
def test_write_waits_until_holders_give_up(open_store: OpenStore, sql: "psycopg.Connection") -> None:
    """Also for the lease of its own process, and not longer. A client that reads after it reads what was written."""
    stores = [open_store(), open_store()]
    for expected in range(1, 5):
        wait_until(lambda: count_leases(sql) == len(stores), lambda: [read(store) for store in stores])
        assert expected == write(stores[expected % 2])
        assert [expected, expected] == [read(store) for store in stores]


@pytest.mark.usefixtures("no_expiry")
@pytest.mark.parametrize("change", ["forget", "forget all", "replace", "reset counts"])
def test_all_kinds_of_writes_end_leases(open_store: OpenStore, sql: "psycopg.Connection", change: str) -> None:
    """They do not return before the lease is gone."""
    reader, writer = open_store(), open_store()
    write(writer)
    take_lease(reader, sql)
    changes: dict[str, Callable[[], object]] = {
        "forget": lambda: writer.forget("a"),
        "forget all": lambda: writer.forget(None),
        "replace": lambda: writer.replace({}, all_=True),
        "reset counts": writer.reset_fault_counts,
    }
    changes[change]()

    assert 0 == count_leases(sql)
    assert int(change == "reset counts") == read(reader)


def test_no_lease_while_somebody_writes(open_store: OpenStore, sql: "psycopg.Connection") -> None:
    """Reads are queries then, of the last committed state; after the write there are leases again."""
    reader, writer = open_store(), open_store()
    with writer.edit("b") as account:
        account.requests = 7
        for _ in range(500):
            assert 0 == read(reader, "b")
        assert 0 == count_leases(sql)
    assert 7 == read(reader, "b")

    take_lease(reader, sql)


def test_no_lease_soon_after_own_write(
    open_store: OpenStore, sql: "psycopg.Connection", monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a process that both reads and writes does not wait for leases of its own."""
    times = [0.0]
    for module in (read_lease, engine):
        monkeypatch.setattr(module, "now", lambda: times[-1])
    monkeypatch.setattr(read_lease, "QUIET_SECONDS", 10.0)
    monkeypatch.setattr(read_lease, "MIN_READS_PER_SECOND", 0)
    store = open_store()
    times.append(100.0)
    write(store)
    times.append(109.0)
    for _ in range(100):
        read(store)
    assert 0 == count_leases(sql)
    times.append(120.0)

    take_lease(store, sql)


@pytest.mark.usefixtures("lasting_leases")
def test_journal_ends_no_lease(open_store: OpenStore, postgresql_url: str, sql: "psycopg.Connection") -> None:
    """The requests of the journal, which are written all the time, are not part of an account."""
    take_lease(open_store(), sql)
    with closing(Database(parse_store_url(postgresql_url), None)) as database:
        with database.transaction("journal", changes_accounts=False):
            assert 1 == count_leases(sql)
        with database.transaction("a"):
            assert 0 == count_leases(sql)


# Processes that end or pause


def test_write_waits_for_holder_that_is_gone(
    open_store: OpenStore, sql: "psycopg.Connection", monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for the time of a lease, neither less nor much longer. The next write does not wait."""
    store, times = open_store(), [0.0]

    def sleep(seconds: float) -> None:
        times.append(times[-1] + seconds)

    monkeypatch.setattr(leases, "monotonic", lambda: times[-1])
    monkeypatch.setattr(leases, "sleep", sleep)
    sql.execute("INSERT INTO smartflo_leases VALUES ('of a process that was killed')")

    assert [1, 2] == [write(store), write(store)]
    assert LEASE_SECONDS <= times[-1] < 1.1 * LEASE_SECONDS
    assert 0 == count_leases(sql)


def test_lease_after_writer_that_is_gone(open_store: OpenStore, postgresql_url: str, sql: "psycopg.Connection") -> None:
    """A connection that ends in mid-write leaves no lock."""
    store, database = open_store(), Database(parse_store_url(postgresql_url), None)

    def end_in_mid_write() -> None:
        with database.transaction("b") as connection:
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            sql.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])

    with pytest.raises(StoreUnavailable):
        end_in_mid_write()
    database.close()

    take_lease(store, sql)
    assert 1 == write(store)


@pytest.mark.usefixtures("lasting_leases")
def test_holder_without_connection(
    open_store: OpenStore, sql: "psycopg.Connection", monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gives its lease up, and reads by queries until it has another one."""
    monkeypatch.setattr(read_lease, "_ERROR_SECONDS", 0.0)
    monkeypatch.setattr(leases, "LEASE_SECONDS", HOLDER_SECONDS)
    reader, writer = open_store(), open_store()
    take_lease(reader, sql)
    assert sql.execute(END_HOLDERS).fetchall()
    assert 1 == write(writer)

    assert 1 == read(reader)
    take_lease(reader, sql)
    assert 2 == write(writer)
    assert 2 == read(reader)


def test_holder_that_missed_a_write(postgresql_url: str, sql: "psycopg.Connection") -> None:
    """It does not renew a lease whose row a writer has deleted after waiting for it, although nobody writes now."""
    with opened_freshness(postgresql_url) as checked:
        number = query_until_leased(checked)
        sql.execute("DELETE FROM smartflo_leases")
        wait_until(lambda: checked.state() != number, lambda: None)

        assert number != query_until_leased(checked)


def test_lease_ends_by_the_clock_of_its_holder(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a writer ignores it, also if the clocks of both run at different speeds; wall clocks do not matter."""
    with opened_freshness(postgresql_url) as checked:
        number = query_until_leased(checked)
        taken_before = leases.now()
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", lambda: 0.0)
            assert checked.state() in {number, None}
            patch.setattr(read_lease, "now", lambda: taken_before + 0.9 * LEASE_SECONDS)
            assert checked.state() is None


def test_forked_process_has_no_lease(postgresql_url: str) -> None:
    """It is the parent's, who alone notices that it ends."""
    with opened_freshness(postgresql_url) as checked, opened_freshness(postgresql_url) as child:
        query_until_leased(checked)
        query_until_leased(child)
        child.close()
        child.renew()

        assert child.state() is None
        query_until_leased(child)


def test_database_that_only_accepts_reads(
    open_store: OpenStore, postgresql_url: str, sql: "psycopg.Connection"
) -> None:
    """Reads succeed without leases."""
    write(open_store())
    url = f"{postgresql_url}%20-cdefault_transaction_read_only%3Don"
    reader = SqlStore(Database(parse_store_url(url), None, is_prepared=True), CATALOGS, 100)
    for _ in range(500):
        assert 1 == read(reader)
    reader.close()

    assert 0 == count_leases(sql)


END_HOLDERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity, smartflo_leases
WHERE query LIKE '%' || smartflo_leases.id || '%'
"""
"""Ends the connections that hold the leases of this schema. Tests in other processes use the same server."""
PROGRAM = """
import sys
from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.config.store_url import parse_store_url
from smartflo_contract.mock_server.stores import read_lease
from smartflo_contract.mock_server.stores.engine import Database
from smartflo_contract.mock_server.stores.sql_store import SqlStore

read_lease.CHANNEL = "smartflo_other"
store = SqlStore(Database(parse_store_url(sys.argv[1]), None, is_prepared=True), Catalogs(Config()), 100)
with store._database.connect() as sql:
    sql.autocommit = True
    while not sql.execute("SELECT count(*) FROM smartflo_leases").fetchone()[0]:
        for _ in range(100):
            store.refresh("a")
print("has a lease", flush=True)
for _ in sys.stdin:
    store.refresh("a")
    print(store.get("a").requests, flush=True)
"""
"""Takes a lease, then reads an account for each line of standard input. No notification reaches it."""


@pytest.mark.slow
@pytest.mark.parametrize("is_killed", [False, True])
def test_paused_and_killed_holders(open_store: OpenStore, postgresql_url: str, is_killed: bool) -> None:  # noqa: FBT001
    """A write waits for their leases to expire; a process that continues does not return what it had cached."""
    store = open_store()
    write(store)
    holder = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, postgresql_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert "has a lease\n" == holder.stdout.readline()
        holder.send_signal(signal.SIGKILL if is_killed else signal.SIGSTOP)
        assert 2 == write(store)
        if not is_killed:
            holder.send_signal(signal.SIGCONT)
            holder.stdin.write("\n")
            holder.stdin.flush()
            assert "2\n" == holder.stdout.readline()
        holder.kill()


# Histories


class History:
    """What was acknowledged and shown of some accounts, whose values only rise."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lock = Lock()
        self._values: defaultdict[str, int] = defaultdict(int)

    def last(self, account_id: str) -> int:
        """Return the newest value that anybody was shown."""
        with self._lock:
            return self._values[account_id]

    def note(self, account_id: str, value: int) -> None:
        """Note that somebody was shown a value."""
        with self._lock:
            self._values[account_id] = max(self._values[account_id], value)


@pytest.mark.parametrize("writes", [60, pytest.param(600, marks=pytest.mark.slow)])
def test_no_read_goes_back(open_store: OpenStore, monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    """Once a process has shown a value, or acknowledged it, no later read of any process shows an older one."""
    stores, history, ended = [open_store() for _ in range(3)], History(), Event()
    revoked: list[int] = []
    end = leases.LeaseRevocation.end

    def count_and_end(revocation: leases.LeaseRevocation, some: Collection[str]) -> None:
        revoked.append(len(some))
        end(revocation, some)

    monkeypatch.setattr(leases.LeaseRevocation, "end", count_and_end)

    def check_reads(store: Store, seed: int) -> int:
        choice, reads = random.Random(seed), 0  # noqa: S311 - a reproducible choice
        while not ended.is_set():
            account_id = choice.choice("ab")
            before = history.last(account_id)
            value = read(store, account_id)
            assert before <= value
            history.note(account_id, value)
            reads += 1
        return reads

    def write_some(seed: int) -> None:
        choice = random.Random(seed)  # noqa: S311 - a reproducible choice
        for _ in range(writes // 2):
            time.sleep(choice.choice((0, 0, 0.02, 0.05)))
            account_id = choice.choice("ab")
            before = history.last(account_id)
            value = write(choice.choice(stores), account_id)
            assert before < value
            history.note(account_id, value)

    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(check_reads, stores[number % 3], number) for number in range(6)]
        writers = [pool.submit(write_some, number) for number in (100, 101)]
        try:
            for writer in writers:
                writer.result()
        finally:
            ended.set()
        assert all(reader.result() for reader in readers)

    assert len(revoked) > writes / 20
