"""What the handlers of one fake share."""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

from flask import Request, Response

from smartflo_contract.mock_server.accounts.settings import UNSET, Terms, Worlds
from smartflo_contract.mock_server.accounts.store import EVERYONE, WITHOUT_TOKEN, MemoryStore, Store
from smartflo_contract.mock_server.accounts.tokens import Holder, Issued, Tokens
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.faults.injectors import GET_LEADS, OK, Fault, Moment, happen, magic_fault, share
from smartflo_contract.mock_server.http.responses import refusal
from smartflo_contract.mock_server.journal.entry import line_of, read_small
from smartflo_contract.mock_server.journal.journal import Journal
from smartflo_contract.mock_server.lists.body_cache import Bodies

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
        terms: what holds for it.
        issued: what its token says, where this fake issued it.
    """

    state: "State"
    request: Request
    account: str
    terms: Terms
    issued: Issued | None = None


class State:
    """One fake: its worlds, what it remembers, and who may ask.

    Attributes:
        config: what the fake is made of.
        worlds: what holds for an account, by its settings.
        bodies: the bodies of lists.
        tokens: the tokens that this fake issues.
        accounts: what it remembers of each account.
        journal: the last requests; with several workers each would know but its own, so there is none.
        clock: the wall clock, in seconds since the epoch.
    """

    def __init__(self, config: Config, clock: Callable[[], float] = _wall_clock) -> None:
        """Make everything that is cheap; leads wait for the first request."""
        self.config = config
        self.worlds = Worlds(config)
        self.bodies = Bodies()
        self.tokens = Tokens(config.seed)
        self.accounts: Store = MemoryStore(config.max_accounts)
        self.journal = Journal(config.journal_requests if config.workers == 1 else 0, config.journal_bytes)
        self.clock = clock

    def admit(self, request: Request) -> Call | Response:
        """Return the request as its account's, or the answer to one that may not see an account's data."""
        holder = self._holder(request)
        if holder is None:
            if self.config.auth == "off":
                return self.call(request, request.environ.get(ONLY, WITHOUT_TOKEN))
            return refusal(401, "Unauthorized", _UNAUTHORIZED)
        call = self.call(request, holder.account, holder.issued)
        if holder.issued is None and call.terms.quirks["unknown_token"] == "401":  # noqa: S105 - a status
            return refusal(401, "Unauthorized", f"this fake did not issue the token; {_LOGIN_AGAIN}")
        wanted = call.terms.quirks["auth_scheme"]
        if wanted not in {"any", holder.scheme}:
            reason = f"the quirk auth_scheme is {wanted}, and the token came in the other form"
            return refusal(401, "Unauthorized", reason, evidence="assumed")
        return call if holder.issued is None else self._checked(call, holder.issued)

    def call(self, request: Request, account_id: str, issued: Issued | None = None) -> Call:
        """Return a request as one of an account."""
        request.environ[_ACCOUNT] = account_id
        return Call(self, request, account_id, self.terms(account_id), issued)

    def terms(self, account_id: str) -> Terms:
        """Return what holds for an account."""
        own, common = self.accounts.view(account_id), self.accounts.view(EVERYONE)
        if own.settings is UNSET and common.settings is UNSET and own.world in {None, self.worlds.usual.world.key}:
            return self.worlds.usual
        return self.worlds.terms(own.settings.over(common.settings), own.world)

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
            number = self.journal.add(account, line_of(request, route, response, self.clock()))
            response.headers.add(REQUEST, str(number))
        return response

    def account_of(self, request: Request) -> str | None:
        """Return the id of the account that a request speaks of, its token expired or not; ``None`` for none."""
        if ONLY in request.environ:
            return str(request.environ[ONLY])
        holder = self._holder(request)
        if holder is None:
            return WITHOUT_TOKEN if self.config.auth == "off" else None
        return holder.account

    def forget(self, account_id: str | None) -> None:
        """Forget what an account has done, its requests, and what was set for it; all of them for ``None``."""
        self.accounts.forget(account_id)
        self.journal.forget(account_id)

    def now(self, account_id: str) -> float:
        """Return what an account's clock shows, in seconds since the epoch."""
        return self.accounts.view(account_id).clock.now(self.clock())

    def _holder(self, request: Request) -> Holder | None:
        """Return who holds the token of a request, ``None`` where there is no token."""
        holder = self.tokens.holder(request.environ.get("HTTP_AUTHORIZATION"))
        only = request.environ.get(ONLY)
        return holder if holder is None or only is None else holder._replace(account=only)

    def _checked(self, call: Call, issued: Issued) -> Call | Response:
        """Refuse a token of this fake's that has expired, or was logged out."""
        if issued.expires <= self.now(call.account):
            reason = f"this fake issued the token, and it has expired; {_LOGIN_AGAIN}"
            return refusal(int(call.terms.quirks["expired_token"]), "Token has expired", reason, evidence="observed")
        if issued.token_id in self.accounts.view(call.account).logged_out:
            return refusal(401, "Unauthorized", f"the token was logged out; {_LOGIN_AGAIN}")
        return call


def faulty(call: Call, route: str, list_id: str | None, make: Callable[[], Response]) -> Response:
    """Return the answer to a request, or what a fault makes of it.

    Args:
        call: the request; it counts for its account.
        route: method and path, as in the OpenAPI document.
        list_id: the list that is asked for, if any.
        make: makes the answer.
    """
    wanted = [(number, rule) for number, rule in enumerate(call.terms.faults) if rule.wants(route, list_id)]
    turns = [(rule, *_turn(call, number, rule)) for number, rule in wanted]
    magic = magic_fault(list_id) if route == GET_LEADS else None
    if magic is not None:
        turns.append((magic, *_turn(call, int(list_id or 0), magic)))
    for rule, step, part in turns:
        if step != OK:
            if call.state.journal:
                read_small(call.request)
            return happen(step, Moment(rule, call.request, make, part, call.state.now(call.account), call.terms.quirks))
    return make()


def _turn(call: Call, number: int, rule: Fault) -> tuple[str, float]:
    """Count a request for a rule; return what becomes of it, and the share that goes with it."""
    count = 0
    config = call.state.config
    if not config.read_only:
        with call.state.accounts.edit(call.account) as account:
            count = account.fault_counts.get(number, 0)
            account.fault_counts[number] = count + 1
    seed = f"fault/{config.seed}/{number}"
    return rule.step(count, seed), share(f"{seed}/{count}/more")
