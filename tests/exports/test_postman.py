"""The Postman collection, which newman runs in ``judge.py``."""

import json
import re
from typing import Any

from smartflo_contract.exports.operations import operations
from smartflo_contract.exports.postman import postman_collection


def requests(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the items of all folders in their order."""
    return [item for folder in postman_collection(document)["item"] for item in folder["item"]]


def test_calls_every_operation_once(document: dict[str, Any]) -> None:
    """No documented operation is missing."""
    assert sorted(item["name"] for item in requests(document)) == sorted(operations(document))


def test_sets_every_variable_before_it_is_used(document: dict[str, Any]) -> None:
    """A variable has a default, or an earlier response sets it."""
    known = {each["key"] for each in postman_collection(document)["variable"] if each["value"]} | {"token"}
    for item in requests(document):
        assert set(re.findall(r"{{(\w+)}}", json.dumps(item["request"]))) <= known
        known |= set(re.findall(r'collectionVariables.set\("(\w+)"', "\n".join(item["event"][0]["script"]["exec"])))


def test_tests_status_and_shape(document: dict[str, Any]) -> None:
    """Each response has a test of its status, and one of its body without references."""
    for item in requests(document):
        script = "\n".join(item["event"][0]["script"]["exec"])
        assert "to.have.status(200)" in script
        assert "to.have.jsonSchema(schema)" in script
        assert "$ref" not in script


def test_logs_in_without_token(document: dict[str, Any]) -> None:
    """The login has no token, and sends the variables of the user; the other requests have the token."""
    login, refresh, *_ = requests(document)

    assert login["request"]["auth"] == {"type": "noauth"}
    assert json.loads(login["request"]["body"]["raw"]) == {"email": "{{email}}", "password": "{{password}}"}
    assert "auth" not in refresh["request"]
    assert "body" not in refresh["request"]


def test_disables_optional_parameters(document: dict[str, Any]) -> None:
    """Only those parameters of the query are enabled that the sequence needs."""
    enabled = [
        (item["name"], each["key"], each["value"])
        for item in requests(document)
        for each in item["request"]["url"]["query"]
        if not each["disabled"]
    ]

    assert enabled == [("listDndLeads", "list_id", "{{dnd_list_id}}")]
