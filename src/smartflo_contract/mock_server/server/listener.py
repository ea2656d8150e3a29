"""Serve a WSGI application in a thread of this process."""

import os
import socket
from selectors import EVENT_READ, DefaultSelector
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from smartflo_contract.mock_server.server.sockets import Address, bind

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_BACKLOG: Final = 128


class _Handler(WSGIRequestHandler):
    """Logs nothing, and responds to invalid HTTP in the vendor's shape instead of HTML."""

    error_message_format = '{"success":false,"message":"Bad request."}'
    error_content_type = "application/json"

    def run_wsgi(self) -> None:
        """Respond to a request. HTTP/1.0 has no chunks: there, a response ends with the connection.

        The base class in the standard library has answered ``Expect: 100-continue``; Werkzeug would do it again.
        """
        del self.headers["Expect"]
        if self.request_version != self.protocol_version:
            self.protocol_version = "HTTP/1.0"
            self.close_connection = True
        super().run_wsgi()

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:  # noqa: ARG002 - Werkzeug's
        """Close the connection. Werkzeug keeps it open if no response was started."""
        self.close_connection = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - Werkzeug's name
        """Log nothing, because tests read the output of their own code."""


class _Server(ThreadedWSGIServer):
    """Stops without delay, and tracks its connections to close them. A slow reader would keep its thread forever."""

    def __init__(self, address: Address, app: Any, fd: int) -> None:
        """Serve on the socket of a file descriptor."""
        self._connections: set[socket.socket] = set()
        super().__init__(address.host, address.port, app, _Handler, fd=fd)
        self.socket.settimeout(0)  # a client may give up between `select` and `accept`
        self._waker, self._woken = socket.socketpair()

    def serve_forever(self, poll_interval: float = 0) -> None:  # noqa: ARG002 - Werkzeug's
        """Accept connections until :meth:`shutdown`. The method of the standard library notices that by polling."""
        try:
            with DefaultSelector() as selector:
                selector.register(self.socket, EVENT_READ)
                selector.register(self._woken, EVENT_READ)
                while all(key.fileobj is not self._woken for key, _ in selector.select()):
                    self._accept()
        finally:
            self.close_listener()

    def shutdown(self) -> None:
        """Let :meth:`serve_forever` return; do not wait for it."""
        self._waker.send(b"x")

    def close_listener(self) -> None:
        """Stop listening in this process, and close what wakes :meth:`serve_forever`."""
        self.server_close()
        self._waker.close()
        self._woken.close()

    def _accept(self) -> None:
        """Accept a connection, and answer it in a thread."""
        try:
            connection, client_address = self.get_request()
        except OSError:
            return
        try:
            self.process_request(connection, client_address)
        except Exception:  # noqa: BLE001 - reported, and later connections are answered
            self.handle_error(connection, client_address)
            self.shutdown_request(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Track a connection, and answer it in a thread."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Stop tracking a connection that ends."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Close all open connections."""
        for connection in tuple(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is closed already
                continue


class Listener:
    """Serves an application at an address, in a thread.

    Args:
        app: the application.
        requested: the address to listen on; port 0 for any free port.

    Attributes:
        url: scheme, host and port.

    Raises:
        PortTaken: another program listens on the port.
        ServeError: the address is not on this machine.
    """

    def __init__(self, app: "WSGIApplication", requested: Address) -> None:
        """Start to listen."""
        with bind(requested) as bound:
            bound.listen(_BACKLOG)
            address = requested._replace(port=bound.getsockname()[1])
            self._server = _Server(address, app, bound.fileno())  # duplicates the file descriptor
        self.url = address.url
        self._process_id = os.getpid()
        self._thread = Thread(target=self._server.serve_forever, name="FakeSmartflo", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and close all connections immediately; in a forked process, only close its copies of them."""
        if os.getpid() != self._process_id:  # the thread runs in the parent, which must go on to listen
            self._server.close_listener()
            return
        self._server.shutdown()
        self._thread.join()
        self._server.close_connections()
