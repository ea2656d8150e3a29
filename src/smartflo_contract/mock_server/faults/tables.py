"""Tables of the faults and of the settings of fault rules, for people."""

from dataclasses import fields
from typing import Final

from smartflo_contract.mock_server.faults.injectors import ERROR_STATUS, INJECTORS, faults_with_setting
from smartflo_contract.mock_server.faults.rules import SETTINGS, Fault

FAULT_COLUMNS: Final = ("fault", "evidence", "request", "client receives")
SETTING_COLUMNS: Final = ("setting", "faults", "default", "description")


def fault_rows() -> list[tuple[str, ...]]:
    """Return a row for each fault."""
    return [
        (name, injector.evidence, "handled" if injector.handles_request else "not handled", injector.description)
        for name, injector in {**INJECTORS, "400 to 599": ERROR_STATUS}.items()
    ]


def setting_rows() -> list[tuple[str, ...]]:
    """Return a row for each setting of a rule other than its steps."""
    defaults = {field.name: field.default for field in fields(Fault)}
    return [
        (name, ", ".join(faults_with_setting(name)) or "all", _format(defaults[name]), setting.description)
        for name, setting in SETTINGS.items()
    ]


def _format(default: object) -> str:
    if default is None or isinstance(default, bool):
        return "none" if default is None else str(default).lower()
    return f"{default:g}" if isinstance(default, int | float) else str(default)
