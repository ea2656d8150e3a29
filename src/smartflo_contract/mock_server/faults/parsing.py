"""Parse fault rules from the command line and from JSON."""

import re
from collections.abc import Mapping
from itertools import takewhile
from typing import Any, Final

from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.faults.rules import SETTINGS, Fault
from smartflo_contract.mock_server.http.compact_json import whole_number
from smartflo_contract.schemas.errors import nearest

_SEPARATOR: Final = re.compile("[,;]")


def parse_fault(rule: str) -> Fault:
    """Parse a rule: steps, then settings, separated by commas or semicolons, such as ``503,503,ok,list_id=8668``.

    A shell ends a command at a semicolon, unless it is quoted.

    Raises:
        ConfigError: the string is not a rule; the message shows the part that is wrong.
    """
    steps = list(takewhile(lambda part: "=" not in part, rule.partition(";")[0].split(",")))
    settings = _SEPARATOR.split(rule)[len(steps) :]
    parsed: dict[str, Any] = {}
    for name, value in (_parse_setting(rule, setting) for setting in settings):
        if name in parsed:
            message = f"fault {rule}: {name} is set twice; omit one, or write two rules"
            raise ConfigError(message)
        parsed[name] = value
    return Fault(tuple(step.strip() for step in steps), **parsed)


def _parse_setting(rule: str, setting: str) -> tuple[str, Any]:
    """Return name and value of one setting of a rule."""
    name, equals, value = (part.strip() for part in setting.partition("="))
    if not equals or name not in SETTINGS:
        known = f"choose from {', '.join(SETTINGS)}.{nearest(name, SETTINGS)}"
        message = f"fault {rule}: expected settings such as at=3, got `{setting}`; {known}"
        raise ConfigError(message)
    try:
        return name, SETTINGS[name].parse(value)
    except ValueError:
        message = f"fault {rule}: {name}: expected {SETTINGS[name].expected}, got `{value}`"
        raise ConfigError(message) from None


def fault_from_json(rule: Mapping[str, Any]) -> Fault:
    """Return the rule in a JSON object: ``FaultRule`` in the admin API's OpenAPI document."""
    numbers = {name: whole_number(rule[name]) for name in ("list_id", "at", "lead") if name in rule}
    return Fault(**{**rule, **numbers, "steps": tuple(str(whole_number(step)) for step in rule["steps"])})
