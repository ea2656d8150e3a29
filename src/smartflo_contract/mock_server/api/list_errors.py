"""Responses to list ids without a list: unknown ids, and ids that stand for an error."""

from typing import Final

from flask import Response

from smartflo_contract.mock_server.config.quirks import Quirks
from smartflo_contract.mock_server.http.error_responses import ErrorResponse
from smartflo_contract.mock_server.http.responses import error_response, json_response
from smartflo_contract.schemas.printable import truncate

LEADS_PATH: Final = "/v1/broadcast/leads"


def unknown_list_response(list_id: str, unknown_list: str) -> Response:
    """Return the response to an unknown list id.

    Args:
        list_id: the path segment; empty for a path without an id.
        unknown_list: value of the quirk with this name.
    """
    if list_id.isascii() and list_id.isdigit():
        reason = (
            f"this account has no list with the id {truncate(list_id)}; GET /v1/broadcast/lists returns its lists, and "
            "a configuration file can add some"
        )
    elif list_id:
        reason = f"replace `{truncate(list_id)}` with a numeric list id, for example {LEADS_PATH}/8668"
    else:
        reason = f"append a numeric list id, for example {LEADS_PATH}/8668"
    if unknown_list == "empty":
        return json_response(200, [], "assumed", reason=reason)
    return error_response(200 if unknown_list == "200_error" else 404, "List not found.", reason)


def magic_error_response(list_id: str, error: ErrorResponse, quirks: Quirks) -> Response:
    """Return the error response that a magic list id stands for."""
    reason = f"list id {list_id} always returns {error.status} here; 8668 returns leads and accepts changes"
    status, body, evidence = error.with_quirks(quirks)
    return json_response(status, body, evidence, reason=reason)


def unwritable_list_response(list_id: str, error: ErrorResponse | None, quirks: Quirks) -> Response:
    """Return the response to a write to a list id without a list.

    Args:
        list_id: the path segment.
        error: the error response that the id stands for; ``None`` for an unknown id.
        quirks: the value of every quirk.
    """
    if error is not None:
        return magic_error_response(list_id, error, quirks)
    return unknown_list_response(list_id, "404" if quirks["unknown_list"] == "empty" else quirks["unknown_list"])
