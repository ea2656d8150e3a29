"""One list of the real API, read over HTTP: by GET and a login alone, one request at a time.

What a caller has to expect, in this order:

1. :func:`fetch` raises :class:`LiveError` where there is no answer to look at: nobody can be reached, credentials are
   refused, the API asks to wait for too long, or a redirect is one that is not followed.
2. Any other answer is returned, whatever its status is: a 404 and a page of HTML are for the caller to judge.
3. ``pieces`` raises :class:`CutError` after the last piece of a body that ends too early; what came before can be
   judged. It raises :class:`LiveError` itself where a body does not end within ``max_seconds``.

A ``Content-Length`` that is too small cannot be told from a right one: the pieces end with it, and so does the JSON.
"""

import math
import ssl
import time
from collections.abc import Callable, Iterator, MutableMapping
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, NamedTuple, Self
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from smartflo_contract.live.client.credentials import Credentials, checked_url
from smartflo_contract.live.client.http_session import get
from smartflo_contract.live.client.login import token
from smartflo_contract.live.client.request_guard import MOST_SECONDS, check_reading
from smartflo_contract.live.client.response_body import pieces, small_value, value
from smartflo_contract.live.errors import LiveError

_INDIA: Final = timezone(timedelta(hours=5, minutes=30))
_LOGINS: Final = 2
"""With how many tokens, one after the other, a URL is asked for at most."""
_REDIRECTS: Final = 5
_REDIRECT: Final = frozenset({301, 302, 303, 307, 308})
_PAUSES: Final = (0.5, 1.5)
"""Seconds between attempts to reach somebody."""
_ATTEMPTS_SECONDS: Final = 5
"""In which all attempts begin."""
_LONGEST_HINT: Final = 10**8
"""Seconds."""
_EXPIRED: Final = "token has expired"
_BEGINNING: Final = 4 * 1024
"""Bytes, in which an object that stands for an error fits."""
_PORTS: Final = {"http": 80, "https": 443}


class Fetched:
    """An answer, whose body has not been read; it holds a connection until it is closed.

    Attributes:
        status: HTTP status.
        content_type: as declared; ``None`` where nothing is.
        length: bytes of the body as they are sent, as declared; ``None`` where nothing is.
        url: where it was read at last.
        pieces: the body, decoded, as it comes; can be read once. See the module for what it raises.
    """

    def __init__(self, response: requests.Response, url: str, body: Iterator[bytes]) -> None:
        """Take over an open response."""
        length = response.headers.get("Content-Length", "").strip()
        self.status: int = response.status_code
        self.content_type: str | None = response.headers.get("Content-Type")
        self.length = int(length) if length.isascii() and length.isdigit() else None
        self.url = url
        self.pieces = body
        self._response = response

    def __enter__(self) -> Self:
        """Close it at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let the connection go, whatever is still to come."""
        self._response.close()


def fetch(
    url: str,
    *,
    known: Credentials | None,
    tokens: MutableMapping[str, str] | None = None,
    max_wait: float = 60,
    max_seconds: float = MOST_SECONDS,
    sleep: Callable[[float], object] = time.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
) -> Fetched:
    """Ask for a URL, and return the answer, which is to be closed.

    A token is sent as it is, and to the scheme, host and port of the URL alone. One that a login gave is had anew
    once, where the API says that it has expired. A refused login is not tried again.

    Args:
        url: what to read: https, or http on this machine.
        known: what opens the account; ``None`` sends no credentials.
        tokens: those that logins gave before, by the root of the API that they are for; gets those that this gives.
        max_wait: seconds that are waited at most, all together, where the API answers 429.
        max_seconds: how long the body may take, with what is done between its pieces.
        sleep: waits for seconds.
        now: the time, with its zone.
        clock: seconds, which only ever grow.

    Raises:
        NotSentError: the URL, or one that it redirects to, would do more than read.
        LiveError: there is no answer to look at; the module says when.
    """
    start = _checked(url)
    asking = _Asking(max_wait, max_seconds, sleep, now, clock)
    if known is None:
        return _allowed(asking.followed(start, None), start)
    if known.token:
        found = _with_token(asking, start, known.token)
    else:
        found = _with_login(asking, start, known, {} if tokens is None else tokens)
    if found is None:
        why = "is SMARTFLO_TOKEN right, and not expired?" if known.token else "two logins gave it, one after the other"
        message = f"{_origin(start)} refuses the token: {why}"
        raise LiveError(message)
    return found


def _with_login(asking: "_Asking", start: str, known: Credentials, tokens: MutableMapping[str, str]) -> Fetched | None:
    """Return the answer to who has logged in, anew where the token is refused; ``None`` where the next one is, too."""
    base, found = base_of(start), None
    for _ in range(_LOGINS):
        if base not in tokens:
            tokens[base] = token(base, known)
        found = _with_token(asking, start, tokens[base])
        if found is not None:
            break
        del tokens[base]
    return found


def _with_token(asking: "_Asking", start: str, secret: str) -> Fetched | None:
    """Return the answer to who has a token; ``None`` where the token is refused."""
    found = asking.followed(start, _sendable(secret))
    if found.status == requests.codes.unauthorized or _says_expired(found):
        found.close()
        return None
    return found


def _allowed(found: Fetched, start: str) -> Fetched:
    if found.status == requests.codes.unauthorized:
        found.close()
        message = (
            f"{_origin(start)} answers 401 without credentials: "
            "set SMARTFLO_TOKEN, or SMARTFLO_EMAIL and SMARTFLO_PASSWORD"
        )
        raise LiveError(message)
    return found


class _Asking:
    """Asks until there is an answer, and keeps count of the time that was waited."""

    def __init__(
        self,
        max_wait: float,
        max_seconds: float,
        sleep: Callable[[float], object],
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        self._max_wait, self._max_seconds = max_wait, max_seconds
        self._sleep, self._now, self._clock = sleep, now, clock
        self._waited, self._pause = 0.0, 1.0

    def followed(self, start: str, secret: str | None) -> Fetched:
        """Return the answer at the end of all redirects."""
        url = start
        for _ in range(_REDIRECTS + 1):
            response = self._welcome(url, secret)
            location = response.headers.get("Location")
            if response.status_code not in _REDIRECT or location is None:
                return self._opened(response, url)
            response.close()
            url = _redirected(url, location, with_token=secret is not None)
        message = f"{_origin(start)} redirects more than {_REDIRECTS} times"
        raise LiveError(message)

    def _opened(self, response: requests.Response, url: str) -> Fetched:
        try:
            return Fetched(response, url, pieces(response, self._max_seconds, self._clock))
        except LiveError:
            response.close()
            raise

    def _welcome(self, url: str, secret: str | None) -> requests.Response:
        """Return an answer that is not 429."""
        while True:
            response = self._reached(url, secret)
            if response.status_code != requests.codes.too_many_requests:
                return response
            with response:
                until = _until(response, self._now())
            self._wait(url, until)

    def _wait(self, url: str, until: datetime | None) -> None:
        """Wait as long as the API asks for, and longer each time, because it may not say, or say nothing new."""
        least = (until - self._now()).total_seconds() if until else 0.0
        left = self._max_wait - self._waited
        if left <= 0 or least > left:
            told = f"until {until:%Y-%m-%d %H:%M:%S} Indian time" if until else "but does not say until when"
            message = (
                f"{_origin(url)} answers 429 and asks to wait {told}; {self._max_wait:g} seconds are the most here"
            )
            raise LiveError(message)
        pause = min(max(least, self._pause), left)
        self._waited, self._pause = self._waited + pause, self._pause * 2
        self._sleep(pause)

    def _reached(self, url: str, secret: str | None) -> requests.Response:
        """Return an answer that is no 5xx."""
        began, pauses = self._clock(), iter(_PAUSES)
        while True:
            response = _sent(url, secret)
            if isinstance(response, requests.Response):
                if response.status_code < requests.codes.server_error:
                    return response
                response.close()
                told = f"{_origin(url)} answers {response.status_code}"
            else:
                told = f"cannot reach {_origin(url)}: {response.why}"
            pause = next(pauses, math.inf)
            if self._clock() - began + pause > _ATTEMPTS_SECONDS:
                raise LiveError(told)
            self._sleep(pause)


class _Unreached(NamedTuple):
    why: str


def _sent(url: str, secret: str | None) -> requests.Response | _Unreached:
    """Return the answer to one request, or why there is none this time.

    Raises:
        LiveError: nor will there be another time.
    """
    try:
        return get(url, secret)
    except requests.exceptions.SSLError as error:
        message = f"no secure connection to {_origin(url)}: {_of_certificate(error)}"
        raise LiveError(message) from None
    except (requests.ConnectionError, requests.Timeout) as error:
        return _Unreached(_reason(error))
    except (OSError, HTTPError) as error:  # such as settings of proxies and certificates that name nothing
        message = (
            f"cannot ask {_origin(url)}: {type(error).__name__}; are the settings of proxy and certificates right?"
        )
        raise LiveError(message) from None


def _reason(error: Exception) -> str:
    """Return the name of what happened, which is deeper inside where requests tells of retries that it does not do."""
    inner = error.args[0] if error.args else None
    return type(getattr(inner, "reason", None) or error).__name__


def _of_certificate(error: BaseException | None) -> str:
    """Return what is wrong with a certificate, or the kind of the error where it is about none."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate is not valid: {error.verify_message.splitlines()[0]}"
        error = error.__context__
    return "TLS fails"


def _until(response: requests.Response, now: datetime) -> datetime | None:
    """Return until when a 429 asks to wait, as Indian time: by its body, or else its header."""
    told = small_value(response)
    hints = [told.get("retry_after") if isinstance(told, dict) else None, response.headers.get("Retry-After")]
    return next((found for hint in hints if isinstance(hint, str) and (found := _moment(hint.strip(), now))), None)


def _moment(text: str, now: datetime) -> datetime | None:
    """Return what a text says: seconds from now, Indian time without a zone, or the date of a header."""
    try:
        if text.isascii() and text.isdigit():
            return now.astimezone(_INDIA) + timedelta(seconds=min(int(text), _LONGEST_HINT))
        if text[:1].isdigit():
            return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=_INDIA)
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(_INDIA)
    except (ValueError, OverflowError):
        return None


def _says_expired(found: Fetched) -> bool:
    """Whether a body with status 200 is the object that says so; the body stays whole."""
    if found.status != requests.codes.ok:
        return False
    start, failed = b"", None
    body = found.pieces
    try:
        for piece in body:
            start += piece
            if len(start) > _BEGINNING or not start.lstrip().startswith(b"{"):
                break
    except LiveError as error:
        failed = error
    found.pieces = _again(start, body, failed)
    said = value(start) if start.lstrip().startswith(b"{") else None
    message = said.get("message") if isinstance(said, dict) else None
    return isinstance(message, str) and message.strip(" .").lower() == _EXPIRED


def _again(start: bytes, body: Iterator[bytes], failed: LiveError | None) -> Iterator[bytes]:
    """Yield what was taken of a body, and then the rest, or its end."""
    if start:
        yield start
    if failed is not None:
        raise failed
    yield from body


def _sendable(secret: str) -> str:
    """Return a token that can stand in a header; the errors of others would show it."""
    if secret.isascii() and secret.isprintable():
        return secret
    message = "the token cannot be sent: it has other characters than those of ASCII that can be printed"
    raise LiveError(message)


def _checked(text: str) -> str:
    """Return a URL as it is sent, without what stands behind ``#``.

    Raises:
        NotSentError: it would do more than read.
        LiveError: it is none, or what is read would travel in clear.
    """
    made = requests.PreparedRequest()
    try:
        made.prepare_url(text, None)
        url = str(made.url).partition("#")[0]
        parts = urlsplit(url)
        origin = _origin(url)
    except ValueError:
        message = "expected a URL such as https://api.example.com/v1/broadcast/leads/8668"
        raise LiveError(message) from None
    if "@" in parts.netloc:
        message = "the URL has a login in it: give it as SMARTFLO_TOKEN, or SMARTFLO_EMAIL and SMARTFLO_PASSWORD"
        raise LiveError(message)
    checked_url(origin)
    check_reading("GET", parts.path)
    return url


def _redirected(url: str, location: str, *, with_token: bool) -> str:
    """Return where a redirect leads to.

    Raises:
        LiveError: it is not followed.
    """
    origin = _origin(url)
    try:
        target = _checked(urljoin(url, location))
    except (LiveError, ValueError) as error:
        message = f"{origin} redirects to where nobody follows: {error}"
        raise LiveError(message) from None
    if with_token and _origin(target) != origin:
        message = f"{origin} redirects to {_origin(target)}, which is not followed: the token is for the first alone"
        raise LiveError(message)
    before, after = urlsplit(url), urlsplit(target)
    if after.scheme != "https" and (before.scheme, before.hostname) != (after.scheme, after.hostname):
        message = f"{origin} redirects to {_origin(target)}, which is not followed: expected https"
        raise LiveError(message)
    return target


def _origin(url: str) -> str:
    """Return scheme, host and port, which is all that errors say of a URL: the rest may be personal."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in {None, _PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def base_of(url: str) -> str:
    """Return the root of the API that a URL is of: what stands before ``/v1/``."""
    path = urlsplit(url).path
    return _origin(url) + (path.partition("/v1/")[0] if "/v1/" in path else "")
