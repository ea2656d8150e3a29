"""What the handlers of one fake share."""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

from flask import Request, Response

from smartflo_contract.mock_server._accounts import MemoryStore, Store, account_of_token
from smartflo_contract.mock_server._answers import refusal
from smartflo_contract.mock_server._bodies import Bodies
from smartflo_contract.mock_server._config import Config
from smartflo_contract.mock_server._quirks import resolved
from smartflo_contract.mock_server._tokens import Issued, Tokens, token_of
from smartflo_contract.mock_server._world import World

_UNAUTHORIZED: Final = (
    "send an Authorization header; any ASCII text will do, for example: curl --header 'Authorization: Bearer any-text'"
)
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
        clock: seconds since the epoch.
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

    def _holder_of(self, token: str) -> Caller | Response:
        """Return whose token it is; what this fake issued may have expired, or been logged out."""
        issued = self.tokens.read(token)
        if issued is None:
            return Caller(account_of_token(token), None)
        if issued.expires <= self.clock():
            reason = f"this fake issued the token, and it has expired; {_LOGIN_AGAIN}"
            return refusal(int(self.quirks["expired_token"]), "Token has expired", reason, evidence="observed")
        if issued.token_id in self.accounts.view(issued.account).logged_out:
            return refusal(401, "Unauthorized", f"the token was logged out; {_LOGIN_AGAIN}")
        return Caller(issued.account, issued)
