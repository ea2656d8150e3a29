"""The fake as a WSGI application."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Final

from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import MapAdapter

from smartflo_contract.mock_server._answers import EVIDENCE, refusal
from smartflo_contract.mock_server._config import Config, config_of
from smartflo_contract.mock_server._directions import to_known_method, to_known_route
from smartflo_contract.mock_server._faults import LOGIN, OF_LISTS
from smartflo_contract.mock_server._leads import PATH, no_list
from smartflo_contract.mock_server._routes import PLACE, ROUTES, Route
from smartflo_contract.mock_server._state import State, faulty
from smartflo_contract.mock_server.admin._problems import Problem
from smartflo_contract.mock_server.admin._routes import ADMIN_ROUTES, PREFIX, AdminRoute, answered, unknown

EXTENSION: Final = "smartflo_contract"
"""Where in ``Flask.extensions`` the state of a fake stands."""
_LOGGER: Final = logging.getLogger(__name__)
_FAULT_IDS: Final = "930"
"""How magic list ids begin that stand for a fault."""


class _Fake(Flask):
    """Binds its routes to the path of a request alone: the Host, on which none depends, costs a tenth of one."""

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what finds the route of a request."""
        if request is None:
            return None
        environ = request.environ
        script, query = environ.get("SCRIPT_NAME", ""), environ.get("QUERY_STRING", "")
        return MapAdapter(self.url_map, "localhost", script, "", request.scheme, request.path, request.method, query)


def create_app(config: Config | None = None) -> Flask:
    """Return the fake as a Flask application.

    Args:
        config: what the fake is made of; its host, port and workers are for ``serve``.

    Raises:
        ConfigError: the overlay's file has gone, or says something else than when the configuration was made.
        TypeError: the configuration is none, as a path or a mapping.
    """
    app = _Fake(__name__, static_folder=None, template_folder=None)
    # Clients get no redirect from the vendor that is known: a path is answered as it was asked for, or not at all.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    state = app.extensions[EXTENSION] = State(config_of(config))
    for route in ROUTES:
        _add(app, route, state)
    for path in {route.path for route in ROUTES}:
        _add_options(app, path, state)
    for admin_route in ADMIN_ROUTES:
        _add_admin(app, admin_route, state)
    app.register_error_handler(HTTPException, partial(_http_error, state))
    app.register_error_handler(Exception, partial(_unexpected, state))
    return app


def _add(app: Flask, route: Route, state: State) -> None:
    rule = _rule(route.path)
    name = f"{route.method} {PLACE.sub('{id}', route.path)}"

    def respond(asked: Request, places: Mapping[str, str]) -> Response:
        if name == LOGIN:
            return route.handler(state, asked)  # it tells its account by itself
        call = state.admit(asked)
        if isinstance(call, Response):
            return call
        list_id = next(iter(places.values()), None) if name in OF_LISTS else None
        if not call.terms.faults and not (list_id and list_id.startswith(_FAULT_IDS)):
            return route.handler(call, **places)
        return faulty(call, name, list_id, lambda: route.handler(call, **places))

    def answer(**places: str) -> Response:
        asked = _request()
        return state.record(asked, name, respond(asked, places))

    app.add_url_rule(rule, name, answer, methods=[route.method], provide_automatic_options=False)


def _add_admin(app: Flask, route: AdminRoute, state: State) -> None:
    rule = _rule(f"{PREFIX}{route.path}")

    def answer(**places: str) -> Response:
        return answered(state, request, route, *places.values())

    app.add_url_rule(rule, f"{route.method} {rule}", answer, methods=[route.method], provide_automatic_options=False)


def _add_options(app: Flask, path: str, state: State) -> None:
    """Answer OPTIONS at a path; Flask's own answer would not say how well it is known."""
    rule = _rule(path)
    methods = {route.method for route in ROUTES if route.path == path} | {"OPTIONS"}
    allowed = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))

    name = f"OPTIONS {PLACE.sub('{id}', path)}"

    def options(**_places: str) -> Response:
        headers = {"Allow": allowed, EVIDENCE: "assumed"}
        return state.record(_request(), name, Response(status=204, headers=headers, mimetype="application/json"))

    app.add_url_rule(rule, name, options, methods=["OPTIONS"], provide_automatic_options=False)


def _request() -> Request:
    """Return the request itself, which is quicker to read than Flask's stand-in for it."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask documents it
    return found


def _is_admin(path: str) -> bool:
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def _rule(path: str) -> str:
    return path.replace("{", "<").replace("}", ">")


def _http_error(state: State, error: HTTPException) -> Response:
    """Answer a request that no handler took, or that one could not read."""
    asked = _request()
    if _is_admin(asked.path):
        return unknown(state, asked, getattr(error, "valid_methods", None) or ())
    return state.record(asked, asked.endpoint, _refused(state, asked, error))


def _refused(state: State, asked: Request, error: HTTPException) -> Response:
    method, path = asked.method, asked.path
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        reason = to_known_method(method, allowed)
        return refusal(405, "Method not allowed.", reason, headers={"Allow": allowed})
    if path.rstrip("/") == PATH and method in {"GET", "HEAD"}:  # the method line of the vendor's page
        call = state.admit(asked)
        return call if isinstance(call, Response) else no_list("", call.terms.quirks["unknown_list"])
    if error.code == 404:  # noqa: PLR2004 - it is the status
        return refusal(404, "Not found.", to_known_route(method, path))
    return refusal(error.code or 500, error.name, error.description or error.name)


def _unexpected(state: State, error: Exception) -> Response:
    asked = _request()
    _LOGGER.error("unexpected error at %s %s", asked.method, asked.path, exc_info=error)
    reason = f"unexpected error in this fake: {type(error).__name__}: {error}"
    if _is_admin(asked.path):
        return Problem(500, reason).response()
    return state.record(asked, asked.endpoint, refusal(500, "Internal server error.", reason))
