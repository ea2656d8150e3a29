"""The fixture ``smartflo`` of a test marked ``smartflo_live``: the real API, which is only read."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from flask import Flask, Response, request
from flask.testing import FlaskClient

from smartflo_contract.live import LiveError
from smartflo_contract.live.client.http_session import send_unchanged
from smartflo_contract.live.client.vendor_hosts import VENDOR_HOSTS
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.searches import check_path, check_search
from smartflo_contract.mock_server.journal.matching import mismatches
from smartflo_contract.pytest_plugin._arguments import check_times, request_criteria
from smartflo_contract.pytest_plugin._assertion_messages import Query, expectation, mismatch_lines
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.overlay import OverlaySource

_HOP_BY_HOP_HEADERS: Final = {"connection", "content-encoding", "content-length", "host", "transfer-encoding"}
"""Headers that describe one connection and are not forwarded."""


class Secret(str):
    """A string that failing tests do not print."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return asterisks."""
        return "'***'"


class FakeRequiredError(LiveError, AttributeError):
    """A member of ``smartflo`` needs the fake. Tools that look at it, such as Hypothesis, see no such attribute."""


class LiveSmartflo:
    """The real API, which is only read. Members that need the fake raise :class:`FakeRequiredError`.

    Attributes:
        url: scheme and host; paths of the API start with ``/v1``.
        token: access token; failing tests do not show it.
        contract: the contract under the profile ``lenient``, because the real API may follow either reading.
        requests: method and path of each request that this test has sent.
        unmatched: always empty; only the fake knows unmatched requests.
    """

    def __init__(
        self,
        url: str,
        token: str,
        overlay: OverlaySource | None,
        sent_requests: list[dict[str, Any]],
        own_routes: Collection[str] = (),
    ) -> None:
        """Use a token; no request is sent.

        Args:
            url: scheme and host.
            token: access token.
            overlay: a partial lead schema, ``None`` for none.
            sent_requests: method and path of each request of the test.
            own_routes: names of the routes of the configuration, which the vendor may have.
        """
        self.url = url
        self.token = Secret(token)
        self.contract: Contract = load_contract("lenient", overlay)
        self.requests = sent_requests
        self.unmatched: list[dict[str, Any]] = []
        self._own_routes = own_routes

    def __repr__(self) -> str:
        """Return the URL."""
        return f"<Smartflo at {self.url}, the real API>"

    def __getattr__(self, name: str) -> Any:
        """Reject members that need the fake."""
        if name.startswith("_"):
            raise AttributeError(name)
        message = f"smartflo.{name} needs the fake; this test is marked smartflo_live, and the real API is only read"
        raise FakeRequiredError(message)

    @property
    def headers(self) -> dict[str, str]:
        """Headers that send the raw token."""
        return {"Authorization": self.token}

    @property
    def client(self) -> FlaskClient:
        """A Flask test client that sends the token and forwards requests to the real API."""
        app = Flask(__name__, static_folder=None)
        app.testing = True  # a request that is not sent raises, instead of status 500
        app.before_request(self._forward)
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = self.token
        return client

    def intercept(self, hosts: Collection[str] = VENDOR_HOSTS) -> nullcontext[None]:  # noqa: ARG002 - Smartflo's signature
        """Return a context without effect: requests go to the real hosts."""
        return nullcontext()

    def assert_called(
        self, method: str, path: str, *, times: int | None = None, json: Any = None, query: Query | None = None
    ) -> None:
        """Fail unless matching requests were sent; see :meth:`Smartflo.assert_called`."""
        __tracebackhide__ = True
        for name, value in (("json", json), ("query", query)):
            if value is not None:
                message = f"{name}= needs the fake, which records bodies and queries"
                raise LiveError(message)
        check_times(times)
        total = self._count(method, path)
        if total != times if times is not None else total == 0:
            lines = mismatch_lines(expectation(method, path, json, None, times), total, self.requests)
            raise AssertionError("\n".join(lines))

    def assert_not_called(self, method: str, path: str, *, json: Any = None, query: Query | None = None) -> None:
        """Fail if a matching request was sent; see :meth:`Smartflo.assert_called`."""
        __tracebackhide__ = True
        self.assert_called(method, path, times=0, json=json, query=query)

    def _count(self, method: str, path: str) -> int:
        """Return how many requests with a method and a path were sent.

        Raises:
            ValueError: no request could have them; the message names the nearest route.
        """
        __tracebackhide__ = True
        criteria = request_criteria(method, path)
        with _problems_as_value_errors():
            check_search(criteria, self._own_routes)
            total = sum(not mismatches(criteria, self._as_entry(sent)) for sent in self.requests)
            if not total:
                check_path(criteria, self._own_routes)
        return total

    def _as_entry(self, sent: Mapping[str, str]) -> dict[str, Any]:
        """Return a sent request in the form of the journal, without the path of the base URL."""
        path = sent["path"].removeprefix(urlsplit(self.url).path)
        return {"method": sent["method"], "path": unquote(path), "route": None}

    def _forward(self) -> Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP_HEADERS}
        url = self.url + request.environ["REQUEST_URI"]  # unchanged, with its percent-encoding
        response = send_unchanged(request.method, url, headers, request.get_data())
        kept = [(name, value) for name, value in response.headers.items() if name.lower() not in _HOP_BY_HOP_HEADERS]
        return Response(response.content, response.status_code, kept)


@contextmanager
def _problems_as_value_errors() -> Iterator[None]:
    __tracebackhide__ = True
    try:
        yield
    except Problem as problem:
        raise ValueError(problem.detail) from None
