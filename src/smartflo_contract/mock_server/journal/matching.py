"""Match journal entries against the criteria of a search."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from smartflo_contract.mock_server.journal.entry import JournalEntry

_TESTS: Final[Mapping[str, Callable[[JournalEntry, Any], bool]]] = {
    "method": lambda entry, method: bool(entry["method"] == method.upper()),
    "path": lambda entry, path: bool(entry["path"].rstrip("/") == path.rstrip("/")),
    "route": lambda entry, route: bool(entry["route"] == route),
    "query": lambda entry, query: contains(entry["query"], query),
    "json": lambda entry, json: contains(entry["body"], json),
    "status": lambda entry, status: bool(entry["response"]["status"] == status),
    "fault": lambda entry, fault: bool(entry["response"]["fault"] == fault),
}
"""Name of a criterion to a function that returns whether an entry meets it."""
CRITERIA: Final = tuple(_TESTS)
"""The names of all criteria."""


def mismatches(criteria: Mapping[str, Any], entry: JournalEntry) -> list[str]:
    """Return the names of the criteria that an entry does not meet; empty if it matches.

    Args:
        criteria: expected values by names in :data:`CRITERIA`. Of ``query``, and of objects in ``json``, a part is
            enough.
        entry: the entry.
    """
    return [name for name, test in _TESTS.items() if name in criteria and not test(entry, criteria[name])]


def contains(value: object, part: object) -> bool:
    """Return whether a JSON value contains another one.

    Objects may have more keys, at any depth. Everything else must be equal; ``1`` does not equal ``true``.
    """
    if isinstance(part, dict):
        return isinstance(value, dict) and all(key in value and contains(value[key], part[key]) for key in part)
    if isinstance(part, list):
        return isinstance(value, list) and len(value) == len(part) and all(map(contains, value, part))
    return value == part and isinstance(value, bool) == isinstance(part, bool)
