"""Single values of leads: the small strategies that go into the arguments of the big ones."""

from functools import cache
from typing import TYPE_CHECKING, Final, Unpack, cast

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from smartflo_contract.factories._checks import INT64
from smartflo_contract.factories._lead import MongoDate
from smartflo_contract.factories._pools import DOMAINS
from smartflo_contract.strategies import _draws
from smartflo_contract.strategies import _tables as tables
from smartflo_contract.strategies._options import Arguments, ContractOptions, HeaderOptions, LeadArguments
from smartflo_contract.strategies._sources import SAFE, mongo_date

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def dial_statuses(**options: Unpack[ContractOptions]) -> "SearchStrategy[int]":
    """Return the strategy of the known values of ``dial_status``, in the contract's order.

    Args:
        options: ``profile`` and ``overlay``.
    """
    return _draws.dial_statuses(Arguments(options, ContractOptions))


def dispositions(**options: Unpack[ContractOptions]) -> "SearchStrategy[int]":
    """Return the strategy of the known values of ``dialer_dial_status``, the ids of an account's own among them.

    Args:
        options: ``profile`` and ``overlay``.
    """
    return _draws.dispositions(Arguments(options, ContractOptions))


def headers(**options: Unpack[HeaderOptions]) -> "SearchStrategy[str | list[str]]":
    """Return the strategy of values of ``header``: text that holds a JSON array, or under ``documented`` the array.

    Args:
        options: ``profile``, ``overlay``, and ``columns``, a strategy of sequences of names.
    """
    return _draws.headers(LeadArguments(options, HeaderOptions))


def sensitive_field_maps(**options: Unpack[HeaderOptions]) -> "SearchStrategy[str]":
    """Return the strategy of values of ``sensitive_field_map``: text that holds positions, or their number.

    Args:
        options: ``profile``, ``overlay``, and ``columns``, a strategy of sequences of names.
    """
    return _draws.sensitive_field_maps(LeadArguments(options, HeaderOptions))


@st.composite
def mongo_dates(draw: st.DrawFn, *, min_value: int = 0, max_value: int = tables.LAST_INSTANT) -> MongoDate:
    """Return the strategy of times as the API writes them; they shrink towards the beginning of 1970.

    Args:
        draw: Hypothesis's; not an argument of the strategy.
        min_value: the earliest, in epoch ms.
        max_value: the latest, in epoch ms; the end of the year 9999 unless given, where ``datetime`` ends. The
            contract allows every 64-bit integer.

    Raises:
        InvalidArgument: when drawn from: a bound is no 64-bit integer, or the earliest is after the latest.
    """
    return cast("MongoDate", mongo_date(draw(_instants(min_value, max_value))))


@st.composite
def object_ids(draw: st.DrawFn) -> str:
    """Return the strategy of identifiers of 24 hexadecimal digits, zero first."""
    return f"{draw(_OBJECT_IDS):024x}"


@st.composite
def phone_numbers(draw: st.DrawFn) -> str:
    """Return the strategy of phone numbers as the API writes them, all of a series that cannot ring."""
    return f"{SAFE.prefix}{draw(_SERIES):0{SAFE.digits}d}"


@st.composite
def names(draw: st.DrawFn) -> str:
    """Return the strategy of names of persons: usual ones, the shortest first, and unusual ones."""
    return draw(_NAMES)


@st.composite
def emails(draw: st.DrawFn) -> str:
    """Return the strategy of e-mail addresses at domains that nobody has, and of texts that people enter instead."""
    return draw(_EMAILS)


_OBJECT_IDS: Final = st.integers(0, 16**24 - 1)
_SERIES: Final = st.integers(0, SAFE.size - 1)
_FULL_NAMES: Final = [f"{first}{last}" for first in tables.FIRST_NAMES for last in tables.SURNAMES]
_NAMES: Final = st.sampled_from([*sorted(_FULL_NAMES, key=len), *tables.UNUSUAL_NAMES])
_ADDRESSES: Final = [f"{name.lower().replace(' ', '.')}@{domain}" for name in _FULL_NAMES for domain in DOMAINS]
_EMAILS: Final = st.sampled_from([*sorted(_ADDRESSES, key=len), *tables.UNUSUAL_EMAILS])


@cache
def _instants(least: int, most: int) -> st.SearchStrategy[int]:
    for name, value in (("min_value", least), ("max_value", most)):
        if type(value) is not int or not INT64[0] <= value <= INT64[1]:
            message = f"{name}={value!r}: expected epoch ms, a whole number of 64 bits"
            raise InvalidArgument(message)
    if least > most:
        message = f"min_value={least!r} is after max_value={most!r}"
        raise InvalidArgument(message)
    known = [instant for instant in tables.INSTANTS if least <= instant <= most]
    return st.one_of(*([st.sampled_from(known)] if known else []), st.integers(least, most))
