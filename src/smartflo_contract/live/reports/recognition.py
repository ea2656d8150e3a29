"""Recognition of report files, so that a report replaces an earlier report but no other file."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_SEARCHED_BYTES: Final = 4096
"""Size of the beginning and the end of a file that are searched."""
_MARKS: Final[Mapping[str, re.Pattern[bytes]]] = {
    "text": re.compile(rb"(?:\A|\n)(?:grade [A-F]\b|no grade: )[^\n]*\n\Z"),
    "json": re.compile(rb'\A\{\s*"version": [0-9]+,\s*"grade": (?:"[A-F]"|null),'),
    "junit": re.compile(rb'\A<\?xml [^>]*>\s*<testsuites?\b[^>]*>[^\0]{0,200}"smartflo-contract'),
    "sarif": re.compile(rb'\A\{\s*"\$schema": [^\0]*"version": "2[^\0]*"name": "smartflo-contract"'),
    "github": re.compile(rb"\A::[a-z]+ title=(?:[^\0]*\n::[a-z]+ title=)?smartflo-contract::[^\n]*\n\Z"),
    "markdown": re.compile(rb"\A## Smartflo contract\b"),
}
"""By format of a report: how a file with it begins or ends."""


def is_report(path: Path) -> bool:
    """Return whether a file is empty, or a report of any format.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(_SEARCHED_BYTES)
        size = path.stat().st_size
        if size > 2 * _SEARCHED_BYTES:
            file.seek(-_SEARCHED_BYTES, 2)
        content += b"\n" + file.read() if size > 2 * _SEARCHED_BYTES else file.read()
    return not content or any(mark.search(content) for mark in _MARKS.values())
