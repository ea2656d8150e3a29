"""A line on a terminal that shows how far a run is, and how long it still takes."""

import sys
from collections.abc import Callable
from time import monotonic
from typing import Final, TextIO

QUIET_SECONDS: Final = 2.0
"""A run that ends before shows nothing."""
_INTERVAL_SECONDS: Final = 0.2
_MINUTE: Final = 60


class Progress:
    """Writes the line, and replaces it.

    Args:
        total: number of mutants.
        stream: a terminal; nothing is written to anything else.
        clock: returns the time in seconds.
    """

    def __init__(self, total: int, stream: TextIO | None = None, clock: Callable[[], float] = monotonic) -> None:
        """Start to count."""
        self._total = total
        self._stream = stream or sys.stderr
        self._is_shown = self._stream.isatty()
        self._clock = clock
        self._start = clock()
        self._next = self._start + QUIET_SECONDS
        self._width = 0

    def show(self, done: int) -> None:
        """Show that some mutants are decided."""
        now = self._clock()
        if not self._is_shown or now < self._next:
            return
        self._next = now + _INTERVAL_SECONDS
        left = (now - self._start) / max(done, 1) * (self._total - done)
        self._write(f"mutation: {done:,} of {self._total:,} mutants, {_duration(left)} left")

    def end(self) -> None:
        """Remove the line."""
        if self._width:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, line: str) -> None:
        self._stream.write(f"\r{line:<{self._width}}")
        self._stream.flush()
        self._width = len(line)


def show_until(ended: Callable[[], bool], done_of_all: Callable[[], tuple[int, int]], stream: TextIO) -> None:
    """Show the progress of other processes until they have ended.

    Args:
        ended: waits a moment, and returns whether they have.
        done_of_all: returns how many mutants are decided, and how many there are; 0 if that is not known yet.
        stream: a terminal; nothing is written to anything else.
    """
    progress: Progress | None = None
    while not ended():
        done, total = done_of_all()
        if total:
            progress = progress or Progress(total, stream)
            progress.show(done)
    if progress is not None:
        progress.end()


def _duration(seconds: float) -> str:
    rounded = max(round(seconds), 1)
    return f"{rounded} s" if rounded < _MINUTE else f"{rounded // _MINUTE} min {rounded % _MINUTE} s"
