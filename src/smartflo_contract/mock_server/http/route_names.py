"""Routes that other modules refer to by name: method and path, spelled as in the OpenAPI document."""

import re
from typing import Final

PATH_PARAMETER: Final = re.compile(r"\{[^/]*\}")
LOGIN: Final = "POST /v1/auth/login"
GET_LEADS: Final = "GET /v1/broadcast/leads/{id}"
BROADCAST: Final = "/v1/broadcast/{id}"
"""Path of one broadcast."""
NUMBERED_PATHS: Final = frozenset({BROADCAST})
"""Paths whose last segment is an id with a digit, because words in its place are other routes, or misspelled ones."""
NUMBERED_SEGMENT: Final = "[^/0-9]*[0-9][^/]*"
"""Pattern of a path segment that contains a digit."""
LIST_ROUTES: Final = (
    GET_LEADS,
    "POST /v1/broadcast/leads/{id}",
    "PATCH /v1/broadcast/leads/{id}",
    "DELETE /v1/broadcast/leads/{id}",
    "POST /v1/broadcast/lead/{id}",
    "PUT /v1/broadcast/list/{id}",
    "DELETE /v1/broadcast/list/{id}",
)
"""Routes whose ``{id}`` is a list id. In all others it is the id of something else."""
ARRAY_ROUTES: Final = (
    GET_LEADS,
    "GET /v1/broadcast/lists",
    "GET /v1/live_calls",
    "GET /v1/my_number",
    "GET /v1/agents",
)
"""Routes that respond with a JSON array."""

_NUMBERED_OR_PARAMETER: Final = re.compile(f"{NUMBERED_SEGMENT}|{PATH_PARAMETER.pattern}")


def generic_path(path: str) -> str:
    """Return a path template with each path parameter written as ``{id}``."""
    return PATH_PARAMETER.sub("{id}", path)


def includes_path(template: str, path: str) -> bool:
    """Return whether all requests that a path template matches are for a route of the fake.

    Args:
        template: path of the route, with ``{id}`` for each path parameter.
        path: the path template, whose segments may be path parameters as well.
    """
    own, others = template.split("/"), path.split("/")
    if len(own) != len(others):
        return False
    is_numbered = template not in NUMBERED_PATHS or _NUMBERED_OR_PARAMETER.fullmatch(others[-1]) is not None
    return is_numbered and all(
        part == other or PATH_PARAMETER.fullmatch(part) for part, other in zip(own, others, strict=True)
    )
