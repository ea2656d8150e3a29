"""Duplicate keys are found, however the JSON is written."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import lead
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.duplicate_keys import duplicate_keys
from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.lead_table import lead_tables


class Pairs(NamedTuple):
    """An object as it is written, key by key."""

    pairs: list[tuple[str, Any]]


KEYS = st.sampled_from(["id", "a", "", ":", "a:b", '":', "\\", '\\"', "é", "\N{GRINNING FACE}", "{", ","])
SCALARS = st.sampled_from([None, True, 0, -1.5, "", ":", ' ": ', '\\":', "a: b", "{", "]", ",", "é:", "\n"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(KEYS, inner), max_size=4).map(Pairs),
    max_leaves=12,
)


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of keys that repeat an earlier key of their object, in the order of the text."""
    if isinstance(value, Pairs):
        met = set()
        for key, below in value.pairs:
            if key in met:
                yield (*path, key)
            met.add(key)
            yield from _paths(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _paths(below, (*path, index))


class Writer:
    """Writes JSON, with blanks and escapes as they are drawn."""

    def __init__(self, data: st.DataObject) -> None:
        """Draw how it writes."""
        self._blanks = data.draw(st.sampled_from(["", " ", "\n\t"]))
        self._spelling = data.draw(st.sampled_from(["escaped", "ascii", "plain"]))

    def text(self, value: Any) -> str:
        """Return the JSON of a value."""
        blank = self._blanks
        if isinstance(value, Pairs):
            pairs = [f"{self.text(key)}{blank}:{blank}{self.text(below)}" for key, below in value.pairs]
            return f"{{{blank}{f'{blank},{blank}'.join(pairs)}{blank}}}"
        if isinstance(value, list):
            return f"[{blank}{f'{blank},{blank}'.join(map(self.text, value))}{blank}]"
        if isinstance(value, str) and self._spelling == "escaped":
            units = value.encode("utf-16-be").hex()
            return '"' + "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4)) + '"'
        return json.dumps(value, ensure_ascii=self._spelling == "ascii")


@given(values=st.lists(VALUES, max_size=4), data=st.data())
def test_finds_every_duplicate_key(values: list[Any], data: st.DataObject) -> None:
    """Every duplicate key is found, and nothing else."""
    text = Writer(data).text(values)
    expected = {index: found for index, value in enumerate(values) if (found := list(_paths(value)))}

    decoded = orjson.loads(text)
    assert (
        expected
        == duplicate_keys(text.encode(), decoded)
        == duplicate_keys(text.encode(), decoded, lead_tables(decoded))
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r'[{"id":1,"\u0069d":2}]', {0: [("id",)]}),
        (r'[{"a":"\u003a","b":1,"b":2}]', {0: [("b",)]}),
        ('[{"a":":"},{"b":1,"b":""}]', {1: [("b",)]}),
        ('[1,{"a":[{"b":1},{"b":1,"b":1,"b":1}]}]', {1: [("a", 1, "b"), ("a", 1, "b")]}),
        ('[{"a":{"b":1},"b":{"b":1}}]', {}),
        ('[{"a:":1,"b":1},{"a:":1,"b":{"c":1}}]', {}),
        ('[{"a:":1,"b":1},{"a:":1,"b":1,"a:":1}]', {1: [("a:",)]}),
    ],
)
def test_finds_duplicate_keys_in_known_texts(text: str, found: dict[int, list[Path]]) -> None:
    """Escapes, colons in strings, a key three times, and equal keys of different objects."""
    decoded = orjson.loads(text)
    assert (
        found == duplicate_keys(text.encode(), decoded) == duplicate_keys(text.encode(), decoded, lead_tables(decoded))
    )


@pytest.mark.parametrize(
    "text",
    [
        b'[{"a":%b,"a":1}]' % (b"0." + b"9" * 10**6),
        b'[{"a":"%b","a":1}]' % (b'\\":{' * 10**5),
        b"[%b1%b]" % (b'{"a":[' * 400, b'],"a":1}' * 400),
        b"[%b]" % b",".join([b'{"a":1,"a":2}'] * 10**4),
        b"[{%b}]" % b",".join([b'"a":1'] * 10**4),
    ],
    ids=["number", "text", "nested", "many", "often"],
)
def test_scans_large_texts_once(text: bytes) -> None:
    """A number of a million digits, deep nesting and many keys take linear time."""
    assert duplicate_keys(text, orjson.loads(text))


def test_reports_duplicate_keys_of_json_only(contract: Contract) -> None:
    """A duplicate key is a break by the JSON standard, only if the body is JSON: decoded leads do not show it."""
    text = json.dumps([lead(0, 8668, index, profile=contract.profile) for index in range(3)])
    text = text.replace('"priority":', '"priority": 1, "priority":')
    (found,) = contract.check(text)

    assert ("duplicate-key", "break", "/*/priority", 3, 0) == (
        *(found.rule, found.severity, found.pointer, found.count),
        found.first,
    )
    assert "expected each key of an object once, got the same key once more" == found.message
    assert ["sample", "documented", "lenient"] == list(found.profiles)
    assert "RFC 8259" in found.evidence["assumed"]
    assert [(found,), (found,)] == [contract.check(text.encode()), contract.check(bytearray(text, "utf-8"))]
    assert [False, True] == [contract.is_valid(text), contract.is_valid(json.loads(text))]
