"""Respond to requests at the routes that a user added."""

import orjson
from flask import Request, Response

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS, ANONYMOUS
from smartflo_contract.mock_server.api.authorization import authorize, reject_web_page
from smartflo_contract.mock_server.api.fault_injection import respond_with_faults
from smartflo_contract.mock_server.api.rate_limit import spend_rate_budget
from smartflo_contract.mock_server.config.custom_route import CustomRoute, find_custom_route
from smartflo_contract.mock_server.context import FORCED_ACCOUNT_KEY, State, open_call
from smartflo_contract.mock_server.http.responses import EVIDENCE_HEADER
from smartflo_contract.mock_server.journal.entry import keep_small_body


def find_route(state: State, request: Request) -> CustomRoute | None:
    """Return the route that the account of a request, or all accounts, have for it; ``None`` for none."""
    account_id = state.account_of(request.environ) or ALL_ACCOUNTS
    state.accounts.refresh(account_id)
    settings = state.resolved_settings(account_id)
    return find_custom_route(settings.routes, request.method, request.path)


def respond(state: State, request: Request, route: CustomRoute) -> Response:
    """Return the response of a user's route, with a fault if a rule applies to the request."""
    environ = request.environ
    rejection = reject_web_page(state, environ)
    if rejection is not None:
        return rejection
    call = authorize(state, environ)
    if isinstance(call, Response):
        if route.auth == "on" or "Authorization" in request.headers:
            return call
        call = open_call(state, environ, environ.get(FORCED_ACCOUNT_KEY, ANONYMOUS))
    rejection = spend_rate_budget(call)
    if rejection is not None:
        return rejection
    if state.journal:
        keep_small_body(request)
    return respond_with_faults(call, route.name, None, lambda: _response(route))


def _response(route: CustomRoute) -> Response:
    response = Response(orjson.dumps(route.json), route.status, mimetype="application/json")
    response.headers[EVIDENCE_HEADER] = "assumed"
    response.headers.update(dict(route.headers))
    return response
