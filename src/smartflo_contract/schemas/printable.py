"""Text of strangers, such as servers, files and overlays: of bounded length, without what controls a terminal."""

import re
from typing import Final

_NOT_SHOWN: Final = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
"""Control characters except tab and line feed, what changes the direction of text or is invisible, and surrogates.
Joiners of Indian scripts are no control characters."""
_MAX_QUOTED_CHARACTERS: Final = 80


def escape_unprintable(text: str) -> str:
    """Return text as one line: line breaks, control characters and what is not valid UTF-8 are escaped."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def escape_controls(text: str) -> str:
    """Return text of several lines: all control characters except tabs and line breaks are escaped.

    The escapes are those of JSON, so a JSON document stays the same document.
    """
    return _NOT_SHOWN.sub(_escape, text)


def escape_table_cell(text: str) -> str:
    """Return text without what would end a cell of a Markdown table."""
    return " ".join(text.split("\n")).replace("|", r"\|")


def truncate(string: str, max_characters: int = _MAX_QUOTED_CHARACTERS) -> str:
    """Return a string, truncated so that a message that quotes it stays readable."""
    return string if len(string) <= max_characters else f"{string[:max_characters]}..."


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[start : start + 2].hex()}" for start in range(0, len(units), 2))
