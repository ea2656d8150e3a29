"""Which headers are passed on, in both directions."""

from collections.abc import Iterable, Iterator
from typing import Final

Headers = Iterable[tuple[str, str]]
_HOP_BY_HOP: Final = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)
"""Headers of one connection, in RFC 9110 and in use."""
_NOT_FOR_UPSTREAM: Final = frozenset(
    {"accept-encoding", "content-length", "expect", "host"}  # set by the client of the upstream
    | {"if-range", "range"}  # a part of a body cannot be checked
    | {"cookie", "origin", "referer"}  # a browser sends what belongs to other programs of this machine
)
_NOT_FOR_CLIENT: Final = frozenset({"accept-ranges", "alt-svc", "content-encoding", "content-length", "date", "server"})
"""Headers about the body as it was sent, about other hosts, and those that the server of the proxy sets."""
_OWN_PREFIX: Final = "x-smartflo-"
"""Headers for the proxy, such as the token of its admin API."""
_OWN_RESPONSE_PREFIX: Final = "x-smartflo-contract-"


def request_headers(headers: Headers) -> dict[str, str]:
    """Return the headers of a request that the upstream receives: no cookies, and nothing about the connection."""
    passed = _end_to_end(headers, _NOT_FOR_UPSTREAM)
    kept = {name: value for name, value in passed if not name.lower().startswith((_OWN_PREFIX, "sec-"))}
    return kept | {"Accept-Encoding": "gzip"}


def response_headers(headers: Headers) -> list[tuple[str, str]]:
    """Return the headers of a response that the client receives."""
    passed = _end_to_end(headers, _NOT_FOR_CLIENT)
    return [(name, value) for name, value in passed if not name.lower().startswith(_OWN_RESPONSE_PREFIX)]


def _end_to_end(headers: Headers, left_out: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield headers, except those of the connection, those that it names, and those that are left out."""
    pairs = [(name, value) for name, value in headers if value.isprintable()]
    named = {
        option.strip().lower() for name, value in pairs if name.lower() == "connection" for option in value.split(",")
    }
    return ((name, value) for name, value in pairs if name.lower() not in _HOP_BY_HOP | named | left_out)
