"""Bodies that are no lead list, as data: those of other endpoints of the vendor, and known error messages."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple


class OtherEndpoint(NamedTuple):
    """An endpoint whose response may be taken for a lead list.

    Attributes:
        route: method and path.
        body_keys: keys of the whole body, if it is an object; empty if they identify nothing.
        item_keys: keys of an item of its list; empty if they identify nothing.
    """

    route: str
    body_keys: frozenset[str]
    item_keys: frozenset[str] = frozenset()


class KnownMessage(NamedTuple):
    """An error message of the vendor's API.

    Attributes:
        message: the message.
        help: what to do.
    """

    message: str
    help: str


_NO_KEYS: Final = frozenset[str]()
_OTHER_ENDPOINTS: Final = (
    OtherEndpoint("POST /v1/auth/login", frozenset({"access_token"})),
    OtherEndpoint(
        "GET /v1/broadcast/dnd/lists",
        frozenset({"hasMore", "count", "limit"}),
        frozenset({"id", "name", "description"}),
    ),
    OtherEndpoint("GET /v1/broadcast/dnd/leads", frozenset({"hasMore", "count", "limit"})),
    OtherEndpoint("GET /v1/broadcast/dnd/leads", _NO_KEYS, frozenset({"id", "number", "type"})),
    OtherEndpoint("GET /v1/call/records", frozenset({"count", "results"})),
    OtherEndpoint("GET /v1/call/records", _NO_KEYS, frozenset({"dialer_call_details"})),
    OtherEndpoint("GET /v1/live_calls", _NO_KEYS, frozenset({"call_id", "state", "call_time"})),
    OtherEndpoint("GET /v1/call/records", _NO_KEYS, frozenset({"call_id", "direction"})),
    OtherEndpoint("GET /v1/users", frozenset({"data", "last_seen_id"})),
    OtherEndpoint("GET /v1/agents", _NO_KEYS, frozenset({"id", "follow_me_number"})),
    OtherEndpoint("GET /v1/my_number", _NO_KEYS, frozenset({"id", "did"})),
    OtherEndpoint("GET /v2/broadcasts", frozenset({"page", "size", "limit", "results"})),
    OtherEndpoint("GET /v2/broadcasts", _NO_KEYS, frozenset({"id", "name", "list_id", "concurrent_limit"})),
    OtherEndpoint("GET /v1/broadcast/lists", _NO_KEYS, frozenset({"id", "name", "field_map"})),
    OtherEndpoint("GET /v1/broadcast/lists", _NO_KEYS, frozenset({"id", "name", "description"})),
)
"""The first match is reported. Sources: the vendor's pages, and public clients."""
_LEAD_KEYS: Final = frozenset({"field_0", "header"})
"""A lead has one of these keys; no item of another endpoint has."""
_LIST_KEYS: Final = frozenset({"id", "name"})

_LOG_IN: Final = "Log in again, or set SMARTFLO_TOKEN to a new token."
_CREDENTIALS: Final = "Check SMARTFLO_EMAIL and SMARTFLO_PASSWORD. Repeated failures lock the login out."
_WAIT: Final = "Wait for the time in `retry_after` or `Retry-After`. Live dialling shares this limit."
_ACCOUNT: Final = "Check the list id, and that the token belongs to the account of the list."
_RETRY: Final = "The vendor's servers failed. Try again later."
_KNOWN_MESSAGES: Final = (
    KnownMessage("Token has expired", _LOG_IN),
    KnownMessage("Unauthenticated.", _LOG_IN),
    KnownMessage("The username or password is incorrect.", _CREDENTIALS),
    KnownMessage("Invalid credentials", _CREDENTIALS),
    KnownMessage("Too many requests.", _WAIT),
    KnownMessage("Too many login attempts.", _WAIT),
    KnownMessage("You do not have access to this list.", _ACCOUNT),
    KnownMessage("List not found.", _ACCOUNT),
    KnownMessage("Bad request.", "Compare the URL with the one in the vendor's example."),
    KnownMessage("Provide a valid id.", "The id in the URL must be that of a lead list."),
    KnownMessage("Provide a valid caller_id.", "This is a response of click-to-call; request GET leads."),
    KnownMessage("Agent is not logged into any campaign.", "This is a response of the dialer; request GET leads."),
    KnownMessage("Internal server error.", _RETRY),
    KnownMessage("Bad gateway.", _RETRY),
    KnownMessage("Service unavailable.", _RETRY),
    KnownMessage("Gateway timeout.", _RETRY),
)
"""Messages that the contract knows. Others are not shown, because they may contain personal data."""
_HELP_BY_MESSAGE: Final[Mapping[str, KnownMessage]] = {
    known.message.strip(" .").lower(): known for known in _KNOWN_MESSAGES
}


def other_endpoint(body_keys: Collection[str], item_keys: Collection[str]) -> str | None:
    """Return the route of the endpoint that a body is from; ``None`` if that is unclear or it is a lead list.

    Args:
        body_keys: keys of the body, if it is an object.
        item_keys: keys of the first item of its list, if there is one.
    """
    keys, own_keys = frozenset(item_keys), frozenset(body_keys)
    if _LEAD_KEYS & keys or _LEAD_KEYS & own_keys:
        return None
    for endpoint in _OTHER_ENDPOINTS:
        if endpoint.body_keys <= own_keys and endpoint.item_keys <= keys:
            return endpoint.route
    return "GET /v1/broadcast/lists" if keys == _LIST_KEYS else None


def known_message(body: object) -> KnownMessage | None:
    """Return the message of an error body if the contract knows it; case and full stop do not matter."""
    message = body.get("message") if isinstance(body, dict) else None
    return _HELP_BY_MESSAGE.get(message.strip(" .").lower()) if isinstance(message, str) else None
