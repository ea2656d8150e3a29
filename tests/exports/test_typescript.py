"""TypeScript types, which ``tsc`` compiles in ``judge.py``."""

from typing import Any

import pytest

from smartflo_contract.exports.typescript import typescript
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.openapi import openapi


def type_of(schema: dict[str, Any]) -> str:
    """Return the type of one schema."""
    document = {"info": {"title": "It"}, "paths": {}, "components": {"schemas": {"It": schema}}}
    return typescript(document).partition("export type It = ")[2].partition(";\n\n/** Method")[0]


def test_describes_leads_and_operations(document: dict[str, Any]) -> None:
    """Keys, numbered fields and operations have types, with their descriptions as comments."""
    types = typescript(document)

    assert "  /** Identifier of the lead. */\n  lead_id: string;\n" in types
    assert "  [field: `field_${number}`]: string;\n};" in types
    assert '    method: "GET";\n    path: "/v1/broadcast/leads/{id}";\n    body: undefined;\n' in types
    assert "    response: LeadList | ErrorEnvelope;\n" in types


def test_follows_profile_and_overlay() -> None:
    """Types state what the contract states."""
    overlay = {"properties": {"campaign": {"type": "string", "description": "Ends */ here.\nTwice."}}}
    types = typescript(openapi(load_contract("lenient", overlay)))

    assert "  lead_id: string | number;\n" in types
    assert "  /** Ends * / here. Twice. */\n  campaign?: string;\n" in types
    assert "  undisposed_lead?: boolean;\n" in types
    assert "  [key: string]: unknown;\n" in types


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, "unknown"),
        ({"const": "a"}, '"a"'),
        ({"enum": [1, None, True]}, "1 | null | true"),
        ({"type": ["integer", "number", "null"]}, "number | null"),
        ({"type": "array"}, "Array<unknown>"),
        ({"type": "object"}, "{\n  [key: string]: unknown;\n}"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "{\n  [key: string]: string;\n}"),
        (
            {"allOf": [{"$ref": "#/components/schemas/A"}, {"anyOf": [{"type": "null"}, {"type": "string"}]}]},
            "A & (null | string)",
        ),
    ],
)
def test_translates_keywords(schema: dict[str, Any], expected: str) -> None:
    """Each keyword that restricts the type of a value has its form."""
    assert expected == type_of(schema)
