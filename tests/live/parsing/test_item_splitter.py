"""A body is split into its items, however it arrives, and defects are reported with their positions."""

import itertools
import json
import re
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
    """Decode items one by one, some together, and all together."""
    monkeypatch.setattr(item_splitter, "BATCH_BYTES", request.param)
    monkeypatch.setattr(item_splitter, "SKIP_CHUNK_BYTES", max(4, request.param // 8))


def in_chunks(body: bytes, size: int) -> Iterator[bytes]:
    """Return a body in chunks."""
    return (body[start : start + size] for start in range(0, len(body), size))


def split(body: bytes, size: int = 7, max_item_bytes: int = 2**20) -> tuple[list[Any], list[tuple[str, int | None]]]:
    """Return the items of a body, and rule and offset of its defects."""
    parts = list(ItemSplitter(in_chunks(body, size), max_item_bytes))
    values = itertools.chain.from_iterable(part.values for part in parts if isinstance(part, ItemBatch))
    return list(values), [(part.rule, part.offset) for part in parts if isinstance(part, BodyDefect)]


@given(
    values=st.lists(VALUES, max_size=6),
    indent=st.sampled_from([None, 0, 2]),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " : ")]),
    encoding=st.sampled_from(["ascii", "utf-8"]),
    size=st.integers(1, 40),
)
def test_splits_any_array(
    values: list[Any], indent: int | None, separators: tuple[str, str], encoding: str, size: int
) -> None:
    """White space, escapes and chunks make no difference."""
    body = json.dumps(values, indent=indent, separators=separators, ensure_ascii=encoding == "ascii").encode()

    assert (values, []) == split(b"\n " + body + b"\n", size)


@given(
    values=st.lists(VALUES, min_size=1, max_size=6),
    indent=st.sampled_from([None, 1]),
    between=st.sampled_from(["\n", "\r\n", "\n\n \n"]),
    size=st.integers(1, 40),
)
def test_splits_consecutive_values(values: list[Any], indent: int | None, between: str, size: int) -> None:
    """Without an array, each item has one line or several."""
    values = [{"first": 1}, *values]  # otherwise the first value might be an array
    body = between.join(json.dumps(value, indent=indent) for value in values).encode()

    assert (values, []) == split(body, size)
    assert (values, []) == split(body + b"\n", size)


@pytest.mark.parametrize(
    ("body", "leads", "defects"),
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
        (b'[%b,{"a":"\xff"},%b,"\xe9"]' % (LEAD, LEAD), 4, [("not-utf8", 8 + SIZE)]),
        (b'[%b,{"a":1e400},-%b]' % (LEAD, b"9" * 400), 3, []),
        (b'[%b,{"a":1e400},01]' % LEAD, 2, [("not-json", 14 + SIZE)]),
        (b'[%b,{"a":"\x00"},%b]' % (LEAD, LEAD), 2, [("not-json", 8 + SIZE)]),
        (b"%b\noops\n%b" % (LEAD, LEAD), 2, [("not-json", 1 + SIZE)]),
        (b"%b\n%b" % (LEAD, LEAD[:20]), 1, [("truncated-body", 21 + SIZE)]),
    ],
)
def test_reports_defects_once_with_offset(body: bytes, leads: int, defects: list[tuple[str, int]]) -> None:
    """The items before and after a defect are returned, in chunks of any size."""
    for size in (1, 5, 1_000):
        values, found = split(body, size)
        assert (leads, defects) == (len(values), found)


@pytest.mark.parametrize("form", [b'[{"a":"%b"},%b]', b'[{"a":[%b]},%b]', b'{"a":"%b"}\n%b', b'{"%b":1}\n%b'])
@pytest.mark.parametrize("content", [b"x" * 400, b"\\\\" * 200, b'\\"' * 200, b"},{" * 130])
def test_skips_large_objects(form: bytes, content: bytes) -> None:
    """A large item is skipped, whatever it contains, and the next one is returned."""
    if b"[%b]" in form:
        content = b'{"b":"' + content + b'"},{}'
    values, defects = split(form % (content, LEAD), 16, max_item_bytes=100)

    assert ([json.loads(LEAD)], 1) == (values, len(defects))
    assert "item-too-large" == defects[0][0]


@pytest.mark.parametrize("form", [b"[%b,%b]", b"[%b\n,%b]", b"%b\n%b"])
@pytest.mark.parametrize("word", [b"1" * 400, b"x" * 400], ids=["number", "no JSON"])
def test_skips_large_words(form: bytes, word: bytes) -> None:
    """A long number, or a long line that is not JSON, is one defect."""
    values, defects = split(form % (word, LEAD), 16, max_item_bytes=100)

    assert ([json.loads(LEAD)], 1) == (values, len(defects))
    assert "item-too-large" == defects[0][0]


@given(value=VALUES, size=st.integers(1, 40), encoding=st.sampled_from(["ascii", "utf-8"]))
def test_finds_end_of_any_large_item(value: Any, size: int, encoding: str) -> None:
    """Strings, brackets and backslashes do not hide it."""
    skip_chunk = item_splitter.SKIP_CHUNK_BYTES
    padding = "x" * (400 + 2 * skip_chunk)
    large = json.dumps([padding, value, "\\", [[value]]], ensure_ascii=encoding == "ascii").encode()
    values, defects = split(b"[%b,%b]" % (large, LEAD), size * max(1, skip_chunk // 50), max_item_bytes=100)

    assert ([json.loads(LEAD)], [("item-too-large", 1)]) == (values, defects)


def test_skips_item_without_end() -> None:
    """The body then is truncated as well."""
    rest = itertools.repeat(b"x" * 1000, 100)
    parts = list(ItemSplitter(itertools.chain([b'[{"a":"'], rest), 10_000))

    assert ["item-too-large", "truncated-body"] == [part.rule for part in parts if isinstance(part, BodyDefect)]


def test_tells_array_from_consecutive_values() -> None:
    """The splitter knows after the first item whether the body is an array, and its size at the end."""
    for body, is_array in ((b"[1]", True), (b'{"a":1}', False)):
        splitter = ItemSplitter([body])
        list(splitter)
        assert (is_array, len(body)) == (splitter.is_array, splitter.size)


@pytest.mark.parametrize("body", [b"<html></html>", "[1]".encode("utf-16"), b"[1 2]", b"[1]]"])
def test_counts_all_bytes_of_bodies_that_cannot_be_split(body: bytes) -> None:
    """The size is that of the whole body, also if its end is not understood."""
    splitter = ItemSplitter([body, body, b"x" * 200_000])
    list(splitter)

    assert 2 * len(body) + 200_000 == splitter.size


def test_rejects_deep_nesting() -> None:
    """An item that is nested too deep for the decoder is one defect."""
    values, defects = split(b"[" + b"[" * 5_000 + b"]" * 5_000 + b"," + LEAD + b"]", 512)

    assert (1, "not-json") == (len(values), defects[0][0])


def test_details_contain_no_values() -> None:
    """The detail of a defect is a constant text or one of the decoder."""
    parts = ItemSplitter([b'[{"a": secret}, {"b": "private'])

    assert all(
        "secret" not in part.detail and "private" not in part.detail for part in parts if isinstance(part, BodyDefect)
    )


def test_keeps_digits_of_integers() -> None:
    """An integer of more than 64 bits does not become a float."""
    for body in (b"[%d,{},%d]", b"%d\n%d\n", b'[{"a":%d},{"a":[%d]}]'):
        values, defects = split(body % (10**20 + 1, -(10**20) - 1), 1_000)
        assert not defects
        assert ["100000000000000000001", "100000000000000000001"] == re.findall("[0-9]+", repr(values))


@given(
    lengths=st.lists(st.integers(0, 60), max_size=8),
    max_item_bytes=st.integers(20, 60),
    form=st.sampled_from([(b"[", b",", b"]"), (b"[ ", b" ,\n", b"\n]"), (b"", b"\n", b""), (b"", b"\n", b"\n")]),
    size=st.sampled_from([1, 7, 50, 1_000]),
)
def test_max_item_is_the_same_for_every_packing(
    lengths: list[int], max_item_bytes: int, form: tuple[bytes, bytes, bytes], size: int
) -> None:
    """The text of an item is measured before it is decoded, whatever arrives with it."""
    items = [json.dumps({"n": index, "text": "x" * length}).encode() for index, length in enumerate(lengths)]
    start, separator, end = form
    values, defects = split(start + separator.join(items) + end, size, max_item_bytes)

    assert [json.loads(item) for item in items if len(item) <= max_item_bytes] == values
    large = [rule for rule, _ in defects if rule == "item-too-large"]
    assert len([item for item in items if len(item) > max_item_bytes]) == len(large)
