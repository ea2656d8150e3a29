"""The shapes of the admin API's bodies and parameters: ``components.json``."""

from functools import cache
from importlib.resources import files
from typing import Any

import orjson


@cache
def components() -> dict[str, Any]:
    """Return the components of the OpenAPI document that stand in the file."""
    content: dict[str, Any] = orjson.loads(files(__package__).joinpath("components.json").read_bytes())
    return content


def parameter_name(key: str) -> str:
    """Return how the query names a parameter of the components."""
    return str(components()["parameters"][key]["name"])
