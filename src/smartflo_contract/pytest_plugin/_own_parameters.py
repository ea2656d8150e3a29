"""Whether a project has parameters of its own in place of those of a parametrized fixture. Imports pytest only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

READING: Final = "smartflo_every_reading"
"""The fixture whose value is set before the lists of the marker are created."""


def has_own_parameters(metafunc: pytest.Metafunc, name: str, module: str) -> bool:
    """Return whether a test or an overriding fixture replaces the parameters of a fixture, by the rules of pytest.

    Args:
        metafunc: what is known of the test.
        name: name of the fixture.
        module: module of the original fixture.
    """
    if any(
        name in _argument_names(*mark.args, **mark.kwargs) for mark in metafunc.definition.iter_markers("parametrize")
    ):
        return True
    definitions = getattr(metafunc, "_arg2fixturedefs", {}).get(name, ())  # there is no public name
    for definition in reversed(definitions):
        if definition.func.__module__ == module:
            return False
        if definition.params is not None or name not in definition.argnames:
            return True
    return False


def _argument_names(argnames: str | Sequence[str], *_: object, **__: object) -> list[str]:
    """Return the names that a marker ``parametrize`` has values for."""
    return [name.strip() for name in argnames.split(",")] if isinstance(argnames, str) else list(argnames)


def reading_of_test(item: Any) -> Mapping[str, str]:
    """Return the parameter of ``smartflo_every_reading``; empty if a fixture without parameters replaces it."""
    callspec = getattr(item, "callspec", None)
    reading = {} if callspec is None else callspec.params.get(READING, {})
    if not isinstance(reading, Mapping):
        message = f'{READING}: expected a quirk or a profile, such as {{"expired_token": "200"}}, got {reading!r}'
        pytest.fail(message, pytrace=False)
    return reading
