"""OpenAPI 3.0 means the same as OpenAPI 3.1."""

from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from smartflo_contract.exports.openapi_30 import to_openapi_30
from smartflo_contract.factories import lead_list
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.openapi import openapi


def validator(document: dict[str, Any], name: str) -> OAS30Validator:
    """Return the validator of one schema of a document."""
    registry = Registry().with_resource("urn:document", Resource.from_contents(document, default_specification=DRAFT4))
    return OAS30Validator({"$ref": f"urn:document#/components/schemas/{name}"}, registry=registry)


def convert(schema: dict[str, Any]) -> Any:
    """Return a schema after its conversion in a document."""
    document = {"openapi": "3.1.0", "info": {}, "components": {"schemas": {"It": schema}}}
    return to_openapi_30(document)["components"]["schemas"]["It"]


def test_keeps_paths_and_examples(document: dict[str, Any]) -> None:
    """Only schemas, the version and the license change."""
    converted = to_openapi_30(document)

    assert converted["openapi"] == "3.0.3"
    assert "identifier" not in converted["info"]["license"]
    assert list(converted["paths"]) == list(document["paths"])
    assert converted["components"]["examples"] == document["components"]["examples"]


def test_accepts_leads_of_its_profile_only(profile: str) -> None:
    """Leads are valid and broken in 3.0 as they are in the contract."""
    leads = validator(to_openapi_30(openapi(load_contract(profile))), "LeadList")
    valid = [dict(lead) for lead in lead_list(1, 8668, 4, profile=profile)]
    broken: tuple[dict[str, Any], ...] = (
        {"dial_status": "1"},
        {"priority": 31},
        {"dialer_skill": {"id": 1}},
        {"header": 1},
        {"created_at": {"$date": 1}},
        {"field_0": 1},
    )

    assert leads.is_valid(valid)
    assert [False] * len(broken) == [leads.is_valid([{**valid[0], **change}]) for change in broken]


@pytest.mark.parametrize("key", ["skill_id", "time_group", "dialer_skill"])
def test_keeps_null(document: dict[str, Any], key: str) -> None:
    """A key that may be null is nullable."""
    lead = to_openapi_30(document)["components"]["schemas"]["Lead"]["properties"][key]

    assert lead["nullable"]
    assert not isinstance(lead["type"], list)


def test_keeps_conditions(document: dict[str, Any]) -> None:
    """A login needs an e-mail address or a login id, as the condition of 3.1 states."""
    login = validator(to_openapi_30(document), "Login")

    assert login.is_valid({"email": "you@example.com", "password": "any"})
    assert login.is_valid({"login_id": "you", "password": "any"})
    assert not login.is_valid({"password": "any"})


def test_splits_types_with_the_keywords_of_each() -> None:
    """Alternatives have the keywords of their own type, and null is one of them."""
    schema = {"type": ["integer", "string", "null"], "minimum": 1, "maxLength": 3, "description": "An id."}

    assert convert(schema) == {
        "description": "An id.",
        "anyOf": [
            {"type": "integer", "minimum": 1},
            {"type": "string", "maxLength": 3},
            {"type": "string", "nullable": True, "enum": [None]},
        ],
    }


def test_keeps_what_is_beside_a_reference() -> None:
    """3.0 ignores the siblings of a reference, so it is wrapped."""
    schema = {"$ref": "#/components/schemas/Other", "description": "Another."}

    assert convert(schema) == {"description": "Another.", "allOf": [{"$ref": "#/components/schemas/Other"}]}
    assert convert({"$ref": "#/components/schemas/Other"}) == {"$ref": "#/components/schemas/Other"}


def test_describes_constants_null_and_arrays() -> None:
    """const, the type null and arrays without items have a form in 3.0."""
    assert convert({"const": 1, "type": "integer"}) == {"enum": [1], "type": "integer"}
    assert convert({"type": "null"}) == {"type": "string", "nullable": True, "enum": [None]}
    assert convert({"type": "array"}) == {"type": "array", "items": {}}
