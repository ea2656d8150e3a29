"""Bodies of responses as source files, with one value in a line, and the lines that a mutant changes."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from smartflo_contract.mutation.reports.changes import shorten

_INDENT: Final = "  "
_OPENING: Final = frozenset("[{")
_CLOSING: Final = frozenset("]}")
_WITHOUT_END: Final = frozenset("[{:,")
"""Tokens that do not end a value."""
_tokens: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^\s"{}\[\],:]+').findall
_MAX_LINE_CHARACTERS: Final = 300


class Position(NamedTuple):
    """A position in a source file; line and column (in UTF-16 units, as in JavaScript) start at 1."""

    line: int
    column: int


class Edit(NamedTuple):
    """What a mutant changes in a source file. Commas at the end of lines are left out.

    Attributes:
        start: where the change starts.
        end: the position after it.
        replacement: what comes instead; long lines are shortened.
    """

    start: Position
    end: Position
    replacement: str


def pretty(body: bytes) -> str:
    """Return a body with one value in a line, also if it ends too early; what is no array or object is unchanged."""
    text = body.decode(errors="replace")
    if not text.lstrip().startswith(tuple(_OPENING)):
        return text
    return "".join(_pretty_parts(_tokens(text)))


def _pretty_parts(parts: list[str]) -> Iterator[str]:
    depth = 0
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        depth += (part in _OPENING) - (part in _CLOSING)
        yield ": " if part == ":" else part
        is_filled = part in _OPENING and following not in _CLOSING
        is_last = part not in _WITHOUT_END and following in _CLOSING
        if part == "," or is_filled or is_last:
            yield "\n" + _INDENT * (depth - is_last)


def edit_of(before: bytes, after: bytes) -> Edit:
    """Return what leads from the source file of a body to that of the changed body."""
    old, new = (pretty(body).split("\n") for body in (before, after))
    start = _shared(old, new)
    if start == len(old) == len(new):
        added = after.decode(errors="replace").split("\n")  # blanks between values differ
        return Edit(Position(1, 1), _end(old, len(old)), _replacement(added))
    rest = min(len(old), len(new)) - start
    shared_end = min(_shared(old[::-1], new[::-1]), rest)
    if start + shared_end == len(old):  # lines are new: the line before them stays
        start -= 1
    removed, added = (lines[start : len(lines) - shared_end] for lines in (old, new))
    first = removed[0]
    indent = len(first) - len(first.lstrip())
    return Edit(Position(start + 1, indent + 1), _end(old, start + len(removed)), _replacement(added)[indent:])


def _replacement(lines: list[str]) -> str:
    return "\n".join(shorten(line, _MAX_LINE_CHARACTERS) for line in lines).removesuffix(",")


def _shared(old: list[str], new: list[str]) -> int:
    """Return the number of equal lines at the start, whether they end in a comma or not."""
    pairs = enumerate(zip(old, new, strict=False))
    return next(
        (number for number, pair in pairs if pair[0].removesuffix(",") != pair[1].removesuffix(",")),
        min(len(old), len(new)),
    )


def _end(lines: list[str], count: int) -> Position:
    """Return the position after the first lines, without a comma at their end."""
    last = lines[count - 1].removesuffix(",")
    return Position(count, len(last.encode("utf-16-le", "replace")) // 2 + 1)
