"""Routes that other modules refer to by name: method and path, spelled as in the OpenAPI document."""

import re
from typing import Final

PATH_PARAMETER: Final = re.compile(r"\{[^/]*\}")
LOGIN: Final = "POST /v1/auth/login"
GET_LEADS: Final = "GET /v1/broadcast/leads/{id}"
BROADCAST: Final = "/v1/broadcast/{id}"
"""Path of one broadcast."""
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


def generic_path(path: str) -> str:
    """Return a path template with each path parameter written as ``{id}``."""
    return PATH_PARAMETER.sub("{id}", path)
