"""``GET /v1/broadcast/leads/<id>``: the leads of a list."""

from collections.abc import Callable, Iterator
from functools import partial
from hashlib import blake2b
from typing import Any, Final

from flask import Request, Response
from werkzeug.datastructures import Headers as WerkzeugHeaders

from smartflo_contract.mock_server.config.quirks import Quirks
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.error_responses import ErrorResponse
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.mock_server.http.responses import (
    EVIDENCE_HEADER,
    REASON_HEADER,
    error_response,
    json_response,
    percent_encode,
    truncate,
)
from smartflo_contract.mock_server.lists.lead_list import Headers, LeadList, lead_headers

PATH: Final = "/v1/broadcast/leads"
_DIGITS: Final = 10


def get_leads(call: Call, list_id: str) -> Response:
    """Answer with the leads of a list, or with what its id stands for."""
    found = _list(call, list_id)
    if isinstance(found, LeadList):
        return _leads_of(call, found)
    if found is None:
        return no_list(list_id, call.settings.quirks["unknown_list"])
    return failure(list_id, found, call.settings.quirks)


def _list(call: Call, list_id: str) -> LeadList | ErrorResponse | None:
    """Return the list as the account has it."""
    accounts = call.state.accounts
    if accounts.get(call.account).lists and is_list_id(list_id):
        with accounts.edit(call.account) as account:
            changes = account.lists.get(int(list_id))
            if changes is not None:
                return None if changes.deleted else changes.lead_list()
    return call.settings.catalog.find(list_id)


def no_list(list_id: str, unknown_list: str) -> Response:
    """Return the answer to an id of which there is no list; an empty one is a path without id.

    Args:
        list_id: the id as it was asked for.
        unknown_list: value of the quirk.
    """
    if list_id.isascii() and list_id.isdigit():
        reason = f"no list has the id {truncate(list_id)}; 8668 is there, and a configuration file can add lists"
    elif list_id:
        reason = f"put a numeric list id in place of `{truncate(list_id)}`, for example {PATH}/8668"
    else:
        reason = f"put a numeric list id at the end, for example {PATH}/8668"
    if unknown_list == "empty":
        return json_response(200, [], "assumed", reason=reason)
    return error_response(200 if unknown_list == "200_error" else 404, "List not found.", reason)


def no_changes(list_id: str, found: ErrorResponse | None, quirks: Quirks) -> Response:
    """Return the answer to whoever would change a list that is not there, or that stands for an answer."""
    if found is not None:
        return failure(list_id, found, quirks)
    return no_list(list_id, "404" if quirks["unknown_list"] == "empty" else quirks["unknown_list"])


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether an If-None-Match header names an entity tag; weak tags count, as RFC 9110 has it.

    Werkzeug's ``make_conditional`` knows this too, but turns a stream into a list: gigabytes.
    """
    if if_none_match is None:
        return False
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in ("*", etag) for tag in tags)


def _leads_of(call: Call, leads: LeadList) -> Response:
    request, bodies, number_filter = call.request, call.state.body_cache, call.settings.quirks["number_filter"]
    number = request.args.get("number") if request.environ.get("QUERY_STRING") else None
    if number is None or number_filter == "ignored":
        described = leads.headers if number is None else lead_headers(leads.etag, "assumed")
        return _reply(request, leads.etag, described, partial(bodies.cached, leads), partial(bodies.body, leads))
    indexes = _matching(leads, number, number_filter)
    etag = f'"{blake2b(f"{leads.etag}{indexes}".encode(), digest_size=16).hexdigest()}"'
    described = lead_headers(etag, "assumed")
    if sum(character in "0123456789" for character in number) < _DIGITS:
        reason = f"number `{truncate(number)}` has fewer than ten digits, so no lead has it"
        described.append((REASON_HEADER, percent_encode(reason)))
    return _reply(request, etag, described, lambda: None, partial(bodies.partial_body, leads, indexes))


class _Leads(Response):
    """An answer with leads: nothing is missing among its headers that Werkzeug would have to look for in a copy."""

    def get_wsgi_headers(self, environ: dict[str, Any]) -> WerkzeugHeaders:  # noqa: ARG002 - Werkzeug's
        """Return the headers as they are."""
        return self.headers


def _reply(
    request: Request,
    etag: str,
    described: Headers,
    ready: Callable[[], bytes | None],
    make: Callable[[], bytes | Iterator[bytes]],
) -> Response:
    """Return the answer with a body, or without where the client has it or wants none: then none is made."""
    environ = request.environ
    if matches(environ.get("HTTP_IF_NONE_MATCH"), etag):
        return Response(status=304, headers=[("ETag", etag), (EVIDENCE_HEADER, "assumed")])
    if environ["REQUEST_METHOD"] != "HEAD":
        return _Leads(make(), headers=described, direct_passthrough=True)
    body = ready()
    length = [] if body is None else [("Content-Length", str(len(body)))]
    # An iterator as body, because Werkzeug counts the bytes of a sequence: Content-Length would be 0.
    return Response(iter(()), headers=[*described, *length], direct_passthrough=True)


def _matching(leads: LeadList, number: str, number_filter: str) -> list[int]:
    """Return the indexes of the leads that have a number, as the quirk compares numbers."""
    indexes = leads.source.matching(number)
    if number_filter == "last_ten":
        return indexes
    stored = number.replace(" ", "+")  # a plus that was not escaped arrives as a blank
    return [index for index in indexes if stored in leads.lead(index).values()]


def failure(list_id: str, failure: ErrorResponse, quirks: Quirks) -> Response:
    """Return the answer that a magic id stands for."""
    reason = f"list id {list_id} always answers {failure.status} to this; 8668 answers leads, and takes changes"
    _, body, evidence = failure.with_quirks(quirks)
    return json_response(failure.status, body, evidence, reason=reason)
