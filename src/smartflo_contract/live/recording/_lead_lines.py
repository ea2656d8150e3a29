"""Fixtures: a JSON array with one lead per line, which is written and read lead by lead."""

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import orjson


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
        if line[:1] not in b"[]":
            yield orjson.loads(line.rstrip(b",\n"))
