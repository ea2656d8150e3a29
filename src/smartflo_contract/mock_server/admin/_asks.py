"""Requests of the admin API, as its handlers get them: whose account is meant, and a body that is as described."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

import jsonschema_rs
import orjson
from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from smartflo_contract.mock_server._requests import read_body
from smartflo_contract.mock_server._state import State
from smartflo_contract.mock_server.admin._problems import Problem
from smartflo_contract.mock_server.admin._schemas import components
from smartflo_contract.schemas._errors import nearest

_MOST_ERRORS: Final = 20
_MOST_SHOWN: Final = 200
"""Characters of what is wrong."""


class Ask(NamedTuple):
    """A request that may be answered.

    Attributes:
        state: the fake.
        request: the request.
        account: id of the account that is meant, or ``EVERYONE``.
        content: its body, as described; ``None`` where the route takes none.
        place: the segment of the path that varies, if any.
    """

    state: State
    request: Request
    account: str
    content: Any = None
    place: str = ""


def content_of(request: Request, schema: str, most_bytes: int) -> Any:
    """Return the body of a request.

    Args:
        request: the request.
        schema: name among the components of the OpenAPI document.
        most_bytes: a longer one is refused before it is read.

    Raises:
        Problem: it is not JSON, too large, or not as described.
    """
    try:
        content = orjson.loads(read_body(request, most_bytes))
    except RequestEntityTooLarge:
        raise Problem(413, f"the body is larger than {most_bytes} bytes") from None
    except ValueError as error:
        raise Problem(400, f"the body is not JSON: {error}") from None
    try:
        errors = list(_errors(schema, content))
    except ValueError as error:  # the validator goes less deep than the parser
        raise Problem(400, f"the body cannot be checked: {error}") from None
    if errors:
        pointer, message = errors[0]
        raise Problem(422, f"{pointer[1:] or 'body'}: {message}", errors)
    return content


def _errors(name: str, content: object) -> Iterator[tuple[str, str]]:
    validator, schema = _validator(name), components()["schemas"][name]
    if validator.is_valid(content):
        return
    for number, error in enumerate(validator.iter_errors(content)):
        if number == _MOST_ERRORS:
            return
        path = list(error.instance_path)
        message = error.message if len(error.message) <= _MOST_SHOWN else f"{error.message[:_MOST_SHOWN]}..."
        known = schema.get("properties", {})
        if path:
            described = known.get(path[0], {}).get("description")
            message += f"; expected: {described}" if described else ""
        elif error.kind.name == "additionalProperties":
            unexpected = error.kind.unexpected  # type: ignore[attr-defined]
            message += f"; there are {', '.join(known)}.{nearest(str(unexpected[0]), known)}"
        yield "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path), message


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components()})
