"""Values that JSON can and cannot express."""

import pytest

from smartflo_contract.schemas.json_values import first_unportable, not_json


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
