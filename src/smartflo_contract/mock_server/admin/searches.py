"""Reject searches of the journal that no request could match."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from http import HTTPMethod
from typing import Any, Final
from urllib.parse import unquote

from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.api.route_hints import documented_routes, nearest_route
from smartflo_contract.mock_server.api.routes import served_routes
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.mock_server.faults.rules import is_error_status
from smartflo_contract.mock_server.http.route_names import LOGIN
from smartflo_contract.mock_server.journal.entry import MAX_PATH_CHARACTERS
from smartflo_contract.mock_server.journal.matching import path_pattern
from smartflo_contract.mock_server.journal.redaction import (
    is_secret,
    redact_json,
    redact_login,
    redact_parameter,
    redact_string,
)
from smartflo_contract.schemas.errors import nearest
from smartflo_contract.schemas.printable import truncate

Search = Mapping[str, Any]
"""A search: criteria, and where in the journal to start, how many requests to return, and in which order."""
_METHODS: Final = tuple(HTTPMethod)
_PLACEHOLDER_CHARACTERS: Final = frozenset("*<>{}()[]|^$\\?\"'`")
"""Characters of wildcards, placeholders and regular expressions, none of which an id contains."""


def check_search(search: dict[str, Any], own_routes: Collection[str]) -> Search:
    """Return a search after checking its names and values. With a wrong one, nothing could ever match.

    Args:
        search: the search.
        own_routes: names of the routes that the account has added.

    Raises:
        Problem: a route, method or fault does not exist, or the journal does not keep such a value.
    """
    method, fault = search.get("method"), search.get("fault")
    if method is not None and method.upper() not in _METHODS:
        hint = nearest(method.upper(), _METHODS)
        raise Problem(
            422, f"method: `{truncate(method)}` is no method of HTTP; choose from {', '.join(_METHODS)}.{hint}"
        )
    _check_route(search.get("route"), own_routes)
    if fault is not None and fault not in INJECTORS and not is_error_status(fault):
        raise Problem(
            422,
            f"fault: unknown fault `{truncate(fault)}`; choose from {', '.join(INJECTORS)}.{nearest(fault, INJECTORS)}",
        )
    for name in _keys({"query": search.get("query"), "json": search.get("json")}):
        if is_secret(name):
            raise Problem(422, f"{truncate(name)}: the journal masks values under this name, so nothing can match")
    for name, value, kept in _kept_values(search):
        if value != kept:
            raise Problem(422, f"{name}: the journal masks or shortens this value, so nothing can match")
    return search


def check_path(search: Search, own_routes: Collection[str]) -> None:
    """Check the path of a search that nothing matches: whether a request to any route could have it.

    Args:
        search: the search.
        own_routes: names of the routes that the account has added.

    Raises:
        Problem: no route of the vendor has this path and method.
    """
    method, path = search.get("method", "").upper(), search.get("path")
    if path is None:
        return
    same_path = {name for name in _routes().union(own_routes) if _is_possible(name, unquote(path))}
    methods = sorted({name.partition(" ")[0] for name in same_path})
    if same_path and (not method or method in methods):
        return
    if same_path:
        raise Problem(422, f"method: no route has {method} at {truncate(path)}; its methods are {', '.join(methods)}")
    segments = ("{id}" if _is_placeholder(segment) else segment for segment in unquote(path).split("/"))
    route = nearest_route(method or "GET", "/".join(segments))
    placeholder = ", where {id} matches any id" if "{id}" in route.path else ""
    shown = truncate(f"{method} {path}".strip())
    raise Problem(422, f"path: no route matches {shown}; the nearest route is {route.method} {route.path}{placeholder}")


def _check_route(route: str | None, own_routes: Collection[str]) -> None:
    if route is None or route in _routes() or route in own_routes:
        return
    method, _, path = route.partition(" ")
    suggestion = nearest_route(method, path)
    raise Problem(
        422, f"route: this fake has no route `{truncate(route)}`. Did you mean `{suggestion.method} {suggestion.path}`?"
    )


def _routes() -> set[str]:
    """Return the names of the routes that requests in the journal can have, whether the fake answers them or not."""
    served = served_routes()
    documented = {(route.method, route.path) for route in documented_routes()}
    heads = {("HEAD", path) for method, path in served | documented if method == "GET"}
    return {
        f"{method} {path}" for method, path in served | documented | heads | {("OPTIONS", path) for _, path in served}
    }


def _is_possible(route: str, path: str) -> bool:
    """Return whether requests of a route can have a path."""
    match = path_pattern(route.partition(" ")[2]).fullmatch(path)
    return match is not None and not any(map(_is_placeholder, match.groups()))


def _is_placeholder(segment: str) -> bool:
    """Return whether a path segment stands for an id, as other tools write it, and is not one."""
    return (
        not _PLACEHOLDER_CHARACTERS.isdisjoint(segment)
        or segment.startswith((":", "%", ".", "@"))
        or (segment.lower().endswith("id") and segment.replace("_", "").replace("-", "").isalpha())
        or (bool(segment) and not any(map(str.isalnum, segment)))
    )


def _kept_values(search: Search) -> Iterator[tuple[str, object, object]]:
    """Yield each criterion that the journal may mask or shorten: name, expected value, and what the journal keeps."""
    path, json = search.get("path"), search.get("json")
    if path is not None:
        yield "path", path, redact_string(path)[:MAX_PATH_CHARACTERS]
    for name, values in (search.get("query") or {}).items():
        for value in [values] if isinstance(values, str) else values:
            yield f"query/{name}", (name, value), redact_parameter(name, value)
    if json is not None:
        is_login = LOGIN in {search.get("route"), f"POST {(path or '').rstrip('/')}"}
        yield "json", json, redact_login(json) if is_login else redact_json(json)


def _keys(content: object) -> Iterator[str]:
    """Yield the keys in a JSON value, at any depth."""
    values: Iterable[object] = content if isinstance(content, list) else ()
    if isinstance(content, dict):
        yield from content
        values = content.values()
    for value in values:
        yield from _keys(value)
