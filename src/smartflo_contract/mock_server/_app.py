"""The fake as a WSGI application."""

import logging
from functools import partial
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from smartflo_contract.mock_server._answers import EVIDENCE, refusal
from smartflo_contract.mock_server._config import Config
from smartflo_contract.mock_server._directions import to_known_method, to_known_route
from smartflo_contract.mock_server._faults import LOGIN
from smartflo_contract.mock_server._leads import PATH, no_list
from smartflo_contract.mock_server._login import post_login
from smartflo_contract.mock_server._routes import PLACE, ROUTES, Route
from smartflo_contract.mock_server._state import State, faulty
from smartflo_contract.mock_server.admin._routes import ADMIN_ROUTES, PREFIX, AdminRoute, answered, unknown

_LOGGER: Final = logging.getLogger(__name__)
_FAULT_IDS: Final = "930"
"""How magic list ids begin that stand for a fault."""


def create_app(config: Config | None = None) -> Flask:
    """Return the fake as a Flask application.

    Args:
        config: what the fake is made of; its host, port and workers are for ``serve``.

    Raises:
        ConfigError: the overlay's file has gone, or says something else than when the configuration was made.
    """
    app = Flask(__name__, static_folder=None, template_folder=None)
    # Clients get no redirect from the vendor that is known: a path is answered as it was asked for, or not at all.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    state = State(config or Config())
    for route in ROUTES:
        _add(app, route, state)
    for path in {route.path for route in ROUTES}:
        _add_options(app, path)
    for admin_route in ADMIN_ROUTES:
        _add_admin(app, admin_route, state)
    app.register_error_handler(HTTPException, partial(_http_error, state))
    app.register_error_handler(Exception, _unexpected)
    return app


def _add(app: Flask, route: Route, state: State) -> None:
    rule = _rule(route.path)
    name = f"{route.method} {PLACE.sub('{id}', route.path)}"

    def answer(**places: str) -> Response:
        call = state.admit(request)
        if isinstance(call, Response):
            return call
        list_id = next(iter(places.values()), None)
        if not call.terms.faults and not (list_id and list_id.startswith(_FAULT_IDS)):
            return route.handler(call, **places)
        return faulty(call, name, list_id, lambda: route.handler(call, **places))

    # A login tells its account by itself.
    view = partial(post_login, state, request) if name == LOGIN else answer
    app.add_url_rule(rule, f"{route.method} {rule}", view, methods=[route.method], provide_automatic_options=False)


def _add_admin(app: Flask, route: AdminRoute, state: State) -> None:
    rule = _rule(f"{PREFIX}{route.path}")

    def answer(**places: str) -> Response:
        return answered(state, request, route, *places.values())

    app.add_url_rule(rule, f"{route.method} {rule}", answer, methods=[route.method], provide_automatic_options=False)


def _add_options(app: Flask, path: str) -> None:
    """Answer OPTIONS at a path; Flask's own answer would not say how well it is known."""
    rule = _rule(path)
    methods = {route.method for route in ROUTES if route.path == path} | {"OPTIONS"}
    allowed = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))

    def options(**_places: str) -> Response:
        return Response(status=204, headers={"Allow": allowed, EVIDENCE: "assumed"}, mimetype="application/json")

    app.add_url_rule(rule, f"OPTIONS {rule}", options, methods=["OPTIONS"], provide_automatic_options=False)


def _rule(path: str) -> str:
    return path.replace("{", "<").replace("}", ">")


def _http_error(state: State, error: HTTPException) -> Response:
    """Answer a request that no handler took."""
    method, path = request.method, request.path
    if path == PREFIX or path.startswith(f"{PREFIX}/"):
        return unknown(state, request, error.code or 404)
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        reason = to_known_method(method, allowed)
        return refusal(405, "Method not allowed.", reason, headers={"Allow": allowed})
    if path.rstrip("/") == PATH and method in {"GET", "HEAD"}:  # the method line of the vendor's page
        call = state.admit(request)
        return call if isinstance(call, Response) else no_list("", call.terms.quirks["unknown_list"])
    if error.code == 404:  # noqa: PLR2004 - it is the status
        return refusal(404, "Not found.", to_known_route(method, path))
    return refusal(error.code or 500, error.name, error.description or error.name)


def _unexpected(error: Exception) -> Response:
    _LOGGER.error("unexpected error at %s %s", request.method, request.path, exc_info=error)
    return refusal(500, "Internal server error.", f"unexpected error in this fake: {type(error).__name__}: {error}")
