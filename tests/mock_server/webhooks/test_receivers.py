"""Receivers that misbehave, and receivers that are not permitted."""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any

import pytest

from smartflo_contract.mock_server import Config, ConfigError, Webhook
from smartflo_contract.mock_server.config.quirks import resolve_quirks
from smartflo_contract.mock_server.config.receiver_url import parse_receiver
from smartflo_contract.mock_server.webhooks.client import DeliveryError, ReceiverClient
from smartflo_contract.mock_server.webhooks.delivery import Deliverer, Order
from smartflo_contract.mock_server.webhooks.message import Message
from smartflo_contract.mock_server.webhooks.queue import Attempt
from smartflo_contract.pytest_plugin import Smartflo, WebhookReceiver

from .conftest import TEMPLATE, make_calls

Respond = Callable[[socket.socket], None]
Serve = Callable[[Respond], str]
EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def read_request(connection: socket.socket) -> bytes:
    """Return a request; empty if the client has closed the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture(name="serve")
def _serve() -> Iterator[Serve]:
    """Yield a function that serves connections by another one, each in a thread, and returns the URL."""
    listeners: list[socket.socket] = []

    def accept(listener: socket.socket, respond: Respond) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                Thread(target=handle, args=(connection, respond), daemon=True).start()

    def handle(connection: socket.socket, respond: Respond) -> None:
        with connection, suppress(OSError):
            respond(connection)

    def serve(respond: Respond) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        Thread(target=accept, args=(listener, respond), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/hook"

    yield serve
    for listener in listeners:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def answer_with(data: bytes) -> Respond:
    """Return a function that answers every request of a connection with the same bytes, and then closes it."""

    def respond(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(data)

    return respond


def failure_of(smartflo: Smartflo, url: str, **settings: Any) -> str:
    """Return the reason why a receiver got nothing, after all attempts."""
    smartflo.webhook(url, trigger="hangup", template=TEMPLATE, **settings)
    make_calls(smartflo)
    summary = smartflo.clock.advance(hours=1)
    assert (0, 1) == (summary.delivered, summary.failed)
    return str(summary.failures[0]["reason"])


# Misbehaving receivers


def test_receiver_that_hangs(smartflo: Smartflo, serve: Serve) -> None:
    """After three time limits in a row, the receiver gets nothing more in this advance."""
    received: list[bytes] = []

    def hang(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.recv(1)

    smartflo.webhook(serve(hang), trigger="hangup", timeout=0.1)
    make_calls(smartflo, 20)
    summary = smartflo.clock.advance(hours=1)

    assert (0, 20) == summary[:2]
    assert "not sent: the receiver left 3 messages in a row unanswered" == summary.failures[-1]["reason"]
    assert 3 == len(received)
    assert "no answer within 0.1 s" == smartflo.webhooks[0]["reason"]


def test_receiver_that_sends_slowly(smartflo: Smartflo, serve: Serve) -> None:
    """The time limit holds for the whole response, whatever arrives in between."""

    def drip(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        connection.settimeout(0.02)
        while True:
            connection.sendall(b"x")
            with suppress(TimeoutError):
                connection.recv(1)

    assert failure_of(smartflo, serve(drip), timeout=0.1).startswith("no")


def test_receiver_that_refuses(smartflo: Smartflo) -> None:
    """A port where nothing listens is a failed delivery, and not an error of the advance."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert failure_of(smartflo, f"http://127.0.0.1:{port}/").startswith("ConnectionRefusedError: ")


def test_receiver_that_redirects(smartflo: Smartflo, serve: Serve, receiver: WebhookReceiver) -> None:
    """A redirect is not followed; its target is in the reason."""
    data = f"HTTP/1.1 302 Found\r\nLocation: {receiver.url}\r\nContent-Length: 0\r\n\r\n".encode()

    assert f"status 302: redirects are not followed, to '{receiver.url}'" == failure_of(
        smartflo, serve(answer_with(data))
    )
    assert [] == receiver.received


def test_receiver_that_answers_500(smartflo: Smartflo, receiver: WebhookReceiver) -> None:
    """The status is in the reason, and the beginning of the body in the log."""
    receiver.respond(500, 500, 500)

    assert "status 500" == failure_of(smartflo, receiver.url)
    assert [(500, {})] * 3 == [(each["status"], each["response"]) for each in smartflo.webhooks]


@pytest.mark.parametrize(
    "head", ["Content-Length: 1073741824", "Transfer-Encoding: chunked", "Connection: close", "Content-Encoding: gzip"]
)
def test_receiver_that_answers_a_gigabyte(smartflo: Smartflo, serve: Serve, head: str) -> None:
    """A body is read up to 64 KiB, without decoding; then the connection is closed."""
    sent: list[int] = []

    def flood(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode())
        piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        for _ in range(16 * 1024):
            connection.sendall(piece)
            sent.append(len(piece))

    smartflo.webhook(serve(flood), trigger="hangup")
    make_calls(smartflo, 2)

    assert 2 == smartflo.clock.advance(hours=1).delivered
    assert sum(sent) < 64 * 1024 * 1024
    assert all(len(each["response"]) <= 1024 for each in smartflo.webhooks)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "RemoteDisconnected: "),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "BadStatusLine: "),
        (b"HTTP/1.1 two hundred\r\n\r\n", "BadStatusLine: "),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "HTTPException: got more than 100 headers"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000, "LineTooLong: "),
    ],
    ids=["closes", "ssh", "status", "headers", "line"],
)
def test_receiver_that_does_not_speak_http(smartflo: Smartflo, serve: Serve, data: bytes, reason: str) -> None:
    """A response that is not HTTP is a failed delivery that states what is wrong."""

    def respond(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(data)

    assert failure_of(smartflo, serve(respond)).startswith(reason)


def test_keeps_its_connection_and_replaces_a_closed_one(smartflo: Smartflo, serve: Serve) -> None:
    """Messages of an advance share a connection; one that the receiver closes is replaced without a failed attempt."""
    connections: list[int] = []

    def respond(connection: socket.socket) -> None:
        connections.append(0)
        while connections[-1] < 4 and read_request(connection):
            connections[-1] += 1
            connection.sendall(EMPTY)

    smartflo.webhook(serve(respond), trigger="hangup")
    make_calls(smartflo, 8)

    assert (8, 0) == smartflo.clock.advance(hours=1)[:2]
    assert [4, 4] == connections
    assert {1} == {each["attempt"] for each in smartflo.webhooks}


def test_uses_no_proxy(smartflo: Smartflo, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of proxies are ignored."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    smartflo.webhook(receiver.url, trigger="hangup")
    make_calls(smartflo)

    assert 1 == smartflo.clock.advance(hours=1).delivered


def test_several_receivers_do_not_wait_for_each_other(smartflo: Smartflo, serve: Serve) -> None:
    """While one receiver hangs, another one gets its messages: here it lets the first one answer."""
    arrived = SimpleQueue[socket.socket]()

    def wait(connection: socket.socket) -> None:
        while read_request(connection):
            arrived.put(connection)

    def release(connection: socket.socket) -> None:
        while read_request(connection):
            arrived.get(timeout=5).sendall(EMPTY)
            connection.sendall(EMPTY)

    smartflo.webhook(serve(wait), trigger="hangup")
    smartflo.webhook(serve(release), trigger="hangup")
    make_calls(smartflo)

    assert (2, 0) == smartflo.clock.advance(hours=1)[:2]


# Permitted receivers


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://example.com/hook", "allow each by name: serve --webhook-host example.com"),
        ("http://10.0.0.1/", "serve --webhook-host 10.0.0.1"),
        ("http://localhost.example.com/", "a receiver on this machine"),
        ("http://127.0.0.1.example.com/", "a receiver on this machine"),
        ("http://2130706433/", "a receiver on this machine"),
        ("http://0x7f.1/", "a receiver on this machine"),
        ("http://0/", "a receiver on this machine"),
        ("http://[::ffff:93.184.216.34]/", "a receiver on this machine"),
        ("http://[::]/", "a receiver on this machine"),
        ("http://127.0.0.1@example.com/", "without user and password"),
        ("http://user:secret@127.0.0.1/", "without user and password"),
        ("http://127.0.0.1\\@example.com/", "without user and password"),
        ("http://[fe80::1%25eth0]/", "a URL of host, port, path and query"),
        ("http://127.0.0.1/#part", "a URL of host, port, path and query"),
        ("http:///hook", "a URL of host, port, path and query"),
        ("http://127.0.0.1:0/", "a URL of host, port, path and query"),
        ("http://127.0.0.1:99999/", "a valid host and port"),
        ("http://[127.0.0.1/", "a valid host and port"),
        ("ftp://127.0.0.1/", "the scheme http or https"),
        ("127.0.0.1:5000", "the scheme http or https"),
        ("http://127.0.0.1/\r\nX: y", "a URL in ASCII without blanks"),
        ("http://127.0.0.1/ä", "a URL in ASCII without blanks"),
        ("http://api-smartflo.tatateleservices.com/", "a fake sends nothing to the vendor"),
        (7, "a URL in ASCII without blanks"),
    ],
)
def test_rejects_receivers_elsewhere(url: Any, expected: str) -> None:
    """Only this machine is permitted, under names and addresses that cannot mean another one."""
    with pytest.raises(ConfigError, match=r"^webhooks\[0\]\.url: expected ") as error:
        Config(webhooks=[Webhook(url)])

    assert expected in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "authority", "addresses"),
    [
        ("http://127.0.0.1:5000/hook", "127.0.0.1:5000", ("127.0.0.1",)),
        ("http://LOCALHOST/", "localhost", ("127.0.0.1", "::1")),
        ("http://crm.localhost:8000", "crm.localhost:8000", ("127.0.0.1", "::1")),
        ("https://[::1]:8443/", "[::1]:8443", ("::1",)),
        ("https://crm.example.com/", "crm.example.com", ("crm.example.com",)),
    ],
)
def test_names_of_this_machine_are_not_looked_up(url: str, authority: str, addresses: tuple[str, ...]) -> None:
    """A resolver cannot send ``localhost`` elsewhere; a host that is allowed by name is looked up."""
    Config(webhooks=[Webhook(url)], webhook_hosts=["crm.example.com"])
    receiver = parse_receiver(url)

    assert (authority, addresses) == (receiver.authority, receiver.addresses)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("*", "the name of one host in lower case"),
        ("http://crm.example.com", "the name of one host in lower case"),
        ("crm.example.com:80", "the name of one host in lower case"),
        ("CRM.example.com", "the name of one host in lower case"),
        (7, "the name of one host in lower case"),
        ("tatateleservices.com", "a host of your own; a fake sends nothing to the vendor"),
        ("x.acefone.in", "a host of your own"),
    ],
)
def test_rejects_hosts_that_cannot_be_allowed(host: Any, expected: str) -> None:
    """A host is allowed by its exact name, and the vendor's never."""
    with pytest.raises(ConfigError, match=r"^webhook_hosts\[0\]: expected ") as error:
        Config(webhook_hosts=[host])

    assert expected in str(error.value)


def test_allowed_host_is_reached_by_name(monkeypatch: pytest.MonkeyPatch, receiver: WebhookReceiver) -> None:
    """The client connects to what the name resolves to, and sends the name as ``Host``."""
    connected: list[str] = []
    connect = socket.create_connection

    def resolve(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address[0])
        return connect(("127.0.0.1", address[1]), timeout=timeout)

    monkeypatch.setattr(socket, "create_connection", resolve)
    url = receiver.url.replace("127.0.0.1", "crm.example.com")
    with ReceiverClient(parse_receiver(url)) as client:
        client.send(Message(0, 0, "id", "key", "{}"), Webhook(url))

    assert ["crm.example.com"] == connected
    assert receiver.received[0].headers["host"].startswith("crm.example.com:")


def test_localhost_is_tried_in_both_families(monkeypatch: pytest.MonkeyPatch, receiver: WebhookReceiver) -> None:
    """A receiver that listens on ::1 only is reached as ``localhost``."""
    connect = socket.create_connection

    def resolve(address: tuple[str, int], timeout: float) -> socket.socket:
        if address[0] != "::1":
            raise ConnectionRefusedError
        return connect(("127.0.0.1", address[1]), timeout=timeout)

    monkeypatch.setattr(socket, "create_connection", resolve)
    url = receiver.url.replace("127.0.0.1", "localhost")
    with ReceiverClient(parse_receiver(url)) as client:
        assert 200 == client.send(Message(0, 0, "id", "key", "{}"), Webhook(url)).status


def test_receiver_without_tls_gets_nothing(serve: Serve) -> None:
    """The message is sent after the certificate was checked, so a receiver of plain HTTP does not see it."""
    received: list[bytes] = []

    def respond(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        received.append(connection.recv(65536))

    webhook = Webhook(serve(respond).replace("http:", "https:"))
    with ReceiverClient(parse_receiver(webhook.url)) as client, pytest.raises(DeliveryError, match=r"^SSLError: "):
        client.send(Message(0, 0, "id", "key", "secret"), webhook)

    assert b"secret" not in b"".join(received)


def test_hosts_are_checked_again_before_sending() -> None:
    """A webhook that another fake on the store allowed is not sent by one that does not."""
    webhook = Webhook("http://crm.example.com/")
    message, attempts = Message(5, 5, webhook.id, "key", "{}", attempt=3), list[Attempt]()
    order = Order(lambda: (), [webhook], resolve_quirks({}), [message], 10, 0)
    later = Deliverer((), {}).deliver(order, lambda _message, _webhook, attempt: attempts.append(attempt))

    assert [] == later
    assert "serve --webhook-host crm.example.com" in attempts[0].reason


def test_application_of_another_process_is_not_found() -> None:
    """A webhook for an application is sent only by the process that has it."""
    webhook, attempts = Webhook("app://app-0/"), list[Attempt]()
    message = Message(5, 5, webhook.id, "key", "{}", attempt=3)
    order = Order(lambda: (), [webhook], resolve_quirks({}), [message], 10, 0)
    Deliverer((), {}).deliver(order, lambda _message, _webhook, attempt: attempts.append(attempt))

    assert "the application of this webhook is not in this process" == attempts[0].reason
