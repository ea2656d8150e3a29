"""Rules that a response body follows as a whole, as data: what is expected, and what may arrive instead."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from smartflo_contract.schemas.finding_builder import AGAIN, BARE_ARRAY, DUPLICATE_KEY, ONCE, RFC_8259


class BodyDefect(NamedTuple):
    """One violation of a body rule.

    Attributes:
        rule: a key of ``BODY_RULES``.
        offset: position in the body, in bytes; ``None`` if the defect is not in the body, such as an HTTP status.
        detail: more about it, without any value of the body.
    """

    rule: str
    offset: int | None
    detail: str = ""


class BodyRule(NamedTuple):
    """What a body rule requires.

    Attributes:
        expected: what the rule requires.
        got: what a body has instead.
        evidence: where the requirement comes from, label to source.
        fake_fault: name of the fault with which the fake reproduces the defect; ``None`` if there is none.
    """

    expected: str
    got: str
    evidence: Mapping[str, str]
    fake_fault: str | None = None


_LEADS_PAGE: Final = {"documented": "leads page: the response"}
_RFC_9112: Final = {"assumed": "RFC 9112, the definition of HTTP/1.1"}
_RFC_1952: Final = {"assumed": "RFC 1952, the definition of gzip"}
_SAMPLE: Final = {"sample": "leads page, sample response"}
_CLIENT_CODE: Final = {"observed": "public clients: an error may come with status 200"}

BODY_RULES: Final[Mapping[str, BodyRule]] = {
    "not-json": BodyRule("JSON", "text that is not JSON", RFC_8259),
    "not-utf8": BodyRule("JSON in UTF-8", "bytes in another encoding", RFC_8259),
    "byte-order-mark": BodyRule("JSON from the first byte on", "a byte order mark before it", RFC_8259),
    "empty-body": BodyRule("an array of leads", "an empty body", BARE_ARRAY),
    "html-body": BodyRule("an array of leads", "an HTML page", BARE_ARRAY, "html"),
    "error-body": BodyRule("an array of leads", "an object that reports an error", _CLIENT_CODE),
    "no-array": BodyRule("an array of leads", "another value", BARE_ARRAY),
    "truncated-body": BodyRule("the end of the array", "the end of the body", RFC_8259),
    "dangling-comma": BodyRule(
        "a lead after the comma, or no comma",
        "a comma before the end",
        RFC_8259 | {"sample": "leads page"},
        "dangling_comma",
    ),
    "trailing-data": BodyRule("nothing after the array", "more bytes", RFC_8259),
    DUPLICATE_KEY: BodyRule(ONCE, AGAIN, RFC_8259),
    "item-too-large": BodyRule("a lead of at most --max-item bytes", "a larger one, which was skipped", BARE_ARRAY),
    "http-status": BodyRule("status 200", "another status", _LEADS_PAGE),
    "content-type": BodyRule("the content type application/json", "another type", _SAMPLE, "content_type"),
    "cut-connection": BodyRule("a body of the declared length", "the end of the connection", _RFC_9112, "cut"),
    "broken-gzip": BodyRule("a complete gzip stream", "an incomplete or invalid one", _RFC_1952),
}
"""By name of the rule."""
