"""The fake in a thread, for tests."""

import socket
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from smartflo_contract.mock_server._accounts import account_of_login
from smartflo_contract.mock_server._address import Address, bind, resolve
from smartflo_contract.mock_server._app import EXTENSION, create_app
from smartflo_contract.mock_server._config import Config, config_of

if TYPE_CHECKING:
    from smartflo_contract.mock_server._state import State

_POLL_SECONDS: Final = 0.005
"""Werkzeug asks this often whether to stop; its own half second would be a test's half second."""
_BACKLOG: Final = 128
_STOPPED: Final = "the fake does not run; use `with FakeSmartflo() as fake:` or call start()"


class _Handler(WSGIRequestHandler):
    """Logs nothing, and answers what is no HTTP in the vendor's shape, not in HTML."""

    error_message_format = '{"success":false,"message":"Bad request."}'
    error_content_type = "application/json"

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:  # noqa: ARG002 - Werkzeug's
        """Close the connection: Werkzeug itself keeps it where no answer was begun."""
        self.close_connection = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - Werkzeug's name
        """Say nothing: tests read the output of what they test."""


class _Server(ThreadedWSGIServer):
    """Knows its connections, so that stopping ends them: a slow reader would keep its thread for ever."""

    def __init__(self, address: Address, app: Any, fd: int) -> None:
        """Serve at the socket of a file descriptor."""
        self._connections: set[socket.socket] = set()
        super().__init__(address.host, address.port, app, _Handler, fd=fd)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember a connection, and answer it in a thread."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that ends."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """End the connections that are open, whatever they are about."""
        for connection in tuple(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # it has ended meanwhile
                continue


class FakeSmartflo:
    """A fake Smartflo that runs in a thread of this process.

    Use it as a context manager, or call :meth:`start` and :meth:`stop`. It can be started again.

    Args:
        config: what the fake is made of; its port and workers are for ``serve``.
        port: port to listen on; 0 takes a free one.

    Raises:
        TypeError: the configuration is none, as a path or a mapping.
    """

    def __init__(self, config: Config | None = None, *, port: int = 0) -> None:
        """Keep the configuration; nothing listens yet."""
        self._config = config_of(config)
        self._port = port
        self._app: Flask | None = None
        self._running: tuple[Address, _Server, Thread] | None = None

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def __repr__(self) -> str:
        """Tell where it listens."""
        return f"<FakeSmartflo at {self.url}>" if self._running else "<FakeSmartflo, stopped>"

    @property
    def url(self) -> str:
        """Scheme, host and port; the API's paths begin with ``/v1``.

        Raises:
            RuntimeError: it does not run.
        """
        if self._running is None:
            raise RuntimeError(_STOPPED)
        return self._running[0].url

    @property
    def app(self) -> Flask:
        """The fake as a WSGI application: what is asked of it in process is asked of the same accounts.

        Raises:
            RuntimeError: it does not run.
        """
        if self._running is None or self._app is None:
            raise RuntimeError(_STOPPED)
        return self._app

    def token(self, login: str) -> str:
        """Return an access token of the account of a login id, as a login would; it expires after an hour of its clock.

        Raises:
            RuntimeError: it does not run.
        """
        state: State = self.app.extensions[EXTENSION]
        account = account_of_login(login)
        return state.tokens.issue(account, state.now(account))

    def start(self) -> Self:
        """Listen and answer; leads are made at the first request for them.

        Raises:
            PortTaken: something listens at the port.
            RuntimeError: it runs already.
            ServeError: it cannot listen at the host.
        """
        if self._running is not None:
            message = f"the fake runs already, at {self.url}"
            raise RuntimeError(message)
        wanted = resolve(self._config.host, self._port)
        app = self._app = create_app(self._config)
        with bind(wanted) as listening:
            listening.listen(_BACKLOG)
            address = wanted._replace(port=listening.getsockname()[1])
            server = _Server(address, app, listening.fileno())  # which makes a socket of its own from it
        thread = Thread(target=server.serve_forever, args=(_POLL_SECONDS,), name="FakeSmartflo", daemon=True)
        thread.start()
        self._running = (address, server, thread)
        return self

    def stop(self) -> None:
        """Stop listening and end every connection, at once; nothing happens where it does not run."""
        if self._running is None:
            return
        _, server, thread = self._running
        self._running = None
        server.shutdown()
        thread.join()
        server.end_connections()
