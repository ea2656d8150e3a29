"""Where bodies come from: files, standard input, bytes, and the real API."""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

import requests

from smartflo_contract.live._access import Credentials, credentials, token
from smartflo_contract.live._errors import CutError, LiveError
from smartflo_contract.live._fetch import base_of, fetch
from smartflo_contract.live._split import Fault

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
    """

    name: str
    pieces: Iterable[bytes] | None
    is_response: bool = False


class Sources:
    """Opens bodies, one after the other.

    Args:
        max_wait: seconds that are waited where the API answers 429.
        secret: an access token; what the environment has, unless given.
        faults: gets what is wrong about an answer besides its body.
    """

    def __init__(self, max_wait: float, secret: str | None, faults: list[Fault]) -> None:
        """Open nothing yet."""
        self._max_wait, self._secret, self._faults = max_wait, secret, faults
        self._tokens: dict[str, Credentials] = {}

    def opened(self, body: Body, stack: ExitStack) -> Opened:
        """Return a body, open until the stack is closed.

        Raises:
            LiveError: it cannot be read.
        """
        if isinstance(body, bytes):
            return Opened("bytes", _pieces("bytes", BytesIO(body)))
        if isinstance(body, str) and _URL.match(body):
            return self._fetched(body, stack)
        if not isinstance(body, str | PathLike):
            return Opened("file", _pieces("file", body))
        if body == "-":
            return Opened("-", _pieces("-", sys.stdin.buffer))
        try:
            return Opened(str(body), _pieces(str(body), stack.enter_context(Path(body).open("rb"))))
        except OSError as error:
            message = f"cannot read {body}: {error.strerror}"
            raise LiveError(message) from None

    def _fetched(self, url: str, stack: ExitStack) -> Opened:
        answer = stack.enter_context(fetch(url, known=self._known(url), max_wait=self._max_wait))
        parts = urlsplit(answer.url)
        name = f"{parts.scheme}://{parts.netloc}{parts.path}"
        if answer.status != requests.codes.ok:
            self._faults.append(Fault("http-status", 0, f"status {answer.status}"))
            return Opened(name, None)
        if answer.content_type is None or "json" not in answer.content_type.lower():
            self._faults.append(Fault("content-type", 0))
        return Opened(name, self._whole(answer.pieces), is_response=True)

    def _known(self, url: str) -> Credentials | None:
        """Return a token, after one login for each root of the API."""
        known = Credentials(self._secret) if self._secret else credentials()
        if known is None or known.token:
            return known
        base = base_of(url)
        if base not in self._tokens:
            self._tokens[base] = Credentials(token(base, known))
        return self._tokens[base]

    def _whole(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Yield a body up to where it is cut."""
        try:
            yield from pieces
        except CutError:
            self._faults.append(Fault("cut-connection", 0))


def _pieces(name: str, file: BinaryIO) -> Iterator[bytes]:
    while True:
        try:
            piece = file.read(_PIECE)
        except OSError as error:
            message = f"cannot read {name}: {error.strerror}"
            raise LiveError(message) from None
        if not piece:
            return
        yield piece
