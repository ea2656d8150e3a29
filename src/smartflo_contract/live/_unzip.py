"""A body out of gzip, in pieces of a bounded size."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from smartflo_contract.live._split import Fault

_PIECE: Final = 1024 * 1024
_GZIP: Final = b"\x1f\x8b"


def unzipped(pieces: Iterable[bytes], faults: list[Fault]) -> Iterator[bytes]:
    """Yield a body, out of gzip where it is in one; what is wrong with that is a fault."""
    pieces, unzip = iter(pieces), None
    first = next(pieces, b"")
    if not first.startswith(_GZIP):
        yield first
        yield from pieces
        return
    for piece in chain([first], pieces):
        rest = piece
        while rest:
            unzip = unzip or zlib.decompressobj(wbits=31)
            try:
                yield unzip.decompress(rest, _PIECE)
                while more := unzip.decompress(b"", _PIECE):
                    yield more
            except zlib.error:
                faults.append(Fault("broken-gzip", 0))
                return
            rest = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
            unzip = None if unzip.eof else unzip
    if unzip is not None:
        faults.append(Fault("broken-gzip", 0))
