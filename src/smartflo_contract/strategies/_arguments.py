"""Check the arguments of strategies, and show them in the repr of a strategy."""

from collections.abc import Iterable, Mapping, Sequence
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
from smartflo_contract.strategies._lead_recipe import DOCUMENTED_KINDS, Recipe, Values, recipe_of
from smartflo_contract.strategies._schema_strategies import known_or_valid_values

_MAX_COLUMNS: Final = 10_000
_MAX_LEADS: Final = 1_000_000
"""Maximum number of leads of a list, which is a Python list in memory: some kilobytes a lead."""


class ContractOptions(TypedDict, total=False):
    """Options that select the contract.

    Attributes:
        profile: ``sample`` (default), ``documented`` or ``lenient``.
        overlay: a partial lead schema, as a mapping or a path.
    """

    profile: str
    overlay: OverlaySource | None


class HeaderOptions(ContractOptions, total=False):
    """Options of strategies of values that depend on the columns of a list.

    Attributes:
        columns: names in ``header``, as sequences of strings.
    """

    columns: st.SearchStrategy[Sequence[str]]


class LeadOptions(HeaderOptions, total=False):
    """Options of strategies of leads; without an option, the contract decides.

    Attributes:
        field_count: number of ``field_N`` keys, only under ``lenient``; under other profiles, the columns fix it.
        list_ids: values of ``list_id``.
        dial_statuses: values of ``dial_status``.
        dispositions: values of ``dialer_dial_status``.
        dates: values of ``created_at``, ``updated_at`` and ``available_at``, which are sorted.
        phone_numbers: values of columns of phone numbers; the first column is one unless its name differs.
        alternate_phone_numbers: values of ``alternate_phone_number``, and of columns of alternate phone numbers.
        names: values of columns of full names; the second column is one unless its name differs.
        emails: values of columns of e-mail addresses; the third column is one unless its name differs.
        texts: values of all other columns.
        skill_ids: values of ``skill_id``, ``None`` for null.
        time_groups: values of ``time_group``, ``None`` for null.
        dialer_skills: values of ``dialer_skill``, ``None`` for null.
        extra_keys: keys that the contract does not define, as mappings from key to value; only if it allows them.
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
    """Options of strategies of lead lists.

    Attributes:
        min_size: minimum number of leads, at most 1,000,000; 0 by default.
        max_size: maximum number of leads, at most 1,000,000; ``None``, the default, for no limit beyond ``min_size``.
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
"""Keys by the option that sets their values."""
_REQUIRED_KEYS: Final = _KEYS | {"columns": ("header",)}
"""Keys by the option that requires them in the contract."""
_KINDS: Final = {
    "phone_numbers": ("phone",),
    "alternate_phone_numbers": ("alternate_phone",),
    "names": ("name",),
    "emails": ("email",),
    "texts": tuple(sorted(set(COLUMN_DECODERS) - {"phone", "alternate_phone", "name", "email"})),
}
"""Contents of columns by the option that sets their values."""
_EXPECTED: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "profile": ((str,), f"one of {', '.join(PROFILES)}"),
    "overlay": ((Mapping, str, PathLike, NoneType), "a mapping, or the path of a JSON file"),
    "rule": ((str, NoneType), "the name of a rule or schema keyword, as a string"),
    "key": ((str, NoneType), "the name of a key, as a string"),
}
"""Types, and a description of them, by the option that is not a strategy."""
_NOT_STRATEGIES: Final = {"profile", "overlay", "min_size", "max_size", "target"}


class TimeOptions(TypedDict, total=False):
    """Options of strategies of times.

    Attributes:
        min_value: the earliest time, in epoch ms.
        max_value: the latest time, in epoch ms.
    """

    min_value: int
    max_value: int


class Arguments:
    """Keyword arguments of a strategy, whose repr is that of the call.

    Args:
        options: the keyword arguments.
        option_type: typed dict of the keyword arguments that the strategy accepts.
        profile: the default profile.

    Raises:
        InvalidArgument: the strategy does not accept a keyword argument.
    """

    def __init__(self, options: Mapping[str, Any], option_type: type, *, profile: str = "sample") -> None:
        """Store the arguments after a check of their names."""
        names = list(option_type.__annotations__)
        for name in options:
            if name not in names:
                message = (
                    f"unknown argument {name}={options[name]!r}; expected one of {', '.join(names)}."
                    f"{nearest(name, names)}"
                )
                raise InvalidArgument(message)
        self.options = dict(options)
        self.profile = self.options.get("profile", profile)
        self._values: dict[str, Values] = {}

    def __repr__(self) -> str:
        """Return the arguments without the name and parentheses of the call, which Hypothesis adds."""
        return ", ".join(f"{name}={value!r}" for name, value in self.options.items())

    @cached_property
    def contract(self) -> Contract:
        """The contract.

        Raises:
            InvalidArgument: the profile is unknown, the overlay is invalid, or a rule or key is not a string.
        """
        overlay = self.options.get("overlay")
        for name, (kinds, expected) in _EXPECTED.items():
            if not isinstance(self.options.get(name, ""), kinds):
                message = f"{name}={self.options[name]!r}: expected {expected}"
                raise InvalidArgument(message)
        try:
            return load_contract(self.profile, overlay)
        except (ContractError, TypeError) as error:
            shown = f"profile={self.profile!r}" + ("" if overlay is None else f", overlay={overlay!r}")
            message = f"{shown}: {error}"
            raise InvalidArgument(message) from None

    def require(self, key: str) -> None:
        """Check that the contract defines a key.

        Raises:
            InvalidArgument: the overlay removes the key.
        """
        if key not in self.contract.lead["properties"]:
            message = f"overlay={self.options['overlay']!r}: the overlay removes `{key}`, so it has no values"
            raise InvalidArgument(message)

    def values(self, key: str) -> Values:
        """Return the strategy of the values of one key."""
        if key not in self._values:
            self.require(key)
            self._values[key] = known_or_valid_values(self.contract.schema_of(key))
        return self._values[key]


NO_ARGUMENTS: Final = Arguments({}, ContractOptions)
"""The arguments of a strategy without options."""


class TimeArguments(Arguments):
    """Arguments of a strategy of times, checked at the first draw."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Store the arguments."""
        super().__init__(options, TimeOptions)

    @cached_property
    def times(self) -> st.SearchStrategy[int]:
        """The strategy of times within the bounds, in epoch ms; the first are times at which clients break.

        Raises:
            InvalidArgument: a bound is not a 64-bit integer, or the earliest time is after the latest.
        """
        bounds = {"min_value": 0, "max_value": tables.MAX_TIME_MS} | self.options
        for name, value in bounds.items():
            if type(value) is not int or not INT64[0] <= value <= INT64[1]:
                message = f"{name}={value!r}: expected epoch ms, a 64-bit integer"
                raise InvalidArgument(message)
        earliest, latest = bounds.values()
        if earliest > latest and len(self.options) < len(bounds):  # the default of the other bound is in the way
            earliest, latest = ({"min_value": INT64[0], "max_value": INT64[1]} | self.options).values()
        if earliest > latest:
            message = f"min_value={earliest!r} is after max_value={latest!r}"
            raise InvalidArgument(message)
        boundaries = [time for time in tables.BOUNDARY_TIMES_MS if earliest <= time <= latest]
        return st.one_of(*([st.sampled_from(boundaries)] if boundaries else []), st.integers(earliest, latest))


class EdgeArguments(Arguments):
    """Arguments of a strategy of edge cases, checked at the first draw."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Store the arguments."""
        super().__init__(options, ContractOptions)

    @cached_property
    def cases(self) -> list[EdgeCase]:
        """All edge cases; with a profile or an overlay, those that conform under it.

        Raises:
            InvalidArgument: no edge case conforms.
        """
        if not self.options:
            return list(EDGE_CASES.values())
        conforming = [case for case in EDGE_CASES.values() if self.contract.is_valid(case.leads)]
        if not any(case.leads for case in conforming):
            message = f"{self!r}: no edge case conforms; leave out overlay, or profile, for all cases"
            raise InvalidArgument(message)
        return conforming

    @cached_property
    def positions(self) -> list[tuple[str, int]]:
        """Name of the edge case and index of each lead."""
        return [(case.name, index) for case in self.cases for index in range(len(case.leads))]


class LeadArguments(Arguments):
    """Arguments of a strategy of leads, checked at the first draw."""

    def __init__(self, options: Mapping[str, Any], option_type: type = LeadOptions, *, profile: str = "sample") -> None:
        """Store the arguments."""
        super().__init__(options, option_type, profile=profile)
        self.strategies = {name: value for name, value in options.items() if name not in _NOT_STRATEGIES}

    @cached_property
    def recipe(self) -> Recipe:
        """The recipe of the contract's leads.

        Raises:
            InvalidArgument: an argument is not a strategy, or the contract does not allow it.
        """
        contract = self.contract
        for name, value in self.strategies.items():
            if not isinstance(value, st.SearchStrategy):
                message = f"{name}={value!r}: expected a strategy, such as strategies.just({value!r})"
                raise InvalidArgument(message)
            for key in _REQUIRED_KEYS.get(name, ()):
                self.require(key)
        if "field_count" in self.options and contract.profile != "lenient":
            message = (
                f"field_count={self.options['field_count']!r}: under {contract.profile} the columns fix the number of "
                "fields; use columns, or profile='lenient'"
            )
            raise InvalidArgument(message)
        if "extra_keys" in self.options and not contract.lead["additionalProperties"]:
            message = (
                f"extra_keys={self.options['extra_keys']!r}: under {contract.profile} no other key is allowed; "
                "use profile='lenient', or an overlay with additionalProperties"
            )
            raise InvalidArgument(message)
        return recipe_of(contract)

    @cached_property
    def key_options(self) -> dict[str, str]:
        """Option by the key whose values it sets, without times."""
        return {key: name for name, keys in _KEYS.items() for key in keys if name in self.options and name != "dates"}

    @cached_property
    def keys_of_options(self) -> frozenset[str]:
        """The keys whose values options set, with times."""
        return frozenset(key for name in self.strategies for key in _KEYS.get(name, ()))

    @cached_property
    def kind_options(self) -> dict[str, str]:
        """Option by the contents of the columns whose values it sets."""
        return {kind: name for name, kinds in _KINDS.items() for kind in kinds if name in self.options}

    @cached_property
    def _min_columns(self) -> int:
        """Number of columns after which the documented ones that options set are all named."""
        return max((number + 1 for number, kind in enumerate(DOCUMENTED_KINDS) if kind in self.kind_options), default=0)

    @cached_property
    def sizes(self) -> tuple[int, int | None]:
        """Minimum and maximum number of leads in a list.

        Raises:
            InvalidArgument: a size is not an integer from 0 to 1,000,000, or the minimum is above the maximum.
        """
        minimum, maximum = self.options.get("min_size", 0), self.options.get("max_size")
        if type(minimum) is not int or not 0 <= minimum <= _MAX_LEADS:
            message = f"min_size={minimum!r}: expected an integer from 0 to {_MAX_LEADS:,}"
            raise InvalidArgument(message)
        if maximum is not None and (type(maximum) is not int or not minimum <= maximum <= _MAX_LEADS):
            message = f"max_size={maximum!r}: expected an integer from {minimum} (min_size) to {_MAX_LEADS:,}, or None"
            raise InvalidArgument(message)
        return minimum, maximum

    def value(self, draw: st.DrawFn, name: str, key: str) -> Any:
        """Draw a value of a key from an option's strategy.

        Raises:
            InvalidArgument: the value is invalid under the contract.
        """
        value = draw(self.options[name])
        self._require_json(name, value, value)
        if not self.recipe.is_valid(key, value):
            self._reject(name, value, f"for `{key}` the contract requires {self._expected(key)}")
        return deepcopy(value)  # a strategy may return the same object twice

    def columns(self, draw: st.DrawFn, data: bytes) -> tuple[str, ...]:
        """Draw the names of a list's columns, with those that hold the values of options.

        Raises:
            InvalidArgument: the option's value is not a sequence of strings.
        """
        if "columns" not in self.options:
            drawn = self.recipe.columns(data)
            return drawn + tables.COLUMN_NAMES[len(drawn) : self._min_columns]
        columns = draw(self.options["columns"])
        is_valid = isinstance(columns, Sequence) and not isinstance(columns, str | bytes) and _are_strings(columns)
        if not is_valid or len(columns) > _MAX_COLUMNS:
            self._reject("columns", columns, f"expected a sequence of at most {_MAX_COLUMNS:,} strings")
        self._require_json("columns", columns, list(columns))
        return tuple(columns)

    def header(self, data: bytes, columns: tuple[str, ...], drawn: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
        """Return a header that the overlay allows, and the columns that it names.

        Args:
            data: the bytes of the list.
            columns: the preferred columns.
            drawn: values that strategies of keys have returned.

        Raises:
            InvalidArgument: ``columns`` is an option, and its header is invalid.
        """
        header = self.recipe.header_of(data, columns)
        if header is not None:
            return header, columns
        if "columns" in self.options:
            self._reject("columns", columns, f"for `header` the contract requires {self._expected('header')}")
        header = drawn["header"] if "header" in drawn else self.recipe.any_header(data)
        return header, tuple(column_names(header) or ())

    def field_count(self, draw: st.DrawFn, data: bytes, columns: int) -> int:
        """Draw the number of fields of the leads of a list.

        Raises:
            InvalidArgument: the option's value is not a valid number.
        """
        if "field_count" not in self.options:
            return self.recipe.field_count(data, columns)
        count = draw(self.options["field_count"])
        minimum = self.recipe.min_fields
        if type(count) is not int or not minimum <= count <= _MAX_COLUMNS:
            self._reject("field_count", count, f"expected an integer from {minimum} to {_MAX_COLUMNS:,}")
        return count

    def extra_keys(self, draw: st.DrawFn) -> Mapping[str, Any]:
        """Draw keys that the contract does not define, with their values.

        Raises:
            InvalidArgument: the option's value is not such a mapping.
        """
        if "extra_keys" not in self.options:
            return {}
        extra = draw(self.options["extra_keys"])
        properties = self.contract.lead["properties"]
        if not isinstance(extra, Mapping) or not _are_strings(extra):
            self._reject("extra_keys", extra, "expected a mapping from key to value")
        self._require_json("extra_keys", extra, dict(extra))
        named = [key for key in extra if key in properties or FIELD.fullmatch(key)]
        if named:
            self._reject("extra_keys", extra, f"the contract defines {', '.join(named)}")
        return deepcopy(extra)

    def _expected(self, key: str) -> str:
        """Describe the valid values of a key, with every limit."""
        schema = self.contract.schema_of(key)
        limits = [f"{limit} {schema[limit]}" for limit in ("minimum", "maximum") if limit in schema]
        return ", ".join([describe(schema), *limits, *(["with a 64-bit number"] if key in TIME_KEYS else [])])

    def _require_json(self, name: str, original: object, value: object) -> None:
        if any(True for _ in not_json(value)):
            self._reject(
                name, original, "expected a JSON value, with no lone surrogate, NaN, infinity or other Python type"
            )

    def _reject(self, name: str, value: object, reason: str) -> NoReturn:
        message = f"{name}={self.options[name]!r} returned {value!r}; {reason}"
        if name in _KEYS or name in _KINDS:
            message += f" under {self.contract.profile}; use broken_leads() for leads that break the contract"
        raise InvalidArgument(message)


def _are_strings(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)
