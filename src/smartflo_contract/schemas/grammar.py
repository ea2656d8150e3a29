"""Numbers with nouns, and values of settings, as text."""

import json


def format_count(count: float, noun: str) -> str:
    """Return a number with a noun, in the plural unless the number is 1."""
    number = f"{count:,}" if isinstance(count, int) else f"{count:,g}"
    return f"{number} {noun}{'' if count == 1 else 's'}"


def format_setting(value: object) -> str:
    """Return a value as configuration files write it: ``true`` instead of ``True``."""
    try:
        if isinstance(value, bool):
            return str(value).lower()
        return _format_container(value) if isinstance(value, list | tuple | dict) else repr(value)
    except ValueError:  # Python does not print integers of so many digits
        return "a number of thousands of digits"


def _format_container(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except TypeError:
        return repr(value)
