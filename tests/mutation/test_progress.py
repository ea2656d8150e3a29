"""The progress line of a mutation run."""

import io
from collections.abc import Iterator

from smartflo_contract.mutation.progress import Progress, show_until


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Return that it is."""
        return True


def clock(*times: float) -> Iterator[float]:
    """Yield times, the last one again and again."""
    yield from times
    while True:
        yield times[-1]


def shown(stream: io.StringIO, *times: float) -> str:
    """Return what ten steps of a hundred mutants write at some times; the first one is the start."""
    ticks = clock(*times)
    progress = Progress(100, stream, lambda: next(ticks))
    for _ in times[1:]:
        progress.show(10)
    progress.end()
    return stream.getvalue()


def test_shows_mutants_and_time_left() -> None:
    """After two seconds, the line has the mutants that are decided and the time left; it is removed at the end."""
    output = shown(Terminal(), 0, 1, 10)

    assert output.startswith("\rmutation: 10 of 100 mutants, 1 min 30 s left\r")
    assert output.endswith(" \r")


def test_short_run_shows_nothing() -> None:
    """A run that ends before two seconds writes nothing."""
    assert shown(Terminal(), 0, 1) == ""


def test_only_a_terminal_is_written_to() -> None:
    """A file or a pipe gets nothing."""
    assert shown(io.StringIO(), 0, 60) == ""


def test_line_is_written_rarely() -> None:
    """Two steps within a fifth of a second write one line."""
    assert shown(Terminal(), 0, 3, 3.1).count("mutation:") == 1


def test_progress_of_other_processes() -> None:
    """What other processes have taken is asked for until they have ended; before it is known, nothing is shown."""
    states = iter([(0, 0), (1, 4), (3, 4)])
    waits = iter([False, False, False, True])
    asked: list[tuple[int, int]] = []

    def state() -> tuple[int, int]:
        asked.append(next(states))
        return asked[-1]

    show_until(lambda: next(waits), state, Terminal())

    assert [(0, 0), (1, 4), (3, 4)] == asked
