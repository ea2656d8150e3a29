"""The table of formats: the files that each consists of."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from smartflo_contract.exports.arazzo import arazzo_document
from smartflo_contract.exports.json_schema import json_schemas
from smartflo_contract.exports.openapi_30 import to_openapi_30
from smartflo_contract.exports.overlay import errata
from smartflo_contract.exports.postman import postman_collection
from smartflo_contract.exports.typescript import typescript
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.openapi import openapi

_OPENAPI: Final = "smartflo.openapi.json"

Export = Callable[[Contract], Mapping[str, Any]]
"""A function that returns file names and their contents: JSON documents, or strings."""


def exported_files(name: str, contract: Contract) -> dict[str, str]:
    """Return the files of one format.

    Args:
        name: a key of ``FORMATS``.
        contract: the contract of a profile, with or without an overlay.

    Returns:
        File names and contents.
    """
    return {
        file: content if isinstance(content, str) else _json(content)
        for file, content in FORMATS[name](contract).items()
    }


def _arazzo(contract: Contract) -> Mapping[str, Any]:
    document = openapi(contract)
    return {"smartflo.arazzo.json": arazzo_document(document, _OPENAPI), _OPENAPI: document}


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


FORMATS: Final[Mapping[str, Export]] = {
    "postman": lambda contract: {"smartflo.postman_collection.json": postman_collection(openapi(contract))},
    "openapi-3.0": lambda contract: {"smartflo.openapi-3.0.json": to_openapi_30(openapi(contract))},
    "overlay": lambda contract: {"smartflo.overlay.json": errata(openapi(contract), contract.profile)},
    "arazzo": _arazzo,
    "json-schema": json_schemas,
    "typescript": lambda contract: {"smartflo.ts": typescript(openapi(contract))},
}
"""Format to the function that returns its files."""
