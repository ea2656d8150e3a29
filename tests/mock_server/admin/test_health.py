"""Health, version and contract of the fake."""

import pytest
from flask.testing import FlaskClient

from smartflo_contract import __version__
from smartflo_contract.schemas import load_contract

from .conftest import client_of


@pytest.mark.parametrize("path", ["/__admin/health", "/__admin/ready"])
def test_health_needs_no_token(client: FlaskClient, path: str) -> None:
    """Health and readiness respond without a token, and without the evidence header of the vendor's routes."""
    response = client.get(path)

    assert (200, {"status": "ok"}) == (response.status_code, response.get_json())
    assert "X-Smartflo-Fake-Evidence" not in response.headers


def test_version_shows_what_leads_depend_on() -> None:
    """The version comes with profile, seed and mode of the fake."""
    body = client_of(profile="lenient", seed=7).get("/__admin/version").get_json()

    assert {"version": __version__, "profile": "lenient", "seed": 7, "read_only": False} == body


def test_contract_is_that_of_the_profile() -> None:
    """The contract is that of the fake's profile, or of the one in the query."""
    client = client_of(profile="documented")

    assert load_contract("documented").schema("leads", annotated=True) == client.get("/__admin/contract").get_json()
    assert load_contract().schema("leads", annotated=True) == client.get("/__admin/contract?profile=sample").get_json()
    assert "unknown profile `x`" in client.get("/__admin/contract?profile=x").get_json()["detail"]
