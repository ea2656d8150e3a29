"""A client of a shared fake whose account has fault rules of its own."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from smartflo_contract.mock_server import Fault

VENDORS = "/v1/broadcast/leads/8668"
EMPTY = "/v1/broadcast/leads/900000000"

Request = Callable[..., TestResponse]
"""Sends a request for one account: path, then method and keyword arguments of Flask's test client."""
SetFaults = Callable[..., Request]
"""Sets the fault rules of an account and returns a function that sends requests for it."""


@pytest.fixture(name="set_faults")
def _set_faults(default_client: FlaskClient, account: dict[str, str]) -> SetFaults:
    def set_faults(*rules: Fault) -> Request:
        return rules_of_account(default_client, account, rules)

    return set_faults


def rules_of_account(client: FlaskClient, headers: dict[str, str], rules: tuple[Fault, ...]) -> Request:
    """Set the fault rules of an account and return a function that sends requests for it."""
    answer = client.put("/__admin/faults", json={"rules": [asdict(rule) for rule in rules]}, headers=headers)
    assert answer.status_code == 200, answer.get_json()

    def request(path: str = VENDORS, method: str = "GET", **arguments: Any) -> TestResponse:
        return client.open(path, method=method, headers=headers, **arguments)

    return request


def statuses(request: Request, count: int, path: str = EMPTY) -> list[int]:
    """Return the statuses of some requests."""
    return [request(path).status_code for _ in range(count)]
