"""Access to the admin API: from this machine, or with the admin token."""

import pytest
from flask.testing import FlaskClient

from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.errors import ConfigError

from .conftest import client_of


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "[", "192.0.2.1"])
def test_rejects_foreign_hosts(client: FlaskClient, host: str) -> None:
    """A web page whose name resolves to loopback can neither read nor change anything."""
    assert 403 == client.get("/__admin/version", headers={"Host": host}).status_code
    assert 403 == client.post("/__admin/reset", headers={"Host": host}).status_code
    assert 403 == client.get("/__admin/nothing", headers={"Host": host}).status_code


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_rejects_foreign_origins(client: FlaskClient, origin: str) -> None:
    """A web page can send a request without reading the response; it is rejected as well."""
    assert 403 == client.post("/__admin/reset", headers={"Origin": origin}).status_code


def test_page_of_another_origin_writes_nothing(client: FlaskClient) -> None:
    """A page on another port of this machine may not change anything, unless its origin is listed."""
    page = {"Host": "127.0.0.1:8080", "Origin": "http://127.0.0.1:3000"}
    listed = client_of(cors=["http://127.0.0.1:3000"])
    refused = client.post("/__admin/reset", headers=page)

    assert "--cors allows one" in refused.get_json()["detail"]
    assert [403, 200, 200, 200] == [
        refused.status_code,
        client.get("/__admin/version", headers=page).status_code,
        client.post("/__admin/reset", headers=page | {"Origin": "http://127.0.0.1:8080"}).status_code,
        listed.post("/__admin/reset", headers=page).status_code,
    ]


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8080", "127.0.0.1:9", "[::1]:80", "fake.localhost", "127.1.2.3"]
)
def test_accepts_loopback_hosts(client: FlaskClient, host: str) -> None:
    """Every loopback name is accepted, and browsers get no CORS headers."""
    response = client.get("/__admin/version", headers={"Host": host, "Origin": f"http://{host}"})

    assert 200 == response.status_code
    assert not [name for name in response.headers.keys() if name.startswith("Access-")]  # noqa: SIM118 - no mapping


def test_other_addresses_require_the_admin_token() -> None:
    """A fake that other machines reach accepts admin requests with the admin token only, whatever the Host."""
    without_token = client_of(host="0.0.0.0")  # noqa: S104 - nothing listens
    with_token = client_of(host="0.0.0.0", admin_token="s3same")  # noqa: S104 - nothing listens
    header = "X-Smartflo-Admin-Token"

    assert "(SMARTFLO_ADMIN_TOKEN)" in without_token.get("/__admin/version").get_json()["detail"]
    assert [403, 403, 200] == [
        with_token.get("/__admin/version", headers=headers).status_code
        for headers in ({}, {header: "wrong"}, {header: "s3same", "Host": "a.b"})
    ]
    assert [200, 200] == [without_token.get(f"/__admin/{path}").status_code for path in ("health", "ready")]
    assert "s3same" not in repr(Config(admin_token="s3same"))


@pytest.mark.parametrize("ending", ["\n", "\r\n", " "])
def test_admin_token_may_end_in_a_line_break(ending: str) -> None:
    """Secrets of CI and files often do; no header could carry it."""
    client = client_of(admin_token=f"s3same{ending}")

    statuses = [
        client.get("/__admin/version", headers={"X-Smartflo-Admin-Token": token}).status_code
        for token in ("s3same", "other")
    ]
    assert [200, 403] == statuses


def test_rejects_blank_admin_token() -> None:
    """A blank token would let every request in."""
    with pytest.raises(ConfigError, match="admin_token: expected a string of 1 to"):
        Config(admin_token="\r\n")
