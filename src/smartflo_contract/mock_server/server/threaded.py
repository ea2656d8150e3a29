"""Run the fake in a thread, for tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from flask import Flask

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS, account_id_of_login
from smartflo_contract.mock_server.app import EXTENSION, create_app
from smartflo_contract.mock_server.config.config import Config, ensure_config
from smartflo_contract.mock_server.config.receiver_url import APP_SCHEME
from smartflo_contract.mock_server.config.webhook import Webhook
from smartflo_contract.mock_server.context import FORCED_ACCOUNT_KEY, BodyCheck, State
from smartflo_contract.mock_server.journal.entry import JournalEntry
from smartflo_contract.mock_server.observer import Observer
from smartflo_contract.mock_server.server.listener import Listener
from smartflo_contract.mock_server.server.sockets import resolve
from smartflo_contract.mock_server.webhook_service import add_webhook

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_app_numbers: Final = count(1)
_NOT_RUNNING: Final = "the fake is not running; use `with FakeSmartflo() as fake:` or call start()"


class FakeSmartflo:
    """A fake Smartflo that runs in a thread of this process.

    Use it as a context manager, or call :meth:`start` and :meth:`stop`. It can be restarted.

    Args:
        config: the configuration; its port and workers are for ``serve`` only.
        port: port to listen on; 0 for any free port.
        observer: receives every response of a route of the vendor.
        check_body: checks response bodies for ``POST /__admin/check``.

    Attributes:
        observer: the same.

    Raises:
        TypeError: ``config`` is not a :class:`Config`, for example a path or a mapping.
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        port: int = 0,
        observer: Observer | None = None,
        check_body: BodyCheck | None = None,
    ) -> None:
        """Store the configuration; the fake does not listen yet."""
        self.observer = observer
        self._check_body = check_body
        self._config = ensure_config(config)
        self._port = port
        self._app: Flask | None = None
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def __repr__(self) -> str:
        """Return a representation with the URL."""
        return f"<FakeSmartflo at {self.url}>" if self._listener else "<FakeSmartflo, stopped>"

    @property
    def url(self) -> str:
        """Scheme, host and port. Paths of the API start with ``/v1``.

        Raises:
            RuntimeError: the fake is not running.
        """
        if self._listener is None:
            raise RuntimeError(_NOT_RUNNING)
        return self._listener.url

    @property
    def app(self) -> Flask:
        """The fake as a Flask application, for requests in process. It has the same accounts.

        Raises:
            RuntimeError: the fake is not running.
        """
        if self._listener is None or self._app is None:
            raise RuntimeError(_NOT_RUNNING)
        return self._app

    def token(self, login: str) -> str:
        """Return an access token for the account of a login id. It expires an hour after its first request.

        A test that then freezes time, or sets it to another year, can still use it.

        Raises:
            RuntimeError: the fake is not running.
        """
        return self._state.prepare_token(account_id_of_login(login))

    def reset(self, login: str) -> None:
        """Reset the account of a login id: its changes, its settings and its requests.

        Raises:
            RuntimeError: the fake is not running.
        """
        self._state.reset(account_id_of_login(login))

    def webhook(
        self,
        url: str = "/",
        *,
        app: "Callable[..., Any] | None" = None,
        login: str | None = None,
        **settings: Any,
    ) -> Webhook:
        """Add a webhook to all accounts without webhooks of their own, or to one account, and return it.

        Args:
            url: URL of the receiver; the path of the request, with an application.
            app: a WSGI or ASGI application of this process, which is called directly.
            login: login id of the account; ``None`` for all accounts.
            settings: further settings of :class:`Webhook`, such as ``trigger="hangup"``.

        Raises:
            ConfigError: a setting is invalid, or the receiver is not permitted.
            RuntimeError: the fake is not running.
        """
        if app is not None:
            url = self.url_of_app(app, url)
        webhook = Webhook(url, **settings)
        add_webhook(self._state, ALL_ACCOUNTS if login is None else account_id_of_login(login), webhook)
        return webhook

    def url_of_app(self, app: "Callable[..., Any]", path: str = "/") -> str:
        """Return the URL of an application of this process as the receiver of webhooks.

        Args:
            app: a WSGI or ASGI application.
            path: path of the requests.

        Raises:
            RuntimeError: the fake is not running.
            TypeError: it is no application.
        """
        if not callable(app):
            message = f"app: expected a WSGI or ASGI application, got {type(app).__name__}"
            raise TypeError(message)
        apps = self._state.webhook_apps
        host = next((host for host, known in apps.items() if known is app), None) or f"app-{next(_app_numbers)}"
        apps[host] = app
        return f"{APP_SCHEME}://{host}/{path.removeprefix('/')}"

    def forget_app(self, url: str) -> None:
        """Forget the application that a result of :meth:`url_of_app` stands for."""
        self._state.webhook_apps.pop(urlsplit(url).hostname or "", None)

    def set_mutant(self, ids: str | None) -> None:
        """Set the mutant of the responses with leads of all accounts without a mutant of their own.

        Args:
            ids: id of the mutant, or several joined by commas; ``None`` for none.

        Raises:
            RuntimeError: the fake is not running.
            ValueError: there is no such mutant.
        """
        self._state.set_mutant(ids)

    @property
    def mutant_served(self) -> int:
        """Number of responses that the mutant of all accounts has changed since it was set.

        Raises:
            RuntimeError: the fake is not running.
        """
        return self._common_account.mutant_served

    @property
    def mutants_served(self) -> frozenset[str]:
        """Ids of those mutants, of several joined by commas, that have changed a response since they were set.

        Raises:
            RuntimeError: the fake is not running.
        """
        return frozenset(self._common_account.mutants_served)

    def requests_after(self, last_id: int = 0) -> Iterator[JournalEntry]:
        """Yield the recorded requests of all accounts, oldest first, in the form of ``GET /__admin/requests``.

        Args:
            last_id: id of a request; only later requests are yielded. It takes no time for the others.

        Raises:
            RuntimeError: the fake is not running.
        """
        journal = self._state.journal
        journal.sync()
        return journal.after(last_id, None)

    @contextmanager
    def listen_for(self, login: str) -> Iterator[str]:
        """Listen on another port, where every request belongs to the account of a login id, and yield its URL.

        Any token and any login select that account there. A request without a token, or with an expired token of this
        fake, is still rejected.

        Raises:
            RuntimeError: the fake is not running.
        """
        app, account_id = self.app, account_id_of_login(login)

        def app_for_account(environ: "WSGIEnvironment", start_response: "StartResponse") -> Any:
            return app(environ | {FORCED_ACCOUNT_KEY: account_id}, start_response)

        listener = Listener(app_for_account, resolve(self._config.host, 0))
        try:
            yield listener.url
        finally:
            listener.close()

    def start(self) -> Self:
        """Start to listen. Leads are generated at the first request for them.

        Raises:
            PortTaken: another program listens on the port.
            RuntimeError: the fake is running already.
            ServeError: the fake cannot listen on the host.
        """
        if self._listener is not None:
            message = f"the fake is running already at {self.url}"
            raise RuntimeError(message)
        requested = resolve(self._config.host, self._port)
        app = create_app(self._config, observer=self.observer, check_body=self._check_body)
        self._listener = Listener(app, requested)
        self._app = app
        return self

    def stop(self) -> None:
        """Stop listening and close all connections immediately. Do nothing if the fake is not running."""
        if self._listener is None:
            return
        state = self._state
        listener, self._listener = self._listener, None
        listener.close()
        state.close()

    @property
    def _common_account(self) -> Account:
        """The settings of all accounts, as other processes have changed them."""
        accounts = self._state.accounts
        accounts.refresh(ALL_ACCOUNTS)
        return accounts.peek(ALL_ACCOUNTS)

    @property
    def _state(self) -> State:
        state: State = self.app.extensions[EXTENSION]
        return state
