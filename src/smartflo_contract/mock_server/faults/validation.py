"""Which rules of faults are refused: those that cannot work, and those of which a part would never act."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.faults.injectors import (
    ANY,
    GET_LEADS,
    KINDS,
    OF_ARRAYS,
    OF_LISTS,
    OK,
    SETTINGS,
    STATUS,
    Fault,
    is_status,
)
from smartflo_contract.schemas.errors import nearest

_MOST_SECONDS: Final = 600
_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "list_id": (1, 2**53 - 1),
    "at": (1, 2**31),
    "probability": (0, 1),
    "seconds": (0, _MOST_SECONDS),
    "jitter": (0, _MOST_SECONDS),
    "lead": (0, 100_000),
    "retry_after": (0, 86_400),
}
"""Numbers among the settings, with their bounds."""
_FRACTIONS: Final = ("probability", "seconds", "jitter")
_BESIDE_AT: Final = ("repeat", "probability")
"""Settings that do nothing where `at` is given."""
_DEFAULTS: Final = {one.name: one.default for one in fields(Fault)}
_ARRAYS: Final = (GET_LEADS, "GET /v1/broadcast/lists")
"""Routes that answer an array."""
_PLACE: Final = re.compile(r"<[^<>]*>|\{[^{}]*\}|(?<=/)[0-9a-f]{24}(?=/|$)|(?<=/)[0-9]+(?=/|$)")
"""What people write where a route has ``{id}``."""


def check_fault(fault: Fault, routes: Sequence[str]) -> None:
    """Refuse a rule that cannot work, or of which a part would never act.

    Args:
        fault: the rule.
        routes: those that there are.

    Raises:
        ConfigError: the message names the setting.
    """
    _check_steps(fault.steps)
    if fault.route not in (*routes, ANY):  # not in a set: it may be anything
        message = f"route: `{fault.route}` is not one of this fake's.{_hint(str(fault.route), routes)}"
        raise ConfigError(message)
    _check_values(fault)
    useless = next(_useless(fault), None)
    if useless is not None:
        raise ConfigError(useless)


def _check_steps(steps: Sequence[object]) -> None:
    for step in steps:
        if not isinstance(step, str) or (step not in KINDS and step != OK and not is_status(step)):
            known = ", ".join([OK, *KINDS, "a status from 400 to 599"])
            message = f"steps: `{step}` is no fault; there are {known}.{nearest(str(step), [*KINDS, OK])}"
            raise ConfigError(message)
    if not steps:
        message = "steps: expected one or more"
        raise ConfigError(message)


def _check_values(fault: Fault) -> None:
    for name, (least, most) in _BOUNDS.items():
        value: Any = getattr(fault, name)
        if value is None and _DEFAULTS[name] is None:
            continue
        kind = int | float if name in _FRACTIONS else int
        if isinstance(value, bool) or not isinstance(value, kind) or not least <= value <= most:
            whole = "" if name in _FRACTIONS else "whole "
            message = f"{name}: expected a {whole}number from {least} to {most}, got {value!r}"
            raise ConfigError(message)
    if type(fault.repeat) is not bool:
        message = f"repeat: expected true or false, got {fault.repeat!r}"
        raise ConfigError(message)


def _useless(fault: Fault) -> Iterator[str]:
    """Yield what of a rule would never act, each with its reason."""
    there = {STATUS if is_status(str(step)) else step for step in fault.steps}
    changed = [name for name in SETTINGS if getattr(fault, name) != _DEFAULTS[name]]
    if "at" in changed:
        if len(fault.steps) > 1:
            yield "at: one request alone goes wrong, so give one step"
        for name in filter(_BESIDE_AT.__contains__, changed):
            yield f"{name}: does nothing beside `at`, by which one request alone goes wrong; leave out one of them"
    for name in changed:
        wanted = SETTINGS[name].steps
        if wanted and not there & set(wanted):
            yield f"{name}: does nothing, because no step is {' or '.join(wanted)}"
    if fault.route not in {ANY, *_ARRAYS} and there & set(OF_ARRAYS):
        step = next(step for step in fault.steps if step in OF_ARRAYS)
        yield f"route: `{step}` breaks an array, and `{fault.route}` answers none; choose `{GET_LEADS}`"
    if "list_id" in changed and fault.route not in {ANY, *OF_LISTS}:
        yield f"list_id: does nothing, because `{fault.route}` is about no list"


def _hint(route: str, routes: Sequence[str]) -> str:
    """Return which route may be meant, or where they are listed."""
    spelled = _PLACE.sub("{id}", route)
    begun = [one for one in routes if spelled and one.startswith(spelled)]
    likely = f" Did you mean `{min(begun, key=len)}`?" if begun else nearest(spelled, routes)
    return likely or f" `{ANY}` is all of them, `smartflo-contract openapi` shows each."
