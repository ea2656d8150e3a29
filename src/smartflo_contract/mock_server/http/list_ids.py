"""The form of a list id in a path."""

from typing import Final

_MAX_DIGITS: Final = 16


def is_list_id(segment: str) -> bool:
    """Return whether a path segment has the form of a list id: ASCII digits without a leading zero."""
    return len(segment) <= _MAX_DIGITS and segment.isascii() and segment.isdigit() and segment[0] != "0"


def parse_list_id(segment: str | None) -> int | None:
    """Return the list id in a path segment, ``None`` if there is no segment or it is not a list id."""
    return int(segment) if segment is not None and is_list_id(segment) else None
