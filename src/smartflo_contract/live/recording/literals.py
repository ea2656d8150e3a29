"""Python's literals of decoded JSON, as the common formatters write them."""

from collections.abc import Iterator
from typing import Any, Final

_WIDTH: Final = 88
"""Columns of a line, as Black and Ruff have it unless told otherwise."""
_STEP: Final = 4
_ASCII: Final = 128
_BRACKETS: Final = {dict: ("{", "}"), list: ("[", "]"), tuple: ("(", ")")}


def literal(value: Any, *, indent: int = 0, before: int = 0) -> str:
    """Return a value as source: in one line where it fits, else an item a line.

    Args:
        value: decoded JSON; tuples of it too.
        indent: columns before the line that the value stands in.
        before: columns in that line before the value.
    """
    line = _line(value)
    if indent + before + _columns(line) < _WIDTH or not isinstance(value, dict | list | tuple) or not value:
        return line
    opening, closing = _BRACKETS[type(value)]
    deeper = indent + _STEP
    items = "".join(f"{' ' * deeper}{item},\n" for item in _items(value, deeper))
    return f"{opening}\n{items}{' ' * indent}{closing}"


def _items(value: Any, indent: int) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            name = _line(key)
            yield f"{name}: {literal(below, indent=indent, before=_columns(name) + 2)}"
    else:
        yield from (literal(below, indent=indent) for below in value)


def _line(value: Any) -> str:
    """Return a value in one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_line(key)}: {_line(below)}' for key, below in value.items())}}}"
    if isinstance(value, list | tuple):
        opening, closing = _BRACKETS[type(value)]
        comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
        return f"{opening}{', '.join(map(_line, value))}{comma}{closing}"
    return _text(value) if isinstance(value, str) else repr(value).replace("e+", "e")


def _text(text: str) -> str:
    """Return a text in the quotes that save escapes, double ones unless single ones save more."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    other = '"' if quote == "'" else "'"
    # Python escapes everything else alike, whatever quotes it takes: the text has none here.
    parts = [other.join(repr(part)[1:-1] for part in piece.split(other)) for piece in text.split(quote)]
    return f"{quote}{f'{chr(92)}{quote}'.join(parts)}{quote}"


def _columns(line: str) -> int:
    """Return how wide a line may be on a screen; letters beyond ASCII may have two columns."""
    return sum(1 if ord(character) < _ASCII else 2 for character in line)
