"""Request bodies that do not arrive: the deadline, and the threads that are kept free."""

import io
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from threading import BoundedSemaphore, Event

import pytest
import requests
from flask import Flask
from werkzeug.exceptions import RequestTimeout, ServiceUnavailable

from smartflo_contract.mock_server import create_app
from smartflo_contract.mock_server.server.body_reader import BodyLimits, BodyReader, with_body_deadline

from ..raw_http import raw_request  # noqa: TID252 - test folders are no packages
from ..serve_process import ServeProcess  # noqa: TID252

LOGIN = "/v1/auth/login"
THREADS = 8
"""Threads of a worker."""


class StalledBody(io.BytesIO):
    """A body of which the client sends no byte until it is released."""

    def __init__(self) -> None:
        """Create a stalled body."""
        self.released = Event()

    def read(self, _size: int | None = -1) -> bytes:
        """Wait, then return nothing."""
        self.released.wait()
        return b""


@pytest.fixture(name="stalled")
def _stalled() -> Iterator[StalledBody]:
    """Yield a stalled body, and release it afterwards."""
    body = StalledBody()
    yield body
    body.released.set()


def limits(slots: int = 1, body_seconds: float = 30, slot_seconds: float = 0) -> BodyLimits:
    """Return limits of a worker."""
    return BodyLimits(BoundedSemaphore(slots), body_seconds, slot_seconds)


def app_with(body_limits: BodyLimits) -> Flask:
    """Return a fake whose bodies have these limits."""
    app = create_app()
    app.wsgi_app = with_body_deadline(app.wsgi_app, body_limits)  # type: ignore[method-assign,assignment]
    return app


def test_reads_whole_bodies_pieces_and_lines() -> None:
    """A body that arrives is read as from the server itself."""
    reader = BodyReader(io.BytesIO(b"one\ntwo\nthree"), limits())

    assert [b"o", b"ne\n", b"two\n", b"three"] == [reader.read(1), reader.readline(), reader.readline(5), reader.read()]


def test_error_of_the_server_is_raised() -> None:
    """An error while the body is read reaches the application."""
    closed = io.BytesIO()
    closed.close()

    with pytest.raises(ValueError, match="closed"):
        BodyReader(closed, limits()).read()


def test_stalled_body_times_out(stalled: StalledBody) -> None:
    """A body that does not arrive in time is an error, and its slot is free again."""
    body_limits = limits(body_seconds=0.01)

    for _ in range(2):
        with pytest.raises(RequestTimeout, match=r"within 0\.01 seconds"):
            BodyReader(stalled, body_limits).read()


def test_too_many_stalled_bodies_are_rejected(stalled: StalledBody) -> None:
    """Without a free slot, a body is not read at all."""
    body_limits = limits()
    body_limits.slots.acquire()

    with pytest.raises(ServiceUnavailable, match="waiting for their bodies"):
        BodyReader(stalled, body_limits).read()


@pytest.mark.parametrize(
    ("path", "key"), [(LOGIN, "message"), ("/v1/broadcast/lead/8668", "message"), ("/__admin/faults", "detail")]
)
def test_stalled_request_gets_408(path: str, key: str, stalled: StalledBody) -> None:
    """The response has the shape of its API."""
    client = app_with(limits(body_seconds=0.01)).test_client()
    environ = {"wsgi.input": stalled, "CONTENT_LENGTH": "100"}
    response = client.post(path, headers={"Authorization": "x"}, environ_overrides=environ)

    assert 408 == response.status_code
    assert key in response.get_json()


def test_request_with_body_is_answered() -> None:
    """The deadline does not change a request whose body arrives."""
    client = app_with(limits()).test_client()

    assert 200 == client.post(LOGIN, json={"email": "crm", "password": "any"}).status_code


def test_stalled_bodies_leave_threads_for_others(serve_process: ServeProcess) -> None:
    """Clients that send part of a body, one for each thread, do not keep the fake from answering."""
    with ExitStack() as connections:
        for _ in range(THREADS):
            client = connections.enter_context(socket.create_connection(serve_process.address, timeout=30))
            client.sendall(raw_request(f"POST {LOGIN}", body=b"{", length=100))

        assert {"status": "ok"} == requests.get(f"{serve_process.url}/__admin/health", timeout=20).json()
