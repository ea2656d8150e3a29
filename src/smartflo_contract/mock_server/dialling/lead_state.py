"""What dialling changes of a lead: read from a lead, and written to it."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from smartflo_contract.mock_server.lists.edited_leads import Lead
from smartflo_contract.schemas.lead_format import epoch_ms, mongo_date

UNDISPOSED: Final = -1
_MAX_COUNT: Final = 2**53


class LeadState(NamedTuple):
    """What dialling changes of a lead. ``undisposed_lead`` follows from the disposition.

    Attributes:
        dial_status: ``dial_status``.
        disposition: ``dialer_dial_status``.
        picked: ``lead_picked``.
        call_count: ``call_count``.
        retry_count: ``retry_count``.
        updated_ms: ``updated_at``, in epoch ms.
        available_ms: ``available_at``, in epoch ms.
    """

    dial_status: int
    disposition: int
    picked: int
    call_count: int
    retry_count: int
    updated_ms: int
    available_ms: int


KEYS: Final = (
    "dial_status",
    "dialer_dial_status",
    "lead_picked",
    "call_count",
    "retry_count",
    "updated_at",
    "available_at",
    "undisposed_lead",
)
"""The keys that dialling changes, in the order of :class:`LeadState`."""


def read_state(lead: Mapping[str, Any]) -> LeadState:
    """Return the state of a lead, whose values may have any type."""
    numbers = [_integer(lead.get(key)) or 0 for key in KEYS[:5]]
    times = [epoch_ms(lead.get(key)) or 0 for key in ("updated_at", "available_at")]
    return LeadState(*numbers, *times)


def write_state(lead: Lead, before: LeadState, after: LeadState, is_allowed: Callable[[str, Any], bool]) -> None:
    """Change a lead to a state. A key is changed if it exists, and if the contract allows the new value.

    Args:
        lead: the lead.
        before: its state.
        after: its new state.
        is_allowed: whether the contract allows a value of a key.
    """
    changes = [(key, value) for key, value, old in zip(KEYS, after, before, strict=False) if value != old]
    if after.disposition != before.disposition:
        changes.append(("undisposed_lead", after.disposition == UNDISPOSED))
    for key, value in changes:
        if key not in lead:
            continue
        new = _like(lead[key], value)
        if new is not None and is_allowed(key, new):
            lead[key] = new


def _like(old: object, value: int) -> Any:
    """Return a value in the form of the one that it replaces, ``None`` if that has an unknown form."""
    if isinstance(old, bool):
        return bool(value)
    if isinstance(old, int):
        return int(value)
    if isinstance(old, str):
        return str(int(value)) if _integer(old) is not None else None
    return None if epoch_ms(old) is None else mongo_date(value)


def _integer(value: object) -> int | None:
    """Return a number that is an integer, or a string of digits; ``None`` for anything else."""
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) <= 16:  # noqa: PLR2004 - digits of 2**53
        value = int(value)
    return int(value) if isinstance(value, int) and abs(value) < _MAX_COUNT else None
