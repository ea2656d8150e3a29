"""The real API as the fixture ``smartflo``, for tests that are marked ``smartflo_live``: it is only read."""

import math
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from os import PathLike
from typing import Any, Final, NamedTuple

import requests
from flask import Flask, Response, request
from flask.testing import FlaskClient

from smartflo_contract.live._access import BASE_URL, HOSTS, credentials, token
from smartflo_contract.live._errors import LiveError
from smartflo_contract.live._polite import Pace
from smartflo_contract.pytest_plugin._guard import guarded
from smartflo_contract.pytest_plugin._told import unlike, wanted
from smartflo_contract.schemas import Contract, load_contract

_SECONDS: Final = 30
_NOT_PASSED_ON: Final = {"connection", "content-encoding", "content-length", "host", "transfer-encoding"}
"""Headers that speak of one connection."""


class Access(NamedTuple):
    """The real API, as all tests of a process have it.

    Attributes:
        url: scheme and host.
        token: an access token.
        pace: of their requests.
    """

    url: str
    token: str
    pace: Pace


def access(base_url: str | None, interval: str | None) -> Access:
    """Return how the real API is reached, after one login at most.

    Args:
        base_url: scheme and host; ``SMARTFLO_BASE_URL`` or the vendor's unless given.
        interval: seconds from one request to the next, of all processes that test; 1 unless given.

    Raises:
        LiveError: it cannot be reached, or the settings cannot be.
    """
    url = (base_url or os.environ.get("SMARTFLO_BASE_URL") or BASE_URL).rstrip("/")
    if not re.match(r"https://[^/]|http://(127\.|localhost\b|\[::1\])", url):  # else credentials would travel in clear
        message = f"--smartflo-base-url: expected https such as {BASE_URL}, or http on this machine, got `{url}`"
        raise LiveError(message)
    pace = Pace(_seconds(interval or "1") * int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    known = credentials()
    if known is None:
        message = "the credentials were in the environment when the tests were collected, and are there no more"
        raise LiveError(message)
    return Access(url, token(url, known), pace)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < math.inf:
        message = f"--smartflo-live-interval: expected seconds, 0 or more, got `{text}`"
        raise LiveError(message)
    return seconds


class LiveSmartflo:
    """The real API, which is only read; what needs the fake raises :class:`LiveError`.

    Attributes:
        url: scheme and host; the API's paths begin with ``/v1``.
        token: an access token.
        contract: profile ``lenient``: the real API may agree with either reading.
        requests: method and path of each request that went out in this test.
        unmatched: none; that is told of the fake alone.
    """

    def __init__(self, url: str, token: str, overlay: str | PathLike[str] | Mapping[str, Any] | None) -> None:
        """Ask for nothing yet."""
        self.url = url
        self.token = token
        self.contract: Contract = load_contract("lenient", overlay)
        self.requests: list[dict[str, Any]] = []
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

    @contextmanager
    def guard(self, pace: Pace) -> Iterator[None]:
        """Let nothing but reading go out, and only at a pace."""

        def sent(method: str, path: str) -> None:
            self.requests.append({"method": method, "path": path})

        with guarded(self.url, pace, sent):
            yield

    def intercept(self, hosts: Collection[str] = HOSTS) -> nullcontext[None]:  # noqa: ARG002 - as that of the fake
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
            self.url + request.full_path.removesuffix("?"),
            headers=headers,
            data=request.get_data(),
            timeout=_SECONDS,
            allow_redirects=False,
        )
        kept = [(name, value) for name, value in response.headers.items() if name.lower() not in _NOT_PASSED_ON]
        return Response(response.content, response.status_code, kept)
