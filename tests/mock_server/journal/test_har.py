"""The journal is exported as a HAR file, valid by the schema of har-schema 2.0.0 and readable by ``check``."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft6Validator
from referencing import Registry, Resource

from smartflo_contract.live import check
from smartflo_contract.mock_server import Config, create_app

from .conftest import ADD, LEAD, LEADS, ME, OTHER

SCHEMAS: Final = Path(__file__).with_name("har-schema-2.0.0")
PASSWORD: Final = "very-secret"
LOGIN: Final = "/v1/auth/login"


def validate(har: dict[str, Any]) -> None:
    """Validate a HAR file."""
    schemas = [json.loads(path.read_bytes()) for path in sorted(SCHEMAS.glob("*.json"))]
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"].rstrip("#"), Resource.from_contents(schema)) for schema in schemas
    )
    Draft6Validator({"$ref": "har.json#"}, registry=registry).validate(har)


def export(client: FlaskClient, query: str = "", headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the valid HAR file of an account, or of all accounts."""
    response = client.get(f"/__admin/requests.har{query}", headers=headers)
    assert 200 == response.status_code, response.get_json()
    har = dict(response.get_json())
    validate(har)
    return har


def test_exports_requests_with_lead_lists(client: FlaskClient) -> None:
    """Every request of an account is an entry; ``check`` reads the lead lists and grades them as usual."""
    client.get(f"{LEADS}?limit=5&tag=a&tag=b&api_key={PASSWORD}", headers=ME)
    client.get("/v1/broadcast/leads/8669/", headers=ME)
    client.get(LEADS, headers=OTHER)
    client.post(LOGIN, json={"email": "a@example.com", "password": PASSWORD}, headers=ME)
    client.post(ADD, json={**LEAD, "field_2": "\N{GRINNING FACE}"}, headers=ME)
    client.get("/v1/%C3%A9/x%20y", headers=ME)
    har = export(client, headers=ME)
    first, *_, added, unknown = har["log"]["entries"]

    url = "http://localhost/v1/broadcast/leads/8668?limit=5&tag=a&tag=b&api_key=%5Bmasked%5D"
    assert ("GET", url) == (first["request"]["method"], first["request"]["url"])
    assert [5, "application/json"] == [
        len(first["request"]["queryString"]) + 1,
        first["response"]["content"]["mimeType"],
    ]
    assert {"name": "Authorization", "value": "Bearer [masked]"} in first["request"]["headers"]
    sent = {header["name"]: header["value"] for header in first["response"]["headers"]}
    assert ["application/json", "sample"] == [sent["Content-Type"], sent["X-Smartflo-Fake-Evidence"]]
    assert "\N{GRINNING FACE}" == json.loads(added["request"]["postData"]["text"])["field_2"]
    assert "http://localhost/v1/%C3%A9/x%20y" == unknown["request"]["url"]
    report = check(json.dumps(har).encode())
    (only,) = report.sources
    assert ("8668", "A") == (only.list_id, report.grade_of(only))
    assert [only.leads] == [len(client.get(LEADS, headers=ME).get_json())]
    assert "1 without a stored body" in report.omissions[0]  # the list has changed since
    of_all = json.dumps(export(client))
    assert LOGIN in of_all
    assert PASSWORD not in of_all


def test_leaves_out_bodies_that_faults_or_mutants_changed(client: FlaskClient) -> None:
    """A body that is not what the list contains is left out; a reset connection has the status 0."""
    client.post("/__admin/faults", json={"steps": ["reset", "dangling_comma"]}, headers=ME)
    with pytest.raises(ConnectionResetError):
        client.get(LEADS, headers=ME)
    client.get(LEADS, headers=ME)
    client.put("/__admin/mutant", json={"mutant": "lead_id:remove"}, headers=ME)
    client.get(LEADS, headers=ME)
    entries = export(client, headers=ME)["log"]["entries"]

    assert [0, 200, 200] == [entry["response"]["status"] for entry in entries]
    assert not any("text" in entry["response"]["content"] for entry in entries)


def test_exports_pages_and_counts_dropped_requests() -> None:
    """Pages are those of ``GET /__admin/requests``; without a limit, all requests are exported."""
    client = create_app(Config(journal_requests=150)).test_client()
    for _ in range(152):
        client.get("/v1/nothing", headers=ME)

    log = export(client)["log"]
    assert (150, "at most 2 earlier requests were dropped from the journal") == (len(log["entries"]), log["comment"])
    assert [152] == [entry["_id"] for entry in export(client, "?limit=1&order=newest")["log"]["entries"]]
    assert 422 == client.get("/__admin/requests.har?limit=-1").status_code


def test_rejects_export_without_journal() -> None:
    """A fake without a journal states why there is nothing to export."""
    response = create_app(Config(journal_requests=0)).test_client().get("/__admin/requests.har")

    assert (409, True) == (response.status_code, "keeps no journal" in response.get_json()["detail"])
