"""Which requests are passed on: known reads and the login, and the routes that the user allows."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from smartflo_contract.live.client.request_guard import require_read_only
from smartflo_contract.live.errors import NotSentError
from smartflo_contract.mock_server.api.route_hints import documented_routes
from smartflo_contract.mock_server.http.route_names import LOGIN, PATH_PARAMETER, generic_path
from smartflo_contract.proxy.errors import ProxyError
from smartflo_contract.schemas.printable import truncate

_SAFE_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_.+@~-]+)+/?")
"""A path without percent-encoding and empty segments."""
_DOT_SEGMENTS: Final = frozenset({".", ".."})
_ID: Final = r"[^/0-9]*[0-9][^/]*"
"""An id has a digit: a word in its place may be another route, such as that of an action."""
_ANY_SEGMENT: Final = "[^/]+"
_IS_ID: Final = re.compile(f"(?!v[0-9]+$){_ID}")
"""A segment that is an id, and not the version of the API."""
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""Methods of routes; HEAD goes with GET."""
_ROUTE: Final = re.compile(rf"({'|'.join(_METHODS)}) (/\S+)")
_EXAMPLE: Final = "POST /v1/broadcast/lead/{id}"


class Decision(NamedTuple):
    """Whether a request is passed on.

    Attributes:
        route: method and path, with ``{id}`` for parameters; ``None`` if it is no known route.
        refusal: why the request is not passed on; empty if it is.
    """

    route: str | None
    refusal: str = ""


class RoutePolicy:
    """Decides which requests are passed on.

    Args:
        allowed: names of routes that are passed on although they may change something.

    Raises:
        ProxyError: one of them is not the name of a route.
    """

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        """Compile the routes."""
        self._allowed = _patterns(map(_validate_route, allowed), _ANY_SEGMENT)
        self._reads = _patterns([*_documented_reads(), LOGIN], _ID)

    def decide(self, method: str, path: str) -> Decision:
        """Return whether a request is passed on.

        Args:
            method: HTTP method.
            path: path of the request, percent-decoded, without the query.
        """
        if method not in {*_METHODS, "HEAD"}:
            return Decision(None, f"its method is none of {', '.join(_METHODS)} and HEAD")
        if path == "/":
            return Decision(None, "the vendor has no route at /; a browser sees the page of the proxy there")
        if not _is_unambiguous(path):
            message = "its path has characters that no path of the vendor has, such as percent-encoded ones"
            return Decision(None, message)
        name = f"{'GET' if method == 'HEAD' else method} {path.rstrip('/')}"
        for routes in (self._allowed, self._reads):
            for route, pattern in routes:
                if pattern.fullmatch(name):
                    return Decision(route)
        return Decision(None, f"{_why_not(method, path)}; --allow-writes '{_route_of(name)}' allows it")


def _is_unambiguous(path: str) -> bool:
    """Return whether every server reads a path in the same way."""
    return _SAFE_PATH.fullmatch(path) is not None and _DOT_SEGMENTS.isdisjoint(path.split("/"))


def _documented_reads() -> Iterable[str]:
    """Yield the routes of the vendor that only read. Several of its GET routes start and stop broadcasts."""
    for route in documented_routes():
        try:
            require_read_only(route.method, route.path)
        except NotSentError:
            continue
        if route.method == "GET":
            yield f"{route.method} {route.path}"


def _why_not(method: str, path: str) -> str:
    """Return why a request is not passed on."""
    if method not in {"GET", "HEAD"}:
        return "it may change something, or let a phone ring"
    try:
        require_read_only("GET", path)
    except NotSentError:
        return "it starts or stops a broadcast, and phones may ring"
    return "the vendor documents no such read, so it may change something"


def _validate_route(name: str) -> str:
    """Return a route in the form of the OpenAPI document.

    Raises:
        ProxyError: it is not the name of a route.
    """
    method, _, path = name.strip().partition(" ")
    route = f"{method.upper()} {path.strip().rstrip('/')}"
    match = _ROUTE.fullmatch(route)
    if match is None or not _is_unambiguous(PATH_PARAMETER.sub("x", match[2])):
        message = f"allow-writes: expected method and path, such as {_EXAMPLE}, got {truncate(name)}"
        raise ProxyError(message)
    return route


def _patterns(routes: Iterable[str], parameter: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return name and pattern of each route.

    Args:
        routes: method and path template of each.
        parameter: pattern of a path parameter.
    """
    return tuple(
        (generic_path(route), re.compile(parameter.join(map(re.escape, PATH_PARAMETER.split(route)))))
        for route in routes
    )


def _route_of(name: str) -> str:
    """Return the name of a route that a request may belong to: segments with a digit are ids."""
    method, _, path = name.partition(" ")
    segments = ("{id}" if _IS_ID.fullmatch(segment) else segment for segment in path.split("/"))
    return truncate(f"{method} {'/'.join(segments)}")
