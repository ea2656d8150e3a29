"""The vendor's error responses by status: body and evidence."""

from collections.abc import Mapping
from typing import Final, NamedTuple

_INVALID: Final = 422


class ErrorResponse(NamedTuple):
    """An error response of the vendor's API.

    Attributes:
        status: HTTP status.
        body: JSON object in one of the vendor's shapes.
        evidence: the weakest evidence for any part of the response.
    """

    status: int
    body: dict[str, object]
    evidence: str

    def with_quirks(self, quirks: Mapping[str, str]) -> "ErrorResponse":
        """Return the response with the quirks ``rate_limit_success`` and ``validation_errors`` applied."""
        if self.status == _INVALID:
            return self._replace(body=validation_body(self.body, quirks))
        if self.body.get("success") != "false" or quirks["rate_limit_success"] == "text":
            return self
        return self._replace(body=self.body | {"success": False}, evidence="assumed")


def validation_body(messages: Mapping[str, object], quirks: Mapping[str, str]) -> dict[str, object]:
    """Return the body of a response to invalid values: key to message, or to a list of messages with a quirk."""
    is_list = quirks["validation_errors"] == "list"
    return {key: [message] if is_list else message for key, message in messages.items()}


def _message(message: str, success: object = False) -> dict[str, object]:  # noqa: FBT002 - the vendor's key
    return {"success": success, "message": message}


ERROR_RESPONSES: Final[Mapping[int, ErrorResponse]] = {
    response.status: response
    for response in (
        ErrorResponse(400, _message("Bad request."), "assumed"),
        ErrorResponse(401, _message("Token has expired"), "observed"),
        ErrorResponse(403, _message("You do not have access to this list."), "assumed"),
        ErrorResponse(404, _message("List not found."), "assumed"),
        ErrorResponse(422, {"id": "Provide a valid id."}, "assumed"),
        ErrorResponse(429, _message("Too many requests.", success="false"), "documented"),
        ErrorResponse(500, _message("Internal server error."), "assumed"),
        ErrorResponse(502, _message("Bad gateway."), "assumed"),
        ErrorResponse(503, _message("Service unavailable."), "assumed"),
        ErrorResponse(504, _message("Gateway timeout."), "assumed"),
    )
}
"""Status to error response, for the statuses that have a magic list id."""


def error_response_for(status: int, quirks: Mapping[str, str]) -> ErrorResponse:
    """Return the error response for any status from 400 to 599, with quirks applied."""
    unknown = ErrorResponse(status, _message("Error."), "assumed")
    return ERROR_RESPONSES.get(status, unknown).with_quirks(quirks)
