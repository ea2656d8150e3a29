"""The body of an answer, piece by piece, as it comes."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Final

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from smartflo_contract.live.errors import CutError, LiveError
from smartflo_contract.live.parsing.decompression import PIECE, unzipped

_SMALL: Final = 16 * 1024
_SMALL_SECONDS: Final = 30
_LONGEST_NAME: Final = 20


def pieces(response: requests.Response, seconds: float, clock: Callable[[], float]) -> Iterator[bytes]:
    """Return the body as pieces of 64 KiB at most, none of them empty, each as soon as it is there.

    What fails later is raised when the next piece is taken: :class:`CutError` where the body ends too early, and
    :class:`LiveError` itself where it does not end.

    Args:
        response: whose body nobody has read; asked for with ``stream=True``.
        seconds: how long the body may take, with what is done between the pieces.
        clock: seconds, which only ever grow.

    Raises:
        LiveError: the body is encoded in another way than by gzip.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    received = _received(response, seconds, clock)
    if encoding in {"", "identity"}:
        return received
    if encoding in {"gzip", "x-gzip"}:
        return unzipped(received)
    message = f"the body is encoded as `{encoding[:_LONGEST_NAME]}`; only gzip was asked for"
    raise LiveError(message)


def small_value(response: requests.Response) -> object:
    """Return the JSON value of a small body; ``None`` where it is none, is large, or does not arrive."""
    text = b""
    try:
        for piece in pieces(response, _SMALL_SECONDS, time.monotonic):
            text += piece
            if len(text) > _SMALL:
                return None
    except LiveError:
        return None
    return value(text)


def value(text: bytes) -> object:
    """Return what a text of JSON says; ``None`` where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _received(response: requests.Response, seconds: float, clock: Callable[[], float]) -> Iterator[bytes]:
    """Yield what comes, whatever there is of it: a full piece may never come of a server that sends byte by byte."""
    until, count = clock() + seconds, 0
    while True:
        left = response.raw.length_remaining
        try:
            piece = response.raw.read1(PIECE if left is None else min(PIECE, left), decode_content=False)
        except HTTPError as error:
            of = f" of {count + left}" if left is not None else ""
            why = "nothing more came" if isinstance(error, ReadTimeoutError) else "the connection ended"
            message = f"the body broke off after {count}{of} bytes: {why}"
            raise CutError(message) from None
        if not piece:
            return
        count += len(piece)
        if clock() > until:
            message = f"the body has not ended after {seconds:g} seconds and {count} bytes; --max-time can allow more"
            raise LiveError(message)
        yield piece
