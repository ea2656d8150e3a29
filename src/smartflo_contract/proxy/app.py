"""The proxy as a WSGI application: its own admin API and pages, and requests that are passed on."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson
from flask import Flask, Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from smartflo_contract.mock_server.admin.dispatch import is_admin_path
from smartflo_contract.mock_server.admin.index import accepts_page
from smartflo_contract.mock_server.app import app_of
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.http.responses import REASON_HEADER, REQUEST_HEADER, percent_encode
from smartflo_contract.mock_server.http.route_names import GET_LEADS
from smartflo_contract.mock_server.http.web_pages import foreign_header
from smartflo_contract.mock_server.journal.entry import SentResponse
from smartflo_contract.mock_server.journal.redaction import redact_headers
from smartflo_contract.mock_server.journal.request_log import describe_request
from smartflo_contract.proxy.body_check import FINDINGS_HEADER, STREAMED
from smartflo_contract.proxy.checked_body import CheckedBody, Outcome
from smartflo_contract.proxy.config import ProxyConfig
from smartflo_contract.proxy.errors import UpstreamError
from smartflo_contract.proxy.recorder import Recorder
from smartflo_contract.proxy.upstream import Upstream, UpstreamRequest, UpstreamResponse

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_REQUEST_BYTES: Final = 64 * 1024 * 1024
_TITLES: Final = {
    403: "Not passed on",
    413: "Content too large",
    502: "Bad gateway",
    504: "Gateway timeout",
}
_READS: Final = frozenset({"GET", "HEAD"})
_BODILESS: Final = frozenset({204, 304})
_CUT: Final = "the connection to the client was closed before the end of the body"


class _Exchange(NamedTuple):
    """A request that is passed on.

    Attributes:
        request: the request.
        route: method and path as in the OpenAPI document; ``None`` if no route matched.
    """

    request: Request
    route: str | None


class _UpstreamResponse(Response):
    """A response of the upstream, whose content type may be absent."""

    default_mimetype = None


class ProxyApp:
    """Passes requests on, and answers those to its own pages.

    Args:
        config: the configuration.
        sleep: sleeps for some seconds.
    """

    def __init__(self, config: ProxyConfig, sleep: Callable[[float], object] = time.sleep) -> None:
        """Connect to nothing yet."""
        self._config = config
        self._state = State(config.fake)
        self._own_pages: Flask = app_of(self._state)
        self._upstream = Upstream(config, sleep)
        self._recorder = None if config.record is None else Recorder(Path(config.record), config.overlay)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Respond to a request."""
        request = Request(environ)
        if is_admin_path(request.path) or _is_page(request):
            return self._own_pages(environ, start_response)
        return self._respond(request)(environ, start_response)

    def close(self) -> None:
        """Release what the journal needs."""
        self._state.close()

    def _respond(self, request: Request) -> Response:
        """Return the response to a request that is passed on, or refused."""
        header = foreign_header(self._config.host, (), request.environ)
        if header is not None:
            return self._own_response(_Exchange(request, None), 403, _foreign(header))
        decision = self._config.policy.decide(request.method, request.path)
        exchange = _Exchange(request, decision.route)
        if decision.refusal:
            return self._own_response(exchange, 403, f"not passed on: {decision.refusal}")
        try:
            response = self._upstream.send(_upstream_request(request, decision.route))
        except RequestEntityTooLarge:
            return self._own_response(exchange, 413, f"the body is larger than {MAX_REQUEST_BYTES:,} bytes")
        except UpstreamError as error:
            return self._own_response(exchange, error.status, str(error))
        return self._pass_on(exchange, response)

    def _pass_on(self, exchange: _Exchange, response: UpstreamResponse) -> Response:
        """Return a response of the upstream, once its body is checked or larger than the buffer."""
        request = exchange.request
        list_id = _list_id(exchange) if request.method == "GET" else None
        query = request.query_string.decode("latin-1")
        body = CheckedBody(self._config, response, list_id, query, self._recorder)
        try:
            chunks = body.buffered()
            if chunks is None:
                return self._streamed(exchange, response, body)
            outcome = body.end()
        except UpstreamError as error:
            body.abort()
            return self._own_response(exchange, error.status, str(error))
        if self._config.fail and outcome.has_breaks:
            return self._own_response(exchange, 502, outcome.reason, outcome)
        length = response.length if request.method == "HEAD" else body.size
        sent = _client_response(response, outcome, b"".join(chunks), length)
        return self._recorded(exchange, sent, outcome)

    def _streamed(self, exchange: _Exchange, response: UpstreamResponse, body: CheckedBody) -> Response:
        """Return a response whose body is passed on while it is checked. The last chunk waits for the check."""

        def stream() -> Iterator[bytes]:
            outcome, is_complete = Outcome(None, _CUT), False
            try:
                held = b""
                for chunk in body.rest():
                    yield held
                    held = chunk
                outcome = body.end()
                is_complete = not (self._config.fail and outcome.has_breaks)
                if is_complete:
                    yield held
            except UpstreamError as error:
                outcome = Outcome(None, str(error))
            finally:
                if outcome.findings is None and not is_complete:
                    body.abort()
                sent = _client_response(response, outcome, b"", body.size)
                self._recorded(exchange, sent, outcome)
            if not is_complete:
                raise ConnectionAbortedError(outcome.reason)  # the client must not take the body for complete

        headers = [*response.headers, (FINDINGS_HEADER, STREAMED)]
        return _UpstreamResponse(stream(), response.status, headers=headers)

    def _own_response(
        self,
        exchange: _Exchange,
        status: int,
        reason: str,
        outcome: Outcome = Outcome(None),  # noqa: B008 - immutable
    ) -> Response:
        """Return a problem document (RFC 9457) of the proxy itself, and add it to the journal."""
        problem: dict[str, Any] = {
            "type": "about:blank",
            "title": _TITLES[status],
            "status": status,
            "detail": reason,
        }
        if outcome.findings is not None:
            problem["findings"] = [finding.as_dict() for finding in outcome.findings]
        response = Response(orjson.dumps(problem), status, mimetype="application/problem+json")
        response.headers[FINDINGS_HEADER] = outcome.header
        response.headers[REASON_HEADER] = percent_encode(reason)
        return self._recorded(exchange, response, outcome)

    def _recorded(self, exchange: _Exchange, response: Response, outcome: Outcome) -> Response:
        """Add a request and its response to the journal, and to standard error if it deserves a line."""
        environ = exchange.request.environ
        kept = tuple(redact_headers(dict(response.headers)).items())
        sent = SentResponse(response.status_code, kept)
        account_id = self._state.account_of(environ)
        response.headers[REQUEST_HEADER] = self._state.add_to_journal(environ, account_id, exchange.route, sent)
        is_own = response.mimetype == "application/problem+json"
        if self._config.verbose or is_own or outcome.has_breaks or outcome.note:
            sys.stderr.write(f"{describe_request(exchange.request, response)}\n")
            sys.stderr.flush()
        return response


def _is_page(request: Request) -> bool:
    """Return whether a browser requests the root: the API has nothing there."""
    return request.path == "/" and request.method in _READS and accepts_page(request)


def _foreign(header: str) -> str:
    return f"{header} of the request shows that it comes from a web page of another site; use 127.0.0.1 or localhost"


def _upstream_request(request: Request, route: str | None) -> UpstreamRequest:
    """Return a request for the upstream.

    Raises:
        RequestEntityTooLarge: its body is too large.
    """
    request.max_content_length = MAX_REQUEST_BYTES
    query = request.query_string.decode("latin-1")
    is_read = request.method in _READS and route is not None
    target = f"{request.path}?{query}" if query else request.path
    return UpstreamRequest(request.method, target, list(request.headers), request.get_data(), is_read=is_read)


def _list_id(exchange: _Exchange) -> str | None:
    """Return the id of the lead list that a request reads; ``None`` for another route."""
    return exchange.request.path.rstrip("/").rpartition("/")[2] if exchange.route == GET_LEADS else None


def _client_response(response: UpstreamResponse, outcome: Outcome, body: bytes, length: int | None) -> Response:
    """Return a response of the upstream with what was found.

    Args:
        response: the response of the upstream.
        outcome: what was found.
        body: the body.
        length: value of ``Content-Length``; ``None`` for none.
    """
    sent = _UpstreamResponse(iter(()) if length is None else body, response.status, headers=response.headers)
    del sent.headers["Content-Length"]
    if length is not None and response.status not in _BODILESS:
        sent.headers["Content-Length"] = str(length)
    sent.headers[FINDINGS_HEADER] = outcome.header
    if outcome.reason:
        sent.headers[REASON_HEADER] = percent_encode(outcome.reason)
    return sent
