"""Values that JSON can and cannot express."""

import json
from enum import IntEnum
from typing import Any

import pytest

from smartflo_contract.schemas.json_values import (
    are_plain_json,
    count_nested_keys,
    first_unportable,
    is_portable,
    not_json,
)


class Color(IntEnum):
    """An integer of another type than that of a JSON parser."""

    RED = 1


def _deep(levels: int) -> Any:
    return json.loads("[" * levels + "]" * levels)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": [1, "text", None, {"b": True}]}, None),
        ({"a": [1, {"b": "\ud800"}]}, ("a", 1, "b")),
        ({"a": {1: 2}}, ("a", "1")),
        ([b"bytes"], (0,)),
        ([float("nan")], None),
    ],
)
def test_finds_the_first_unportable_value(value: object, path: tuple[str | int, ...] | None) -> None:
    """The path selects the first value of another type or with invalid Unicode; NaN is accepted."""
    assert first_unportable(value) == path


def test_finds_every_value_that_is_not_json() -> None:
    """NaN and infinities are not JSON."""
    value = {"a": float("nan"), "b": [float("inf"), 1.5]}

    assert sorted(path for path, _ in not_json(value)) == [("a",), ("b", 0)]


def test_finds_every_key_that_is_nested_too_deeply() -> None:
    """Each key is found once, and other values are found beside it."""
    value = {"a": _deep(300), "b": [_deep(300), _deep(300)], "c": float("nan"), "d": _deep(100)}

    assert [("a",), ("b",), ("c",)] == sorted(path for path, _ in not_json(value))


@pytest.mark.parametrize(
    ("value", "is_plain"),
    [
        ({"a": [1, 1.5, "text", None, {"b": True}]}, True),
        (_deep(50), True),
        (_deep(150), False),
        (float("nan"), False),
        ({"a": [float("inf")]}, False),
        ({"a": "\ud800"}, False),
        ({1: "a"}, False),
        ({"a": (1,)}, False),
        ([Color.RED], False),
        (2**70, False),
    ],
)
def test_recognizes_what_a_json_parser_returns(value: object, *, is_plain: bool) -> None:
    """A value that is not recognized may be portable nevertheless."""
    assert are_plain_json([value]) == is_plain
    assert is_portable(value) or not is_plain


@pytest.mark.parametrize(
    ("values", "count"),
    [([], 0), ([1, "a:b", None], 0), ([{"a": [{"b": 1, "c": {}}]}, [], {"d": 1}], 4), ([_deep(150)], None)],
)
def test_counts_keys_at_every_depth(values: list[object], count: int | None) -> None:
    """Deep values are not counted."""
    assert count_nested_keys(values) == count
