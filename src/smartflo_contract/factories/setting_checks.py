"""What a setting may be: checks of one shape, which return what they expect where it is not met.

They look at values of any type, because a configuration file can hold any.
"""

from collections.abc import Callable, Mapping
from typing import Final, NoReturn, TypeAlias

from smartflo_contract.factories.errors import DefinitionError

Check: TypeAlias = Callable[[object], str | None]

LARGEST: Final = 2**53 - 1
_MOST_COLUMNS: Final = 10_000
_MOST_CHARACTERS: Final = 1_000
_MOST_SHOWN: Final = 60
_MOST_WEIGHT: Final = 10**9


def integer(least: int, most: int) -> Check:
    """Return the check of a whole number within bounds."""

    def check(value: object) -> str | None:
        fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return None if fits else f"a whole number from {least} to {most}"

    return check


def one_of(*options: str) -> Check:
    """Return the check of one among some texts."""
    expected = " or ".join(f'"{word}"' for word in options)
    return lambda value: None if isinstance(value, str) and value in options else expected


def optional(check: Check) -> Check:
    """Return the check that ``None`` passes as well."""
    return lambda value: None if value is None else check(value)


def text(value: object) -> str | None:
    """Check text that a response can hold."""
    return None if _is_text(value) else f"text of at most {_MOST_CHARACTERS} characters"


def words(value: object) -> str | None:
    """Check text that says something."""
    return None if value and _is_text(value) else f"text of 1 to {_MOST_CHARACTERS} characters"


def columns(value: object) -> str | None:
    """Check names of columns."""
    fits = isinstance(value, tuple) and len(value) <= _MOST_COLUMNS and all(map(_is_text, value))
    return None if fits else f"at most {_MOST_COLUMNS} names, each of at most {_MOST_CHARACTERS} characters"


def positions(value: object) -> str | None:
    """Check positions of columns."""
    position = integer(0, _MOST_COLUMNS)
    fits = isinstance(value, tuple) and len(value) <= _MOST_COLUMNS and not any(map(position, value))
    return None if fits else "positions of columns, counted from 0"


def weights(value: object) -> str | None:
    """Check a table of value to weight."""
    status = integer(-LARGEST, LARGEST)
    fits = (
        isinstance(value, Mapping)
        and not any(map(status, value))
        and all(map(_is_weight, value.values()))
        and any(value.values())
    )
    return None if fits else f"a table of whole numbers to weights from 0 to {_MOST_WEIGHT}, not all 0"


def run(value: object, checks: Mapping[str, Check]) -> None:
    """Hold the attributes of ``value`` against a table of checks.

    Raises:
        DefinitionError: the message names the first setting that cannot be used.
    """
    for name, check in checks.items():
        got = getattr(value, name)
        expected = check(got)
        if expected is not None:
            fail(name, expected, got)


def fail(name: str, expected: str, got: object) -> NoReturn:
    """Raise the error that names a setting, what it may be, and what it is."""
    try:
        shown = repr(got)
    except ValueError:  # an integer of more digits than Python prints
        shown = "a number of thousands of digits"
    shown = shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}..."
    message = f"{name}: expected {expected}, got {shown}"
    raise DefinitionError(message)


def _is_text(value: object) -> bool:
    """Whether a value is text that a response can hold: not endless, and no half of a surrogate pair."""
    if not isinstance(value, str) or len(value) > _MOST_CHARACTERS:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _MOST_WEIGHT
