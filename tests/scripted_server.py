"""Loopback servers that send scripted responses, byte by byte."""

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from pathlib import Path
from threading import Event, Thread
from typing import Self

ScriptedResponse = bytes | Callable[[socket.socket], object]
_SECONDS = 10
"""Time after which a connection or thread is given up, so that a failing test ends."""


class Server:
    """Sends one scripted response on each connection, repeating the last one, and closes the connection.

    Attributes:
        url: root URL.
        heads: request line and headers of each request.
    """

    def __init__(self, *responses: ScriptedResponse) -> None:
        """Listen on a free port."""
        self._responses = responses
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopping = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self.url = "http://127.0.0.1:{1}".format(*self._listener.getsockname())
        self.heads: list[str] = []

    def __enter__(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the thread and close the port."""
        self._stopping.set()
        with suppress(OSError):
            socket.create_connection(self._listener.getsockname(), 1).close()  # ends accept()
        self._thread.join(_SECONDS)
        self._listener.close()

    def _run(self) -> None:
        for response in chain(self._responses, repeat(self._responses[-1])):
            connection, _ = self._listener.accept()
            with connection, suppress(OSError):
                if self._stopping.is_set():
                    return
                connection.settimeout(_SECONDS)
                self.heads.append(_read_head(connection))
                if isinstance(response, bytes):
                    connection.sendall(response)
                else:
                    response(connection)


def _read_head(connection: socket.socket) -> str:
    """Read a whole request, or the first bytes of a TLS handshake, and return it without its body."""
    received = connection.recv(65_536)
    while received[:1] in {b"G", b"P"} and b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    length = int(text.lower().partition("content-length: ")[2].split("\r\n")[0] or 0)
    while len(body) < length:
        body += connection.recv(65_536)
    return text


@contextmanager
def tls_server(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Start a server with a self-signed certificate; yield its URL and the names of its errors."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    options = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=localhost -days 2"
    subprocess.run(["openssl", *options.split(), "-keyout", key, "-out", certificate], capture_output=True, check=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    errors: list[str] = []

    def accept() -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                context.wrap_socket(connection, server_side=True)
            except OSError as error:
                errors.append(type(error).__name__)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=accept, daemon=True)
        thread.start()
        yield "https://127.0.0.1:{1}".format(*listener.getsockname()), errors
        thread.join(30)
