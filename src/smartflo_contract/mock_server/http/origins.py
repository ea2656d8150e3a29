"""Origins of web pages, as browsers send them in the header ``Origin``."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)
_MAX_CHARACTERS: Final = 300
_DEFAULT_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}
_EXAMPLE: Final = "http://localhost:3000"
_EXPECTED: Final = f'scheme, host and port only, in ASCII, such as "{_EXAMPLE}"'
_REFUSED: Final[Mapping[str, str]] = {
    "*": f'each origin by name, such as "{_EXAMPLE}", because any web page could read and write through *',
    "null": f'an origin such as "{_EXAMPLE}", because every local file and sandboxed page has the origin null',
}
"""What is expected instead of values that stand for many pages."""


def normalize_origin(value: object) -> object:
    """Return an origin as browsers send it: in lower case, without the default port; any other value unchanged."""
    if origin_problem(value) is not None:
        return value
    origin = str(value).lower()
    scheme = origin.partition("://")[0]
    return origin.removesuffix(f":{_DEFAULT_PORTS[scheme]}") if scheme in _DEFAULT_PORTS else origin


def origin_problem(value: object) -> str | None:
    """Return what is expected if a value is not an origin, ``None`` if it is one."""
    if not isinstance(value, str) or value in _REFUSED:
        return _REFUSED[value] if isinstance(value, str) else f'the origin of a web page, such as "{_EXAMPLE}"'
    origin = value.lower()
    match = _ORIGIN.match(origin)
    if "://" not in value:
        return f'a scheme, such as "{_EXAMPLE}"'
    if len(value) > _MAX_CHARACTERS or match is None or not _has_valid_port(match[0]):
        return _EXPECTED
    rest = origin[match.end() :]
    if not rest:
        return None
    return f'an origin without a path, such as "{match[0]}"' if rest[0] in "/?#" else _EXPECTED


def _has_valid_port(origin: str) -> bool:
    try:
        port = urlsplit(origin).port
    except ValueError:
        return False
    return port is None or port > 0
