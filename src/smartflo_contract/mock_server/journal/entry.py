"""What the journal keeps of a request: enough to find and explain it, and nothing that opens an account.

What may be secret is masked or left out before it is kept. Of headers only those stay that are known to be harmless.
Values under names that speak of secrets are masked, and so are tokens that look like the vendor's, wherever they stand.
Of a login only the login id is kept. A body that is no JSON is not kept. What is kept costs little at the time of the
request; it is made readable when it is asked for.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, unquote

import orjson
from flask import Request, Response

from smartflo_contract.mock_server.faults.injectors import sends_response
from smartflo_contract.mock_server.http.compact_json import dump_compact
from smartflo_contract.mock_server.http.request_bodies import BODY_KEY
from smartflo_contract.mock_server.http.responses import EVIDENCE_HEADER, FAULT_HEADER, REASON_HEADER, truncate
from smartflo_contract.mock_server.http.route_names import LOGIN

Shown: TypeAlias = dict[str, Any]
"""A request as the admin API tells it."""

MASKED: Final = "[masked]"
_WORDS: Final = frozenset(
    {"auth", "bearer", "cookie", "cookies", "credential", "credentials", "cvv", "jwt", "otp", "pass", "passcode", "pwd"}
    | {"secret", "secrets", "sig", "signature", "token", "tokens"}
)
"""Words of names under which values are secret."""
_JOINED: Final = re.compile(
    r"passw|apikey|accesskey|privatekey|secretkey|authoriz|securitycode|sessionid|(token|secret)$"
)
"""The same, in a name of which only letters are left."""
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SIMPLE: Final = re.compile(r"[A-Za-z _-]{1,60}")
"""A name that holds no value."""
_JWT: Final = r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.?[\w.-]*"
_IN_VALUES: Final = re.compile(rf"{_JWT}|(?P<bearer>(?i:bearer)\s+)[\w.~+/-]{{20,}}")
"""What is masked in what clients write: tokens like the vendor's."""
_IN_TEXTS: Final = re.compile(
    rf"{_JWT}|(?P<bearer>(?i:bearer)\s+)[^\s&;,]+"
    rf"|(?P<name>(?i:{'|'.join(sorted(_WORDS))}|password|authorization)[\w\]\"'-]{{0,40}}\s{{0,5}}[=:]\s{{0,5}})(?:(?i:bearer)\s+)?[^\s&;,]+"
)
"""What is masked in paths, queries and headers: those, and what comes after a name that speaks of secrets."""
_PLAIN: Final = re.compile(r"[\w/-]*", re.ASCII)
"""Texts in which nothing of that can be; this is quickly seen."""
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
    path, query, body = environ["PATH_INFO"], environ.get("QUERY_STRING"), environ.get(BODY_KEY)
    cleaned = _clean(path)
    headers = [
        (name, _reason(value, path == cleaned) if name == REASON_HEADER else value) for name, value in response.headers
    ]
    kept = (
        time,
        environ["REQUEST_METHOD"],
        cleaned if len(cleaned) <= _MOST_PATH else truncate(cleaned, _MOST_PATH),
        _query(query) if query else None,
        _clean_headers(tuple(map(environ.get, _HEADERS))),
        _scheme(environ.get("HTTP_AUTHORIZATION")),
        route,
        None if body is None else len(body),
        None if body is None else _body(body, login=route == LOGIN),
        response.status_code,
        headers,
        _answer(response.get_data()) if not response.direct_passthrough and _is_small(response) else None,
    )
    try:
        return dump_compact(kept)
    except ValueError:  # a header with half a surrogate pair, as only a client in process can send
        return dump_compact((*kept[:4], (None,) * len(_HEADERS), *kept[5:]))


def shown_line(line: bytes) -> Shown:
    """Return a request as the admin API tells it: ``Request`` in its OpenAPI document."""
    time, method, path, query, values, scheme, route, size, body, status, response_headers, answer = orjson.loads(line)
    headers = dict(zip(_HEADERS.values(), values, strict=True)) | {"Authorization": scheme}
    answered = dict(response_headers)
    fault, length = answered.get(FAULT_HEADER), answered.get("Content-Length")
    return {
        "time": round(time * 1_000),
        "method": method,
        "path": path.encode("latin-1", errors="replace").decode(errors="replace"),
        "query": query or {},
        "headers": {name: truncate(value, _MOST_VALUE) for name, value in headers.items() if value},
        "route": route,
        "body": body,
        "body_bytes": size,
        "response": {
            "status": status if sends_response(fault) else None,
            "evidence": answered.get(EVIDENCE_HEADER),
            "reason": answered.get(REASON_HEADER),
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


def read_small(request: Request) -> None:
    """Read the body of a request that will fail before its handler reads it, where it is small enough to keep."""
    if not 0 < (request.content_length or 0) <= _MOST_BODY:
        return
    request.max_content_length = _MOST_BODY + 1
    request.environ[BODY_KEY] = request.get_data()  # kept: its handler may read it once more


def _reason(value: str, plain: bool) -> str:  # noqa: FBT001 - used once
    """Return a reason; it is the fake's own words, but for what it says of a path that was not plain."""
    return unquote(value) if plain else _clean(unquote(value))


@lru_cache(256)
def _clean_headers(values: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Return the values of headers without secrets; clients send the same ones again and again."""
    host, *others = values
    return (host and _clean(host.rpartition("@")[2]), *(value and _clean(value) for value in others))


def _clean(text: str, secret: re.Pattern[str] = _IN_TEXTS) -> str:
    """Return a text with what is secret in it masked."""
    return text if _PLAIN.fullmatch(text) else secret.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    named = found.groupdict()
    return f"{named.get('bearer') or named.get('name') or ''}{MASKED}"


def is_secret(name: str) -> bool:
    """Whether a name speaks of secrets, however it is written; values under it are not kept."""
    plain = unicodedata.normalize("NFKC", unquote(unquote(name)))
    words = {word.lower() for word in _WORD.findall(plain)}
    return not _WORDS.isdisjoint(words) or _JOINED.search("".join(filter(str.isalpha, plain)).lower()) is not None


def _query(text: str) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PAIRS, errors="replace")
    except ValueError:
        return {MASKED: f"more than {_MOST_PAIRS} parameters"}
    return dict(_pair(name, value) for name, value in reversed(pairs))  # of several of a name the first counts


def _pair(name: str, value: str) -> tuple[str, Any]:
    """Return a name and its value with what is secret in either masked."""
    if not is_secret(name):
        return truncate(_clean(name), _MOST_VALUE), truncate(_clean(value), _MOST_VALUE)
    return name if _SIMPLE.fullmatch(name) else MASKED, MASKED


def _body(body: bytes, *, login: bool = False) -> orjson.Fragment | None:
    if len(body) > _MOST_BODY:
        return None
    try:
        content = orjson.loads(body)
    except ValueError:
        return None
    return orjson.Fragment(orjson.dumps(_login(content) if login else _masked(content, _MOST_DEPTH)))


def _answer(body: bytes) -> orjson.Fragment | None:
    """Return an answer of the fake's own, which has one secret: the token; a fault may have left it no JSON."""
    try:
        content = orjson.loads(body)
    except ValueError:
        return None
    if isinstance(content, dict) and "access_token" in content:
        content["access_token"] = MASKED
    return orjson.Fragment(orjson.dumps(content))


def _login(content: object) -> object:
    """Return the login id alone: what is sent under a wrong name may be the password, and so may the name."""
    if not isinstance(content, dict):
        return MASKED
    email = content.get("email")
    others = {"password": MASKED} if content.keys() - {"email"} else {}
    return ({"email": email} if isinstance(email, str) else {}) | others


def _masked(value: Any, depth: int) -> Any:
    if isinstance(value, dict | list) and not depth:
        return "[too deep]"
    if isinstance(value, dict):
        return dict(
            _pair(key, "") if is_secret(key) else (_clean(key), _masked(one, depth - 1)) for key, one in value.items()
        )
    if isinstance(value, list):
        return [_masked(one, depth - 1) for one in value]
    return _clean(value, _IN_VALUES) if isinstance(value, str) else value
