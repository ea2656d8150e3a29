"""The login at the real API, which gives a token."""

from typing import Final

import requests
from urllib3.exceptions import HTTPError

from smartflo_contract.live.client.credentials import LOGIN, Credentials
from smartflo_contract.live.client.http_session import log_in
from smartflo_contract.live.client.response_body import small_value
from smartflo_contract.live.errors import LiveError

_LONGEST_MESSAGE: Final = 200


def token(base_url: str, known: Credentials) -> str:
    """Return an access token, after one login at most: the API locks out who fails often.

    Args:
        base_url: scheme and host, without ``/v1``.
        known: what opens the account.

    Raises:
        LiveError: the API cannot be reached, or refuses the login.
    """
    if known.token:
        return known.token
    body = {"email": known.email, "password": known.password}
    try:
        response = log_in(f"{base_url}{LOGIN}", body)
    except (OSError, HTTPError) as error:  # requests' own are of the first; certificates that are no file as well
        message = f"cannot log in at {base_url}: {type(error).__name__}"
        raise LiveError(message) from None
    with response:
        told = small_value(response)
    found = told.get("access_token") if isinstance(told, dict) else None
    if response.status_code == requests.codes.ok and isinstance(found, str) and found:
        return found
    raise LiveError(_refused(base_url, known, response.status_code, told))


def _refused(base_url: str, known: Credentials, status: int, told: object) -> str:
    """Return why a login was refused: status, message and ``retry_after``, without what was sent."""
    said = told if isinstance(told, dict) else {}
    parts = [f"{key}: {said[key]}" for key in ("message", "retry_after") if isinstance(said.get(key), str)]
    text = ", ".join([f"status {status}", *parts]).replace(known.email, "***").replace(known.password, "***")
    return f"the login at {base_url} was refused: {_one_line(text)[:_LONGEST_MESSAGE]}"


def _one_line(text: str) -> str:
    """Return a text that others wrote as a line that can be printed."""
    return "".join(one if one.isprintable() else " " for one in text)
