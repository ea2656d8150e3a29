"""The fake as a WSGI application: its routes and error handlers."""

import logging
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Final

from flask import Flask, Request, Response, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter, Map, MapAdapter, Rule

from smartflo_contract.mock_server.admin.dispatch import View, admin_views, is_admin_path, respond_to_unknown_route
from smartflo_contract.mock_server.admin.index import root_response
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.api import custom_routes, routes
from smartflo_contract.mock_server.api.authorization import authorize, authorize_by_key, authorize_once
from smartflo_contract.mock_server.api.cached_reads import answer_cached_reads
from smartflo_contract.mock_server.api.fault_injection import respond_with_faults
from smartflo_contract.mock_server.api.list_errors import LEADS_PATH, unknown_list_response
from smartflo_contract.mock_server.api.rate_limit import spend_rate_budget
from smartflo_contract.mock_server.api.route_hints import unknown_method_hint, unknown_route_hint
from smartflo_contract.mock_server.api.routes import Route
from smartflo_contract.mock_server.api.transaction import WriteRejected
from smartflo_contract.mock_server.config.config import Config, ensure_config
from smartflo_contract.mock_server.context import BodyCheck, Call, State, current_request
from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.faults.late_responses import send_late
from smartflo_contract.mock_server.http.cors import allow_origins
from smartflo_contract.mock_server.http.responses import EVIDENCE_HEADER, error_response
from smartflo_contract.mock_server.http.route_names import (
    GET_LEADS,
    LIST_ROUTES,
    LOGIN,
    NUMBERED_PATHS,
    NUMBERED_SEGMENT,
    generic_path,
)
from smartflo_contract.mock_server.journal.request_log import describe_request
from smartflo_contract.mock_server.lists.magic_ids import is_fault_id
from smartflo_contract.mock_server.observer import Observer

EXTENSION: Final = "smartflo_contract"
"""Key of ``Flask.extensions`` with the state of a fake."""
_UNMATCHED: Final = (404, 405)
"""Statuses of requests that match none of the fake's own routes."""
_PROBES: Final = ("/__admin/health", "/__admin/ready")
_LOGGER: Final = logging.getLogger(__name__)


class _JSONProvider(DefaultJSONProvider):
    """Encodes the bodies of test clients as HTTP libraries do: Flask would write a datetime or UUID as a string."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return an object as JSON.

        Raises:
            TypeError: JSON cannot express it.
        """
        return super().dumps(obj, **{"default": None, **kwargs})


class _Fake(Flask):
    """Flask that matches routes by path alone. Ignoring the Host header saves a tenth of a request's time."""

    json_provider_class = _JSONProvider

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return the adapter that finds the route of a request."""
        if request is None:
            return None
        environ = request.environ
        script, query = environ.get("SCRIPT_NAME", ""), environ.get("QUERY_STRING", "")
        return MapAdapter(self.url_map, "localhost", script, "", request.scheme, request.path, request.method, query)


class _CompiledRule(Rule):
    """A URL rule that compiles its functions that build URLs at their first use: the fake builds no URLs.

    Werkzeug takes four fifths of the time of a rule for them. Their maker is private, so a version may lack it.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - Werkzeug's
        """Return a function that compiles the builder and calls it."""
        compile_builder = super()._compile_builder

        def build(rule: Rule, **values: object) -> tuple[str, str]:
            return compile_builder(append_unknown)(rule, **values)

        return build


class _Rule(Rule):
    """A URL rule that is compiled once for all fakes of a process."""

    def bind(self, map: Map, rebind: bool = False) -> None:  # noqa: A002, FBT001, FBT002 - Werkzeug's names
        """Become a copy of the compiled rule."""
        if rebind or self.endpoint is None or self.methods is None:
            super().bind(map, rebind)
            return
        compiled = _compiled_rule(self.rule, self.endpoint, frozenset(self.methods))
        vars(self).update(vars(compiled) | {"map": map})


_ID: Final = "id"


class _IdConverter(BaseConverter):
    """Matches a path segment that contains a digit."""

    regex = NUMBERED_SEGMENT


@lru_cache
def _compiled_rule(rule: str, endpoint: str, methods: frozenset[str]) -> Rule:
    """Return a rule that is bound to a map like that of a fake."""
    compiled = _CompiledRule(rule, endpoint=endpoint, methods=methods)
    _url_map(compiled)
    return compiled


def _url_map(*rules: Rule) -> Map:
    """Return a map of rules. The vendor is not known to redirect: a trailing slash is ignored, and a double is not."""
    return Map(rules, strict_slashes=False, merge_slashes=False, converters={_ID: _IdConverter})


def create_app(
    config: Config | None = None, *, observer: Observer | None = None, check_body: BodyCheck | None = None
) -> Flask:
    """Return the fake as a Flask application.

    Args:
        config: the configuration; its host, port and workers are for ``serve`` only.
        observer: receives every response of a route of the vendor.
        check_body: checks response bodies for ``POST /__admin/check``.

    Raises:
        ConfigError: the overlay's file is gone, or changed since the configuration was created.
        StoreError: the store cannot be opened.
        TypeError: ``config`` is not a :class:`Config`, for example a path or a mapping.
    """
    return app_of(State(ensure_config(config), observer, check_body=check_body))


def app_of(state: State) -> Flask:
    """Return the fake with a state as a Flask application."""
    app = _Fake(__name__, static_folder=None, template_folder=None)
    app.url_map = _url_map()
    app.extensions[EXTENSION] = state
    views: defaultdict[str, dict[str, View]] = defaultdict(dict)
    for route in routes.ROUTES:
        views[generic_path(route.path)][route.method] = _api_view(route, state)
    for path, views_of_path in views.items():
        views_of_path["OPTIONS"] = _options_view(path, views_of_path, state)
    for path, views_of_path in (views | admin_views(state)).items():
        _add_rule(app, path, views_of_path)
    if state.config.cors:
        allow_origins(app, state.config.cors)
    if state.config.verbose:
        app.after_request(_log_request)
    app.register_error_handler(HTTPException, partial(_handle_http_error, state))
    app.register_error_handler(StoreUnavailable, partial(_handle_unavailable_store, state))
    app.register_error_handler(Exception, partial(_handle_unexpected_error, state))
    app.wsgi_app = send_late(app.wsgi_app)  # type: ignore[method-assign,assignment]
    app.wsgi_app = answer_cached_reads(app, state)  # type: ignore[method-assign,assignment]
    return app


def _log_request(response: Response) -> Response:
    """Print a request on standard error, and return its response. Probes of the server itself are left out."""
    current = current_request()
    if current.path not in _PROBES:
        sys.stderr.write(f"{describe_request(current, response)}\n")
        sys.stderr.flush()
    return response


def _add_rule(app: Flask, path: str, views: Mapping[str, View]) -> None:
    """Add one URL rule for all methods of a path."""

    def dispatch(**parameters: str) -> Response:
        method = request.method
        return views["GET" if method == "HEAD" else method](*parameters.values())

    app.view_functions[path] = dispatch
    rule = path.replace("{", f"<{_ID}:" if path in NUMBERED_PATHS else "<").replace("}", ">")
    app.url_map.add(_Rule(rule, endpoint=path, methods=list(views)))


def _api_view(route: Route, state: State) -> View:
    """Return the view of a vendor's route: authorize, handle with the account's faults, and add to the journal."""
    name = route.name
    if name == LOGIN:
        return lambda: _log_in(route, state)
    has_list_id = name in LIST_ROUTES
    handle = route.handler if name == GET_LEADS else partial(_handle_write, route.handler)

    def respond(request: Request, parameters: Sequence[str]) -> Response:
        has_key = bool(route.token_key)
        call = authorize_by_key(state, request, route.token_key) if has_key else authorize_once(state, request.environ)
        if isinstance(call, Response):
            return call
        rejection = spend_rate_budget(call)
        if rejection is not None:
            return rejection
        list_id = parameters[0] if has_list_id else None
        respond_normally = respond_with_leads = partial(handle, call, *parameters)
        mutant = call.settings.mutant
        if mutant is not None and name == GET_LEADS:
            from smartflo_contract.mock_server.api.mutated_leads import respond_with_mutant  # noqa: PLC0415 - rare

            mutate = partial(respond_with_mutant, call, mutant, respond_normally)
            respond_normally, respond_with_leads = mutate, partial(mutate, keep_leads=True)
        if not call.settings.faults and not is_fault_id(list_id):
            return respond_normally()
        return respond_with_faults(call, name, list_id, respond_normally, respond_with_leads)

    def view(*parameters: str) -> Response:
        current = current_request()
        return state.record(current.environ, name, respond(current, parameters))

    return view


def _log_in(route: Route, state: State) -> Response:
    """Return the response to a login, which selects its account by the login id instead of a token."""
    current = current_request()
    return state.record(current.environ, route.name, route.handler(state, current))


def _handle_write(handler: Callable[..., Response], call: Call, *parameters: str) -> Response:
    """Return the response of a handler that writes, or the one of a rejected write."""
    try:
        return handler(call, *parameters)
    except WriteRejected as rejected:
        return rejected.response


def _options_view(path: str, methods: Iterable[str], state: State) -> View:
    """Return the view of OPTIONS at a path. Flask's own view would not state the evidence."""
    named = {*methods, "OPTIONS"}
    allowed = ", ".join(sorted(named | ({"HEAD"} if "GET" in named else set())))

    def view(*_parameters: str) -> Response:
        headers = {"Allow": allowed, EVIDENCE_HEADER: "assumed"}
        response = Response(status=204, headers=headers, mimetype="application/json")
        return state.record(current_request().environ, f"OPTIONS {path}", response)

    return view


def _matched_route(request: Request) -> str | None:
    """Return the name of the route that a request matched, ``None`` for none."""
    method = "GET" if request.method == "HEAD" else request.method
    return None if request.endpoint is None else f"{method} {request.endpoint}"


def _handle_http_error(state: State, error: HTTPException) -> Response:
    """Return the response to a request that matched no route, or that could not be read."""
    try:
        return _respond_to_http_error(state, error)
    except StoreUnavailable as unavailable:  # Flask handles no error of an error handler
        return _handle_unavailable_store(state, unavailable)


def _respond_to_http_error(state: State, error: HTTPException) -> Response:
    current = current_request()
    if is_admin_path(current.path) and error.code in _UNMATCHED:
        return respond_to_unknown_route(state, current, getattr(error, "valid_methods", None) or ())
    if current.environ["PATH_INFO"] == "/" and current.method in {"GET", "HEAD"}:
        response = root_response(state.config, current)
        if response is not None:
            # Only a program that requests the root may be wrong: its request is one that matches no route.
            return response if response.mimetype == "text/html" else state.record(current.environ, None, response)
    if is_admin_path(current.path):
        return Problem(error.code or 500, error.description or error.name).response()
    custom_route = custom_routes.find_route(state, current) if error.code in _UNMATCHED else None
    if custom_route is not None:
        return state.record(current.environ, custom_route.name, custom_routes.respond(state, current, custom_route))
    return state.record(current.environ, _matched_route(current), _http_error_response(state, current, error))


def _http_error_response(state: State, request: Request, error: HTTPException) -> Response:
    method, path = request.method, request.path
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        reason = unknown_method_hint(method, path, allowed)
        return error_response(405, "Method not allowed.", reason, headers={"Allow": allowed})
    if path.rstrip("/") == LEADS_PATH and method in {"GET", "HEAD"}:  # the path on the vendor's page, without an id
        call = authorize(state, request.environ)
        return call if isinstance(call, Response) else unknown_list_response("", call.settings.quirks["unknown_list"])
    if error.code == 404:  # noqa: PLR2004 - an HTTP status
        return error_response(404, "Not found.", unknown_route_hint(method, path))
    return error_response(error.code or 500, error.name, error.description or error.name)


def _handle_unavailable_store(state: State, error: StoreUnavailable) -> Response:
    """Return the response to a request that needs the store, while its database does not answer.

    A write was not stored, unless the connection was lost at the moment of the commit, which nobody can tell apart.
    """
    current = current_request()
    is_read = current.method in {"GET", "HEAD"}
    advice = "send the request again" if is_read else "read whether this was stored before you send the request again"
    response = error_response(503, "Service unavailable.", f"{error}; {advice}")
    return state.record(current.environ, _matched_route(current), response)


def _handle_unexpected_error(state: State, error: Exception) -> Response:
    current = current_request()
    _LOGGER.error("unexpected error at %s %s", current.method, current.path, exc_info=error)
    reason = f"unexpected error in this fake: {type(error).__name__}: {error}"
    if is_admin_path(current.path):
        return Problem(500, reason).response()
    return state.record(current.environ, _matched_route(current), error_response(500, "Internal server error.", reason))
