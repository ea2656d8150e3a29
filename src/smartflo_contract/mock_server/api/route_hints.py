"""Hints for requests that match no route: the vendor's route that the client probably means."""

import json
import re
from difflib import SequenceMatcher, get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from smartflo_contract.mock_server.api.routes import served_routes
from smartflo_contract.mock_server.http.route_names import GET_LEADS
from smartflo_contract.schemas.printable import truncate

_MAX_COMPARED_CHARACTERS: Final = 100
"""Characters of a path that are compared. The vendor's paths are shorter."""
_MAX_CACHED_HINTS: Final = 1_024
_MAX_SIMILAR_PATHS: Final = 10
_SAME_METHOD: Final = 0.1
"""What the same method adds to the similarity of two paths, which is at most 1."""
_DOCUMENTED_AS: Final = {"HEAD": "GET"}
_ID: Final = re.compile(
    r"\+?[0-9][0-9.-]*|[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|id|\{[^/]*\}|<[^/]*>|:\w+"
)
"""A path segment that is an id, a phone number, the id of a call, or a placeholder for one of them."""


class DocumentedRoute(NamedTuple):
    """A route that the vendor is known to have: an entry of ``documented_routes.json``."""

    method: str
    path: str
    evidence: str
    source: str


@cache
def documented_routes() -> tuple[DocumentedRoute, ...]:
    """Return the routes that the vendor is known to have, whether the fake answers them or not."""
    content = files(__package__).joinpath("documented_routes.json").read_text(encoding="utf-8")
    return tuple(DocumentedRoute(**entry) for entry in json.loads(content)["routes"])


def unknown_route_hint(method: str, path: str) -> str:
    """Return what to request instead of a method and path that match no route."""
    routes, name = _routes_by_name(), _route_name(method, path)
    if name in routes and is_served(routes[name]):
        return f"this fake answers {name}; remove the extra slashes"
    if name in routes:
        return _not_simulated(name)
    nearest = nearest_route(method, path)
    support = "answered" if is_served(nearest) else "not simulated"
    is_shorter = nearest.path.startswith(f"{path.rstrip('/')}/")  # it lacks the id, and the nearest route shows where
    no_id = "" if is_shorter else _word_as_id(method, path)
    return (
        f"the vendor documents no {truncate(method)} {truncate(path)}; "
        f"the nearest documented route is {nearest.method} {nearest.path} ({support} by this fake)"
        f"{no_id}"
    )


def unknown_method_hint(method: str, path: str, allowed: str) -> str:
    """Return a hint for a method that no route of the fake has at a known path.

    Args:
        method: HTTP method.
        path: the path.
        allowed: methods that the fake answers at this path, with commas.
    """
    name = _route_name(method, path)
    if name in _routes_by_name():
        return _not_simulated(name)
    return f"the vendor documents no {truncate(method)} here; this fake answers {allowed}"


def nearest_route(method: str, path: str) -> DocumentedRoute:
    """Return the vendor's route that is spelled most like a method and path, which may lack the id."""
    return _nearest(_route_name(method, path))


def is_served(route: DocumentedRoute) -> bool:
    """Return whether the fake answers a route of the vendor."""
    return (route.method, route.path) in served_routes()


def _word_as_id(method: str, path: str) -> str:
    """Return a hint for a path that has a word in place of the id of a documented route, an empty string for others."""
    segments = path.rstrip("/").split("/")
    for route in documented_routes():
        parts = route.path.split("/")
        if route.method != _DOCUMENTED_AS.get(method, method) or len(parts) != len(segments):
            continue
        pairs = list(zip(parts, segments, strict=True))
        words = [segment for part, segment in pairs if part == "{id}" and segment]
        if words and all(part in {segment, "{id}"} for part, segment in pairs):
            return f"; `{truncate(words[0])}` does not look like an id for {route.method} {route.path}"
    return ""


def _not_simulated(name: str) -> str:
    return f"the vendor has {name}, but this fake does not simulate it"


@lru_cache(_MAX_CACHED_HINTS)
def _nearest(name: str) -> DocumentedRoute:
    routes, with_id = _routes_by_name(), f"{name}/{{id}}"
    if with_id in routes:
        return routes[with_id]
    method, _, path = name.partition(" ")
    similar = set(get_close_matches(path, {route.path for route in documented_routes()}, n=_MAX_SIMILAR_PATHS))

    def similarity(route: DocumentedRoute) -> float:
        return SequenceMatcher(None, path, route.path).ratio() + (_SAME_METHOD if route.method == method else 0)

    return max(
        (route for route in documented_routes() if route.path in similar), key=similarity, default=routes[GET_LEADS]
    )


@cache
def _routes_by_name() -> dict[str, DocumentedRoute]:
    return {f"{route.method} {route.path}": route for route in documented_routes()}


def _route_name(method: str, path: str) -> str:
    """Return method and path as documented routes are written: ids as ``{id}``, and GET for HEAD."""
    segments = path[:_MAX_COMPARED_CHARACTERS].rstrip("/").split("/")
    template = "/".join("{id}" if _ID.fullmatch(segment) else segment for segment in segments)
    return f"{_DOCUMENTED_AS.get(method, method[:_MAX_COMPARED_CHARACTERS])} {template}"
