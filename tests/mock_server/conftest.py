"""Fakes that tests share, over a socket and in this process, and a function that sends requests over a socket."""

from collections.abc import Callable, Iterator
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from smartflo_contract.mock_server import Config, FakeSmartflo, create_app

from .serve_process import ServeProcess

Send = Callable[..., requests.Response]
"""Sends a request over a socket: path, method, and keyword arguments ``base_url``, ``token``, ``data`` and headers."""
Reason = Callable[[requests.Response | TestResponse], str]
"""Returns the decoded reason of a response."""


@pytest.fixture(name="fake", scope="session")
def _fake() -> Iterator[FakeSmartflo]:
    """Yield a running fake with default settings."""
    with FakeSmartflo() as fake:
        yield fake


@pytest.fixture(name="serve_process", scope="session")
def _serve_process() -> Iterator[ServeProcess]:
    """Yield a server process with one worker and default settings, which must print nothing."""
    server = ServeProcess()
    yield server
    server.process.terminate()

    assert (0, "", "") == server.wait()


@pytest.fixture(name="send")
def _send(fake: FakeSmartflo) -> Iterator[Send]:
    """Yield a function that sends a request over a socket, without redirects and without this user's settings."""
    with requests.Session() as session:
        session.trust_env = False

        def send(
            path: str,
            method: str = "GET",
            *,
            base_url: str | None = None,
            token: str | None = "Bearer any-text",  # noqa: S107 - it opens nothing
            data: bytes | str | Iterator[bytes] | None = None,
            **headers: str,
        ) -> requests.Response:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            if token is not None:
                sent["Authorization"] = token
            url = f"{base_url or fake.url}{path}"
            return session.request(method, url, headers=sent, data=data, timeout=30, allow_redirects=False)

        yield send


@pytest.fixture(name="reason")
def _reason() -> Reason:
    """Return a function that decodes the reason of a response."""
    return lambda response: unquote(response.headers["X-Smartflo-Fake-Reason"])


@pytest.fixture(name="default_client", scope="session")
def _default_client() -> FlaskClient:
    """Return a client of a fake in this process with default settings; use it with an account of your own."""
    return create_app(Config()).test_client()


@pytest.fixture(name="account")
def _account(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the headers of an account that no other test uses."""
    return {"Authorization": f"Bearer {uuid5(NAMESPACE_URL, request.node.nodeid).hex}"}
