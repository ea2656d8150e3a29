"""The index of the admin API and the links at the root: the console for browsers, JSON for programs."""

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


@pytest.mark.parametrize("path", ["/", "/__admin", "/__admin/"])
def test_browsers_get_the_console(client: FlaskClient, path: str) -> None:
    """A browser gets a page; it may load files of this fake only, and each of them exists."""
    response = client.get(path, headers=BROWSER)
    links = re.findall('(?:href|src)="(/[^"]+)"', response.text)
    policy = response.headers["Content-Security-Policy"]

    assert (200, "text/html; charset=utf-8") == (response.status_code, response.content_type)
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    assert {200} == {client.get(link).status_code for link in links}
    assert "Accept" in response.vary


def test_files_of_the_console_are_cached(client: FlaskClient) -> None:
    """A browser sends the entity tag again, and gets the file only if it has changed."""
    path = "/__admin/console/main.js"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert ("text/javascript; charset=utf-8", 304) == (first.content_type, again.status_code)
    assert "/__admin/openapi lists all" in client.get("/__admin/console/index.html").get_json()["detail"]


def test_programs_get_links_at_the_root(client: FlaskClient) -> None:
    """A program gets links as JSON at the root, and each leads somewhere."""
    links = [link["path"] for link in client.get("/").get_json()["links"]]

    assert 3 == len(links)
    assert {200} == {client.get(link).status_code for link in links}
    assert 200 == client.head("/").status_code


def test_program_at_root_matches_no_route(client: FlaskClient) -> None:
    """A program that requests the root may have lost its path, so its request is one that matches no route."""
    client.get("/", headers=ME)
    client.get("/", headers=BROWSER | ME)

    assert 1 == client.get("/__admin/requests/unmatched", headers=ME).get_json()["total"]


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_web_pages_of_others_get_no_links(client: FlaskClient, headers: dict[str, str]) -> None:
    """Root, index and files of the console follow the access rules of the admin API."""
    assert 403 == client.get("/__admin", headers=headers | BROWSER).status_code
    assert 403 == client.get("/__admin/console/main.js", headers=headers).status_code
    assert client.get("/", headers=headers | BROWSER).status_code in {403, 404}
    assert "__admin" not in client.get("/", headers=headers | BROWSER).text


def test_other_addresses_hide_links() -> None:
    """A fake that other machines reach shows the links with the admin token only, and the console asks for it."""
    client = client_of(host="0.0.0.0", admin_token="s3same")  # noqa: S104 - nothing listens
    without_token = client_of(host="0.0.0.0")  # noqa: S104 - nothing listens

    assert [404, 200] == [
        client.get("/", headers=headers).status_code for headers in ({}, {"X-Smartflo-Admin-Token": "s3same"})
    ]
    assert [200, 403] == [
        client.get(path, headers=headers).status_code for path, headers in (("/", BROWSER), ("/__admin/requests", {}))
    ]
    assert [404, 403] == [without_token.get(path, headers=BROWSER).status_code for path in ("/", "/__admin")]
