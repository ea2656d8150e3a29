"""The triggers of webhooks, and the variables of their templates, from ``webhook_tables.json``."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

import orjson

_TABLES: Final = orjson.loads(files(__package__).joinpath("webhook_tables.json").read_bytes())
TRIGGERS: Final[Mapping[str, Mapping[str, str]]] = _TABLES["triggers"]
"""Trigger to its description, and to its evidence by label."""
VARIABLES: Final[Mapping[str, Mapping[str, str]]] = _TABLES["variables"]
"""Variable to its description, and to its evidence by label."""
