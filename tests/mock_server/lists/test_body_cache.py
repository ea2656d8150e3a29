"""Bodies of lead lists: cached within bounds, or streamed."""

from collections.abc import Iterator, Sequence
from threading import Barrier, Thread

import pytest

from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.factories.lead_writer import CHUNK_LEADS
from smartflo_contract.mock_server.lists import body_cache
from smartflo_contract.mock_server.lists.body_cache import (
    CAPACITY_BYTES,
    MAX_PIECES_BYTES,
    MAX_WHOLE_BODY_BYTES,
    BodyCache,
    LruCache,
)
from smartflo_contract.mock_server.lists.lead_list import LeadList
from smartflo_contract.schemas import load_contract


def lead_list(size: int) -> LeadList:
    """Return a list of generated leads."""
    return LeadList(LeadWriter(ListDefinition(id=1, size=size), load_contract()), "sample")


@pytest.fixture(name="generated")
def _generated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by the number of leads of each call that generates some."""
    generated: list[int] = []
    chunks = LeadWriter.chunks

    def counted(self: LeadWriter, indexes: Sequence[int] | None = None) -> Iterator[bytes]:
        generated.append(self.size if indexes is None else len(indexes))
        return chunks(self, indexes)

    monkeypatch.setattr(LeadWriter, "chunks", counted)
    return generated


@pytest.fixture(name="_small_limit")
def _small_limit_fixture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stream bodies above 100 kB, about 80 leads."""
    monkeypatch.setattr(body_cache, "MAX_WHOLE_BODY_BYTES", 100_000)


def test_evicts_least_recently_used_body() -> None:
    """If there is no room for a body, the one that was not read for the longest time is evicted."""
    cache = LruCache(10)
    cache.put("a", b"aaaa")
    cache.put("b", b"bbbb")
    cache.get("a")
    cache.put("c", b"cccc")

    assert (b"aaaa", None, b"cccc") == (cache.get("a"), cache.get("b"), cache.get("c"))


def test_counts_replaced_body_once() -> None:
    """The bytes of a body that is put again do not add up."""
    cache = LruCache(10)
    for _ in range(10):
        cache.put("a", b"aaaa")
    cache.put("b", b"bbbbbb")

    assert (b"aaaa", b"bbbbbb") == (cache.get("a"), cache.get("b"))


def test_does_not_cache_body_above_capacity() -> None:
    """A body above the capacity evicts no other."""
    cache = LruCache(10)
    cache.put("a", b"a")
    cache.put("b", b"b" * 11)

    assert (b"a", None) == (cache.get("a"), cache.get("b"))


def test_caches_empty_body() -> None:
    """A body without bytes is a body."""
    cache = LruCache(10)
    cache.put("a", b"")

    assert cache.get("a") == b""


@pytest.mark.parametrize("size", [1, CHUNK_LEADS])
def test_short_list_needs_no_lock(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of one chunk is generated where it is looked up, even while another body is built."""
    bodies, leads = BodyCache(), lead_list(size)
    monkeypatch.setattr(bodies, "_building", None)

    assert b"".join(leads.source.chunks()) == bodies.cached(leads) == bodies.body(leads)


@pytest.mark.parametrize(("size", "reads"), [(1, 1), (CHUNK_LEADS, 2)])
def test_caches_short_list(size: int, reads: int) -> None:
    """A small body is cached when it is first read, a larger one at its second read: many lists are read once."""
    bodies, leads = BodyCache(), lead_list(size)
    counts = []
    for _ in range(reads):
        counts.append(bodies.cached_bytes)
        body = bodies.cached(leads)

    assert [0] * reads == counts
    assert bodies.cached_bytes == len(body or b"")
    assert body is bodies.cached(leads) is bodies.body(leads)


def test_bodies_that_were_read_once_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept about them is bounded, and each of them is cached at a later read."""
    monkeypatch.setattr(body_cache, "_MAX_READ_ONCE", 2)
    bodies, lists = BodyCache(), [lead_list(CHUNK_LEADS - number) for number in range(3)]
    for leads in [*lists, *lists[2:]]:
        bodies.cached(leads)

    assert bodies.cached_bytes == len(bodies.cached(lists[2]) or b"")
    assert bodies.cached(lists[0]) is not bodies.cached(lists[0])
    assert bodies.cached(lists[0]) is bodies.cached(lists[0])


def test_short_list_is_never_streamed(monkeypatch: pytest.MonkeyPatch, generated: list[int]) -> None:
    """The size of its body is not estimated, which would take a lead."""
    monkeypatch.setattr(body_cache, "MAX_WHOLE_BODY_BYTES", 1)
    bodies, leads = BodyCache(), lead_list(CHUNK_LEADS)

    assert isinstance(bodies.body(leads), bytes)
    assert [CHUNK_LEADS] == generated


def test_builds_long_list_once() -> None:
    """A list of more than one chunk is built as a whole and cached."""
    bodies, leads = BodyCache(), lead_list(CHUNK_LEADS + 1)
    assert bodies.cached(leads) is None
    body = bodies.body(leads)

    assert isinstance(body, bytes)
    assert bodies.cached(leads) is body is bodies.body(leads)


@pytest.mark.parametrize("size", [20_000, 100_000_000])
def test_streams_long_list(size: int) -> None:
    """A list above the maximum is streamed in chunks and not cached as a whole."""
    bodies, leads = BodyCache(), lead_list(size)
    body = bodies.body(leads)
    assert not isinstance(body, bytes)
    first = next(body)

    assert first.startswith(b'[{"id":')
    assert len(first) < MAX_WHOLE_BODY_BYTES
    assert bodies.cached(leads) is None


@pytest.mark.usefixtures("_small_limit")
def test_streams_all_chunks_of_the_source() -> None:
    """No chunk of a streamed list is lost or doubled."""
    leads = lead_list(300)
    body = BodyCache().body(leads)

    assert not isinstance(body, bytes)
    assert b"".join(leads.source.chunks()) == b"".join(body)


@pytest.mark.usefixtures("_small_limit")
def test_generates_streamed_list_once(generated: list[int]) -> None:
    """The second read of a streamed list takes its pieces from the cache, and returns the same bytes."""
    bodies, leads = BodyCache(), lead_list(300)
    first = b"".join(bodies.body(leads))  # type: ignore[arg-type]
    assert 300 == sum(generated[1:])  # the first one is generated for an estimate of the size
    generated.clear()

    assert first == b"".join(bodies.body(leads))  # type: ignore[arg-type]
    assert [] == generated


@pytest.mark.usefixtures("_small_limit")
def test_caches_beginning_of_longer_list(monkeypatch: pytest.MonkeyPatch, generated: list[int]) -> None:
    """Of a streamed list with more bytes than one list may cache, the rest is generated at each read."""
    monkeypatch.setattr(body_cache, "MAX_PIECES_BYTES", 200_000)
    bodies, leads = BodyCache(), lead_list(600)
    first = b"".join(bodies.body(leads))  # type: ignore[arg-type]
    generated.clear()

    assert first == b"".join(bodies.body(leads))  # type: ignore[arg-type]
    assert 0 < sum(generated) < 600


@pytest.mark.usefixtures("_small_limit")
def test_list_above_capacity_evicts_no_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is larger than the whole cache is not cached, in no part."""
    bodies, short = BodyCache(), lead_list(3)
    bodies.body(short)
    monkeypatch.setattr(body_cache, "CAPACITY_BYTES", 300_000)
    leads = lead_list(300)
    b"".join(bodies.body(leads))  # type: ignore[arg-type]

    assert bodies.cached(short) is not None
    assert len(bodies.cached(short) or b"") == bodies.cached_bytes


@pytest.mark.usefixtures("_small_limit")
def test_streams_long_part_of_list() -> None:
    """A part of a list is streamed as well if it is large."""
    bodies, leads = BodyCache(), lead_list(300)

    assert isinstance(bodies.partial_body(leads, [1, 2]), bytes)
    assert not isinstance(bodies.partial_body(leads, list(range(300))), bytes)


def test_capacity_holds_several_of_the_largest_bodies() -> None:
    """The bounds fit each other: the cached pieces of an edited list leave room for two of its bodies."""
    assert MAX_WHOLE_BODY_BYTES * 4 <= CAPACITY_BYTES
    assert MAX_PIECES_BYTES + MAX_WHOLE_BODY_BYTES * 2 <= CAPACITY_BYTES


def test_concurrent_readers_share_one_body() -> None:
    """Threads that read the same list at the same time receive the same object."""
    bodies, leads, start = BodyCache(), lead_list(200), Barrier(8)
    received: list[object] = []

    def read() -> None:
        start.wait()
        received.append(bodies.body(leads))

    threads = [Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(received) == 8
    assert len(set(map(id, received))) == 1
