"""The arguments that strategies of leads share: what they may be, and how a strategy shows them."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from os import PathLike
from types import NoneType
from typing import Any, Final, NoReturn, TypedDict

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from smartflo_contract.factories import EDGE_CASES, EdgeCase
from smartflo_contract.factories import value_tables as tables
from smartflo_contract.factories.generators import COLUMN_DECODERS
from smartflo_contract.factories.leads import DialerSkill, MongoDate
from smartflo_contract.schemas import Contract, ContractError, load_contract
from smartflo_contract.schemas.describe import describe
from smartflo_contract.schemas.errors import nearest
from smartflo_contract.schemas.json_values import INT64, not_json
from smartflo_contract.schemas.lead_format import FIELD, TIME_KEYS, column_names
from smartflo_contract.schemas.overlay import OverlaySource
from smartflo_contract.schemas.profile_names import PROFILES
from smartflo_contract.strategies._lead_recipe import Recipe, Values
from smartflo_contract.strategies._schema_strategies import open_set

_MOST_COLUMNS: Final = 10_000


class ContractOptions(TypedDict, total=False):
    """Which contract a strategy derives from.

    Attributes:
        profile: ``sample`` (the default), ``documented`` or ``lenient``.
        overlay: a partial lead schema, as a mapping or a path.
    """

    profile: str
    overlay: OverlaySource | None


class HeaderOptions(ContractOptions, total=False):
    """What may be said of what a list says of its columns.

    Attributes:
        columns: names in ``header``, as sequences of text.
    """

    columns: st.SearchStrategy[Sequence[str]]


class LeadOptions(HeaderOptions, total=False):
    """What may be said of the leads that a strategy makes; what is not said is the contract's.

    Attributes:
        field_count: number of ``field_N`` keys; under ``lenient`` only, the other profiles fix it.
        list_ids: values of ``list_id``.
        dial_statuses: values of ``dial_status``.
        dispositions: values of ``dialer_dial_status``.
        dates: values of ``created_at``, ``updated_at`` and ``available_at``; of three, the earliest is ``created_at``.
        phone_numbers: values of columns that hold a phone number: ``field_0``, unless its column's name says otherwise.
        alternate_phone_numbers: values of ``alternate_phone_number``, and of columns that hold one.
        names: values of columns that hold a person's name: ``field_1``, likewise.
        emails: values of columns that hold an e-mail: ``field_2``, likewise.
        texts: values of all other columns.
        skill_ids: values of ``skill_id``, ``None`` for null.
        time_groups: values of ``time_group``, ``None`` for null.
        dialer_skills: values of ``dialer_skill``, ``None`` for null.
        extra_keys: keys that the contract does not name, as mappings from key to value; only where it is open.
    """

    field_count: st.SearchStrategy[int]
    list_ids: st.SearchStrategy[int]
    dial_statuses: st.SearchStrategy[int]
    dispositions: st.SearchStrategy[int]
    dates: st.SearchStrategy[MongoDate]
    phone_numbers: st.SearchStrategy[str]
    alternate_phone_numbers: st.SearchStrategy[str]
    names: st.SearchStrategy[str]
    emails: st.SearchStrategy[str]
    texts: st.SearchStrategy[str]
    skill_ids: st.SearchStrategy[int | None]
    time_groups: st.SearchStrategy[int | None]
    dialer_skills: st.SearchStrategy[DialerSkill | None]
    extra_keys: st.SearchStrategy[Mapping[str, Any]]


class ListOptions(LeadOptions, total=False):
    """What may be said of a list of leads.

    Attributes:
        min_size: least number of leads, 0 unless given.
        max_size: most leads; ``None`` for no limit of the caller's.
    """

    min_size: int
    max_size: int | None


_KEYS: Final = {
    "list_ids": ("list_id",),
    "dial_statuses": ("dial_status",),
    "dispositions": ("dialer_dial_status",),
    "dates": TIME_KEYS,
    "alternate_phone_numbers": ("alternate_phone_number",),
    "skill_ids": ("skill_id",),
    "time_groups": ("time_group",),
    "dialer_skills": ("dialer_skill",),
}
"""Options that give the values of keys."""
_NEEDED: Final = _KEYS | {"columns": ("header",)}
"""Options that mean nothing without a key."""
_KINDS: Final = {
    "phone_numbers": ("phone",),
    "alternate_phone_numbers": ("alternate_phone",),
    "names": ("name",),
    "emails": ("email",),
    "texts": tuple(sorted(set(COLUMN_DECODERS) - {"phone", "alternate_phone", "name", "email"})),
}
"""Options that give the values of columns, by what a column holds."""
_EXPECTED: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "profile": ((str,), f"one of {', '.join(PROFILES)}"),
    "overlay": ((Mapping, str, PathLike, NoneType), "a mapping, or the path of a JSON file"),
    "rule": ((str, NoneType), "the name of a rule or schema keyword, as text"),
    "key": ((str, NoneType), "the name of a key, as text"),
}
"""Options that are no strategies: what they may be."""
_NO_STRATEGIES: Final = {"profile", "overlay", "min_size", "max_size"}


class InstantOptions(TypedDict, total=False):
    """What may be said of a time.

    Attributes:
        min_value: the earliest, in epoch ms.
        max_value: the latest, in epoch ms.
    """

    min_value: int
    max_value: int


class Arguments:
    """Arguments of a strategy, shown as they are written in its call.

    Raises:
        InvalidArgument: an argument is of no name that the strategy knows.
    """

    def __init__(self, given: Mapping[str, Any], known: type, *, profile: str = "sample") -> None:
        """Keep what was given; ``known`` is the typed dict of what may be, ``profile`` the default."""
        options = list(known.__annotations__)
        for name in given:
            if name not in options:
                message = (
                    f"unknown argument {name}={given[name]!r}; there are {', '.join(options)}.{nearest(name, options)}"
                )
                raise InvalidArgument(message)
        self.given = dict(given)
        self.profile = self.given.get("profile", profile)
        self._values: dict[str, Values] = {}

    def __repr__(self) -> str:
        """Show the arguments without the call's name and parentheses, which Hypothesis adds."""
        return ", ".join(f"{name}={value!r}" for name, value in self.given.items())

    @cached_property
    def contract(self) -> Contract:
        """The contract.

        Raises:
            InvalidArgument: there is no such profile, the overlay cannot be used, or a rule or key is no text.
        """
        overlay = self.given.get("overlay")
        for name, (kinds, expected) in _EXPECTED.items():
            if not isinstance(self.given.get(name, ""), kinds):
                message = f"{name}={self.given[name]!r}: expected {expected}"
                raise InvalidArgument(message)
        try:
            return load_contract(self.profile, overlay)
        except (ContractError, TypeError) as error:
            shown = f"profile={self.profile!r}" + ("" if overlay is None else f", overlay={overlay!r}")
            message = f"{shown}: {error}"
            raise InvalidArgument(message) from None

    def require(self, key: str) -> None:
        """Check that the contract has a key.

        Raises:
            InvalidArgument: the overlay has removed it.
        """
        if key not in self.contract.lead["properties"]:
            message = f"overlay={self.given['overlay']!r}: it removes `{key}`, so there are no values of it"
            raise InvalidArgument(message)

    def values(self, key: str) -> Values:
        """Return the strategy of the values of one key by itself."""
        if key not in self._values:
            self.require(key)
            self._values[key] = open_set(self.contract.schema_of(key))
        return self._values[key]


NONE: Final = Arguments({}, ContractOptions)
"""The arguments of a strategy that takes none."""


class InstantArguments(Arguments):
    """Arguments of a strategy of times, checked when it is first drawn from."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Keep what was given."""
        super().__init__(given, InstantOptions)

    @cached_property
    def instants(self) -> st.SearchStrategy[int]:
        """The strategy of epoch ms between the bounds: those at which clients break, and any.

        Raises:
            InvalidArgument: a bound is no 64-bit integer, or the earliest is after the latest.
        """
        bounds = {"min_value": 0, "max_value": tables.MAX_TIME_MS} | self.given
        for name, value in bounds.items():
            if type(value) is not int or not INT64[0] <= value <= INT64[1]:
                message = f"{name}={value!r}: expected epoch ms, a whole number of 64 bits"
                raise InvalidArgument(message)
        least, most = bounds.values()
        if least > most and len(self.given) < len(bounds):  # the bound that was not given is in the way
            least, most = ({"min_value": INT64[0], "max_value": INT64[1]} | self.given).values()
        if least > most:
            message = f"min_value={least!r} is after max_value={most!r}"
            raise InvalidArgument(message)
        known = [instant for instant in tables.BOUNDARY_TIMES_MS if least <= instant <= most]
        return st.one_of(*([st.sampled_from(known)] if known else []), st.integers(least, most))


class EdgeArguments(Arguments):
    """Arguments of a strategy of edge cases, checked when it is first drawn from."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Keep what was given."""
        super().__init__(given, ContractOptions)

    @cached_property
    def cases(self) -> list[EdgeCase]:
        """All edge cases; where a profile or an overlay is given, those that conform under it.

        Raises:
            InvalidArgument: none conforms under the overlay.
        """
        if not self.given:
            return list(EDGE_CASES.values())
        found = [case for case in EDGE_CASES.values() if self.contract.is_valid(case.leads)]
        if not any(case.leads for case in found):
            message = f"{self!r}: no edge case conforms; leave out overlay, or profile, for all cases"
            raise InvalidArgument(message)
        return found


class LeadArguments(Arguments):
    """Arguments of a strategy of leads, checked when it is first drawn from."""

    def __init__(self, given: Mapping[str, Any], known: type = LeadOptions, *, profile: str = "sample") -> None:
        """Keep what was given; ``profile`` is the default."""
        super().__init__(given, known, profile=profile)
        self.strategies = {name: value for name, value in given.items() if name not in _NO_STRATEGIES}

    @cached_property
    def recipe(self) -> Recipe:
        """The recipe of the contract's leads.

        Raises:
            InvalidArgument: an argument is no strategy, or goes beyond the contract.
        """
        contract = self.contract
        for name, value in self.strategies.items():
            if not isinstance(value, st.SearchStrategy):
                message = f"{name}={value!r}: expected a strategy, such as strategies.just({value!r})"
                raise InvalidArgument(message)
            for key in _NEEDED.get(name, ()):
                self.require(key)
        if "field_count" in self.given and contract.profile != "lenient":
            message = (
                f"field_count={self.given['field_count']!r}: under {contract.profile} the columns fix how many fields "
                "there are; choose columns, or profile='lenient'"
            )
            raise InvalidArgument(message)
        if "extra_keys" in self.given and not contract.lead["additionalProperties"]:
            message = (
                f"extra_keys={self.given['extra_keys']!r}: under {contract.profile} no other key is allowed; "
                "choose profile='lenient', or an overlay with additionalProperties"
            )
            raise InvalidArgument(message)
        return Recipe(contract)

    @cached_property
    def of_keys(self) -> dict[str, str]:
        """Key to the option that gives its values; times are apart."""
        return {key: name for name, keys in _KEYS.items() for key in keys if name in self.given and name != "dates"}

    @cached_property
    def given_keys(self) -> frozenset[str]:
        """The keys whose values come from options, times among them."""
        return frozenset(key for name in self.strategies for key in _KEYS.get(name, ()))

    @cached_property
    def of_kinds(self) -> dict[str, str]:
        """What a column holds, to the option that gives its values."""
        return {kind: name for name, kinds in _KINDS.items() for kind in kinds if name in self.given}

    @cached_property
    def sizes(self) -> tuple[int, int | None]:
        """Least and most leads of a list.

        Raises:
            InvalidArgument: they are no sizes, or the least is above the most.
        """
        least, most = self.given.get("min_size", 0), self.given.get("max_size")
        if type(least) is not int or least < 0:
            message = f"min_size={least!r}: expected a whole number from 0"
            raise InvalidArgument(message)
        if most is not None and (type(most) is not int or most < least):
            message = f"max_size={most!r}: expected a whole number from {least} (min_size), or None"
            raise InvalidArgument(message)
        return least, most

    def value(self, draw: st.DrawFn, name: str, key: str) -> Any:
        """Return what the option ``name`` gives for ``key``.

        Raises:
            InvalidArgument: the contract refuses it.
        """
        value = draw(self.given[name])
        self._require_json(name, value, value)
        if not self.recipe.fits(key, value):
            self._refuse(name, value, f"for `{key}` the contract wants {self._wanted(key)}")
        return deepcopy(value)  # a strategy may give the same object twice

    def columns(self, draw: st.DrawFn, data: bytes) -> tuple[str, ...]:
        """Return the names of a list's columns."""
        if "columns" not in self.given:
            return self.recipe.columns(data)
        columns = draw(self.given["columns"])
        texts = isinstance(columns, Sequence) and not isinstance(columns, str | bytes) and all(map(_is_text, columns))
        if not texts or len(columns) > _MOST_COLUMNS:
            self._refuse("columns", columns, f"expected a sequence of at most {_MOST_COLUMNS:,} texts")
        self._require_json("columns", columns, list(columns))
        return tuple(columns)

    def header(self, data: bytes, columns: tuple[str, ...], drawn: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
        """Return the header, of those that an overlay leaves, and the columns that it names.

        Raises:
            InvalidArgument: the columns were given, and the contract refuses their header.
        """
        header = self.recipe.header_of(data, columns)
        if header is not None:
            return header, columns
        if "columns" in self.given:
            self._refuse("columns", columns, f"for `header` the contract wants {self._wanted('header')}")
        header = drawn["header"] if "header" in drawn else self.recipe.any_header(data)
        return header, tuple(column_names(header) or ())

    def field_count(self, draw: st.DrawFn, data: bytes, columns: int) -> int:
        """Return how many fields the leads of a list have."""
        if "field_count" not in self.given:
            return self.recipe.field_count(data, columns)
        count = draw(self.given["field_count"])
        least = self.recipe.least_fields
        if type(count) is not int or not least <= count <= _MOST_COLUMNS:
            self._refuse("field_count", count, f"expected a whole number from {least} to {_MOST_COLUMNS:,}")
        return count

    def extra_keys(self, draw: st.DrawFn) -> Mapping[str, Any]:
        """Return keys and values that the contract does not name."""
        if "extra_keys" not in self.given:
            return {}
        extra = draw(self.given["extra_keys"])
        properties = self.contract.lead["properties"]
        if not isinstance(extra, Mapping) or not all(map(_is_text, extra)):
            self._refuse("extra_keys", extra, "expected a mapping from key to value")
        self._require_json("extra_keys", extra, dict(extra))
        named = [key for key in extra if key in properties or FIELD.fullmatch(key)]
        if named:
            self._refuse("extra_keys", extra, f"the contract names {', '.join(named)}")
        return deepcopy(extra)

    def _wanted(self, key: str) -> str:
        """Return what the contract wants for a key, with every limit."""
        schema = self.contract.schema_of(key)
        limits = [f"{limit} {schema[limit]}" for limit in ("minimum", "maximum") if limit in schema]
        return ", ".join([describe(schema), *limits, *(["with a number of 64 bits"] if key in TIME_KEYS else [])])

    def _require_json(self, name: str, given: object, value: object) -> None:
        if any(True for _ in not_json(value)):
            self._refuse(
                name, given, "expected what JSON can say: no lone surrogate, NaN or infinity, and no other type"
            )

    def _refuse(self, name: str, value: object, reason: str) -> NoReturn:
        message = f"{name}={self.given[name]!r} gave {value!r}; {reason}"
        if name in _KEYS or name in _KINDS:
            message += f" under {self.contract.profile}. For leads that break the contract there is broken_leads()"
        raise InvalidArgument(message)


def _is_text(value: object) -> bool:
    return isinstance(value, str)
