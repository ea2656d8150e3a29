"""A body out of gzip, in pieces of a bounded size."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from smartflo_contract.live.errors import CutError
from smartflo_contract.live.parsing.splitter import Fault

PIECE: Final = 64 * 1024
"""Bytes that are held at most, before and after gzip is decoded."""
_GZIP: Final = 16 + zlib.MAX_WBITS
_MAGIC: Final = b"\x1f\x8b"


def plain(pieces: Iterable[bytes], faults: list[Fault]) -> Iterator[bytes]:
    """Yield a body, out of gzip where it is in one; what is wrong with that is a fault."""
    pieces = iter(pieces)
    first = next(pieces, b"")
    whole = chain([first], pieces)
    if not first.startswith(_MAGIC):
        yield from whole
        return
    try:
        yield from unzipped(whole)
    except CutError:
        faults.append(Fault("broken-gzip", 0))


def unzipped(received: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip holds: of one member or several, and of each piece no more than fits one.

    Raises:
        CutError: it breaks off, or is none.
    """
    member, begun = zlib.decompressobj(_GZIP), False
    for piece in received:
        rest, more = piece, True
        while more:
            rest = rest if begun else rest.lstrip(b"\0")  # between members may be zeros
            try:
                plain = member.decompress(rest, PIECE)
            except zlib.error:
                message = "the body broke off: it is not the gzip that its Content-Encoding says"
                raise CutError(message) from None
            if plain:
                yield plain
            begun = begun or bool(rest)
            rest = member.unconsumed_tail or member.unused_data
            more = bool(rest) or len(plain) == PIECE
            if member.eof:
                member, begun = zlib.decompressobj(_GZIP), False
    if begun:
        message = "the body broke off: its gzip has no end"
        raise CutError(message)
