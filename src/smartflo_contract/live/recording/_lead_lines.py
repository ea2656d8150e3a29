"""Fixtures: a JSON array with one lead per line, which is written and read lead by lead."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

import orjson

_BRACKETS: Final = {b"[\n", b"]\n"}
"""The lines of a fixture that hold no lead."""


def write_leads(file: BinaryIO, leads: Iterable[Any]) -> int:
    """Write leads and return their number."""
    count = 0
    file.write(b"[")
    for count, lead in enumerate(leads, start=1):
        file.write(b"\n" if count == 1 else b",\n")
        file.write(orjson.dumps(lead))
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
        return {names.get(key, key): rename_keys(member, names) for key, member in value.items()}
    return [rename_keys(item, names) for item in value] if isinstance(value, list) else value
