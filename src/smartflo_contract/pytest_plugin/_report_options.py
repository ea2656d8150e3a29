"""Values that the options of value coverage and of mutation share: reports and percentages. Imports pytest only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TERM: Final = "term"
_MAX_SHOWN: Final = 80


class Report(NamedTuple):
    """A report that the user requests.

    Attributes:
        format: its format, such as ``html``.
        path: where it is written; ``None`` for the terminal.
    """

    format: str
    path: Path | None


def parse_report(option: str, text: str, folder: Path, places: Mapping[str, str], hint: str = "") -> Report:
    """Return the report that the value of an option requests.

    Args:
        option: the option.
        text: its value.
        folder: folder of relative paths.
        places: format of each report that is written, to what it is written to, ``FILE`` or ``DIR``.
        hint: what to do about a wrong value.

    Raises:
        pytest.UsageError: the value is wrong.
    """
    name, colon, path = text.partition(":")
    if name == TERM and not colon:
        return Report(TERM, None)
    if name in places and path:
        return Report(name, folder / path)
    *forms, last = (TERM, *(f"{form}:{place}" for form, place in places.items()))
    message = f"{option}: expected {', '.join(forms)} or {last}, got `{text[:_MAX_SHOWN]}`{hint}"
    raise pytest.UsageError(message)


def parse_percent(option: str, text: str) -> float:
    """Return the number that the value of an option is.

    Raises:
        pytest.UsageError: it is no number from 0 to 100.
    """
    try:
        percent = float(text)
    except ValueError:
        percent = -1
    if 0 <= percent <= 100:  # noqa: PLR2004 - percent
        return percent
    message = f"{option}: expected a number from 0 to 100, got `{text[:_MAX_SHOWN]}`"
    raise pytest.UsageError(message)
