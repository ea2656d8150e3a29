"""Envelopes: JSON objects that hold the list of leads in one of their properties, at any depth."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import orjson

from smartflo_contract.schemas.lead_format import FIELD

_TOKENS: Final = re.compile(rb'("[^"\\]*+(?:\\.[^"\\]*+)*+")([ \t\r\n]*+:)?|[{}\[\]]', re.DOTALL)
"""A string, with the colon after it if it is a key, or a bracket."""
_FIRST_BYTE: Final = re.compile(rb"[ \t\r\n]*+(.)", re.DOTALL)
_FAILED: Final = re.compile(rb'"success"[ \t\r\n]*:[ \t\r\n]*"?false')
_OPENING: Final = frozenset({b"{", b"["})


class Envelope(NamedTuple):
    """An array of objects, or an empty array, in the beginning of an object.

    Attributes:
        path: keys from the object to the array.
        items_start: position after the opening bracket of the array.
        keys: keys of the object, as far as they were read.
    """

    path: tuple[str, ...]
    items_start: int
    keys: frozenset[str]


def find_envelope(text: bytes, properties: frozenset[str]) -> Envelope | None:
    """Return the array of leads in an object; ``None`` if it is a lead or an error, or has no such array.

    An array whose first item has a key of a lead is preferred to one of other objects, and that one to an empty array.

    Args:
        text: the beginning of a body, from the opening bracket of the object on.
        properties: properties of a lead.
    """
    keys: set[str] = set()
    others: list[tuple[tuple[str, ...], int]] = []
    empty: list[tuple[tuple[str, ...], int]] = []
    for path, start in _arrays(text, keys):
        first = _FIRST_BYTE.match(text, start)
        if first and first[1] == b"]":
            empty.append((path, start))
        elif first and first[1] == b"{":
            if is_lead_like(_first_keys(text, start), properties):
                return Envelope(path, start, frozenset(keys))
            others.append((path, start))
    if is_lead_like(keys, properties) or "error" in keys or "errors" in keys or _FAILED.search(text):
        return None
    for path, start in (*others, *empty):
        return Envelope(path, start, frozenset(keys))
    return None


def is_lead_like(keys: Iterable[str], properties: frozenset[str]) -> bool:
    """Return whether one of the keys is that of a lead, and none of many APIs such as ``id``."""
    return any((key in properties and key != "id") or FIELD.fullmatch(key) for key in keys)


def _arrays(text: bytes, top_keys: set[str]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield path and start of the arrays in the first object that are in no other array; collect its own keys."""
    path: list[str | None] = []
    key: str | None = None
    for token in _TOKENS.finditer(text):
        string, colon = token.groups()
        if colon:
            key = _decode_key(string)
            if len(path) == 1:
                top_keys.add(key)
        elif token[0] in _OPENING:
            if token[0] == b"[" and None not in path[1:] and key is not None:
                yield (*(part for part in path[1:] if part is not None), key), token.end()
            path.append(key)
            key = None
        elif not string:
            path.pop()
            key = None
            if not path:
                return


def _first_keys(text: bytes, start: int) -> Iterator[str]:
    """Yield the keys of the first object after a position."""
    depth = 0
    for token in _TOKENS.finditer(text, start):
        string, colon = token.groups()
        if colon:
            if depth == 1:
                yield _decode_key(string)
        elif not string:
            depth += 1 if token[0] in _OPENING else -1
            if depth == 0:
                return


def _decode_key(string: bytes) -> str:
    try:
        key: str = orjson.loads(string)
    except orjson.JSONDecodeError:
        return string[1:-1].decode(errors="replace")
    return key
