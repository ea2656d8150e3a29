"""Strategies of leads, lead lists and responses."""

from typing import TYPE_CHECKING, Unpack, cast

from smartflo_contract.strategies import _composites as composites
from smartflo_contract.strategies._arguments import (
    ContractOptions,
    EdgeArguments,
    LeadArguments,
    ListOptions,
)
from smartflo_contract.strategies._broken_leads import (
    BreakArguments,
    BreakOptions,
    Broken,
    BrokenResponse,
    SurpriseArguments,
)
from smartflo_contract.strategies._target_arguments import TargetArguments, TargetOptions

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from smartflo_contract.factories import Lead


def leads(**options: Unpack[TargetOptions]) -> "SearchStrategy[Lead]":
    """Return the strategy of leads that are valid under the contract; each is a plain ``dict``.

    Each value is realistic or difficult by itself. Status, counters and times agree only as far as the contract's rules
    require. Examples shrink to the simplest lead: New, priority 1, epoch 0, no columns, empty strings.

    Args:
        options: ``profile``, ``overlay``, and strategies for parts of a lead: see :class:`LeadOptions`. Or ``target``,
            ids of cells such as ``dial_status=4``: each lead has one of them.

    Raises:
        InvalidArgument: at once: an argument is unknown. At the first draw: a value is invalid under the contract.
    """
    return cast("SearchStrategy[Lead]", composites.strategy(composites.leads, TargetArguments(options)))


def lead_lists(**options: Unpack[ListOptions]) -> "SearchStrategy[list[Lead]]":
    """Return the strategy of lists of leads, which share ``list_id`` and ``header`` and have unique ids.

    The first 50 leads of a list are drawn one by one. Later leads follow from one number, so lists can be large;
    they repeat the values that the caller's strategies returned.

    Args:
        options: ``min_size``, ``max_size``, and the arguments of :func:`leads`.

    Raises:
        InvalidArgument: at once: an argument is unknown. At the first draw: a value is invalid under the contract.
    """
    return cast(
        "SearchStrategy[list[Lead]]", composites.strategy(composites.lead_lists, LeadArguments(options, ListOptions))
    )


def responses(**options: Unpack[ListOptions]) -> "SearchStrategy[bytes]":
    """Return the strategy of bodies of ``GET /v1/broadcast/leads/{id}``, as bytes.

    Args:
        options: those of :func:`lead_lists`.

    Raises:
        InvalidArgument: at once: an argument is unknown. At the first draw: a value is invalid under the contract.
    """
    return composites.strategy(composites.responses, LeadArguments(options, ListOptions))


def edge_leads(**options: Unpack[ContractOptions]) -> "SearchStrategy[Lead]":
    """Return the strategy of the leads of :data:`EDGE_CASES`, which may break the contract.

    Args:
        options: ``profile`` and ``overlay``, to get only the cases that conform under them.

    Raises:
        InvalidArgument: at once: an argument is unknown. At the first draw: no edge case conforms.
    """
    return cast("SearchStrategy[Lead]", composites.strategy(composites.edge_leads, EdgeArguments(options)))


def edge_lead_lists(**options: Unpack[ContractOptions]) -> "SearchStrategy[list[Lead]]":
    """Return the strategy of the lists of :data:`EDGE_CASES`, most of them with one lead.

    Args:
        options: ``profile`` and ``overlay``, to get only the cases that conform under them.

    Raises:
        InvalidArgument: at once: an argument is unknown. At the first draw: no edge case conforms.
    """
    return cast("SearchStrategy[list[Lead]]", composites.strategy(composites.edge_lead_lists, EdgeArguments(options)))


def surprising_leads(**options: Unpack[ContractOptions]) -> "SearchStrategy[Lead]":
    """Return the strategy of leads that are valid under the contract, but unexpected by a client.

    Each has a new key, an unknown status, more or fewer fields, columns without a field, a filled field without a
    column, a position out of range, or an update before the creation. ``check`` reports these as surprises, and a
    tolerant client accepts them. Values may also follow either reading where the documentation contradicts its sample,
    and optional keys may be missing.

    Args:
        options: ``profile`` (``lenient`` by default) and ``overlay``.

    Raises:
        InvalidArgument: at once: an argument is unknown. At the first draw: the contract allows no surprise.
    """
    return cast("SearchStrategy[Lead]", composites.strategy(composites.surprising_leads, SurpriseArguments(options)))


def broken_leads(**options: Unpack[BreakOptions]) -> "SearchStrategy[Broken]":
    """Return the strategy of leads that break exactly one rule, each with the rule and pointer of the finding.

    Args:
        options: ``profile``, ``overlay``, and ``rule`` and ``key`` to select from :data:`BREAKERS`.

    Raises:
        InvalidArgument: at once: an argument is unknown. At the first draw: no lead can break the rule at the key.
    """
    return composites.strategy(composites.broken_leads, BreakArguments(options))


def broken_responses(**options: Unpack[BreakOptions]) -> "SearchStrategy[BrokenResponse]":
    """Return the strategy of bodies that break exactly one rule, each with the rule and pointer of the finding.

    They break rules of one lead and rules between the leads of a list; some are not JSON, or not a list of leads.

    Args:
        options: ``profile``, ``overlay``, and ``rule`` and ``key`` to select from :data:`BREAKERS`.

    Raises:
        InvalidArgument: at once: an argument is unknown. At the first draw: no response can break the rule at the key.
    """
    return composites.strategy(composites.broken_responses, BreakArguments(options))
