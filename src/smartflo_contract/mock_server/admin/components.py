"""Schemas of the admin API's bodies and parameters, from ``components.json``, and examples, from ``examples.json``."""

from functools import cache
from importlib.resources import files
from typing import Any

import orjson


@cache
def components() -> dict[str, Any]:
    """Return the components of the admin API's OpenAPI document."""
    content: dict[str, Any] = orjson.loads(files(__package__).joinpath("components.json").read_bytes())
    return content


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Return the examples of responses by operation id, and those of problems by status, as a fake returned them."""
    content: dict[str, dict[str, Any]] = orjson.loads(files(__package__).joinpath("examples.json").read_bytes())
    return content


def parameter_name(key: str) -> str:
    """Return the query parameter that a component describes."""
    return str(components()["parameters"][key]["name"])
