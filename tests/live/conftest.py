"""Servers on loopback that answer what a test says, byte by byte."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import chain, repeat
from threading import Event, Thread
from typing import Self

import pytest

Answer = bytes | Callable[[socket.socket], object]


class Server:
    """Gives each connection one answer, the last one again and again, and then closes it.

    Attributes:
        url: its root.
        heads: the requests that came, without their bodies.
    """

    def __init__(self, *answers: Answer) -> None:
        """Listen."""
        self._answers = answers
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._over = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self.url = "http://127.0.0.1:{1}".format(*self._listening.getsockname())
        self.heads: list[str] = []

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._over.set()
        with suppress(OSError):
            socket.create_connection(self._listening.getsockname(), 1).close()  # wakes it
        self._thread.join(10)
        self._listening.close()

    def _run(self) -> None:
        for answer in chain(self._answers, repeat(self._answers[-1])):
            connection, _ = self._listening.accept()
            with connection, suppress(OSError):
                if self._over.is_set():
                    return
                connection.settimeout(10)
                self.heads.append(_head(connection))
                if isinstance(answer, bytes):
                    connection.sendall(answer)
                else:
                    answer(connection)


def _head(connection: socket.socket) -> str:
    """Read a request, or what somebody sends who speaks TLS."""
    got = connection.recv(65_536)
    while got[:1] in {b"G", b"P"} and b"\r\n\r\n" not in got:
        got += connection.recv(65_536)
    head, _, body = got.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    length = int(text.lower().partition("content-length: ")[2].split("\r\n")[0] or 0)
    while len(body) < length:
        body += connection.recv(65_536)
    return text


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that end with the test."""
    with ExitStack() as stack:
        yield lambda *answers: stack.enter_context(Server(*answers))
