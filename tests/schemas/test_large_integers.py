"""Integers of more than 64 bits in JSON: decoded with all digits, or found by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.large_integers import decode_json, large_integer

LARGE = 10**20 + 1


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ('{"a": [1, {"b/c": 18446744073709551616}]}', "/a/1/b~1c"),
        ("[-9223372036854775809]", "/0"),
        ("123456789012345678901", ""),
        ('{"a": 123456789012345678901, "a": [1, 1.5]}', ""),  # the decoder drops the first value
        ("[-9223372036854775808, 18446744073709551615]", None),
        ('["18446744073709551616", "\\"18446744073709551616"]', None),
        ('{"18446744073709551616": 1}', None),
        ("[1.23456789012345678901234, 123456789012345678901e2, 1E-12345678901234567890]", None),
        ("[" * 1_000 + "123456789012345678901" + "]" * 1_000, ""),
    ],
)
def test_finds_integers_of_more_than_64_bits(text: str, pointer: str | None) -> None:
    """Digits in strings, keys and fractions are no integers."""
    assert pointer == large_integer(text.encode())


@pytest.mark.slow
def test_finds_integer_after_a_megabyte() -> None:
    """The quick test reads a text in pieces, and an integer may be in two of them."""
    for blanks in range(1024 * 1024 - 25, 1024 * 1024 + 3):
        assert "/0" == large_integer(b"[" + b" " * blanks + b"123456789012345678901]")


def test_decoding_keeps_digits() -> None:
    """The fast decoder would return 1e20."""
    assert [LARGE, 1.5, "a"] == decode_json(f'[{LARGE}, 1.5, "a"]')


@pytest.mark.parametrize("key", ["priority", "field_1", "id", "unknown_key"])
def test_text_and_decoded_body_have_the_same_findings(key: str, sample: list[dict[str, Any]]) -> None:
    """A finding shows the digits, whether the body was decoded or not."""
    body = [sample[0] | {key: LARGE}]
    contract = load_contract("lenient")

    assert contract.check(body) == contract.check(json.dumps(body)) == contract.check(json.dumps(body).encode())


@pytest.mark.parametrize(("value", "is_valid"), [(LARGE, True), (LARGE - 1, False)])
def test_overlay_file_keeps_digits(value: int, is_valid: bool, sample: list[dict[str, Any]], tmp_path: Path) -> None:  # noqa: FBT001
    """An overlay that lists such a value accepts it, and not its neighbor."""
    overlay = {"properties": {"campaign_code": {"enum": [LARGE]}}}
    (tmp_path / "overlay.json").write_text(json.dumps(overlay))
    body = json.dumps([sample[0] | {"campaign_code": value}])

    for source in (overlay, tmp_path / "overlay.json"):
        assert is_valid == load_contract("lenient", source).is_valid(body)
