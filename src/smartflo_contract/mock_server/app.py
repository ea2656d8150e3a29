"""The fake as a WSGI application."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import MapAdapter

from smartflo_contract.mock_server.admin.dispatch import View, admin_views, is_admin_path, respond_to_unknown_route
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.api.read_leads import PATH, no_list
from smartflo_contract.mock_server.api.route_hints import to_known_method, to_known_route
from smartflo_contract.mock_server.api.routes import PLACE, ROUTES, Route
from smartflo_contract.mock_server.config.config import Config, ensure_config
from smartflo_contract.mock_server.context import State, faulty
from smartflo_contract.mock_server.http.responses import EVIDENCE_HEADER, error_response
from smartflo_contract.mock_server.http.route_names import LIST_ROUTES, LOGIN

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
    state = app.extensions[EXTENSION] = State(ensure_config(config))
    views: defaultdict[str, dict[str, View]] = defaultdict(dict)
    for route in ROUTES:
        views[PLACE.sub("{id}", route.path)][route.method] = _view(route, state)
    for path, of_path in views.items():
        of_path["OPTIONS"] = _options(path, of_path, state)
    for path, of_path in (views | admin_views(state)).items():
        _add(app, path, of_path)
    app.register_error_handler(HTTPException, partial(_http_error, state))
    app.register_error_handler(Exception, partial(_unexpected, state))
    return app


def _add(app: Flask, path: str, views: Mapping[str, View]) -> None:
    """Add one rule for all methods of a path: Werkzeug takes a third of a millisecond for each."""

    def answer(**places: str) -> Response:
        method = request.method
        return views["GET" if method == "HEAD" else method](*places.values())

    rule = path.replace("{", "<").replace("}", ">")
    app.add_url_rule(rule, path, answer, methods=list(views), provide_automatic_options=False)


def _view(route: Route, state: State) -> View:
    """Return what answers at a route, and keeps the request in the journal."""
    name = f"{route.method} {PLACE.sub('{id}', route.path)}"

    def respond(asked: Request, places: Sequence[str]) -> Response:
        if name == LOGIN:
            return route.handler(state, asked)  # it tells its account by itself
        call = state.admit(asked)
        if isinstance(call, Response):
            return call
        list_id = places[0] if places and name in LIST_ROUTES else None
        if not call.settings.faults and not (list_id and list_id.startswith(_FAULT_IDS)):
            return route.handler(call, *places)
        return faulty(call, name, list_id, lambda: route.handler(call, *places))

    def view(*places: str) -> Response:
        asked = _request()
        return state.record(asked, name, respond(asked, places))

    return view


def _options(path: str, methods: Iterable[str], state: State) -> View:
    """Return what answers OPTIONS at a path; Flask's own answer would not say how well it is known."""
    named = {*methods, "OPTIONS"}
    allowed = ", ".join(sorted(named | ({"HEAD"} if "GET" in named else set())))

    def view(*_places: str) -> Response:
        headers = {"Allow": allowed, EVIDENCE_HEADER: "assumed"}
        answer = Response(status=204, headers=headers, mimetype="application/json")
        return state.record(_request(), f"OPTIONS {path}", answer)

    return view


def _request() -> Request:
    """Return the request itself, which is quicker to read than Flask's stand-in for it."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask documents it
    return found


def _route(asked: Request) -> str | None:
    """Return the route that took a request, as in the OpenAPI document; ``None`` for none."""
    method = "GET" if asked.method == "HEAD" else asked.method
    return None if asked.endpoint is None else f"{method} {asked.endpoint}"


def _http_error(state: State, error: HTTPException) -> Response:
    """Answer a request that no handler took, or that one could not read."""
    asked = _request()
    if is_admin_path(asked.path):
        return respond_to_unknown_route(state, asked, getattr(error, "valid_methods", None) or ())
    return state.record(asked, _route(asked), _refused(state, asked, error))


def _refused(state: State, asked: Request, error: HTTPException) -> Response:
    method, path = asked.method, asked.path
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        reason = to_known_method(method, allowed)
        return error_response(405, "Method not allowed.", reason, headers={"Allow": allowed})
    if path.rstrip("/") == PATH and method in {"GET", "HEAD"}:  # the method line of the vendor's page
        call = state.admit(asked)
        return call if isinstance(call, Response) else no_list("", call.settings.quirks["unknown_list"])
    if error.code == 404:  # noqa: PLR2004 - it is the status
        return error_response(404, "Not found.", to_known_route(method, path))
    return error_response(error.code or 500, error.name, error.description or error.name)


def _unexpected(state: State, error: Exception) -> Response:
    asked = _request()
    _LOGGER.error("unexpected error at %s %s", asked.method, asked.path, exc_info=error)
    reason = f"unexpected error in this fake: {type(error).__name__}: {error}"
    if is_admin_path(asked.path):
        return Problem(500, reason).response()
    return state.record(asked, _route(asked), error_response(500, "Internal server error.", reason))
