"""The errata to the vendor's OpenAPI document."""

from typing import Any

from smartflo_contract.exports.overlay import errata
from smartflo_contract.schemas import CONTRADICTIONS, load_contract
from smartflo_contract.schemas.openapi import openapi

LEADS = "$.paths['/v1/broadcast/leads/{id}'].get"
CONTENT = f"{LEADS}.responses['200'].content['application/json']"


def actions_of(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the actions about one contradiction."""
    return [action for action in errata(document, "sample")["actions"] if name in action["x-contradictions"]]


def lead_of(action: dict[str, Any]) -> Any:
    """Return what an action adds to the schema of a lead."""
    schema = action["update"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["type"] == "array"
    return schema["items"]


def test_corrects_every_contradiction(profile: str) -> None:
    """Each contradiction has an action that states both readings."""
    actions = errata(openapi(load_contract(profile)), profile)["actions"]

    assert {each.id for each in CONTRADICTIONS} == {name for action in actions for name in action["x-contradictions"]}
    for contradiction in CONTRADICTIONS:
        (first, *_) = (each["description"] for each in actions if contradiction.id in each["x-contradictions"])
        assert contradiction.readings["documented"] in first
        assert contradiction.readings["sample"] in first


def test_each_action_removes_or_updates(document: dict[str, Any]) -> None:
    """An action has exactly one effect, on the document or on an operation in it."""
    overlay = errata(document, "sample")

    assert overlay["overlay"] == "1.0.0"
    for action in overlay["actions"]:
        assert ("update" in action) != action.get("remove", False)
        assert action["target"] == "$" or action["target"].startswith("$.paths['/v")


def test_replaces_type_of_key(document: dict[str, Any]) -> None:
    """The vendor's schema of a key is removed first, so that nothing of it is left."""
    remove, update = actions_of(document, "lead-id-type")

    assert remove["target"] == f"{CONTENT}.schema.items.properties['lead_id']"
    assert update["target"] == LEADS
    assert lead_of(update)["properties"]["lead_id"]["type"] == "string"


def test_allows_more_fields(document: dict[str, Any]) -> None:
    """The schema allows field_0 to field_34, and more by pattern."""
    (update,) = actions_of(document, "field-count")

    assert len(lead_of(update)["properties"]) == 35
    assert "patternProperties" in lead_of(update)
    assert update["x-contradictions"] == ["field-count", "header-offset"]


def test_replaces_parameters(document: dict[str, Any]) -> None:
    """A parameter is removed before it is added: a list would have it twice."""
    remove, update = actions_of(document, "number-parameter")

    assert remove["target"] == f"{LEADS}.parameters[?(@.name == 'number')]"
    assert [each["name"] for each in update["update"]["parameters"]] == ["number"]


def test_replaces_authorization_header_by_security_scheme(document: dict[str, Any]) -> None:
    """OpenAPI ignores a parameter of this name."""
    targets = [action["target"] for action in actions_of(document, "authorization-missing")]

    assert targets == [f"{LEADS}.parameters[?(@.name == 'Authorization')]", f"{LEADS}.security", LEADS, "$"]


def test_corrects_responses_of_writes(document: dict[str, Any]) -> None:
    """The keys of write responses are in lower case; no reference leads out of the overlay."""
    updates = [action for action in actions_of(document, "write-response-case") if "update" in action]

    assert len(updates) == 6
    assert "#/components" not in str(updates)
    assert "'success'" in str(updates[-1])


def test_removes_key_that_the_contract_does_not_have() -> None:
    """If an overlay of the contract removes a key, the vendor's schema loses it as well."""
    contract = load_contract("sample", {"properties": {"undisposed_lead": None}})
    about = [
        action
        for action in errata(openapi(contract), "sample")["actions"]
        if action["x-contradictions"] == ["undocumented-keys"]
    ]

    assert next(action["target"] for action in about if "remove" in action).endswith("['undisposed_lead']")
    assert not [action for action in about if "undisposed_lead" in str(action.get("update"))]
