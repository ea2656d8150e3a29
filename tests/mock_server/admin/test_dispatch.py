"""Requests to the admin API that match no route, or that a route rejects."""

import json

import pytest
import requests
from flask.testing import FlaskClient

from smartflo_contract.mock_server import FakeSmartflo

from .conftest import CLOCK, ME, NOON, client_of, now, set_clock


@pytest.mark.parametrize("path", ["/__admin/clok", "/__admin/clock/now"])
def test_unknown_path_is_a_problem(client: FlaskClient, path: str) -> None:
    """An unknown path is a problem that names the nearest route and where all routes are listed."""
    response = client.get(path)

    assert (404, "application/problem+json") == (response.status_code, response.headers["Content-Type"])
    assert "GET /__admin/openapi lists all" in response.get_json()["detail"]
    assert "clo" not in path or "Did you mean `GET /__admin/clock`?" in response.get_json()["detail"]


def test_unknown_method_is_a_problem(client: FlaskClient) -> None:
    """A method that a path does not have is a problem that names those that it has."""
    response = client.delete(CLOCK)

    assert (405, "GET, HEAD, PATCH") == (response.status_code, response.headers["Allow"])
    assert "there is no route DELETE /__admin/clock" in response.get_json()["detail"]


def test_similar_path_is_no_admin_path(client: FlaskClient) -> None:
    """A path that only begins like the admin API gets the vendor's error."""
    assert {"success": False, "message": "Not found."} == client.get("/__administration").get_json()


@pytest.mark.parametrize(
    ("data", "status"), [(b"", 400), (b"{", 400), (b"[]", 422), (b"NaN", 400), (b"\xff", 400), (b" " * 70_000, 413)]
)
def test_rejects_invalid_bodies(client: FlaskClient, data: bytes, status: int) -> None:
    """A body that is not JSON, not an object, or too large, is a problem."""
    response = client.patch(CLOCK, data=data, headers=ME)

    assert (status, status) == (response.status_code, response.get_json()["status"])


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        ("reset?acount=0123456789ab", None, "acount: unknown parameter; choose from account, login. Did you mean"),
        ("reset", {"account": "0123456789ab"}, "this route accepts no body"),
        ("reset", [], "this route accepts no body"),
    ],
)
def test_rejects_unknown_parameters_and_unexpected_bodies(
    client: FlaskClient, path: str, body: object, detail: str
) -> None:
    """A request with a parameter or a body that the route does not have changes nothing."""
    set_clock(client, now=NOON, frozen=True)
    response = client.post(f"/__admin/{path}", json=body)

    assert 422 == response.status_code
    assert detail in response.get_json()["detail"]
    assert NOON == now(client)
    assert 200 == client.post("/__admin/reset", json={}).status_code


def test_states_choices_once(client: FlaskClient) -> None:
    """A value that is none of the choices is answered with the choices, once, and the nearest."""
    detail = client.put("/__admin/profile", json={"profile": "smaple"}).get_json()["detail"]

    assert 1 == detail.count("expected")
    assert detail.startswith("profile: expected one of sample, documented, lenient, got smaple. Did you mean `sample`?")


@pytest.mark.parametrize(
    ("method", "path", "body", "detail"),
    [
        ("PUT", "faults", {"rules": [{"steps": ["503"], "att": 1}]}, "choose from steps, list_id, route, at, "),
        ("PUT", "routes", {"routes": [{"method": "GET", "path": "/x", "jso": 1}]}, "choose from method, path, "),
    ],
)
def test_names_the_keys_of_the_object_that_has_an_unknown_one(
    client: FlaskClient, method: str, path: str, body: object, detail: str
) -> None:
    """An unknown key in an array of objects is answered with the keys of those objects, not with those of the body."""
    response = client.open(f"/__admin/{path}", method=method, json=body)

    assert 422 == response.status_code
    assert detail in response.get_json()["detail"]
    assert "Did you mean" in response.get_json()["detail"]


@pytest.mark.parametrize(("value", "shown"), [(True, "true"), ([None], "[null]")])
def test_shows_values_as_json(client: FlaskClient, value: object, shown: str) -> None:
    """A value that matches no alternative is shown as it was sent."""
    detail = client.patch(CLOCK, json={"now": value}, headers=ME).get_json()["detail"]

    assert detail.startswith(f"now: {shown} is not valid")


def test_read_only_fake_rejects_writes() -> None:
    """A read-only fake rejects changes, and responds to reads."""
    client = client_of(read_only=True)

    assert [409, 409, 200] == [
        set_clock(client, advance=1).status_code,
        client.post("/__admin/reset").status_code,
        client.get(CLOCK, headers=ME).status_code,
    ]


def test_responds_over_a_socket() -> None:
    """The admin API is part of the server, too."""
    with FakeSmartflo() as fake:
        response = requests.patch(f"{fake.url}{CLOCK}", data=json.dumps({"now": NOON}), headers=ME, timeout=30)

    assert 200 == response.status_code


def test_large_invalid_body_reports_its_first_violation(client: FlaskClient) -> None:
    """Each violation holds a copy of its value, so those of a large body are not collected."""
    account = client.get("/__admin/snapshot", headers=ME).get_json()
    accounts = {f"{number:012x}": {"settings": "x" * 100} for number in range(10_000)}
    small = client.post("/__admin/restore", json=account | {"accounts": dict([*accounts.items()][:2])})
    large = client.post("/__admin/restore", json=account | {"accounts": accounts})

    assert [422, 422] == [small.status_code, large.status_code]
    assert 1 == len(large.get_json()["errors"]) < len(small.get_json()["errors"])
