"""Send messages to receivers over HTTP: bounded in time and size, without redirects, proxies and decoding."""

import socket
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

from smartflo_contract._version import __version__
from smartflo_contract.mock_server.config.receiver_url import Receiver, parse_receiver
from smartflo_contract.mock_server.config.webhook import Webhook
from smartflo_contract.mock_server.webhooks.message import Message, content_type_of
from smartflo_contract.schemas.printable import escape_unprintable, truncate

MAX_RESPONSE_BYTES: Final = 64 * 1024
"""Maximum size of a body that is read; after a larger one, the connection is closed."""
TRIGGER_HEADER: Final = "X-Smartflo-Fake-Trigger"
ATTEMPT_HEADER: Final = "X-Smartflo-Fake-Attempt"
_USER_AGENT: Final = f"smartflo-contract/{__version__}"


class Answer(NamedTuple):
    """The response of a receiver.

    Attributes:
        status: HTTP status.
        body: the body, or the beginning of a larger one.
        location: where a redirect points to; empty without one.
    """

    status: int
    body: bytes
    location: str = ""


class DeliveryError(Exception):
    """A message was not answered. The message states why."""


class DeliveryTimeoutError(DeliveryError):
    """The receiver did not answer in time."""


class RequestHead(NamedTuple):
    """Method, target and headers of a message.

    Attributes:
        method: HTTP method.
        target: path and query.
        headers: name and value of each header.
        body: the body.
    """

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


def request_of(message: Message, webhook: Webhook) -> RequestHead:
    """Return the HTTP request of a message."""
    parts = urlsplit(webhook.url)
    is_post = webhook.method == "POST"
    query = "&".join(filter(None, (parts.query, "" if is_post else message.body)))
    body = message.body.encode() if is_post else b""
    headers = {
        "Host": parse_receiver(webhook.url).authority,
        "User-Agent": _USER_AGENT,
        "Accept": "*/*",
        TRIGGER_HEADER: webhook.trigger,
        ATTEMPT_HEADER: str(message.attempt),
    }
    if is_post:
        headers |= {"Content-Type": content_type_of(webhook.template), "Content-Length": str(len(body))}
    own = {name.lower() for name in webhook.headers}
    headers = {name: value for name, value in headers.items() if name.lower() not in own} | dict(webhook.headers)
    return RequestHead(webhook.method, (parts.path or "/") + (f"?{query}" if query else ""), headers, body)


class _BoundedReader(RawIOBase):
    """Reads a socket until a deadline.

    Args:
        connection: the socket.
        deadline: end of the time limit, by the monotonic clock.
    """

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        """Create a reader."""
        self._connection, self._deadline = connection, deadline

    def readable(self) -> bool:
        """Return ``True``."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what has arrived.

        Raises:
            TimeoutError: the deadline has passed.
        """
        self._connection.settimeout(_left(self._deadline))
        return self._connection.recv_into(buffer)


class _ReadOnly:
    """What the response parser of the standard library needs of a socket."""

    def __init__(self, reader: BufferedReader) -> None:
        """Wrap a reader."""
        self._reader = reader

    def makefile(self, _mode: str) -> BufferedReader:
        """Return the reader."""
        return self._reader


class ReceiverClient:
    """A client of one receiver, which keeps its connection between messages.

    Args:
        receiver: the receiver.
    """

    def __init__(self, receiver: Receiver) -> None:
        """Create a client that is not connected."""
        self._receiver = receiver
        self._connection: socket.socket | None = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def send(self, message: Message, webhook: Webhook) -> Answer:
        """Send a message and return the answer. A connection that the receiver has closed meanwhile is replaced.

        Raises:
            DeliveryError: there is no answer.
        """
        request, deadline = request_of(message, webhook), monotonic() + webhook.timeout
        was_open = self._connection is not None
        try:
            try:
                return self._exchange(request, deadline)
            except ConnectionError:
                self.close()
                if not was_open:
                    raise
                return self._exchange(request, deadline)
        except TimeoutError:
            self.close()
            text = f"no answer within {webhook.timeout:g} s"
            raise DeliveryTimeoutError(text) from None
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            text = f"{type(error).__name__}: {truncate(escape_unprintable(str(error)))}"
            raise DeliveryError(text) from None

    def _exchange(self, request: RequestHead, deadline: float) -> Answer:
        """Send a request and read the response.

        Raises:
            ConnectionError: the receiver closed the connection, or refuses it.
            HTTPException: the response is not HTTP.
            OSError: the connection failed.
        """
        if self._connection is None:
            self._connection = _connect(self._receiver, deadline)
        connection = self._connection
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        connection.settimeout(_left(deadline))
        connection.sendall(f"{request.method} {request.target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + request.body)
        reader = BufferedReader(_BoundedReader(connection, deadline))
        response = HTTPResponse(_ReadOnly(reader), method=request.method)  # type: ignore[arg-type]
        response.begin()
        body = response.read(MAX_RESPONSE_BYTES)
        is_complete = response.isclosed() or not (response.length or response.read(1))
        if response.will_close or not is_complete:
            self.close()
        return Answer(response.status, body, response.headers.get("Location", ""))


def _connect(receiver: Receiver, deadline: float) -> socket.socket:
    """Return a connection to the first address of a receiver that accepts one.

    Raises:
        OSError: none does.
    """
    failure: OSError = ConnectionRefusedError("no address")
    for address in receiver.addresses:
        try:
            connection = socket.create_connection((address, receiver.port), timeout=_left(deadline))
        except OSError as error:
            failure = error
            continue
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection if receiver.scheme == "http" else _secure(connection, receiver.host)
    raise failure


def _secure(connection: socket.socket, host: str) -> socket.socket:
    """Return a TLS connection whose certificate is valid for a host."""
    import ssl  # noqa: PLC0415 - slow to import, and rare

    try:
        return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


def _left(deadline: float) -> float:
    """Return the seconds until a deadline.

    Raises:
        TimeoutError: it has passed.
    """
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    return left
