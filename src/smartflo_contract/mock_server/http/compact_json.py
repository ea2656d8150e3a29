"""JSON values that the fake stores: encoded without spare memory, and whole numbers as integers."""

from typing import Any

import orjson


def dump_compact(value: object) -> bytes:
    """Return a value as JSON without orjson's spare buffer, which can be 16 times as large as the result.

    Raises:
        ValueError: the value is nested too deeply, or holds a string that is not valid Unicode.
    """
    try:
        return bytes(memoryview(orjson.dumps(value)))
    except TypeError as error:
        raise ValueError(str(error)) from None


def whole_number(value: Any) -> Any:
    """Return a whole number that JSON writes as 3.0 as an integer, and any other value unchanged."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
