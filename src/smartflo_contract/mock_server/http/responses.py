"""JSON responses in the vendor's shapes, with headers that state the evidence and the reason."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final
from urllib.parse import quote

import orjson
from flask import Response

EVIDENCE_HEADER: Final = "X-Smartflo-Fake-Evidence"
REASON_HEADER: Final = "X-Smartflo-Fake-Reason"
FAULT_HEADER: Final = "X-Smartflo-Fake-Fault"
MUTANT_HEADER: Final = "X-Smartflo-Fake-Mutant"
"""Header with the id of the mutant that has changed the body of a response, or several joined by commas."""
REQUEST_HEADER: Final = "X-Smartflo-Fake-Request"
"""Header with the id of the request in the journal."""
_MAX_REASON_BYTES: Final = 500
_ELLIPSIS: Final = "..."
_READABLE: Final = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")
"""Characters of a reason that are not percent-encoded: printable ASCII except ``%``."""


def json_response(
    status: int,
    body: Mapping[str, object] | Sequence[object],
    evidence: str,
    *,
    reason: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a JSON response.

    Args:
        status: HTTP status.
        body: a JSON object or array.
        evidence: label of the weakest evidence for any part of the response.
        reason: why the request failed or what was ignored; empty for none.
        headers: additional headers.
    """
    response = Response(orjson.dumps(body), status, mimetype="application/json")
    response.headers[EVIDENCE_HEADER] = evidence
    if reason:
        response.headers[REASON_HEADER] = percent_encode(reason)
    response.headers.update(headers or {})
    return response


def error_response(
    status: int, message: str, reason: str, *, evidence: str = "assumed", headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error in the vendor's most common shape.

    Args:
        status: HTTP status.
        message: the vendor's message.
        reason: why the request failed, for people.
        evidence: label of the weakest evidence for any part of the response.
        headers: additional headers.
    """
    return json_response(status, {"success": False, "message": message}, evidence, reason=reason, headers=headers)


def percent_encode(reason: str) -> str:
    """Return a reason as a header value: percent-encoded, truncated to 500 bytes between two characters."""
    encoded = quote(reason.encode(errors="replace"), safe=_READABLE)
    if len(encoded) <= _MAX_REASON_BYTES:
        return encoded
    characters = [quote(character.encode(errors="replace"), safe=_READABLE) for character in reason[:_MAX_REASON_BYTES]]
    max_bytes = _MAX_REASON_BYTES - len(_ELLIPSIS)
    ends = accumulate(map(len, characters))
    kept = (character for character, end in zip(characters, ends, strict=True) if end <= max_bytes)
    return "".join(kept) + _ELLIPSIS
