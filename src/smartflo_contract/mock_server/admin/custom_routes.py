"""Handlers for the routes that a user adds for an account."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from smartflo_contract.mock_server.admin.problems import value_errors_as_problems
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.admin.settings import change_settings
from smartflo_contract.mock_server.config.custom_route import CustomRoute, check_custom_routes

Routes = tuple[CustomRoute, ...]


def get_routes(request: AdminRequest) -> object:
    """Return the routes of the account."""
    return {"routes": [asdict(route) for route in request.settings.routes]}


def put_routes(request: AdminRequest) -> object:
    """Replace all routes."""
    return _set_routes(request, tuple(map(custom_route_from_json, request.body["routes"])))


def post_route(request: AdminRequest) -> object:
    """Add a route; it replaces one with the same method and path."""
    route = custom_route_from_json(request.body)
    others = (other for other in request.settings.routes if other.name != route.name)
    return _set_routes(request, (*others, route))


def delete_routes(request: AdminRequest) -> object:
    """Restore the routes of all accounts, or of the configuration."""
    return _set_routes(request, None)


def custom_route_from_json(content: Mapping[str, Any]) -> CustomRoute:
    """Return the route in a JSON object: ``Route`` in the admin API's OpenAPI document."""
    return CustomRoute(**content)


def _set_routes(request: AdminRequest, routes: Routes | None) -> object:
    with value_errors_as_problems():
        check_custom_routes(routes or ())
    change_settings(request, lambda settings: replace(settings, routes=routes))
    return get_routes(request)
