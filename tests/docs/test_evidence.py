"""docs/evidence.md is what the code says, and the fake behaves and labels its answers as behaviours.json says."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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

ROOT = Path(__file__).parents[2]
LABELS = {"documented", "sample", "observed", "assumed"}
BY_PROFILE = "that of the profile"
"""What stands in place of a label where the label depends on the configuration."""
EVERYWHERE = {"any", "any write"}
BEHAVIOURS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("behaviours.json").read_text(encoding="utf-8"))
BY_NAME = {entry["name"]: entry for entry in BEHAVIOURS}


@pytest.fixture(name="page", scope="module")
def _page() -> str:
    return (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")


def rows(page: str) -> Iterator[list[str]]:
    """Yield the cells of every row of every table, without the heads."""
    for line in re.findall(r"^\| (.*) \|$", page, re.MULTILINE):
        cells = re.split(r" \| ", line)
        if cells[-1] != "evidence":
            yield cells


def test_page_is_generated(page: str) -> None:
    """The page is what the generator makes of today's code."""
    command = [sys.executable, str(ROOT / "tests" / "docs" / "evidence.py")]
    made = subprocess.run(command, check=True, capture_output=True).stdout.decode()

    assert made == page, "docs/evidence.md is not today's: run `python tests/docs/evidence.py --write`"


def test_every_row_has_a_label(page: str) -> None:
    """Each statement has labels, each of them one of the four."""
    found = {line.partition(":")[0] for cells in rows(page) for line in cells[-1].split("<br>")}

    assert {*LABELS, BY_PROFILE} == found


def test_everything_is_there(page: str) -> None:
    """Each key, contradiction, rule, route, quirk, fault, magic id and behaviour has a row of its own."""
    first = {cells[0] for cells in rows(page)}
    names = {
        *(key.pointer for key in explain()),
        *(one.id for one in CONTRADICTIONS),
        *(rule.name for rule in RULES),
        *(f"{method} {path}" for method, path in served_routes()),
        *(f"{route.method} {route.path}" for route in documented_routes()),
        *QUIRKS,
        *INJECTORS,
        *(row.ids for row in magic_rows() if row not in edge_case_rows()),
        *(name for name in BY_NAME if not name.startswith(("error-", "fault-"))),
    }

    assert set() == {f"`{name}`" for name in names} - first
    assert set() == {str(status) for status in ERROR_RESPONSES} - first


def test_behaviours_are_whole() -> None:
    """A behaviour has a name of its own, a route that is here, a sentence, and evidence with its source."""
    routes = {f"{method} {path}" for method, path in served_routes()} | EVERYWHERE

    assert len(BEHAVIOURS) == len(BY_NAME)
    for entry in BEHAVIOURS:
        assert re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", entry["name"])
        assert set(entry["where"].split(", ")) <= routes
        assert entry["what"].endswith(".")
        assert set(entry["evidence"]) <= LABELS
        assert all(entry["evidence"].values())


def test_faults_and_errors_have_the_label_of_their_source() -> None:
    """The label that the code gives a fault, or a body of an error, is that of its least known part."""
    told = {f"fault-{name}": kind.evidence for name, kind in INJECTORS.items()}
    told |= {f"error-{failure.status}": failure.evidence for failure in ERROR_RESPONSES.values()}

    assert {name: weakest_evidence(BY_NAME[name]["evidence"]) for name in told} == told


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/v1/broadcast/dnd/leads", "200"),
        ("post", "/v1/auth/login", "429"),
        ("get", "/v1/broadcast/lists", "401"),
    ],
)
def test_openapi_says_what_is_assumed(method: str, path: str, status: str) -> None:
    """An answer that the fake calls assumed has an assumed part in the OpenAPI document too."""
    document = openapi(load_contract())
    found = document["paths"][path][method]["responses"][status]
    name = found.get("$ref", "").rpartition("/")[2]

    assert "assumed" in (document["components"]["responses"][name] if name else found)["x-evidence"]


@pytest.mark.parametrize("name", [name for name, entry in BY_NAME.items() if "ask" in entry])
def test_the_fake_does_so(name: str) -> None:
    """Where a behaviour says how to meet it, the fake answers with its status and body, and its least known label."""
    ask = BY_NAME[name]["ask"]
    client = create_app(Config(**ask.get("config", {}))).test_client()
    token = {"Authorization": "Bearer any-text"}
    (edge,) = (row.ids for row in edge_case_rows() if f"`{next(iter(EDGE_CASES))}`" in row.response)
    lead = create_app().test_client().get("/v1/broadcast/leads/8668", headers=token).get_json()[0]
    path = ask["path"].format(edge=edge, lead_id=lead["lead_id"], number=lead["field_0"].removeprefix("+91"))
    for earlier in ask.get("before", ()):
        client.open(earlier["path"], method=earlier["method"], json=earlier.get("json"), headers=token)
    sent = {key: ask[key] for key in ("json", "data") if key in ask}
    answer = client.open(path, method=ask["method"], headers=ask.get("headers", token), **sent)

    assert ask["status"] == answer.status_code
    assert ask.get("body", answer.get_json(silent=True)) == answer.get_json(silent=True)
    assert weakest_evidence(BY_NAME[name]["evidence"]) == answer.headers["X-Smartflo-Fake-Evidence"]
