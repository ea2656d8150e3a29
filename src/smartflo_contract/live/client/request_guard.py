"""What may be asked of the real API, and how often: it has one rate budget with the people who dial."""

import math
import re
import time
from collections.abc import Callable
from threading import Lock
from typing import Final
from urllib.parse import unquote

from smartflo_contract.live.client.credentials import LOGIN
from smartflo_contract.live.errors import NotSentError

MOST_SECONDS: Final = 600
"""How long a body may take, unless it is said."""
_ACTIONS: Final = frozenset({"start", "pause", "resume", "end"})
"""Parts of paths by which a GET starts or stops a broadcast; documented."""
_MOST_ENCODED: Final = 5


def check_reading(method: str, path: str, prefix: str = "") -> None:
    """Refuse a request that would do more than read, or log in.

    Args:
        method: HTTP method.
        path: of the request, as it is sent.
        prefix: path of the base URL, below which the API is.

    Raises:
        NotSentError: it would.
    """
    name = f"{method.upper()} {path}"
    if method.upper() == "POST" and path in {LOGIN, f"{prefix}{LOGIN}"}:
        return
    if method.upper() != "GET":
        message = f"{name} was not sent: of the real API only GET and the login are asked"
        raise NotSentError(message)
    if _parts(path) & _ACTIONS:
        message = f"{name} was not sent: it starts or stops a broadcast, and phones may ring"
        raise NotSentError(message)


def _parts(path: str) -> set[str]:
    """Return what stands between slashes, however it is written."""
    for _ in range(_MOST_ENCODED):
        path = unquote(path)
    return {part.partition(";")[0].strip().lower() for part in re.split(r"[/\\]", path)}


class Pace:
    """Keeps requests apart, whichever threads and processes send them.

    Processes take turns by the clock that they have in common: each has every so many-th interval of it.

    Args:
        interval: seconds from one to the next.
        process: number of this process, from 0.
        processes: how many there are.
        clock: seconds, which only ever grow.
    """

    def __init__(
        self, interval: float, process: int = 0, processes: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Let the first request go at its first turn."""
        self._interval, self._process, self._processes = interval, process, processes
        self._clock = clock
        self._next = clock()
        self._lock = Lock()

    def wait(self) -> float:
        """Take the next turn, and return the seconds until it comes."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            round_ = self._interval * self._processes
            if round_ and self._processes > 1:
                start = self._process * self._interval
                turn = math.ceil((turn - start) / round_) * round_ + start
            self._next = turn + round_
            return turn - now
