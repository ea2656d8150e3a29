"""A body is cut into its items, however it arrives, and what is wrong with it is told where it is."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.live.parsing import item_splitter
from smartflo_contract.live.parsing.body_defect import BodyDefect
from smartflo_contract.live.parsing.item_splitter import ItemBatch, ItemSplitter

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=5)
    | st.sampled_from(['},{"', "]", '\\"']),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
LEAD = b'{"id":"a","at":{"$date":{"$numberLong":"1"}},"text":"},{\\"x"}'
SIZE = len(LEAD)


@pytest.fixture(name="batch", params=[1, 16, 2**19], autouse=True)
def _batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decode few items at a time, and many."""
    monkeypatch.setattr(item_splitter, "BATCH_BYTES", request.param)
    monkeypatch.setattr(item_splitter, "SKIP_CHUNK_BYTES", max(4, request.param // 8))


def pieces(body: bytes, size: int) -> Iterator[bytes]:
    """Return a body in pieces."""
    return (body[start : start + size] for start in range(0, len(body), size))


def found(body: bytes, size: int = 7, max_item_bytes: int = 2**20) -> tuple[list[Any], list[tuple[str, int | None]]]:
    """Return the items of a body, and rule and place of what is none."""
    parts = list(ItemSplitter(pieces(body, size), max_item_bytes))
    values = itertools.chain.from_iterable(part.values for part in parts if isinstance(part, ItemBatch))
    return list(values), [(part.rule, part.offset) for part in parts if isinstance(part, BodyDefect)]


@given(
    values=st.lists(VALUES, max_size=6),
    indent=st.sampled_from([None, 0, 2]),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " : ")]),
    written=st.sampled_from(["ascii", "utf-8"]),
    size=st.integers(1, 40),
)
def test_any_array(values: list[Any], indent: int | None, separators: tuple[str, str], written: str, size: int) -> None:
    """The items are those of the array, however it is written and in whatever pieces it comes."""
    body = json.dumps(values, indent=indent, separators=separators, ensure_ascii=written == "ascii").encode()

    assert (values, []) == found(b"\n " + body + b"\n", size)


@given(
    values=st.lists(VALUES, min_size=1, max_size=6),
    indent=st.sampled_from([None, 1]),
    between=st.sampled_from(["\n", "\r\n", "\n\n \n"]),
    size=st.integers(1, 40),
)
def test_any_lines(values: list[Any], indent: int | None, between: str, size: int) -> None:
    """Values that follow each other are items as well, one a line or over several lines."""
    values = [{"first": 1}, *values]  # or it may be taken for an array
    body = between.join(json.dumps(value, indent=indent) for value in values).encode()

    assert (values, []) == found(body, size)
    assert (values, []) == found(body + b"\n", size)


@pytest.mark.parametrize(
    ("body", "leads", "faults"),
    [
        (b"", 0, [("empty-body", 0)]),
        (b" \n ", 0, [("empty-body", 3)]),
        (b"<html></html>", 0, [("html-body", 0)]),
        (b"\xef\xbb\xbf[]", 0, [("byte-order-mark", 0)]),
        ("[]".encode("utf-16"), 0, [("not-utf8", 0)]),
        ("[]".encode("utf-16-be"), 0, [("not-utf8", 0)]),
        ("[]".encode("utf-32-be"), 0, [("not-utf8", 0)]),
        (b"[", 0, [("truncated-body", 1)]),
        (b"[%b" % LEAD, 1, [("truncated-body", 1 + SIZE)]),
        (b"[%b,%b" % (LEAD, LEAD[:30]), 1, [("truncated-body", 32 + SIZE)]),
        (b"[%b,%b" % (LEAD, LEAD[:-1]), 1, [("truncated-body", 1 + 2 * SIZE)]),
        (b"[%b," % LEAD, 1, [("dangling-comma", 1 + SIZE)]),
        (b"[%b,\n]" % LEAD, 1, [("dangling-comma", 1 + SIZE)]),
        (b"[%b] \n[]" % LEAD, 1, [("trailing-data", 4 + SIZE)]),
        (b"[%b]x" % LEAD, 1, [("trailing-data", 2 + SIZE)]),
        (b"[%b %b]" % (LEAD, LEAD), 1, [("not-json", 2 + SIZE)]),
        (b"[%b}%b]" % (LEAD, LEAD), 1, [("not-json", 1 + SIZE)]),
        (b"[%b,,%b]" % (LEAD, LEAD), 2, [("not-json", 2 + SIZE)]),
        (b'[%b,{"a":NaN},%b]' % (LEAD, LEAD), 2, [("not-json", 7 + SIZE)]),
        (b'[%b,{"a":"\xff"},%b]' % (LEAD, LEAD), 2, [("not-json", 2 + SIZE)]),
        (b'[%b,{"a":"\x00"},%b]' % (LEAD, LEAD), 2, [("not-json", 8 + SIZE)]),
        (b"%b\noops\n%b" % (LEAD, LEAD), 2, [("not-json", 1 + SIZE)]),
        (b"%b\n%b" % (LEAD, LEAD[:20]), 1, [("truncated-body", 21 + SIZE)]),
    ],
)
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_faults(body: bytes, leads: int, faults: list[tuple[str, int]], size: int) -> None:
    """What is wrong is told once, with its place, and what can be read before and after it is read."""
    values, told = found(body, size)

    assert (leads, faults) == (len(values), told)


@pytest.mark.parametrize("form", [b'[{"a":"%b"},%b]', b'[{"a":[%b]},%b]', b'{"a":"%b"}\n%b', b'{"%b":1}\n%b'])
@pytest.mark.parametrize("filling", [b"x" * 400, b"\\\\" * 200, b'\\"' * 200, b"},{" * 130])
def test_items_that_are_too_large(form: bytes, filling: bytes) -> None:
    """A large item is passed over, whatever is in it, and the next one is read."""
    if b"[%b]" in form:
        filling = b'{"b":"' + filling + b'"},{}'
    values, told = found(form % (filling, LEAD), 16, max_item_bytes=100)

    assert ([json.loads(LEAD)], 1) == (values, len(told))
    assert "item-too-large" == told[0][0]


@pytest.mark.parametrize("form", [b"[%b,%b]", b"[%b\n,%b]", b"%b\n%b"])
@pytest.mark.parametrize("word", [b"1" * 400, b"x" * 400])
def test_words_that_are_too_large(form: bytes, word: bytes) -> None:
    """A long number, or a long line of what is no JSON, is one finding, and the next item is read."""
    values, told = found(form % (word, LEAD), 16, max_item_bytes=100)

    assert ([json.loads(LEAD)], 1) == (values, len(told))
    assert "item-too-large" == told[0][0]


@given(value=VALUES, size=st.integers(1, 40), written=st.sampled_from(["ascii", "utf-8"]))
def test_whatever_is_in_a_large_item(value: Any, size: int, written: str) -> None:
    """Texts, brackets and backslashes do not hide where a large item ends."""
    at_once = item_splitter.SKIP_CHUNK_BYTES  # less is no large item
    filling = "x" * (400 + 2 * at_once)
    large = json.dumps([filling, value, "\\", [[value]]], ensure_ascii=written == "ascii").encode()
    values, told = found(b"[%b,%b]" % (large, LEAD), size * max(1, at_once // 50), max_item_bytes=100)

    assert ([json.loads(LEAD)], [("item-too-large", 1)]) == (values, told)


def test_an_item_that_is_too_large_and_never_ends() -> None:
    """Nothing of an endless item is kept."""
    rest = itertools.repeat(b"x" * 1000, 100)
    parts = list(ItemSplitter(itertools.chain([b'[{"a":"'], rest), 10_000))

    assert ["item-too-large", "truncated-body"] == [part.rule for part in parts if isinstance(part, BodyDefect)]


def test_it_knows_whether_it_is_an_array() -> None:
    """What a body is can be told from the first item on."""
    for body, is_array in ((b"[1]", True), (b'{"a":1}', False)):
        parts = ItemSplitter([body])
        list(parts)
        assert (is_array, len(body)) == (parts.is_array, parts.size)


def test_deep_nesting_is_no_item() -> None:
    """What no decoder follows is a fault of one item."""
    values, told = found(b"[" + b"[" * 5_000 + b"]" * 5_000 + b"," + LEAD + b"]", 512)

    assert (1, "not-json") == (len(values), told[0][0])


def test_details_have_no_values() -> None:
    """A detail says what is wrong in words of ours or of the decoder."""
    parts = ItemSplitter([b'[{"a": secret}, {"b": "private'])

    assert all(
        "secret" not in part.detail and "private" not in part.detail for part in parts if isinstance(part, BodyDefect)
    )
