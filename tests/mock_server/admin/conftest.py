"""Clients of fakes in this process, and requests to the admin API."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from smartflo_contract.cli.body_check import check_body
from smartflo_contract.coverage import Recorder
from smartflo_contract.mock_server import Config, create_app

ME = {"Authorization": "Bearer me"}
OTHER = {"Authorization": "other"}
CLOCK = "/__admin/clock"
LEADS = "/v1/broadcast/leads/8668"
NOON = 1_700_000_000_000
"""A time in milliseconds since the epoch."""


@pytest.fixture(name="app", scope="session")
def _app() -> Flask:
    return create_app(observer=Recorder(), check_body=check_body)


@pytest.fixture(name="client")
def _client(app: Flask) -> FlaskClient:
    """Return a client of a fake in its initial state. All tests share the fake, because creating one takes 6 ms."""
    client = app.test_client()
    assert client.post("/__admin/reset").status_code == 200
    return client


def client_of(**settings: Any) -> FlaskClient:
    """Return a client of a new fake."""
    return create_app(Config(**settings)).test_client()


def set_clock(client: FlaskClient, headers: dict[str, str] | None = None, **changes: object) -> TestResponse:
    """Change the clock of an account."""
    return client.patch(CLOCK, json=changes, headers=ME if headers is None else headers)


def now(client: FlaskClient, headers: dict[str, str] | None = None) -> int:
    """Return the time on the clock of an account, in milliseconds since the epoch."""
    return int(client.get(CLOCK, headers=ME if headers is None else headers).get_json()["now"])


def log_in(client: FlaskClient) -> dict[str, str]:
    """Log in and return the headers of requests with the token."""
    body = client.post("/v1/auth/login", json={"email": "crm", "password": "any"}).get_json()
    return {"Authorization": f"Bearer {body['access_token']}"}
