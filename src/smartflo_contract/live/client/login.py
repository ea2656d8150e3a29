"""The login at the real API."""

from typing import Final

import requests
from urllib3.exceptions import HTTPError

from smartflo_contract.live.client.credentials import LOGIN_PATH, Credentials, credentials_from_environment
from smartflo_contract.live.client.deadline import Deadline
from smartflo_contract.live.client.http_session import send_login
from smartflo_contract.live.client.limits import MAX_RESPONSE_SECONDS
from smartflo_contract.live.client.response_body import read_small_json
from smartflo_contract.live.client.secret_spellings import hide_secret
from smartflo_contract.live.errors import ApiUnavailableError, LiveError
from smartflo_contract.schemas.printable import escape_unprintable

_MAX_MESSAGE_CHARACTERS: Final = 200


def access_token(
    base_url: str, credentials: Credentials | None = None, max_seconds: float = MAX_RESPONSE_SECONDS
) -> str:
    """Return the access token of the credentials, after at most one login: repeated failures lock the account.

    Args:
        base_url: root URL of the API, without ``/v1``.
        credentials: a token, which is returned unchanged, or a login; by default those in the environment.
        max_seconds: maximum seconds for the login.

    Raises:
        LiveError: there are no credentials, or the API cannot be reached or refuses the login.
    """
    credentials = credentials or credentials_from_environment()
    if credentials is None:
        message = "there are no credentials: set SMARTFLO_TOKEN, or SMARTFLO_EMAIL and SMARTFLO_PASSWORD"
        raise LiveError(message)
    if credentials.token:
        return credentials.token
    body = {"email": credentials.email, "password": credentials.password}
    deadline = Deadline(max_seconds)
    try:
        response = send_login(f"{base_url}{LOGIN_PATH}", body, deadline)
    except (OSError, HTTPError) as error:  # OSError: errors of requests, or a certificate file that does not exist
        message = f"cannot log in at {base_url}: {type(error).__name__}"
        raise ApiUnavailableError(message) from None
    with response:
        answer = read_small_json(response, deadline)
    if answer is None:
        deadline.check()
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if response.status_code == requests.codes.ok and isinstance(token, str) and token:
        return token
    raise ApiUnavailableError(_refusal(base_url, credentials, response.status_code, answer))


def _refusal(base_url: str, credentials: Credentials, status: int, answer: object) -> str:
    """Return why a login was refused: status, message and ``retry_after``, without the credentials."""
    values = answer if isinstance(answer, dict) else {}
    shown = {key: values.get(key) for key in ("message", "retry_after")}
    details = [f"{key}: {value}" for key, value in shown.items() if isinstance(value, str | int | float)]
    text = ", ".join([f"status {status}", *details])
    for secret in (credentials.email, credentials.password):
        text = hide_secret(text, secret)
    return f"the login at {base_url} was refused: {escape_unprintable(text)[:_MAX_MESSAGE_CHARACTERS]}"
