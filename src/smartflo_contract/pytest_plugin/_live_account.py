"""The fixture ``smartflo`` of a test marked ``smartflo_live``: the real API, which is only read."""

import re
from collections.abc import Collection
from contextlib import nullcontext
from typing import Any, Final

from flask import Flask, Response, request
from flask.testing import FlaskClient

from smartflo_contract.live import LiveError
from smartflo_contract.live.client.http_session import send_unchanged
from smartflo_contract.live.client.vendor_hosts import VENDOR_HOSTS
from smartflo_contract.pytest_plugin._assertion_messages import expectation, mismatch_lines
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.overlay import OverlaySource

_HOP_BY_HOP_HEADERS: Final = {"connection", "content-encoding", "content-length", "host", "transfer-encoding"}
"""Headers that describe one connection and are not forwarded."""
_PLACEHOLDER: Final = re.compile(r"\\\{[^/]*?\\\}")
"""``{id}`` in an escaped path."""


class Secret(str):
    """A string that failing tests do not print."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return asterisks."""
        return "'***'"


class LiveSmartflo:
    """The real API, which is only read. Members that need the fake raise :class:`LiveError`.

    Attributes:
        url: scheme and host; paths of the API start with ``/v1``.
        token: access token; failing tests do not show it.
        contract: the contract under the profile ``lenient``, because the real API may follow either reading.
        requests: method and path of each request that this test has sent.
        unmatched: always empty; only the fake knows unmatched requests.
    """

    def __init__(
        self, url: str, token: str, overlay: OverlaySource | None, sent_requests: list[dict[str, Any]]
    ) -> None:
        """Use a token; no request is sent."""
        self.url = url
        self.token = Secret(token)
        self.contract: Contract = load_contract("lenient", overlay)
        self.requests = sent_requests
        self.unmatched: list[dict[str, Any]] = []

    def __repr__(self) -> str:
        """Return the URL."""
        return f"<Smartflo at {self.url}, the real API>"

    def __getattr__(self, name: str) -> Any:
        """Reject members that need the fake."""
        if name.startswith("_"):
            raise AttributeError(name)
        message = f"smartflo.{name} needs the fake; this test is marked smartflo_live, and the real API is only read"
        raise LiveError(message)

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

    def assert_called(self, method: str, path: str, *, times: int | None = None, json: Any = None) -> None:
        """Fail unless matching requests were sent; see :meth:`Smartflo.assert_called`."""
        __tracebackhide__ = True
        total = self._count(method, path, json)
        if total != times if times is not None else total == 0:
            lines = mismatch_lines(expectation(method, path, json, None, times), total, self.requests)
            raise AssertionError("\n".join(lines))

    def assert_not_called(self, method: str, path: str, *, json: Any = None) -> None:
        """Fail if a matching request was sent; see :meth:`Smartflo.assert_called`."""
        __tracebackhide__ = True
        self.assert_called(method, path, times=0, json=json)

    def _count(self, method: str, path: str, json: Any) -> int:
        if json is not None:
            message = "json= needs the fake, which records bodies"
            raise LiveError(message)
        pattern = re.compile(_PLACEHOLDER.sub("[^/]+", re.escape(path)))
        return sum(
            sent["method"] == method.upper() and pattern.fullmatch(sent["path"]) is not None for sent in self.requests
        )

    def _forward(self) -> Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP_HEADERS}
        url = self.url + request.environ["REQUEST_URI"]  # unchanged, with its percent-encoding
        response = send_unchanged(request.method, url, headers, request.get_data())
        kept = [(name, value) for name, value in response.headers.items() if name.lower() not in _HOP_BY_HOP_HEADERS]
        return Response(response.content, response.status_code, kept)
