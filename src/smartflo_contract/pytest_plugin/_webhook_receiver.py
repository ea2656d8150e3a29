"""A receiver of webhooks that records what it gets, for receivers that are not servers yet."""

from collections import deque
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import TIMEOUT_MAX, Condition, Thread
from typing import Any, Final, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

import orjson

from smartflo_contract.mock_server.http.json_values import check_json
from smartflo_contract.mock_server.webhooks.client import ATTEMPT_HEADER, TRIGGER_HEADER
from smartflo_contract.pytest_plugin._arguments import check_times
from smartflo_contract.pytest_plugin._assertion_messages import newest_lines
from smartflo_contract.pytest_plugin._webhooks import check_trigger, expectation, matches
from smartflo_contract.schemas.printable import truncate

_MAX_BODY_BYTES: Final = 16 * 1024 * 1024
_MAX_LINES: Final = 10
_MAX_BODY_CHARACTERS: Final = 200
_DEFAULT_TIMEOUT_SECONDS: Final = 2.0
_STATUSES: Final = range(200, 600)


class ReceivedWebhook(NamedTuple):
    """A request to the receiver.

    Attributes:
        trigger: trigger of the webhook; empty for a request of another client.
        attempt: number of the attempt, from 1.
        method: HTTP method.
        path: path of the request.
        headers: headers, with names in lower case.
        query: parameters of the query; of a repeated one, the last value.
        text: the body.
        json: the body as JSON, the query for a GET; ``None`` for a body that is not JSON.
    """

    trigger: str
    attempt: int
    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    text: str
    json: Any


class WebhookReceiver:
    """A server on a free port of the loopback interface. Use it as a context manager.

    It answers with status 200 and an empty JSON object, unless :meth:`respond` sets other statuses.

    Attributes:
        received: the requests, in the order in which they came.
    """

    def __init__(self) -> None:
        """Create a receiver that does not listen yet."""
        self.received: list[ReceivedWebhook] = []
        self._statuses: deque[int] = deque()
        self._changed = Condition()
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        """Start to listen."""
        self._server = _Server(self)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def __repr__(self) -> str:
        """Return the URL."""
        return f"<WebhookReceiver at {self.url}>" if self._server else "<WebhookReceiver, stopped>"

    @property
    def url(self) -> str:
        """URL for ``smartflo.webhook()``; any path below it is received as well.

        Raises:
            RuntimeError: the receiver is not running.
        """
        if self._server is None:
            message = "the receiver is not running; use `with WebhookReceiver() as receiver:`"
            raise RuntimeError(message)
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def respond(self, *statuses: int) -> None:
        """Set the statuses of the next responses, one for each request; later ones are 200 again.

        Raises:
            ValueError: a status is not an HTTP status from 200 to 599.
        """
        __tracebackhide__ = True
        for status in statuses:
            if not isinstance(status, int) or int(status) not in _STATUSES:
                message = f"respond: expected HTTP statuses from 200 to 599, such as 503, got {status!r}"
                raise ValueError(message)
        with self._changed:
            self._statuses.extend(map(int, statuses))

    def assert_received(
        self,
        trigger: str | None = None,
        *,
        times: int | None = None,
        json: Any = None,
        timeout: float = _DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        """Fail unless matching requests were received; wait for them if there are too few.

        Args:
            trigger: trigger of the webhooks; ``None`` for any.
            times: number of requests; ``None`` for at least one.
            json: JSON body; an object matches if it is a subset.
            timeout: maximum time to wait, in seconds.

        Raises:
            AssertionError: they were not; the message shows what was received.
            ValueError: there is no such trigger, or another argument cannot match.
        """
        __tracebackhide__ = True
        check_times(times)
        check_json(json, "json")
        if not isinstance(timeout, int | float) or not 0 <= timeout <= TIMEOUT_MAX:
            message = f"timeout: expected a number of seconds from 0, got {timeout!r}"
            raise ValueError(message)
        if trigger is not None:
            check_trigger(trigger)

        def total() -> int:
            return sum(trigger in {None, each.trigger} and matches(json, each.json) for each in self.received)

        with self._changed:
            self._changed.wait_for(lambda: total() >= (1 if times is None else times), timeout)
            got, received = total(), list(self.received)
        if got != times if times is not None else got == 0:
            lines = _lines(received) or ["  none"]
            heading = f"expected {expectation(trigger, times, json)}, got {got}; requests to this receiver:"
            raise AssertionError("\n".join([heading, *lines]))

    def add(self, request: ReceivedWebhook) -> int:
        """Record a request, and return the status of its response."""
        with self._changed:
            self.received.append(request)
            self._changed.notify_all()
            return self._statuses.popleft() if self._statuses else 200


class _Server(ThreadingHTTPServer):
    """Serves one receiver."""

    daemon_threads = True

    def __init__(self, receiver: WebhookReceiver) -> None:
        """Listen on a free port."""
        self.receiver = receiver
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    """Records requests, and logs nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        """Answer a GET."""
        self._receive()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._receive()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Log nothing, because tests read the output of their own code."""

    def _receive(self) -> None:
        size = min(int(self.headers.get("Content-Length") or 0), _MAX_BODY_BYTES)
        text = self.rfile.read(size).decode(errors="replace")
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        trigger, attempt = headers.get(TRIGGER_HEADER.lower(), ""), headers.get(ATTEMPT_HEADER.lower(), "1")
        json = query if self.command == "GET" else _json(text)
        received = ReceivedWebhook(trigger, int(attempt), self.command, parts.path, headers, query, text, json)
        status = self.server.receiver.add(received)
        self.send_response(status)
        has_body = status not in {204, 304}
        if has_body:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}" if has_body else b"")
        self.wfile.flush()


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        return None


def _lines(received: list[ReceivedWebhook]) -> list[str]:
    lines = (
        f"{each.trigger or 'no trigger'}: {each.method} {each.path}, "
        f"{truncate(each.text or str(dict(each.query)), _MAX_BODY_CHARACTERS)}"
        for each in received[-_MAX_LINES:]
    )
    return newest_lines(lines, len(received), "request")
