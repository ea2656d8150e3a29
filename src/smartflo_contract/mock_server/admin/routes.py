"""The routes of the admin API, in one table, and how each request of one is answered."""

from collections.abc import Callable, Iterable
from typing import Final, Literal, NamedTuple

import orjson
from flask import Request, Response

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.admin.access import check_caller
from smartflo_contract.mock_server.admin.account_selector import NAMES, named_account
from smartflo_contract.mock_server.admin.clock import get_clock, patch_clock
from smartflo_contract.mock_server.admin.components import parameter_name
from smartflo_contract.mock_server.admin.health import contract, health, version
from smartflo_contract.mock_server.admin.journal import count, delete_requests, find, get_requests, unmatched, wait
from smartflo_contract.mock_server.admin.lists import (
    delete_list,
    get_leads,
    get_list,
    get_lists,
    patch_lead,
    post_leads,
    post_list,
    put_leads,
    put_list,
)
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import Ask, check_no_body, check_query, content_of
from smartflo_contract.mock_server.admin.reset import reset
from smartflo_contract.mock_server.admin.settings import (
    delete_faults,
    get_faults,
    get_profile,
    get_quirks,
    patch_quirks,
    post_fault,
    put_faults,
    put_profile,
)
from smartflo_contract.mock_server.admin.snapshot import get_accounts, get_snapshot, post_restore
from smartflo_contract.mock_server.context import State
from smartflo_contract.schemas.errors import nearest

PREFIX: Final = "/__admin"
SMALL: Final = 64 * 1024
"""Bytes of a body that sets something."""
LARGE: Final = 32 * 1024 * 1024
"""Bytes of a body that holds leads."""
LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a snapshot."""
_READ_ONLY: Final = "this fake is read-only; start it with one worker and without --read-only"


class AdminRoute(NamedTuple):
    """A route of the admin API.

    Attributes:
        method: HTTP method.
        path: below ``/__admin``; ``{list_id}`` for a segment that varies.
        handler: called with the request; returns what the answer says.
        summary: what it does.
        answer: the shape of the answer, by its name in ``components.json``.
        about: whom it speaks of: ``nobody``; ``all`` accounts, or the one that is named; ``one`` that must be named.
        body: the shape of the request's body; ``None`` where it has none.
        changes: whether it changes what the fake remembers.
        status: of the answer.
        most_bytes: of the request's body.
        parameters: in the query.
        open: whether everybody may ask who reaches the fake.
        problems: statuses of problems besides those that follow from the above.
    """

    method: str
    path: str
    handler: Callable[[Ask], object]
    summary: str
    answer: str
    about: Literal["nobody", "all", "one"] = "all"
    body: str | None = None
    changes: bool = False
    status: int = 200
    most_bytes: int = SMALL
    parameters: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()
    open: bool = False


def _openapi(_: Ask) -> object:
    from smartflo_contract.mock_server.admin.openapi import admin_openapi  # noqa: PLC0415 - it reads this table

    return admin_openapi()


ADMIN_ROUTES: Final = (
    AdminRoute("GET", "/health", health, "Whether the fake lives", "Status", "nobody", open=True),
    AdminRoute("GET", "/ready", health, "Whether the fake answers", "Status", "nobody", open=True),
    AdminRoute("GET", "/version", version, "What runs here", "Version", "nobody"),
    AdminRoute("GET", "/openapi", _openapi, "This document", "Document", "nobody"),
    AdminRoute(
        "GET",
        "/contract",
        contract,
        "The contract of a response with leads, annotated JSON Schema",
        "Document",
        parameters=("profile",),
        problems=(422,),
    ),
    AdminRoute("GET", "/profile", get_profile, "The profile", "Profile"),
    AdminRoute(
        "PUT",
        "/profile",
        put_profile,
        "Set the profile; null removes what was set",
        "Profile",
        body="ProfileChange",
        changes=True,
    ),
    AdminRoute("GET", "/quirks", get_quirks, "Every quirk, with its value here", "Quirks"),
    AdminRoute(
        "PATCH",
        "/quirks",
        patch_quirks,
        "Set some quirks; null removes what was set",
        "Quirks",
        body="QuirkChanges",
        changes=True,
    ),
    AdminRoute("GET", "/faults", get_faults, "The rules that say which answers go wrong, and every fault", "Faults"),
    AdminRoute("PUT", "/faults", put_faults, "Set all rules", "FaultRules", body="FaultRules", changes=True),
    AdminRoute("POST", "/faults", post_fault, "Add a rule", "FaultRules", body="FaultRule", changes=True, status=201),
    AdminRoute("DELETE", "/faults", delete_faults, "Remove the rules that were set", "FaultRules", changes=True),
    AdminRoute("GET", "/clock", get_clock, "What the account's clock shows", "Clock", "one"),
    AdminRoute(
        "PATCH",
        "/clock",
        patch_clock,
        "Set, advance, freeze or start the account's clock, in this order",
        "Clock",
        "one",
        body="ClockChange",
        changes=True,
    ),
    AdminRoute(
        "GET",
        "/requests",
        get_requests,
        "The requests that came, the oldest first",
        "Requests",
        parameters=("after", "limit", "order"),
        problems=(409,),
    ),
    AdminRoute("DELETE", "/requests", delete_requests, "Forget the requests", "Status", problems=(409,)),
    AdminRoute(
        "POST", "/requests/find", find, "Requests that are as wanted", "Requests", body="FindRequests", problems=(409,)
    ),
    AdminRoute(
        "POST", "/requests/count", count, "How many are as wanted", "Count", body="CountRequests", problems=(409,)
    ),
    AdminRoute(
        "POST",
        "/requests/wait",
        wait,
        "Wait until so many have come that are as wanted",
        "WaitedFor",
        body="WaitForRequests",
        problems=(409, 503),
    ),
    AdminRoute(
        "GET",
        "/requests/unmatched",
        unmatched,
        "Requests that no route took, with the reason and the nearest route",
        "Unmatched",
        parameters=("after", "limit", "order"),
        problems=(409,),
    ),
    AdminRoute("GET", "/lists", get_lists, "The lists of the account", "Lists", "one"),
    AdminRoute(
        "POST",
        "/lists",
        post_list,
        "Make a list under an id that is free",
        "List",
        "one",
        body="ListDefinition",
        changes=True,
        status=201,
        most_bytes=LARGE,
    ),
    AdminRoute("GET", "/lists/{list_id}", get_list, "One list", "List", "one"),
    AdminRoute(
        "PUT",
        "/lists/{list_id}",
        put_list,
        "Make a list under an id, in place of the one that is there",
        "List",
        "one",
        body="ListDefinition",
        changes=True,
        most_bytes=LARGE,
    ),
    AdminRoute("DELETE", "/lists/{list_id}", delete_list, "Delete a list", "Status", "one", changes=True),
    AdminRoute(
        "GET",
        "/lists/{list_id}/leads",
        get_leads,
        "Leads of a list, whatever faults and quirks there are",
        "Leads",
        "one",
        parameters=("offset", "most_leads"),
    ),
    AdminRoute(
        "PUT",
        "/lists/{list_id}/leads",
        put_leads,
        "Make a list of the leads of a fixture, as they are, in place of the one that is there",
        "List",
        "one",
        body="Fixture",
        changes=True,
        most_bytes=LARGE,
    ),
    AdminRoute(
        "POST",
        "/lists/{list_id}/leads",
        post_leads,
        "Add leads, with any keys",
        "Leads",
        "one",
        body="NewLeads",
        changes=True,
        status=201,
        most_bytes=LARGE,
    ),
    AdminRoute(
        "PATCH",
        "/leads/{lead_id}",
        patch_lead,
        "Change any key of a lead; the contract is not asked",
        "Lead",
        "one",
        body="LeadChange",
        changes=True,
        most_bytes=LARGE,
    ),
    AdminRoute("GET", "/accounts", get_accounts, "The accounts that something is remembered of", "Accounts"),
    AdminRoute("GET", "/snapshot", get_snapshot, "What is remembered, as small JSON", "Snapshot"),
    AdminRoute(
        "POST",
        "/restore",
        post_restore,
        "Restore a snapshot",
        "Status",
        body="Snapshot",
        changes=True,
        most_bytes=LARGEST,
    ),
    AdminRoute("POST", "/reset", reset, "Forget what the account has done, or all accounts", "Status", changes=True),
)
"""Every route of the admin API."""


def answered(state: State, request: Request, route: AdminRoute, place: str = "") -> Response:
    """Return the answer to an admin request, if it may be answered at all."""
    try:
        if not route.open:
            check_caller(state.config, request)
        body = route.handler(_ask(state, request, route, place))
    except Problem as wrong:
        return wrong.response()
    return Response(orjson.dumps(body), route.status, mimetype="application/json")


def unknown(state: State, request: Request, allowed: Iterable[str] = ()) -> Response:
    """Return the answer to a method and path that the admin API does not have.

    Args:
        state: the fake.
        request: the request.
        allowed: the methods that the path has, where it is there.
    """
    try:
        check_caller(state.config, request)
    except Problem as wrong:
        return wrong.response()
    wanted, methods = f"{request.method} {request.path[:100]}", ", ".join(sorted(allowed))
    if methods:
        response = Problem(405, f"there is no {wanted}; here are {methods}").response()
        response.headers["Allow"] = methods
        return response
    known = [f"{route.method} {PREFIX}{route.path}" for route in ADMIN_ROUTES]
    return Problem(404, f"there is no {wanted}.{nearest(wanted, known)} GET {PREFIX}/openapi has all").response()


def _ask(state: State, request: Request, route: AdminRoute, place: str) -> Ask:
    """Return a request with the account that is meant and its body.

    Raises:
        Problem: the route does not take it.
    """
    names = [parameter_name(name) for name in route.parameters]
    check_query(request, names if route.about == "nobody" else (*names, *NAMES))
    named = None if route.about == "nobody" else named_account(state, request, needed=route.about == "one")
    if route.changes and state.config.read_only:
        raise Problem(409, _READ_ONLY)
    if route.body is None:
        check_no_body(request, SMALL)
    content = None if route.body is None else content_of(request, route.body, route.most_bytes)
    return Ask(state, request, named or ALL_ACCOUNTS, content, place)
