"""Journal entries: what the journal keeps of a request and its response.

Only headers that are known to be harmless are kept, and secrets are redacted before anything is stored. Entries are
stored as compact JSON, which is fast to write while the request is handled, and decoded when they are read.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self, TypeAlias

import orjson
from flask import Request, Response

from smartflo_contract.mock_server.faults.injectors import sends_response
from smartflo_contract.mock_server.http.compact_json import dump_compact
from smartflo_contract.mock_server.http.forms import is_form
from smartflo_contract.mock_server.http.request_bodies import BODY_KEY, parse_body
from smartflo_contract.mock_server.http.responses import EVIDENCE_HEADER, FAULT_HEADER, MUTANT_HEADER, REASON_HEADER
from smartflo_contract.mock_server.http.route_names import LOGIN
from smartflo_contract.mock_server.journal.redaction import (
    MAX_VALUE_CHARACTERS,
    is_secret,
    redact_authorization,
    redact_json,
    redact_login,
    redact_parameter,
    redact_query,
    redact_reason,
    redact_response,
    redact_string,
)
from smartflo_contract.schemas.large_integers import has_large_integer
from smartflo_contract.schemas.printable import truncate

JournalEntry: TypeAlias = dict[str, Any]
"""A request as JSON: ``Request`` in the admin API's OpenAPI document."""

_HEADERS: Final = {
    "HTTP_HOST": "Host",
    "HTTP_USER_AGENT": "User-Agent",
    "HTTP_ACCEPT": "Accept",
    "HTTP_ACCEPT_ENCODING": "Accept-Encoding",
    "HTTP_IF_NONE_MATCH": "If-None-Match",
    "HTTP_X_REQUEST_ID": "X-Request-Id",
    "CONTENT_TYPE": "Content-Type",
    "CONTENT_LENGTH": "Content-Length",
}
"""WSGI name to HTTP name of each header that is kept."""
ENTRY_VERSION: Final = 2
"""Version of encoded entries. Raise it with every change of the form: a store drops entries of other versions."""
MAX_PATH_CHARACTERS: Final = 1_000
_MAX_BODY_BYTES: Final = 64 * 1024
"""Maximum size of a request body that is kept. Of a larger one only the size is kept."""
_MAX_RESPONSE_BYTES: Final = 4 * 1024
"""Maximum size of a response body that is kept. A lead list can be read again; its entity tag shows any change."""
_MAX_CACHED_HEADS: Final = 256
"""Maximum number of requests and responses whose entry without bodies is cached."""


class SentResponse(NamedTuple):
    """What an entry keeps of a response.

    Attributes:
        status: HTTP status.
        headers: name and value of each header, in order.
        body: JSON of the body with secrets masked; ``None`` if it is not kept.
        quirks: name and value of each quirk that decided about the response and does not have its default.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: orjson.Fragment | None = None
    quirks: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, response: Response, quirks: tuple[tuple[str, str], ...] = ()) -> Self:
        """Return what an entry keeps of a response of Flask, before it is sent."""
        return cls(response.status_code, tuple(response.headers), _response_body(response), quirks)


def encode_entry(environ: Mapping[str, Any], route: str | None, response: SentResponse, time: float) -> bytes:
    """Return a request and its response in a compact form for :func:`decode_entry`.

    Args:
        environ: the WSGI environment of the request.
        route: method and path as in the OpenAPI document; ``None`` if no route matched.
        response: the response.
        time: time of the response, in seconds since the epoch.
    """
    path, query, body = environ["PATH_INFO"], environ.get("QUERY_STRING"), environ.get(BODY_KEY)
    is_repeated = not query and len(path) <= MAX_PATH_CHARACTERS
    encode = _encode_repeated_head if is_repeated else _encode_head
    authorization = redact_authorization(environ.get("HTTP_AUTHORIZATION"))
    request = environ["REQUEST_METHOD"], path, query, authorization, route
    status, headers, response_body, quirks = response
    sent = status, headers, quirks
    try:
        head = encode(request, sent, *map(environ.get, _HEADERS))
    except ValueError:  # a header with half of a surrogate pair, which only an in-process client can send
        head = _encode_head(request, sent, *(None,) * len(_HEADERS))
    if body is None:
        return dump_compact((time, head, None, None, response_body))
    request_body = _request_body(environ.get("CONTENT_TYPE"), body, is_login=route == LOGIN)
    return dump_compact((time, head, len(body), request_body, response_body))


def decode_entry(encoded: bytes) -> JournalEntry:
    """Return an encoded entry as JSON: ``Request`` in the admin API's OpenAPI document.

    What webhooks delivered is encoded as an object, and returned as it is: ``Delivery`` in that document.
    """
    if encoded.startswith(b"{"):
        delivery: JournalEntry = orjson.loads(encoded)
        return delivery
    time, (request, values, (status, response_headers, quirks)), size, body, response_body = orjson.loads(encoded)
    method, path, query, authorization, route = request
    headers = dict(zip(_HEADERS.values(), values, strict=True)) | {"Authorization": authorization}
    sent = dict(response_headers)
    fault, length = sent.get(FAULT_HEADER), sent.get("Content-Length")
    return {
        "time": round(time * 1_000),
        "method": method,
        "path": path.encode("latin-1", errors="replace").decode(errors="replace"),
        "query": query or {},
        "headers": {name: truncate(value, MAX_VALUE_CHARACTERS) for name, value in headers.items() if value},
        "route": route,
        "body": body,
        "body_bytes": size,
        "response": {
            "status": status if sends_response(fault) else None,
            "evidence": sent.get(EVIDENCE_HEADER),
            "reason": sent.get(REASON_HEADER),
            "fault": fault,
            "mutant": sent.get(MUTANT_HEADER),
            "quirks": dict(quirks),
            "headers": sent,
            "etag": sent.get("ETag"),
            "bytes": None if length is None else int(length),
            "body": response_body,
        },
    }


def keep_small_body(request: Request) -> None:
    """Read the body of a request that fails before its handler reads it, if it is small enough to keep."""
    if not 0 < (request.content_length or 0) <= _MAX_BODY_BYTES:
        return
    request.max_content_length = _MAX_BODY_BYTES + 1
    request.environ[BODY_KEY] = request.get_data()  # Flask caches it for the handler


def _encode_head(
    request: tuple[str, str, str | None, str | None, str | None],
    sent: tuple[int, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]],
    *values: str | None,
) -> orjson.Fragment:
    """Return an entry without its time and the bodies, with secrets masked.

    Args:
        request: method, path, query string, the header ``Authorization`` with the token masked, and the route.
        sent: HTTP status of the response, name and value of each of its headers, and of each quirk.
        values: the values of the request's headers in ``_HEADERS``.
    """
    method, path, query, authorization, route = request
    shown_path = truncate(redact_string(path), MAX_PATH_CHARACTERS)
    shown_request = method, shown_path, redact_query(query) if query else None, authorization, route
    status, headers, quirks = sent
    shown_headers = [_redact_sent(name, value, path) for name, value in headers]
    return orjson.Fragment(dump_compact((shown_request, _redact_headers(values), (status, shown_headers, quirks))))


_encode_repeated_head: Final = lru_cache(_MAX_CACHED_HEADS)(_encode_head)
"""The same for requests that a client may repeat, which are encoded once."""


def _redact_sent(name: str, value: str, path: str) -> tuple[str, str]:
    """Return a header of the response with secrets masked; routes that users add can set any."""
    if name == REASON_HEADER:
        return name, redact_reason(value, path)
    return redact_parameter(name, value) if is_secret(name) else (name, value)


def _redact_headers(values: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Return the values of the headers in ``_HEADERS`` with secrets masked."""
    host, *rest = values
    return (host and redact_string(host.rpartition("@")[2]), *(value and redact_string(value) for value in rest))


def _request_body(content_type: str | None, body: bytes, *, is_login: bool) -> orjson.Fragment | None:
    """Return a request body as JSON with secrets masked.

    Returns:
        ``None`` if it is too large, neither JSON nor a form, or has an integer of more than 64 bits.
    """
    if len(body) > _MAX_BODY_BYTES:
        return None
    try:
        content = parse_body(content_type, body)
    except ValueError:
        return None
    if not is_form(content_type, body) and has_large_integer(body):  # it has become a float
        return None
    return orjson.Fragment(orjson.dumps(redact_login(content) if is_login else redact_json(content)))


def _response_body(response: Response) -> orjson.Fragment | None:
    """Return a response body with secrets masked, ``None`` if it is large, streamed or, after a fault, not JSON."""
    if response.direct_passthrough or not response.is_sequence or response.mimetype != "application/json":
        return None
    if (response.content_length or 0) > _MAX_RESPONSE_BYTES:
        return None
    try:
        content = orjson.loads(response.get_data())
    except ValueError:
        return None
    return orjson.Fragment(orjson.dumps(redact_response(content)))
