"""Answer reads of lists whose bodies are cached or short, before Flask handles them.

Flask's contexts, routing and dispatch take two thirds of the time of such a request. Account, settings, list and body
are looked up by the functions that the view of the route uses. Every other request is passed on to Flask.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from flask import Flask, Response

from smartflo_contract.mock_server.api.authorization import AUTHORIZED_CALL_KEY, authorize_once
from smartflo_contract.mock_server.api.list_errors import LEADS_PATH
from smartflo_contract.mock_server.api.read_leads import CachedResponse, cached_response, find_list
from smartflo_contract.mock_server.context import Call, State
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.mock_server.http.responses import REQUEST_HEADER
from smartflo_contract.mock_server.http.route_names import GET_LEADS
from smartflo_contract.mock_server.journal.entry import SentResponse
from smartflo_contract.mock_server.lists.lead_list import LeadList
from smartflo_contract.mock_server.lists.magic_ids import is_fault_id
from smartflo_contract.mock_server.observer import changed_quirks_read, track_quirks

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFIX: Final = f"{LEADS_PATH}/"
_STATUS_LINES: Final = {200: "200 OK", 304: "304 NOT MODIFIED"}
"""Status to its line, as Werkzeug writes it."""
_KEEPS_CONTEXT: Final = "werkzeug.debug.preserve_context"
"""Key of the WSGI environment that a test client sets for a caller who reads Flask's context after the response."""


def answer_cached_reads(app: Flask, state: State) -> "WSGIApplication":
    """Return a WSGI application that answers reads of cached and short lists, and passes other requests on to Flask.

    Args:
        app: the application. If functions are registered to run before or after its requests, it handles all requests.
        state: the state of the fake.
    """
    pass_on = app.wsgi_app

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if state.tracks_quirks:
            track_quirks()
        response = _answer(app, state, environ)
        if response is None:
            return pass_on(environ, start_response)
        if isinstance(response, Response):
            return response(environ, start_response)
        status, headers, body = response
        start_response(_STATUS_LINES[status], headers)
        return [] if body is None else [body]

    return answer


def at_once(app: Flask, state: State) -> Callable[["WSGIEnvironment"], CachedResponse | None]:
    """Return a function that responds to the reads for which no lock, database or observer is waited for.

    It returns ``None`` for every other request, which the application must handle, with the same WSGI environment.
    A read of an edited list is one of them: its account is locked during a write.

    Args:
        app: the application.
        state: the state of the fake.
    """

    def answer(environ: "WSGIEnvironment") -> CachedResponse | None:
        if state.observer is not None or state.accounts.refresh_waits():
            return None
        if state.tracks_quirks:
            track_quirks()
        response = _answer(app, state, environ, edited=False)
        return None if isinstance(response, Response) else response

    return answer


def _answer(
    app: Flask, state: State, environ: "WSGIEnvironment", *, edited: bool = True
) -> CachedResponse | Response | None:
    """Return the response to a read whose body is cached or short, ``None`` if Flask must handle the request.

    Args:
        app: the application.
        state: the state of the fake.
        environ: the WSGI environment of the request.
        edited: whether to read edited lists, too.
    """
    path: str = environ["PATH_INFO"]
    if (
        not path.startswith(_PREFIX)
        or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}
        or environ.get("QUERY_STRING")
        or _KEEPS_CONTEXT in environ
        or _has_hooks(app)
    ):
        return None
    try:
        found = _find_response(state, environ, path[len(_PREFIX) :], edited=edited)
        return None if found is None else _record(*found)
    except Exception:  # noqa: BLE001 - Flask meets the error too, and responds to it
        return None


def _has_hooks(app: Flask) -> bool:
    """Return whether functions must run before or after each request, such as those for CORS and verbose logs."""
    return bool(
        app.before_request_funcs
        or app.after_request_funcs
        or app.teardown_request_funcs
        or app.teardown_appcontext_funcs
    )


def _find_response(
    state: State, environ: "WSGIEnvironment", list_id: str, *, edited: bool
) -> tuple[Call, CachedResponse] | None:
    """Return the call of a request for a list and its response, ``None`` if Flask must handle the request.

    Args:
        state: the state of the fake.
        environ: the WSGI environment of the request.
        list_id: the rest of the path, which may be no list id.
        edited: whether to read edited lists, too.
    """
    if not is_list_id(list_id) or is_fault_id(list_id):
        return None
    call = authorize_once(state, environ)
    if isinstance(call, Response):
        return None
    own = None if edited else state.accounts.get(call.account)
    is_read = own is None or (int(list_id) not in own.lists and not own.broadcasts)
    settings = call.settings
    if is_read and not settings.faults and settings.mutant is None and settings.rate_limit is None:
        leads = find_list(call, list_id)
        response = cached_response(call, list_id, leads) if isinstance(leads, LeadList) else None
        if response is not None:
            return call, response
    environ[AUTHORIZED_CALL_KEY] = call
    return None


def _record(call: Call, response: CachedResponse) -> CachedResponse | Response:
    """Add a request to the journal, show its response to the observer, and return it with the id of the request.

    An observer receives a response of Flask, and may replace its body.
    """
    state, environ = call.state, call.environ
    if state.observer is not None:
        return state.record(environ, GET_LEADS, response.as_flask())
    if state.journal:
        quirks = changed_quirks_read(call.settings.quirks, has_leads=True) if state.tracks_quirks else ()
        sent = SentResponse(response.status, tuple(response.headers), quirks=quirks)
        response.headers.append((REQUEST_HEADER, state.add_to_journal(environ, call.account, GET_LEADS, sent)))
    return response
