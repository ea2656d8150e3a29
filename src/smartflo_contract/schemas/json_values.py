"""What JSON can say, and what of a decoded value it cannot."""

from collections.abc import Iterator
from math import isfinite
from typing import Final, TypeAlias

import orjson

Path: TypeAlias = tuple[str | int, ...]

MAX_DEPTH: Final = 200
"""Levels of nesting; the fast validator gives up at 255."""

INT64: Final = (-(2**63), 2**63 - 1)
"""The smallest and the largest 64-bit integer."""
_OPTIONS: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS


def is_portable(value: object) -> bool:
    """Whether ``value`` consists of JSON types and Unicode text; quick, but NaN and infinities pass."""
    try:
        orjson.dumps(value, option=_OPTIONS)
    except (TypeError, ValueError):
        return not any(True for _ in not_json(value))
    return True


def first_unportable(value: object) -> Path | None:
    """Return the path of the first value that JSON cannot express, or ``None``; NaN and infinities pass."""
    return None if is_portable(value) else next(not_json(value))[0]


def not_json(value: object, deepest: int = MAX_DEPTH) -> Iterator[tuple[Path, object]]:
    """Yield path and value of what JSON cannot say: NaN, infinities, lone surrogates, other types, endless nesting."""
    left: list[tuple[Path, object]] = [((), value)]
    while left:
        path, value = left.pop()
        if len(path) > deepest:
            yield path[:1], value
            return
        if isinstance(value, dict):
            left += [((*path, key), below) for key, below in value.items() if isinstance(key, str) and _is_scalar(key)]
            yield from (((*path, repr(key)), key) for key in value if not (isinstance(key, str) and _is_scalar(key)))
        elif isinstance(value, list | tuple):
            left += [((*path, index), below) for index, below in enumerate(value)]
        elif not _is_scalar(value):
            yield path, value


def _is_scalar(value: object) -> bool:
    """Whether JSON can say ``value``, which is neither array nor object."""
    if isinstance(value, float):
        return isfinite(value)
    if not isinstance(value, str):
        return value is None or isinstance(value, int)
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
