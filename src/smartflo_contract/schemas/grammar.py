"""Numbers with nouns, and values of settings, as text."""

import json


def format_count(count: float, noun: str) -> str:
    """Return a number with a noun, in the plural unless the number is 1."""
    number = f"{count:,}" if isinstance(count, int) else f"{count:,g}"
    return f"{number} {noun}{'' if count == 1 else 's'}"


def format_setting(value: object) -> str:
    """Return a value as configuration files write it: ``true`` instead of ``True``.

    Raises:
        ValueError: Python does not print integers of so many digits.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple | dict):
        try:
            return json.dumps(value, ensure_ascii=False)
        except TypeError:
            return repr(value)
    return repr(value)
