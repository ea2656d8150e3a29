"""The triggers of webhooks, the variables of their templates, and how they are delivered: ``webhook_tables.json``."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final, NamedTuple

import orjson

from smartflo_contract.schemas.errors import nearest
from smartflo_contract.schemas.printable import truncate


class TableEntry(NamedTuple):
    """A trigger, a variable, or a part of how webhooks are delivered.

    Attributes:
        description: what it is.
        evidence: label to source: what is known of it.
    """

    description: str
    evidence: Mapping[str, str]


def _table(name: str) -> Mapping[str, TableEntry]:
    return {key: TableEntry(**entry) for key, entry in _TABLES[name].items()}


def trigger_problem(trigger: str) -> str | None:
    """Return what is wrong if there is no such trigger, ``None`` if there is."""
    if trigger in TRIGGERS:
        return None
    hint = nearest(trigger, TRIGGERS)
    return f"trigger: unknown trigger `{truncate(trigger)}`; choose from {', '.join(TRIGGERS)}.{hint}"


_TABLES: Final[Any] = orjson.loads(files(__package__).joinpath("webhook_tables.json").read_bytes())
TRIGGERS: Final = _table("triggers")
"""Every trigger by name."""
VARIABLES: Final = _table("variables")
"""Every variable by name, without ``$``."""
DELIVERIES: Final = _table("deliveries")
"""How webhooks are delivered, by subject."""
