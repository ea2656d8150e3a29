"""The shape of a response: keys, JSON types and known values of its leads, counted without keeping any value."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.findings import JSON_TYPES
from smartflo_contract.schemas.lead_format import column_names

ShapePath: TypeAlias = tuple[str, ...]
"""Keys from a lead down, such as ``("created_at", "$date")``; an item of an array is ``*``."""
NULL: Final = "null"
_T = TypeVar("_T")
_MAX_PATH_KEYS: Final = 5
"""Keys of a path. Deeper values are not counted, nor are values below a key that the contract does not define."""
_MAX_HEADERS: Final = 1_000


@dataclass(slots=True)
class Occurrences:
    """The leads in which something occurs.

    Attributes:
        leads: number of leads.
        first: index of the first one; ``None`` for none.
    """

    leads: int = 0
    first: int | None = None


class ResponseShape:
    """Counts keys, types and values of leads.

    Args:
        contract: defines which keys and values are known.

    Attributes:
        leads: number of leads.
        present: leads that have a value at each path.
        types: leads that have each JSON type, by path.
        values: leads that have each known value, by path and label of the value.
        headers: leads that have the same column names in the same order, by their hash.
    """

    def __init__(self, contract: Contract) -> None:
        """Start without leads."""
        self.leads = 0
        self.present: dict[ShapePath, Occurrences] = {}
        self.types: dict[ShapePath, dict[str, Occurrences]] = {}
        self.values: dict[ShapePath, dict[str, Occurrences]] = {}
        self.headers: dict[int, Occurrences] = {}
        self._properties = frozenset(contract.lead["properties"])
        self._known_values = data_of(contract).known_values

    def add(self, lead: Mapping[str, Any]) -> None:
        """Count a lead."""
        types_at: dict[ShapePath, set[str]] = {}
        for path, value in self._descendants((), lead):
            types_at.setdefault(path, set()).add(JSON_TYPES[type(value)])
        for path, types in types_at.items():
            self._count(self.present, path)
            for name in types:
                self._count(self.types.setdefault(path, {}), name)
        for key, known_values in self._known_values.items():
            value = lead.get(key)
            label = known_values.label(value) if isinstance(value, int) else None
            if label is not None:
                self._count(self.values.setdefault((key,), {}), label)
        if "header" in lead and len(self.headers) < _MAX_HEADERS:
            columns = column_names(lead["header"])
            self._count(self.headers, hash(repr(lead["header"] if columns is None else columns)))
        self.leads += 1

    def _descendants(self, path: ShapePath, value: object) -> Iterator[tuple[ShapePath, object]]:
        """Yield path and value of everything below a value."""
        if len(path) == _MAX_PATH_KEYS or (path and path[0] not in self._properties):
            return
        children: Iterable[tuple[str, object]] = ()
        if isinstance(value, Mapping):
            children = value.items()
        elif isinstance(value, list):
            children = (("*", item) for item in value)
        for key, child in children:
            yield (*path, key), child
            yield from self._descendants((*path, key), child)

    def _count(self, occurrences: dict[_T, Occurrences], key: _T) -> None:
        counted = occurrences.get(key)
        if counted is None:
            occurrences[key] = Occurrences(1, self.leads)
        else:
            counted.leads += 1
