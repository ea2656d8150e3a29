"""The index of the admin API and the links at the root, for browsers and for programs."""

import re

import pytest
from flask.testing import FlaskClient

from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES

from .conftest import ME, client_of

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/__admin", "/__admin/"])
def test_index_lists_every_route(client: FlaskClient, path: str) -> None:
    """The index has method, path and summary of each route of the admin API."""
    index = client.get(path).get_json()

    assert [route.name for route in ADMIN_ROUTES] == [f"{row['method']} {row['path']}" for row in index["routes"]]
    assert all(row["summary"] for row in index["routes"])
    assert 200 == client.get(index["openapi"]).status_code


def test_index_is_page_for_browsers(client: FlaskClient) -> None:
    """A browser gets a page whose links lead somewhere; nothing on it is loaded or executed."""
    response = client.get("/__admin", headers=BROWSER)
    links = re.findall('href="([^"]+)"', response.text)

    assert ("text/html; charset=utf-8", "default-src 'none'") == (
        response.content_type,
        response.headers["Content-Security-Policy"],
    )
    assert len(links) >= 8
    assert {200} == {client.get(link).status_code for link in links}


def test_root_has_three_links(client: FlaskClient) -> None:
    """The root is a page with three links for browsers, and the same links as JSON for programs."""
    page = re.findall('href="([^"]+)"', client.get("/", headers=BROWSER).text)
    links = [link["path"] for link in client.get("/").get_json()["links"]]

    assert 3 == len(links)
    assert page == links
    assert {200} == {client.get(link).status_code for link in links}
    assert 200 == client.head("/").status_code


def test_program_at_root_matches_no_route(client: FlaskClient) -> None:
    """A program that requests the root may have lost its path, so its request is one that matches no route."""
    client.get("/", headers=ME)
    client.get("/", headers=BROWSER | ME)

    assert 1 == client.get("/__admin/requests/unmatched", headers=ME).get_json()["total"]


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_web_pages_of_others_get_no_links(client: FlaskClient, headers: dict[str, str]) -> None:
    """Root and index follow the access rules of the admin API."""
    assert 403 == client.get("/__admin", headers=headers | BROWSER).status_code
    assert client.get("/", headers=headers | BROWSER).status_code in {403, 404}
    assert "__admin" not in client.get("/", headers=headers | BROWSER).text


def test_other_addresses_hide_links() -> None:
    """A fake that other machines reach shows the links with the admin token only."""
    client = client_of(host="0.0.0.0", admin_token="s3same")  # noqa: S104 - nothing listens

    assert [404, 200] == [
        client.get("/", headers=headers).status_code for headers in ({}, {"X-Smartflo-Admin-Token": "s3same"})
    ]
