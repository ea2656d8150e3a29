"""Checks of settings, which return what they expect of an invalid value.

They accept values of any type, because a configuration file can contain any.
"""

from collections.abc import Callable, Mapping
from typing import Final, NoReturn, TypeAlias

from smartflo_contract.factories.errors import DefinitionError
from smartflo_contract.schemas.grammar import format_setting
from smartflo_contract.schemas.json_values import MAX_SAFE_INTEGER
from smartflo_contract.schemas.printable import truncate

Check: TypeAlias = Callable[[object], str | None]
"""Returns what is expected if a value is invalid, ``None`` if it is valid."""

_MAX_COLUMNS: Final = 10_000
_MAX_CHARACTERS: Final = 1_000
_MAX_QUOTED_CHARACTERS: Final = 60
_MAX_WEIGHT: Final = 10**9


def integer(minimum: int, maximum: int) -> Check:
    """Return the check of an integer within bounds."""

    def check(value: object) -> str | None:
        is_valid = isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum
        return None if is_valid else f"an integer from {minimum} to {maximum}"

    return check


def one_of(*options: str) -> Check:
    """Return the check of one of some strings."""
    expected = " or ".join(f'"{option}"' for option in options)
    return lambda value: None if isinstance(value, str) and value in options else expected


def optional(check: Check) -> Check:
    """Return a check that accepts ``None`` too."""
    return lambda value: None if value is None else check(value)


def string(value: object) -> str | None:
    """Check a string that a response can contain."""
    return None if _is_string(value) else f"a string of at most {_MAX_CHARACTERS} characters"


def nonempty_string(value: object) -> str | None:
    """Check a string of one character or more."""
    return None if value and _is_string(value) else f"a string of 1 to {_MAX_CHARACTERS} characters"


def column_names(value: object) -> str | None:
    """Check a tuple of column names."""
    if not isinstance(value, tuple) or not all(isinstance(name, str) for name in value):
        return 'a list such as ["Mobile", "Name"]'
    is_valid = len(value) <= _MAX_COLUMNS and all(map(_is_string, value))
    return None if is_valid else f"at most {_MAX_COLUMNS} names, each of at most {_MAX_CHARACTERS} characters"


def column_positions(value: object) -> str | None:
    """Check a tuple of column positions."""
    check_position = integer(0, _MAX_COLUMNS)
    is_valid = isinstance(value, tuple) and len(value) <= _MAX_COLUMNS and not any(map(check_position, value))
    return None if is_valid else "positions of columns, counted from 0"


def weights(value: object) -> str | None:
    """Check a mapping of integers to weights."""
    check_status = integer(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
    is_valid = (
        isinstance(value, Mapping)
        and not any(map(check_status, value))
        and all(map(_is_weight, value.values()))
        and any(value.values())
    )
    return None if is_valid else f"a table of integers to weights from 0 to {_MAX_WEIGHT}, not all 0"


def check_settings(settings: object, checks: Mapping[str, Check]) -> None:
    """Check the attributes of an object.

    Args:
        settings: the object.
        checks: attribute to check.

    Raises:
        DefinitionError: the message names the first invalid attribute.
    """
    for name, check in checks.items():
        value = getattr(settings, name)
        expected = check(value)
        if expected is not None:
            reject(name, expected, value)


def reject(name: str, expected: str, value: object) -> NoReturn:
    """Raise the error that names a setting, what is expected, and its value.

    Raises:
        DefinitionError: always.
    """
    message = f"{name}: expected {expected}, got {truncate(format_setting(value), _MAX_QUOTED_CHARACTERS)}"
    raise DefinitionError(message)


def _is_string(value: object) -> bool:
    """Return whether a value is a string that a response can contain: bounded, and without lone surrogates."""
    if not isinstance(value, str) or len(value) > _MAX_CHARACTERS:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _MAX_WEIGHT
