"""Leads of the real API without the people in them: the same shape, and the same findings.

Every text and every number is personal unless the contract says otherwise: ``x-personal`` is false, it is a member of
an open or closed set, a counter or status of at most three digits, or part of the form (names of keys, positions of
sensitive columns, names of columns that say what any column of that name holds). Nothing else goes through, and what
cannot be kept in its form ends the recording rather than being written as it is.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias, TypeVar

from smartflo_contract.factories.column_kinds import TEXT, kind
from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.recording.pseudonyms import (
    NONE,
    Pseudonyms,
    Runs,
    drawn,
    is_harmless,
    runs,
    spelled,
    tells,
)
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.json_pointer import json_pointer
from smartflo_contract.schemas.json_values import MAX_DEPTH, Path, first_unportable
from smartflo_contract.schemas.lead_format import FIELD, column_names, sensitive_positions
from smartflo_contract.schemas.response_check import ResponseCheck
from smartflo_contract.schemas.schema_keywords import Schema
from smartflo_contract.schemas.validator import Validator

_COUNTED: Final = frozenset(
    {
        "dial_status",
        "lead_picked",
        "disposition",
        "undisposed_lead",
        "call_count",
        "retry_count",
        "retry_count_text",
        "priority",
    }
)
"""Generators of numbers that count or grade; what other generators make stands for people, lists or accounts."""
_HEADERS: Final = frozenset({"header_text", "header_array"})
_POSITIONS: Final = frozenset({"sensitive_positions", "sensitive_count"})
_EXTENDED_JSON: Final = frozenset({"$date", "$numberLong", "$numberInt", "$oid"})
"""Names that MongoDB gives to keys."""
_FIELD_LENGTH: Final = len("field_999")
_LEAST_LONG: Final = 1_000
"""From here on a number has a run of four characters."""
_UNKNOWN: Final = "?"
"""Stands for a key that the contract does not name."""
_TIME: Final = ("$date", "$numberLong")

_is_small: Final = re.compile("[0-9]{1,3}").fullmatch
_is_instant: Final = re.compile("0|-?[1-9][0-9]{0,18}").fullmatch
_is_plain_name: Final = re.compile("[A-Za-z][A-Za-z0-9 ._/-]*").fullmatch
_is_custom: Final = re.compile("(?i:custom) [0-9]{1,3}").fullmatch
_json_texts: Final = re.compile(r'"(?:[^"\\]|\\.)*"')

_T = TypeVar("_T")
_Fits: TypeAlias = Callable[[Any], bool]


class _Place(NamedTuple):
    """What the contract says of the values at one place.

    Attributes:
        personal: ``x-personal``, of this place or of the one that it is in.
        generators: ``x-faker`` of each reading.
        known: values of the contract's own.
        below: the keys of an object.
        items: the items of an array.
        fits: whether a value is one that an overlay allows here, where there is an overlay to ask.
    """

    personal: bool | None = None
    generators: frozenset[str] = frozenset()
    known: tuple[Any, ...] = ()
    below: Mapping[str, "_Place"] = {}
    items: "_Place | None" = None
    fits: _Fits | None = None

    def makes(self, generators: frozenset[str]) -> bool:
        """Whether one of these generators makes the values here."""
        return not generators.isdisjoint(self.generators)

    def same(self, value: object) -> _Fits:
        """Return whether another value is to an overlay what this one is."""
        fits = self.fits
        if fits is None:
            return _anything
        fit = fits(value)
        return lambda other: fits(other) == fit


def _anything(_: object) -> bool:
    return True


_NOWHERE: Final = _Place()
_OPEN: Final = _Place(personal=False)


def pseudonyms(leads: Iterable[object], key: bytes, *, contract: Contract | None = None) -> Iterator[Any]:
    """Return the leads of one response, one by one, with another value for every personal one.

    Equal values stay equal throughout the response, different ones different; times stay as far apart as they were,
    those in ids among them; each lead has the findings that it had. One key gives the same result each time. Memory
    grows with the number of different values.

    Args:
        leads: the items of a decoded response.
        key: at least 16 random bytes; who has it can test guesses, so keep it secret, or use it once and forget it.
        contract: what says which values are personal, ``lenient`` unless given; the findings are those under it.

    Raises:
        RecordError: while iterating: a lead holds what cannot be replaced and keep its form.
        ValueError: the key is too short.
    """
    return map(_Recorder(key, contract or load_contract("lenient")).lead, leads)


class _Recorder:
    """Writes one response after the other's likeness, lead by lead."""

    def __init__(self, key: bytes, contract: Contract) -> None:
        spoken = contract.overlay.properties if contract.overlay else ()
        (field,) = contract.lead["patternProperties"].values()
        self._field = _place(field)
        self._keys = {name: _place(schema, ask=name in spoken) for name, schema in contract.lead["properties"].items()}
        self._root = _Place(below=self._keys)
        self._names = {*_EXTENDED_JSON, *_names(self._keys)}
        self._pseudonyms = Pseudonyms(key, self._names)
        self._before, self._after = ResponseCheck(data_of(contract)), ResponseCheck(data_of(contract))
        self._header_keys = {name for name, place in self._keys.items() if place.makes(_HEADERS)}
        self._headers: dict[str, str] = {}
        self._columns: set[str] = set()
        self._index = -1
        self._avoid: Runs = NONE
        self._kept: set[str] = set()

    def lead(self, lead: object) -> Any:
        """Return the next lead."""
        self._index += 1
        if (path := first_unportable(lead)) is not None:
            self._fail(path, f"JSON cannot say this, or it is nested more than {MAX_DEPTH} deep")
        if isinstance(lead, dict):
            self._meet(lead.keys() - self._names)
        self._kept.clear()
        self._avoid = {run for text in _texts(lead) if text not in self._headers for run in runs(text)}
        made = self._value(lead, self._root, ())
        self._scan(lead, made)
        self._compare(lead, made)
        return made

    def _meet(self, keys: Iterable[str]) -> None:
        """Take in the fields among the keys of a lead."""
        for key in filter(FIELD.fullmatch, keys):
            if len(key) > _FIELD_LENGTH:
                self._fail((key,), "a field of so high a number cannot be told from other data")
            self._names.add(key)
            self._keys[key] = self._field

    def _key(self, key: str, place: _Place, path: Path) -> str:
        """Return what stands for the name of a key."""
        if key in self._names:
            return key
        return self._keep(key) if place.personal is False else self._text(key, _NOWHERE, path)

    def _value(self, value: object, place: _Place, path: Path) -> Any:
        """Return what stands for the value at one place."""
        if value is None or value == "":
            return value
        if len(path) > MAX_DEPTH:
            self._fail(path, f"nested more than {MAX_DEPTH} deep")
        if isinstance(value, dict):
            return {
                self._key(key, place, (*path, key)): self._below(key, below, place, (*path, key))
                for key, below in value.items()
            }
        if isinstance(value, list | tuple):
            return self._array(value, place, path)
        return self._scalar(value, place, path)

    def _scalar(self, value: object, place: _Place, path: Path) -> Any:
        if isinstance(value, bool):
            return value
        if place.personal is False or any(type(known) is type(value) and known == value for known in place.known):
            return self._keep(value)
        if isinstance(value, str):
            return self._of_text(value, place, path)
        return self._of_number(value, place, path)

    def _array(self, values: Sequence[Any], place: _Place, path: Path) -> list[Any]:
        if place.makes(_HEADERS):
            return [self._column(name, (*path, at)) for at, name in enumerate(values)]
        below = place.items or (_OPEN if place.personal is False else _NOWHERE)
        return [self._value(value, below, (*path, at)) for at, value in enumerate(values)]

    def _below(self, key: str, value: object, place: _Place, path: Path) -> Any:
        """Return what stands for a value in an object."""
        if _is_time(value, path):
            return self._instant(value, path)
        inherited = _OPEN if place.personal is False else _NOWHERE
        return self._value(value, place.below.get(key, inherited), path)

    def _instant(self, value: Any, path: Path) -> str | int:
        """Return a time, shifted, in the form that it had."""
        try:
            moved = self._pseudonyms.instant(int(value))
        except RecordError as error:
            self._fail(path, str(error))
        return str(moved) if isinstance(value, str) else moved

    def _of_text(self, value: str, place: _Place, path: Path) -> str:
        if place.makes(_HEADERS) and column_names(value) is not None:
            return self._header(value, path)
        if place.makes(_COUNTED) and not place.personal and _is_small(value):
            return value
        if place.makes(_POSITIONS) and _are_positions(value):
            return self._keep(value)
        return self._text(value, place, path)

    def _of_number(self, value: Any, place: _Place, path: Path) -> float:
        """Return what stands for a number, which is an integer or has a fraction."""
        if not isinstance(value, int | float) or not isfinite(value):
            self._fail(path, "JSON cannot say this")
        whole = isinstance(value, int) or value.is_integer()
        if place.makes(_COUNTED) and not place.personal and whole and abs(value) < _LEAST_LONG:
            return value
        try:
            return self._pseudonyms.number(value, self._avoid, place.same(value))
        except RecordError as error:
            self._fail(path, str(error))

    def _text(self, value: str, place: _Place, path: Path) -> str:
        try:
            return self._pseudonyms.text(value, self._avoid, place.same(value))
        except RecordError as error:
            self._fail(path, str(error))

    def _header(self, value: str, path: Path) -> str:
        """Return the JSON of column names, written as it was."""
        if value not in self._headers:

            def column(written: re.Match[str]) -> str:
                name = json.loads(written[0])
                made = self._column(name, path)
                return written[0] if made == name else json.dumps(made, ensure_ascii=written[0].isascii())

            self._headers[value] = _json_texts.sub(column, value)
        return self._headers[value]

    def _column(self, name: object, path: Path) -> Any:
        """Return what stands for the name of a column: itself where many lists have a column of that name."""
        usual = isinstance(name, str) and _is_plain_name(name) and (kind(name) != TEXT or _is_custom(name))
        if usual:
            self._columns.add(str(name))
            return name
        return self._value(name, _NOWHERE, path)

    def _keep(self, value: _T) -> _T:
        """Return a value that the contract says is not personal; what it has in common with one that is counts not."""
        self._kept.add(_written(value))
        return value

    def _scan(self, before: object, after: object) -> None:
        """Look once more, at what was made and not at how: no run of a personal value may be in it.

        Each value is compared with its own pseudonym; of runs of letters, each with all pseudonyms of the lead.
        """
        own: set[str] = set()
        made: list[tuple[Path, Runs]] = []
        for path, source, text in self._pairs(before, after, ()):
            if text in self._kept or text in self._columns or (source == text and is_harmless(text)):
                continue
            found, told = runs(source), drawn(text)
            if found & told:
                self._fail(path, "a piece of it is left; another key may help")
            own |= found
            made.append((path, told))
        for path, told in made:
            if tells(told & own):
                self._fail(path, "its pseudonym holds a piece of another value; another key may help")

    def _pairs(self, before: Any, after: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
        """Yield what was written, and what is now, at every place but those of times and of names of the contract."""
        if isinstance(before, dict):
            for (key, below), (name, value) in zip(before.items(), after.items(), strict=True):
                if key not in self._names:
                    yield (*path, key), key, name
                yield from self._pairs(below, value, (*path, key))
        elif isinstance(before, list | tuple):
            for at, (below, value) in enumerate(zip(before, after, strict=True)):
                yield from self._pairs(below, value, (*path, at))
        elif before is None or before == "" or isinstance(before, bool):
            return
        elif path[:1] and path[0] in self._header_keys and before in self._headers:
            columns = zip(column_names(before) or (), column_names(after) or (), strict=True)
            yield from ((path, column, name) for column, name in columns)
        elif not _is_time(before, path):
            yield path, _written(before), _written(after)

    def _compare(self, before: object, after: object) -> None:
        """Require that a lead has the findings that it had."""
        had = sorted((rule, self._pointer(path)) for rule, path in self._before.add(before))
        has = sorted((rule, self._pointer(path)) for rule, path in self._after.add(after))
        if had != has:
            rule, place = next(iter(sorted({*had} ^ {*has})), ("", ""))
            message = (
                f"lead {self._index}, {place or '/'}: it cannot be replaced without a change of the finding `{rule}`"
            )
            raise RecordError(message)

    def _pointer(self, path: Path) -> str:
        """Return where a value stands, without the names of keys that the contract does not have."""
        return json_pointer(part if isinstance(part, int) or part in self._names else _UNKNOWN for part in path)

    def _fail(self, path: Path, reason: str) -> NoReturn:
        message = f"lead {self._index}, {self._pointer(path) or '/'}: {reason}"
        raise RecordError(message) from None


def _place(schema: Schema, *, ask: bool = False, personal: bool | None = None) -> _Place:
    """Return what a schema says; ``ask`` where an overlay may say of a text what form it has."""
    readings = [schema, *schema.get("anyOf", ())]
    personal = schema.get("x-personal", personal)
    items = next((reading["items"] for reading in readings if "items" in reading), None)
    return _Place(
        personal=personal,
        generators=frozenset(reading["x-faker"] for reading in readings if "x-faker" in reading),
        known=() if personal else tuple(value for reading in readings for value in _known(reading)),
        below={
            key: _place(below, ask=ask, personal=personal)
            for reading in readings
            for key, below in reading.get("properties", {}).items()
        },
        items=None if items is None else _place(items, ask=ask, personal=personal),
        fits=Validator(schema).is_valid if ask else None,
    )


def _known(schema: Schema) -> Iterator[Any]:
    """Yield the values that a schema names."""
    yield from schema.get("enum", ())
    if "const" in schema:
        yield schema["const"]
    yield from (entry["value"] for entry in schema.get("x-known-values", ()) if "value" in entry)


def _names(places: Mapping[str, _Place]) -> frozenset[str]:
    """Return the names of keys that the contract has, at any depth."""
    nested = (
        _names(place.below) | _names({} if place.items is None else {"": place.items}) for place in places.values()
    )
    return frozenset(places).union(*nested) - {""}


def _is_time(value: object, path: Path) -> bool:
    """Whether a value is the number in a time, in one of its forms."""
    if isinstance(value, str):
        return path[-2:] == _TIME and _is_instant(value) is not None
    return type(value) is int and (path[-2:] == _TIME or path[-1:] == _TIME[:1])


def _written(value: Any) -> str:
    """Return a text, or a number as it was read for its pseudonym."""
    return spelled(value) if isinstance(value, int | float) else str(value)


def _are_positions(text: str) -> bool:
    """Whether a text says nothing but which columns are sensitive, or how many."""
    found = sensitive_positions(text)
    return _is_small(text) is not None or (found is not None and all(abs(number) < _LEAST_LONG for number in found))


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a value."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list | tuple):
            left += value
        elif isinstance(value, str):
            yield value
