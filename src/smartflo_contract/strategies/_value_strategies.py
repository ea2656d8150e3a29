"""Strategies of single values of leads, which are also arguments of the strategies of leads."""

from typing import TYPE_CHECKING, Unpack, cast

from smartflo_contract.strategies import _composites as composites
from smartflo_contract.strategies._arguments import (
    NO_ARGUMENTS,
    Arguments,
    ContractOptions,
    HeaderOptions,
    LeadArguments,
    TimeArguments,
    TimeOptions,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from smartflo_contract.factories.leads import MongoDate


def dial_statuses(**options: Unpack[ContractOptions]) -> "SearchStrategy[int]":
    """Return the strategy of the known values of ``dial_status``, in the order of the contract.

    Args:
        options: ``profile`` and ``overlay``.
    """
    return composites.strategy(composites.dial_statuses, Arguments(options, ContractOptions))


def dispositions(**options: Unpack[ContractOptions]) -> "SearchStrategy[int]":
    """Return the strategy of the known values of ``dialer_dial_status``, with ids of an account's own dispositions.

    Args:
        options: ``profile`` and ``overlay``.
    """
    return composites.strategy(composites.dispositions, Arguments(options, ContractOptions))


def headers(**options: Unpack[HeaderOptions]) -> "SearchStrategy[str | list[str]]":
    """Return the strategy of values of ``header``: a JSON-encoded array, or an array under ``documented``.

    Args:
        options: ``profile``, ``overlay``, and ``columns``, a strategy of sequences of column names.
    """
    return composites.strategy(composites.headers, LeadArguments(options, HeaderOptions))


def sensitive_field_maps(**options: Unpack[HeaderOptions]) -> "SearchStrategy[str]":
    """Return the strategy of values of ``sensitive_field_map``: JSON-encoded positions, or their number.

    Args:
        options: ``profile``, ``overlay``, and ``columns``, a strategy of sequences of column names.
    """
    return composites.strategy(composites.sensitive_field_maps, LeadArguments(options, HeaderOptions))


def mongo_dates(**options: Unpack[TimeOptions]) -> "SearchStrategy[MongoDate]":
    """Return the strategy of times in the form of the API; they shrink towards the start of 1970.

    Args:
        options: ``min_value`` and ``max_value``, the earliest and the latest time, in epoch ms. The defaults are the
            start of 1970 and the end of 9999, where ``datetime`` ends. If the other bound is beyond the default, it
            is the limit of 64-bit integers, which the contract allows.

    Raises:
        InvalidArgument: at the first draw: a bound is not a 64-bit integer, or the earliest time is after the latest.
    """
    return cast("SearchStrategy[MongoDate]", composites.strategy(composites.mongo_dates, TimeArguments(options)))


def object_ids() -> "SearchStrategy[str]":
    """Return the strategy of ObjectIds, which are 24 hexadecimal digits, zero first."""
    return composites.strategy(composites.object_ids, NO_ARGUMENTS)


def phone_numbers() -> "SearchStrategy[str]":
    """Return the strategy of phone numbers in the form of the API, of a series that cannot ring."""
    return composites.strategy(composites.phone_numbers, NO_ARGUMENTS)


def names() -> "SearchStrategy[str]":
    """Return the strategy of names of persons: common names, the shortest first, and unusual ones."""
    return composites.strategy(composites.names, NO_ARGUMENTS)


def emails() -> "SearchStrategy[str]":
    """Return the strategy of e-mail addresses at reserved domains, and of other strings that people enter."""
    return composites.strategy(composites.emails, NO_ARGUMENTS)
