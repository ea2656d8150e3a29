"""Handlers for the journal: find, count, wait for and delete recorded requests."""

from collections.abc import Iterator
from typing import Any, Final

from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import MAX_ID, AdminRequest, Page, page_of_query
from smartflo_contract.mock_server.admin.searches import Search, check_path, check_search
from smartflo_contract.mock_server.api.route_hints import is_served, nearest_route
from smartflo_contract.mock_server.journal.entry import JournalEntry
from smartflo_contract.mock_server.journal.journal import MAX_WAITS, Journal
from smartflo_contract.mock_server.journal.matching import CRITERIA, mismatches

_DEFAULT_TIMEOUT_SECONDS: Final = 5.0
_NO_JOURNAL: Final = (
    "this fake keeps no journal: journal_requests is 0, or it has several workers and no store, so each would know "
    "only its own requests"
)


def get_requests(request: AdminRequest) -> object:
    """Return recorded requests."""
    before = request.integer_parameter("before", max_value=MAX_ID, default=MAX_ID)
    return _page(request, {**page_of_query(request)._asdict(), "before": before})


def post_find(request: AdminRequest) -> object:
    """Return the recorded requests that match a search."""
    return _page(request, check_search(request.body, _own_routes(request)))


def post_count(request: AdminRequest) -> object:
    """Count the recorded requests that match a search."""
    search = check_search(request.body, _own_routes(request))
    journal_of(request).sync()
    total = sum(1 for _ in _matching(request, search))
    if not total:
        check_path(search, _own_routes(request))
    return {"total": total, **_unknown_counts(request, search), **_hints(request, search, total)}


def post_wait(request: AdminRequest) -> object:
    """Wait until enough requests match a search, and return them."""
    search, journal = check_search(request.body, _own_routes(request)), journal_of(request)
    journal.sync()
    if not any(_matching(request, search)):
        check_path(search, _own_routes(request))
    if not journal.waits.acquire(blocking=False):
        raise Problem(503, f"{MAX_WAITS} waits are in progress already; retry later, or count instead of waiting")
    try:
        met = journal.wait(
            search.get("after", 0),
            request.account_filter,
            lambda entry: not mismatches(_criteria(search), entry),
            count=search.get("count", 1),
            timeout_seconds=search.get("timeout", _DEFAULT_TIMEOUT_SECONDS),
        )
    finally:
        journal.waits.release()
    return {"met": met, **_page(request, search)}


def get_unmatched(request: AdminRequest) -> object:
    """Return the requests that matched no route, each with the nearest route."""
    page = _page(request, {**page_of_query(request)._asdict(), "route": None})
    for entry in page["requests"]:
        route = nearest_route(entry["method"], entry["path"])
        entry["nearest_route"] = {"route": f"{route.method} {route.path}", "answered": is_served(route)}
    return page


def delete_requests(request: AdminRequest) -> object:
    """Delete recorded requests."""
    journal_of(request).forget(request.account_filter)
    return {"status": "ok"}


def _page(request: AdminRequest, search: Search) -> dict[str, Any]:
    """Return the requests that match a search.

    The first sync waits for everything that was answered before, the second for what has lower ids than that. The page
    ends there, so that a client misses nothing that continues after its last request.
    """
    journal = journal_of(request)
    journal.sync()
    search = {**search, "before": min(search.get("before", MAX_ID), journal.sync() + 1)}
    matching = list(_matching(request, search))
    total = len(matching)
    page = Page(search.get("order", "oldest"), limit=int(search.get("limit", Page().limit)))
    if not total:
        check_path(search, _own_routes(request))
    return {
        "total": total,
        "requests": page.select(matching),
        **_unknown_counts(request, search),
        **_hints(request, search, total),
    }


def _matching(request: AdminRequest, search: Search) -> Iterator[JournalEntry]:
    """Yield the entries of the account that match a search, oldest first."""
    criteria = _criteria(search)
    entries = journal_of(request).after(search.get("after", 0), request.account_filter)
    before = search.get("before", MAX_ID)
    return (entry for entry in entries if entry["id"] < before and not mismatches(criteria, entry))


def _criteria(search: Search) -> dict[str, Any]:
    return {name: search[name] for name in CRITERIA if name in search}


def _unknown_counts(request: AdminRequest, search: Search) -> dict[str, int]:
    """Return how many requests might match a search as well, but are no longer or not fully recorded."""
    without_body = {name: value for name, value in search.items() if name != "json"}
    candidates = _matching(request, without_body) if "json" in search else ()
    unknown = sum(
        1 for entry in candidates if entry["body"] is None and entry["headers"].get("Content-Length", "0") != "0"
    )
    return {"dropped": journal_of(request).dropped(request.account_filter), "bodies_not_kept": unknown}


def _hints(request: AdminRequest, search: Search, total: int) -> dict[str, object]:
    """Return what may explain a search without matches.

    Args:
        request: the request.
        search: the search.
        total: number of its matches.

    Returns:
        the entry of the account with the fewest mismatches, and the number of matches in other accounts.
    """
    account_id, criteria = request.account_filter, _criteria(search)
    if total or criteria in ({}, {"route": None}):
        return {"nearest": None, "other_accounts": 0}
    own: list[JournalEntry] = []
    other_accounts = 0
    for entry in journal_of(request).after(search.get("after", 0), None):
        if account_id in {None, entry["account"]}:
            own.append(entry)
        elif not mismatches(criteria, entry):
            other_accounts += 1
    best = min(reversed(own), key=lambda entry: len(mismatches(criteria, entry)), default=None)
    if best is None:
        return {"nearest": None, "other_accounts": other_accounts}
    shown = {name: best[name] for name in ("id", "method", "path")}
    return {"nearest": shown | {"differs": mismatches(criteria, best)}, "other_accounts": other_accounts}


def journal_of(request: AdminRequest) -> Journal:
    """Return the journal.

    Raises:
        Problem: the fake keeps none.
    """
    if not request.state.journal:
        raise Problem(409, _NO_JOURNAL)
    return request.state.journal


def _own_routes(request: AdminRequest) -> list[str]:
    """Return the names of the routes that the account has added. A GET route answers HEAD too."""
    names = [route.name for route in request.settings.routes]
    return names + [name.replace("GET ", "HEAD ", 1) for name in names if name.startswith("GET ")]
