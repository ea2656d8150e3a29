"""The OpenAPI 3.1 document: the requests that the fake accepts and its responses, with the schemas of the contract."""

from typing import Any

from smartflo_contract.schemas.contract import Contract
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.portable import portable
from smartflo_contract.schemas.request_schemas import request_components


def openapi(contract: Contract) -> dict[str, Any]:
    """Return the OpenAPI document of one profile; it has an example of leads only if that is valid in the profile."""
    document: dict[str, Any] = read("openapi.json")
    schemas = document["components"]["schemas"]
    schemas |= request_components()
    schemas["Lead"] = _component(contract.schema("lead"))
    schemas["LeadList"] = _component(contract.schema("leads")) | {"items": {"$ref": "#/components/schemas/Lead"}}
    schemas["Error"] = _component(contract.schema("error"))
    sample = read("sample.json")
    if contract.is_valid(sample):
        response = document["paths"]["/v1/broadcast/leads/{id}"]["get"]["responses"]["200"]
        response["content"]["application/json"]["example"] = sample
    described: dict[str, Any] = portable(document)
    return described


def _component(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if not key.startswith("$")}
