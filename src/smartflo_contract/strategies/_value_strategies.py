"""Single values of leads: the small strategies that go into the arguments of the big ones."""

from typing import TYPE_CHECKING, Unpack, cast

from smartflo_contract.strategies import _composites as _draws
from smartflo_contract.strategies._arguments import (
    NONE,
    Arguments,
    ContractOptions,
    HeaderOptions,
    InstantArguments,
    InstantOptions,
    LeadArguments,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from smartflo_contract.factories.leads import MongoDate


def dial_statuses(**options: Unpack[ContractOptions]) -> "SearchStrategy[int]":
    """Return the strategy of the known values of ``dial_status``, in the contract's order.

    Args:
        options: ``profile`` and ``overlay``.
    """
    return _draws.strategy(_draws.dial_statuses, Arguments(options, ContractOptions))


def dispositions(**options: Unpack[ContractOptions]) -> "SearchStrategy[int]":
    """Return the strategy of the known values of ``dialer_dial_status``, the ids of an account's own among them.

    Args:
        options: ``profile`` and ``overlay``.
    """
    return _draws.strategy(_draws.dispositions, Arguments(options, ContractOptions))


def headers(**options: Unpack[HeaderOptions]) -> "SearchStrategy[str | list[str]]":
    """Return the strategy of values of ``header``: text that holds a JSON array, or under ``documented`` the array.

    Args:
        options: ``profile``, ``overlay``, and ``columns``, a strategy of sequences of names.
    """
    return _draws.strategy(_draws.headers, LeadArguments(options, HeaderOptions))


def sensitive_field_maps(**options: Unpack[HeaderOptions]) -> "SearchStrategy[str]":
    """Return the strategy of values of ``sensitive_field_map``: text that holds positions, or their number.

    Args:
        options: ``profile``, ``overlay``, and ``columns``, a strategy of sequences of names.
    """
    return _draws.strategy(_draws.sensitive_field_maps, LeadArguments(options, HeaderOptions))


def mongo_dates(**options: Unpack[InstantOptions]) -> "SearchStrategy[MongoDate]":
    """Return the strategy of times as the API writes them; they shrink towards the beginning of 1970.

    Args:
        options: ``min_value`` and ``max_value``, the earliest and the latest, in epoch ms. They are the beginning of
            1970 and the end of 9999, where ``datetime`` ends, unless given, or the limit of 64 bits where the other
            bound lies beyond these; the contract allows every 64-bit integer.

    Raises:
        InvalidArgument: when drawn from: a bound is no 64-bit integer, or the earliest is after the latest.
    """
    return cast("SearchStrategy[MongoDate]", _draws.strategy(_draws.mongo_dates, InstantArguments(options)))


def object_ids() -> "SearchStrategy[str]":
    """Return the strategy of identifiers of 24 hexadecimal digits, zero first."""
    return _draws.strategy(_draws.object_ids, NONE)


def phone_numbers() -> "SearchStrategy[str]":
    """Return the strategy of phone numbers as the API writes them, all of a series that cannot ring."""
    return _draws.strategy(_draws.phone_numbers, NONE)


def names() -> "SearchStrategy[str]":
    """Return the strategy of names of persons: usual ones, the shortest first, and unusual ones."""
    return _draws.strategy(_draws.names, NONE)


def emails() -> "SearchStrategy[str]":
    """Return the strategy of e-mail addresses at domains that nobody has, and of texts that people enter instead."""
    return _draws.strategy(_draws.emails, NONE)
