"""Decoding of one item of a body, also of one that is not UTF-8 or has a number beyond the range of a double."""

import re
from math import copysign, isinf
from sys import float_info
from typing import Any, Final, NamedTuple

import orjson

from smartflo_contract.schemas.large_integers import decode_json

_TOKENS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|-?[0-9]++(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?', re.DOTALL)
"""A string or a number."""
_STRING: Final = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"([ \t\r\n]*+:)?', re.DOTALL)
"""The content of a string, and the colon after it if it is a key."""
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}".encode()
_IDENTIFIER: Final = re.compile(rb"[0-9a-fA-F]+")
_MIN_INFINITE_CHARACTERS: Final = len("1e309")


class DecodedItem(NamedTuple):
    """A decoded item.

    Attributes:
        value: the value.
        text: its text, in UTF-8.
        invalid_byte: position of the first byte that is not UTF-8; ``None`` if there is none.
        is_readable: whether its keys, ids and numbers are UTF-8, so that a check makes sense.
    """

    value: Any
    text: bytes
    invalid_byte: int | None
    is_readable: bool


def decode_item(text: bytes) -> DecodedItem:
    """Return a decoded item.

    Bytes that are not UTF-8 become replacement characters. A number that no double can express, such as one of a
    thousand digits, becomes the largest double: it is valid JSON, and not a value of the contract either way.

    Raises:
        orjson.JSONDecodeError: the text is not JSON.
    """
    invalid_byte, is_readable = None, True
    try:
        text.decode()
    except UnicodeDecodeError as error:
        invalid_byte, text = error.start, text.decode(errors="replace").encode()
        is_readable = not any(map(_is_garbled, _STRING.finditer(text)))
    try:
        return DecodedItem(decode_json(text), text, invalid_byte, is_readable)
    except orjson.JSONDecodeError:
        finite = _TOKENS.sub(_finite_number, text)
        if finite == text:
            raise
    return DecodedItem(decode_json(finite), finite, invalid_byte, is_readable)


def _is_garbled(string: re.Match[bytes]) -> bool:
    """Return whether a string with a replacement character is a key, an id or a number."""
    content, colon = string.groups()
    if _REPLACEMENT not in content:
        return False
    return colon is not None or _IDENTIFIER.fullmatch(content.replace(_REPLACEMENT, b"")) is not None


def _finite_number(token: re.Match[bytes]) -> bytes:
    if token[0].startswith(b'"') or len(token[0]) < _MIN_INFINITE_CHARACTERS:
        return token[0]
    number = float(token[0])
    return repr(copysign(float_info.max, number)).encode() if isinf(number) else token[0]
