"""The table of routes: what the fake serves is documented, described, authorized, and labelled with evidence."""

import re

import pytest
import requests
from flask import Response

from smartflo_contract.mock_server import FakeSmartflo, create_app
from smartflo_contract.mock_server.api import routes
from smartflo_contract.mock_server.api.route_hints import documented_routes
from smartflo_contract.mock_server.api.routes import ROUTES, Route, generic_path, served_routes
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.responses import json_response
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.openapi import openapi

from ..conftest import Reason, Send  # noqa: TID252 - test folders are no packages
from .conftest import LOGIN, VENDORS, client_of

ALLOW = "DELETE, GET, HEAD, OPTIONS, PATCH, POST"
EVIDENCE = {"documented", "sample", "observed", "assumed"}


def get_campaign(call: Call, campaign_id: str) -> Response:
    """Return the id and the account of a request."""
    return json_response(200, {"id": campaign_id, "account": call.account}, "documented")


def test_entry_of_table_adds_a_route(monkeypatch: pytest.MonkeyPatch, send: Send, reason: Reason) -> None:
    """One more entry is authorized, served over a socket, labelled, journaled and named in hints like any route."""
    path, name = "/v1/dialer/campaign/7", "GET /v1/dialer/campaign/{id}"
    route = Route("GET", "/v1/dialer/campaign/{campaign_id}", get_campaign, "documented", "this test")
    before = [reason(send(unknown)) for unknown in (path, f"{path}/8")]
    monkeypatch.setattr(routes, "ROUTES", (*ROUTES, route))
    with FakeSmartflo() as fake:
        rejected = send(path, base_url=fake.url, token=None)
        response = send(f"{path}/", base_url=fake.url)
        options = send(path, "OPTIONS", base_url=fake.url)
        unknown_method = send(path, "DELETE", base_url=fake.url)
        unknown_path = send(f"{path}/8", base_url=fake.url)
        find = f"{fake.url}/__admin/requests/find"
        entries = requests.post(find, json={"route": name}, timeout=30).json()["requests"]

    assert before[0] == f"the vendor has {name}, but this fake does not simulate it"
    assert before[1].endswith(f"the nearest documented route is {name} (not simulated by this fake)")
    assert (401, 200) == (rejected.status_code, response.status_code)
    assert "7" == response.json()["id"]
    assert "documented" == response.headers["X-Smartflo-Fake-Evidence"]
    assert "GET, HEAD, OPTIONS" == options.headers["Allow"] == unknown_method.headers["Allow"]
    assert [(None, 401), (response.json()["account"], 200)] == [
        (entry["account"], entry["response"]["status"]) for entry in entries
    ]
    assert reason(unknown_path).endswith(f"the nearest documented route is {name} (answered by this fake)")


def test_application_serves_exactly_the_table() -> None:
    """The application has the routes of the table, and outside the admin API no other."""
    rules = {
        (method, re.sub("<[^>]*>", "{id}", rule.rule))
        for rule in create_app().url_map.iter_rules()
        if rule.rule != "/__admin" and not rule.rule.startswith("/__admin/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert rules == served_routes()


def test_served_routes_have_evidence_of_documented_routes() -> None:
    """Every served route is one that the vendor is known to have, with the same evidence."""
    documented = {(route.method, route.path): route.evidence for route in documented_routes()}

    assert [documented[(route.method, generic_path(route.path))] for route in ROUTES] == [
        route.evidence for route in ROUTES
    ]


def test_openapi_document_describes_exactly_the_table() -> None:
    """The OpenAPI document describes the served routes only."""
    paths = openapi(load_contract())["paths"]

    documented = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    served = served_routes()

    assert documented == served | {("HEAD", path) for method, path in served if method == "GET"}


def test_ids_of_the_openapi_document_exist() -> None:
    """The example of each id in a path is an id that the fake has by default."""
    parameters = openapi(load_contract())["components"]["parameters"]
    client = client_of()
    path = f"/v1/broadcast/leads/{parameters['ListId']['example']}"
    leads = client.get(path, headers={"Authorization": "any"}).get_json()

    assert parameters["LeadId"]["examples"]["sample"]["value"] in {lead["lead_id"] for lead in leads}


@pytest.mark.parametrize("route", [route for route in ROUTES if route.path != LOGIN], ids=lambda route: route.name)
def test_every_route_but_login_requires_a_token(route: Route) -> None:
    """Without a token a route is 401, whatever else is wrong with the request."""
    response = client_of().open(re.sub(r"\{[^}]*\}", "8668", route.path), method=route.method, data="{")

    assert (401, "assumed") == (response.status_code, response.headers["X-Smartflo-Fake-Evidence"])


@pytest.mark.parametrize(("path", "allow"), [(VENDORS, ALLOW), (LOGIN, "OPTIONS, POST")])
def test_options_lists_methods(path: str, allow: str, send: Send) -> None:
    """OPTIONS needs no token, and grants browsers nothing."""
    response = send(path, "OPTIONS", token=None)

    assert (204, b"", allow) == (response.status_code, response.content, response.headers["Allow"])
    assert not [name for name in response.headers if name.startswith("Access-")]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", VENDORS), ("HEAD", VENDORS), ("GET", "/"), ("PUT", VENDORS), ("OPTIONS", VENDORS), ("POST", LOGIN)],
)
def test_every_response_states_evidence(method: str, path: str, send: Send) -> None:
    """Successes and errors state their evidence, and are JSON."""
    response = send(path, method)

    assert response.headers["X-Smartflo-Fake-Evidence"] in EVIDENCE
    assert response.headers["Content-Type"] == "application/json"


def test_unreadable_request_has_vendor_shape(fake: FakeSmartflo, send: Send) -> None:
    """A request that the server cannot read gets JSON as well."""
    response = send("/", base_url=fake.url, X="y" * 70_000)

    assert (431, "application/json") == (response.status_code, response.headers["Content-Type"])
    assert response.json()["success"] is False
