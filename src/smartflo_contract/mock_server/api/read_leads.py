"""``GET /v1/broadcast/leads/{id}``: the leads of a list."""

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import Response
from werkzeug.datastructures import Headers as WerkzeugHeaders

from smartflo_contract.mock_server.accounts.dialled_lists import dialled_list
from smartflo_contract.mock_server.api.list_errors import magic_error_response, unknown_list_response
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.content_coding import GZIP, VARY, accepts_gzip
from smartflo_contract.mock_server.http.error_responses import ErrorResponse
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.mock_server.http.responses import EVIDENCE_HEADER, REASON_HEADER, percent_encode
from smartflo_contract.mock_server.lists.lead_list import Headers, LeadList, lead_headers
from smartflo_contract.mock_server.lists.magic_ids import is_fault_id
from smartflo_contract.schemas.printable import truncate

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_PHONE_DIGITS: Final = 10


def get_leads(call: Call, list_id: str) -> Response:
    """Return the leads of a list, or the response that its id stands for."""
    result = find_list(call, list_id)
    if isinstance(result, LeadList):
        return _leads_response(call, list_id, result)
    if result is None:
        return unknown_list_response(list_id, call.settings.quirks["unknown_list"])
    return magic_error_response(list_id, result, call.settings.quirks)


def matches_etag(if_none_match: str | None, etag: str) -> bool:
    """Return whether an If-None-Match header names an entity tag. Weak tags match too (RFC 9110).

    Werkzeug's ``make_conditional`` does the same, but reads a streamed body into memory.
    """
    if if_none_match is None:
        return False
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in ("*", etag) for tag in tags)


def find_list(call: Call, list_id: str) -> LeadList | ErrorResponse | None:
    """Return the account's list, the error response that the id stands for, or ``None`` for an unknown id."""
    accounts = call.state.accounts
    own = accounts.get(call.account)
    lists = own.lists
    if lists and is_list_id(list_id) and int(list_id) in lists:
        with accounts.reading(call.account) as account:
            edited = account.lists.get(int(list_id))
            if edited is not None:
                catalog = call.settings.catalog
                return None if edited.deleted else dialled_list(account, catalog, int(list_id), edited.lead_list())
    found = call.settings.catalog.find(list_id)
    if own.broadcasts and isinstance(found, LeadList):
        return dialled_list(own, call.settings.catalog, int(list_id), found)
    return found


class CachedResponse(NamedTuple):
    """A successful response for which nobody waits: its body is cached or short, or it has none.

    Attributes:
        status: HTTP status.
        headers: name and value of each header, in a list of its own.
        body: the body; ``None`` for 304, and for ``HEAD``.
    """

    status: int
    headers: Headers
    body: bytes | None

    def as_flask(self) -> Response:
        """Return it as a response of Flask."""
        # No body is an iterator, because Werkzeug would set Content-Length to 0 for a sequence.
        body = iter(()) if self.body is None else [self.body]
        return _LeadsResponse(body, self.status, self.headers, direct_passthrough=True)


class _Representation(NamedTuple):
    """A body with its headers, which may have to be made.

    Attributes:
        etag: entity tag of the body.
        headers: headers of the response with the body.
        cached_body: the body if it is cached or short, else ``None``. A client that has the body needs none.
        make_body: returns the body, in chunks if it is large.
    """

    etag: str
    headers: Headers
    cached_body: bytes | None
    make_body: Callable[[], bytes | Iterator[bytes]]


def cached_response(call: Call, list_id: str, leads: LeadList) -> CachedResponse | None:
    """Return the response with all leads of a list, ``None`` if its body is neither cached nor short."""
    return _cached_response(call.environ, _all_leads(call, list_id, leads))


def _leads_response(call: Call, list_id: str, leads: LeadList) -> Response:
    """Return all leads of a list, or those with the phone number in the query."""
    number = call.request.args.get("number") if call.environ.get("QUERY_STRING") else None
    if number is None:
        return _body_response(call.environ, _all_leads(call, list_id, leads))
    cache, number_filter = call.state.body_cache, call.settings.quirks["number_filter"]
    if number_filter == "ignored":
        headers, make_body = lead_headers(leads.etag, "assumed"), partial(cache.body, leads)
        return _body_response(call.environ, _Representation(leads.etag, headers, cache.cached(leads), make_body))
    indexes = _filter_by_number(leads, number, number_filter)
    etag = f'"{blake2b(f"{leads.etag}{indexes}".encode(), digest_size=16).hexdigest()}"'
    headers = lead_headers(etag, "assumed")
    if sum(character in "0123456789" for character in number) < _PHONE_DIGITS:
        reason = f"number `{truncate(number)}` has fewer than ten digits, so it matches no lead"
        headers.append((REASON_HEADER, percent_encode(reason)))
    make_body = partial(cache.partial_body, leads, indexes)
    return _body_response(call.environ, _Representation(etag, headers, None, make_body))


def _all_leads(call: Call, list_id: str, leads: LeadList) -> _Representation:
    """Return all leads of a list: unchanged, or in gzip if the quirk and the client allow it.

    Faults and mutants change the bytes of leads, so a response that may have one is not compressed, and neither is one
    whose body is never in memory as a whole.
    """
    cache, settings = call.state.body_cache, call.settings
    headers = leads.headers
    if settings.quirks["content_encoding"] == GZIP:
        is_plain = settings.faults or settings.mutant is not None or is_fault_id(list_id)
        is_accepted = accepts_gzip(call.environ.get("HTTP_ACCEPT_ENCODING"))
        if is_accepted and not is_plain and not cache.is_streamed(leads):
            make_body = partial(cache.gzip_body, leads)
            return _Representation(leads.gzip_etag, leads.gzip_headers, cache.cached_gzip(leads), make_body)
        headers = [*headers, VARY]
    is_known = matches_etag(call.environ.get("HTTP_IF_NONE_MATCH"), leads.etag)
    return _Representation(leads.etag, headers, None if is_known else cache.cached(leads), partial(cache.body, leads))


class _LeadsResponse(Response):
    """A response with leads. All its headers are set, so Werkzeug need not copy and complete them."""

    default_mimetype = None

    def get_wsgi_headers(self, environ: dict[str, Any]) -> WerkzeugHeaders:  # noqa: ARG002 - Werkzeug's
        """Return the headers unchanged."""
        return self.headers


def _body_response(environ: "WSGIEnvironment", representation: _Representation) -> Response:
    """Return the response with a body; without one for ``HEAD`` and for a client that has the body."""
    cached = _cached_response(environ, representation)
    if cached is not None:
        return cached.as_flask()
    return _LeadsResponse(representation.make_body(), headers=representation.headers, direct_passthrough=True)


def _cached_response(environ: "WSGIEnvironment", representation: _Representation) -> CachedResponse | None:
    """Return the response, ``None`` if a body must be made."""
    etag, headers, body, _ = representation
    if matches_etag(environ.get("HTTP_IF_NONE_MATCH"), etag):
        varying = [VARY] if VARY in headers else []
        return CachedResponse(304, [("ETag", etag), (EVIDENCE_HEADER, "assumed"), *varying], None)
    is_head = environ["REQUEST_METHOD"] == "HEAD"
    if body is not None:
        return CachedResponse(200, [*headers, ("Content-Length", str(len(body)))], None if is_head else body)
    return CachedResponse(200, [*headers], None) if is_head else None


def _filter_by_number(leads: LeadList, number: str, number_filter: str) -> list[int]:
    """Return the indexes of the leads with a phone number, compared as the quirk ``number_filter`` specifies."""
    indexes = leads.source.matching(number)
    if number_filter == "last_ten":
        return indexes
    stored = number.replace(" ", "+")  # an unescaped plus in a query is decoded as a space
    return [index for index in indexes if stored in leads.lead(index).values()]
