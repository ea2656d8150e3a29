"""Request bodies of the admin API: read, parsed and validated against ``components.json``."""

import json
from collections.abc import Collection, Iterator
from functools import cache
from itertools import islice
from typing import Any, Final

import jsonschema_rs
import orjson
from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from smartflo_contract.mock_server.admin.components import components
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.http.decoding_losses import decoding_loss
from smartflo_contract.mock_server.http.request_bodies import read_body
from smartflo_contract.schemas.errors import nearest
from smartflo_contract.schemas.json_pointer import json_pointer
from smartflo_contract.schemas.printable import truncate

_MAX_ERRORS: Final = 20
_MAX_BYTES_OF_ALL_ERRORS: Final = 1024 * 1024
"""Maximum size of a body of which all violations are reported; of a larger one, only the first is."""
_MAX_MESSAGE_CHARACTERS: Final = 200
_EMPTY_BODIES: Final = {b"", b"{}", b"null"}


def check_no_body(request: Request, max_bytes: int) -> None:
    """Reject a body with content where the route has none.

    Raises:
        Problem: the body has content, or cannot be read.
    """
    if read_raw_body(request, max_bytes).strip() not in _EMPTY_BODIES:
        raise Problem(
            422,
            "this route accepts no body; name an account with the Authorization header, or with ?account= or ?login=",
        )


def read_validated_body(request: Request, schema: str, max_bytes: int) -> Any:
    """Return the JSON body of a request.

    Args:
        request: the request.
        schema: name of its schema among the components.
        max_bytes: maximum size; a larger body is rejected before it is read.

    Raises:
        Problem: the body is too large, is not JSON, has an integer of more than 64 bits, or violates its schema.
    """
    return parse_validated(read_raw_body(request, max_bytes), schema, "body")


def parse_validated(body: bytes, schema: str, noun: str) -> Any:
    """Return a JSON document that conforms to its schema.

    Args:
        body: the document.
        schema: name of its schema among the components.
        noun: what the document is called in messages, such as ``body``.

    Raises:
        Problem: the document is not JSON, has an integer of more than 64 bits, is an array of leads with a duplicate
            key, or violates its schema.
    """
    examples = components()["schemas"][schema].get("examples", ())
    example = "".join(f"; for example {orjson.dumps(value).decode()}" for value in examples)
    is_large = len(body) > _MAX_BYTES_OF_ALL_ERRORS
    try:
        content = orjson.loads(body)
        loss = decoding_loss(body, content)
        del body  # a snapshot can have hundreds of megabytes
    except ValueError as error:
        raise Problem(400, f"the {noun} is not JSON: {error}{example}") from None
    if loss is not None:
        pointer, message = loss
        raise Problem(422, f"{pointer[1:] or noun}: {message}", [loss])
    try:
        errors = list(_errors(schema, content, max_errors=1 if is_large else _MAX_ERRORS))
    except ValueError as error:  # the validator supports less depth than the parser
        raise Problem(400, f"the {noun} cannot be validated: {error}") from None
    if errors:
        pointer, message = errors[0]
        raise Problem(422, f"{pointer[1:] or noun}: {message}{example}", errors)
    return content


def read_raw_body(request: Request, max_bytes: int) -> bytes:
    """Return the body of a request, which may be anything.

    Raises:
        Problem: the body is too large, or cannot be read.
    """
    try:
        return read_body(request, max_bytes)
    except RequestEntityTooLarge:
        raise Problem(413, f"the body is larger than {max_bytes} bytes") from None
    except ValueError as error:
        raise Problem(400, str(error)) from None


def _errors(name: str, content: object, *, max_errors: int) -> Iterator[tuple[str, str]]:
    """Yield JSON pointer and message of each violation, at most ``max_errors``.

    The validator collects all violations before it returns one, and each holds a copy of its value. So of a large body,
    only the first is searched.
    """
    validator, properties = _validator(name), components()["schemas"][name].get("properties", {})
    if validator.is_valid(content):
        return
    for error in (
        _first_error(validator, content) if max_errors == 1 else islice(validator.iter_errors(content), max_errors)
    ):
        path = list(error.instance_path)
        description = properties.get(path[0], {}).get("description") if path else None
        yield json_pointer(path), _message(error, description)


def _first_error(
    validator: jsonschema_rs.Draft202012Validator, content: object
) -> Iterator[jsonschema_rs.ValidationError]:
    try:
        validator.validate(content)
    except jsonschema_rs.ValidationError as error:
        yield error


def _message(error: jsonschema_rs.ValidationError, description: str | None) -> str:
    """Return what is wrong and what is expected instead.

    Args:
        error: error of the validator.
        description: description of the property that the error is in, if any.
    """
    kind: Any = error.kind
    properties = _properties(error)
    if kind.name == "anyOf":
        message = f"{_truncated(error.instance)} is not valid"
    elif kind.name == "enum":
        options = [str(option) for option in kind.options if option is not None]
        got = _truncated(error.instance)
        hint = nearest(got, options)
        return f"expected one of {', '.join(options)}, got {got}{f'.{hint}' if hint else ''}"
    elif kind.name == "minProperties":
        message = f"expected at least one of {', '.join(properties)}" if properties else "expected at least one key"
    else:
        message = error.message
        if len(message) > _MAX_MESSAGE_CHARACTERS:
            message = f"...{message[-_MAX_MESSAGE_CHARACTERS:]}"
    if kind.name == "additionalProperties" and not description:
        message += f"; choose from {', '.join(properties)}.{nearest(str(kind.unexpected[0]), properties)}"
    return f"{message}; expected: {description}" if description else message


def _properties(error: jsonschema_rs.ValidationError) -> Collection[str]:
    """Return the names of the properties of the object that an error is about, which may be in an array of the body."""
    schema: Any = {"components": components()}
    for part in error.schema_path[:-1]:
        schema = schema[part]
    return schema.get("properties", {}) if isinstance(schema, dict) else ()


def _truncated(value: object) -> str:
    return truncate(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components()})
