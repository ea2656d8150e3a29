"""Faults and the settings of their rules as tables, for people."""

from dataclasses import fields
from typing import Final

from smartflo_contract.mock_server.faults.injectors import KINDS, SETTINGS, Fault

FAULT_COLUMNS: Final = ("fault", "evidence", "the request is", "a client meets")
SETTING_COLUMNS: Final = ("setting", "of", "default", "what it does")
_STATUSES: Final = ("400 to 599", "as the magic ids", "not done", "an error with that status, in the vendor's shape")


def fault_rows() -> list[tuple[str, ...]]:
    """Return what can go wrong."""
    kinds = [(name, one.evidence, "done" if one.done else "not done", one.why) for name, one in KINDS.items()]
    return [*kinds, _STATUSES]


def setting_rows() -> list[tuple[str, ...]]:
    """Return what a rule may say besides its steps."""
    defaults = {one.name: one.default for one in fields(Fault)}
    return [(name, ", ".join(one.steps) or "all", _shown(defaults[name]), one.means) for name, one in SETTINGS.items()]


def _shown(default: object) -> str:
    if default is None or isinstance(default, bool):
        return "none" if default is None else str(default).lower()
    return f"{default:g}" if isinstance(default, int | float) else str(default)
