"""Clients of fakes in this process, and requests to the journal through the admin API."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from smartflo_contract.mock_server import Config, create_app

ME = {"Authorization": "Bearer me"}
OTHER = {"Authorization": "other"}
LEADS = "/v1/broadcast/leads/8668"
ADD = "/v1/broadcast/lead/8669"
LEAD = {"field_0": "5550000042", "field_1": "Asha"}
GET_LEADS = "GET /v1/broadcast/leads/{id}"


@pytest.fixture(name="client")
def _client() -> FlaskClient:
    return create_app(Config()).test_client()


def entries(client: FlaskClient, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Return the recorded requests of an account, or of all accounts."""
    return list(client.get("/__admin/requests?limit=1000", headers=headers).get_json()["requests"])


def search(
    client: FlaskClient, action: str, headers: dict[str, str] | None = None, **criteria: object
) -> dict[str, Any]:
    """Find, count or wait for requests of an account."""
    response = client.post(f"/__admin/requests/{action}", json=criteria, headers=ME if headers is None else headers)
    assert response.status_code == 200, response.get_json()
    return dict(response.get_json())
