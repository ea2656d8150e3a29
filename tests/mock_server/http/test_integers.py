"""Integers in paths, query parameters and fault rules."""

import pytest

from smartflo_contract.mock_server.http.integers import parse_integer


@pytest.mark.parametrize(("string", "value"), [("1", 1), ("100", 100), ("007", 7)])
def test_parses_digits_in_range(string: str, value: int) -> None:
    """Digits within the range are an integer, leading zeros included."""
    assert value == parse_integer(string, 1, 100, max_digits=3)


@pytest.mark.parametrize("string", ["", "0", "101", "0100", "-1", "+1", " 1", "1.0", "1_0", "\u0661", "x", "9" * 5_000])
def test_rejects_other_strings(string: str) -> None:
    """Out of range, too long, or anything but ASCII digits is no integer."""
    assert parse_integer(string, 1, 100, max_digits=3) is None
