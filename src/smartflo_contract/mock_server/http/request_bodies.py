"""Read, parse and validate the bodies of requests."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import orjson
from flask import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from smartflo_contract.mock_server.http.error_responses import validation_body
from smartflo_contract.mock_server.http.forms import is_form, parse_form
from smartflo_contract.mock_server.http.responses import error_response, json_response
from smartflo_contract.schemas.describe import describe
from smartflo_contract.schemas.request_schemas import request_validator
from smartflo_contract.schemas.validator import look_up

BODY_KEY: Final = "smartflo_contract.body"
"""Key of the WSGI environment under which the body is kept for the journal once it has been read."""
_MAX_ERRORS: Final = 50
_MAX_EXPECTED: Final = 2
"""Maximum number of keys of which the reason states what is expected: a reason is short."""
_MESSAGES: Final = {
    "required": "The {name} field is required.",
    "enum": "The selected {name} is invalid.",
    "minLength": "The {name} field is required.",
    "maxLength": "The {name} is too long.",
    "maxItems": "The {name} has too many items.",
}
"""Message by schema keyword. Assumed: the wording of the framework that the vendor's other responses suggest."""
_DEFAULT_MESSAGE: Final = "Provide a valid {name}."
"""Message of all other keywords: the only such message that public clients have met."""


class BodySpec(NamedTuple):
    """The body that a route accepts.

    Attributes:
        schema: name of the schema.
        max_bytes: maximum size; larger bodies are rejected without reading them whole.
        example: a valid body, for error messages.
    """

    schema: str
    max_bytes: int
    example: str


SMALL_BODY_BYTES: Final = 1024 * 1024
"""Maximum size of a body with one lead or list."""
LARGE_BODY_BYTES: Final = 32 * 1024 * 1024
"""Maximum size of a body with many leads. Clients send up to 10,000 at once, which are about 13 MB."""


def read_object(
    request: Request, body: BodySpec, quirks_for: Callable[[Mapping[str, Any]], Mapping[str, str]]
) -> dict[str, Any] | Response:
    """Return the object in the body of a request, which is JSON or a form, or the response to an invalid body.

    Args:
        request: the request.
        body: the body that the route accepts.
        quirks_for: returns the value of every quirk for the account of the object, which is not valid yet.
    """
    try:
        content = parse_body(request.content_type, read_body(request, body.max_bytes))
    except RequestEntityTooLarge:
        reason = f"the body is larger than {body.max_bytes} bytes and was not read; for example {body.example}"
        return error_response(413, "Request entity too large.", reason)
    except ValueError as error:
        return error_response(400, "Bad request.", f"{error}; for example {body.example}")
    if not isinstance(content, dict):
        return error_response(400, "Bad request.", f"the body is not a JSON object; for example {body.example}")
    try:
        errors, expected = _validate(body.schema, content)
    except ValueError as error:  # the validator's depth limit is lower than the parser's
        return error_response(400, "Bad request.", f"the body cannot be validated: {error}; for example {body.example}")
    if not errors:
        return content
    reason = "; ".join((*expected, f"for example {body.example}"))
    return validation_response(errors, quirks_for(content), reason)


def parse_body(content_type: str | None, body: bytes) -> Any:
    """Return the JSON value in a body, or the fields of a form as an object. Any other content type is ignored.

    Raises:
        ValueError: the body is neither; the message states why.
    """
    if is_form(content_type, body):
        try:
            return parse_form(content_type or "", body)
        except ValueError as error:
            message = f"the form cannot be read: {error}"
            raise ValueError(message) from None
    try:
        return orjson.loads(body)
    except ValueError as error:
        message = f"the body is not JSON: {error}"
        raise ValueError(message) from None


def validation_response(messages: Mapping[str, str], quirks: Mapping[str, str], reason: str = "") -> Response:
    """Return the response to values that cannot be used, in the shape of the quirk ``validation_errors``.

    Args:
        messages: key to message.
        quirks: the value of every quirk.
        reason: a hint for people.
    """
    return json_response(422, validation_body(messages, quirks), "assumed", reason=reason)


def invalid_values(is_valid: Mapping[str, bool]) -> dict[str, str]:
    """Return the message for each name whose value is not valid.

    Args:
        is_valid: name to whether its value is valid.
    """
    return {name: _DEFAULT_MESSAGE.format(name=name) for name, valid in is_valid.items() if not valid}


def unknown_keys(body: BodySpec, content: Mapping[str, Any]) -> list[str]:
    """Return the keys of a request's object that its schema does not define, sorted."""
    return sorted(content.keys() - request_validator(body.schema).schema["properties"].keys())


def read_body(request: Request, max_bytes: int) -> bytes:
    """Return the body of a request without reading much more than ``max_bytes``. It is read once.

    Raises:
        RequestEntityTooLarge: the body is larger than ``max_bytes``.
        ValueError: the body ends before its ``Content-Length``.
    """
    if BODY_KEY not in request.environ:
        request.max_content_length = max_bytes + 1  # Werkzeug silently truncates a body of unknown length at this size
        request.environ[BODY_KEY] = request.get_data(cache=False)
    body: bytes = request.environ[BODY_KEY]
    if len(body) > max_bytes:
        raise RequestEntityTooLarge
    if len(body) < (request.content_length or 0):  # Granian does not report a client that disconnects
        message = f"it ends after {len(body)} of {request.content_length} bytes"
        raise ValueError(message)
    return body


def _validate(schema: str, content: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Return the errors of a body: path with dots between the keys, to message; and what a few values must be."""
    validator = request_validator(schema)
    if validator.is_valid(content):
        return {}, []
    errors: dict[str, str] = {}
    expected: list[str] = []
    for violation in validator.violations(content):
        name = ".".join(map(str, violation.path)) or "body"
        if name in errors:
            continue
        errors[name] = _MESSAGES.get(violation.keyword, _DEFAULT_MESSAGE).format(name=name)
        if violation.keyword != "required" and len(expected) < _MAX_EXPECTED:
            expected.append(f"{name}: expected {describe(look_up(validator.schema, violation.schema_path[:-1]))}")
        if len(errors) == _MAX_ERRORS:
            break
    return errors, expected
