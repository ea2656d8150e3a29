"""Bodies are remembered within bounds."""

from threading import Barrier, Thread

import pytest

from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.mock_server.lists.body_cache import CAPACITY_BYTES, MAX_WHOLE_BODY_BYTES, BodyCache, LruCache
from smartflo_contract.mock_server.lists.lead_list import LeadList
from smartflo_contract.schemas import load_contract


def lead_list(size: int, list_id: int = 1) -> LeadList:
    """Return a list to serve."""
    return LeadList(LeadWriter(ListDefinition(id=list_id, size=size), load_contract()), "sample")


def test_cache_forgets_what_was_not_asked_for_longest() -> None:
    """Where bytes run out, the body that was not asked for the longest goes."""
    cache = LruCache(10)
    cache.put("a", b"aaaa")
    cache.put("b", b"bbbb")
    cache.get("a")
    cache.put("c", b"cccc")

    assert (b"aaaa", None, b"cccc") == (cache.get("a"), cache.get("b"), cache.get("c"))


def test_cache_counts_replaced_bodies_once() -> None:
    """The same key again replaces; its bytes do not add up."""
    cache = LruCache(10)
    for _ in range(10):
        cache.put("a", b"aaaa")
    cache.put("b", b"bbbbbb")

    assert (b"aaaa", b"bbbbbb") == (cache.get("a"), cache.get("b"))


def test_cache_does_not_keep_what_is_too_large() -> None:
    """A body above the capacity is not kept, and costs no other its place."""
    cache = LruCache(10)
    cache.put("a", b"a")
    cache.put("b", b"b" * 11)

    assert (b"a", None) == (cache.get("a"), cache.get("b"))


def test_empty_body_is_remembered() -> None:
    """A body of no bytes is a body."""
    cache = LruCache(10)
    cache.put("a", b"")

    assert cache.get("a") == b""


def test_short_list_is_one_body() -> None:
    """A short list is made in one piece, and is then ready."""
    bodies, leads = BodyCache(), lead_list(3)
    assert bodies.cached(leads) is None
    body = bodies.body(leads)

    assert isinstance(body, bytes)
    assert bodies.cached(leads) is body is bodies.body(leads)


@pytest.mark.parametrize("size", [20_000, 100_000_000])
def test_long_list_is_never_kept(size: int) -> None:
    """A list above the largest body comes in pieces and is not remembered."""
    bodies, leads = BodyCache(), lead_list(size)
    body = bodies.body(leads)
    first = b"" if isinstance(body, bytes) else next(body)

    assert first.startswith(b'[{"id":')
    assert len(first) < MAX_WHOLE_BODY_BYTES
    assert bodies.cached(leads) is None


def test_streamed_list_is_the_whole_list() -> None:
    """The pieces of a long list are those of the writer, none lost or doubled."""
    leads = lead_list(14_000)

    assert b"".join(leads.source.chunks()) == b"".join(BodyCache().body(leads))  # type: ignore[arg-type]


def test_many_leads_by_index_are_streamed() -> None:
    """Also a part of a list comes in pieces, where it is large."""
    leads = lead_list(20_000)
    bodies = BodyCache()

    assert isinstance(bodies.partial_body(leads, [1, 2]), bytes)
    assert not isinstance(bodies.partial_body(leads, list(range(20_000))), bytes)


def test_cache_holds_several_of_the_largest() -> None:
    """The bounds are of use together."""
    assert MAX_WHOLE_BODY_BYTES * 4 <= CAPACITY_BYTES


def test_threads_make_a_body_once() -> None:
    """Threads that want the same body at once get the same object."""
    bodies, leads, start = BodyCache(), lead_list(500), Barrier(8)
    got: list[object] = []

    def read() -> None:
        start.wait()
        got.append(bodies.body(leads))

    threads = [Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 8
    assert len(set(map(id, got))) == 1
