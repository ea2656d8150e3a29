"""Decompression of gzip bodies in chunks of bounded size."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from smartflo_contract.live.errors import TruncatedBodyError
from smartflo_contract.live.parsing.body_defect import BodyDefect

MAX_CHUNK_BYTES: Final = 64 * 1024
"""Maximum size of a chunk, compressed or decompressed."""
_GZIP_WBITS: Final = 16 + zlib.MAX_WBITS
_GZIP_MAGIC: Final = b"\x1f\x8b"


def decompress(chunks: Iterable[bytes], defects: list[BodyDefect]) -> Iterator[bytes]:
    """Yield a body, decompressed if it begins like gzip.

    Args:
        chunks: the body.
        defects: receives ``broken-gzip`` if the stream is incomplete or invalid.
    """
    chunks = iter(chunks)
    first = next(chunks, b"")
    body = chain([first], chunks)
    if not is_gzip(first):
        yield from body
        return
    size = 0
    try:
        for chunk in gunzip(body):
            size += len(chunk)
            yield chunk
    except TruncatedBodyError:
        defects.append(BodyDefect("broken-gzip", size))


def is_gzip(beginning: bytes) -> bool:
    """Return whether a body begins like gzip."""
    return beginning.startswith(_GZIP_MAGIC)


def begin_of_gzip(beginning: bytes, size: int) -> bytes:
    """Return at most ``size`` bytes of what the beginning of a gzip stream contains; none if it is not valid."""
    try:
        return zlib.decompressobj(_GZIP_WBITS).decompress(beginning, size)
    except zlib.error:
        return b""


def gunzip(compressed: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content of a gzip stream with one or more members, in chunks of at most 64 KiB.

    Raises:
        TruncatedBodyError: the stream is incomplete or invalid.
    """
    member, has_begun = zlib.decompressobj(_GZIP_WBITS), False
    for chunk in compressed:
        rest, has_more = chunk, True
        while has_more:
            rest = rest if has_begun else rest.lstrip(b"\0")  # members may be padded with zeros
            try:
                content = member.decompress(rest, MAX_CHUNK_BYTES)
            except zlib.error:
                message = "the body was cut off: it is not valid gzip, although its Content-Encoding is gzip"
                raise TruncatedBodyError(message) from None
            if content:
                yield content
            has_begun = has_begun or bool(rest)
            rest = member.unconsumed_tail or member.unused_data
            has_more = bool(rest) or len(content) == MAX_CHUNK_BYTES
            if member.eof:
                member, has_begun = zlib.decompressobj(_GZIP_WBITS), False
    if has_begun:
        message = "the body was cut off: its gzip stream has no end"
        raise TruncatedBodyError(message)
