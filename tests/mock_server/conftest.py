"""Fakes that all tests of the fake share, and functions that send requests to them."""

from collections.abc import Callable, Iterator
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

import pytest
import requests
from flask.testing import FlaskClient

from smartflo_contract.mock_server import Config, FakeSmartflo, create_app

Ask = Callable[..., requests.Response]
Reason = Callable[[requests.Response], str]


@pytest.fixture(name="fake", scope="session")
def _fake() -> Iterator[FakeSmartflo]:
    """Run a fake with default settings in a thread."""
    with FakeSmartflo() as fake:
        yield fake


@pytest.fixture(name="ask")
def _ask(fake: FakeSmartflo) -> Iterator[Ask]:
    """Return a function that sends a request over a socket, without redirects, proxies or other user settings."""
    with requests.Session() as session:
        session.trust_env = False

        def ask(
            path: str,
            method: str = "GET",
            *,
            at: str | None = None,
            token: str | None = "Bearer any-text",  # noqa: S107 - it opens nothing
            data: bytes | str | None = None,
            **headers: str,
        ) -> requests.Response:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            if token is not None:
                sent["Authorization"] = token
            return session.request(
                method, f"{at or fake.url}{path}", headers=sent, data=data, timeout=30, allow_redirects=False
            )

        yield ask


@pytest.fixture(name="reason")
def _reason() -> Reason:
    """Return a function that returns the decoded reason of a response."""
    return lambda answer: unquote(answer.headers["X-Smartflo-Fake-Reason"])


@pytest.fixture(name="default_client", scope="session")
def _default_client() -> FlaskClient:
    """Return a client of a fake in this process with default settings; use it with an account of your own."""
    return create_app(Config()).test_client()


@pytest.fixture(name="account")
def _account(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the headers of an account that no other test uses."""
    return {"Authorization": f"Bearer {uuid5(NAMESPACE_URL, request.node.nodeid).hex}"}
