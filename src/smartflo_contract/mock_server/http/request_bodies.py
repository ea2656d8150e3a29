"""Bodies of requests: read no further than they may be long, parsed, and held against their schema."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import jsonschema_rs
import orjson
from flask import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from smartflo_contract.mock_server.http.responses import error_response, json_response
from smartflo_contract.schemas.engine import violations, without_look_ahead
from smartflo_contract.schemas.request_schemas import request_schema

BODY_KEY: Final = "smartflo_contract.body"
"""Where in a request's WSGI environment its body stands once it has been read, for the journal."""
_MOST_FAULTS: Final = 50
_MESSAGES: Final = {
    "required": "The {name} field is required.",
    "enum": "The selected {name} is invalid.",
    "minLength": "The {name} field is required.",
    "maxLength": "The {name} is too long.",
    "maxItems": "The {name} has too many items.",
}
"""Messages by keyword, in the words of the framework that the vendor's other answers point to; assumed."""
_ANY_OTHER: Final = "Provide a valid {name}."
"""The wording of the one such answer that public clients have met."""


class BodySpec(NamedTuple):
    """What the body of a request may be.

    Attributes:
        schema: name of its definition.
        max_bytes: a longer one is refused before it is read.
        example: shown where it is not as it should be.
    """

    schema: str
    max_bytes: int
    example: str


SMALL_BODY_BYTES: Final = 1024 * 1024
"""Bytes of a body with one lead or list."""
LARGE_BODY_BYTES: Final = 32 * 1024 * 1024
"""Bytes of a body with many leads: the 10,000 that clients send at once, with room."""


def read_json_object(request: Request, body: BodySpec) -> dict[str, Any] | Response:
    """Return the object in the body of a request, or the answer to one that is not as it should be."""
    try:
        content = orjson.loads(read_body(request, body.max_bytes))
    except RequestEntityTooLarge:
        reason = f"the body is larger than {body.max_bytes} bytes, and was not read; for example {body.example}"
        return error_response(413, "Request entity too large.", reason)
    except ValueError as error:
        return error_response(400, "Bad request.", f"the body is not JSON: {error}; for example {body.example}")
    if not isinstance(content, dict):
        return error_response(400, "Bad request.", f"the body is no JSON object; for example {body.example}")
    try:
        faults = _faults(body.schema, content)
    except ValueError as error:  # the validator goes less deep than the parser
        return error_response(400, "Bad request.", f"the body cannot be checked: {error}; for example {body.example}")
    return json_response(422, faults, "assumed", reason=f"for example {body.example}") if faults else content


def unknown_keys(body: BodySpec, content: Mapping[str, Any]) -> list[str]:
    """Return the keys of a request's object that mean nothing: its schema does not name them."""
    return sorted(content.keys() - _names(body.schema))


def read_body(request: Request, most: int) -> bytes:
    """Return the body; read no more of a large one than shows that it is too large."""
    request.max_content_length = most + 1  # werkzeug cuts a body of unknown length there, and says nothing
    body = request.environ[BODY_KEY] = request.get_data(cache=False)
    if len(body) > most:
        raise RequestEntityTooLarge
    if len(body) < (request.content_length or 0):  # Granian says nothing where a client goes in the middle
        message = f"it ends after {len(body)} of {request.content_length} bytes"
        raise ValueError(message)
    return body


def _faults(schema: str, content: dict[str, Any]) -> dict[str, str]:
    """Return what is wrong with a body: place, with dots between the keys, to message."""
    validator = _validator(schema)
    if validator.is_valid(content):
        return {}
    faults: dict[str, str] = {}
    for violation in violations(validator, content):
        name = ".".join(map(str, violation.path)) or "body"
        faults.setdefault(name, _MESSAGES.get(violation.keyword, _ANY_OTHER).format(name=name))
        if len(faults) == _MOST_FAULTS:
            break
    return faults


@cache
def _names(schema: str) -> frozenset[str]:
    return frozenset(request_schema(schema)["properties"])


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(without_look_ahead(request_schema(schema)))
