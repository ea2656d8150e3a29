"""The events of one advance for several receivers: computed once, as far as they fit in memory."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from threading import Lock
from typing import Final

from smartflo_contract.mock_server.webhooks.event import CallEvent

MAX_KEPT: Final = 10_000
"""Maximum number of events that are kept for slower receivers; each receiver computes those that follow."""


class SharedEvents:
    """Events that several threads iterate over, each at its own speed.

    Args:
        events: returns the events, in order, from the first one; the same whenever it is called.
    """

    def __init__(self, events: Callable[[], Iterable[CallEvent]]) -> None:
        """Compute nothing yet."""
        self._events = events
        self._remaining = iter(events())
        self._kept: list[CallEvent] = []
        self._lock = Lock()

    def __iter__(self) -> Iterator[CallEvent]:
        """Yield the events, in order."""
        position = 0
        while position < MAX_KEPT:
            if position == len(self._kept) and not self._keep_another(position):
                return
            yield self._kept[position]
            position += 1
        yield from islice(self._events(), MAX_KEPT, None)

    def _keep_another(self, position: int) -> bool:
        """Compute the event at a position, unless another thread just did, and return whether there is one."""
        with self._lock:
            if position == len(self._kept):
                self._kept.extend(islice(self._remaining, 1))
            return position < len(self._kept)
