"""Leads, lists and responses that the contract allows."""

from typing import TYPE_CHECKING, Unpack, cast

from smartflo_contract.strategies import _composites as _draws
from smartflo_contract.strategies._arguments import (
    ContractOptions,
    EdgeArguments,
    LeadArguments,
    LeadOptions,
    ListOptions,
)
from smartflo_contract.strategies._broken_leads import (
    BreakArguments,
    BreakOptions,
    Broken,
    BrokenResponse,
    SurpriseArguments,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from smartflo_contract.factories import Lead


def leads(**options: Unpack[LeadOptions]) -> "SearchStrategy[Lead]":
    """Return the strategy of leads that the contract allows; each is a plain ``dict``.

    Every value by itself is a realistic or a difficult one; the contract does not promise that status, counters and
    times agree, so they need not, but for what its rules demand. Examples shrink to the simplest lead: New, priority
    1, epoch 0, no columns, empty texts.

    Args:
        options: ``profile``, ``overlay``, and strategies for parts of a lead: see :class:`LeadOptions`.

    Raises:
        InvalidArgument: when drawn from: an argument is none of these, or goes beyond the contract.
    """
    return cast("SearchStrategy[Lead]", _draws.strategy(_draws.leads, LeadArguments(options)))


def lead_lists(**options: Unpack[ListOptions]) -> "SearchStrategy[list[Lead]]":
    """Return the strategy of lists of leads: one ``list_id`` and ``header``, ids that differ.

    The first 50 leads of a list are drawn one by one. Those beyond follow from one number, so that lists of any size
    can be had; they repeat what strategies of the caller gave.

    Args:
        options: ``min_size``, ``max_size``, and the arguments of :func:`leads`.

    Raises:
        InvalidArgument: when drawn from: an argument is none of these, or goes beyond the contract.
    """
    return cast("SearchStrategy[list[Lead]]", _draws.strategy(_draws.lead_lists, LeadArguments(options, ListOptions)))


def responses(**options: Unpack[ListOptions]) -> "SearchStrategy[bytes]":
    """Return the strategy of bodies of ``GET /v1/broadcast/leads/{id}``, as a client reads them from the wire.

    Args:
        options: those of :func:`lead_lists`.

    Raises:
        InvalidArgument: when drawn from: an argument is none of these, or goes beyond the contract.
    """
    return _draws.strategy(_draws.responses, LeadArguments(options, ListOptions))


def edge_leads(**options: Unpack[ContractOptions]) -> "SearchStrategy[Lead]":
    """Return the strategy of the leads of :data:`EDGE_CASES`, those that break the contract among them.

    Args:
        options: ``profile`` and ``overlay``, for the cases alone that conform under them.

    Raises:
        InvalidArgument: when drawn from: an argument is none of these, or no case conforms.
    """
    return cast("SearchStrategy[Lead]", _draws.strategy(_draws.edge_leads, EdgeArguments(options)))


def edge_lead_lists(**options: Unpack[ContractOptions]) -> "SearchStrategy[list[Lead]]":
    """Return the strategy of the lists of :data:`EDGE_CASES`: one lead in most, two where that is the point, or none.

    Args:
        options: ``profile`` and ``overlay``, for the cases alone that conform under them.

    Raises:
        InvalidArgument: when drawn from: an argument is none of these, or no case conforms.
    """
    return cast("SearchStrategy[list[Lead]]", _draws.strategy(_draws.edge_lead_lists, EdgeArguments(options)))


def surprising_leads(**options: Unpack[ContractOptions]) -> "SearchStrategy[Lead]":
    """Return the strategy of leads that the contract allows and a client does not expect.

    A tolerant client survives them: each has a new key, an unknown status, more or fewer fields, columns without a
    field, a position out of range or an update before the creation, which a check reports as a surprise. Beside that
    there is null where one reading has it, number as text where the documentation disagrees with its sample, and
    optional keys may be missing.

    Args:
        options: ``profile`` (``lenient`` unless given) and ``overlay``.

    Raises:
        InvalidArgument: when drawn from: an argument is none of these, or the contract leaves nothing open.
    """
    return cast("SearchStrategy[Lead]", _draws.strategy(_draws.surprising_leads, SurpriseArguments(options)))


def broken_leads(**options: Unpack[BreakOptions]) -> "SearchStrategy[Broken]":
    """Return the strategy of leads that break exactly one rule, each with the rule and the finding's pointer.

    Args:
        options: ``profile``, ``overlay``, and ``rule`` and ``key`` for one of :data:`BREAKERS`.

    Raises:
        InvalidArgument: when drawn from: an argument is none of these, or no lead can break that rule at that key.
    """
    return _draws.strategy(_draws.broken_leads, BreakArguments(options))


def broken_responses(**options: Unpack[BreakOptions]) -> "SearchStrategy[BrokenResponse]":
    """Return the strategy of bodies that break exactly one rule, each with the rule and the finding's pointer.

    Beside what one lead can break, these are rules between the leads of a list, bodies that are no JSON, and bodies
    that are no lead list.

    Args:
        options: ``profile``, ``overlay``, and ``rule`` and ``key`` for one of :data:`BREAKERS`.

    Raises:
        InvalidArgument: when drawn from: an argument is none of these, or no response can break that rule at that key.
    """
    return _draws.strategy(_draws.broken_responses, BreakArguments(options))
