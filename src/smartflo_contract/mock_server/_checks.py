"""What each setting may be: one table for the configuration, one for a list in it.

A check returns what it expects where it is not met. It looks at values of any type, because a
configuration file can hold any.
"""

import os
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from smartflo_contract.factories import DEFAULT_COLUMNS, ListDefinition
from smartflo_contract.mock_server._errors import ConfigError
from smartflo_contract.schemas import Contract, ContractError, load_contract

if TYPE_CHECKING:
    from smartflo_contract.mock_server._config import Config

MOST_LEADS: Final = 100_000_000
MOST_COLUMNS: Final = 10_000
MOST_WORKERS: Final = 64
_MOST_CHARACTERS: Final = 1_000
_MOST_SHOWN: Final = 60
_MOST_WEIGHT: Final = 10**9
_HIGHEST_ID: Final = 2**53 - 1
_INT64: Final = (-(2**63), 2**63 - 1)

Check: TypeAlias = Callable[[object], str | None]


def _integer(least: int, most: int) -> Check:
    def check(value: object) -> str | None:
        fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return None if fits else f"a whole number from {least} to {most}"

    return check


def _is_text(value: object) -> bool:
    """Whether a value is text that a response can hold: not endless, and no half of a surrogate pair."""
    if not isinstance(value, str) or len(value) > _MOST_CHARACTERS:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(value: object) -> str | None:
    return None if _is_text(value) and value else f"text of 1 to {_MOST_CHARACTERS} characters"


def _one_of(*words: str) -> Check:
    expected = " or ".join(f'"{word}"' for word in words)
    return lambda value: None if isinstance(value, str) and value in words else expected


def _optional(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _source(value: object) -> str | None:
    is_path = isinstance(value, str | os.PathLike) and "\0" not in os.fspath(value)
    return None if is_path or isinstance(value, Mapping) else "the path of a JSON file"


def _columns(value: object) -> str | None:
    fits = isinstance(value, tuple) and 1 <= len(value) <= MOST_COLUMNS and all(map(_is_text, value))
    return None if fits else f"1 to {MOST_COLUMNS} names, each of at most {_MOST_CHARACTERS} characters"


def _positions(value: object) -> str | None:
    position = _integer(0, MOST_COLUMNS)
    fits = isinstance(value, tuple) and len(value) <= MOST_COLUMNS and not any(map(position, value))
    return None if fits else "positions of columns, counted from 0"


def _weights(value: object) -> str | None:
    status = _integer(-_HIGHEST_ID, _HIGHEST_ID)
    fits = isinstance(value, Mapping) and value and not any(map(status, value)) and all(map(_weight, value.values()))
    return None if fits else f"a table of whole numbers to weights above 0, at most {_MOST_WEIGHT}"


def _weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _MOST_WEIGHT


def _lists(value: object) -> str | None:
    fits = isinstance(value, tuple) and all(isinstance(one, ListDefinition) for one in value)
    return None if fits else "lists, each of them a [[lists]] table or a ListDefinition"


_CONFIG: Final[Mapping[str, Check]] = {
    "host": _text,
    "port": _integer(0, 65_535),
    "workers": _integer(1, MOST_WORKERS),
    "seed": _integer(*_INT64),
    "profile": _text,
    "overlay": _optional(_source),
    "auth": _one_of("on", "off"),
    "phones": _one_of("safe", "valid"),
    "lists": _lists,
}

_LIST: Final[Mapping[str, Check]] = {
    "id": _integer(1, _HIGHEST_ID),
    "name": _text,
    "size": _integer(0, MOST_LEADS),
    "columns": _columns,
    "sensitive": _optional(_positions),
    "seed": _optional(_integer(*_INT64)),
    "dial_status": _optional(_weights),
    "disposition": _optional(_weights),
}


def check_config(config: "Config") -> None:
    """Refuse a configuration that the fake cannot work with.

    Raises:
        ConfigError: the message names the first setting that cannot be used.
    """
    _check({name: getattr(config, name) for name in _CONFIG}, _CONFIG, "")
    for number, one in enumerate(config.lists):
        check_list({name: getattr(one, name) for name in _LIST}, f"lists[{number}].")
    for id_, count in Counter(one.id for one in config.lists).items():
        if count > 1:
            message = f"lists: list {id_} is defined {count} times; ids must differ"
            raise ConfigError(message)
    contract_of(config)


def check_list(settings: Mapping[str, Any], place: str) -> None:
    """Refuse settings of a list that no leads could be made of; those that are not given have their defaults.

    Raises:
        ConfigError: the message begins with ``place`` and the first setting that cannot be used.
    """
    _check(settings, _LIST, place)
    width = len(settings.get("columns", DEFAULT_COLUMNS))
    for position in settings.get("sensitive") or ():
        if position >= width:
            _fail(f"{place}sensitive", f"positions below {width}, the number of columns", position)


def contract_of(config: "Config") -> Contract:
    """Return the contract that a configuration asks for.

    Raises:
        ConfigError: the profile is unknown, or the overlay cannot be used.
    """
    try:
        return load_contract(config.profile, config.overlay)
    except ContractError as error:
        raise ConfigError(str(error)) from None


def _check(settings: Mapping[str, Any], checks: Mapping[str, Check], place: str) -> None:
    for name, got in settings.items():
        expected = checks[name](got)
        if expected is not None:
            _fail(f"{place}{name}", expected, got)


def _fail(place: str, expected: str, got: object) -> NoReturn:
    try:
        shown = repr(got)
    except ValueError:  # an integer of more digits than Python prints
        shown = "a number of thousands of digits"
    shown = shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}..."
    message = f"{place}: expected {expected}, got {shown}"
    raise ConfigError(message)
