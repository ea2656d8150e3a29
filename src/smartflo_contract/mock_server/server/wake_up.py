"""A flag that a signal handler may set while the same thread waits for it."""

from contextlib import suppress
from queue import Empty, SimpleQueue


class WakeUp:
    """Replaces ``threading.Event`` where a signal handler sets it.

    An event has a lock, which its waiting thread holds for a moment before and after it waits. A signal that arrives
    then, such as the second of two, runs its handler in that thread, which would wait for its own lock forever.
    """

    def __init__(self) -> None:
        """Create a flag that is not set."""
        self._wake_ups: SimpleQueue[None] = SimpleQueue()  # its `put` is reentrant

    def set(self) -> None:
        """Set the flag, and wake the thread that waits."""
        self._wake_ups.put(None)

    def wait_and_clear(self) -> None:
        """Wait until the flag is set, and reset it."""
        self._wake_ups.get()
        self.clear()

    def clear(self) -> None:
        """Reset the flag."""
        with suppress(Empty):
            while True:
                self._wake_ups.get_nowait()
