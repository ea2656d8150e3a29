"""Decode JSON whose integers may have more than 64 bits. The fast decoder would turn them into floats."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import orjson

from smartflo_contract.schemas.json_pointer import json_pointer

INTEGERS: Final = range(-(2**63), 2**64)
"""Integers whose digits the fast decoder keeps."""
CHANGED_DIGITS: Final = "the digits of an integer of more than 64 bits would change; pass a string"
"""Why such an integer is rejected."""
_MIN_DIGITS: Final = len(str(2**63))
_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")
_CHUNK_BYTES: Final = 1024 * 1024
_TOKENS: Final = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|(?P<integer>-?[0-9]++)(?P<rest>(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)', re.DOTALL
)
"""A string or a number."""


def decode_json(text: str | bytes | bytearray) -> Any:
    """Return decoded JSON, with all digits of its integers.

    Raises:
        ValueError: the text is not JSON.
    """
    value = orjson.loads(text)
    encoded = text.encode() if isinstance(text, str) else text
    if has_large_integer(encoded):
        with suppress(RecursionError):  # deeper than any value that can be validated
            return json.loads(encoded)
    return value


def large_integer(text: bytes | bytearray) -> str | None:
    """Return the JSON pointer of an integer of more than 64 bits in a text, ``None`` if there is none.

    Args:
        text: valid JSON.
    """
    if not has_large_integer(text):
        return None
    try:
        return next(_pointers(json.loads(text)), "")
    except RecursionError:
        return ""


def has_large_integer(text: bytes | bytearray) -> bool:
    """Return whether JSON contains an integer of more than 64 bits.

    Args:
        text: valid JSON.
    """
    if not _has_long_run_of_digits(text):
        return False
    return any(
        token["integer"] is not None and not token["rest"] and _is_large(token["integer"])
        for token in _TOKENS.finditer(text)
    )


def _has_long_run_of_digits(text: bytes | bytearray) -> bool:
    """Return whether an integer of more than 64 bits is possible: a quick test with little memory."""
    run = b"0" * _MIN_DIGITS
    size = _CHUNK_BYTES + _MIN_DIGITS - 1
    return any(run in text[start : start + size].translate(_ZEROS) for start in range(0, len(text), _CHUNK_BYTES))


def _is_large(integer: bytes) -> bool:
    return len(integer) > _MIN_DIGITS + 2 or int(integer) not in INTEGERS


def _pointers(value: object) -> Iterator[str]:
    pending: list[tuple[tuple[str | int, ...], object]] = [((), value)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            pending += [((*path, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            pending += [((*path, index), item) for index, item in enumerate(value)]
        elif isinstance(value, int) and value not in INTEGERS:
            yield json_pointer(path)
