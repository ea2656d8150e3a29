"""Accounts whose calls cause webhooks, and receivers in this process."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.pytest_plugin import Smartflo, SmartfloServer, WebhookReceiver

CALL = {"agent_number": "50201", "destination_number": "5550000042", "async": 1}
TEMPLATE = {"call": "$call_id"}


class App:
    """A WSGI application that records bodies and answers with statuses, 200 at last."""

    def __init__(self, *statuses: int) -> None:
        """Set the statuses."""
        self.statuses = list(statuses)
        self.bodies: list[str] = []
        self.environs: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        """Answer a request."""
        self.environs.append(environ)
        self.bodies.append(environ["wsgi.input"].read().decode())
        start_response(f"{self.statuses.pop(0) if self.statuses else 200} Status", [])
        return [b"answer"]


def make_calls(smartflo: Smartflo, number: int = 1, **values: object) -> None:
    """Make calls by click-to-call."""
    for _ in range(number):
        response = smartflo.client.post("/v1/click_to_call", json=CALL | values)
        assert response.status_code == 200, response.text


def outcomes(deliveries: Sequence[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """Return outcome, attempt and delay in seconds of deliveries."""
    return [(each["outcome"], each["attempt"], (each["due_ms"] - each["event_ms"]) // 1_000) for each in deliveries]


@pytest.fixture(name="server", scope="session")
def _server() -> Iterator[SmartfloServer]:
    config = Config()
    with SmartfloServer(FakeSmartflo(config), config) as server:
        yield server


@pytest.fixture(name="smartflo")
def _smartflo(server: SmartfloServer) -> Iterator[Smartflo]:
    """Yield a new account of a fake that all tests share."""
    with server.account() as account:
        yield account


@pytest.fixture(name="receiver")
def _receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture(name="account_of")
def _account_of() -> Iterator[Callable[..., Smartflo]]:
    """Yield a function that returns an account of a fake with settings of its own."""
    with ExitStack() as stack:

        def account_of(**settings: Any) -> Smartflo:
            config = Config(**settings)
            server = stack.enter_context(SmartfloServer(FakeSmartflo(config), config))
            return stack.enter_context(server.account())

        yield account_of
