"""The handler that returns the journal as a HAR file, with the lead lists that have not changed since."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from smartflo_contract.mock_server.admin.journal import journal_of
from smartflo_contract.mock_server.admin.requests import AdminRequest, page_of_query
from smartflo_contract.mock_server.api.read_leads import find_list
from smartflo_contract.mock_server.context import Call, State
from smartflo_contract.mock_server.http.route_names import GET_LEADS
from smartflo_contract.mock_server.journal.entry import JournalEntry
from smartflo_contract.mock_server.journal.har import har_file
from smartflo_contract.mock_server.lists.lead_list import LeadList

_MAX_LISTS_BYTES: Final = 32 * 1024 * 1024
"""Maximum size of all lead lists in a HAR file; later ones are left out."""


def get_requests_har(request: AdminRequest) -> object:
    """Return recorded requests as a HAR file: all, or a page if the query has a limit."""
    journal = journal_of(request)
    journal.sync()
    page = page_of_query(request)
    entries = list(journal.after(page.after, request.account_filter))
    selected = page.select(entries) if "limit" in request.query else page._replace(limit=len(entries)).select(entries)
    return har_file(selected, _lead_lists(request.state), journal.dropped(request.account_filter))


def _lead_lists(state: State) -> Callable[[JournalEntry], bytes | None]:
    """Return a function that returns the lead list of a response, if it can still be generated."""
    left = _MAX_LISTS_BYTES

    def body_of(entry: JournalEntry) -> bytes | None:
        nonlocal left
        response = entry["response"]
        is_changed = response["fault"] is not None or response["mutant"] is not None or entry["account"] is None
        if entry["route"] != GET_LEADS or response["status"] != HTTPStatus.OK or is_changed:
            return None
        call = Call(state, {}, entry["account"], state.resolved_settings(entry["account"]))
        leads = find_list(call, entry["path"].rstrip("/").rpartition("/")[2])
        if not isinstance(leads, LeadList) or response["etag"] not in {leads.etag, leads.gzip_etag}:
            return None
        if leads.source.size * leads.bytes_per_lead > left:
            return None
        body = state.body_cache.body(leads)
        whole = body if isinstance(body, bytes) else b"".join(body)
        left -= len(whole)
        return whole

    return body_of
