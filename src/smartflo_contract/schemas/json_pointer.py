"""JSON pointers (RFC 6901): how this project writes and reads them."""

from collections.abc import Iterable

from smartflo_contract.schemas.printable import escape_unprintable


def escape(key: str) -> str:
    """Return a key as a path segment; line breaks and other characters that cannot be printed are escaped."""
    return escape_unprintable(key.replace("~", "~0").replace("/", "~1"))


def unescape(segment: str) -> str:
    """Return the key that a path segment stands for."""
    return segment.replace("~1", "/").replace("~0", "~")


def json_pointer(path: Iterable[str | int]) -> str:
    """Return the JSON pointer of a path; it is empty for the whole document."""
    return "".join(f"/{escape(str(part))}" for part in path)


def finding_pointer(path: Iterable[str | int]) -> str:
    """Return the pointer of a finding: ``*`` stands for every index, also for that of the lead.

    Args:
        path: from a lead down to the value.
    """
    return "/*" + json_pointer("*" if isinstance(part, int) else part for part in path)


def parse_pointer(pointer: str) -> list[str]:
    """Return the keys of a JSON pointer; the leading ``/`` may be missing."""
    return [unescape(segment) for segment in pointer.removeprefix("/").split("/")]
