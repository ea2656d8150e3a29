"""Proxies whose upstream is a fake or a scripted server."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from werkzeug.test import Client

from smartflo_contract.proxy import ProxyConfig
from smartflo_contract.proxy.app import ProxyApp

from ..scripted_server import Server  # noqa: TID252 - test folders are no packages

ClientOf = Callable[..., Client]
LEADS = "/v1/broadcast/leads/8668"
FINDINGS = "X-Smartflo-Contract-Findings"
NO_FINDINGS = "break=0, surprise=0, doc-only=0"


@pytest.fixture(name="client_of")
def _client_of() -> Iterator[ClientOf]:
    """Return a function that returns a client of a proxy in process, before the API at a URL."""
    with ExitStack() as stack:

        def client_of(upstream: str, sleep: Callable[[float], object] = time.sleep, **settings: Any) -> Client:
            app = ProxyApp(ProxyConfig(upstream, **settings), sleep)
            stack.callback(app.close)
            return Client(app)

        yield client_of


@pytest.fixture(name="serve")
def _serve() -> Iterator[Callable[..., Server]]:
    """Start servers that stop at the end of the test."""
    with ExitStack() as stack:
        yield lambda *responses: stack.enter_context(Server(*responses))


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return a response of JSON as a scripted server sends it, with further headers."""
    lines = (f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join((*lines, "", "")).encode() + body
