"""Answers that are no lead list: the vendor's shapes, the evidence, and the reason for people."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final
from urllib.parse import quote

import orjson
from flask import Response

EVIDENCE_HEADER: Final = "X-Smartflo-Fake-Evidence"
REASON_HEADER: Final = "X-Smartflo-Fake-Reason"
FAULT_HEADER: Final = "X-Smartflo-Fake-Fault"
_MAX_REASON_BYTES: Final = 500
_ELLIPSIS: Final = "..."
_READABLE: Final = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")
"""What stands in a reason as it is; the rest, and ``%`` itself, is percent-encoded."""


def json_response(
    status: int,
    body: Mapping[str, object] | Sequence[object],
    evidence: str,
    *,
    reason: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a JSON answer.

    Args:
        status: HTTP status.
        body: a JSON object or array.
        evidence: how well the least known part of the answer is known.
        reason: why, where it is no plain success.
        headers: more headers.
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
    """Return an error in the vendor's usual shape."""
    return json_response(status, {"success": False, "message": message}, evidence, reason=reason, headers=headers)


def percent_encode(reason: str) -> str:
    """Return a reason as header value: percent-encoded, at most 500 bytes, cut between characters."""
    whole = quote(reason.encode(errors="replace"), safe=_READABLE)
    if len(whole) <= _MAX_REASON_BYTES:
        return whole
    pieces = [quote(character.encode(errors="replace"), safe=_READABLE) for character in reason[:_MAX_REASON_BYTES]]
    room = _MAX_REASON_BYTES - len(_ELLIPSIS)
    ends = accumulate(map(len, pieces))
    return "".join(piece for piece, end in zip(pieces, ends, strict=True) if end <= room) + _ELLIPSIS


def truncate(text: str, most: int = 80) -> str:
    """Return text of a request, cut so that a reason stays readable."""
    return text if len(text) <= most else f"{text[:most]}{_ELLIPSIS}"
