"""JSON that is kept."""

import orjson


def trimmed(value: object) -> bytes:
    """Return a value's JSON in as many bytes as it has: orjson's result holds on to a buffer of up to 16 times that."""
    return bytes(memoryview(orjson.dumps(value)))
