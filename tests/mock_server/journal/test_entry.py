"""Journal entries: what is recorded of a request and its response."""

import json

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mock_server import Config, Fault, create_app

from .conftest import ADD, LEAD, LEADS, ME, OTHER, entries, search


def test_records_request_and_response(client: FlaskClient) -> None:
    """An entry has route, query, headers and body of a request, and its response."""
    client.post(f"{ADD}/?source=crm", json=LEAD, headers=ME | {"User-Agent": "crm/1.0", "X-Api": "s3same"})
    (entry,) = entries(client)
    response = entry.pop("response")

    assert {"source": "crm"} == entry["query"]
    assert ("POST", f"{ADD}/", "POST /v1/broadcast/lead/{id}") == (entry["method"], entry["path"], entry["route"])
    assert (LEAD, len(json.dumps(LEAD))) == (entry["body"], entry["body_bytes"])
    assert {
        "Host": "localhost",
        "User-Agent": "crm/1.0",
        "Content-Type": "application/json",
        "Content-Length": str(entry["body_bytes"]),
        "Authorization": "Bearer [masked]",
    } == entry["headers"]
    assert (200, "assumed", None) == (response["status"], response["evidence"], response["fault"])
    assert {"success": True, "message": "Lead added successfully."} == response["body"]
    assert response["bytes"] == len(json.dumps(response["body"], separators=(",", ":")))


def test_records_entity_tag_of_a_lead_list(client: FlaskClient) -> None:
    """Of a lead list, size and entity tag are recorded, with which the list can be read again."""
    response = client.get(LEADS, headers=ME)
    (entry,) = entries(client)

    assert (None, len(response.get_data()), response.headers["ETag"]) == (
        entry["response"]["body"],
        entry["response"]["bytes"],
        entry["response"]["etag"],
    )
    assert 304 == client.get(LEADS, headers=ME | {"If-None-Match": entry["response"]["etag"]}).status_code


def test_login_belongs_to_the_account_of_its_login_id(client: FlaskClient) -> None:
    """A login counts for the account of its login id, whatever token is sent with it."""
    body = client.post("/v1/auth/login", json={"email": "crm", "password": "hunter2"}, headers=OTHER).get_json()
    (entry,) = entries(client, {"Authorization": f"Bearer {body['access_token']}"})

    assert {"email": "crm", "password": "[masked]"} == entry["body"]
    assert [] == entries(client, OTHER)


def test_does_not_record_admin_requests(client: FlaskClient) -> None:
    """Requests to the admin API are not recorded."""
    for path in ("clock", "quirks", "requests", "nothing"):
        client.get(f"/__admin/{path}", headers=ME)

    assert [] == entries(client)


def test_response_names_its_entry(client: FlaskClient) -> None:
    """Each response has the id of its journal entry in a header, errors included."""
    responses = [client.get(path, headers=ME) for path in (LEADS, "/v1/broadcast/leeds", "/v1/broadcast/leads/1")]

    assert ["1", "2", "3"] == [response.headers["X-Smartflo-Fake-Request"] for response in responses]


def test_records_faults() -> None:
    """A fault is recorded by name; a reset connection has no status."""
    client = create_app(Config(faults=(Fault(("503", "reset", "dangling_comma")),))).test_client()
    client.get(LEADS, headers=ME)
    with pytest.raises(ConnectionResetError):
        client.get(LEADS, headers=ME)
    client.get(LEADS, headers=ME)

    assert [("503", 503), ("reset", None), ("dangling_comma", 200)] == [
        (entry["response"]["fault"], entry["response"]["status"]) for entry in entries(client)
    ]
    assert 1 == search(client, "count", fault="reset", status=None)["total"]


def test_records_body_of_a_failed_request(client: FlaskClient) -> None:
    """The body of a request with a fault is recorded; unread bodies are counted."""
    rule = {"steps": ["503"], "route": "POST /v1/broadcast/lead/{id}"}
    client.put("/__admin/faults", json={"rules": [rule]}, headers=ME)
    for _ in range(2):
        client.post(ADD, json=LEAD, headers=ME)
    counted = search(client, "count", json=LEAD, path=ADD)

    assert (2, 0) == (counted["total"], counted["bodies_not_kept"])
    assert [503, 200] == [entry["response"]["status"] for entry in entries(client)]
    client.post(ADD, json=LEAD)  # without a token: nobody reads it
    alone = client.post("/__admin/requests/count", json={"json": LEAD, "status": 401}).get_json()
    assert (0, 1) == (alone["total"], alone["bodies_not_kept"])


@pytest.mark.slow
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
)
def test_records_size_of_any_json_body(body: object) -> None:
    """The size of any JSON body is recorded."""
    client = create_app(Config()).test_client()
    data = json.dumps(body)
    client.post(ADD, data=data, headers=ME)
    (entry,) = entries(client, ME)

    assert len(data) == entry["body_bytes"]


@pytest.mark.parametrize(
    "data", [b"[" * 900 + b"]" * 900, b'{"a":' * 300 + b"1" + b"}" * 300, b"\xff\xfe", b"\0", b"NaN", b""]
)
def test_accepts_unreadable_bodies(client: FlaskClient, data: bytes) -> None:
    """Bodies that are too deep or not JSON are recorded by size."""
    client.post(ADD, data=data, headers=ME)
    (entry,) = entries(client, ME)

    assert len(data) == entry["body_bytes"]


@pytest.mark.parametrize("path", ["/v1/%FF%00", "/v1/%E0%A4%86%E0%A4%B6%E0%A4%BE", f"/v1/{'x' * 5_000}"])
def test_records_unusual_paths(client: FlaskClient, path: str) -> None:
    """Paths that are not UTF-8 or very long are recorded; other scripts stay readable."""
    client.get(path, headers=ME)
    (entry,) = client.get("/__admin/requests/unmatched", headers=ME).get_json()["requests"]

    assert len(entry["path"]) < 1_100
    assert "%E0" not in path or entry["path"] == "/v1/आशा"


@pytest.mark.parametrize(("agent", "expected"), [("आशा", "आशा"), ("\ud800", None), ("x" * 500, "x" * 200 + "...")])
def test_records_unusual_headers(client: FlaskClient, agent: str, expected: str | None) -> None:
    """Headers that no server passes on are dropped, and long ones are truncated."""
    client.get(LEADS, headers=ME | {"User-Agent": agent})
    (entry,) = entries(client, ME)

    assert expected == entry["headers"].get("User-Agent")
