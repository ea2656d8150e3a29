"""Match journal entries against criteria."""

import pytest

from smartflo_contract.mock_server.journal.matching import contains


@pytest.mark.parametrize(
    ("value", "part", "expected"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 2}}, True),
        ([{"a": 1, "b": 2}], [{"a": 1}], True),
        ([1, 2], [1], False),
        (1, True, False),
        (True, True, True),
        (None, {}, False),
        ([], {}, False),
        ({}, [], False),
        (1, 1.0, True),
    ],
)
def test_contains(value: object, part: object, expected: bool) -> None:  # noqa: FBT001 - a table
    """Objects are contained in larger ones at any depth; arrays have the same length; true is not 1."""
    assert expected == contains(value, part)
