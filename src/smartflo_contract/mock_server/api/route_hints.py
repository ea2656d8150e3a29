"""Directions for those who ask for a route that is not here: which one of the vendor's they may mean."""

import json
import re
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from smartflo_contract.mock_server.api.routes import served_routes
from smartflo_contract.mock_server.http.responses import truncate

_COMPARED: Final = 100
"""Characters of a path that are compared; the vendor's are shorter."""
_METHODS: Final = {"HEAD": "GET"}
"""Methods that are documented by another."""
_ID: Final = re.compile(r"[0-9]+|[0-9a-f]{24}|id|\{[^/]*\}")


class DocumentedRoute(NamedTuple):
    """A route that the vendor is known to have: one of ``documented_routes.json``."""

    method: str
    path: str
    evidence: str
    source: str


_MAIN: Final = "GET /v1/broadcast/leads/{id}"
"""What is named where nothing is near."""


@cache
def documented_routes() -> tuple[DocumentedRoute, ...]:
    """Return the routes that the vendor is known to have, served here or not."""
    text = files(__package__).joinpath("documented_routes.json").read_text(encoding="utf-8")
    return tuple(DocumentedRoute(**entry) for entry in json.loads(text)["routes"])


def to_known_route(method: str, path: str) -> str:
    """Return what to ask for instead of a method and path that this fake does not answer."""
    known, wanted = _by_name(), _wanted(method, path)
    if wanted in known and is_served(known[wanted]):
        return f"this fake answers {wanted}, written without more slashes than that"
    if wanted in known:
        return f"the vendor has {wanted}, but this fake does not simulate it"
    nearest = nearest_route(method, path)
    answered = "answered" if is_served(nearest) else "not simulated"
    return (
        f"the vendor documents no {truncate(method)} {truncate(path)}; "
        f"the nearest documented route is {nearest.method} {nearest.path} ({answered} by this fake)"
    )


def nearest_route(method: str, path: str) -> DocumentedRoute:
    """Return the route of the vendor's that is written most like a method and path; the id alone may be missing."""
    return _nearest(_wanted(method, path))


@lru_cache(1_024)
def _nearest(wanted: str) -> DocumentedRoute:
    known, with_id = _by_name(), f"{wanted}/{{id}}"
    (name,) = [with_id] if with_id in known else get_close_matches(wanted, known, n=1) or [_MAIN]
    return known[name]


def is_served(route: DocumentedRoute) -> bool:
    """Whether this fake answers a route of the vendor's."""
    return (route.method, route.path) in served_routes()


def to_known_method(method: str, allowed: str) -> str:
    """Return what is known of a method that this fake does not answer at a path that it does."""
    return f"the vendor documents no {truncate(method)} here; this fake answers {allowed}"


@cache
def _by_name() -> dict[str, DocumentedRoute]:
    return {f"{route.method} {route.path}": route for route in documented_routes()}


def _wanted(method: str, path: str) -> str:
    return f"{_METHODS.get(method, method[:_COMPARED])} {_template(path)}"


def _template(path: str) -> str:
    """Return a path with its ids as ``{id}``, as the documented paths are written."""
    return "/".join("{id}" if _ID.fullmatch(part) else part for part in path[:_COMPARED].rstrip("/").split("/"))
