"""The form of an entry in the route table of the admin API."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from smartflo_contract.mock_server.admin.requests import AdminRequest

PREFIX: Final = "/__admin"
MAX_SETTINGS_BYTES: Final = 64 * 1024
"""Maximum size of a request body that changes settings."""
MAX_WEBHOOK_BYTES: Final = 512 * 1024
"""Maximum size of a request body that holds a webhook: its template has 64 KiB at most, without escapes."""
MAX_LEADS_BYTES: Final = 32 * 1024 * 1024
"""Maximum size of a request body that holds leads."""
MAX_SNAPSHOT_BYTES: Final = 256 * 1024 * 1024
"""Maximum size of a request body that holds a snapshot."""
MAX_CAPTURE_BYTES: Final = 128 * 1024 * 1024
"""Maximum size of a request body that is checked: a response, or a capture of several."""
Scope = Literal["fake", "all", "one"]
"""What a route applies to: the fake itself; the account that the request names, or all accounts if it names none; one
account, which the request must name."""


class AdminRoute(NamedTuple):
    """A route of the admin API. An entry in the table is all that a new route needs.

    Attributes:
        method: HTTP method.
        path: path below ``/__admin``. A segment such as ``{list_id}`` is variable.
        handler: called with the request; returns the JSON value of the response.
        summary: what the route does, for the docs.
        response: name of the response's schema in ``components.json``.
        scope: what the route applies to.
        body: name of the request body's schema in ``components.json``; ``None`` without a body.
        writes: whether the route changes accounts, which a read-only fake rejects.
        status: HTTP status of a successful response.
        max_body_bytes: maximum size of the request body.
        parameters: names of its query parameters in ``components.json``.
        problems: HTTP statuses of problems, besides those that follow from the other attributes.
        has_events: whether clients that accept server-sent events get a stream of them instead.
        has_raw_body: whether the handler receives the bytes of the body, which need not be JSON.
        is_public: whether the route needs neither the admin token nor a loopback address.
    """

    method: str
    path: str
    handler: Callable[[AdminRequest], object]
    summary: str
    response: str
    scope: Scope = "all"
    body: str | None = None
    writes: bool = False
    status: int = 200
    max_body_bytes: int = MAX_SETTINGS_BYTES
    parameters: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()
    has_events: bool = False
    has_raw_body: bool = False
    is_public: bool = False

    @property
    def name(self) -> str:
        """Method and full path, such as ``GET /__admin/lists``."""
        return f"{self.method} {PREFIX}{self.path}"
