"""Errors of HTTP libraries about a request, as one line without the path of the URL, which may be personal data."""

import ssl
from http.client import HTTPException, RemoteDisconnected
from typing import Final

import requests
from urllib3.exceptions import HTTPError, InvalidHeader, LocationParseError, ProtocolError

from smartflo_contract.live.client.urls import origin_of
from smartflo_contract.live.errors import ApiUnavailableError

REQUEST_ERRORS: Final = (OSError, HTTPError)
"""What sending a request may raise; errors of requests are of the former kind."""
_REASONS: Final = {
    "NameResolutionError": "the host name cannot be resolved",
    "ConnectTimeoutError": "no connection in time",
    "ReadTimeout": "no response in time",
    "ConnectionError": "the connection was closed before a response",
    "ProxyError": "the proxy cannot be reached",
}
"""Class name of a failure to what it means, for people."""


class NoResponseError(ApiUnavailableError):
    """There was no response, which may be temporary.

    Attributes:
        is_timeout: whether the reason is that nothing arrived in time.
    """

    def __init__(self, message: str, *, is_timeout: bool) -> None:
        """Keep the message."""
        super().__init__(message)
        self.is_timeout = is_timeout


def request_error(url: str, error: Exception) -> ApiUnavailableError:
    """Return what one of :data:`REQUEST_ERRORS` means.

    Args:
        url: the requested URL.
        error: the error.

    Returns:
        A :class:`NoResponseError` if another attempt may succeed.
    """
    if isinstance(error, requests.exceptions.SSLError):
        return ApiUnavailableError(f"no secure connection to {origin_of(url)}: {_tls_reason(error)}")
    if _is_invalid_response(error.args[0] if error.args else None):
        return NoResponseError(f"{origin_of(url)} sends a response that is not valid HTTP", is_timeout=False)
    if isinstance(error, requests.ConnectionError | requests.Timeout):
        message = f"cannot reach {origin_of(url)}: {_failure_reason(error)}"
        return NoResponseError(message, is_timeout=isinstance(error, requests.Timeout))
    if isinstance(error, LocationParseError):
        return ApiUnavailableError(f"cannot reach {origin_of(url)}: its host name is not valid")
    # Such as settings of proxies and certificates that do not exist.
    message = (
        f"cannot send a request to {origin_of(url)}: {type(error).__name__}; "
        "check the settings of proxies and certificates"
    )
    return ApiUnavailableError(message)


def _is_invalid_response(wrapped: object) -> bool:
    """Return whether the cause of an error is a response that is not valid HTTP."""
    cause = wrapped.args[-1] if isinstance(wrapped, ProtocolError) else None
    is_malformed = isinstance(cause, HTTPException) and not isinstance(cause, RemoteDisconnected)
    return is_malformed or isinstance(wrapped, InvalidHeader)


def _failure_reason(error: Exception) -> str:
    """Return why a connection failed; the class name of the cause if that is all that is known.

    requests wraps the cause in an error about retries that it does not do.
    """
    wrapped = error.args[0] if error.args else None
    cause = getattr(wrapped, "reason", None) or error
    if isinstance(cause.__cause__, ConnectionRefusedError):
        return "connection refused"
    name = type(cause).__name__
    return _REASONS.get(name, name)


def _tls_reason(error: BaseException | None) -> str:
    """Return what is wrong with a certificate, or that TLS fails for another reason."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate is not valid: {error.verify_message.splitlines()[0]}"
        error = error.__context__
    return "TLS fails"
