"""What JSON can express, and which parts of a decoded value it cannot."""

from collections.abc import Iterator, Sequence
from itertools import chain
from math import isfinite
from typing import Final, TypeAlias

import orjson

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from a value down to a part of it."""

MAX_DEPTH: Final = 200
"""Maximum levels of nesting; the compiled validator fails at 255."""
INT64: Final = (-(2**63), 2**63 - 1)
"""The smallest and the largest 64-bit integer."""
MAX_SAFE_INTEGER: Final = 2**53 - 1
"""The largest integer up to which a double represents every integer exactly (RFC 8259)."""
_PLAIN_TYPES: Final = frozenset({dict, list, str, int, float, bool, type(None)})
_OPTIONS: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS


def is_portable(value: object) -> bool:
    """Return whether ``value`` consists of JSON types and valid Unicode; fast, but accepts NaN and infinities."""
    try:
        orjson.dumps(value, option=_OPTIONS)
    except (TypeError, ValueError):
        return not any(True for _ in not_json(value))
    return True


def first_unportable(value: object) -> Path | None:
    """Return the path of the first part that is not portable, or ``None``; accepts NaN and infinities."""
    return None if is_portable(value) else next(not_json(value))[0]


def not_json(value: object, max_depth: int = MAX_DEPTH) -> Iterator[tuple[Path, object]]:
    """Yield path and value of what JSON cannot express.

    That is NaN, infinities, lone surrogates, other Python types, and nesting below ``max_depth``.
    """
    pending: list[tuple[Path, object]] = [((), value)]
    too_deep: set[Path] = set()
    while pending:
        path, value = pending.pop()
        if path[:1] in too_deep:
            continue
        if len(path) > max_depth:
            too_deep.add(path[:1])
            yield path[:1], value
            continue
        is_deep = len(path) == max_depth
        if isinstance(value, dict):
            for key, item in value.items():
                if not (isinstance(key, str) and _is_scalar(key)):
                    yield (*path, repr(key)), key
                elif is_deep or not _is_usual(item):
                    pending.append(((*path, key), item))
        elif isinstance(value, list | tuple):
            pending += [((*path, index), item) for index, item in enumerate(value) if is_deep or not _is_usual(item)]
        elif not _is_scalar(value):
            yield path, value


def are_plain_json(values: Sequence[object]) -> bool:
    """Return whether surely all values are like those that a JSON parser returns: of no other type, nor NaN."""
    try:
        orjson.dumps(values, option=_OPTIONS)  # fails for lone surrogates
    except (TypeError, ValueError):
        return False
    for _ in range(MAX_DEPTH // 2):
        kinds = set(map(type, values))
        if not kinds <= _PLAIN_TYPES:
            return False
        if float in kinds and not all(isfinite(value) for value in values if isinstance(value, float)):
            return False
        if kinds.isdisjoint({dict, list}):
            return True
        objects = [value for value in values if isinstance(value, dict)]
        arrays = [value for value in values if isinstance(value, list)]
        values = [*chain.from_iterable(map(dict.values, objects)), *chain.from_iterable(arrays)]
    return False


def count_nested_keys(values: Sequence[object]) -> int | None:
    """Return the number of keys in decoded objects and in all that they contain; ``None`` if they may nest too deeply.

    Args:
        values: decoded values; those that are neither objects nor arrays have no keys.
    """
    count = 0
    for _ in range(MAX_DEPTH // 2):
        objects = [value for value in values if isinstance(value, dict)]
        arrays = [value for value in values if isinstance(value, list)]
        if not objects and not arrays:
            return count
        count += sum(map(len, objects))
        values = [*chain.from_iterable(map(dict.values, objects)), *chain.from_iterable(arrays)]
    return None


def _is_usual(value: object) -> bool:
    """Return quickly whether ``value`` is one of most scalars that JSON can express."""
    kind = type(value)
    return kind is int or kind is bool or value is None or (kind is str and value.isascii())  # type: ignore[attr-defined]


def _is_scalar(value: object) -> bool:
    """Return whether JSON can express ``value``, which is neither an array nor an object."""
    if isinstance(value, float):
        return isfinite(value)
    if not isinstance(value, str):
        return value is None or isinstance(value, int)
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
