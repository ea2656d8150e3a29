"""The shape of a response: keys, JSON types and known values of its leads, counted without keeping any value."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter
from typing import Any, Final, TypeAlias, TypeVar

from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.findings import JSON_TYPES
from smartflo_contract.schemas.lead_format import column_names
from smartflo_contract.schemas.lead_table import are_equal

ShapePath: TypeAlias = tuple[str, ...]
"""Keys from a lead down, such as ``("created_at", "$date")``; an item of an array is ``*``."""
NULL: Final = "null"
_K = TypeVar("_K", bound=Hashable)
_MAX_PATH_KEYS: Final = 5
"""Keys of a path. Deeper values are not counted, nor are values below a key that the contract does not define."""
_MAX_HEADERS: Final = 1_000
_CONTAINERS: Final = frozenset({dict, list})


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

    def add(self, leads: Sequence[Mapping[str, Any]]) -> None:
        """Count the next leads, key by key: most values of a key have the same type."""
        for key, rows, values in _columns(leads, range(self.leads, self.leads + len(leads))):
            self._add_values((key,), rows, values)
            if key in self._known_values:
                self._add_known_values(key, rows, values)
            if key == "header":
                self._add_headers(rows, values)
        self.leads += len(leads)

    def _add_values(self, path: ShapePath, rows: Sequence[int], values: Sequence[Any]) -> None:
        """Count values at a path, and what is below them.

        Args:
            path: the path.
            rows: indexes of the leads, in their order.
            values: the value of each lead, at least one.
        """
        _count(self.present, path, rows[0], len(rows))
        types = self.types.setdefault(path, {})
        has_children = len(path) < _MAX_PATH_KEYS and path[0] in self._properties
        for kind, rows_of_kind, values_of_kind in _by_type(rows, values):
            _count(types, JSON_TYPES[kind], rows_of_kind[0], len(rows_of_kind))
            if has_children and kind is dict:
                for key, rows_with_key, children in _columns(values_of_kind, rows_of_kind):
                    self._add_values((*path, key), rows_with_key, children)
            elif has_children and kind is list:
                self._add_arrays(path, rows_of_kind, values_of_kind)

    def _add_arrays(self, path: ShapePath, rows: Sequence[int], arrays: Sequence[list[Any]]) -> None:
        """Count the items of arrays at a path; a lead counts once for each type of its items."""
        item_types = [frozenset(map(type, array)) for array in arrays]
        for types, (first, count) in _tally(item_types, rows).items():
            if types and types.isdisjoint(_CONTAINERS):
                self._count_types((*path, "*"), types, first, count)
        for row, array, types in zip(rows, arrays, item_types, strict=True):
            if not types.isdisjoint(_CONTAINERS):
                self._add_nested_array(path, row, array)

    def _add_nested_array(self, path: ShapePath, row: int, array: list[Any]) -> None:
        """Count everything below an array of one lead."""
        types_at: dict[ShapePath, set[type]] = {}
        for path_below, value in _descendants(path, array):
            types_at.setdefault(path_below, set()).add(type(value))
        for path_below, types in types_at.items():
            self._count_types(path_below, types, row, 1)

    def _count_types(self, path: ShapePath, types: Iterable[type], first: int, count: int) -> None:
        """Count leads that have values of some types at a path."""
        _count(self.present, path, first, count)
        for kind in types:
            _count(self.types.setdefault(path, {}), JSON_TYPES[kind], first, count)

    def _add_known_values(self, key: str, rows: Sequence[int], values: Sequence[Any]) -> None:
        """Count the known values among the values of a key."""
        for kind, rows_of_kind, values_of_kind in _by_type(rows, values):
            if not issubclass(kind, int):
                continue
            for value, (first, count) in _tally(values_of_kind, rows_of_kind).items():
                label = self._known_values[key].label(value)
                if label is not None:
                    _count(self.values.setdefault((key,), {}), label, first, count)

    def _add_headers(self, rows: Sequence[int], values: Sequence[Any]) -> None:
        """Count the column names of leads, up to a maximum of different ones."""
        counts = [1] * len(rows)
        if type(values[0]) is str and are_equal(values):
            rows, values, counts = rows[:2], values[:2], [1, len(rows) - 1]
        for row, header, count in zip(rows, values, counts, strict=False):
            if len(self.headers) == _MAX_HEADERS:
                return
            columns = column_names(header)
            _count(self.headers, hash(repr(header if columns is None else columns)), row, count)


def _columns(
    objects: Sequence[Mapping[str, Any]], rows: Sequence[int]
) -> Iterator[tuple[str, Sequence[int], Sequence[Any]]]:
    """Yield each key of some objects, with the rows of the objects that have it, and their values."""
    lengths = set(map(len, objects))
    if len(lengths) == 1:
        try:
            columns = [(key, rows, list(map(itemgetter(key), objects))) for key in objects[0]]
        except KeyError:
            pass
        else:
            yield from columns
            return
    rows_and_values: dict[str, tuple[list[int], list[Any]]] = defaultdict(lambda: ([], []))
    for row, each in zip(rows, objects, strict=True):
        for key, value in each.items():
            rows_with_key, values = rows_and_values[key]
            rows_with_key.append(row)
            values.append(value)
    yield from ((key, *found) for key, found in rows_and_values.items())


def _by_type(rows: Sequence[int], values: Sequence[Any]) -> Iterator[tuple[type, Sequence[int], Sequence[Any]]]:
    """Yield each type of some values, with the rows and the values of this type."""
    types = list(map(type, values))
    kinds = set(types)
    for kind in kinds:
        if len(kinds) == 1:
            yield kind, rows, values
        else:
            is_of_kind = [each is kind for each in types]
            yield kind, list(compress(rows, is_of_kind)), list(compress(values, is_of_kind))


def _tally(keys: Sequence[_K], rows: Sequence[int]) -> dict[_K, tuple[int, int]]:
    """Return the first row and the number of rows of each key."""
    first = dict(zip(reversed(keys), reversed(rows), strict=True))
    return {key: (first[key], count) for key, count in Counter(keys).items()}


def _count(occurrences: dict[_K, Occurrences], key: _K, first: int, count: int) -> None:
    """Count leads in which something occurs, of which ``first`` is the first."""
    counted = occurrences.get(key)
    if counted is None:
        occurrences[key] = Occurrences(count, first)
    else:
        counted.leads += count
        counted.first = first if counted.first is None else min(first, counted.first)


def _descendants(path: ShapePath, value: object) -> Iterator[tuple[ShapePath, object]]:
    """Yield path and value of everything below a value of a property."""
    if len(path) == _MAX_PATH_KEYS:
        return
    children: Iterable[tuple[str, object]] = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = (("*", item) for item in value)
    for key, child in children:
        yield (*path, key), child
        yield from _descendants((*path, key), child)
