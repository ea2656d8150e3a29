"""The processes that add to the journal of a store: their request ids, and when each has written everything.

Request ids are times, and the number of the process. So they are unique, they rise over all processes of
a machine, and no process has to reserve them. A reader raises a barrier in the store. Each live process notices it
within an interval, writes its requests, and answers. A process that ended without a word is not waited for.
"""

import os
import platform
import secrets
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from smartflo_contract.mock_server.stores.engine import Database, driver_errors
from smartflo_contract.mock_server.stores.meta import read_counter, write_counter
from smartflo_contract.mock_server.stores.tables import JOURNAL, META, WORKERS

HEARTBEAT_SECONDS: Final = 1.0
"""Time after which a process shows that it lives, if it writes nothing else."""
GONE_SECONDS: Final = 5.0
"""Age of the last sign of life from which a process is not waited for."""
FORGOTTEN_SECONDS: Final = 60.0
"""Age of the last sign of life from which the number of a process may be used again."""
_BARRIER: Final = "journal_barrier"
_BARRIER_QUERY: Final = f"SELECT value FROM {META.name} WHERE key = '{_BARRIER}'"  # noqa: S608 - no input
_MAX_WORKERS: Final = 128
_FALLBACK: Final = _MAX_WORKERS - 1
"""Number of processes that could not join, because the store did not answer, or were forgotten."""
_TICK_NANOSECONDS: Final = 10_000
"""Step of request ids. With 128 processes they stay below 2**53, which JavaScript reads exactly, until 2047."""
_EPOCH_NANOSECONDS: Final = 1_735_689_600 * 10**9
"""Start of 2025."""


class _Worker(NamedTuple):
    """A process, as its row names it.

    Attributes:
        number: differs for all processes of a store.
        machine: the machine, or the container.
        pid: process id.
        token: random; a process may have several fakes with one store.
        offset_nanoseconds: what the machine's clock is behind that of the store.
    """

    number: int
    machine: str
    pid: int
    token: str
    offset_nanoseconds: int

    @classmethod
    def parse(cls, row_id: str) -> "_Worker":
        """Return the process of a row."""
        number, machine, pid, token, offset = row_id.split("/")
        return cls(int(number), machine, int(pid), token, int(offset))

    @property
    def row_id(self) -> str:
        """The id of its row."""
        return "/".join(map(str, self))


class JournalWorker:
    """This process among those that add to a journal.

    Attributes:
        answered: the last barrier that this process has answered.
    """

    def __init__(self) -> None:
        """Join with the first answer."""
        self.answered = 0
        self._worker = _Worker(_FALLBACK, _machine(), os.getpid(), secrets.token_hex(4), 0)
        self._last_id = 0
        self._seen_at = 0.0
        """Time of the last sign of life, on a clock that never jumps."""
        self._lock = Lock()

    def next_id(self) -> int:
        """Return the id of the next request. Another process may have the number of this one if it was forgotten."""
        with self._lock:
            is_known = time.monotonic() - self._seen_at <= FORGOTTEN_SECONDS
            time_of_store = time.time_ns() + self._worker.offset_nanoseconds
            ticks = (time_of_store - _EPOCH_NANOSECONDS) // _TICK_NANOSECONDS
            ticks = max(ticks, self._last_id // _MAX_WORKERS + 1)
            self._last_id = ticks * _MAX_WORKERS + (self._worker.number if is_known else _FALLBACK)
            return self._last_id

    def answer(self, connection: Connection, barrier: int) -> None:
        """Show that this process has written everything up to a barrier; join if it has not, or was forgotten.

        Args:
            connection: a transaction that has locked the journal.
            barrier: the barrier.
        """
        self._seen_at = time.monotonic()
        values = {"barrier": barrier, "seen_at": _now(connection)}
        mine = WORKERS.c.id == self._worker.row_id
        if self._worker.number != _FALLBACK and connection.execute(update(WORKERS).where(mine).values(values)).rowcount:
            return
        worker = _new_worker(connection, self._worker)
        connection.execute(insert(WORKERS), {"id": worker.row_id, **values})
        last_id = connection.scalar(select(func.max(JOURNAL.c.id))) or 0
        with self._lock:
            self._worker, self._last_id = worker, max(self._last_id, last_id)

    def leave(self, connection: Connection) -> None:
        """Show that this process has ended."""
        connection.execute(delete(WORKERS).where(WORKERS.c.id == self._worker.row_id))

    def is_awaited(self, connection: Connection, barrier: int | None = None) -> bool:
        """Return whether there is another live process.

        Args:
            connection: a transaction.
            barrier: count only those that have not answered this barrier; ``None`` for all.
        """
        query = select(WORKERS.c.id).where(
            WORKERS.c.id != self._worker.row_id, WORKERS.c.seen_at > _now(connection) - GONE_SECONDS
        )
        if barrier is not None:
            query = query.where(WORKERS.c.barrier < barrier)
        return any(not _has_ended(_Worker.parse(row_id)) for row_id in connection.scalars(query))


class BarrierPoll:
    """Reads the barrier again and again, on a connection of the driver itself: SQLAlchemy takes ten times as long.

    Args:
        database: the database.
    """

    def __init__(self, database: Database) -> None:
        """Connect when the barrier is read."""
        self._database = database
        self._connection: Any = None
        self._process_id = os.getpid()

    def read(self) -> int:
        """Return the barrier.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        try:
            if self._connection is None:
                self._connection = self._database.connect()
                if self._database.url.dialect == "postgresql":
                    self._connection.autocommit = True
            row = self._connection.execute(_BARRIER_QUERY).fetchone()
        except driver_errors(self._database.url) as error:
            self.close()
            raise self._database.unavailable(error) from None
        return 0 if row is None else int(row[0])

    def close(self) -> None:
        """Close the connection, except in a forked process: it is the parent's. The next read opens another."""
        connection, self._connection = self._connection, None
        if connection is not None and os.getpid() == self._process_id:
            with suppress(*driver_errors(self._database.url)):  # it may be broken
                connection.close()


def raise_barrier(connection: Connection) -> int:
    """Raise the barrier, in a transaction that has locked the journal, and return it."""
    barrier = read_counter(connection, _BARRIER) + 1
    write_counter(connection, _BARRIER, barrier)
    return barrier


def _new_worker(connection: Connection, worker: _Worker) -> _Worker:
    """Return this process with a number that no other one has, and with the clock of its machine."""
    connection.execute(delete(WORKERS).where(WORKERS.c.seen_at < _now(connection) - FORGOTTEN_SECONDS))
    others = [_Worker.parse(row_id) for row_id in connection.scalars(select(WORKERS.c.id))]
    same_machine = [other.offset_nanoseconds for other in others if other.machine == worker.machine]
    # All processes of a machine use one offset, so that their ids rise with its clock.
    offset = same_machine[0] if same_machine else _clock_offset(connection)
    return worker._replace(number=_free_number([other.number for other in others]), offset_nanoseconds=offset)


def _free_number(taken: Collection[int]) -> int:
    return next((number for number in range(_FALLBACK) if number not in taken), _FALLBACK)


def _clock_offset(connection: Connection) -> int:
    """Return what the clock of this machine is behind that of the store."""
    if connection.dialect.name == "sqlite":
        return 0
    start = time.time_ns()
    stored = _now(connection)
    return round(stored * 10**9) - (start + time.time_ns()) // 2


def _now(connection: Connection) -> float:
    """Return the time of the store, in seconds since the epoch."""
    if connection.dialect.name == "sqlite":
        return time.time()
    return float(connection.scalar(select(func.extract("epoch", func.clock_timestamp()))) or 0)


def _has_ended(worker: _Worker) -> bool:
    """Return whether a process of this machine has ended; ``False`` if that is not known."""
    if sys.platform != "linux" or worker.machine != _machine():
        return False
    try:
        os.kill(worker.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is of another user
        return False
    return False


def _machine() -> str:
    """Return what differs for machines, and on Linux for containers with process ids of their own."""
    names = [platform.node()]
    if sys.platform == "linux":
        names += [
            Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"),
            str(Path("/proc/self/ns/pid").stat().st_ino),
        ]
    return blake2b("/".join(names).encode(), digest_size=8).hexdigest()
