"""Send messages to a WSGI or ASGI application in this process."""

import asyncio
import inspect
import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from threading import Thread
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from smartflo_contract.mock_server.config.webhook import Webhook
from smartflo_contract.mock_server.webhooks.client import (
    MAX_RESPONSE_BYTES,
    Answer,
    DeliveryError,
    DeliveryTimeoutError,
    RequestHead,
    request_of,
)
from smartflo_contract.mock_server.webhooks.message import Message
from smartflo_contract.schemas.printable import escape_unprintable, truncate

App = Callable[..., Any]
_HOST: Final = "localhost"


class AppClient:
    """A client of one application, which it calls in the thread of the caller.

    An ASGI application runs in an event loop of its own; in a thread, if the caller's thread has a running loop.

    Args:
        app: the application.
    """

    def __init__(self, app: App) -> None:
        """Refer to an application."""
        self._app = app

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def send(self, message: Message, webhook: Webhook) -> Answer:
        """Call the application with a message, and return its answer.

        Raises:
            DeliveryError: the application raised an exception, or an ASGI application did not answer in time.
        """
        request = request_of(message, webhook)
        request.headers["Host"] = _HOST
        try:
            if is_asgi(self._app):
                return _run(lambda: _call_asgi(self._app, request, webhook.timeout))
            return _call_wsgi(self._app, request)
        except TimeoutError:
            text = f"no answer within {webhook.timeout:g} s"
            raise DeliveryTimeoutError(text) from None
        except Exception as error:
            text = f"the application raised {type(error).__name__}: {truncate(escape_unprintable(str(error)))}"
            raise DeliveryError(text) from error


def is_asgi(app: App) -> bool:
    """Return whether an application is one of ASGI: a coroutine function, or an object that is called as one."""
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004


def _call_wsgi(app: App, request: RequestHead) -> Answer:
    path, _, query = request.target.partition("?")
    started: list[tuple[int, str]] = []

    def start_response(status: str, headers: Iterable[tuple[str, str]], _error: object = None) -> Callable[..., None]:
        location = next((value for name, value in headers if name.lower() == "location"), "")
        started[:] = [(int(status[:3]), location)]
        return lambda _: None

    special = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": _HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        environ[special.get(name.lower(), f"HTTP_{name.upper().replace('-', '_')}")] = value
    chunks = app(environ, start_response)
    try:
        body = b""
        for chunk in chunks:
            body = (body + chunk)[:MAX_RESPONSE_BYTES]
            if len(body) == MAX_RESPONSE_BYTES:
                break
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    ((status, location),) = started
    return Answer(status, body, location)


async def _call_asgi(app: App, request: RequestHead, timeout_seconds: float) -> Answer:
    path, _, query = request.target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode(errors="replace"),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in request.headers.items()],
        "client": ("127.0.0.1", 0),
        "server": (_HOST, 80),
    }
    received = iter([{"type": "http.request", "body": request.body, "more_body": False}])
    status, location, body = 0, "", bytearray()
    is_done = asyncio.Event()

    async def receive() -> dict[str, Any]:
        for event in received:
            return event
        await is_done.wait()
        return {"type": "http.disconnect"}

    async def send(event: dict[str, Any]) -> None:
        nonlocal status, location
        if event["type"] == "http.response.start":
            status = event["status"]
            headers = {bytes(name).lower(): bytes(value) for name, value in event.get("headers", ())}
            location = headers.get(b"location", b"").decode("latin-1")
        else:
            body.extend(event.get("body", b"")[: MAX_RESPONSE_BYTES - len(body)])
            if not event.get("more_body", False):
                is_done.set()

    await asyncio.wait_for(app(scope, receive, send), timeout_seconds)
    return Answer(status, bytes(body), location)


def _run(call: Callable[[], Any]) -> Answer:
    """Run a coroutine function to its end; in a thread, if this one has a running loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        result: Answer = asyncio.run(call())
        return result
    outcome: list[Answer | BaseException] = []

    def run() -> None:
        try:
            outcome.append(asyncio.run(call()))
        except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
            outcome.append(error)

    thread = Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]
