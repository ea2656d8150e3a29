"""Response bodies as chunks: from scripted servers, and from a stub where a real one would take time."""

import gzip
import socket
from collections.abc import Callable
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
from urllib3.exceptions import ReadTimeoutError

from smartflo_contract.live import LiveError
from smartflo_contract.live.client.deadline import Deadline
from smartflo_contract.live.client.http_session import send_get
from smartflo_contract.live.client.response_body import body_chunks
from smartflo_contract.live.errors import TruncatedBodyError

BODY = b"[" + b",".join(b"%d" % number for number in range(50_000)) + b"]"
EMPTY_BLOCK = b"\0\0\0\xff\xff"
"""A deflate block without content, which another one may follow."""


class Clock:
    """Monotonic time that a test advances."""

    def __init__(self) -> None:
        """Start at zero."""
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


def raw_response(body: bytes = b"[]", *headers: str, length: int | None = None) -> bytes:
    """Return an HTTP response."""
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunked(*chunks: bytes) -> bytes:
    """Return a chunked HTTP response without the last chunk."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)


def compress(data: bytes) -> bytes:
    """Return gzip without the time, because test ids contain it."""
    return gzip.compress(data, mtime=0)


def read(response: requests.Response) -> bytes:
    """Return the whole body."""
    with response:
        return b"".join(body_chunks(response, Deadline(600, Clock())))


def read_truncated(response: requests.Response) -> tuple[bytes, str]:
    """Return the part of a body before it is cut off, and the error."""
    received: list[bytes] = []
    with response, pytest.raises(TruncatedBodyError) as caught:
        received.extend(body_chunks(response, Deadline(600, Clock())))
    return b"".join(received), str(caught.value)


@pytest.mark.parametrize(
    ("response", "received", "count"),
    [
        (raw_response(b"[1,", length=1_000), b"[1,", "3 of 1000"),
        (chunked(b"[1,"), b"[1,", "3"),
        (chunked(b"[1,", b"2,") + b"5\r\n3", b"[1,2,3", "6"),
        (chunked(b"[1,") + b"what\r\n", b"[1,", "3"),
    ],
    ids=["length", "last chunk missing", "in a chunk", "invalid chunk"],
)
def test_reports_truncation_after_received_bytes(response: bytes, received: bytes, count: str, serve: Any) -> None:
    """What arrived is yielded first."""
    expected = (received, f"the body was cut off after {count} bytes: the connection was closed")
    assert expected == read_truncated(send_get(serve(response).url, None))


def test_reports_silence_as_truncation() -> None:
    """A connection on which nothing arrives for some time is like a closed one."""
    chunks = [b"[1,"]

    def read1(*_: object, **__: object) -> bytes:
        if chunks:
            stub.raw.length_remaining -= 3
            return chunks.pop()
        raise ReadTimeoutError(cast("Any", None), "/", "timed out")

    stub = SimpleNamespace(headers={}, raw=SimpleNamespace(length_remaining=100, read1=read1))
    body = body_chunks(cast("requests.Response", stub), Deadline(600, Clock()))
    assert b"[1," == next(body)
    with pytest.raises(TruncatedBodyError, match="the body was cut off after 3 of 100 bytes: no more bytes arrived"):
        next(body)


def test_ends_at_declared_length(serve: Any) -> None:
    """Bytes after ``Content-Length`` do not belong to the body, whenever they arrive."""

    def send(connection: socket.socket) -> None:
        connection.sendall(raw_response(b"[1,", length=5))
        first_was_read.wait(10)
        connection.sendall(b"2,3,4]" * 1_000)

    first_was_read = Event()
    with send_get(serve(send).url, None) as response:
        chunks = body_chunks(response, Deadline(600, Clock()))
        first = next(chunks)
        first_was_read.set()
        assert b"[1,2," == first + b"".join(chunks)


@pytest.mark.parametrize(
    "head",
    [raw_response(b"", length=100), b"HTTP/1.1 200 OK\r\n\r\n", chunked() + b"64\r\n"],
    ids=["length", "no length", "chunk"],
)
def test_yields_bytes_as_they_arrive(head: bytes, serve: Any) -> None:
    """A byte is not kept until more arrive."""

    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        for event in was_read:
            connection.sendall(b"1")
            event.wait(10)

    was_read = [Event(), Event(), Event()]
    with send_get(serve(send).url, None) as response:
        chunks = body_chunks(response, Deadline(600, Clock()))
        for event in was_read:
            assert b"1" == next(chunks)
            event.set()


def endless(head: bytes, chunk: bytes) -> Callable[[socket.socket], None]:
    """Return a response that ends when the client closes the connection."""

    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(chunk)

    return send


@pytest.mark.parametrize(
    "send",
    [
        endless(b"HTTP/1.1 200 OK\r\n\r\n[", b"1," * 100),
        endless(raw_response(b"[", length=10**15), b"1," * 100),
        endless(chunked(b"["), b"2\r\n1,\r\n"),
    ],
    ids=["no length", "length", "chunks"],
)
def test_limits_time_of_endless_bodies(send: Callable[[socket.socket], None], serve: Any) -> None:
    """The time includes the time between two chunks; the error is not a truncation."""
    clock = Clock()

    def read_slowly() -> None:
        for _ in body_chunks(response, Deadline(100, clock)):
            clock.seconds += 10

    with send_get(serve(send).url, None) as response, pytest.raises(LiveError) as caught:
        read_slowly()
    assert 110 == clock.seconds
    assert type(caught.value) is LiveError
    assert str(caught.value).startswith("the response did not end within 100 seconds, after ")


def test_limits_time_of_gzip_without_content(serve: Any) -> None:
    """The limit applies even if no chunk can be yielded."""

    def send(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + compress(b"")[:10])
        while True:
            connection.sendall(EMPTY_BLOCK)
            clock.seconds += 1

    clock = Clock()
    with send_get(serve(send).url, None) as response, pytest.raises(LiveError, match="did not end within 600 seconds"):
        next(body_chunks(response, Deadline(600, clock)))


@pytest.mark.parametrize(
    "sent",
    [
        compress(BODY),
        compress(BODY[:100_000]) + compress(BODY[100_000:]),
        compress(BODY) + bytes(70_000),
        compress(BODY[:9]) + bytes(9) + compress(b"") + compress(BODY[9:]),
    ],
    ids=["one member", "two members", "padding after", "padding between"],
)
@pytest.mark.parametrize("encoding", ["gzip", "X-GZIP"])
def test_decompresses_gzip(sent: bytes, encoding: str, serve: Any) -> None:
    """A gzip stream has one or more members, which may be padded with zeros."""
    server = serve(raw_response(sent, f"Content-Encoding: {encoding}"))
    assert BODY == read(send_get(server.url, None))
    assert "\r\nAccept-Encoding: gzip\r\n" in server.heads[0]


def test_bounds_chunks_of_decompressed_data(serve: Any) -> None:
    """A chunk has at most 64 KiB, however high the compression ratio is."""
    sent = compress(bytes(5_000_000))
    with send_get(serve(raw_response(sent, "Content-Encoding: gzip")).url, None) as response:
        sizes = [len(chunk) for chunk in body_chunks(response, Deadline(600, Clock()))]
    assert (5_000_000, 65_536) == (sum(sizes), max(sizes))


@pytest.mark.parametrize("length", [None, 10**6])
def test_reports_truncated_gzip(length: int | None, serve: Any) -> None:
    """A gzip stream without end is truncated, whether its bytes are complete or not."""
    server = serve(raw_response(compress(BODY)[:-20_000], "Content-Encoding: gzip", length=length))
    received, message = read_truncated(send_get(server.url, None))
    assert BODY.startswith(received)
    assert len(received) > 10_000
    assert message.startswith("the body was cut off")


@pytest.mark.parametrize("body", [b"[1]", compress(b"[1]") + b"more"], ids=["plain", "trailing data"])
def test_reports_invalid_gzip(body: bytes, serve: Any) -> None:
    """A body that is not gzip, although it is declared so, is an error."""
    received, message = read_truncated(send_get(serve(raw_response(body, "Content-Encoding: gzip")).url, None))
    assert received in {b"", b"[1]"}
    assert "the body was cut off: it is not valid gzip, although its Content-Encoding is gzip" == message


@pytest.mark.parametrize(("body", "encoding"), [(b"", "gzip"), (b"[]", "identity")])
def test_accepts_empty_gzip_and_identity(body: bytes, encoding: str, serve: Any) -> None:
    """An empty body has no gzip header, and ``identity`` is no encoding."""
    assert body == read(send_get(serve(raw_response(body, f"Content-Encoding: {encoding}")).url, None))
