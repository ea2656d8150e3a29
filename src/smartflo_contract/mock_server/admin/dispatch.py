"""Respond to requests to the admin API."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, TypeAlias

import orjson
from flask import Request, Response, request

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.admin import routes
from smartflo_contract.mock_server.admin.access import check_access, check_page_access
from smartflo_contract.mock_server.admin.account_selector import ACCOUNT_PARAMETERS, select_account
from smartflo_contract.mock_server.admin.bodies import check_no_body, read_raw_body, read_validated_body
from smartflo_contract.mock_server.admin.components import parameter_name
from smartflo_contract.mock_server.admin.events import EVENTS_TYPE, events_response
from smartflo_contract.mock_server.admin.index import accepts_page, index_response
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import AdminRequest, check_query
from smartflo_contract.mock_server.admin.route import MAX_SETTINGS_BYTES, PREFIX, AdminRoute
from smartflo_contract.mock_server.console import files
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.schemas.errors import nearest

View: TypeAlias = Callable[..., Response]
"""Responds to a request; called with the variable segments of its path."""
_READ_ONLY: Final = (
    "a proxy or a read-only fake accepts no changes; start `smartflo-contract serve` with one worker and without "
    "--read-only"
)
_MAX_PATH_CHARACTERS: Final = 100


def is_admin_path(path: str) -> bool:
    """Return whether a path belongs to the admin API, whether or not it has such a route."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def admin_views(state: State) -> dict[str, dict[str, View]]:
    """Return the views of the admin API: path to HTTP method to view."""
    views: dict[str, dict[str, View]] = {}
    for route in routes.ADMIN_ROUTES:
        views.setdefault(f"{PREFIX}{route.path}", {})[route.method] = _view(route, state)
    views[f"{files.PATH}/{{name}}"] = {"GET": partial(_console_file, state)}
    return views


def respond_to_unknown_route(state: State, request: Request, allowed_methods: Iterable[str] = ()) -> Response:
    """Return the problem document for a method and path without a route.

    Args:
        state: the fake.
        request: the request.
        allowed_methods: the methods of the path, empty if the path is unknown.
    """
    try:
        check_access(state.config, request)
    except Problem as problem:
        return problem.response()
    name, methods = f"{request.method} {request.path[:_MAX_PATH_CHARACTERS]}", ", ".join(sorted(allowed_methods))
    if methods:
        response = Problem(405, f"there is no route {name}; this path has the methods {methods}").response()
        response.headers["Allow"] = methods
        return response
    known = [route.name for route in routes.ADMIN_ROUTES]
    return Problem(404, f"there is no route {name}.{nearest(name, known)} GET {PREFIX}/openapi lists all").response()


def _view(route: AdminRoute, state: State) -> View:
    def view(path_id: str = "") -> Response:
        try:
            if not route.path and accepts_page(request):
                check_page_access(state.config, request)
                return files.page_response(request)
            admitted = _admitted(state, request, route, path_id)
            if route.has_events and request.accept_mimetypes.best == EVENTS_TYPE:
                return events_response(admitted, request.headers.get("Last-Event-ID"))
            body = route.handler(admitted)
        except Problem as problem:
            return problem.response()
        except StoreUnavailable as error:
            return Problem(503, str(error)).response()
        if not route.path:
            return index_response(routes.ADMIN_ROUTES)
        return Response(orjson.dumps(body), route.status, mimetype="application/json")

    return view


def _console_file(state: State, name: str) -> Response:
    """Return a file of the console."""
    try:
        check_page_access(state.config, request)
    except Problem as problem:
        return problem.response()
    response = files.file_response(request, name)
    return respond_to_unknown_route(state, request) if response is None else response


def _admitted(state: State, request: Request, route: AdminRoute, path_id: str) -> AdminRequest:
    """Return a request with its account and body, after all checks.

    Raises:
        Problem: the request is rejected.
    """
    if not route.is_public:
        check_access(state.config, request)
    has_account = route.scope != "fake"
    parameters = [parameter_name(name) for name in route.parameters]
    check_query(request.args, (*parameters, *ACCOUNT_PARAMETERS) if has_account else parameters)
    account_id = select_account(state, request, required=route.scope == "one") if has_account else None
    if not route.is_public:
        state.accounts.refresh(account_id or ALL_ACCOUNTS)
    if route.writes and state.config.read_only:
        raise Problem(409, _READ_ONLY)
    body: Any = None
    if route.body is None:
        check_no_body(request, MAX_SETTINGS_BYTES)
    elif route.has_raw_body:
        body = read_raw_body(request, route.max_body_bytes)
    else:
        body = read_validated_body(request, route.body, route.max_body_bytes)
    return AdminRequest(state, account_id or ALL_ACCOUNTS, request.args, body, path_id)
