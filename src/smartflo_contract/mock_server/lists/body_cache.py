"""Bodies of lead lists: small bodies are cached as a whole, and large bodies are streamed from cached pieces."""

import gzip
from collections.abc import Hashable, Iterator
from itertools import chain
from threading import Lock
from typing import Final

from smartflo_contract.factories import LeadWriter
from smartflo_contract.factories.lead_writer import CHUNK_LEADS
from smartflo_contract.mock_server.lists.edited_leads import EditedLeads, as_array, generate, generate_pieces
from smartflo_contract.mock_server.lists.lead_list import LeadList, LeadSource

MAX_WHOLE_BODY_BYTES: Final = 16 * 1024 * 1024
"""Maximum size of a body that is built as a whole. The body of a list with 10,000 leads has 13 MB."""
CAPACITY_BYTES: Final = 64 * 1024 * 1024
"""Maximum total size of all cached bodies and pieces."""
MAX_PIECES_BYTES: Final = 32 * 1024 * 1024
"""Maximum size of the generated leads of one list that are cached, in pieces. 25,000 leads have 33 MB."""

MAX_KEPT_AT_ONCE_BYTES: Final = 64 * 1024
"""Maximum size of a short body that is cached when it is read for the first time, a larger one at its second read.

Many lists of a test run are read once. To fill new memory with their bodies would take a third as long as to make them.
"""
_MAX_READ_ONCE: Final = 4_096
"""Maximum number of larger bodies of which is known that they were read."""
_GZIP_LEVEL: Final = 6
"""The usual level: 10,000 leads become a tenth of their size in 0.1 s, once."""


class LruCache:
    """Bodies by key, bounded in bytes. The least recently used body is evicted first.

    Args:
        capacity_bytes: maximum total size of the bodies.
    """

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        """Create an empty cache."""
        self._capacity_bytes = capacity_bytes
        self._bodies: dict[Hashable, bytes] = {}
        self._bytes = 0
        self._lock = Lock()

    def renew_locks(self) -> None:
        """Replace the lock, which another thread may have held when this process was forked."""
        self._lock = Lock()

    @property
    def cached_bytes(self) -> int:
        """Total size of all bodies."""
        return self._bytes

    def get(self, key: Hashable) -> bytes | None:
        """Return the body of a key, ``None`` if it is not cached."""
        with self._lock:
            body = self._bodies.pop(key, None)
            if body is not None:
                self._bodies[key] = body  # at the end: a dict keeps the order of insertion
            return body

    def put(self, key: Hashable, body: bytes) -> None:
        """Cache a body and evict others if necessary. A body above the capacity is not cached."""
        if len(body) > self._capacity_bytes:
            return
        with self._lock:
            self._bytes += len(body) - len(self._bodies.pop(key, b""))
            self._bodies[key] = body
            while self._bytes > self._capacity_bytes:
                self._bytes -= len(self._bodies.pop(next(iter(self._bodies))))


class _Pieces:
    """Generates the leads of one body that were not edited. The first pieces are cached for the next body.

    Args:
        cache: the cache.
    """

    def __init__(self, cache: LruCache) -> None:
        """Store the cache."""
        self._cache = cache
        self._bytes = 0

    def __call__(self, writer: LeadWriter, indexes: range) -> bytes:
        """Return the JSON of some leads, each after a comma."""
        if self._bytes > MAX_PIECES_BYTES:
            return generate(writer, indexes)
        key = (writer.recipe, indexes)
        piece = self._cache.get(key)
        if piece is None:
            piece = generate(writer, indexes)
            self._cache.put(key, piece)
        self._bytes += len(piece)
        return piece


class BodyCache:
    """The bodies of a fake's lists."""

    def __init__(self) -> None:
        """Create an empty cache."""
        self._cache = LruCache()
        self._read_once = set[str]()
        self._building = Lock()

    def renew_locks(self) -> None:
        """Replace the locks, which another thread may have held when this process was forked."""
        self._cache.renew_locks()
        self._building = Lock()

    @property
    def cached_bytes(self) -> int:
        """Total size of all cached bodies and pieces."""
        return self._cache.cached_bytes

    def cached(self, leads: LeadList) -> bytes | None:
        """Return the body of a list that is cached or short, ``None`` for any other.

        A short body is generated in less time than it takes to hand the request on, so nobody waits for a lock.
        """
        if leads.source.size == 0:
            return b"[]"
        body = self._cache.get(leads.etag)
        if body is None and leads.source.size <= CHUNK_LEADS:
            body = b"".join(self._chunks(leads.source))
            if len(body) <= MAX_KEPT_AT_ONCE_BYTES or self._was_read(leads.etag):
                self._cache.put(leads.etag, body)
        return body

    def _was_read(self, etag: str) -> bool:
        """Return whether a body was read before, and remember that it was."""
        if etag in self._read_once:
            return True
        if len(self._read_once) >= _MAX_READ_ONCE:
            self._read_once.clear()
        self._read_once.add(etag)
        return False

    def body(self, leads: LeadList) -> bytes | Iterator[bytes]:
        """Return the body of a list, as chunks if it is large."""
        body = self.cached(leads)
        if body is not None:
            return body
        if self.is_streamed(leads):
            return _stream(self._streamed_chunks(leads))
        with self._building:  # one at a time: the first requests of many clients are for the same list
            body = self._cache.get(leads.etag)
            if body is None:
                body = b"".join(self._chunks(leads.source))
                self._cache.put(leads.etag, body)
            return body

    @staticmethod
    def is_streamed(leads: LeadList) -> bool:
        """Return whether the body of a list is too large to be made as a whole. A single chunk is not."""
        return leads.source.size > CHUNK_LEADS and leads.bytes_per_lead * leads.source.size > MAX_WHOLE_BODY_BYTES

    def cached_gzip(self, leads: LeadList) -> bytes | None:
        """Return the body of a list in gzip, ``None`` if it is not cached."""
        return self._cache.get(leads.gzip_etag)

    def gzip_body(self, leads: LeadList) -> bytes:
        """Return the body in gzip of a list that is not streamed. The same body is the same bytes: it has no time."""
        body = self.body(leads)
        whole = body if isinstance(body, bytes) else b"".join(body)
        with self._building:
            compressed = self._cache.get(leads.gzip_etag)
            if compressed is None:
                compressed = gzip.compress(whole, _GZIP_LEVEL, mtime=0)
                self._cache.put(leads.gzip_etag, compressed)
            return compressed

    def _streamed_chunks(self, leads: LeadList) -> Iterator[bytes]:
        """Return the chunks of a large list, whose first pieces are cached.

        Of a list that no edit concerns and that is larger than the whole cache, no piece is cached: it would evict the
        bodies of other lists, and save almost nothing.
        """
        source = leads.source
        if not isinstance(source, LeadWriter) or leads.bytes_per_lead * source.size > CAPACITY_BYTES:
            return self._chunks(source)
        return as_array(generate_pieces(source, range(source.size), _Pieces(self._cache)))

    def _chunks(self, source: LeadSource) -> Iterator[bytes]:
        """Return the chunks of a list; of an edited list, with cached pieces."""
        return source.chunks(generate=_Pieces(self._cache)) if isinstance(source, EditedLeads) else source.chunks()

    @staticmethod
    def partial_body(leads: LeadList, indexes: list[int]) -> bytes | Iterator[bytes]:
        """Return a body with the leads at ``indexes``, as chunks if it is large. It is not cached."""
        chunks = leads.source.chunks(indexes)
        is_small = leads.bytes_per_lead * len(indexes) <= MAX_WHOLE_BODY_BYTES
        return b"".join(chunks) if is_small else _stream(chunks)


def _stream(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Return the chunks with the first one built, so that an error there is a 500 and not a truncated 200."""
    return chain((next(chunks),), chunks)
