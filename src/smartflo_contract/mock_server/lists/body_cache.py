"""Bodies of lead lists: small ones from memory, large ones piece by piece."""

from collections.abc import Iterator
from itertools import chain
from threading import Lock
from typing import Final

from smartflo_contract.mock_server.lists.lead_list import LeadList

MAX_WHOLE_BODY_BYTES: Final = 16 * 1024 * 1024
"""Bytes of the largest body that is made in one piece; a list of 10,000 leads is 13 MB."""
CAPACITY_BYTES: Final = 64 * 1024 * 1024
"""Bytes that all remembered bodies have together."""


class LruCache:
    """Bodies by key, bounded in bytes; the one that was not asked for the longest goes first.

    Args:
        capacity: bytes of all bodies together.
    """

    def __init__(self, capacity: int = CAPACITY_BYTES) -> None:
        """Begin empty."""
        self._capacity = capacity
        self._bodies: dict[str, bytes] = {}
        self._size = 0
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """Return the body of a key, if it is remembered."""
        with self._lock:
            body = self._bodies.pop(key, None)
            if body is not None:
                self._bodies[key] = body  # to the end: a dict keeps the order of insertion
            return body

    def put(self, key: str, body: bytes) -> None:
        """Remember a body, and forget others where it would not fit; one above the capacity is not kept."""
        if len(body) > self._capacity:
            return
        with self._lock:
            self._size += len(body) - len(self._bodies.pop(key, b""))
            self._bodies[key] = body
            while self._size > self._capacity:
                self._size -= len(self._bodies.pop(next(iter(self._bodies))))


class BodyCache:
    """The bodies of one fake's lists."""

    def __init__(self) -> None:
        """Begin with an empty cache."""
        self._cache = LruCache()
        self._making = Lock()

    def cached(self, leads: LeadList) -> bytes | None:
        """Return the body of a list, if it is remembered; make nothing."""
        return b"[]" if leads.source.size == 0 else self._cache.get(leads.etag)

    def body(self, leads: LeadList) -> bytes | Iterator[bytes]:
        """Return the body of a list, in pieces where it is large."""
        body = self._cache.get(leads.etag)
        if body is not None:
            return body
        if leads.bytes_per_lead * leads.source.size > MAX_WHOLE_BODY_BYTES:
            return _stream(leads.source.chunks())
        with self._making:  # one at a time: the first requests of many clients want the same body
            body = self._cache.get(leads.etag)
            if body is None:
                body = b"".join(leads.source.chunks())
                self._cache.put(leads.etag, body)
            return body

    @staticmethod
    def partial_body(leads: LeadList, indexes: list[int]) -> bytes | Iterator[bytes]:
        """Return the body of some leads of a list; it is not remembered."""
        chunks = leads.source.chunks(indexes)
        return b"".join(chunks) if leads.bytes_per_lead * len(indexes) <= MAX_WHOLE_BODY_BYTES else _stream(chunks)


def _stream(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Return the chunks with the first already made: what fails there is a 500, not a 200 cut short."""
    return chain((next(chunks),), chunks)
