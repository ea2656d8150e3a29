"""The journal: which requests came, and what became of each; bounded in number and in bytes."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from threading import BoundedSemaphore, Condition, Lock
from time import monotonic
from typing import Any, Final, TypeAlias

from smartflo_contract.mock_server.journal.entry import Shown, shown_line

Kept: TypeAlias = tuple[int, str | None, bytes]
"""A request in the journal: its id, its account where that is known, and what is kept of it."""

_MOST_ACCOUNTS: Final = 10_000
"""Accounts of which it is known how many requests were dropped."""

MOST_WAITS: Final = 4
"""Waits at a time, of the eight threads of a worker."""
_OVERHEAD: Final = 256
"""Bytes that Python needs for a request in the journal besides its line; measured, rounded up."""


class Journal:
    """Keeps the last requests in the memory of this process; beyond a bound, the oldest goes.

    Attributes:
        waits: whoever waits for requests takes one of these places, because it holds a thread.

    Args:
        most: how many are kept; 0 keeps none.
        most_bytes: bytes of all that are kept.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        """Begin empty."""
        self._most = most
        self._most_bytes = most_bytes
        self._kept: deque[Kept] = deque()
        self._bytes = 0
        self._last = 0
        self._dropped: dict[str | None, int] = {}
        self._dropped_of_others = 0
        self.waits = BoundedSemaphore(MOST_WAITS)
        self._waiting = 0
        self._forgotten = 0
        self._changed = Condition(Lock())

    def __bool__(self) -> bool:
        """Whether it keeps anything."""
        return self._most > 0

    def add(self, account: str | None, line: bytes) -> int:
        """Keep a request, and drop the oldest where there are too many; return its id."""
        with self._changed:
            self._last += 1
            self._kept.append((self._last, account, line))  # no class of its own: the garbage collector skips these
            self._bytes += len(line) + _OVERHEAD
            while len(self._kept) > self._most or self._bytes > self._most_bytes:
                self._drop()
            if self._waiting:
                self._changed.notify_all()
            return self._last

    def after(self, last: int, account: str | None) -> Iterator[Shown]:
        """Yield the requests that came after the one of an id, the oldest first.

        Args:
            last: id of a request; 0 for all.
            account: only its requests; ``None`` for those of all.
        """
        with self._changed:
            kept = self._after(last)
        yield from _shown(kept, account)

    def dropped(self, account: str | None) -> int:
        """Return how many requests were dropped; of an account, where one is given: no more than that."""
        with self._changed:
            if account is None:
                return sum(self._dropped.values()) + self._dropped_of_others
            return self._dropped.get(account, 0) + self._dropped_of_others

    def forget(self, account: str | None) -> None:
        """Forget the requests of an account, or all where none is named."""
        with self._changed:
            self._forgotten += 1
            self._kept = deque(one for one in self._kept if account is not None and one[1] != account)
            self._bytes = sum(len(line) + _OVERHEAD for _, _, line in self._kept)
            if account is None:
                self._dropped, self._dropped_of_others = {}, 0
            else:
                self._dropped.pop(account, None)

    def wait(self, last: int, account: str | None, fits: Callable[[Shown], bool], count: int, seconds: float) -> bool:
        """Wait until so many requests that fit are there; return whether they are.

        Args:
            last: id of a request, after which they count; 0 for all.
            account: whose requests count; ``None`` for all.
            fits: tells whether a request counts.
            count: how many there must be.
            seconds: how long to wait.
        """
        end, since, found, forgotten = monotonic() + seconds, last, 0, self._forgotten
        while True:
            with self._changed:
                self._waiting += 1
                try:
                    came = self._changed.wait_for(partial(self._is_after, since), end - monotonic())
                finally:
                    self._waiting -= 1
                if forgotten != self._forgotten:  # what has been found may be gone
                    since, found, forgotten = last, 0, self._forgotten
                kept, since = self._after(since), self._last
            found += sum(1 for entry in _shown(kept, account) if fits(entry))
            if found >= count:
                return True
            if not came:
                return False

    def _is_after(self, last: int) -> bool:
        return self._last > last

    def _after(self, last: int) -> list[Kept]:
        newer: list[Kept] = []
        for one in reversed(self._kept):
            if one[0] <= last:
                break
            newer.append(one)
        return newer[::-1]

    def _drop(self) -> None:
        _, account, line = self._kept.popleft()
        self._bytes -= len(line) + _OVERHEAD
        self._dropped[account] = self._dropped.get(account, 0) + 1
        if len(self._dropped) > _MOST_ACCOUNTS:
            self._dropped_of_others += self._dropped.pop(next(iter(self._dropped)))


def _shown(kept: Iterable[Kept], account: str | None) -> Iterator[Shown]:
    for id_, own, line in kept:
        if account is None or own == account:
            yield {"id": id_, "account": own, **shown_line(line)}


def fits(wanted: Mapping[str, Any]) -> Callable[[Shown], bool]:
    """Return what tells whether a request is as wanted.

    Args:
        wanted: ``method``, ``path``, ``route``, ``query``, ``json``, ``status`` and ``fault``, each of which a request
            must have as well where it is there; of ``query`` and of objects in ``json`` a part is enough.
    """
    return lambda entry: not differs(wanted, entry)


def differs(wanted: Mapping[str, Any], entry: Shown) -> list[str]:
    """Return the keys of a search in which a request is not as wanted."""
    response = entry["response"]
    checks: Mapping[str, Callable[[], bool]] = {
        "method": lambda: entry["method"] == wanted["method"].upper(),
        "path": lambda: entry["path"].rstrip("/") == wanted["path"].rstrip("/"),
        "route": lambda: entry["route"] == wanted["route"],
        "query": lambda: contains(entry["query"], wanted["query"]),
        "json": lambda: contains(entry["body"], wanted["json"]),
        "status": lambda: response["status"] == wanted["status"],
        "fault": lambda: response["fault"] == wanted["fault"],
    }
    return [name for name, check in checks.items() if name in wanted and not check()]


def contains(value: object, part: object) -> bool:
    """Whether a JSON value has another in it: objects more keys, all else equal; ``1`` is not ``true``."""
    if isinstance(part, dict):
        return isinstance(value, dict) and all(key in value and contains(value[key], part[key]) for key in part)
    if isinstance(part, list):
        return isinstance(value, list) and len(value) == len(part) and all(map(contains, value, part))
    return value == part and isinstance(value, bool) == isinstance(part, bool)
