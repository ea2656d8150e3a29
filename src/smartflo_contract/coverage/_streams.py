"""Find the cells of a body while it is sent."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import orjson

from smartflo_contract.cells.cell import Mask
from smartflo_contract.cells.lead_cells import LeadCells

MAX_STREAM_LEADS: Final = 10_000
"""Leads of a streamed body whose cells are found; the cells of the others are not."""
_SEPARATOR: Final = b'},{"'
"""The bytes between two leads. Inside a string the quote would be escaped."""


def body_mask(cells: LeadCells, body: bytes) -> Mask | None:
    """Return the cells of a body, ``None`` if it is not a JSON array."""
    leads = _decoded(body)
    return None if leads is None else cells.response_mask(leads)


class StreamMask:
    """The cells of the leads in a streamed body.

    Args:
        cells: the cells of the contract.

    Attributes:
        is_truncated: whether the cells of some leads were not found, because there are too many.
    """

    def __init__(self, cells: LeadCells) -> None:
        """Start before the first chunk."""
        self.is_truncated = False
        self._cells = cells
        self._mask: Mask = 0
        self._leads = 0
        self._rest = b"["
        self._end = b""

    def add(self, chunk: bytes) -> None:
        """Add the next chunk."""
        self._end = chunk[-1:] or self._end
        if self.is_truncated:
            return
        self._rest += chunk if self._leads else chunk.removeprefix(b"[")
        end = self._rest.rfind(_SEPARATOR)
        leads = _decoded(self._rest[: end + 1] + b"]") if end > 0 else None
        if leads:
            self._count(leads)
            self._rest = b"[" + self._rest[end + 2 :]

    def result(self) -> Mask | None:
        """Return the cells after the last chunk, ``None`` if the body is not a JSON array."""
        if self._end != b"]":
            return None
        if not self.is_truncated:
            leads = _decoded(self._rest)
            if leads is None:
                return None
            self._count(leads)
        return self._mask | self._cells.size_mask(self._leads)

    def _count(self, leads: Sequence[object]) -> None:
        self._mask |= self._cells.leads_mask(leads[: MAX_STREAM_LEADS - self._leads])
        self._leads += len(leads)
        self.is_truncated = self._leads > MAX_STREAM_LEADS


def count_when_read(chunks: Iterator[bytes], stream: StreamMask | None, finish: Callable[[], None]) -> Iterator[bytes]:
    """Yield the chunks of a body, and call ``finish`` after the last one.

    Args:
        chunks: the chunks.
        stream: receives the chunks; ``None`` if the cells of the body are known.
        finish: called if the client has read all chunks.
    """
    for chunk in chunks:
        if stream is not None:
            stream.add(chunk)
        yield chunk
    finish()


def _decoded(body: bytes) -> list[Any] | None:
    try:
        leads = orjson.loads(body)
    except ValueError:
        return None
    return leads if isinstance(leads, list) else None
