"""Reject fault rules that cannot work, and rules with a part that would never apply."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, Final

from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.faults.injectors import INJECTORS, faults_with_setting, find_injector
from smartflo_contract.mock_server.faults.rules import ANY_ROUTE, OK, SETTINGS, STATUS, Fault, is_error_status
from smartflo_contract.mock_server.http.route_names import ARRAY_ROUTES, GET_LEADS, LIST_ROUTES
from smartflo_contract.schemas.errors import nearest
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.grammar import format_setting

_MAX_DELAY_SECONDS: Final = 600
_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "list_id": (1, 2**53 - 1),
    "at": (1, 2**31),
    "probability": (0, 1),
    "seconds": (0, _MAX_DELAY_SECONDS),
    "jitter": (0, _MAX_DELAY_SECONDS),
    "lead": (0, 100_000),
    "retry_after": (0, 86_400),
}
"""Numeric settings with their minimum and maximum."""
_FRACTIONS: Final = ("probability", "seconds", "jitter")
_USELESS_WITH_AT: Final = ("repeat", "probability")
_DEFAULTS: Final = {field.name: field.default for field in fields(Fault)}
_PLACEHOLDER: Final = re.compile(r"<[^<>]*>|\{[^{}]*\}|(?<=/)[0-9a-f]{24}(?=/|$)|(?<=/)[0-9]+(?=/|$)")
"""What people write in place of ``{id}`` in a route."""


def check_faults(rules: Iterable[Fault], custom_routes: Iterable[str] = ()) -> None:
    """Check fault rules.

    Args:
        rules: the rules.
        custom_routes: names of the routes that the user added.

    Raises:
        ConfigError: a rule cannot work, or a part of it would never apply; the message names the rule and its setting.
    """
    own_routes = tuple(custom_routes)
    for number, rule in enumerate(rules):
        try:
            _check_fault(rule, (*served_route_names(), *own_routes))
        except ConfigError as error:
            message = f"faults[{number}].{error}"
            raise ConfigError(message) from None


@cache
def served_route_names() -> Sequence[str]:
    """Return the routes of the fake, as its OpenAPI document has them."""
    paths = read("openapi.json")["paths"]
    return tuple(f"{method.upper()} {path}" for path, methods in paths.items() for method in methods)


def _check_fault(rule: Fault, routes: Sequence[str]) -> None:
    _check_steps(rule.steps)
    if rule.route not in (*routes, ANY_ROUTE):  # not in a set: the value may be unhashable
        message = f"route: this fake has no route `{rule.route}`.{_route_hint(str(rule.route), routes)}"
        raise ConfigError(message)
    _check_values(rule)
    useless = next(_useless_parts(rule), None)
    if useless is not None:
        raise ConfigError(useless)


def _check_steps(steps: Sequence[object]) -> None:
    for step in steps:
        if step != OK and find_injector(step) is None:
            known = ", ".join([OK, *INJECTORS, "a status from 400 to 599"])
            hint = nearest(str(step), [*INJECTORS, OK])
            message = f"steps: there is no fault `{step}`; choose from {known}.{hint}"
            raise ConfigError(message)
    if not steps:
        message = "steps: expected at least one"
        raise ConfigError(message)


def _check_values(rule: Fault) -> None:
    for name, (minimum, maximum) in _BOUNDS.items():
        value: Any = getattr(rule, name)
        if value is None and _DEFAULTS[name] is None:
            continue
        types = int | float if name in _FRACTIONS else int
        if isinstance(value, bool) or not isinstance(value, types) or not minimum <= value <= maximum:
            kind = "a number" if name in _FRACTIONS else "an integer"
            message = f"{name}: expected {kind} from {minimum} to {maximum}, got {format_setting(value)}"
            raise ConfigError(message)
    if type(rule.repeat) is not bool:
        message = f"repeat: expected true or false, got {format_setting(rule.repeat)}"
        raise ConfigError(message)


def _useless_parts(rule: Fault) -> Iterator[str]:
    """Yield a message for each part of a rule that would never apply."""
    steps = [str(step) for step in rule.steps]
    faults = {STATUS if is_error_status(step) else step for step in steps}
    changed = [name for name in SETTINGS if getattr(rule, name) != _DEFAULTS[name]]
    if "at" in changed:
        if len(steps) > 1:
            yield "at: only one request gets a fault, so set only one step"
        for name in filter(_USELESS_WITH_AT.__contains__, changed):
            yield f"{name}: has no effect together with `at`; remove one of them"
    for name in changed:
        required = faults_with_setting(name)
        if required and not faults.intersection(required):
            yield f"{name}: has no effect, because no step is {' or '.join(required)}"
    broken_array = next((step for step in steps if step in INJECTORS and INJECTORS[step].arrays_only), None)
    if broken_array is not None and rule.route not in {ANY_ROUTE, *ARRAY_ROUTES}:
        yield f"route: `{broken_array}` needs an array, and `{rule.route}` returns none; use `{GET_LEADS}`"
    if "list_id" in changed and rule.route not in {ANY_ROUTE, *LIST_ROUTES}:
        yield f"list_id: has no effect, because `{rule.route}` has no list id"


def _route_hint(route: str, routes: Sequence[str]) -> str:
    """Return a hint that names the route that is probably meant, or that shows how to list all routes."""
    spelled = _PLACEHOLDER.sub("{id}", route)
    longer = [name for name in routes if spelled and name.startswith(spelled)]
    similar = f" Did you mean `{min(longer, key=len)}`?" if longer else nearest(spelled, routes)
    return similar or f" Use `{ANY_ROUTE}` for all routes; `smartflo-contract openapi` lists them."
