"""JSON documents are read key by key, in any chunks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smartflo_contract.live.parsing.json_reader import JsonReader, Leaf, NotJsonError, close_bodies

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=3), values, max_size=3),
    max_leaves=8,
)


def chunks(document: bytes, size: int) -> Iterator[bytes]:
    """Yield a document in chunks."""
    return (document[start : start + size] for start in range(0, len(document), size))


@given(
    string=st.text() | st.text('\\"/bu0d8é\N{GRINNING FACE}\x00'),
    other=JSON,
    size=st.integers(2, 9),
    is_ascii=st.booleans(),
    indent=st.sampled_from([None, 1]),
)
@example(string="\N{GRINNING FACE}" * 9, other="\\", size=2, is_ascii=True, indent=None)
def test_reads_wanted_members(string: str, other: Any, size: int, is_ascii: bool, indent: int | None) -> None:  # noqa: FBT001
    """Strings, JSON and decoded values are what the parser of Python reads; other members are skipped."""
    value = {"skipped": other, "inner": {"text": string, "json": [other], "skipped": string}, "value": other}
    document = json.dumps(value, ensure_ascii=is_ascii, indent=indent).encode()
    reader = JsonReader(chunks(document, size), size)
    members = reader.tree({"inner": {"text": Leaf.STRING, "json": Leaf.JSON}, "value": Leaf.VALUE})
    assert string == members["inner"]["text"].read().decode()
    assert [other] == json.loads(members["inner"]["json"].read())
    assert other == members["value"]
    close_bodies(members)


@pytest.mark.parametrize(
    ("string", "content"),
    [
        (rb"a\ud83dz", "a\ud83dz".encode(errors="surrogatepass")),
        (rb"a\ud83d\n", "a\ud83d\n".encode(errors="surrogatepass")),
        (b"a\nb", b"a\nb"),
        (b"a\xe9", "a\udce9".encode(errors="surrogatepass")),
    ],
)
@pytest.mark.parametrize("size", [2, 3, 4, 1000])
def test_reads_invalid_strings(string: bytes, content: bytes, size: int) -> None:
    """What is not a valid string remains distinguishable from UTF-8, or is accepted where its meaning is clear."""
    members = JsonReader(chunks(b'{"text": "%b"}' % string, size), size).tree({"text": Leaf.STRING})
    assert content == members["text"].read()
    close_bodies(members)


@given(data=st.data(), size=st.integers(2, 9))
def test_reports_truncation(data: st.DataObject, size: int) -> None:
    """A document that is cut anywhere is reported as truncated."""
    document = json.dumps({"a": {"b": "\N{GRINNING FACE}\\"}, "c": [1, "x"], "d": None}).encode()
    end = data.draw(st.integers(1, len(document) - 1))
    with pytest.raises(NotJsonError) as error:
        JsonReader(chunks(document[:end], size), size).tree({"a": {"b": Leaf.STRING}, "c": Leaf.JSON, "d": Leaf.VALUE})
    assert error.value.is_truncated


@pytest.mark.parametrize("part_bytes", [2, 1000])
@pytest.mark.parametrize(
    "document", [b'{"a" 1}', b"{1: 1}", b'{"a": }', b'{"a": 1 "b": 2}', rb'{"a": "\u12x4"}', b"{]"]
)
def test_reports_invalid_json(document: bytes, part_bytes: int) -> None:
    """Text that is not JSON is reported with its position."""
    with pytest.raises(NotJsonError, match=r"not JSON at byte [0-9]+"):
        JsonReader([document], part_bytes).tree({"a": Leaf.STRING, "b": Leaf.VALUE})


def test_leaves_out_large_values() -> None:
    """A decoded value has a maximum size."""
    assert {"a": None, "b": 1} == JsonReader([b'{"a": "%b", "b": 1}' % (b"x" * 300_000)]).tree(
        {"a": Leaf.VALUE, "b": Leaf.VALUE}
    )


def test_reports_endless_escape() -> None:
    """A string with an invalid escape is rejected before it is read to its end."""
    document = b'{"a": "%b"}' % (rb"\u12x4" + b"x" * 100)
    with pytest.raises(NotJsonError, match="not JSON"):
        JsonReader([document], 40).tree({"a": Leaf.STRING})


def test_skips_byte_order_mark() -> None:
    """A document may begin with a byte order mark; of a repeated key, the last value counts."""
    assert {"a": 2} == JsonReader([b"\xef\xbb\xbf", b'{"a": 1, "a": 2}']).tree({"a": Leaf.VALUE})
