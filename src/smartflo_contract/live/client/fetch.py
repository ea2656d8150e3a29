"""Fetching one URL of the real API: by GET and a login only, one request at a time."""

from collections.abc import Iterator, MutableMapping
from typing import Final

import requests

from smartflo_contract.live.client.credentials import Credentials
from smartflo_contract.live.client.fetcher import ApiResponse, Fetcher
from smartflo_contract.live.client.login import access_token
from smartflo_contract.live.client.response_body import parse_json
from smartflo_contract.live.client.urls import api_root_of, origin_of, validate_url
from smartflo_contract.live.errors import ApiUnavailableError, LiveError

_MAX_LOGINS: Final = 2
"""Tokens that are tried for one URL."""
_EXPIRED: Final = "token has expired"
_MAX_ERROR_BYTES: Final = 4 * 1024
"""Size up to which an object is searched for an error message."""


def fetch(
    url: str,
    *,
    credentials: Credentials | None,
    tokens: MutableMapping[str, str] | None = None,
    fetcher: Fetcher | None = None,
) -> ApiResponse:
    """Fetch a URL and return the response, which the caller closes.

    Every status except 401, 429 and 5xx is returned, whatever the body is. Iterating over its chunks raises
    :class:`TruncatedBodyError` after the last chunk of a body that ends too early, and :class:`LiveError` itself if the
    body exceeds its time. A ``Content-Length`` that is too small is not detected: the body ends there, and so does the
    JSON.

    The token is sent unchanged, and only to scheme, host and port of the URL. An expired token that a login returned is
    replaced once. A refused login is not repeated.

    Args:
        url: ``https``, or ``http`` on a loopback host.
        credentials: a token or a login; ``None`` sends no credentials.
        tokens: tokens of earlier logins by the root URL of their API; receives new ones.
        fetcher: sends the requests; by default one with the default limits.

    Raises:
        NotSentError: the URL or a redirect would do more than read.
        LiveError: the API cannot be reached, refuses the credentials, limits the rate for too long, or redirects to a
            URL that is not followed.
    """
    start = validate_url(url)
    fetcher = fetcher or Fetcher()
    if credentials is None:
        return _require_authorized(fetcher.get(start, None), start)
    if credentials.token:
        response = _get_with_token(fetcher, start, credentials.token)
    else:
        response = _get_with_login(fetcher, start, credentials, {} if tokens is None else tokens)
    if response is None:
        reason = (
            "check that SMARTFLO_TOKEN is correct and has not expired"
            if credentials.token
            else f"{_MAX_LOGINS} logins in a row returned one that it refuses"
        )
        message = f"{origin_of(start)} refuses the token: {reason}"
        raise ApiUnavailableError(message)
    return response


def _get_with_login(
    fetcher: Fetcher, start: str, credentials: Credentials, tokens: MutableMapping[str, str]
) -> ApiResponse | None:
    """Return the response after a login, and after a second one if the token is refused; ``None`` if both are."""
    root, response = api_root_of(start), None
    for _ in range(_MAX_LOGINS):
        if root not in tokens:
            tokens[root] = access_token(root, credentials, fetcher.max_seconds)
        response = _get_with_token(fetcher, start, tokens[root])
        if response is not None:
            break
        del tokens[root]
    return response


def _get_with_token(fetcher: Fetcher, start: str, token: str) -> ApiResponse | None:
    """Return the response to a request with a token; ``None`` if the token is refused."""
    response = fetcher.get(start, _validate_token(token))
    if response.status == requests.codes.unauthorized or _reports_expired_token(response):
        response.close()
        return None
    return response


def _require_authorized(response: ApiResponse, start: str) -> ApiResponse:
    if response.status == requests.codes.unauthorized:
        response.close()
        message = (
            f"{origin_of(start)} requires credentials (401): "
            "set SMARTFLO_TOKEN, or SMARTFLO_EMAIL and SMARTFLO_PASSWORD"
        )
        raise LiveError(message)
    return response


def _reports_expired_token(response: ApiResponse) -> bool:
    """Return whether a body with status 200 is an object with that message; the body stays complete."""
    if response.status != requests.codes.ok:
        return False
    start, error = b"", None
    rest = response.chunks
    try:
        for chunk in rest:
            start += chunk
            if len(start) > _MAX_ERROR_BYTES or not start.lstrip().startswith(b"{"):
                break
    except LiveError as caught:
        error = caught
    response.chunks = _chunks_again(start, rest, error)
    answer = parse_json(start) if start.lstrip().startswith(b"{") else None
    message = answer.get("message") if isinstance(answer, dict) else None
    return isinstance(message, str) and message.strip(" .").lower() == _EXPIRED


def _chunks_again(start: bytes, rest: Iterator[bytes], error: LiveError | None) -> Iterator[bytes]:
    """Yield the start of a body again, and then the rest, or raise the error that ended it."""
    if start:
        yield start
    if error is not None:
        raise error
    yield from rest


def _validate_token(token: str) -> str:
    """Return a token that can be sent in a header; the error of the HTTP library would show it."""
    if token.isascii() and token.isprintable():
        return token
    message = "the token cannot be sent: it contains characters other than printable ASCII"
    raise LiveError(message)
