"""Requests to the admin API about one account, in process."""

import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any, Final
from urllib.parse import quote, unquote_to_bytes

import orjson
from werkzeug.test import run_wsgi_app

from smartflo_contract.mock_server import FakeSmartflo
from smartflo_contract.mock_server.http.json_values import encode_json
from smartflo_contract.pytest_plugin._arguments import check_method

_PREFIX: Final = "/__admin"
_MIN_ERROR_STATUS: Final = 400
_MAX_PAGE_REQUESTS: Final = 1_000


class AdminClient:
    """A client of the admin API that adds the account to each request.

    Args:
        fake: the fake.
        login: login id of the account.
    """

    def __init__(self, fake: FakeSmartflo, login: str) -> None:
        """Create a client without connections."""
        self._app = fake.app
        self._login = login

    def __call__(self, method: str, path: str, body: object = None, *, name: str = "body") -> Any:
        """Send a request and return the decoded JSON of the response.

        Args:
            method: HTTP method.
            path: path below ``/__admin``, with or without a query.
            body: JSON value to send; ``None`` for no body.
            name: of the body, for messages.

        Raises:
            ValueError: the method or the path is wrong, the body is not JSON, or the admin API rejects the request; the
                message is the reason.
        """
        __tracebackhide__ = True
        if not isinstance(path, str) or not path.startswith("/") or path.startswith(_PREFIX):
            name = f"{path}".removeprefix("/").removeprefix(_PREFIX[1:]).removeprefix("/")
            message = f"path: expected a path below {_PREFIX}, such as `/{name or 'lists'}`, got `{path}`"
            raise ValueError(message)
        check_method(method)
        url = f"{_PREFIX}{path}{'&' if '?' in path else '?'}login={quote(self._login)}"
        data = None if body is None else encode_json(body, name)
        chunks, status, _ = run_wsgi_app(self._app, _environ(method, url, data), buffered=True)
        content = orjson.loads(b"".join(chunks))
        if int(status[:3]) < _MIN_ERROR_STATUS:
            return content
        raise ValueError(content["detail"] if isinstance(content, dict) and "detail" in content else status)

    def newest_requests(self, limit: int) -> dict[str, Any]:
        """Return the newest requests of the account, oldest first, and their number, as ``GET /__admin/requests``."""
        page: dict[str, Any] = self("GET", f"/requests?limit={limit}&order=newest")
        return {**page, "requests": page["requests"][::-1]}


def _environ(method: str, url: str, body: bytes | None) -> dict[str, Any]:
    """Return the WSGI environment of a request. Flask's test client would take longer than the fake's response."""
    path, _, query = url.partition("?")
    length = {} if body is None else {"CONTENT_LENGTH": str(len(body))}
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.encode(errors="replace").decode("latin-1"),
        "CONTENT_TYPE": "application/json",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body or b""),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **length,
    }


def all_requests(
    get_page: Callable[[str], dict[str, Any]], path: str, after: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """Return all recorded requests, oldest first, and the number of those that the journal dropped.

    Args:
        get_page: returns the decoded response to a GET of a path.
        path: of a route that returns pages of requests.
        after: id of a request; only later requests are returned.
    """
    requests: list[dict[str, Any]] = []
    while True:
        page = get_page(f"{path}?limit={_MAX_PAGE_REQUESTS}&after={requests[-1]['id'] if requests else after}")
        requests += page["requests"]
        if len(page["requests"]) < _MAX_PAGE_REQUESTS:
            return requests, page["dropped"]
