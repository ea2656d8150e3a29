"""Keys that stand twice in an object of a JSON text, of which a decoder keeps one in silence, and not each the same."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.lead_table import Table

_TOKEN: Final = re.compile(rb'("(?:[^"\\]++|\\.)*+")([ \t\r\n]*+:)?|[\[\]{},]', re.DOTALL)
_ESCAPED_COLON: Final = b"\\u003"
_OPENING, _CLOSING = frozenset({b"{", b"["}), frozenset({b"}", b"]"})


def duplicate_keys(text: bytes, values: Sequence[Any], tables: Sequence[Table] = ()) -> Mapping[int, Sequence[Path]]:
    """Return the keys that stand once more in their object, by the index of the value that they are in.

    Args:
        text: an array in JSON, which has been decoded.
        values: its items.
        tables: their tables, where there are some already.
    """
    return {} if _are_all_kept(text, values, tables) else _found(text)


def _are_all_kept(text: bytes, values: Sequence[Any], tables: Sequence[Table]) -> bool:
    """Whether all keys of a text surely are in what was decoded: a key that was lost has taken its colon along."""
    kept, said = values, 0
    if len(tables) == 1 and len(tables[0].rows) == len(values):  # keys of leads need not be written to be counted
        kept = list(tables[0].columns.values())
        said = len(values) * sum(1 + key.count(":") for key in tables[0].keys)
    try:
        said += orjson.dumps(kept).count(b":")
    except TypeError:  # nested too deeply
        return False
    return text.count(b":") == said and _ESCAPED_COLON not in text


def _found(text: bytes) -> dict[int, list[Path]]:
    """Return what stands once more, by reading the text token by token, to any depth."""
    found: dict[int, list[Path]] = {}
    met: list[set[str]] = []  # of each object around a token its keys
    path: list[Any] = []
    for token in _TOKEN.finditer(text):
        written, colon = token.groups()
        if colon:
            path[-1] = key = orjson.loads(written)
            if key in met[-1]:
                found.setdefault(path[0], []).append(tuple(path[1:]))
            met[-1].add(key)
        elif written is None:
            byte = token[0]
            if byte in _OPENING:
                path.append(0)
                met.append(set())
            elif byte in _CLOSING:
                path.pop()
                met.pop()
            elif isinstance(path[-1], int):
                path[-1] += 1
    return found
