"""A large file in two halves, of which a process of its own reads the second one while this process reads the first.

That the file was cut between two leads is known once both have been read: each must be a whole list. Where they are
not, or what is said of one lead depends on another one in the other half, the file is read again in one piece.
"""

import json
import pickle
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from smartflo_contract.live.checking.finding_collector import Found, find
from smartflo_contract.live.checking.identifiers import are_disjoint
from smartflo_contract.live.parsing.sources import Sources, pieces_of
from smartflo_contract.schemas import Contract

LEAST: Final = 64 * 1024 * 1024
"""Bytes of a file from which on the start of another process pays."""
_SHARE: Final = 0.55
"""Of the file is the first half, as the other process has yet to start."""
_LOOKED_AT: Final = 1024 * 1024
"""Bytes in which the end of a lead is looked for."""
_BEGIN: Final = re.compile(rb"[ \t\r\n]*(?:(\[)|\{)")
_BETWEEN: Final = {
    True: re.compile(rb"\}([ \t\r\n]*,[ \t\r\n]*)(?=\{)"),
    False: re.compile(rb"\}([ \t\r]*\n[ \t\r\n]*)(?=\{)"),
}
"""What stands between two leads of an array, and of lines."""
_CHILD: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.buffer.readline()); "
    "from smartflo_contract.live.checking.parallel_scan import second_half; "
    "sys.stdout.buffer.write(second_half(sys.stdin.buffer.read()))"
)


class Halves(NamedTuple):
    """Where a file is cut.

    Attributes:
        path: the file.
        is_array: whether it is an array, and not one lead a line.
        end: of the first half, in bytes.
        start: of the second one.
        size: of the file.
    """

    path: Path
    is_array: bool
    end: int
    start: int
    size: int

    def first(self) -> Iterator[bytes]:
        """Yield the first half, as a list of its own."""
        yield from self._part(0, self.end)
        yield b"]" if self.is_array else b""

    def second(self) -> Iterator[bytes]:
        """Yield the second half, as a list of its own."""
        yield b"[" if self.is_array else b""
        yield from self._part(self.start, self.size)

    def _part(self, start: int, end: int) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(start)
            yield from pieces_of(str(self.path), file, end - start)


def halves_of(path: Path) -> Halves | None:
    """Return where a file may be cut between two leads; ``None`` where it is small, packed or no list."""
    size = path.stat().st_size
    if size < LEAST:
        return None
    with path.open("rb") as file:
        begin = _BEGIN.match(file.read(_LOOKED_AT))
        if begin is None:
            return None
        is_array = begin[1] is not None
        file.seek(at := int(size * _SHARE))
        between = _BETWEEN[is_array].search(file.read(_LOOKED_AT))
    return between and Halves(path, is_array, at + between.start(1), at + between.end(1), size)


def find_in_halves(
    halves: Halves, contract: Contract, most_item: int, sources: Sources, tell: Callable[[int], None]
) -> tuple[Found, Found] | None:
    """Return what is found in each half; ``None`` where they have to be read as one.

    Args:
        halves: of a file.
        contract: what it is held against.
        most_item: bytes of a lead; a larger one is a fault.
        sources: counts what is read.
        tell: is told how many leads have been read, nearly.
    """
    job = pickle.dumps((halves, contract.profile, contract.overlay, most_item))
    with _other_process(job) as result:
        pieces = sources.counted(halves.first(), _SHARE)
        first = find(contract, pieces, most_item, faults=[], tell=lambda leads: tell(int(leads / _SHARE)))
        second = result()
    if second is None or first.faults or second.faults or not _are_one_list(first, second):
        return None
    return first, second.after(first, halves.size)


def _are_one_list(first: Found, second: Found) -> bool:
    """Whether nothing is to be said of two lists together that is not said of each."""
    of_one = first.list_id in (None, second.list_id) or second.list_id is None
    return of_one and are_disjoint(first.ids, second.ids)


@contextmanager
def _other_process(job: bytes) -> Iterator[Callable[[], Found | None]]:
    """Start a process that reads the second half, yield what waits for its result, and end it at the end."""
    with tempfile.TemporaryFile() as given:
        given.write(json.dumps(sys.path).encode() + b"\n" + job)
        given.seek(0)
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-c", _CHILD], stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def result() -> Found | None:
        told, _ = process.communicate()
        return pickle.loads(told) if process.returncode == 0 else None  # noqa: S301 - of our own process

    with process:
        try:
            yield result
        finally:
            process.kill()


def second_half(job: bytes) -> bytes:
    """Return what is found in the second half, of what was asked for."""
    halves, profile, overlay, most_item = pickle.loads(job)  # noqa: S301 - of our own process
    return pickle.dumps(find(Contract(profile, overlay), halves.second(), most_item, faults=[]))
