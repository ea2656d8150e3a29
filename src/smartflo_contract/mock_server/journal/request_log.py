"""One line for each request, for a terminal: what the client sent and how the fake answered, without secrets."""

from typing import Final

from flask import Request, Response

from smartflo_contract.mock_server.faults.injectors import sends_response
from smartflo_contract.mock_server.http.responses import EVIDENCE_HEADER, FAULT_HEADER, REASON_HEADER
from smartflo_contract.mock_server.journal.redaction import redact_reason, redact_string
from smartflo_contract.schemas.printable import escape_unprintable, truncate

_MAX_PATH_CHARACTERS: Final = 200


def describe_request(request: Request, response: Response) -> str:
    """Return method, path, status, evidence, fault and reason of a request as one line, with secrets masked.

    A query is left out: it may contain personal data.
    """
    headers = response.headers
    fault, reason = headers.get(FAULT_HEADER), headers.get(REASON_HEADER)
    parts = [
        request.method,
        truncate(redact_string(request.path), _MAX_PATH_CHARACTERS),
        str(response.status_code) if sends_response(fault) else "no response",
        headers.get(EVIDENCE_HEADER, ""),
        "" if fault is None else f"fault {fault}",
        "" if reason is None else f"({redact_reason(reason, request.path)})",
    ]
    return escape_unprintable(" ".join(filter(None, parts)))
