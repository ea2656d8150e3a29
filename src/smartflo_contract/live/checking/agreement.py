"""Which reading of each known contradiction a response follows, told by the forms of its values."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import jsonschema_rs

from smartflo_contract.schemas import CONTRADICTIONS, Contract, load_contract
from smartflo_contract.schemas.lead_table import are_object_ids, is_same
from smartflo_contract.schemas.overlay import Overlay
from smartflo_contract.schemas.profiles import plain_schema
from smartflo_contract.schemas.rules import RULES, Seen

READINGS: Final = ("documented", "sample")
_WORDS: Final = {
    "documented": "as in the table",
    "sample": "as in the sample",
    "either": "as in both",
    "neither": "as in neither",
}
_FORMS: Final = re.compile(r"(?P<hex>[0-9a-f]{24})|(?P<digits>[0-9]+)|(?P<array>\[.*)|(?P<empty>)", re.DOTALL)


Forms: TypeAlias = dict[tuple[str, object], tuple[int, object]]
"""Of a key and a form: how many values there are, and the first of them."""


class Agreement(NamedTuple):
    """How many values follow which reading of a contradiction.

    Attributes:
        contradiction: its id.
        pointer: of the key.
        counts: ``documented``, ``sample``, ``either`` and ``neither``, each to a number of values.
    """

    contradiction: str
    pointer: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many values there were."""
        return sum(self.counts.values())

    @property
    def words(self) -> str:
        """How many values follow which reading."""
        return ", ".join(
            f"{count:,} of {self.total:,} {_WORDS[which]}" for which, count in self.counts.items() if count
        )


class Agreements:
    """Counts the forms of the values that two readings see otherwise.

    Args:
        overlay: of the contract; keys of which it speaks are no matter of the vendor's readings.

    Attributes:
        forms: of each key and form that there are.
    """

    def __init__(self, overlay: Overlay | None) -> None:
        """Find the keys."""
        self._contracts = {reading: load_contract(reading) for reading in READINGS}
        decided = set() if overlay is None else overlay.decided
        about = {
            pointer.removeprefix("/*/"): entry.id
            for entry in CONTRADICTIONS
            if entry.shows_in_values
            for pointer in entry.pointers
        }
        self._keys = {key: name for key, name in about.items() if key not in decided and self._differs(key)}
        self.forms: Forms = {}

    def add(self, leads: Iterable[Mapping[str, Any]]) -> None:
        """Count the values of leads."""
        for key in self._keys:
            for form, value, count in _forms([lead[key] for lead in leads if key in lead]):
                self._count(key, form, value, count)

    def join(self, forms: Forms) -> None:
        """Add what others have counted."""
        for (key, form), (count, value) in forms.items():
            self._count(key, form, value, count)

    def _count(self, key: str, form: object, value: object, count: int) -> None:
        before, first = self.forms.get((key, form), (0, value))
        self.forms[key, form] = before + count, first

    def rows(self) -> tuple[Agreement, ...]:
        """Return a row for each contradiction of which there were values."""
        counts: dict[str, Counter[str]] = {}
        for (key, _), (number, value) in self.forms.items():
            fits = [reading for reading in READINGS if _fits(self._contracts[reading], key, value)]
            which = "either" if len(fits) == len(READINGS) else fits[0] if fits else "neither"
            counts.setdefault(key, Counter())[which] += number
        return tuple(
            Agreement(self._keys[key], f"/*/{key}", {which: counts[key][which] for which in _WORDS})
            for key in self._keys
            if key in counts
        )

    def _differs(self, key: str) -> bool:
        schemas = [contract.lead["properties"].get(key) for contract in self._contracts.values()]
        return None not in schemas and plain_schema(schemas[0]) != plain_schema(schemas[1])


def _forms(found: Sequence[Any]) -> Iterator[tuple[object, object, int]]:
    """Yield the forms of values, some several times, each with the first value of it and how many there are."""
    kinds = set(map(type, found))  # of which 1, 1.0 and true are three
    for kind in kinds:
        values = found if len(kinds) == 1 else [value for value in found if type(value) is kind]
        if are_object_ids(values) or (kind is not list and is_same(values)):
            yield _form(values[0]), values[0], len(values)
            continue
        alike: list[Hashable] = list(map(_LIKENESSES.get(kind, _itself), values))
        first = dict(zip(reversed(alike), reversed(values), strict=True))
        yield from ((_form(first[likeness]), first[likeness], count) for likeness, count in Counter(alike).items())


def _itself(value: Hashable) -> Hashable:
    return value


_LIKENESSES: Final[Mapping[type, Callable[[Any], Hashable]]] = {
    int: (0).__lt__,
    dict: tuple,
    list: lambda items: tuple(map(type, items)),
}
"""By a kind of values: what is the same in values of one form, where that is not themselves."""


def _form(value: object) -> object:
    """Return the form of a value: values of one form follow the same reading."""
    if isinstance(value, str):
        found = _FORMS.fullmatch(value)
        return found.lastgroup if found else "text"
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return type(value).__name__, value > 0
    if isinstance(value, list):
        return "list", frozenset(type(item).__name__ for item in value)
    return "object", frozenset(value) if isinstance(value, dict) else None


def _fits(contract: Contract, key: str, value: object) -> bool:
    """Whether a value of a key is as a reading has it, its own rules included."""
    if not jsonschema_rs.is_valid(contract.lead["properties"][key], value):
        return False
    seen = Seen(frozenset(), {})
    own = (rule for rule in RULES if rule.keys == (key,) and rule.severity.get(contract.profile) == "break")
    return not any(rule.check({key: value}, seen) for rule in own)
