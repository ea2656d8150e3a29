"""HTTP over a socket, byte by byte, for requests that no HTTP client sends."""

import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 60


def address_of(url: str) -> tuple[str, int]:
    """Return host and port of a URL."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def raw_request(
    route: str,
    *,
    body: bytes = b"",
    token: str = "any",  # noqa: S107 - it opens nothing
    length: int | None = None,
    keep_alive: bool = False,
) -> bytes:
    """Return the bytes of a request.

    Args:
        route: method and path.
        body: the body.
        token: value of the Authorization header.
        length: value of the Content-Length header, if it is not the length of the body.
        keep_alive: whether the connection stays open after the response.
    """
    size = len(body) if length is None else length
    connection = [] if keep_alive else ["Connection: close"]
    lines = [f"{route} HTTP/1.1", "Host: x", f"Authorization: {token}", *connection, f"Content-Length: {size}", "", ""]
    return "\r\n".join(lines).encode() + body


def exchange(url: str, pieces: Iterable[bytes], *, end: bool = False) -> bytes:
    """Send pieces of a request while the server accepts them, and return its response until it closes the connection.

    Args:
        url: URL of the server; only its host and port matter.
        pieces: bytes to send.
        end: whether to close the sending side afterwards.
    """
    with socket.create_connection(address_of(url), timeout=TIMEOUT_SECONDS) as client:
        try:
            for piece in pieces:
                client.sendall(piece)
            if end:
                client.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server responded before everything was sent
        received = b""
        try:
            while piece := client.recv(65_536):
                received += piece
        except ConnectionResetError:
            pass  # the server did not read what was sent meanwhile
        return received


def status_of(response: bytes) -> int:
    """Return the status of a response."""
    return int(response[9:12])
