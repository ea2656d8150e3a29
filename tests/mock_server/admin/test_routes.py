"""The route table of the admin API: every entry is served and documented."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from smartflo_contract.mock_server.admin import routes
from smartflo_contract.mock_server.admin.openapi import admin_openapi
from smartflo_contract.mock_server.admin.route import AdminRoute
from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES

from .conftest import ME, client_of
from .examples import deliver_webhook


def test_every_route_is_documented(client: FlaskClient) -> None:
    """The OpenAPI document is valid, is served, and describes exactly the routes of the table."""
    document = client.get("/__admin/openapi").get_json()
    validate(document)
    documented = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}

    assert admin_openapi(ADMIN_ROUTES) == document
    assert {route.name for route in ADMIN_ROUTES} == documented


def test_login_that_is_empty_is_invalid_in_the_document(client: FlaskClient) -> None:
    """The document excludes the empty login id, which is rejected."""
    schema = admin_openapi(ADMIN_ROUTES)["components"]["parameters"]["login"]["schema"]

    assert 422 == client.get("/__admin/quirks?login=").status_code
    assert not Draft202012Validator(schema).is_valid("")


def test_operations_have_ids_and_tags() -> None:
    """Each operation has an id of its own and a tag that the document describes."""
    document = admin_openapi(ADMIN_ROUTES)
    operations = [operation for path in document["paths"].values() for operation in path.values()]

    assert len(ADMIN_ROUTES) == len({operation["operationId"] for operation in operations})
    assert {tag["name"] for tag in document["tags"]} == {tag for operation in operations for tag in operation["tags"]}
    assert all(operation["description"] for operation in operations)


@pytest.mark.parametrize("route", ADMIN_ROUTES, ids=lambda route: route.name)
def test_response_has_the_documented_schema(client: FlaskClient, route: AdminRoute) -> None:
    """The response of each route to its example is valid under the documented schema."""
    document = admin_openapi(ADMIN_ROUTES)
    schemas: dict[str, Any] = document["components"]["schemas"]
    examples = {name: schema.get("examples", [None])[0] for name, schema in schemas.items()}
    examples["Snapshot"] = client.get("/__admin/snapshot", headers=ME).get_json()
    lead_id = client.get("/v1/broadcast/leads/8669", headers=ME).get_json()[0]["lead_id"]
    ids = {"list_id": 8669, "lead_id": lead_id, "webhook_id": deliver_webhook(client)}
    path = f"/__admin{route.path}"
    body = examples[route.body] if route.body else None
    response = client.open(path.format(**ids), method=route.method, json=body, headers=ME)
    documented = document["paths"][path][route.method.lower()]["responses"][str(route.status)]
    schema = documented["content"]["application/json"]["schema"] | {"components": document["components"]}

    assert (route.status, "application/json") == (response.status_code, response.headers["Content-Type"])
    assert Draft202012Validator(schema).is_valid(response.get_json())


def test_new_route_is_one_table_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A route that is added to the table is served, checked, suggested and documented."""
    new = AdminRoute("PUT", "/greeting", lambda request: {"status": request.account_id}, "Greet", "Status", "one")
    monkeypatch.setattr(routes, "ADMIN_ROUTES", (*ADMIN_ROUTES, new))
    client = client_of()

    assert {"status": client.get("/__admin/accounts?login=crm").get_json()[0]["id"]} == client.put(
        "/__admin/greeting?login=crm"
    ).get_json()
    assert 401 == client.put("/__admin/greeting").status_code
    assert 405 == client.get("/__admin/greeting", headers=ME).status_code
    assert "Did you mean `PUT /__admin/greeting`?" in client.put("/__admin/greetings").get_json()["detail"]
    assert "Greet" == client.get("/__admin/openapi").get_json()["paths"]["/__admin/greeting"]["put"]["summary"]
