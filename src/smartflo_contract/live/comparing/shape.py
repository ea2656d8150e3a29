"""Which keys, types and known values leads have, counted without keeping any value."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.findings import JSON_TYPES

Path: TypeAlias = tuple[str, ...]
"""Keys from a lead down, such as ``("created_at", "$date")``; an item of an array is ``*``."""
NULL: Final = "null"
_Key = TypeVar("_Key")
_DEEPEST: Final = 5
"""Keys of a path; what is deeper is not looked at, nor what is below a key that the contract does not have."""
_MOST_HEADERS: Final = 1_000


class Times(NamedTuple):
    """How often something is there.

    Attributes:
        leads: in how many.
        first: index of the first of them; ``None`` for none.
    """

    leads: int = 0
    first: int | None = None


class Shape:
    """Counts what leads look like.

    Args:
        contract: tells which keys and values are known.

    Attributes:
        leads: how many there are.
        present: leads that have something at a path.
        types: the JSON types at each path.
        values: the known values of each key, by label.
        headers: the column names of a lead as a whole, by their hash.
    """

    def __init__(self, contract: Contract) -> None:
        """Count nothing yet."""
        self.leads = 0
        self.present: dict[Path, Times] = {}
        self.types: dict[Path, dict[str, Times]] = {}
        self.values: dict[Path, dict[str, Times]] = {}
        self.headers: dict[int, Times] = {}
        self._properties = frozenset(contract.lead["properties"])
        self._known = data_of(contract).known_values

    def add(self, lead: Mapping[str, Any]) -> None:
        """Count a lead."""
        found: dict[Path, set[str]] = {}
        for path, value in self._below((), lead):
            found.setdefault(path, set()).add(JSON_TYPES[type(value)])
        for path, types in found.items():
            self._count(self.present, path)
            for name in types:
                self._count(self.types.setdefault(path, {}), name)
        for key, known in self._known.items():
            value = lead.get(key)
            label = known.label(value) if isinstance(value, int) else None
            if label is not None:
                self._count(self.values.setdefault((key,), {}), label)
        if "header" in lead and len(self.headers) < _MOST_HEADERS:
            self._count(self.headers, hash(repr(lead["header"])))
        self.leads += 1

    def _below(self, above: Path, value: object) -> Iterator[tuple[Path, object]]:
        """Yield what is below a value, with its path."""
        if len(above) == _DEEPEST or (above and above[0] not in self._properties):
            return
        items: Iterable[tuple[str, object]] = ()
        if isinstance(value, Mapping):
            items = value.items()
        elif isinstance(value, list):
            items = (("*", item) for item in value)
        for key, item in items:
            yield (*above, key), item
            yield from self._below((*above, key), item)

    def _count(self, times: dict[_Key, Times], what: _Key) -> None:
        count, first = times.get(what, (0, self.leads))
        times[what] = Times(count + 1, first)
