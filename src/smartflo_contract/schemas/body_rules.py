"""Rules that a response body follows as a whole, as data: what is expected, and what may arrive instead."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from smartflo_contract.schemas.findings import Finding
from smartflo_contract.schemas.profile_names import PROFILES

NOT_JSON: Final = "not-json"
DUPLICATE_KEY: Final = "duplicate-key"
TOO_FEW_LEADS: Final = "too-few-leads"
UNREADABLE_SOURCE: Final = "unreadable-source"
OPERATIONAL_RULES: Final = frozenset({TOO_FEW_LEADS, UNREADABLE_SOURCE})
"""Body rules about one run rather than about the contract: a baseline never makes their findings known."""


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


RFC_8259: Final = {"assumed": "RFC 8259, the definition of JSON"}
_BARE_ARRAY: Final = {"sample": "leads page, sample response", "observed": "public clients iterate the top level"}
_LEADS_PAGE: Final = {"documented": "leads page: the response"}
_RFC_9112: Final = {"assumed": "RFC 9112, the definition of HTTP/1.1"}
_RFC_1952: Final = {"assumed": "RFC 1952, the definition of gzip"}
_SAMPLE: Final = {"sample": "leads page, sample response"}
_CLIENT_CODE: Final = {"observed": "public clients: an error may come with status 200"}

BODY_RULES: Final[Mapping[str, BodyRule]] = {
    NOT_JSON: BodyRule("JSON", "text that is not JSON", RFC_8259),
    "not-utf8": BodyRule("JSON in UTF-8", "bytes in another encoding", RFC_8259),
    "byte-order-mark": BodyRule("JSON from the first byte on", "a byte order mark before it", RFC_8259),
    "empty-body": BodyRule("an array of leads", "an empty body", _BARE_ARRAY),
    "html-body": BodyRule("an array of leads", "an HTML page", _BARE_ARRAY, "html"),
    "error-body": BodyRule("an array of leads", "an object that reports an error", _CLIENT_CODE),
    "no-array": BodyRule("an array of leads", "another value", _BARE_ARRAY),
    "truncated-body": BodyRule("the end of the array", "the end of the body", RFC_8259),
    "dangling-comma": BodyRule(
        "a lead after the comma, or no comma",
        "a comma before the end",
        RFC_8259 | {"sample": "leads page"},
        "dangling_comma",
    ),
    "trailing-data": BodyRule("nothing after the array", "more bytes", RFC_8259),
    DUPLICATE_KEY: BodyRule("each key of an object once", "the same key once more", RFC_8259),
    "item-too-large": BodyRule("a lead of at most --max-item bytes", "a larger one, which was skipped", _BARE_ARRAY),
    TOO_FEW_LEADS: BodyRule("at least --min-leads leads", "fewer", _BARE_ARRAY),
    UNREADABLE_SOURCE: BodyRule("a source that can be read", "none", _LEADS_PAGE),
    "http-status": BodyRule("status 200", "another status", _LEADS_PAGE),
    "content-type": BodyRule("the content type application/json", "another type", _SAMPLE, "content_type"),
    "cut-connection": BodyRule("a body of the declared length", "the end of the connection", _RFC_9112, "cut"),
    "broken-gzip": BodyRule("a complete gzip stream", "an incomplete or invalid one", _RFC_1952),
}
"""By name of the rule."""


def body_finding(rule: str, details: str = "") -> Finding:
    """Return the finding about a body that breaks a body rule.

    Args:
        rule: a key of :data:`BODY_RULES`.
        details: what follows the rule's ``got``, such as a position.
    """
    expected, got, evidence, _ = BODY_RULES[rule]
    return _finding(rule, expected, got + details, evidence)


def not_json(error: ValueError) -> Finding:
    """Return the finding about a text that is not JSON; the parser's message has the position."""
    reason, _, position = str(error).partition(": ")
    return body_finding(NOT_JSON, f": {reason}, {position}")


def not_an_array(got: str) -> Finding:
    """Return the finding about a JSON value that is not an array."""
    return _finding("type", "array of leads", got, _BARE_ARRAY)


def _finding(rule: str, expected: str, got: str, evidence: Mapping[str, str]) -> Finding:
    return Finding(
        rule=rule,
        severity="break",
        pointer="",
        message=f"expected {expected}, got {got}",
        expected=expected,
        got=got,
        evidence=evidence,
        profiles=PROFILES,
        count=1,
        first=None,
    )
