"""The schemas of request bodies: one definition each in ``requests.schema.json``."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from smartflo_contract.schemas.errors import ContractError, nearest
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.schema_keywords import Schema, plain_schema
from smartflo_contract.schemas.validator import Validator

_FILE: Final = "requests.schema.json"
_HERE: Final = "#/$defs/"
_COMPONENTS: Final = "#/components/schemas/"


def request_schema(name: str) -> Schema:
    """Return one definition as JSON Schema 2020-12 without ``x-`` keywords and ``$ref``.

    Args:
        name: ``Login``, ``AddLead`` and so on, as in ``requests.schema.json``.

    Raises:
        ContractError: the name is unknown.
    """
    source = read(_FILE)
    definitions = source["$defs"]
    if name not in definitions:
        message = f"unknown request `{name}`; expected one of {', '.join(definitions)}.{nearest(name, definitions)}"
        raise ContractError(message)
    head = {"$schema": source["$schema"], "$id": f"{source['$id']}:{name}"}
    return plain_schema(head | _inlined(definitions[name], definitions))


def request_names() -> tuple[str, ...]:
    """Return the names of the definitions that are bodies; the others are parts of them."""
    return tuple(name for name, definition in read(_FILE)["$defs"].items() if "title" in definition)


@cache
def request_validator(name: str) -> Validator:
    """Return the validator of one definition; for names see :func:`request_schema`."""
    return Validator(request_schema(name))


def request_components() -> dict[str, Schema]:
    """Return every definition, annotated, as components of an OpenAPI document that reference each other."""
    text = json.dumps(read(_FILE)["$defs"])
    components: dict[str, Schema] = json.loads(text.replace(_HERE, _COMPONENTS))
    return components


def _inlined(value: Any, definitions: Mapping[str, Schema]) -> Any:
    """Return a part of a schema with every ``$ref`` replaced by its definition; keywords beside ``$ref`` win."""
    if isinstance(value, list):
        return [_inlined(item, definitions) for item in value]
    if not isinstance(value, dict):
        return value
    keywords = {key: _inlined(item, definitions) for key, item in value.items() if key != "$ref"}
    if "$ref" not in value:
        return keywords
    return _inlined(definitions[value["$ref"].removeprefix(_HERE)], definitions) | keywords
