"""Where bodies come from: files, standard input, bytes, and the real API."""

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from http import HTTPStatus
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from smartflo_contract.live.client.credentials import Credentials, credentials
from smartflo_contract.live.errors import CutError, LiveError
from smartflo_contract.live.parsing.splitter import Fault

Body: TypeAlias = str | PathLike[str] | bytes | BinaryIO
"""A URL, a file by its path, ``-`` for standard input, the bytes of a body, or an open file."""

_PIECE: Final = 1024 * 1024
_URL: Final = re.compile("https?://", re.IGNORECASE)


class Opened(NamedTuple):
    """A body that can be read.

    Attributes:
        name: for people; of a URL without its query.
        pieces: the body; ``None`` where it is not to be read.
        is_response: whether it is one of HTTP, which is an array and nothing else.
        path: of a file that is on the disk.
    """

    name: str
    pieces: Iterable[bytes] | None
    is_response: bool = False
    path: Path | None = None


class Sources:
    """Opens bodies, one after the other.

    Args:
        token: an access token or a login; what the environment has, unless given.
        max_wait: seconds that are waited where the API answers 429.
        max_time: seconds that an answer may take.

    Attributes:
        faults: what is wrong about an answer besides its body.
        read: bytes of all bodies that have been read; of a file those that it has, whether they are packed or not.
    """

    def __init__(self, token: str | Credentials | None, max_wait: float, max_time: float) -> None:
        """Open nothing yet."""
        self.faults: list[Fault] = []
        self.read = 0
        self._known = Credentials(token) if isinstance(token, str) else token or credentials()
        self._tokens: dict[str, str] = {}
        self._max_wait, self._max_time = max_wait, max_time

    def opened(self, body: Body, stack: ExitStack) -> Opened:
        """Return a body, open until the stack is closed.

        Raises:
            LiveError: it cannot be read.
        """
        if isinstance(body, bytes):
            return self._opened("bytes", BytesIO(body))
        if is_url(body):
            return self._fetched(str(body), stack)
        if not isinstance(body, str | PathLike):
            return self._opened("file", body)
        if body == "-":
            return self._opened("-", _standard_input())
        name = printable(str(body))
        try:
            return self._opened(name, stack.enter_context(Path(body).open("rb")), Path(body))
        except OSError as error:
            message = f"cannot read {name}: {error.strerror}"
            raise LiveError(message) from None

    def counted(self, pieces: Iterable[bytes], share: float = 1) -> Iterator[bytes]:
        """Yield pieces, and count them; another process reads what they are a share of."""
        for piece in pieces:
            self.read += int(len(piece) / share)
            yield piece

    def _opened(self, name: str, file: BinaryIO, path: Path | None = None) -> Opened:
        return Opened(name, self.counted(pieces_of(name, file)), path=path)

    def _fetched(self, url: str, stack: ExitStack) -> Opened:
        from smartflo_contract.live.client.fetch import fetch  # noqa: PLC0415 - files are read quickly without

        answer = stack.enter_context(
            fetch(
                url,
                known=self._known,
                tokens=self._tokens,
                max_wait=self._max_wait,
                max_seconds=self._max_time,
            )
        )
        parts = urlsplit(answer.url)
        name = f"{parts.scheme}://{parts.netloc}{parts.path}"
        if answer.status != HTTPStatus.OK:
            self.faults.append(Fault("http-status", None, f"status {answer.status}"))
            return Opened(name, None)
        if answer.content_type is None or "json" not in answer.content_type.lower():
            self.faults.append(Fault("content-type", None))
        return Opened(name, self.counted(self._whole(answer.pieces)), is_response=True)

    def _whole(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Yield a body up to where it is cut."""
        size = 0
        try:
            for piece in pieces:
                size += len(piece)
                yield piece
        except CutError:
            self.faults.append(Fault("cut-connection", size))


def is_url(body: Body) -> bool:
    """Whether a body is one of the API."""
    return isinstance(body, str) and _URL.match(body) is not None


def printable(text: str) -> str:
    """Return a text in which what would end a line, steer a terminal or not be UTF-8 is escaped."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def total(bodies: Iterable[Body]) -> int | None:
    """Return how many bytes some bodies have; ``None`` where they are not all regular files, or bytes."""
    sizes = [_size(body) for body in bodies]
    return None if None in sizes else sum(filter(None, sizes))


def _size(body: Body) -> int | None:
    if isinstance(body, bytes):
        return len(body)
    if not isinstance(body, str | PathLike):
        return None
    try:
        status = os.fstat(_standard_input().fileno()) if body == "-" else Path(body).stat()
    except (OSError, LiveError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        message = "cannot read -: standard input is closed"
        raise LiveError(message)
    return sys.stdin.buffer


def pieces_of(name: str, file: BinaryIO, size: int | None = None) -> Iterator[bytes]:
    """Yield what is in a file, or so many bytes of it.

    Raises:
        LiveError: it cannot be read.
    """
    while size is None or size > 0:
        try:
            piece = file.read(_PIECE if size is None else min(_PIECE, size))
        except OSError as error:
            message = f"cannot read {name}: {error.strerror}"
            raise LiveError(message) from None
        if not piece:
            return
        yield piece
        size = None if size is None else size - len(piece)
