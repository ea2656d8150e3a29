"""The fake in a thread, for tests."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from smartflo_contract.mock_server.accounts.account_ids import account_id_of_login
from smartflo_contract.mock_server.app import EXTENSION, create_app
from smartflo_contract.mock_server.config.config import Config, ensure_config
from smartflo_contract.mock_server.context import ONLY
from smartflo_contract.mock_server.server.sockets import Address, bind, resolve

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from smartflo_contract.mock_server.context import State

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


class _Door:
    """An address at which an application is served by a thread.

    Args:
        app: the application.
        wanted: where; the port may be 0.

    Attributes:
        url: scheme, host and port.

    Raises:
        PortTaken: something listens at the port.
        ServeError: the address is not this machine's.
    """

    def __init__(self, app: "WSGIApplication", wanted: Address) -> None:
        """Listen and answer."""
        with bind(wanted) as listening:
            listening.listen(_BACKLOG)
            address = wanted._replace(port=listening.getsockname()[1])
            self._server = _Server(address, app, listening.fileno())  # which makes a socket of its own from it
        self.url = address.url
        self._thread = Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="FakeSmartflo", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening and end every connection, at once."""
        self._server.shutdown()
        self._thread.join()
        self._server.end_connections()


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
        self._config = ensure_config(config)
        self._port = port
        self._app: Flask | None = None
        self._door: _Door | None = None

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
        return f"<FakeSmartflo at {self.url}>" if self._door else "<FakeSmartflo, stopped>"

    @property
    def url(self) -> str:
        """Scheme, host and port; the API's paths begin with ``/v1``.

        Raises:
            RuntimeError: it does not run.
        """
        if self._door is None:
            raise RuntimeError(_STOPPED)
        return self._door.url

    @property
    def app(self) -> Flask:
        """The fake as a WSGI application: what is asked of it in process is asked of the same accounts.

        Raises:
            RuntimeError: it does not run.
        """
        if self._door is None or self._app is None:
            raise RuntimeError(_STOPPED)
        return self._app

    def token(self, login: str) -> str:
        """Return an access token of the account of a login id, as a login would; it expires after an hour of its clock.

        Raises:
            RuntimeError: it does not run.
        """
        account = account_id_of_login(login)
        return self._state.tokens.issue(account, self._state.now(account))

    def reset(self, login: str) -> None:
        """Forget what the account of a login id has done, its requests, and what was set for it.

        Raises:
            RuntimeError: it does not run.
        """
        self._state.forget(account_id_of_login(login))

    @contextmanager
    def listen_for(self, login: str) -> Iterator[str]:
        """Listen at one more port, and give its URL: there every request is one of the account of a login id.

        Whatever token a client has selects that account, and so does a login with any id. A request without a token is
        still refused, and a token of this fake's that has expired as well.

        Raises:
            RuntimeError: it does not run.
        """
        app, account = self.app, account_id_of_login(login)

        def of_account(environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
            return app(environ | {ONLY: account}, start_response)

        door = _Door(of_account, resolve(self._config.host, 0))
        try:
            yield door.url
        finally:
            door.close()

    def start(self) -> Self:
        """Listen and answer; leads are made at the first request for them.

        Raises:
            PortTaken: something listens at the port.
            RuntimeError: it runs already.
            ServeError: it cannot listen at the host.
        """
        if self._door is not None:
            message = f"the fake runs already, at {self.url}"
            raise RuntimeError(message)
        wanted = resolve(self._config.host, self._port)
        app = create_app(self._config)
        self._door = _Door(app, wanted)
        self._app = app
        return self

    def stop(self) -> None:
        """Stop listening and end every connection, at once; nothing happens where it does not run."""
        if self._door is None:
            return
        door, self._door = self._door, None
        door.close()

    @property
    def _state(self) -> "State":
        state: State = self.app.extensions[EXTENSION]
        return state
