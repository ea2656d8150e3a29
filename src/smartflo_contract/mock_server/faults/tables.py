"""Tables of the faults and of the settings of fault rules, for people."""

from dataclasses import fields
from typing import Final, NamedTuple

from smartflo_contract.mock_server.faults.injectors import ERROR_STATUS, INJECTORS, faults_with_setting
from smartflo_contract.mock_server.faults.rules import SETTINGS, Fault

_FAULT_COLUMNS: Final = ("fault", "evidence", "request", "client receives")
STATUSES: Final = "400 to 599"
"""Name of the row of all error statuses."""
_SETTING_COLUMNS: Final = ("setting", "faults", "default", "description")


class Table(NamedTuple):
    """A table.

    Attributes:
        columns: the names of the columns.
        rows: the cells of each row.
    """

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def fault_tables() -> tuple[Table, Table]:
    """Return the table of faults, and the table of the settings of a rule other than its steps."""
    return Table(_FAULT_COLUMNS, _fault_rows()), Table(_SETTING_COLUMNS, _setting_rows())


def _fault_rows() -> list[tuple[str, ...]]:
    return [
        (name, injector.evidence, "handled" if injector.handles_request else "not handled", injector.description)
        for name, injector in {**INJECTORS, STATUSES: ERROR_STATUS}.items()
    ]


def _setting_rows() -> list[tuple[str, ...]]:
    defaults = {field.name: field.default for field in fields(Fault)}
    return [
        (name, ", ".join(faults_with_setting(name)) or "all", _format(defaults[name]), setting.description)
        for name, setting in SETTINGS.items()
    ]


def _format(default: object) -> str:
    if default is None or isinstance(default, bool):
        return "none" if default is None else str(default).lower()
    return f"{default:g}" if isinstance(default, int | float) else str(default)
