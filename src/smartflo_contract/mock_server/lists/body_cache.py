"""Bodies of lead lists: small bodies are cached, large bodies are streamed."""

from collections.abc import Iterator
from itertools import chain
from threading import Lock
from typing import Final

from smartflo_contract.mock_server.lists.lead_list import LeadList

MAX_WHOLE_BODY_BYTES: Final = 16 * 1024 * 1024
"""Maximum size of a body that is built as a whole. The body of a list with 10,000 leads has 13 MB."""
CAPACITY_BYTES: Final = 64 * 1024 * 1024
"""Maximum total size of all cached bodies."""


class LruCache:
    """Bodies by key, bounded in bytes. The least recently used body is evicted first.

    Args:
        capacity_bytes: maximum total size of the bodies.
    """

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        """Create an empty cache."""
        self._capacity_bytes = capacity_bytes
        self._bodies: dict[str, bytes] = {}
        self._bytes = 0
        self._lock = Lock()

    def renew_locks(self) -> None:
        """Replace the lock, which another thread may have held when this process was forked."""
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """Return the body of a key, ``None`` if it is not cached."""
        with self._lock:
            body = self._bodies.pop(key, None)
            if body is not None:
                self._bodies[key] = body  # at the end: a dict keeps the order of insertion
            return body

    def put(self, key: str, body: bytes) -> None:
        """Cache a body and evict others if necessary. A body above the capacity is not cached."""
        if len(body) > self._capacity_bytes:
            return
        with self._lock:
            self._bytes += len(body) - len(self._bodies.pop(key, b""))
            self._bodies[key] = body
            while self._bytes > self._capacity_bytes:
                self._bytes -= len(self._bodies.pop(next(iter(self._bodies))))


class BodyCache:
    """The bodies of a fake's lists."""

    def __init__(self) -> None:
        """Create an empty cache."""
        self._cache = LruCache()
        self._building = Lock()

    def renew_locks(self) -> None:
        """Replace the locks, which another thread may have held when this process was forked."""
        self._cache.renew_locks()
        self._building = Lock()

    def cached(self, leads: LeadList) -> bytes | None:
        """Return the body of a list, ``None`` if it is not cached."""
        return b"[]" if leads.source.size == 0 else self._cache.get(leads.etag)

    def body(self, leads: LeadList) -> bytes | Iterator[bytes]:
        """Return the body of a list, as chunks if it is large."""
        body = self._cache.get(leads.etag)
        if body is not None:
            return body
        if leads.bytes_per_lead * leads.source.size > MAX_WHOLE_BODY_BYTES:
            return _stream(leads.source.chunks())
        with self._building:  # one at a time: the first requests of many clients are for the same list
            body = self._cache.get(leads.etag)
            if body is None:
                body = b"".join(leads.source.chunks())
                self._cache.put(leads.etag, body)
            return body

    @staticmethod
    def partial_body(leads: LeadList, indexes: list[int]) -> bytes | Iterator[bytes]:
        """Return a body with the leads at ``indexes``, as chunks if it is large. It is not cached."""
        chunks = leads.source.chunks(indexes)
        is_small = leads.bytes_per_lead * len(indexes) <= MAX_WHOLE_BODY_BYTES
        return b"".join(chunks) if is_small else _stream(chunks)


def _stream(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Return the chunks with the first one built, so that an error there is a 500 and not a truncated 200."""
    return chain((next(chunks),), chunks)
