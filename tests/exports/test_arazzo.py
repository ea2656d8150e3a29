"""The Arazzo workflow, which Redocly runs in ``judge.py``."""

from typing import Any

from smartflo_contract.exports.arazzo import arazzo_document


def test_describes_the_life_of_a_lead(document: dict[str, Any]) -> None:
    """Each step uses the outputs of earlier ones."""
    (workflow,) = arazzo_document(document, "api.json")["workflows"]
    steps = {step["stepId"]: step for step in workflow["steps"]}

    assert list(steps) == ["login", "createList", "addLead", "listLeads", "deleteLead", "deleteList"]
    assert steps["login"]["requestBody"]["payload"] == {"email": "$inputs.email", "password": "$inputs.password"}
    assert "parameters" not in steps["login"]
    assert steps["deleteLead"]["parameters"] == [
        {"name": "Authorization", "in": "header", "value": "Bearer {$steps.login.outputs.token}"},
        {"name": "id", "in": "path", "value": "$steps.listLeads.outputs.lead_id"},
    ]
    assert steps["listLeads"]["outputs"] == {"lead_id": "$response.body#/0/lead_id"}


def test_refers_to_the_openapi_document(document: dict[str, Any]) -> None:
    """The source is the document beside it."""
    (source,) = arazzo_document(document, "api.json")["sourceDescriptions"]

    assert source == {"name": "smartflo", "url": "api.json", "type": "openapi"}
