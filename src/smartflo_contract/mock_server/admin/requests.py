"""Requests of the admin API, as its handlers get them: whose account is meant, and a body that is as described."""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final, NamedTuple

import jsonschema_rs
import orjson
from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from smartflo_contract.mock_server.admin.components import components
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.http.request_bodies import read_body
from smartflo_contract.mock_server.http.responses import truncate
from smartflo_contract.schemas.errors import nearest
from smartflo_contract.schemas.json_pointer import json_pointer

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


def check_query(request: Request, known: Sequence[str]) -> None:
    """Refuse a parameter that means nothing: with one that is misspelt a request might speak of all accounts.

    Raises:
        Problem: there is one.
    """
    for name in request.args:
        if name not in known:
            there = f"there are {', '.join(known)}.{nearest(name, known)}" if known else "there are none here"
            raise Problem(422, f"{name[:_MOST_SHOWN]}: unknown parameter; {there}")


def whole_number(ask: Ask, name: str, most: int, usual: int) -> int:
    """Return a parameter that is a whole number from 0 on.

    Args:
        ask: the request.
        name: of the parameter.
        most: the greatest that it may be.
        usual: where it is not there.

    Raises:
        Problem: it is no such number.
    """
    text = ask.request.args.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= most):  # noqa: PLR2004 - digits
        raise Problem(422, f"{name}: expected a whole number from 0 to {most}")
    return int(text)


def check_no_body(request: Request, most_bytes: int) -> None:
    """Refuse a body that says something where none is wanted.

    Raises:
        Problem: there is one.
    """
    if _read(request, most_bytes).strip() not in {b"", b"{}", b"null"}:
        raise Problem(422, "this request takes no body; an account is named by the Authorization header or ?account=")


def content_of(request: Request, schema: str, most_bytes: int) -> Any:
    """Return the body of a request.

    Args:
        request: the request.
        schema: name among the components of the OpenAPI document.
        most_bytes: a longer one is refused before it is read.

    Raises:
        Problem: it is not JSON, too large, or not as described.
    """
    examples = components()["schemas"][schema].get("examples", ())
    example = "".join(f"; for example {orjson.dumps(one).decode()}" for one in examples)
    try:
        content = orjson.loads(_read(request, most_bytes))
    except ValueError as error:
        raise Problem(400, f"the body is not JSON: {error}{example}") from None
    try:
        errors = list(_errors(schema, content))
    except ValueError as error:  # the validator goes less deep than the parser
        raise Problem(400, f"the body cannot be checked: {error}") from None
    if errors:
        pointer, message = errors[0]
        raise Problem(422, f"{pointer[1:] or 'body'}: {message}{example}", errors)
    return content


def _read(request: Request, most_bytes: int) -> bytes:
    try:
        return read_body(request, most_bytes)
    except RequestEntityTooLarge:
        raise Problem(413, f"the body is larger than {most_bytes} bytes") from None
    except ValueError as error:
        raise Problem(400, str(error)) from None


def _errors(name: str, content: object) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a body: JSON pointer and message."""
    validator, known = _validator(name), components()["schemas"][name].get("properties", {})
    if validator.is_valid(content):
        return
    for error in islice(validator.iter_errors(content), _MOST_ERRORS):
        path = list(error.instance_path)
        pointer = json_pointer(path)
        yield pointer, _message(error, known, known.get(path[0], {}).get("description") if path else None)


def _message(error: jsonschema_rs.ValidationError, known: Collection[str], expected: str | None) -> str:
    """Return what is wrong, and what was expected.

    Args:
        error: of the validator.
        known: keys that the body may have.
        expected: what the key is for, where the error is at one.
    """
    kind: Any = error.kind
    if kind.name == "anyOf":
        message = f"{_shown(error.instance)} does not fit"
    elif kind.name == "enum":
        options = [option for option in kind.options if option is not None]
        message = f"expected one of {', '.join(map(str, options))}.{nearest(_shown(error.instance), map(str, options))}"
    elif kind.name == "minProperties":
        message = f"expected some of {', '.join(known)}" if known else "expected something"
    else:
        message = error.message if len(error.message) <= _MOST_SHOWN else f"...{error.message[-_MOST_SHOWN:]}"
    if kind.name == "additionalProperties" and not expected:
        message += f"; there are {', '.join(known)}.{nearest(str(kind.unexpected[0]), known)}"
    return f"{message}; expected: {expected}" if expected else message


def _shown(value: object) -> str:
    return truncate(value if isinstance(value, str) else repr(value))


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components()})
