"""What a body may be instead of a list of leads, as data."""

from collections.abc import Mapping, Sequence
from typing import Final

from smartflo_contract.schemas.lead_format import unknown_keys
from smartflo_contract.schemas.response_check import AGAIN, BARE_ARRAY, DUPLICATE_KEY, ONCE, RFC_8259

_TABLE: Final = {"documented": "leads page: the response"}
_RFC_9112: Final = {"assumed": "RFC 9112, the definition of HTTP/1.1"}
_RFC_1952: Final = {"assumed": "RFC 1952, the definition of gzip"}
_SAMPLE: Final = {"sample": "leads page, sample response"}
_ERROR: Final = {"observed": "public clients: an error may come with status 200"}
FAULTS: Final[Mapping[str, tuple[str, str, Mapping[str, str]]]] = {
    "not-json": ("JSON", "text that is not JSON", RFC_8259),
    "not-utf8": ("JSON in UTF-8", "bytes of another encoding", RFC_8259),
    "byte-order-mark": ("JSON from the first byte on", "a byte order mark before it", RFC_8259),
    "empty-body": ("an array of leads", "an empty body", BARE_ARRAY),
    "html-body": ("an array of leads", "a page in HTML", BARE_ARRAY),
    "error-body": ("an array of leads", "an object that tells of an error", _ERROR),
    "no-array": ("an array of leads", "another value", BARE_ARRAY),
    "truncated-body": ("the end of the array", "the end of the body", RFC_8259),
    "dangling-comma": (
        "a lead after the comma, or none",
        "a comma before the end",
        RFC_8259 | {"sample": "leads page"},
    ),
    "trailing-data": ("nothing after the array", "more bytes", RFC_8259),
    DUPLICATE_KEY: (ONCE, AGAIN, RFC_8259),
    "item-too-large": ("a lead of fewer bytes than --max-item", "a larger one, which was passed over", BARE_ARRAY),
    "http-status": ("status 200", "another status", _TABLE),
    "content-type": ("the type application/json", "another type", _SAMPLE),
    "cut-connection": ("a body of the length that is declared", "the end of the connection", _RFC_9112),
    "broken-gzip": ("a whole gzip stream", "one that is cut, or is none", _RFC_1952),
}
"""By its rule: what is expected, what came, and on whose word."""
FAULTS_OF_THE_FAKE: Final[Mapping[str, str]] = {
    "html-body": "html",
    "dangling-comma": "dangling_comma",
    "content-type": "content_type",
    "cut-connection": "cut",
}
"""Rules, and the fault by which the fake breaks them."""
_ERROR_KEYS: Final = frozenset({"success", "message", "error"})


def no_lead(values: Sequence[object], properties: frozenset[str]) -> str | None:
    """Return what a body is, that is no array and begins with some values, where it is one value and no lead.

    Args:
        values: decoded.
        properties: the keys of a lead.
    """
    if len(values) != 1:
        return None
    (value,) = values
    if isinstance(value, dict) and not _ERROR_KEYS.isdisjoint(value):
        return "error-body"
    if isinstance(value, dict) and len(unknown_keys(tuple(value), properties)) < len(value):
        return None
    return "no-array"
