"""The state of one fake, and one request to it: its account and resolved settings."""

import os
import time
from collections.abc import Callable, Mapping, MutableSequence
from dataclasses import replace
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias
from weakref import WeakSet

from flask import Request, Response, request

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS, ANONYMOUS
from smartflo_contract.mock_server.accounts.resolution import Catalogs, ResolvedSettings
from smartflo_contract.mock_server.accounts.settings import UNSET
from smartflo_contract.mock_server.accounts.tokens import TokenClaims, TokenHolder, Tokens
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.config.quirks import DEFAULT_QUIRKS
from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.http.responses import REQUEST_HEADER
from smartflo_contract.mock_server.http.route_names import GET_LEADS
from smartflo_contract.mock_server.journal.entry import SentResponse, encode_entry
from smartflo_contract.mock_server.lists.body_cache import BodyCache
from smartflo_contract.mock_server.observer import (
    ObservedResponse,
    Observer,
    TrackedQuirks,
    changed_quirks_read,
    quirks_read,
    track_quirks,
)
from smartflo_contract.mock_server.stores.opening import open_store

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


FORCED_ACCOUNT_KEY: Final = "smartflo_contract.forced_account"
"""Key of the WSGI environment with an account id that overrides the account of the request's token."""
BodyCheck: TypeAlias = Callable[[bytes, str, Any], Mapping[str, Any]]
"""Checks a response body, or a capture of responses, under a profile and an overlay; returns the report of ``check`` as
JSON, or raises ``ValueError`` if nothing can be checked."""
MAX_EVENT_STREAMS: Final = 2
"""Maximum number of concurrent streams of events: each holds one of the eight threads of a worker."""
_CALL_KEY: Final = "smartflo_contract.call"
"""Key of the WSGI environment with account id and settings of a request, for the journal and the observer."""


def _wall_clock() -> float:
    """Return the wall clock. It is looked up at each call, because tests that freeze time replace ``time.time``."""
    return time.time()


_states: Final["WeakSet[State]"] = WeakSet()
"""All states of this process."""


def _renew_locks() -> None:
    for state in tuple(_states):
        state.renew_locks()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


class State:
    """The state of one fake.

    Attributes:
        config: the configuration.
        catalogs: the lists and resolved settings of accounts.
        body_cache: cached bodies of lists.
        tokens: issues and recognizes access tokens.
        accounts: stored accounts.
        journal: the last requests. Empty with several workers that share no store: each would know only its own.
        deliveries: what webhooks sent last.
        webhook_apps: applications in this process that receive webhooks, by the host of their URL.
        observer: receives every response; ``None`` for none.
        check_body: checks response bodies for the admin API; ``None`` if the fake cannot.
        tracks_quirks: whether requests note the quirks that they read: somebody observes, or a quirk was changed.
        clock: returns the wall clock, in seconds since the epoch.
        event_streams: limits concurrent streams of events.
        met_faults: 1 at the position of each rule of the configuration that a request has met; processes may share it.
    """

    def __init__(
        self,
        config: Config,
        observer: Observer | None = None,
        clock: Callable[[], float] = _wall_clock,
        *,
        met_faults: MutableSequence[int] | None = None,
        has_prepared_store: bool = False,
        check_body: BodyCheck | None = None,
    ) -> None:
        """Create the state; leads are generated at the first request for them.

        Args:
            config: the configuration.
            observer: receives every response; ``None`` for none.
            clock: returns the wall clock, in seconds since the epoch.
            met_faults: the attribute, for several processes; ``None`` for this one.
            has_prepared_store: whether another process has prepared the store, so that it need not answer now.
            check_body: the attribute.

        Raises:
            StoreError: the store cannot be opened.
        """
        self.config = config
        self.catalogs = Catalogs(config)
        self.body_cache = BodyCache()
        self.tokens = Tokens(config.seed)
        store = open_store(config, self.catalogs, clock, is_prepared=has_prepared_store)
        self.accounts, self.journal, self.deliveries, self.clock = store
        self.webhook_apps: dict[str, Callable[..., Any]] = {}
        self.observer = observer
        self.check_body = check_body
        self.tracks_quirks = observer is not None
        self.event_streams = BoundedSemaphore(MAX_EVENT_STREAMS)
        self._observed_default = self._observed(self.catalogs.default)
        self.met_faults = bytearray(len(config.faults)) if met_faults is None else met_faults
        _states.add(self)

    def renew_locks(self) -> None:
        """Replace all locks in a forked process, in which the threads that held them do not run."""
        self.catalogs.renew_locks()
        self.accounts.renew_locks()
        self.body_cache.renew_locks()
        self.journal.renew_locks()
        self.deliveries.renew_locks()
        self.event_streams = BoundedSemaphore(MAX_EVENT_STREAMS)
        if self.observer is not None:
            self.observer.renew_locks()

    def close(self) -> None:
        """Write what the journal has not written yet, and close the connections. A later request opens them again."""
        self.journal.close()
        self.accounts.close()

    def token_holder(self, environ: "WSGIEnvironment") -> TokenHolder | None:
        """Return the holder of a request's token, even if it has expired; ``None`` without a token."""
        holder = self.tokens.holder(environ.get("HTTP_AUTHORIZATION"))
        account_id = environ.get(FORCED_ACCOUNT_KEY)
        return holder if holder is None or account_id is None else holder._replace(account=account_id)

    def account_of(self, environ: "WSGIEnvironment") -> str | None:
        """Return the account id of a request, even if its token has expired; ``None`` without an account."""
        if FORCED_ACCOUNT_KEY in environ:
            return str(environ[FORCED_ACCOUNT_KEY])
        holder = self.token_holder(environ)
        if holder is None:
            return ANONYMOUS if self.config.auth == "off" else None
        return holder.account

    def resolved_settings(self, account_id: str) -> ResolvedSettings:
        """Return the settings of an account, with defaults filled in."""
        own, common = self.accounts.get(account_id), self.accounts.get(ALL_ACCOUNTS)
        default = self._observed_default
        if own.settings is UNSET and common.settings is UNSET and own.catalog in {None, default.catalog.key}:
            return default
        return self._observed(self.catalogs.resolve(own.settings.over(common.settings), own.catalog))

    def _observed(self, settings: ResolvedSettings) -> ResolvedSettings:
        """Return settings that note which quirks are read, if there is an observer or one is not the default."""
        if self.observer is None and settings.quirks == DEFAULT_QUIRKS:
            return settings
        if not self.tracks_quirks:  # from now on, requests start with it
            self.tracks_quirks = True
            track_quirks()
        return settings._replace(quirks=TrackedQuirks(settings.quirks))

    def now(self, account_id: str) -> float:
        """Return the time on an account's clock, in seconds since the epoch."""
        return self.accounts.get(account_id).clock.now(self.clock())

    def started(self, claims: TokenClaims, account_id: str) -> TokenClaims:
        """Return the claims of a token at a request of an account, which starts the hour of a prepared token."""
        return self.tokens.start(claims, self.accounts.get(account_id).clock, self.clock())

    def prepare_token(self, account_id: str) -> str:
        """Return a token of an account whose hour starts at its first request."""
        self.accounts.refresh(account_id)
        return self.tokens.prepare(account_id, self.now(account_id), self.clock())

    def record(self, environ: "WSGIEnvironment", route: str | None, response: Response) -> Response:
        """Add a request to the journal, show its response to the observer, and return it.

        Args:
            environ: the WSGI environment of the request.
            route: method and path as in the OpenAPI document; ``None`` if no route matched.
            response: the response, which gets the header with the request's id.
        """
        if not self.journal and self.observer is None:
            return response
        account_id, settings = environ.get(_CALL_KEY, (None, None))
        if account_id is None:  # the request was rejected before it became a call
            account_id = self.account_of(environ)
        if settings is None and quirks_read():
            settings = self._settings_of_rejected(account_id)
        if self.journal:
            has_leads = route == GET_LEADS and "ETag" in response.headers
            quirks = () if settings is None else changed_quirks_read(settings.quirks, has_leads=has_leads)
            sent = SentResponse.of(response, quirks)
            request_id = self.add_to_journal(environ, account_id, route, sent)
            response.headers.add(REQUEST_HEADER, request_id)
        if self.observer is not None and route is not None:
            if settings is None:
                settings = self._settings_of_rejected(account_id)
            self.observer.observe(ObservedResponse(environ, route, response, account_id, settings, quirks_read()))
        return response

    def _settings_of_rejected(self, account_id: str | None) -> ResolvedSettings:
        """Return the settings of a request that was rejected before it became a call."""
        try:
            return self.resolved_settings(ALL_ACCOUNTS if account_id is None else account_id)
        except StoreUnavailable:  # which may be why it was rejected
            return self._observed_default

    def add_to_journal(
        self, environ: "WSGIEnvironment", account_id: str | None, route: str | None, response: SentResponse
    ) -> str:
        """Add a request to the journal, and return the value of the header with its id."""
        return str(self.journal.add(account_id, encode_entry(environ, route, response, self.clock())))

    def note_count(self, number: int, count: int) -> None:
        """Note how many requests of an account a rule of the configuration has counted.

        Args:
            number: position of the rule; others are ignored.
            count: number of requests.
        """
        if number < len(self.config.faults) and self.config.faults[number].is_met(count):
            self.met_faults[number] = 1

    def has_replaced_faults(self) -> bool:
        """Return whether the rules of the configuration are no longer in force for all accounts."""
        return self.accounts.get(ALL_ACCOUNTS).settings.faults is not None

    def set_mutant(self, ids: str | None) -> None:
        """Set the mutant of all accounts without one of their own, ``None`` for none, and count from 0.

        Raises:
            ValueError: there is no such mutant.
        """
        if ids is not None:
            from smartflo_contract.mutants import find_mutants  # noqa: PLC0415 - slow to import, and rare

            self.accounts.refresh(ALL_ACCOUNTS)
            find_mutants(self.resolved_settings(ALL_ACCOUNTS).catalog.contract, ids)
        with self.accounts.edit(ALL_ACCOUNTS) as account:
            account.change_settings(replace(account.settings, mutant=ids))
            account.forget_mutants_served()

    def reset(self, account_id: str | None) -> None:
        """Reset an account and delete its requests; all accounts for ``None``."""
        self.accounts.forget(account_id)
        self.journal.forget(account_id)
        self.deliveries.forget(account_id)


class Call(NamedTuple):
    """A request of an account.

    Attributes:
        state: the state of the fake.
        environ: the WSGI environment of the request.
        account: id of the account.
        settings: resolved settings of the account.
        issued: claims of the token; ``None`` unless this fake issued it.
    """

    state: State
    environ: "WSGIEnvironment"
    account: str
    settings: ResolvedSettings
    issued: TokenClaims | None = None

    @property
    def request(self) -> Request:
        """The request as Flask reads it; only while Flask handles it."""
        return current_request()


def current_request() -> Request:
    """Return the current request of Flask itself, which is faster to read than its proxy."""
    current: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask documents it
    return current


def open_call(state: State, environ: "WSGIEnvironment", account_id: str, issued: TokenClaims | None = None) -> Call:
    """Return a request as a call of an account, and note account and settings for the journal and the observer.

    Args:
        state: the state of the fake.
        environ: the WSGI environment of the request.
        account_id: id of the account.
        issued: the claims in the token; ``None`` unless this fake issued it.
    """
    state.accounts.refresh(account_id)
    settings = state.resolved_settings(account_id)
    environ[_CALL_KEY] = account_id, settings
    return Call(state, environ, account_id, settings, None if issued is None else state.started(issued, account_id))
