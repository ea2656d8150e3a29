"""The JSON Schemas of the contract, of request bodies, and of what the command writes."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from smartflo_contract.exports.openapi_schemas import Schema
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.request_schemas import request_names, request_schema

_RESULTS: Final[Mapping[str, str]] = {
    "finding": "smartflo_contract.schemas",
    "needs": "smartflo_contract.schemas",
    "report": "smartflo_contract.live",
}
"""Packages of the schemas that describe results and needs, by name."""
NAMES: Final = ("lead", "leads", "error", *_RESULTS)
"""Names of the schemas that :func:`json_schema` returns."""


def json_schema(name: str, contract: Contract, *, annotated: bool = False) -> Schema:
    """Return one JSON Schema, self-contained.

    Args:
        name: one of ``NAMES``.
        contract: the contract; only the schemas of leads depend on it.
        annotated: keep the ``x-`` keywords.
    """
    if name not in _RESULTS:
        return contract.schema(name, annotated=annotated)
    schema: Schema = json.loads(files(_RESULTS[name]).joinpath(f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


def json_schemas(contract: Contract) -> dict[str, Schema]:
    """Return all JSON Schemas, those of request bodies as well, by file name."""
    named = {name: json_schema(name, contract) for name in NAMES}
    requests = {name: request_schema(name) for name in request_names()}
    return {f"{name}.schema.json": schema for name, schema in {**named, **requests}.items()}
