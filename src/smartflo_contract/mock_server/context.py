"""What the handlers of one fake share."""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from flask import Request, Response

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS, ANONYMOUS
from smartflo_contract.mock_server.accounts.memory_store import MemoryStore
from smartflo_contract.mock_server.accounts.resolution import Catalogs, ResolvedSettings
from smartflo_contract.mock_server.accounts.settings import UNSET
from smartflo_contract.mock_server.accounts.tokens import TokenClaims, TokenHolder, Tokens
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.faults.dispatch import inject, next_turn
from smartflo_contract.mock_server.http.responses import error_response
from smartflo_contract.mock_server.http.route_names import GET_LEADS
from smartflo_contract.mock_server.journal.entry import encode_entry, keep_small_body
from smartflo_contract.mock_server.journal.journal import Journal
from smartflo_contract.mock_server.lists.body_cache import BodyCache
from smartflo_contract.mock_server.lists.magic_ids import magic_fault

if TYPE_CHECKING:
    from smartflo_contract.mock_server.accounts.store import Store

_UNAUTHORIZED: Final = (
    "send an Authorization header; any ASCII text will do, for example: curl --header 'Authorization: Bearer any-text'"
)
REQUEST: Final = "X-Smartflo-Fake-Request"
"""The id of a request in the journal."""
_ACCOUNT: Final = "smartflo_contract.account"
"""Where in a request's WSGI environment the account stands that asks, for the journal."""
ONLY: Final = "smartflo_contract.only"
"""Where in a request's WSGI environment an account stands that the request is one of, whatever its token selects."""
_LOGIN_AGAIN: Final = "log in at POST /v1/auth/login"


def _wall_clock() -> float:
    """Look the clock up at each call: tests that freeze time put another in its place."""
    return time.time()


class Call(NamedTuple):
    """A request that may be answered.

    Attributes:
        state: the fake.
        request: the request.
        account: id of the account that asks.
        settings: what holds for it.
        issued: what its token says, where this fake issued it.
    """

    state: "State"
    request: Request
    account: str
    settings: ResolvedSettings
    issued: TokenClaims | None = None


class State:
    """One fake: its catalogs, what it remembers, and who may ask.

    Attributes:
        config: what the fake is made of.
        catalogs: what holds for an account, by its settings.
        bodies: the bodies of lists.
        tokens: the tokens that this fake issues.
        accounts: what it remembers of each account.
        journal: the last requests; with several workers each would know but its own, so there is none.
        clock: the wall clock, in seconds since the epoch.
    """

    def __init__(self, config: Config, clock: Callable[[], float] = _wall_clock) -> None:
        """Make everything that is cheap; leads wait for the first request."""
        self.config = config
        self.catalogs = Catalogs(config)
        self.body_cache = BodyCache()
        self.tokens = Tokens(config.seed)
        self.accounts: Store = MemoryStore(config.max_accounts)
        self.journal = Journal(config.journal_requests if config.workers == 1 else 0, config.journal_bytes)
        self.clock = clock

    def admit(self, request: Request) -> Call | Response:
        """Return the request as its account's, or the answer to one that may not see an account's data."""
        holder = self._holder(request)
        if holder is None:
            if self.config.auth == "off":
                return self.call(request, request.environ.get(ONLY, ANONYMOUS))
            return error_response(401, "Unauthorized", _UNAUTHORIZED)
        call = self.call(request, holder.account, holder.issued)
        if holder.issued is None and call.settings.quirks["unknown_token"] == "401":  # noqa: S105 - a status
            return error_response(401, "Unauthorized", f"this fake did not issue the token; {_LOGIN_AGAIN}")
        wanted = call.settings.quirks["auth_scheme"]
        if wanted not in {"any", holder.scheme}:
            reason = f"the quirk auth_scheme is {wanted}, and the token came in the other form"
            return error_response(401, "Unauthorized", reason, evidence="assumed")
        return call if holder.issued is None else self._checked(call, holder.issued)

    def call(self, request: Request, account_id: str, issued: TokenClaims | None = None) -> Call:
        """Return a request as one of an account."""
        request.environ[_ACCOUNT] = account_id
        return Call(self, request, account_id, self.resolved_settings(account_id), issued)

    def resolved_settings(self, account_id: str) -> ResolvedSettings:
        """Return what holds for an account."""
        own, common = self.accounts.get(account_id), self.accounts.get(ALL_ACCOUNTS)
        if (
            own.settings is UNSET
            and common.settings is UNSET
            and own.catalog in {None, self.catalogs.default.catalog.key}
        ):
            return self.catalogs.default
        return self.catalogs.resolve(own.settings.over(common.settings), own.catalog)

    def record(self, request: Request, route: str | None, response: Response) -> Response:
        """Keep a request in the journal, and return its answer.

        Args:
            request: the request.
            route: method and path as in the OpenAPI document; ``None`` where no route took it.
            response: the answer.
        """
        if self.journal:
            account = request.environ.get(_ACCOUNT)
            if account is None:  # it was refused
                account = self.account_of(request)
            number = self.journal.add(account, encode_entry(request, route, response, self.clock()))
            response.headers.add(REQUEST, str(number))
        return response

    def account_of(self, request: Request) -> str | None:
        """Return the id of the account that a request speaks of, its token expired or not; ``None`` for none."""
        if ONLY in request.environ:
            return str(request.environ[ONLY])
        holder = self._holder(request)
        if holder is None:
            return ANONYMOUS if self.config.auth == "off" else None
        return holder.account

    def forget(self, account_id: str | None) -> None:
        """Forget what an account has done, its requests, and what was set for it; all of them for ``None``."""
        self.accounts.forget(account_id)
        self.journal.forget(account_id)

    def now(self, account_id: str) -> float:
        """Return what an account's clock shows, in seconds since the epoch."""
        return self.accounts.get(account_id).clock.now(self.clock())

    def _holder(self, request: Request) -> TokenHolder | None:
        """Return who holds the token of a request, ``None`` where there is no token."""
        holder = self.tokens.holder(request.environ.get("HTTP_AUTHORIZATION"))
        only = request.environ.get(ONLY)
        return holder if holder is None or only is None else holder._replace(account=only)

    def _checked(self, call: Call, issued: TokenClaims) -> Call | Response:
        """Refuse a token of this fake's that has expired, or was logged out."""
        if issued.expires <= self.now(call.account):
            reason = f"this fake issued the token, and it has expired; {_LOGIN_AGAIN}"
            return error_response(
                int(call.settings.quirks["expired_token"]), "Token has expired", reason, evidence="observed"
            )
        if issued.token_id in self.accounts.get(call.account).logged_out:
            return error_response(401, "Unauthorized", f"the token was logged out; {_LOGIN_AGAIN}")
        return call


def faulty(call: Call, route: str, list_id: str | None, respond: Callable[[], Response]) -> Response:
    """Return the response to a request, with a fault if a rule applies to it.

    Args:
        call: the request; its account's rules count it.
        route: method and path, as in the OpenAPI document.
        list_id: the path segment with the list id, ``None`` if the route has none.
        respond: handles the request and returns its normal response.
    """
    rules = [(number, rule) for number, rule in enumerate(call.settings.faults) if rule.matches(route, list_id)]
    magic = magic_fault(list_id) if route == GET_LEADS else None
    if magic is not None:
        rules.append(magic)
    turn = next_turn(rules, call.state.config.seed, partial(_count, call))
    if turn is None:
        return respond()
    if call.state.journal:
        keep_small_body(call.request)
    return inject(turn, call.request, respond, now=call.state.now(call.account), quirks=call.settings.quirks)


def _count(call: Call, number: int) -> int:
    """Count a request for a fault rule and return how many came before; a read-only fake counts none."""
    if call.state.config.read_only:
        return 0
    with call.state.accounts.edit(call.account) as account:
        return account.count_for_rule(number)
