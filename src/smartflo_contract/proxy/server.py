"""Run the proxy: in a thread, and as a command until a signal."""

import signal
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

from smartflo_contract.mock_server.server.listener import Listener
from smartflo_contract.mock_server.server.sockets import resolve
from smartflo_contract.mock_server.server.wake_up import WakeUp
from smartflo_contract.proxy.app import ProxyApp
from smartflo_contract.proxy.config import ProxyConfig

_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP")
_NOT_RUNNING: Final = "the proxy is not running; use `with Proxy(config) as proxy:`"


class Proxy:
    """A validation proxy that runs in a thread of this process. Use it as a context manager.

    Args:
        config: the configuration.
    """

    def __init__(self, config: ProxyConfig) -> None:
        """Store the configuration; the proxy does not listen yet."""
        self._config = config
        self._app: ProxyApp | None = None
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        """Start to listen.

        Raises:
            PortTaken: another program listens on the port.
            ServeError: the proxy cannot listen on the host.
        """
        requested = resolve(self._config.host, self._config.port)
        self._app = ProxyApp(self._config)
        self._listener = Listener(self._app, requested)
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        """Stop listening and close all connections immediately."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if self._app is not None:
            self._app.close()

    @property
    def url(self) -> str:
        """Scheme, host and port.

        Raises:
            RuntimeError: the proxy is not running.
        """
        if self._listener is None:
            raise RuntimeError(_NOT_RUNNING)
        return self._listener.url


def serve(config: ProxyConfig, announce: Callable[[str], None]) -> None:
    """Run a proxy until SIGINT (Ctrl-C), SIGTERM or SIGHUP (the terminal was closed).

    Args:
        config: the configuration.
        announce: called once with the URL when the proxy answers.

    Raises:
        ServeError: the host or the port cannot be used.
    """
    stopping = WakeUp()

    def stop(_number: int, _frame: Any) -> None:
        stopping.set()

    with Proxy(config) as proxy:
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # as `nohup` leaves it
                signal.signal(number, stop)
        announce(proxy.url)
        stopping.wait_and_clear()
