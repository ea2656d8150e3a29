"""The OpenAPI 3.1 document: the requests that the fake accepts and its responses, with the schemas of the contract."""

import json
from collections.abc import Mapping
from typing import Any, Final

from smartflo_contract.schemas.contract import Contract
from smartflo_contract.schemas.files import read
from smartflo_contract.schemas.portable import portable
from smartflo_contract.schemas.request_schemas import request_components

_DOCUMENTED: Final[Mapping[str, Any]] = {
    "id": "8668",
    "lead_id": 635105403994113,
    "skill_id": 1,
    "time_group": 1,
    "retry_count": "0",
    "sensitive_field_map": "3",
    "dialer_skill": {"id": 1, "name": "Sales"},
}
"""Values of the sample lead as the response table describes them."""


def openapi(contract: Contract) -> dict[str, Any]:
    """Return the OpenAPI document of one profile, with the examples of leads that are valid in it."""
    document: dict[str, Any] = read("openapi.json")
    schemas = document["components"]["schemas"]
    schemas |= request_components()
    schemas["Lead"] = _component(contract.schema("lead"))
    schemas["LeadList"] = _component(contract.schema("leads")) | {"items": {"$ref": "#/components/schemas/Lead"}}
    schemas |= {shape["title"]: shape for shape in contract.schema("error")["anyOf"]}
    content = document["paths"]["/v1/broadcast/leads/{id}"]["get"]["responses"]["200"]["content"]["application/json"]
    content["examples"] = _lead_examples(contract)
    for path in document["paths"].values():
        if "get" in path:
            path["head"] = _head(path["get"])
    described: dict[str, Any] = portable(document)
    return described


def _lead_examples(contract: Contract) -> dict[str, Any]:
    """Return the named examples of leads: the vendor's sample, and the same lead as the response table describes it."""
    sample = read("sample.json")
    documented = [lead | _DOCUMENTED | {"header": json.loads(lead["header"])} for lead in sample]
    leads = {"empty": [], "sample": sample, "documented": documented}
    return {name: {"value": value} for name, value in leads.items() if contract.is_valid(value)}


def _head(get: dict[str, Any]) -> dict[str, Any]:
    """Return the operation that responds with the headers of a GET operation only."""
    name = get["operationId"]
    return get | {
        "operationId": f"head{name[0].upper()}{name[1:]}",
        "summary": f"Headers of: {get['summary']}",
        "responses": {
            "200": {"description": "The headers of GET.", "headers": get["responses"]["200"]["headers"]}
            | {"x-evidence": {"assumed": "RFC 9110"}},
            "401": {"description": "No token, or an expired one.", "x-evidence": {"assumed": "RFC 9110"}},
            "default": {"description": "The headers of the error of GET.", "x-evidence": {"assumed": "RFC 9110"}},
        },
    }


def _component(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if not key.startswith("$")}
