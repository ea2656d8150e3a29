"""The real API as the fixture ``smartflo``, for tests that are marked ``smartflo_live``: it is only read."""

import math
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from os import PathLike
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import requests
from flask import Flask, Response, request
from flask.testing import FlaskClient

from smartflo_contract.live import LiveError
from smartflo_contract.live.client.credentials import (
    DEFAULT_BASE_URL,
    VENDOR_HOSTS,
    Credentials,
    credentials_from_environment,
)
from smartflo_contract.live.client.login import access_token
from smartflo_contract.live.client.rate_limiter import RateLimiter
from smartflo_contract.live.client.request_guard import require_read_only
from smartflo_contract.live.client.urls import validate_base_url
from smartflo_contract.pytest_plugin._assertion_messages import unlike, wanted
from smartflo_contract.pytest_plugin._http_patches import CLAIMS, Claim
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.hosts import is_loopback

T = TypeVar("T")
_SECONDS: Final = 30
_NOT_PASSED_ON: Final = {"connection", "content-encoding", "content-length", "host", "transfer-encoding"}
"""Headers that speak of one connection."""


class Live:
    """The real API, as all tests of a process have it.

    Args:
        base_url: its root.
        interval: seconds from one request to the next, of all processes together.
        process: number of this process, from 0.
        processes: how many there are.

    Attributes:
        url: its root.

    Raises:
        LiveError: it cannot be so.
    """

    def __init__(self, base_url: str | None, interval: str | None, process: int, processes: int) -> None:
        """Ask for nothing yet."""
        self.url = _of_option(
            "base-url", validate_base_url, base_url or os.environ.get("SMARTFLO_BASE_URL") or DEFAULT_BASE_URL
        )
        self._rate_limiter = RateLimiter(_of_option("live-interval", _seconds, interval or "1"), process, processes)
        self._token: str | None = None
        self._refused: str | None = None

    def told(self) -> tuple[str | None, str | None]:
        """Return a token, or why there is none; there is one login at most: the API locks out who fails often."""
        if self._token is None and self._refused is None:
            try:
                self._token = access_token(self.url, credentials_from_environment() or Credentials(""))
            except LiveError as error:
                self._refused = str(error)
        return self._token, self._refused

    def tell(self, told: tuple[str | None, str | None]) -> None:
        """Take what another process was told."""
        self._token, self._refused = told

    @contextmanager
    def guarded(self, requests_sent: list[dict[str, Any]]) -> Iterator[None]:
        """Let nothing but reading go to the API and to the vendor's hosts, and only at a pace.

        Args:
            requests_sent: gets method and path of each request.
        """
        root = urlsplit(self.url)
        port = root.port or (443 if root.scheme == "https" else 80)

        def wants(host: str, at: int) -> bool:
            if is_loopback(root.hostname or "", allow_subdomains=False):  # where fakes are as well
                return (is_loopback(host, allow_subdomains=False) and at == port) or host in VENDOR_HOSTS
            return host == root.hostname or host in VENDOR_HOSTS

        def check(method: str, path: str) -> None:
            require_read_only(method, path, root.path)

        def turn(method: str, path: str) -> float:
            requests_sent.append({"method": method.upper(), "path": path})
            return self._rate_limiter.reserve()

        with CLAIMS.made(Claim(wants, check, turn)):
            yield


def _of_option(name: str, made: Callable[[str], T], text: str) -> T:
    try:
        return made(text)
    except LiveError as error:
        message = f"--smartflo-{name}: {error}"
        raise LiveError(message) from None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < math.inf:
        message = f"expected seconds, 0 or more, got `{text}`"
        raise LiveError(message)
    return seconds


class Secret(str):
    """A text that tests do not print when they fail."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "'***'"


class LiveSmartflo:
    """The real API, which is only read; what needs the fake raises :class:`LiveError`.

    Attributes:
        url: scheme and host; the API's paths begin with ``/v1``.
        token: an access token, which is not shown where a test fails.
        contract: profile ``lenient``: the real API may agree with either reading.
        requests: method and path of each request that went out in this test.
        unmatched: none; that is told of the fake alone.
    """

    def __init__(
        self,
        url: str,
        token: str,
        overlay: str | PathLike[str] | Mapping[str, Any] | None,
        requests_sent: list[dict[str, Any]],
    ) -> None:
        """Ask for nothing yet."""
        self.url = url
        self.token = Secret(token)
        self.contract: Contract = load_contract("lenient", overlay)
        self.requests = requests_sent
        self.unmatched: list[dict[str, Any]] = []

    def __repr__(self) -> str:
        """Tell where it is."""
        return f"<Smartflo at {self.url}, the real API>"

    def __getattr__(self, name: str) -> Any:
        """Refuse what needs the fake."""
        if name.startswith("_"):
            raise AttributeError(name)
        message = f"smartflo.{name} needs the fake; this test is marked smartflo_live, and the real API is only read"
        raise LiveError(message)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request; the token is raw."""
        return {"Authorization": self.token}

    @property
    def client(self) -> FlaskClient:
        """A Flask test client that sends the token, and passes requests on to the real API."""
        app = Flask(__name__, static_folder=None)
        app.testing = True  # what is refused here is raised, and is no status
        app.before_request(self._pass_on)
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = self.token
        return client

    def intercept(self, hosts: Collection[str] = VENDOR_HOSTS) -> nullcontext[None]:  # noqa: ARG002 - as that of the fake
        """Leave the vendor's hosts what they are."""
        return nullcontext()

    def assert_called(self, method: str, path: str, *, times: int | None = None, json: Any = None) -> None:
        """Fail unless a request has gone out; see :meth:`Smartflo.assert_called`."""
        __tracebackhide__ = True
        total = self._count(method, path, json)
        if total != times if times is not None else total == 0:
            raise AssertionError("\n".join(unlike(wanted(method, path, json, None, times), total, self.requests)))

    def assert_not_called(self, method: str, path: str, *, json: Any = None) -> None:
        """Fail where a request has gone out; see :meth:`Smartflo.assert_called`."""
        __tracebackhide__ = True
        self.assert_called(method, path, times=0, json=json)

    def _count(self, method: str, path: str, json: Any) -> int:
        if json is not None:
            message = "json= needs the fake, which has a journal of bodies"
            raise LiveError(message)
        pattern = re.compile(re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(path)))
        return sum(
            one["method"] == method.upper() and pattern.fullmatch(one["path"]) is not None for one in self.requests
        )

    def _pass_on(self) -> Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _NOT_PASSED_ON}
        response = requests.request(
            request.method,
            self.url + request.environ["REQUEST_URI"],  # as it was written, percent signs and all
            headers=headers,
            data=request.get_data(),
            timeout=_SECONDS,
            allow_redirects=False,
        )
        kept = [(name, value) for name, value in response.headers.items() if name.lower() not in _NOT_PASSED_ON]
        return Response(response.content, response.status_code, kept)
