"""The last check of a recorded lead: it compares values with their pseudonyms, whatever made the pseudonyms."""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from smartflo_contract.live.recording._times import is_time
from smartflo_contract.live.recording.character_runs import (
    Runs,
    character_runs,
    decimal_string,
    has_letter_run,
    is_harmless,
    revealing_runs,
)
from smartflo_contract.schemas.json_values import Path
from smartflo_contract.schemas.lead_format import column_names


class Replaced(NamedTuple):
    """A value and its replacement, both as strings."""

    path: Path
    source: str
    pseudonym: str


def find_leak(values: Iterable[Replaced], kept: AbstractSet[str]) -> tuple[Path, str] | None:
    """Return path and description of the first run of a personal value in the pseudonyms of a lead.

    Each value is compared with its own pseudonym, and its runs of letters with all pseudonyms of the lead.

    Args:
        values: the values of the lead.
        kept: strings that may stay because they are not personal.

    Returns:
        ``None`` if there is no such run.
    """
    source_runs: set[str] = set()
    pseudonyms: list[tuple[Path, Runs]] = []
    for path, source, pseudonym in values:
        if pseudonym in kept or (source == pseudonym and is_harmless(pseudonym)):
            continue
        own_runs, found = character_runs(source), revealing_runs(pseudonym)
        if own_runs & found:
            return path, "its pseudonym contains a piece of it; try another key"
        source_runs |= own_runs
        pseudonyms.append((path, found))
    for path, found in pseudonyms:
        if has_letter_run(found & source_runs):
            return path, "its pseudonym contains a piece of another value; try another key"
    return None


def replaced_values(
    before: Any, after: Any, path: Path, names: AbstractSet[str], is_header: Callable[[Path, object], bool]
) -> Iterator[Replaced]:
    """Yield every value of a lead with its pseudonym, except times and names that the contract defines.

    Args:
        before: the value.
        after: its replacement, of the same structure.
        path: path of the value.
        names: keys that the contract defines.
        is_header: returns whether a value at a path is a JSON-encoded array of column names.
    """
    if isinstance(before, dict):
        for (key, value), (name, replacement) in zip(before.items(), after.items(), strict=True):
            if key not in names:
                yield Replaced((*path, key), key, name)
            yield from replaced_values(value, replacement, (*path, key), names, is_header)
    elif isinstance(before, list | tuple):
        for index, (value, replacement) in enumerate(zip(before, after, strict=True)):
            yield from replaced_values(value, replacement, (*path, index), names, is_header)
    elif before is None or before == "" or isinstance(before, bool):
        return
    elif is_header(path, before):
        columns = zip(column_names(before) or (), column_names(after) or (), strict=True)
        yield from (Replaced(path, column, name) for column, name in columns)
    elif not is_time(before, path):
        yield Replaced(path, as_string(before), as_string(after))


def as_string(value: Any) -> str:
    """Return a string unchanged, and a number as it is written for its pseudonym."""
    return decimal_string(value) if isinstance(value, int | float) else str(value)
