"""docs/evidence.md is generated from the code, and the fake behaves as behaviors.json states."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from smartflo_contract.factories import EDGE_CASES
from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.mock_server.api.route_hints import documented_routes
from smartflo_contract.mock_server.api.routes import served_routes
from smartflo_contract.mock_server.config.quirks import QUIRKS
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.mock_server.http.error_responses import ERROR_RESPONSES
from smartflo_contract.mock_server.http.evidence import weakest_evidence
from smartflo_contract.mock_server.lists.magic_ids import edge_case_rows, magic_rows
from smartflo_contract.schemas import CONTRADICTIONS, load_contract
from smartflo_contract.schemas.explain import explain
from smartflo_contract.schemas.openapi import openapi
from smartflo_contract.schemas.rules.table import RULES

from .evidence import BEHAVIORS, LISTED_ELSEWHERE, PAGE, page

LABELS = {"documented", "sample", "observed", "assumed"}
BY_PROFILE = "that of the profile"
"""Stands instead of a label that depends on the configuration."""
ALL_ROUTES = {"any", "any write"}
BY_NAME = {entry["name"]: entry for entry in BEHAVIORS}
TOKEN = {"Authorization": "Bearer any-text"}


@pytest.fixture(name="published", scope="module")
def _published() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(name="ids", scope="module")
def _ids() -> dict[str, str]:
    """Return what the path of a request may contain: the id of an edge case, and id and number of a lead."""
    (edge,) = (row.ids for row in edge_case_rows() if f"`{next(iter(EDGE_CASES))}`" in row.response)
    lead = create_app().test_client().get("/v1/broadcast/leads/8668", headers=TOKEN).get_json()[0]
    return {"edge": edge, "lead_id": lead["lead_id"], "number": lead["field_0"].removeprefix("+91")}


@cache
def app_of(config: str) -> Flask:
    """Return the fake with a configuration in JSON. Behaviors share it, because creating one takes 6 ms."""
    return create_app(Config(**json.loads(config)))


def client_of(config: str) -> FlaskClient:
    """Return a client of a fake in its initial state."""
    client = app_of(config).test_client()
    client.post("/__admin/reset")
    return client


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each table row that has evidence in its last column."""
    for line in re.findall(r"^\| (.*) \|$", text.partition("## The contract")[2], re.MULTILINE):
        cells = re.split(r" \| ", line)
        if cells[-1] != "evidence":
            yield cells


def test_page_is_generated(published: str) -> None:
    """The page is the output of the generator."""
    assert page() == published, "docs/evidence.md is outdated: run `python tests/docs/evidence.py --write`"


def test_every_row_has_a_label(published: str) -> None:
    """Each claim has known labels."""
    labels = {line.partition(":")[0] for cells in rows(published) for line in cells[-1].split("<br>")}

    assert {*LABELS, BY_PROFILE} == labels


def test_page_is_complete(published: str) -> None:
    """Each key, contradiction, rule, route, quirk, fault, magic id and behavior has a row."""
    first_cells = {cells[0] for cells in rows(published)}
    names = {
        *(key.pointer for key in explain()),
        *(entry.id for entry in CONTRADICTIONS),
        *(rule.name for rule in RULES),
        *(f"{method} {path}" for method, path in served_routes()),
        *(f"{route.method} {route.path}" for route in documented_routes()),
        *QUIRKS,
        *INJECTORS,
        *(row.ids for row in magic_rows() if row not in edge_case_rows()),
        *(BY_NAME.keys() - LISTED_ELSEWHERE),
    }

    assert set() == {f"`{name}`" for name in names} - first_cells
    assert set() == {str(status) for status in ERROR_RESPONSES} - first_cells


def test_behaviors_are_complete() -> None:
    """Each behavior has a unique name, a simulated route, a sentence, and evidence with a source."""
    routes = {f"{method} {path}" for method, path in served_routes()} | ALL_ROUTES

    assert len(BEHAVIORS) == len(BY_NAME)
    for entry in BEHAVIORS:
        assert re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", entry["name"])
        assert set(entry["route"].split(", ")) <= routes
        assert entry["description"].endswith(".")
        assert set(entry["evidence"]) <= LABELS
        assert all(entry["evidence"].values())


def test_faults_and_errors_have_the_weakest_label() -> None:
    """The label of a fault or an error body in the code is that of its least known part."""
    labels = {f"fault-{name}": injector.evidence for name, injector in INJECTORS.items()}
    labels |= {f"error-{status}": error.evidence for status, error in ERROR_RESPONSES.items()}

    assert {name: weakest_evidence(BY_NAME[name]["evidence"]) for name in labels} == labels


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/v1/broadcast/dnd/leads", "200"),
        ("post", "/v1/auth/login", "429"),
        ("get", "/v1/broadcast/lists", "401"),
    ],
)
def test_openapi_labels_assumed_responses(method: str, path: str, status: str) -> None:
    """A response that the fake labels as assumed is assumed in the OpenAPI document, too."""
    document = openapi(load_contract())
    response = document["paths"][path][method]["responses"][status]
    name = response.get("$ref", "").rpartition("/")[2]

    assert "assumed" in (document["components"]["responses"][name] if name else response)["x-evidence"]


@pytest.mark.parametrize("name", [name for name, entry in BY_NAME.items() if "request" in entry])
def test_fake_behaves_as_stated(name: str, ids: dict[str, str]) -> None:
    """The request of a behavior gets its status and body, and the label of its least known part."""
    request: dict[str, Any] = BY_NAME[name]["request"]
    client = client_of(json.dumps(request.get("config", {})))
    for earlier in request.get("before", ()):
        client.open(earlier["path"], method=earlier["method"], json=earlier.get("json"), headers=TOKEN)
    content = {key: request[key] for key in ("json", "data") if key in request}
    path = request["path"].format(**ids)
    response = client.open(path, method=request["method"], headers=request.get("headers", TOKEN), **content)

    assert request["status"] == response.status_code
    assert request.get("body", response.get_json(silent=True)) == response.get_json(silent=True)
    assert weakest_evidence(BY_NAME[name]["evidence"]) == response.headers["X-Smartflo-Fake-Evidence"]
