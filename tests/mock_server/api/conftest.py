"""Accounts of fakes in this process: tests share the fakes, and each has its own account."""

import json
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from smartflo_contract.mock_server import Config, create_app

LEADS = "/v1/broadcast/leads"
LEAD = "/v1/broadcast/lead"
LIST = "/v1/broadcast/list"
LISTS = "/v1/broadcast/lists"
LOGIN = "/v1/auth/login"
DND = "/v1/broadcast/dnd"
VENDORS = f"{LEADS}/8668"
"""The list of the vendor's example, which has 25 leads."""
NUMBER = "5550000042"
"""A phone number that no lead has at first."""
WRITES = (
    f"POST {LOGIN}",
    f"POST {LIST}",
    f"PUT {LIST}/8668",
    f"POST {LEAD}/8668",
    f"PUT {LEAD}/any",
    f"POST {VENDORS}",
    f"PATCH {VENDORS}",
    f"DELETE {VENDORS}",
    f"POST {DND}/lead",
    f"PUT {DND}/lead/any",
    f"POST {DND}/leads/1",
    f"DELETE {DND}/leads/1",
    f"POST {DND}/list",
    f"PUT {DND}/list/1",
    "POST /v1/click_to_call",
    "POST /v1/click_to_call_support",
    "POST /v1/call/hangup",
    "POST /v1/call/options",
)
"""Every route that accepts a body."""

_clients: dict[str, FlaskClient] = {}
_numbers = count()


class Account:
    """An account of a fake in this process.

    Attributes:
        client: client of the fake.
        headers: headers of the account's requests.
    """

    def __init__(self, client: FlaskClient, token: str | None = None) -> None:
        """Store the client; the default token selects a new account."""
        self.client = client
        self.headers = {"Authorization": f"account-{next(_numbers)}" if token is None else token}

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        """Send a request with a JSON body, or with bytes unchanged."""
        data = body if isinstance(body, bytes | None) else json.dumps(body)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(path, method=method, headers=self.headers | sent, data=data)

    def leads(self, list_id: int = 8668) -> list[dict[str, Any]]:
        """Return the leads of a list."""
        leads: list[dict[str, Any]] = self("GET", f"{LEADS}/{list_id}").get_json()
        return leads

    def list_ids(self) -> list[int]:
        """Return the ids of the account's lists."""
        return [entry["id"] for entry in self("GET", LISTS).get_json()]

    def succeed(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Send a request that must succeed, and return the body of the response."""
        response = self(method, path, body)
        assert response.status_code == 200, response.data
        content: dict[str, Any] = response.get_json()
        assert content["success"] is True
        return content

    def new_list(self, **values: object) -> int:
        """Create a list without leads and return its id."""
        return int(self.succeed("POST", LIST, {"name": "March"} | values)["list_id"])

    def set_clock(self, **changes: object) -> int:
        """Change the account's clock and return its time, in milliseconds since the epoch."""
        return int(self.client.patch("/__admin/clock", json=changes, headers=self.headers).get_json()["now"])


def let_flask_answer(app: Flask) -> Flask:
    """Register a function that runs after each request, so that Flask handles all of them, and return the app."""
    app.after_request(lambda response: response)
    return app


def client_of(**settings: Any) -> FlaskClient:
    """Return a client of the fake with some settings, which tests share: use accounts that no other test uses."""
    key = repr(sorted(settings.items()))
    if key not in _clients:
        _clients[key] = create_app(Config(**settings)).test_client()
    return _clients[key]


def account_of(**settings: Any) -> Account:
    """Return a new account of the fake with some settings."""
    return Account(client_of(**settings))


@pytest.fixture(name="api")
def _api() -> Account:
    """Return a new account of the fake with default settings."""
    return account_of()
