"""``POST /v1/auth/login``: a token for a login id and a password."""

from typing import Final

import orjson
from flask import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from smartflo_contract.mock_server._answers import answer, refusal
from smartflo_contract.mock_server._state import State
from smartflo_contract.mock_server._tokens import LIFETIME

MOST_BYTES: Final = 64 * 1024
WRONG_PASSWORD: Final = "wrong"  # noqa: S105 - it opens nothing
_DAYS_LEFT: Final = 90
"""The password policy's 90 days, as on the day of a change."""
_KEYS: Final = ("email", "password")
_EXAMPLE: Final = '{"email": "you@example.com", "password": "any"}'


def post_login(state: State, request: Request) -> Response:
    """Answer with a token; any login id and any password but ``wrong`` will do."""
    try:
        content = orjson.loads(_body(request))
    except RequestEntityTooLarge:
        reason = f"the body is larger than {MOST_BYTES} bytes, and was not read; a login looks like {_EXAMPLE}"
        return refusal(413, "Request entity too large.", reason)
    except ValueError as error:
        return refusal(400, "Bad request.", f"the body is not JSON: {error}; a login looks like {_EXAMPLE}")
    if not isinstance(content, dict):
        return refusal(400, "Bad request.", f"the body is no JSON object; a login looks like {_EXAMPLE}")
    faults = {key: fault for key in _KEYS if (fault := _fault(key, content.get(key)))}
    if faults:
        return answer(422, faults, "assumed", reason=f"a login looks like {_EXAMPLE}")
    if content["password"] == WRONG_PASSWORD:
        reason = f"the password `{WRONG_PASSWORD}` is always refused, any other is taken; the status 401 is assumed"
        return refusal(401, "Invalid credentials", reason)
    token = state.tokens.issue(content["email"], state.clock())
    body = {
        "success": True,
        "access_token": token,
        "token_type": "bearer",
        "expires_in": LIFETIME,
        "number_of_days_left": _DAYS_LEFT,
    }
    return answer(200, body, "documented")


def _body(request: Request) -> bytes:
    """Return the body; read no more of a large one than shows that it is too large."""
    request.max_content_length = MOST_BYTES + 1  # werkzeug cuts a body of unknown length there, and says nothing
    body = request.get_data(cache=False)
    if len(body) > MOST_BYTES:
        raise RequestEntityTooLarge
    return body


def _fault(key: str, value: object) -> str | None:
    if value is None or value == "":
        return f"The {key} field is required."
    return None if isinstance(value, str) else f"The {key} must be a string."
