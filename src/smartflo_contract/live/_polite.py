"""What may be asked of the real API, and how often: it has one rate budget with the people who dial."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final
from urllib.parse import unquote, urlsplit

from smartflo_contract.live._access import LOGIN
from smartflo_contract.live._errors import ReadOnlyError

_ACTIONS: Final = frozenset({"start", "pause", "resume", "end"})
"""Parts of paths by which a GET starts or stops a broadcast; documented."""


def check_reading(method: str, url: str) -> None:
    """Refuse a request that would do more than read, or log in.

    Args:
        method: HTTP method.
        url: URL, or its path.

    Raises:
        ReadOnlyError: it would.
    """
    path = unquote(urlsplit(url).path).rstrip("/")
    if method.upper() == "POST" and path.endswith(LOGIN):
        return
    parts = {part.strip().lower() for part in path.split("/")}
    if method.upper() != "GET":
        message = f"{method.upper()} {path} was not sent: of the real API only GET and the login are asked"
        raise ReadOnlyError(message)
    if parts & _ACTIONS:
        message = f"GET {path} was not sent: it starts or stops a broadcast, and phones may ring"
        raise ReadOnlyError(message)


class Pace:
    """Keeps requests apart, whichever threads send them.

    Args:
        interval: seconds from one to the next.
        clock: seconds, which only ever grow.
    """

    def __init__(self, interval: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Let the first request go at once."""
        self._interval = interval
        self._clock = clock
        self._next = clock()
        self._lock = Lock()

    def wait(self) -> float:
        """Take the next turn, and return the seconds until it comes."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + self._interval
            return turn - now
