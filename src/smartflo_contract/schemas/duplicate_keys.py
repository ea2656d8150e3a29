"""Duplicate keys in the objects of a JSON text: decoders silently keep one value, and not all the same one."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from smartflo_contract.schemas.json_pointer import json_pointer
from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.lead_table import Table

LOST_VALUE: Final = "this key is there twice, and one of its values would be lost; omit one"
"""Why such a key is rejected where leads are stored."""
_TOKEN: Final = re.compile(rb'("(?:[^"\\]++|\\.)*+")([ \t\r\n]*+:)?|[\[\]{},]', re.DOTALL)
_ESCAPED_COLON: Final = b"\\u003"
_OPENING, _CLOSING = frozenset({b"{", b"["}), frozenset({b"}", b"]"})


def duplicate_keys(text: bytes, values: Sequence[Any], tables: Sequence[Table] = ()) -> Mapping[int, Sequence[Path]]:
    """Return the paths of the keys that repeat an earlier key of their object, by index of the array's value.

    Args:
        text: a JSON array that has been decoded.
        values: its decoded values.
        tables: the values as tables, if they have been made already.
    """
    return {} if _all_keys_are_kept(text, values, tables) else _scan(text)


def duplicate_key(text: bytes, values: Sequence[Any]) -> str | None:
    """Return the JSON pointer of the first duplicate key in an array, ``None`` if there is none.

    Args:
        text: a JSON array that has been decoded.
        values: its decoded values.
    """
    return next((json_pointer((index, *paths[0])) for index, paths in duplicate_keys(text, values).items()), None)


def _all_keys_are_kept(text: bytes, values: Sequence[Any], tables: Sequence[Table]) -> bool:
    """Return whether surely no key of a text was lost in decoding: a lost key would have taken its colon along."""
    kept, colons = values, 0
    if len(tables) == 1 and len(tables[0].rows) == len(values):  # counts the keys of leads without encoding them
        kept = list(tables[0].columns.values())
        colons = len(values) * sum(1 + key.count(":") for key in tables[0].keys)
    try:
        colons += orjson.dumps(kept).count(b":")
    except TypeError:  # nested too deeply
        return False
    return text.count(b":") == colons and _ESCAPED_COLON not in text


def _scan(text: bytes) -> dict[int, list[Path]]:
    """Return the duplicate keys by reading a text token by token, to any depth."""
    duplicates: dict[int, list[Path]] = {}
    keys: list[set[str]] = []  # for each object or array around the token
    path: list[Any] = []
    for token in _TOKEN.finditer(text):
        string, colon = token.groups()
        if colon:
            path[-1] = key = orjson.loads(string)
            if key in keys[-1]:
                duplicates.setdefault(path[0], []).append(tuple(path[1:]))
            keys[-1].add(key)
        elif string is None:
            byte = token[0]
            if byte in _OPENING:
                path.append(0)
                keys.append(set())
            elif byte in _CLOSING:
                path.pop()
                keys.pop()
            elif isinstance(path[-1], int):
                path[-1] += 1
    return duplicates
