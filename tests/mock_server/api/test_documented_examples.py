"""The examples and the links of the OpenAPI document exist in a fake."""

import json
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from jsonschema_rs import Draft202012Validator
from werkzeug.test import TestResponse

from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.openapi import openapi

ME = {"Authorization": "Bearer me", "Content-Type": "application/json"}
LIST_ID = "8668"
NO_ID = "4711"
BATCH_ID = f"{1:024x}"
"""Id of the first batch of an account."""
DOCUMENT = openapi(load_contract())
BROADCAST_ID = "20002"
"""Id of the first broadcast of an account."""
DND_LIST_ID = "1"
DND_ENTRY_ID = DOCUMENT["components"]["parameters"]["DndEntryId"]["example"]
"""Id of the first entry of an account's DND list."""
EXAMPLES = DOCUMENT["components"]["examples"]
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
LINKS = [
    (operation_id, status, name)
    for operation_id, (_, _, operation) in OPERATIONS.items()
    for status, response in operation["responses"].items()
    for name in response.get("links", ())
]
NOON = "2026-01-31T09:30:00+05:30"
"""The time in the id of the call in examples."""
INVALID_CALLER_ID = json.dumps(
    {"agent_number": "1", "destination_number": "5550000042", "customer_number": "5550000042", "api_key": "any"}
    | {"caller_id": "x"}
)
MOMENTARY = {"access_token", "retry_after"}
"""Keys whose values depend on the time."""


class Sent(NamedTuple):
    """A request to an operation; without a body it has the example of the operation.

    Attributes:
        now: time to freeze the clock at before the request is sent; empty for none.
    """

    operation_id: str
    id: str = ""
    body: str | None = None
    headers: dict[str, str] = ME
    query: str = ""
    now: str = ""


RATE_LIMIT = 10
"""Maximum number of requests per second of the account that logs in."""
BAD_LOGIN = Sent("login", body='{"email": "crm", "password": "wrong"}')
RUNNING = [Sent("createBroadcast"), Sent("startBroadcast", BROADCAST_ID)]
PRODUCED_BY = {
    "Token": [Sent("login")],
    "Refreshed": [Sent("login"), Sent("refreshToken")],
    "LoggedOut": [Sent("logout")],
    "Lists": [Sent("listLists")],
    "ListCreated": [Sent("createList")],
    "ListUpdated": [Sent("updateList", LIST_ID)],
    "ListDeleted": [Sent("deleteList", LIST_ID)],
    "LeadAdded": [Sent("addLead", LIST_ID)],
    "LeadUpdated": [Sent("updateLead", "639a61a639e241a000000000")],
    "LeadDeleted": [Sent("deleteLead", "639a61a639e241a000000000")],
    "BulkAccepted": [Sent("addLeads", LIST_ID)],
    "LeadsUpdated": [Sent("addLead", LIST_ID), Sent("patchLeads", LIST_ID)],
    "LeadsDeleted": [Sent("addLead", LIST_ID), Sent("deleteLeads", LIST_ID)],
    "BatchProcessing": [Sent("addLeads", LIST_ID), Sent("batchStatus", BATCH_ID)],
    "DndLeads": [Sent("listDndLeads", query="?limit=1")],
    "DndLeadsAdded": [Sent("addDndLeads", DND_LIST_ID)],
    "DndLeadsDeleted": [Sent("addDndLeads", DND_LIST_ID), Sent("deleteDndLeads", DND_LIST_ID)],
    "DndLeadAdded": [Sent("addDndLead")],
    "DndLeadUpdated": [Sent("addDndLead"), Sent("updateDndLead", DND_ENTRY_ID)],
    "DndLeadDeleted": [Sent("addDndLead"), Sent("deleteDndLead", DND_ENTRY_ID)],
    "DndLists": [Sent("listDndLists")],
    "DndListCreated": [Sent("createDndList")],
    "DndListUpdated": [Sent("updateDndList", DND_LIST_ID)],
    "DndListDeleted": [Sent("createDndList"), Sent("deleteDndList", "2")],
    "BroadcastCreated": [Sent("createBroadcast")],
    "BroadcastUpdated": [Sent("createBroadcast"), Sent("updateBroadcast", BROADCAST_ID)],
    "BroadcastDeleted": [Sent("createBroadcast"), Sent("deleteBroadcast", BROADCAST_ID)],
    "OneBroadcast": [Sent("createBroadcast", now=NOON), Sent("getBroadcast", BROADCAST_ID)],
    "Broadcasts": [Sent("createBroadcast", now=NOON), Sent("listBroadcasts")],
    "BroadcastStarted": RUNNING,
    "BroadcastPaused": [*RUNNING, Sent("pauseBroadcast", BROADCAST_ID)],
    "BroadcastResumed": [*RUNNING, Sent("pauseBroadcast", BROADCAST_ID), Sent("resumeBroadcast", BROADCAST_ID)],
    "BroadcastEnded": [*RUNNING, Sent("endBroadcast", BROADCAST_ID)],
    "BroadcastNotRunning": [Sent("createBroadcast"), Sent("pauseBroadcast", BROADCAST_ID)],
    "BroadcastNotFound": [Sent("startBroadcast", NO_ID)],
    "CallQueued": [Sent("clickToCall")],
    "LiveCalls": [Sent("clickToCall", now=NOON), Sent("listLiveCalls")],
    "CallHungUp": [Sent("clickToCall", now=NOON), Sent("hangUpCall")],
    "CallOptionsDone": [Sent("clickToCall", now=NOON), Sent("callOptions")],
    "CallRecords": [Sent("clickToCall", now=NOON), Sent("listCallRecords", now="2026-01-31T09:40:00+05:30")],
    "UnknownCall": [Sent("hangUpCall")],
    "UnknownCallerId": [Sent("clickToCall", body=INVALID_CALLER_ID)],
    "InvalidCallerId": [Sent("clickToCallSupport", body=INVALID_CALLER_ID)],
    "NumberOnDnd": [Sent("addDndLead"), Sent("clickToCall")],
    "MyNumbers": [Sent("listMyNumbers")],
    "Users": [Sent("listUsers", query="?limit=1")],
    "SingleUser": [Sent("getOwnUser")],
    "UserNotFound": [Sent("getUser", NO_ID)],
    "Agents": [Sent("listAgents")],
    "AgentPage": [Sent("listAgentsInPages")],
    "BadRequest": [Sent("createList", body="{")],
    "NoToken": [Sent("listLists", headers={})],
    "ExpiredToken": [Sent("listLeads", "900000401")],
    "Forbidden": [Sent("listLeads", "900000403")],
    "ListNotFound": [Sent("listLeads", NO_ID)],
    "LeadNotFound": [Sent("deleteLead", NO_ID)],
    "BatchNotFound": [Sent("batchStatus", NO_ID)],
    "TooLarge": [Sent("createList", body=" " * 1_100_000)],
    "InvalidBody": [Sent("createList", body="{}")],
    "TooManyRequests": [Sent("listLeads", "900000429")],
    "TooManyLogins": [Sent("login")] * (RATE_LIMIT + 1),
    "WrongPassword": [BAD_LOGIN],
    "LockedOut": [BAD_LOGIN] * 6,
    "ServerError": [Sent("listLeads", "900000500")],
}
"""Requests to a new fake; the last one returns the example."""


def send(client: FlaskClient, sent: Sent) -> TestResponse:
    """Send a request."""
    method, path, operation = OPERATIONS[sent.operation_id]
    if sent.now:
        client.patch("/__admin/clock", json={"now": sent.now, "frozen": True}, headers=sent.headers)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = json.dumps(content["example"]) if "example" in content and sent.body is None else sent.body
    return client.open(path.replace("{id}", sent.id) + sent.query, method=method, data=body, headers=sent.headers)


def lasting(body: Any) -> Any:
    """Return a body with the types of values that depend on the time."""
    if not isinstance(body, dict):
        return body
    return {key: type(value) if key in MOMENTARY else value for key, value in body.items()}


def resolved(response: dict[str, Any]) -> dict[str, Any]:
    """Return a response, or the component that it references."""
    name = response.get("$ref", "").rpartition("/")[2]
    return DOCUMENT["components"]["responses"][name] if name else response


def test_every_example_has_its_requests() -> None:
    """The requests of each example are known."""
    assert EXAMPLES.keys() == PRODUCED_BY.keys()


@pytest.mark.parametrize("name", PRODUCED_BY)
def test_fake_returns_the_example(name: str) -> None:
    """The fake returns it with a status under which the document has it."""
    client = create_app().test_client()
    client.patch("/__admin/clock?login=you@example.com", json={"frozen": True})
    client.put("/__admin/rate-limit?login=you@example.com", json={"limit": RATE_LIMIT})
    response = [send(client, sent) for sent in PRODUCED_BY[name]][-1]
    _, _, operation = OPERATIONS[PRODUCED_BY[name][-1].operation_id]
    status = str(response.status_code)
    documented = resolved(operation["responses"].get(status, operation["responses"]["default"]))
    content = documented["content"]["application/json"]

    assert lasting(EXAMPLES[name]["value"]) == lasting(response.get_json())
    assert {"$ref": f"#/components/examples/{name}"} in content["examples"].values()


@pytest.mark.fast_only(profile="sample")
@pytest.mark.parametrize("profile", ["sample", "documented", "lenient"])
@pytest.mark.parametrize(("operation_id", "status", "name"), LINKS)
def test_link_leads_to_a_success(profile: str, operation_id: str, status: str, name: str) -> None:
    """The value that the expression selects in a response is an id with which the linked operation succeeds."""
    client = create_app(Config(profile=profile)).test_client()
    response = send(client, Sent(operation_id, LIST_ID))
    link = OPERATIONS[operation_id][2]["responses"][status]["links"][name]
    value = response.get_json()
    for key in link["parameters"]["id"].removeprefix("$response.body#/").split("/"):
        value = value[int(key) if isinstance(value, list) else key]
    linked = send(client, Sent(link["operationId"], str(value)))
    schema = OPERATIONS[link["operationId"]][2]["responses"]["200"]["content"]["application/json"]["schema"]

    assert (status, 200) == (str(response.status_code), linked.status_code)
    if profile == "sample":
        assert Draft202012Validator(schema | {"components": DOCUMENT["components"]}).is_valid(linked.get_json())
