"""The routes that this fake answers, in one table."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from flask import Response

from smartflo_contract.mock_server._leads import PATH, get_leads
from smartflo_contract.mock_server._login import post_login, post_logout, post_refresh

_PLACE: Final = re.compile(r"\{[^/]*\}")


class Route(NamedTuple):
    """A route that this fake answers.

    Attributes:
        method: HTTP method; HEAD comes with GET.
        path: template, ``{list_id}`` for a segment that varies; a trailing slash is taken as well.
        handler: called with the fake's state, the request, and the segments by name.
        evidence: how well it is known that the vendor has this route.
        source: where that is said.
    """

    method: str
    path: str
    handler: Callable[..., Response]
    evidence: str
    source: str


ROUTES: Final = (
    Route("GET", f"{PATH}/{{list_id}}", get_leads, "documented", "reference/v1broadcastleadsid"),
    Route("POST", "/v1/auth/login", post_login, "documented", "docs/generate-a-token"),
    Route("POST", "/v1/auth/refresh", post_refresh, "observed", "public clients"),
    Route("POST", "/v1/auth/logout", post_logout, "observed", "public clients"),
)


def served_routes() -> frozenset[tuple[str, str]]:
    """Return method and path of every route that this fake answers, places written as ``{id}``."""
    return frozenset((route.method, _PLACE.sub("{id}", route.path)) for route in ROUTES)
