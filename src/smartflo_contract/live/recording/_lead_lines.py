"""Fixtures: a JSON array with one lead per line, which is written and read lead by lead."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

import orjson

_CONTAINERS: Final = frozenset({dict, list})
_BRACKETS: Final = {b"[\n", b"]\n"}
"""The lines of a fixture that hold no lead."""


def write_leads(file: BinaryIO, batches: Iterable[Iterable[Any]]) -> int:
    """Write batches of leads and return the number of leads."""
    count = 0
    file.write(b"[")
    for batch in batches:
        lines = list(map(orjson.dumps, batch))
        if lines:
            file.write(b",\n" if count else b"\n")
            file.write(b",\n".join(lines))
            count += len(lines)
    file.write(b"\n]\n")
    return count


def read_leads(file: BinaryIO) -> Iterator[Any]:
    """Yield the leads of a file that :func:`write_leads` wrote."""
    file.seek(0)
    for line in file:
        if line not in _BRACKETS:
            yield orjson.loads(line.rstrip(b",\n"))


def rename_keys(value: Any, names: Mapping[str, str]) -> Any:
    """Return a decoded JSON value with other names for some keys, at any depth."""
    if isinstance(value, dict):
        return {
            names.get(key, key): rename_keys(member, names) if type(member) in _CONTAINERS else member
            for key, member in value.items()
        }
    return [rename_keys(item, names) for item in value] if isinstance(value, list) else value
