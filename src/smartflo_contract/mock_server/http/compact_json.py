"""JSON that is kept."""

import orjson


def trimmed(value: object) -> bytes:
    """Return a value's JSON in as many bytes as it has: orjson's result holds on to a buffer of up to 16 times that.

    Raises:
        ValueError: it is nested too deeply, or no text of Unicode.
    """
    try:
        return bytes(memoryview(orjson.dumps(value)))
    except TypeError as error:
        raise ValueError(str(error)) from None
