"""Generate the examples of the admin API's OpenAPI document from the responses of a fake.

python tests/mock_server/admin/examples.py [--write]
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from smartflo_contract.cli.body_check import check_body
from smartflo_contract.coverage import Recorder
from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.mock_server.admin.components import components
from smartflo_contract.mock_server.admin.openapi import operation_id
from smartflo_contract.mock_server.admin.route import MAX_SETTINGS_BYTES, PREFIX, AdminRoute
from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES
from smartflo_contract.mock_server.journal.journal import MAX_WAITS

FILE = Path(__file__).parents[3] / "src/smartflo_contract/mock_server/admin/examples.json"
LIST_ID = 8669
ME = {"Authorization": "Bearer me"}
MAX_OBJECTS = 1
"""Maximum number of objects in an array of an example."""
TIME_SECONDS = 1_767_225_600.0
"""The time at which the examples are made: always the same, so that the file changes only where the fake does."""
DOCUMENT = "JsonDocument"
"""Schema of responses that are documents; their examples have only the values that are strings, except ``type``:
linters check an object with ``type`` as a whole schema."""


def example_of(schema: str) -> Any:
    """Return the example of a body's schema."""
    return components()["schemas"][schema]["examples"][0]


def send(route: AdminRoute) -> TestResponse:
    """Send the example of a route to a new fake that has rules, routes, requests and deliveries."""
    client = create_app(observer=Recorder(), check_body=check_body).test_client()
    webhook_id = deliver_webhook(client)
    lead_id = client.get(f"/v1/broadcast/leads/{LIST_ID}", headers=ME).get_json()[0]["lead_id"]
    client.get("/v1/broadcast/leeds/8669", headers=ME)
    client.put(f"{PREFIX}/faults", json=example_of("FaultRules"), headers=ME)
    client.put(f"{PREFIX}/routes", json=example_of("Routes"), headers=ME)
    client.put(f"{PREFIX}/rate-limit", json=example_of("RateLimitChange"), headers=ME)
    client.put(f"{PREFIX}/mutant", json=example_of("MutantChange"), headers=ME)
    body = None
    if route.body:
        snapshot = client.get(f"{PREFIX}/snapshot", headers=ME).get_json()
        body = snapshot if route.body == "Snapshot" else example_of(route.body)
    path = f"{PREFIX}{route.path}".format(list_id=LIST_ID, lead_id=lead_id, webhook_id=webhook_id)
    return client.open(path, method=route.method, json=body, headers=ME)


def deliver_webhook(client: FlaskClient) -> str:
    """Add a webhook, let it send something to an application, and return its id."""

    def app(_environ: object, start_response: Callable[[str, list[tuple[str, str]]], object]) -> list[bytes]:
        start_response("200 OK", [])
        return [b"{}"]

    client.application.extensions["smartflo_contract"].webhook_apps["app-1"] = app
    webhook = {"url": "app://app-1/hooks/smartflo", "trigger": "hangup", "template": {"call": "$call_id"}}
    added = client.post(f"{PREFIX}/webhooks", json=webhook, headers=ME).get_json()
    call = {"agent_number": "50201", "destination_number": "5550000042", "async": 1}
    assert 200 == client.post("/v1/click_to_call", json=call, headers=ME).status_code
    assert 1 == client.patch(f"{PREFIX}/clock", json={"advance": 600}, headers=ME).get_json()["webhooks"]["delivered"]
    return str(added["id"])


def shortened(value: Any) -> Any:
    """Return a JSON value with the first objects of each array."""
    if isinstance(value, dict):
        return {key: shortened(below) for key, below in value.items()}
    if isinstance(value, list):
        return [shortened(item) for item in (value[:MAX_OBJECTS] if value and isinstance(value[0], dict) else value)]
    return value


def response_example(route: AdminRoute) -> Any:
    """Return the example of a route's response."""
    response = send(route)
    assert route.status == response.status_code, response.text
    content = response.get_json()
    if route.response == DOCUMENT:
        return {key: value for key, value in content.items() if isinstance(value, str) and key != "type"}
    return shortened(content)


def problem_responses() -> list[TestResponse]:
    """Return one response for each status of a problem that a single request gets."""
    client, read_only = (create_app(Config(read_only=flag)).test_client() for flag in (False, True))
    return [
        client.patch(f"{PREFIX}/quirks", data="{", headers=ME),
        client.get(f"{PREFIX}/clock"),
        client.get(f"{PREFIX}/quirks", headers=ME | {"Host": "example.com"}),
        client.get(f"{PREFIX}/lists/4711", headers=ME),
        read_only.delete(f"{PREFIX}/faults", headers=ME),
        client.patch(f"{PREFIX}/quirks", data=b" " * (MAX_SETTINGS_BYTES + 1), headers=ME),
        client.patch(f"{PREFIX}/quirks", json={"expird_token": "200"}, headers=ME),
        too_many_waits(client),
    ]


def examples() -> dict[str, dict[str, Any]]:
    """Return the examples of responses by operation id, and those of problems by status."""
    return {
        "responses": {operation_id(route): response_example(route) for route in ADMIN_ROUTES},
        "problems": {str(response.status_code): response.get_json() for response in problem_responses()},
    }


def too_many_waits(client: FlaskClient) -> TestResponse:
    """Return the response to a wait while the maximum number of waits is in progress."""
    waits = client.application.extensions["smartflo_contract"].journal.waits
    for _ in range(MAX_WAITS):
        waits.acquire()
    return client.post(f"{PREFIX}/requests/wait", json={}, headers=ME)


if __name__ == "__main__":
    with mock.patch.object(time, "time", return_value=TIME_SECONDS):
        text = json.dumps(examples(), indent=2, ensure_ascii=False) + "\n"
    if sys.argv[1:] == ["--write"]:
        FILE.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
