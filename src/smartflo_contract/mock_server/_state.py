"""What the handlers of one fake share."""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

from flask import Request, Response

from smartflo_contract.factories import LeadWriter
from smartflo_contract.mock_server._accounts import Account, MemoryStore, Store, account_of_token
from smartflo_contract.mock_server._answers import refusal
from smartflo_contract.mock_server._bodies import Bodies
from smartflo_contract.mock_server._changes import ListChanges
from smartflo_contract.mock_server._config import Config
from smartflo_contract.mock_server._faults import GET_LEADS, OK, Fault, Moment, happen, magic_fault, share
from smartflo_contract.mock_server._magic import Failure, is_list_id
from smartflo_contract.mock_server._quirks import resolved
from smartflo_contract.mock_server._tokens import Issued, Tokens, token_of
from smartflo_contract.mock_server._world import LeadList, World

_UNAUTHORIZED: Final = (
    "send an Authorization header; any ASCII text will do, for example: curl --header 'Authorization: Bearer any-text'"
)
_FIXED: Final = Failure(403, {"success": False, "message": "You do not have access to this list."}, "assumed")
"""The answer to whoever would change a list whose leads are given: the edge cases stay what they are."""
_LOGIN_AGAIN: Final = "log in again at POST /v1/auth/login"


class Caller(NamedTuple):
    """Who asks.

    Attributes:
        account: id of the account.
        issued: what the token says, where this fake issued it.
    """

    account: str
    issued: Issued | None


class State:
    """One fake: its world, what it remembers, and who may ask.

    Attributes:
        config: what the fake is made of.
        quirks: the value of every quirk.
        world: what the ids of lists stand for.
        bodies: the bodies of lists.
        tokens: the tokens that this fake issues.
        accounts: what it remembers of each account.
        clock: the wall clock, in seconds since the epoch.
    """

    def __init__(self, config: Config, clock: Callable[[], float] = time.time) -> None:
        """Make everything that is cheap; leads wait for the first request."""
        self.config = config
        self.quirks = resolved(config.quirks)
        self.world = World(config, self.quirks)
        self.bodies = Bodies()
        self.tokens = Tokens(config.seed)
        self.accounts: Store = MemoryStore(config.max_accounts)
        self.clock = clock

    def admit(self, request: Request) -> Caller | Response:
        """Return who asks, or the answer to a request that may not see the account's data."""
        header = request.environ.get("HTTP_AUTHORIZATION")
        token = token_of(header)
        if self.config.auth == "off" and not token:
            return Caller(account_of_token(""), None)
        if not token:
            return refusal(401, "Unauthorized", _UNAUTHORIZED, evidence="observed")
        scheme = "raw" if header is not None and header.strip() == token else "bearer"
        if self.quirks["auth_scheme"] not in {"any", scheme}:
            reason = f"the quirk auth_scheme is {self.quirks['auth_scheme']}, and the token came in the other form"
            return refusal(401, "Unauthorized", reason, evidence="assumed")
        return self._holder_of(token)

    def now(self, account_id: str) -> float:
        """Return what an account's clock shows, in seconds since the epoch."""
        return self.accounts.view(account_id).clock.now(self.clock())

    def account_of(self, token: str) -> str:
        """Return the id of the account that a token selects, whether or not it has expired."""
        issued = self.tokens.read(token)
        return account_of_token(token) if issued is None else issued.account

    def writer(self, request: Request) -> Caller | Response:
        """Return who asks to change something, or the answer to a request that may not."""
        caller = self.admit(request)
        if self.config.read_only and isinstance(caller, Caller):
            reason = "this fake is read-only, so it takes no changes; start it with one worker and without --read-only"
            return refusal(403, "You do not have access to this resource.", reason)
        return caller

    def faulty(
        self, request: Request, route: str, account_id: str, list_id: str | None, make: Callable[[], Response]
    ) -> Response:
        """Return the answer to a request, or what a fault makes of it.

        Args:
            request: the request.
            route: method and path, as in the OpenAPI document.
            account_id: the account for which requests count.
            list_id: the list that is asked for, if any.
            make: makes the answer.
        """
        wanted = [(number, rule) for number, rule in enumerate(self.config.faults) if rule.wants(route, list_id)]
        turns = [(rule, *self._turn(account_id, number, rule)) for number, rule in wanted]
        magic = magic_fault(list_id) if route == GET_LEADS else None
        if magic is not None:
            turns.append((magic, *self._turn(account_id, int(list_id or 0), magic)))
        for rule, step, part in turns:
            if step != OK:
                return happen(step, Moment(rule, request, make, part, self.now(account_id)))
        return make()

    def _turn(self, account_id: str, number: int, rule: Fault) -> tuple[str, float]:
        """Count a request for a rule; return what becomes of it, and the share that goes with it."""
        count = 0
        if not self.config.read_only:
            with self.accounts.edit(account_id) as account:
                count = account.fault_counts.get(number, 0)
                account.fault_counts[number] = count + 1
        seed = f"fault/{self.config.seed}/{number}"
        return rule.step(count, seed), share(f"{seed}/{count}/more")

    def changes(self, account: Account, list_id: str) -> ListChanges | Failure | None:
        """Return the changes of a list, none yet perhaps; ``None`` where there is no such list.

        Args:
            account: opened for changes.
            list_id: as it was asked for.
        """
        known = account.lists.get(int(list_id)) if is_list_id(list_id) else None
        if known is not None:
            return None if known.deleted else known
        found = self.world.find(list_id)
        if not isinstance(found, LeadList):
            return found
        if not isinstance(found.writer, LeadWriter):
            return _FIXED
        return account.lists.setdefault(int(list_id), ListChanges(found.writer))

    def lead(self, account: Account, lead_id: str) -> tuple[ListChanges, int] | None:
        """Return the changes of the list that has the lead of an id, and its index there.

        Args:
            account: opened for changes.
            lead_id: as it was asked for; the lead of a magic list is found once that list has been read.
        """
        for list_id in dict.fromkeys((*account.lists, *self.world.known())):
            changes = self.changes(account, str(list_id))
            if isinstance(changes, ListChanges):
                index = changes.writer.index_of(lead_id)
                lead = None if index is None else changes.leads.lead(index)
                if index is not None and lead is not None and str(lead.get("lead_id")) == lead_id:
                    return changes, index
        return None

    def _holder_of(self, token: str) -> Caller | Response:
        """Return whose token it is; what this fake issued may have expired, or been logged out."""
        issued = self.tokens.read(token)
        if issued is None:
            return Caller(account_of_token(token), None)
        if issued.expires <= self.now(issued.account):
            reason = f"this fake issued the token, and it has expired; {_LOGIN_AGAIN}"
            return refusal(int(self.quirks["expired_token"]), "Token has expired", reason, evidence="observed")
        if issued.token_id in self.accounts.view(issued.account).logged_out:
            return refusal(401, "Unauthorized", f"the token was logged out; {_LOGIN_AGAIN}")
        return Caller(issued.account, issued)
