"""The routes that this fake answers, in one table."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from flask import Response

from smartflo_contract.mock_server.api.auth import post_login, post_logout, post_refresh
from smartflo_contract.mock_server.api.dnd import get_dnd
from smartflo_contract.mock_server.api.lists import delete_list, get_lists, post_list, put_list
from smartflo_contract.mock_server.api.read_leads import PATH, get_leads
from smartflo_contract.mock_server.api.write_leads import (
    delete_lead,
    delete_leads,
    get_batch,
    patch_leads,
    post_lead,
    post_leads,
    put_lead,
)

PLACE: Final = re.compile(r"\{[^/]*\}")


class Route(NamedTuple):
    """A route that this fake answers.

    Attributes:
        method: HTTP method; HEAD comes with GET.
        path: template, ``{list_id}`` for a segment that varies; a trailing slash is taken as well.
        handler: called with the request as its account's, and the segments by name; a login with the fake's state
            and the request.
        evidence: how well it is known that the vendor has this route.
        source: where that is said.
    """

    method: str
    path: str
    handler: Callable[..., Response]
    evidence: str
    source: str


_LIST: Final = "/v1/broadcast/list/{list_id}"
_LEAD: Final = "/v1/broadcast/lead/{id_}"
"""The id is a list's where a lead is added, and the lead's own where it is changed or deleted."""
_CLIENTS: Final = "public clients"

ROUTES: Final = (
    Route("GET", f"{PATH}/{{list_id}}", get_leads, "documented", "reference/v1broadcastleadsid"),
    Route("POST", f"{PATH}/{{list_id}}", post_leads, "documented", "reference/v1broadcastleadsid-1"),
    Route("DELETE", f"{PATH}/{{list_id}}", delete_leads, "documented", "reference/v1broadcastleadsid-2"),
    Route("PATCH", f"{PATH}/{{list_id}}", patch_leads, "documented", "reference/v1broadcastleadsid-3"),
    Route("POST", _LEAD, post_lead, "documented", "reference/v1broadcastleadid"),
    Route("PUT", _LEAD, put_lead, "documented", "reference/v1broadcastleadid-1"),
    Route("DELETE", _LEAD, delete_lead, "documented", "reference/v1broadcastleadid-2"),
    Route("GET", "/v1/broadcast/lists", get_lists, "documented", "reference/v1broadcastlists"),
    Route("POST", "/v1/broadcast/list", post_list, "documented", "reference/v1broadcastlist"),
    Route("PUT", _LIST, put_list, "documented", "reference/v1broadcastlistid"),
    Route("DELETE", _LIST, delete_list, "documented", "reference/v1broadcastlistid-1"),
    Route("GET", "/v1/broadcast/batch_status/{id_}", get_batch, "documented", "reference/v1broadcastbatch_statusid"),
    Route("GET", "/v1/broadcast/dnd/leads", get_dnd, "documented", "page on DND leads"),
    Route("POST", "/v1/auth/login", post_login, "documented", "docs/generate-a-token"),
    Route("POST", "/v1/auth/refresh", post_refresh, "observed", _CLIENTS),
    Route("POST", "/v1/auth/logout", post_logout, "observed", _CLIENTS),
)


def served_routes() -> frozenset[tuple[str, str]]:
    """Return method and path of every route that this fake answers, places written as ``{id}``."""
    return frozenset((route.method, PLACE.sub("{id}", route.path)) for route in ROUTES)
