"""Routes that users add to the fake, for what it does not simulate."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

from smartflo_contract.factories import setting_checks as checks
from smartflo_contract.mock_server.config.header_checks import headers_check
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.faults.validation import served_route_names
from smartflo_contract.mock_server.http.json_values import encode_json
from smartflo_contract.mock_server.http.route_names import PATH_PARAMETER, generic_path, includes_path
from smartflo_contract.schemas.grammar import format_setting

_MAX_PATH_CHARACTERS: Final = 1_000
_MAX_BODY_BYTES: Final = 1024 * 1024
_MAX_ROUTES: Final = 1_000
_METHODS: Final = ("DELETE", "GET", "PATCH", "POST", "PUT")
_PATH: Final = re.compile(r"(?:/(?:\{[A-Za-z0-9_]+\}|[^/{}<>?#\s]+))+")
_STATUSES_WITHOUT_BODY: Final = (204, 304)
_NO_BODIES: Final[tuple[object, ...]] = ({}, None)
"""Values of ``json`` that are no mistake where no body is sent: the default, and what Python has for none."""
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE: Final = re.compile(r"[\x20-\x7e\xa0-\xff]*")
_RESERVED_HEADERS: Final = ("connection", "content-length", "transfer-encoding", "x-smartflo-fake")
"""Beginnings of the names of headers that the fake sets."""


@dataclass(frozen=True)
class CustomRoute:
    """A route of a user: a request to it gets one fixed response.

    It is recorded in the journal and meets faults like the fake's own routes. A GET route answers HEAD, too.

    Attributes:
        method: HTTP method.
        path: path template; a segment such as ``{id}`` matches any segment.
        status: HTTP status of the response.
        headers: headers of the response by name.
        json: JSON body of the response.
        auth: ``on`` to require an Authorization header, ``off`` to accept requests without one.
    """

    method: str
    path: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = field(default_factory=dict)
    auth: str = "on"

    def __post_init__(self) -> None:
        """Accept methods in lower case, and paths with a trailing slash."""
        if isinstance(self.method, str):
            object.__setattr__(self, "method", self.method.upper())
        if isinstance(self.path, str) and self.path != "/":
            object.__setattr__(self, "path", self.path.rstrip("/"))

    @property
    def name(self) -> str:
        """Method and path with each path parameter written as ``{id}``."""
        return f"{self.method} {generic_path(self.path)}"

    def matches(self, method: str, path: str) -> bool:
        """Return whether a request is for this route; HEAD counts as GET."""
        own, requested = self.path.split("/"), path.rstrip("/").split("/")
        if self.method != ("GET" if method == "HEAD" else method) or len(own) != len(requested):
            return False
        return all(
            part == segment or (segment != "" and PATH_PARAMETER.fullmatch(part))
            for part, segment in zip(own, requested, strict=True)
        )


ROUTE_SETTINGS: Final = tuple(setting.name for setting in fields(CustomRoute))


def find_custom_route(routes: Iterable[CustomRoute], method: str, path: str) -> CustomRoute | None:
    """Return the route of a request with the fewest path parameters, ``None`` if no route matches."""
    matching = (route for route in routes if route.matches(method, path))
    return min(matching, key=lambda route: route.path.count("{"), default=None)


def check_custom_routes(routes: Sequence[CustomRoute]) -> None:
    """Check the routes of a user.

    Raises:
        ConfigError: a setting is invalid, or the fake has the route already; the message names it.
    """
    if len(routes) > _MAX_ROUTES:
        message = f"routes: expected at most {_MAX_ROUTES:,}, got {len(routes):,}"
        raise ConfigError(message)
    names = set[str]()
    for number, route in enumerate(routes):
        position = f"routes[{number}]"
        for name, check in _CHECKS.items():
            expected = check(getattr(route, name))
            if expected is not None:
                shown = f", got {format_setting(getattr(route, name))}" if name != "json" else ""
                message = f"{position}.{name}: expected {expected}{shown}"
                raise ConfigError(message)
        if route.status in _STATUSES_WITHOUT_BODY and route.json not in _NO_BODIES:
            reason = f"a response with status {route.status} has no body"
            message = f"{position}.json: {reason}; remove json, or use status 200"
            raise ConfigError(message)
        simulated = _simulated_route(route)
        if simulated is not None:
            message = f"{position}: this fake simulates {simulated} already; use its quirks and faults"
            raise ConfigError(message)
        if route.name in names:
            message = f"{position}: {route.name} is defined twice"
            raise ConfigError(message)
        names.add(route.name)


def _simulated_route(route: CustomRoute) -> str | None:
    """Return the name of the fake's route that answers all requests for a user's route, ``None`` for none."""
    for name in served_route_names():
        method, _, template = name.partition(" ")
        if method == route.method and includes_path(template, route.path):
            return name
    return None


def _path(value: object) -> str | None:
    is_path = isinstance(value, str) and len(value) <= _MAX_PATH_CHARACTERS and _PATH.fullmatch(value) is not None
    is_free = is_path and not f"{value}/".startswith("/__admin/")
    return None if is_free else "a path such as /v1/call/note/{id}, without a query, and not below /__admin"


def _json(value: object) -> str | None:
    expected = f"a JSON value of at most {_MAX_BODY_BYTES:,} bytes"
    try:
        return None if len(encode_json({"json": value})) <= _MAX_BODY_BYTES else expected
    except ValueError as error:
        return f"{expected}: {error}"


_CHECKS: Final[Mapping[str, checks.Check]] = {
    "method": checks.one_of(*_METHODS),
    "path": _path,
    "status": checks.integer(200, 599),
    "headers": headers_check(_HEADER_NAME, _HEADER_VALUE, _RESERVED_HEADERS),
    "json": _json,
    "auth": checks.one_of("on", "off"),
}
