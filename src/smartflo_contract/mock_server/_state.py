"""What the handlers of one fake share."""

import time
from collections.abc import Callable
from typing import Final

from flask import Request, Response

from smartflo_contract.mock_server._answers import refusal
from smartflo_contract.mock_server._bodies import Bodies
from smartflo_contract.mock_server._config import Config
from smartflo_contract.mock_server._tokens import Tokens, token_of
from smartflo_contract.mock_server._world import World

_UNAUTHORIZED: Final = (
    "send an Authorization header; any ASCII text will do, for example: curl --header 'Authorization: Bearer any-text'"
)


class State:
    """One fake: its world, what it remembers, and who may ask.

    Attributes:
        world: what the ids of lists stand for.
        bodies: the bodies of lists.
        tokens: the tokens that this fake issues.
        clock: seconds since the epoch.
    """

    def __init__(self, config: Config, clock: Callable[[], float] = time.time) -> None:
        """Make everything that is cheap; leads wait for the first request."""
        self.world = World(config)
        self.bodies = Bodies()
        self.tokens = Tokens(config.seed)
        self.clock = clock
        self._open = config.auth == "off"

    def refuse(self, request: Request) -> Response | None:
        """Return the answer to a request that may not see the account's data; ``None`` where it may."""
        if self._open:
            return None
        token = token_of(request.environ.get("HTTP_AUTHORIZATION"))
        if not token:
            return refusal(401, "Unauthorized", _UNAUTHORIZED, evidence="observed")
        if self.tokens.expired(token, self.clock()):
            reason = "this fake issued the token, and it has expired; log in again at POST /v1/auth/login"
            return refusal(401, "Token has expired", reason, evidence="observed")
        return None
