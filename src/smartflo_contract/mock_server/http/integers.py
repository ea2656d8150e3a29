"""Integers in paths, query parameters and fault rules."""


def parse_integer(string: str, min_value: int, max_value: int, *, max_digits: int = 16) -> int | None:
    """Return the integer in a string of ASCII digits, ``None`` for any other string or an integer out of range.

    Args:
        string: the digits. Signs, spaces and digits of other scripts, which ``int`` accepts, are invalid.
        min_value: smallest valid integer, at least 0.
        max_value: largest valid integer.
        max_digits: maximum length of the string, leading zeros included.
    """
    if not (string.isascii() and string.isdigit() and len(string) <= max_digits):
        return None
    value = int(string)
    return value if min_value <= value <= max_value else None
