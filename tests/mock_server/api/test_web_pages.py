"""Requests that a web page of another site makes a browser send to a fake on this machine."""

from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient

from smartflo_contract.mock_server import Config, CustomRoute, create_app

from .conftest import LEAD, LIST, LISTS, LOGIN, NUMBER, VENDORS

FOREIGN_ORIGINS = [
    "http://pages.example.com",
    "https://127.0.0.1.example.com",
    "null",
    "http://192.168.1.7:8080",
    "//[",
]
OWN_ORIGINS = ["http://localhost:3000", "http://127.0.0.1:8080", "http://app.localhost", "http://[::1]:5173"]
FOREIGN_HOSTS = ["pages.example.com", "pages.example.com:8080", "localhost.example.com", "93.184.216.34", "a.b"]
OWN_HOSTS = [
    *("localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "x", "smartflo:8080", ""),
    *("host.docker.internal:8080", "fake.test", "api-smartflo.tatateleservices.com", "api.acefone.in"),
]
TOKEN = {"Authorization": "any-text"}


@pytest.fixture(name="client")
def _client() -> FlaskClient:
    """Return a client of a fake that accepts requests without a token, with a route of its own."""
    return create_app(Config(auth="off", routes=[CustomRoute("POST", "/v1/own")])).test_client()


def write(client: FlaskClient, headers: Mapping[str, str]) -> list[int]:
    """Return the statuses of a login and of writes with the content type that needs no preflight."""
    bodies = {
        LOGIN: '{"email": "crm", "password": "right"}',
        LIST: '{"name": "March"}',
        f"{LEAD}/8668": f'{{"field_0": "{NUMBER}"}}',
        "/v1/own": "{}",
    }
    return [
        client.post(path, data=body, headers=headers, content_type="text/plain").status_code
        for path, body in bodies.items()
    ]


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_foreign_origin_cannot_write(origin: str, client: FlaskClient) -> None:
    """A simple POST of a web page changes nothing."""
    assert [403] * 4 == write(client, {"Origin": origin})
    assert (4, 25) == (len(client.get(LISTS).get_json()), len(client.get(VENDORS).get_json()))


def test_foreign_origin_cannot_lock_out(client: FlaskClient) -> None:
    """Refused logins do not count."""
    for _ in range(6):
        client.post(LOGIN, json={"email": "crm", "password": "wrong"}, headers={"Origin": FOREIGN_ORIGINS[0]})

    assert 200 == client.post(LOGIN, json={"email": "crm", "password": "right"}).status_code


@pytest.mark.parametrize("origin", OWN_ORIGINS)
def test_page_of_this_machine_can_write(origin: str, client: FlaskClient) -> None:
    """A page under development on another local port may send requests."""
    assert [200] * 4 == write(client, {"Origin": origin, "Sec-Fetch-Site": "same-site"})


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_cross_site_request_is_refused(method: str, client: FlaskClient) -> None:
    """A browser states that the page is of another site, also where it sends no Origin."""
    response = client.open(
        LIST if method == "POST" else VENDORS, method=method, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert 403 == response.status_code
    assert "Sec-Fetch-Site" in response.headers["X-Smartflo-Fake-Reason"]


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_rebound_host_neither_reads_nor_writes(host: str, client: FlaskClient) -> None:
    """A public name that points to this machine reaches nothing."""
    assert [403] * 4 == write(client, {"Host": host})
    assert 403 == client.get(VENDORS, headers={"Host": host}).status_code


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_names_that_no_page_can_have_are_answered(host: str, client: FlaskClient) -> None:
    """Names of this machine, of containers and of the vendor are no web pages."""
    assert 200 == client.get(VENDORS, headers={"Host": host}).status_code


def test_fake_on_all_addresses_answers_any_host() -> None:
    """A fake that other machines reach does not know its names."""
    client = create_app(Config(host="0.0.0.0")).test_client()  # noqa: S104 - it does not listen

    assert 200 == client.get(VENDORS, headers=TOKEN | {"Host": "fake.example.com"}).status_code


def test_admin_api_refuses_cross_site_requests(client: FlaskClient) -> None:
    """The admin API refuses what the vendor's routes refuse."""
    assert 403 == client.get("/__admin/lists", headers=TOKEN | {"Sec-Fetch-Site": "cross-site"}).status_code
