"""Encodings of bodies in captures."""

import re
import zlib
from binascii import Error, a2b_base64
from collections.abc import Iterator
from typing import Final

from smartflo_contract.live.parsing.json_reader import Body, spooled

_CHUNK_BYTES: Final = 256 * 1024
_BLANKS: Final = re.compile(rb"\s+")
_QUANTUM_CHARACTERS: Final = 4
"""Characters of base64 that stand for three bytes."""
_KEPT_ENCODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip"})
"""Values of ``Content-Encoding`` of bodies that a check reads as they are."""


def decode_base64(body: Body) -> Body | None:
    """Return the content of a body in base64, and close it; ``None`` if it is not valid."""
    with body:
        try:
            return spooled(_base64_parts(body))
        except Error:
            return None


def decode_content(body: Body, encoding: str) -> Body | None:
    """Return a body without its ``Content-Encoding``, and close it; ``None`` if it cannot be decoded.

    Many tools store the decoded body and keep the header. Gzip is left as it is, because a check decompresses it.
    """
    encoding = encoding.strip().lower()
    begins_like_json = body.read(64).lstrip()[:1] in {b"[", b"{"}
    body.seek(0)
    if begins_like_json or encoding in _KEPT_ENCODINGS:
        return body
    with body:
        if encoding != "deflate":
            return None
        try:
            return spooled(_inflated(body))
        except zlib.error:
            return None


def _base64_parts(body: Body) -> Iterator[bytes]:
    held = b""
    while chunk := body.read(_CHUNK_BYTES):
        held += _BLANKS.sub(b"", chunk)
        end = len(held) - len(held) % _QUANTUM_CHARACTERS
        yield a2b_base64(held[:end], strict_mode=True)
        held = held[end:]
    yield a2b_base64(held, strict_mode=True)


def _inflated(body: Body) -> Iterator[bytes]:
    """Yield the content of a zlib stream; some servers send it without a header."""
    is_raw = body.read(1) != b"\x78"
    body.seek(0)
    stream = zlib.decompressobj(-zlib.MAX_WBITS if is_raw else zlib.MAX_WBITS)
    while chunk := body.read(_CHUNK_BYTES):
        while chunk:
            yield stream.decompress(chunk, _CHUNK_BYTES)
            chunk = stream.unconsumed_tail
    yield stream.flush()
    if not stream.eof:
        message = "the stream is incomplete"
        raise zlib.error(message)
