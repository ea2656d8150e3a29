"""The journal in the memory of this process."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from threading import BoundedSemaphore, Condition, Lock
from time import monotonic
from typing import TypeAlias

from smartflo_contract.mock_server.journal.entry import JournalEntry, decode_entry
from smartflo_contract.mock_server.journal.journal import MAX_DROP_COUNTS, MAX_WAITS, RECORD_OVERHEAD_BYTES

Record: TypeAlias = tuple[int, str | None, bytes]
"""A stored request: its id, the id of its account if that is known, and the encoded entry."""


class MemoryJournal:
    """Keeps the last requests in the memory of this process, and drops the oldest beyond a bound.

    Attributes:
        waits: limits concurrent waits; a caller acquires it before :meth:`wait`.

    Args:
        max_requests: maximum number of requests; 0 keeps none.
        max_bytes: maximum memory of all requests.
    """

    def __init__(self, max_requests: int, max_bytes: int) -> None:
        """Create an empty journal."""
        self._max_requests = max_requests
        self._max_bytes = max_bytes
        self._records: deque[Record] = deque()
        self._counts: dict[str | None, int] = {}
        self._bytes = 0
        self._last_id = 0
        self._dropped: dict[str | None, int] = {}
        self._dropped_uncounted = 0
        self.waits = BoundedSemaphore(MAX_WAITS)
        self._waiting = 0
        self._generation = 0
        self._changed = Condition(Lock())

    def renew_locks(self) -> None:
        """Replace the locks, which another thread may have held when this process was forked."""
        self.waits = BoundedSemaphore(MAX_WAITS)
        self._waiting = 0
        self._changed = Condition(Lock())

    def close(self) -> None:
        """Do nothing: the requests are in this process only."""

    def __bool__(self) -> bool:
        """Return whether the journal keeps requests."""
        return self._max_requests > 0

    def add(self, account_id: str | None, encoded: bytes) -> int:
        """Keep an encoded entry, drop the oldest beyond the bounds, and return the id of the new one."""
        with self._changed:
            self._last_id += 1
            self._records.append((self._last_id, account_id, encoded))  # the garbage collector skips such tuples
            self._counts[account_id] = self._counts.get(account_id, 0) + 1
            self._bytes += len(encoded) + RECORD_OVERHEAD_BYTES
            while len(self._records) > self._max_requests or self._bytes > self._max_bytes:
                self._drop_oldest()
            if self._waiting:
                self._changed.notify_all()
            return self._last_id

    def sync(self) -> int:
        """Return the last id: each request is added before it is answered."""
        with self._changed:
            return self._last_id

    def after(self, last_id: int, account_id: str | None) -> Iterator[JournalEntry]:
        """Yield the entries after an id, oldest first.

        Args:
            last_id: id of a request; 0 for all.
            account_id: account whose requests to yield; ``None`` for all accounts.
        """
        with self._changed:
            records = self._after(last_id)
        yield from _decode(records, account_id)

    def oldest(self, account_id: str | None) -> int | None:
        """Return the id of the oldest request of an account that is kept, or of all accounts for ``None``."""
        with self._changed:
            ids = (request_id for request_id, owner_id, _ in self._records if account_id in {None, owner_id})
            return next(ids, None)

    def dropped(self, account_id: str | None) -> int:
        """Return the number of dropped requests.

        Args:
            account_id: account whose requests to count; ``None`` for all accounts. The number of one account is an
                upper bound, because exact numbers are kept for 10,000 accounts only.
        """
        with self._changed:
            if account_id is None:
                return sum(self._dropped.values()) + self._dropped_uncounted
            return self._dropped.get(account_id, 0) + self._dropped_uncounted

    def forget(self, account_id: str | None) -> None:
        """Delete the requests of an account, or of all accounts for ``None``."""
        with self._changed:
            self._generation += 1
            if account_id is None:
                self._records.clear()
                self._counts.clear()
                self._bytes = 0
                self._dropped, self._dropped_uncounted = {}, 0
            else:
                self._delete_newest(account_id, self._counts.pop(account_id, 0))
                self._dropped.pop(account_id, None)

    def wait(
        self,
        last_id: int,
        account_id: str | None,
        matches: Callable[[JournalEntry], bool],
        *,
        count: int,
        timeout_seconds: float,
    ) -> bool:
        """Wait until enough entries match; return whether they do.

        Args:
            last_id: id of a request, after which requests count; 0 for all.
            account_id: account whose requests count; ``None`` for all accounts.
            matches: returns whether an entry counts.
            count: number of entries that must match.
            timeout_seconds: maximum time to wait.
        """
        deadline = monotonic() + timeout_seconds
        seen_id, matching, generation = last_id, 0, self._generation
        while True:
            with self._changed:
                self._waiting += 1
                try:
                    is_changed = self._changed.wait_for(partial(self._has_after, seen_id), deadline - monotonic())
                finally:
                    self._waiting -= 1
                if generation != self._generation:  # entries that matched may be deleted: start over
                    seen_id, matching, generation = last_id, 0, self._generation
                records, seen_id = self._after(seen_id), self._last_id
            matching += sum(1 for entry in _decode(records, account_id) if matches(entry))
            if matching >= count:
                return True
            if not is_changed:
                return False

    def _has_after(self, last_id: int) -> bool:
        return self._last_id > last_id

    def _after(self, last_id: int) -> list[Record]:
        newer: list[Record] = []
        for record in reversed(self._records):
            if record[0] <= last_id:
                break
            newer.append(record)
        return newer[::-1]

    def _delete_newest(self, account_id: str, count: int) -> None:
        """Delete the newest records of an account. Those of a test are among the newest of all, so few are moved."""
        newer: list[Record] = []
        while count and self._records:  # a forked process may have the count without the record
            record = self._records.pop()
            if record[1] == account_id:
                self._bytes -= len(record[2]) + RECORD_OVERHEAD_BYTES
                count -= 1
            else:
                newer.append(record)
        self._records.extend(reversed(newer))

    def _drop_oldest(self) -> None:
        _, account_id, encoded = self._records.popleft()
        self._bytes -= len(encoded) + RECORD_OVERHEAD_BYTES
        self._counts[account_id] -= 1
        if not self._counts[account_id]:
            del self._counts[account_id]
        self._dropped[account_id] = self._dropped.get(account_id, 0) + 1
        if len(self._dropped) > MAX_DROP_COUNTS:
            self._dropped_uncounted += self._dropped.pop(next(iter(self._dropped)))


def _decode(records: Iterable[Record], account_id: str | None) -> Iterator[JournalEntry]:
    """Yield the entries of an account, or of all accounts for ``None``."""
    for request_id, owner_id, encoded in records:
        if account_id is None or owner_id == account_id:
            yield {"id": request_id, "account": owner_id, **decode_entry(encoded)}
