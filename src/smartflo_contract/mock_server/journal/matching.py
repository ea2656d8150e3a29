"""Match journal entries against the criteria of a search."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from smartflo_contract.mock_server.journal.entry import JournalEntry

_TESTS: Final[Mapping[str, Callable[[JournalEntry, Any], bool]]] = {
    "method": lambda entry, method: bool(entry["method"] == method.upper()),
    "path": lambda entry, path: entry["path"].rstrip("/") in {path.rstrip("/"), unquote(path).rstrip("/")},
    "route": lambda entry, route: bool(entry["route"] == route) or _is_request_of(entry, route),
    "query": lambda entry, query: all(_has_parameter(entry["query"], *parameter) for parameter in query.items()),
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
        criteria: expected values by names in :data:`CRITERIA`. Of ``query``, of the values of a repeated parameter, and
            of objects in ``json``, a part is enough.
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


@lru_cache
def path_pattern(template: str) -> re.Pattern[str]:
    """Return a pattern for the paths of a template, with a group for each ``{id}``."""
    return re.compile(re.escape(template).replace(r"\{id\}", "([^/]+)") + "/?")


def _is_request_of(entry: JournalEntry, route: str | None) -> bool:
    """Return whether a request that matched no route of the fake is one of a route that the fake does not simulate."""
    if route is None or entry["route"] is not None:
        return False
    method, _, template = route.partition(" ")
    return method == entry["method"] and path_pattern(template).fullmatch(entry["path"]) is not None


def _has_parameter(query: Mapping[str, str | list[str]], name: str, expected: str | list[str]) -> bool:
    """Return whether a parameter occurs in a query with a value, or with each of several values."""
    return name in query and not Counter(_values(expected)) - Counter(_values(query[name]))


def _values(values: str | list[str]) -> list[str]:
    return [values] if isinstance(values, str) else values
