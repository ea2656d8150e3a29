"""What the journal keeps of a request: enough to find and explain it, and nothing that opens an account.

What may be secret is masked or left out before it is kept: of headers only those are kept that are known to be
harmless, values under names that speak of secrets are masked, and of a login only the login id is kept. A body that is
no JSON is not kept. What is kept costs little at the time of the request; it is made readable when it is asked for.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, unquote

import orjson
from flask import Request, Response

from smartflo_contract.mock_server._answers import EVIDENCE, REASON, shown
from smartflo_contract.mock_server._faults import FAULT
from smartflo_contract.mock_server._json import trimmed
from smartflo_contract.mock_server._requests import BODY

Shown: TypeAlias = dict[str, Any]
"""A request as the admin API tells it."""

MASKED: Final = "[masked]"
_SECRET: Final = re.compile(r"pass|pwd|token|secret|auth|cookie|api.?key|credential|session", re.IGNORECASE)
_LOGIN: Final = "/v1/auth/login"
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
"""Headers that are kept, by their name in WSGI."""
_MOST_VALUE: Final = 200
_MOST_PATH: Final = 1_000
_MOST_PAIRS: Final = 50
_MOST_DEPTH: Final = 32
_MOST_BODY: Final = 64 * 1024
"""Bytes of a request's body that is kept; of a larger one only the size is."""
_MOST_ANSWER: Final = 4 * 1024
"""Bytes of an answer that is kept; a list can be read again, and its entity tag says whether it is still the same."""


def line_of(request: Request, route: str | None, response: Response, time: float) -> bytes:
    """Return what is kept of a request, in JSON that is quickly made; :func:`shown_line` makes it readable.

    Args:
        request: the request.
        route: method and path as in the OpenAPI document; ``None`` where no route took it.
        response: the answer, which has not been sent yet.
        time: when it is answered, in seconds since the epoch.
    """
    environ = request.environ
    path, query, body = environ["PATH_INFO"], environ.get("QUERY_STRING"), environ.get(BODY)
    kept = (
        time,
        environ["REQUEST_METHOD"],
        path if len(path) <= _MOST_PATH else shown(path, _MOST_PATH),
        _query(query) if query else None,
        tuple(map(environ.get, _HEADERS)),
        _scheme(environ.get("HTTP_AUTHORIZATION")),
        route,
        None if body is None else len(body),
        None if body is None else _body(body, login=path.rstrip("/") == _LOGIN),
        response.status_code,
        list(response.headers),
        _body(response.get_data()) if not response.direct_passthrough and _is_small(response) else None,
    )
    try:
        return trimmed(kept)
    except ValueError:  # a header with half a surrogate pair, as only a client in process can send
        return trimmed((*kept[:4], (None,) * len(_HEADERS), *kept[5:]))


def shown_line(line: bytes) -> Shown:
    """Return a request as the admin API tells it: ``Request`` in its OpenAPI document."""
    time, method, path, query, values, scheme, route, size, body, status, response_headers, answer = orjson.loads(line)
    headers = dict(zip(_HEADERS.values(), values, strict=True)) | {"Authorization": scheme}
    answered = dict(response_headers)
    fault, length = answered.get(FAULT), answered.get("Content-Length")
    return {
        "time": round(time * 1_000),
        "method": method,
        "path": path.encode("latin-1", errors="replace").decode(errors="replace"),
        "query": query or {},
        "headers": {name: shown(value, _MOST_VALUE) for name, value in headers.items() if value},
        "route": route,
        "body": body,
        "body_bytes": size,
        "response": {
            "status": None if fault == "reset" else status,
            "evidence": answered.get(EVIDENCE),
            "reason": unquote(answered.get(REASON, "")) or None,
            "fault": fault,
            "etag": answered.get("ETag"),
            "bytes": None if length is None else int(length),
            "body": answer,
        },
    }


def _is_small(response: Response) -> bool:
    is_json = response.is_sequence and response.mimetype == "application/json"
    return is_json and (response.content_length or 0) <= _MOST_ANSWER


def _scheme(authorization: str | None) -> str | None:
    if authorization is None:
        return None
    return f"Bearer {MASKED}" if authorization[:7].lower() == "bearer " else MASKED


def _query(text: str) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PAIRS, errors="replace")
    except ValueError:
        return {MASKED: f"more than {_MOST_PAIRS} parameters"}
    return {
        shown(name, _MOST_VALUE): MASKED if _SECRET.search(name) else shown(value, _MOST_VALUE) for name, value in pairs
    }


def _body(body: bytes, *, login: bool = False) -> orjson.Fragment | None:
    if len(body) > _MOST_BODY:
        return None
    try:
        content = orjson.loads(body)
    except ValueError:
        return None
    return orjson.Fragment(orjson.dumps(_login(content) if login else _masked(content, _MOST_DEPTH)))


def _login(content: object) -> object:
    """Return the login id alone: what is sent under a wrong name may be the password."""
    if not isinstance(content, dict):
        return MASKED
    return {key: value if key == "email" and isinstance(value, str) else MASKED for key, value in content.items()}


def _masked(value: Any, depth: int) -> Any:
    if isinstance(value, dict | list) and not depth:
        return "[too deep]"
    if isinstance(value, dict):
        return {key: MASKED if _SECRET.search(key) else _masked(one, depth - 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_masked(one, depth - 1) for one in value]
    return value
