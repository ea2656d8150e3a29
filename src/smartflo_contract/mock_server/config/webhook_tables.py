"""The triggers of webhooks, the variables of their templates, and how they are delivered: ``webhook_tables.json``."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final, NamedTuple

import orjson


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


_TABLES: Final[Any] = orjson.loads(files(__package__).joinpath("webhook_tables.json").read_bytes())
TRIGGERS: Final = _table("triggers")
"""Every trigger by name."""
VARIABLES: Final = _table("variables")
"""Every variable by name, without ``$``."""
DELIVERIES: Final = _table("deliveries")
"""How webhooks are delivered, by subject."""
