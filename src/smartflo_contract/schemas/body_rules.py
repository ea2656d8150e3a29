"""Rules that a response body follows as a whole, as data: what is expected, and what may arrive instead."""

from collections.abc import Mapping
from dataclasses import replace
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
        help: what usually causes the defect, and what to do.
        fake_fault: name of the fault with which the fake reproduces the defect; ``None`` if there is none.
    """

    expected: str
    got: str
    evidence: Mapping[str, str]
    help: str
    fake_fault: str | None = None


RFC_8259: Final = {"assumed": "RFC 8259, the definition of JSON"}
_BARE_ARRAY: Final = {"sample": "leads page, sample response", "observed": "public clients iterate the top level"}
_LEADS_PAGE: Final = {"documented": "leads page: the response"}
_RFC_9112: Final = {"assumed": "RFC 9112, the definition of HTTP/1.1"}
_RFC_1952: Final = {"assumed": "RFC 1952, the definition of gzip"}
_SAMPLE: Final = {"sample": "leads page, sample response"}
_CLIENT_CODE: Final = {"observed": "public clients: an error may come with status 200"}

_SERVER: Final = "Something between the vendor and this program changed the body: a proxy, a tool or a cut file."
_CONVERT: Final = "A tool has re-encoded the file, or the vendor has changed its encoding. Save the response unchanged."
_AGAIN: Final = "The connection or the file was cut. Fetch the response again; a client must not use a part of a list."

BODY_RULES: Final[Mapping[str, BodyRule]] = {
    NOT_JSON: BodyRule("JSON", "text that is not JSON", RFC_8259, _SERVER),
    "not-utf8": BodyRule("JSON in UTF-8", "bytes in another encoding", RFC_8259, _CONVERT),
    "byte-order-mark": BodyRule("JSON from the first byte on", "a byte order mark before it", RFC_8259, _CONVERT),
    "empty-body": BodyRule("an array of leads", "an empty body", _BARE_ARRAY, _AGAIN),
    "html-body": BodyRule(
        "an array of leads",
        "an HTML page",
        _BARE_ARRAY,
        "A gateway, a login page or a maintenance page answered. Check the URL and the token, or try again later.",
        "html",
    ),
    "error-body": BodyRule(
        "an array of leads",
        "an object that reports an error",
        _CLIENT_CODE,
        "The request failed although its status may be 200. Check the token and the list id.",
    ),
    "envelope": BodyRule(
        "an array of leads",
        "an object that contains them",
        _BARE_ARRAY,
        "The vendor or a proxy has wrapped the list. Read the leads at this pointer, or accept it in a baseline.",
    ),
    "other-endpoint": BodyRule(
        "an array of leads",
        "that of another endpoint",
        _BARE_ARRAY,
        "Request GET /v1/broadcast/leads/{id} with the id of a lead list.",
    ),
    "no-array": BodyRule(
        "an array of leads", "another value", _BARE_ARRAY, "Check that the URL or the file is a response of GET leads."
    ),
    "truncated-body": BodyRule("the end of the array", "the end of the body", RFC_8259, _AGAIN),
    "dangling-comma": BodyRule(
        "a lead after the comma, or no comma",
        "a comma before the end",
        RFC_8259 | {"sample": "leads page"},
        "The sample of the vendor's page has it, too. Close the array in a copied sample; report it in a response.",
        "dangling_comma",
    ),
    "trailing-data": BodyRule(
        "nothing after the array",
        "more bytes",
        RFC_8259,
        "Two responses were joined, or a tool added text. Save each response in a file of its own.",
    ),
    DUPLICATE_KEY: BodyRule(
        "each key of an object once",
        "the same key once more",
        RFC_8259,
        "Parsers disagree about which value counts. Reject such leads in the client, and report them to the vendor.",
    ),
    "item-too-large": BodyRule(
        "a lead of at most --max-item bytes",
        "a larger one, which was skipped",
        _BARE_ARRAY,
        "The lead was not checked. Raise --max-item if it is genuine.",
    ),
    "other-format": BodyRule(
        "a JSON array of leads, plain or gzip",
        "another format",
        RFC_8259,
        "Save the JSON that the API returns, or convert the file to an array of leads.",
    ),
    TOO_FEW_LEADS: BodyRule(
        "at least --min-leads leads",
        "fewer",
        _BARE_ARRAY,
        "The list was emptied, or the token belongs to another account. Check the list; --min-leads 0 allows none.",
    ),
    UNREADABLE_SOURCE: BodyRule(
        "a source that can be read",
        "none",
        _LEADS_PAGE,
        "Check the path or the URL, the connection and the credentials.",
    ),
    "http-status": BodyRule(
        "status 200", "another status", _LEADS_PAGE, "Check the URL, the list id and the token, or try again later."
    ),
    "content-type": BodyRule(
        "the content type application/json",
        "another type",
        _SAMPLE,
        "A proxy or the vendor changed it. Clients that require JSON by this header fail.",
        "content_type",
    ),
    "cut-connection": BodyRule("a body of the declared length", "the end of the connection", _RFC_9112, _AGAIN, "cut"),
    "broken-gzip": BodyRule("a complete gzip stream", "an incomplete or invalid one", _RFC_1952, _AGAIN),
}
"""By name of the rule."""


def body_finding(rule: str, details: str = "", *, got: str = "", pointer: str = "", advice: str = "") -> Finding:
    """Return the finding about a body that breaks a body rule.

    Args:
        rule: a key of :data:`BODY_RULES`.
        details: what follows ``got``, such as a position.
        got: what the body has; by default the ``got`` of the rule.
        pointer: JSON pointer of the value; empty for the whole body.
        advice: what to do; by default the ``help`` of the rule.
    """
    body_rule = BODY_RULES[rule]
    finding = _finding(rule, body_rule.expected, (got or body_rule.got) + details, body_rule.evidence)
    return replace(finding, pointer=pointer, help=advice or body_rule.help)


def not_json(error: ValueError) -> Finding:
    """Return the finding about a text that is not JSON; the parser's message has the position."""
    reason, _, position = str(error).partition(": ")
    return body_finding(NOT_JSON, f": {reason}, {position}")


def not_an_array(got: str) -> Finding:
    """Return the finding about a JSON value that is not an array."""
    finding = _finding("type", "array of leads", got, _BARE_ARRAY)
    return replace(finding, help=BODY_RULES["no-array"].help)


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
