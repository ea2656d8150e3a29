"""The journal in a database that several processes and machines share.

A process writes its requests behind, in one transaction for all of an interval. A reader first waits until all live
processes have written what they answered before.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import BoundedSemaphore, Event, Lock, RLock, Thread
from time import monotonic, sleep
from typing import Any, Final, TypeAlias
from weakref import ref

from sqlalchemy import ColumnElement, Connection, Row, delete, func, or_, select

from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.journal.entry import ENTRY_VERSION, JournalEntry, decode_entry
from smartflo_contract.mock_server.journal.journal import (
    DELIVERIES_PREFIX,
    MAX_DROP_COUNTS,
    MAX_WAITS,
    RECORD_OVERHEAD_BYTES,
)
from smartflo_contract.mock_server.stores.engine import Database
from smartflo_contract.mock_server.stores.inserts import insert_into
from smartflo_contract.mock_server.stores.journal_workers import (
    HEARTBEAT_SECONDS,
    BarrierPoll,
    JournalWorker,
    raise_barrier,
)
from smartflo_contract.mock_server.stores.meta import read_counter, write_counter
from smartflo_contract.mock_server.stores.tables import JOURNAL, JOURNAL_DROPPED

_Record: TypeAlias = tuple[int, str | None, bytes]
"""Id of a request, id of its account if that is known, and the encoded entry."""
_INTERVAL_SECONDS: Final = 0.025
"""Time between two writes. With the time of a write, a request is stored at most 50 ms after its response."""
RETRY_SECONDS: Final = 0.5
"""Time until the next write after one that failed."""
_POLL_SECONDS: Final = 0.005
_LOCK: Final = "journal"
"""What a transaction of the journal locks, instead of an account."""
_REQUESTS: Final = "journal_requests"
_BYTES: Final = "journal_bytes"
_ENTRY_VERSION: Final = "journal_entry_version"
_UNKNOWN_ACCOUNT: Final = "-"
"""Stands for requests of no account, in the table of dropped ones."""
_UNCOUNTED: Final = "*"
"""Stands for accounts without a count of their own."""
_PRUNED_ROWS: Final = 256
"""Number of rows that are looked at to drop the oldest."""
_MAX_IDS: Final = 500
"""Maximum number of entries in one query by id."""


class _Pending:
    """Requests that are not written yet; beyond the bounds of the journal, the oldest are dropped.

    Args:
        max_requests: maximum number of requests.
        max_bytes: maximum memory of all requests.
    """

    def __init__(self, max_requests: int, max_bytes: int) -> None:
        """Create an empty queue."""
        self._max_requests, self._max_bytes = max_requests, max_bytes
        self._records: deque[_Record] = deque()
        self._bytes = 0
        self._dropped: Counter[str] = Counter()

    def __bool__(self) -> bool:
        """Return whether there is something to write."""
        return bool(self._records or self._dropped)

    def add(self, record: _Record) -> None:
        """Add a request."""
        self._records.append(record)
        self._bytes += _bytes_of(record)
        self._trim()

    def take(self) -> tuple[list[_Record], Counter[str]]:
        """Remove and return everything: requests, and the number of dropped ones by account."""
        taken = list(self._records), self._dropped
        self._records, self._bytes, self._dropped = deque(), 0, Counter()
        return taken

    def put_back(self, records: Sequence[_Record], dropped: Counter[str]) -> None:
        """Put back what could not be written."""
        self._records.extendleft(reversed(records))
        self._bytes += sum(map(_bytes_of, records))
        self._dropped += dropped
        self._trim()

    def _trim(self) -> None:
        while len(self._records) > self._max_requests or self._bytes > self._max_bytes:
            record = self._records.popleft()
            self._bytes -= _bytes_of(record)
            self._dropped[record[1] or _UNKNOWN_ACCOUNT] += 1


class SqlJournal:
    """Keeps the last requests of all processes in a database.

    Attributes:
        waits: limits concurrent waits of this process; a caller acquires it before :meth:`wait`.

    Args:
        database: the database.
        max_requests: maximum number of requests; 0 keeps none.
        max_bytes: maximum size of all requests.
    """

    def __init__(self, database: Database, max_requests: int, max_bytes: int) -> None:
        """Join the processes that add to the journal, now or as soon as the database accepts it."""
        self._database = database
        self._max_requests, self._max_bytes = max_requests, max_bytes
        self._barrier = BarrierPoll(database)
        self.renew_locks()
        if self:
            self._join()

    def renew_locks(self) -> None:
        """Start over in a forked process: its parent writes what is pending, under the parent's number."""
        self.waits = BoundedSemaphore(MAX_WAITS)
        self._pending = _Pending(self._max_requests, self._max_bytes)
        self._worker = JournalWorker()
        self._barrier.close()
        self._barrier = BarrierPoll(self._database)
        self._lock = Lock()
        """Guards the pending requests and the next id."""
        self._writing = RLock()
        """Held while this process writes."""
        self._closed = Event()
        self._thread: Thread | None = None
        self._is_checked = False
        """Whether the entries in the database are of this version."""
        self._next_heartbeat = 0.0

    def close(self) -> None:
        """Write what is pending, and stop. The next request starts over."""
        if self._thread is None:
            return
        self._closed.set()
        with self._writing:
            with suppress(StoreUnavailable):
                self._write(self._worker.answered)
                with self._database.transaction(_LOCK, changes_accounts=False) as connection:
                    self._worker.leave(connection)
            self._barrier.close()
            self._thread = None

    def __bool__(self) -> bool:
        """Return whether the journal keeps requests."""
        return self._max_requests > 0

    def add(self, account_id: str | None, encoded: bytes) -> int:
        """Keep an encoded entry, and return its id. It is written within 50 ms."""
        if self._thread is None:
            self._join()
        with self._lock:
            request_id = self._worker.next_id()
            self._pending.add((request_id, account_id, encoded))
        return request_id

    def sync(self) -> int:
        """Wait until the journal has every request that any live process answered before.

        Returns:
            the last id at the start. All lower ones had been answered then, as far as clocks agree, so they are there.
        """
        with self._writing:
            with self._database.snapshot() as connection:
                is_shared = self._worker.is_awaited(connection)
                complete: int = connection.scalar(select(func.max(JOURNAL.c.id))) or 0
            if not is_shared:
                if self._pending:
                    self._write(self._worker.answered)
                return complete
            barrier = self._write(None)
        while self._is_awaited(barrier):  # other processes may wait for this one: its writer must not be blocked
            sleep(_POLL_SECONDS)
        return complete

    def after(self, last_id: int, account_id: str | None) -> Iterator[JournalEntry]:
        """Yield the entries after an id, oldest first."""
        query = select(JOURNAL).where(JOURNAL.c.id > last_id, _is_of(account_id)).order_by(JOURNAL.c.id)
        with self._database.snapshot() as connection:
            rows = connection.execute(query).all()
        return map(_decode, rows)

    def oldest(self, account_id: str | None) -> int | None:
        """Return the id of the oldest request of an account that is kept, or of all accounts for ``None``."""
        with self._database.snapshot() as connection:
            oldest: int | None = connection.scalar(select(func.min(JOURNAL.c.id)).where(_is_of(account_id)))
        return oldest

    def dropped(self, account_id: str | None) -> int:
        """Return the number of dropped requests."""
        query = select(func.coalesce(func.sum(JOURNAL_DROPPED.c.requests), 0))
        if account_id in {None, DELIVERIES_PREFIX}:
            query = query.where(_is_of(account_id, JOURNAL_DROPPED.c.account))
        else:
            query = query.where(JOURNAL_DROPPED.c.account.in_([account_id, _UNCOUNTED]))
        with self._database.snapshot() as connection:
            return int(connection.scalar(query) or 0)

    def forget(self, account_id: str | None) -> None:
        """Delete the requests of an account, or of all accounts for ``None``."""
        self.sync()
        size = func.coalesce(func.sum(func.length(JOURNAL.c.entry) + RECORD_OVERHEAD_BYTES), 0)
        with self._writing, self._database.transaction(_LOCK, changes_accounts=False) as connection:
            requests, bytes_ = connection.execute(select(func.count(), size).where(_is_of(account_id))).one()
            connection.execute(delete(JOURNAL).where(_is_of(account_id)))
            connection.execute(delete(JOURNAL_DROPPED).where(_is_of(account_id, JOURNAL_DROPPED.c.account)))
            write_counter(connection, _REQUESTS, read_counter(connection, _REQUESTS) - requests)
            write_counter(connection, _BYTES, read_counter(connection, _BYTES) - bytes_)

    def wait(
        self,
        last_id: int,
        account_id: str | None,
        matches: Callable[[JournalEntry], bool],
        *,
        count: int,
        timeout_seconds: float,
    ) -> bool:
        """Wait until enough entries match; return whether they do."""
        deadline = monotonic() + timeout_seconds
        outcomes: dict[int, bool] = {}
        query = select(JOURNAL.c.id).where(JOURNAL.c.id > last_id, _is_of(account_id))
        while True:
            left_seconds = deadline - monotonic()
            self.sync()
            with self._database.snapshot() as connection:
                ids = connection.scalars(query).all()
                unknown = [request_id for request_id in ids if request_id not in outcomes]
                for start in range(0, len(unknown), _MAX_IDS):
                    some = select(JOURNAL).where(JOURNAL.c.id.in_(unknown[start : start + _MAX_IDS]))
                    outcomes |= {row.id: matches(_decode(row)) for row in connection.execute(some)}
            if sum(outcomes.get(request_id, False) for request_id in ids) >= count:
                return True
            if left_seconds <= 0:
                return False
            sleep(min(_INTERVAL_SECONDS, left_seconds))

    def write_behind(self) -> float:
        """Write what is pending, and answer a reader of another process; return the time until the next write."""
        try:
            with self._writing:
                if self._thread is None:  # it was closed meanwhile
                    return RETRY_SECONDS
                barrier = self._barrier.read()
                if self._pending or barrier > self._worker.answered or monotonic() >= self._next_heartbeat:
                    self._write(barrier)
        except StoreUnavailable:
            return RETRY_SECONDS  # what is pending stays so
        return _INTERVAL_SECONDS

    def _join(self) -> None:
        """Join, and start to write behind. If the store does not answer now, the requests are written later."""
        with self._writing:
            if self._thread is None:
                self._closed = Event()
                with suppress(StoreUnavailable):
                    self._write(0)
                arguments = (ref(self), self._barrier, self._closed)
                self._thread = Thread(target=_write_until_closed, args=arguments, name="write-journal", daemon=True)
                self._thread.start()

    def _is_awaited(self, barrier: int) -> bool:
        with self._database.snapshot() as connection:
            return self._worker.is_awaited(connection, barrier)

    def _write(self, barrier: int | None) -> int:
        """Write what is pending, and answer a barrier, or raise it for ``None``; return it.

        Raises:
            StoreUnavailable: nothing was written.
        """
        with self._lock:
            records, dropped = self._pending.take()
        try:
            with self._database.transaction(_LOCK, changes_accounts=False) as connection:
                if not self._is_checked:
                    _drop_other_versions(connection)
                if barrier is None:
                    barrier = raise_barrier(connection)
                if records or dropped:
                    self._insert(connection, records, dropped)
                self._worker.answer(connection, barrier)
        except BaseException:
            with self._lock:
                self._pending.put_back(records, dropped)
            raise
        self._is_checked = True
        self._worker.answered = max(self._worker.answered, barrier)
        self._next_heartbeat = monotonic() + HEARTBEAT_SECONDS
        return barrier

    def _insert(self, connection: Connection, records: Sequence[_Record], dropped: Counter[str]) -> None:
        """Insert requests, and drop the oldest beyond the bounds."""
        if records:
            rows = [{"id": id_, "account": account_id, "entry": entry} for id_, account_id, entry in records]
            connection.execute(insert_into(connection, JOURNAL).on_conflict_do_nothing(), rows)
        requests = read_counter(connection, _REQUESTS) + len(records)
        bytes_ = read_counter(connection, _BYTES) + sum(map(_bytes_of, records))
        while requests > 0 and (requests > self._max_requests or bytes_ > self._max_bytes):
            oldest = self._oldest(connection, requests, bytes_)
            if not oldest:
                requests = bytes_ = 0
                break
            connection.execute(delete(JOURNAL).where(JOURNAL.c.id <= oldest[-1].id))
            dropped.update(row.account or _UNKNOWN_ACCOUNT for row in oldest)
            requests -= len(oldest)
            bytes_ -= sum(row.bytes for row in oldest)
        write_counter(connection, _REQUESTS, requests)
        write_counter(connection, _BYTES, bytes_)
        _count_dropped(connection, dropped)

    def _oldest(self, connection: Connection, requests: int, bytes_: int) -> list[Any]:
        """Return some of the oldest rows that are beyond the bounds."""
        size = (func.length(JOURNAL.c.entry) + RECORD_OVERHEAD_BYTES).label("bytes")
        query = select(JOURNAL.c.id, JOURNAL.c.account, size).order_by(JOURNAL.c.id).limit(_PRUNED_ROWS)
        oldest = []
        for row in connection.execute(query):
            if requests <= self._max_requests and bytes_ <= self._max_bytes:
                break
            oldest.append(row)
            requests, bytes_ = requests - 1, bytes_ - row.bytes
        return oldest


def _write_until_closed(journal: "ref[SqlJournal]", barrier: BarrierPoll, closed: Event) -> None:
    """Write behind until a journal is closed, or nothing refers to it any more."""
    pause = _INTERVAL_SECONDS
    while not closed.wait(pause):
        current = journal()
        if current is None:
            barrier.close()
            return
        pause = current.write_behind()
        del current


def _drop_other_versions(connection: Connection) -> None:
    """Drop entries that another version of this package encoded in another form."""
    if read_counter(connection, _ENTRY_VERSION) != ENTRY_VERSION:
        connection.execute(delete(JOURNAL))
        for key, value in ((_ENTRY_VERSION, ENTRY_VERSION), (_REQUESTS, 0), (_BYTES, 0)):
            write_counter(connection, key, value)


def _count_dropped(connection: Connection, dropped: Counter[str]) -> None:
    """Add numbers of dropped requests. Beyond a maximum of accounts, the numbers of some are joined."""
    if not dropped:
        return
    statement = insert_into(connection, JOURNAL_DROPPED)
    added = {"requests": JOURNAL_DROPPED.c.requests + statement.excluded.requests}
    upsert = statement.on_conflict_do_update(index_elements=[JOURNAL_DROPPED.c.account], set_=added)
    connection.execute(upsert, [{"account": account_id, "requests": count} for account_id, count in dropped.items()])
    excess = (connection.scalar(select(func.count()).select_from(JOURNAL_DROPPED)) or 0) - MAX_DROP_COUNTS
    if excess <= 0:
        return
    some = select(JOURNAL_DROPPED).where(JOURNAL_DROPPED.c.account.not_in([_UNCOUNTED, _UNKNOWN_ACCOUNT]))
    rows = connection.execute(some.limit(excess + 1)).all()
    for row in rows:
        connection.execute(delete(JOURNAL_DROPPED).where(JOURNAL_DROPPED.c.account == row.account))
    connection.execute(upsert, [{"account": _UNCOUNTED, "requests": sum(row.requests for row in rows)}])


def _bytes_of(record: _Record) -> int:
    return len(record[2]) + RECORD_OVERHEAD_BYTES


def _is_of(account_id: str | None, column: "ColumnElement[str | None]" = JOURNAL.c.account) -> ColumnElement[bool]:
    """Return the condition that an entry is of an account.

    Args:
        account_id: id of the account; ``None`` for the requests of all, the prefix of deliveries for all of these.
        column: column of account ids.
    """
    if account_id is None:
        return or_(column.is_(None), column.not_like(f"{DELIVERIES_PREFIX}%"))
    return column.like(f"{DELIVERIES_PREFIX}%") if account_id == DELIVERIES_PREFIX else column == account_id


def _decode(row: Row[tuple[int, str | None, bytes]]) -> JournalEntry:
    return {"id": row.id, "account": row.account, **decode_entry(row.entry)}
