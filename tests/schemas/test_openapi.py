"""The OpenAPI document."""

from typing import Any

import pytest
from openapi_spec_validator import validate

from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas._openapi import openapi

PROFILES = ("sample", "documented", "lenient")


@pytest.fixture(name="document", params=PROFILES)
def _document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return openapi(load_contract(request.param))


def test_passes_the_validator(document: dict[str, Any]) -> None:
    """The document is OpenAPI 3.1 to a tool that is not ours."""
    validate(document)

    assert document["openapi"] == "3.1.0"


def test_every_operation_and_answer_has_evidence(document: dict[str, Any]) -> None:
    """Each operation and each of its answers says where it comes from, or refers to what does."""
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    parts = operations + [answer for operation in operations for answer in operation["responses"].values()]

    assert [] == [part for part in parts if "x-evidence" not in part and "$ref" not in part]


@pytest.mark.parametrize("profile", PROFILES)
def test_lead_is_the_contracts(profile: str) -> None:
    """The component Lead is the contract's own lead schema."""
    contract = load_contract(profile)
    lead = openapi(contract)["components"]["schemas"]["Lead"]

    assert contract.schema("lead")["properties"] == lead["properties"]


def test_example_only_where_it_is_valid() -> None:
    """The vendor's sample is an example under sample and lenient, not under documented."""
    examples = {
        profile: "example"
        in openapi(load_contract(profile))["paths"]["/v1/broadcast/leads/{id}"]["get"]["responses"]["200"]["content"][
            "application/json"
        ]
        for profile in PROFILES
    }

    assert examples == {"sample": True, "documented": False, "lenient": True}


def test_overlay_is_in_the_document() -> None:
    """A key that an overlay adds is in the component Lead."""
    contract = load_contract("sample", {"properties": {"nickname": {"type": "string"}}})

    assert openapi(contract)["components"]["schemas"]["Lead"]["properties"]["nickname"] == {"type": "string"}
