"""A folder in which the processes of one run share mutants out: each takes the next one, and adds its results.

A process that dies loses only the mutant that it has taken.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from time import sleep
from typing import Any, Final

from smartflo_contract.live.output_files import replace_file

_POLL_SECONDS: Final = 0.01
_MEMBER: Final = "member-"
_ENDED: Final = "ended-"
_CONTENT: Final = "content-"
_CLAIM: Final = "claim-"
_LINES: Final = "lines-"
_TOTAL: Final = "total-"


class SharedFolder:
    """The folder.

    Args:
        path: an existing folder that only the processes of the run write to.

    Attributes:
        path: the same.
    """

    def __init__(self, path: Path) -> None:
        """Keep the path."""
        self.path = path

    def add_member(self, name: str) -> None:
        """Note that a process takes part, before it starts."""
        (self.path / f"{_MEMBER}{name}").touch()

    def note_end(self, name: str) -> None:
        """Note that a process has ended, in whatever way."""
        (self.path / f"{_ENDED}{name}").touch()

    def publish(self, name: str, content: Mapping[str, Any]) -> None:
        """Write the content of a process, for the others."""
        with replace_file(self.path / f"{_CONTENT}{name}") as file:
            file.write(json.dumps(content).encode())

    def wait_for_contents(self, is_abandoned: Callable[[], bool]) -> list[dict[str, Any]]:
        """Wait until every process has written its content or has ended, and return the contents by process.

        Args:
            is_abandoned: whether nobody would note the end of a process any more.
        """
        while self._missing_contents() and not is_abandoned():
            sleep(_POLL_SECONDS)
        return self.contents()

    def contents(self) -> list[dict[str, Any]]:
        """Return the contents that were written so far."""
        return [json.loads(path.read_bytes()) for path in sorted(self.path.glob(f"{_CONTENT}*"))]

    def _missing_contents(self) -> set[str]:
        return self._names(_MEMBER) - self._names(_CONTENT) - self._names(_ENDED)

    def claim(self, number: int, name: str) -> bool:
        """Take an item, unless another process has taken it; return whether this one has it now."""
        try:
            with (self.path / f"{_CLAIM}{number}").open("x") as file:
                file.write(name)
        except FileExistsError:
            return False
        return True

    def claims(self) -> dict[int, str]:
        """Return the items that were taken, to the names of the processes."""
        claims = {int(path.name.removeprefix(_CLAIM)): path for path in self.path.glob(f"{_CLAIM}*")}
        return {number: path.read_text() for number, path in sorted(claims.items())}

    @property
    def has_claims(self) -> bool:
        """Whether an item was taken."""
        return any(self.path.glob(f"{_CLAIM}*"))

    def note_total(self, total: int) -> None:
        """Note the number of items, for the process that shows progress."""
        (self.path / f"{_TOTAL}{total}").touch()

    def progress(self) -> tuple[int, int]:
        """Return how many items have been taken, and how many there are; 0 if that is not known yet."""
        return len(self._names(_CLAIM)), max((int(total) for total in self._names(_TOTAL)), default=0)

    def add_line(self, name: str, content: Mapping[str, Any]) -> None:
        """Add a result of a process; each is written at once."""
        with (self.path / f"{_LINES}{name}").open("ab", buffering=0) as file:
            file.write(json.dumps(content).encode() + b"\n")

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield the results of all processes; a line that a process has not finished is left out."""
        paths = sorted(self.path.glob(f"{_LINES}*"))
        for line in chain.from_iterable(path.read_bytes().splitlines(keepends=True) for path in paths):
            if line.endswith(b"\n"):
                yield json.loads(line)

    def write_position(self, name: str, text: str) -> None:
        """Note what a process does next, for the case that it dies."""
        descriptor = os.open(self.path / f"position-{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(descriptor, text.encode())
        os.close(descriptor)

    def position(self, name: str) -> str:
        """Return what a process was doing; empty if it has noted nothing."""
        path = self.path / f"position-{name}"
        return path.read_text() if path.exists() else ""

    def _names(self, prefix: str) -> set[str]:
        return {path.name.removeprefix(prefix) for path in self.path.glob(f"{prefix}*")}
