"""Numbers with nouns, as text."""


def format_count(count: float, noun: str) -> str:
    """Return a number with a noun, in the plural unless the number is 1."""
    number = f"{count:,}" if isinstance(count, int) else f"{count:,g}"
    return f"{number} {noun}{'' if count == 1 else 's'}"
