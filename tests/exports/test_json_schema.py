"""The exported JSON Schemas."""

import jsonschema

from smartflo_contract.exports.json_schema import json_schemas
from smartflo_contract.schemas import load_contract


def test_exports_leads_requests_and_results() -> None:
    """There is a schema of each, with an id of its own; parts of request bodies have none."""
    schemas = json_schemas(load_contract())

    assert {"lead.schema.json", "leads.schema.json", "AddLead.schema.json", "report.schema.json"} <= set(schemas)
    assert "FieldValue.schema.json" not in schemas
    assert len({schema["$id"] for schema in schemas.values()}) == len(schemas)


def test_validates_request_bodies() -> None:
    """The schema of a request accepts what the API accepts."""
    schema = json_schemas(load_contract())["AddLead.schema.json"]

    assert jsonschema.Draft202012Validator(schema).is_valid({"field_0": "+915550100001"})
    assert not jsonschema.Draft202012Validator(schema).is_valid({"field_1": "Asha Example"})
