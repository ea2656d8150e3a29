"""The vendor's routes that the fake answers, in one table.

To add a route, write a handler and add an entry to :data:`ROUTES`, and describe the route in ``openapi.json`` of the
contract.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from flask import Response

from smartflo_contract.mock_server.api.auth import post_login, post_logout, post_refresh
from smartflo_contract.mock_server.api.broadcasts import (
    delete_broadcast,
    end_broadcast,
    get_broadcast,
    get_broadcasts,
    pause_broadcast,
    post_broadcast,
    put_broadcast,
    resume_broadcast,
    start_broadcast,
)
from smartflo_contract.mock_server.api.call_records import get_call_records
from smartflo_contract.mock_server.api.click_to_call import API_KEY, post_click_to_call, post_click_to_call_support
from smartflo_contract.mock_server.api.dnd import get_dnd_leads
from smartflo_contract.mock_server.api.dnd_lists import delete_dnd_list, get_dnd_lists, post_dnd_list, put_dnd_list
from smartflo_contract.mock_server.api.dnd_writes import (
    delete_dnd_lead,
    delete_dnd_leads,
    post_dnd_lead,
    post_dnd_leads,
    put_dnd_lead,
)
from smartflo_contract.mock_server.api.list_errors import LEADS_PATH
from smartflo_contract.mock_server.api.lists import delete_list, get_lists, post_list, put_list
from smartflo_contract.mock_server.api.live_calls import get_live_calls, post_call_options, post_hangup
from smartflo_contract.mock_server.api.read_leads import get_leads
from smartflo_contract.mock_server.api.users import get_agents, get_agents_v2, get_my_number, get_user, get_users
from smartflo_contract.mock_server.api.write_leads import (
    delete_lead,
    delete_leads,
    get_batch_status,
    patch_leads,
    post_lead,
    post_leads,
    put_lead,
)
from smartflo_contract.mock_server.http.route_names import generic_path

__all__ = ["ROUTES", "Route", "generic_path", "served_routes"]


class Route(NamedTuple):
    """A route that the fake answers.

    Attributes:
        method: HTTP method. A GET route answers HEAD too.
        path: path template, for example ``/v1/broadcast/lead/{lead_id}``. A trailing slash is accepted.
        handler: called with the call and the path parameters; the login with the fake's state and the request.
        evidence: label of the evidence that the vendor has this route.
        source: source of the evidence.
        token_key: key of the body that selects the account of a request without a token; empty for none.
    """

    method: str
    path: str
    handler: Callable[..., Response]
    evidence: str
    source: str
    token_key: str = ""

    @property
    def name(self) -> str:
        """Method and path as in the OpenAPI document: each path parameter is ``{id}``."""
        return f"{self.method} {generic_path(self.path)}"


_LIST: Final = "/v1/broadcast/list/{list_id}"
_LEADS: Final = f"{LEADS_PATH}/{{list_id}}"
_LEAD: Final = "/v1/broadcast/lead/{lead_id}"
_BROADCAST: Final = "/v1/broadcast/{broadcast_id}"
_DND: Final = "/v1/broadcast/dnd"
_DND_LEAD: Final = f"{_DND}/lead/{{dnd_id}}"
_DND_LEADS: Final = f"{_DND}/leads/{{list_id}}"
_DND_LIST: Final = f"{_DND}/list/{{list_id}}"

ROUTES: Final = (
    Route("GET", _LEADS, get_leads, "documented", "reference/v1broadcastleadsid"),
    Route("POST", _LEADS, post_leads, "documented", "reference/v1broadcastleadsid-1"),
    Route("DELETE", _LEADS, delete_leads, "documented", "reference/v1broadcastleadsid-2"),
    Route("PATCH", _LEADS, patch_leads, "documented", "reference/v1broadcastleadsid-3"),
    Route("POST", "/v1/broadcast/lead/{list_id}", post_lead, "documented", "reference/v1broadcastleadid"),
    Route("PUT", _LEAD, put_lead, "documented", "reference/v1broadcastleadid-1"),
    Route("DELETE", _LEAD, delete_lead, "documented", "reference/v1broadcastleadid-2"),
    Route("GET", "/v1/broadcast/lists", get_lists, "documented", "reference/v1broadcastlists"),
    Route("POST", "/v1/broadcast/list", post_list, "documented", "reference/v1broadcastlist"),
    Route("PUT", _LIST, put_list, "documented", "reference/v1broadcastlistid"),
    Route("DELETE", _LIST, delete_list, "documented", "reference/v1broadcastlistid-1"),
    Route(
        "GET",
        "/v1/broadcast/batch_status/{batch_id}",
        get_batch_status,
        "documented",
        "reference/v1broadcastbatch_statusid",
    ),
    Route("POST", "/v1/broadcast", post_broadcast, "documented", "reference/v1broadcast"),
    Route("GET", _BROADCAST, get_broadcast, "documented", "reference/v1broadcastid"),
    Route("PUT", _BROADCAST, put_broadcast, "documented", "reference/v1broadcastid-1"),
    Route("DELETE", _BROADCAST, delete_broadcast, "documented", "reference/v1broadcastid-2"),
    Route("GET", "/v2/broadcasts", get_broadcasts, "documented", "reference/v2broadcasts"),
    Route(
        "GET",
        "/v1/broadcast/start/{broadcast_id}",
        start_broadcast,
        "observed",
        "public clients; the portal parameters have /api/v1",
    ),
    Route("GET", "/v1/broadcast/pause/{broadcast_id}", pause_broadcast, "documented", "reference/v1broadcastpauseid"),
    Route(
        "GET", "/v1/broadcast/resume/{broadcast_id}", resume_broadcast, "documented", "reference/v1broadcastresumeid"
    ),
    Route("GET", "/v1/broadcast/end/{broadcast_id}", end_broadcast, "documented", "reference/v1broadcastendid"),
    Route("GET", f"{_DND}/leads", get_dnd_leads, "documented", "page on DND leads"),
    Route("POST", f"{_DND}/lead", post_dnd_lead, "documented", "reference/v1broadcastdndlead"),
    Route("PUT", _DND_LEAD, put_dnd_lead, "documented", "reference/v1broadcastdndleadid"),
    Route("DELETE", _DND_LEAD, delete_dnd_lead, "documented", "reference/v1broadcastdndleadid-1"),
    Route("POST", _DND_LEADS, post_dnd_leads, "documented", "reference/v1broadcastdndleadsid"),
    Route("DELETE", _DND_LEADS, delete_dnd_leads, "documented", "reference/v1broadcastdndleadsid-1"),
    Route("GET", f"{_DND}/lists", get_dnd_lists, "documented", "reference/v1broadcastdndlists"),
    Route("POST", f"{_DND}/list", post_dnd_list, "documented", "reference/v1broadcastdndlist"),
    Route("PUT", _DND_LIST, put_dnd_list, "documented", "reference/v1broadcastdndlistid"),
    Route("DELETE", _DND_LIST, delete_dnd_list, "documented", "reference/v1broadcastdndlistid-1"),
    Route("POST", "/v1/click_to_call", post_click_to_call, "documented", "reference/v1click_to_call"),
    Route(
        "POST",
        "/v1/click_to_call_support",
        post_click_to_call_support,
        "documented",
        "reference/v1click_to_call_support",
        API_KEY,
    ),
    Route("GET", "/v1/live_calls", get_live_calls, "documented", "reference/v1live_calls"),
    Route("POST", "/v1/call/hangup", post_hangup, "documented", "reference/v1callhangup"),
    Route("POST", "/v1/call/options", post_call_options, "documented", "reference/v1calloptions"),
    Route("GET", "/v1/call/records", get_call_records, "documented", "reference/v1callrecords"),
    Route("GET", "/v1/my_number", get_my_number, "documented", "reference/v1my_number"),
    Route("GET", "/v1/users", get_users, "documented", "reference/fetch-multiple-users"),
    Route("GET", "/v1/user/{user_id}", get_user, "documented", "reference/fetch-single-user"),
    Route("GET", "/v1/user", get_user, "observed", "public clients"),
    Route("GET", "/v1/agents", get_agents, "observed", "public clients"),
    Route("GET", "/v2/agents", get_agents_v2, "observed", "public clients"),
    Route("POST", "/v1/auth/login", post_login, "documented", "docs/generate-a-token"),
    Route("POST", "/v1/auth/refresh", post_refresh, "documented", "reference/v1authrefresh"),
    Route("POST", "/v1/auth/logout", post_logout, "documented", "reference/v1authlogout"),
)


def served_routes() -> frozenset[tuple[str, str]]:
    """Return method and path of every route that the fake answers, each path parameter written as ``{id}``."""
    return frozenset((route.method, generic_path(route.path)) for route in ROUTES)
