"""Handlers for the journal: find, count, wait for and delete recorded requests."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.api.route_hints import is_served, nearest_route
from smartflo_contract.mock_server.api.routes import served_routes
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.mock_server.faults.rules import is_error_status
from smartflo_contract.mock_server.http.responses import truncate
from smartflo_contract.mock_server.journal.entry import JournalEntry
from smartflo_contract.mock_server.journal.journal import MAX_WAITS, Journal
from smartflo_contract.mock_server.journal.matching import CRITERIA, mismatches
from smartflo_contract.mock_server.journal.redaction import is_secret
from smartflo_contract.schemas.errors import nearest

_MAX_PAGE_REQUESTS: Final = 1_000
_DEFAULT_PAGE_REQUESTS: Final = 100
_MAX_ID: Final = 2**53
_DEFAULT_TIMEOUT_SECONDS: Final = 5.0
_NO_JOURNAL: Final = (
    "this fake keeps no journal: journal_requests is 0, or it has several workers, each of which would know only its "
    "own requests"
)
Search = Mapping[str, Any]
"""A search: criteria, and where in the journal to start, how many requests to return, and in which order."""


def get_requests(request: AdminRequest) -> object:
    """Return recorded requests."""
    return _page(request, _search_of_query(request))


def post_find(request: AdminRequest) -> object:
    """Return the recorded requests that match a search."""
    return _page(request, _checked_search(request))


def post_count(request: AdminRequest) -> object:
    """Count the recorded requests that match a search."""
    search = _checked_search(request)
    total = sum(1 for _ in _matching(request, search))
    return {"total": total, **_unknown_counts(request, search), **_hints(request, search, total)}


def post_wait(request: AdminRequest) -> object:
    """Wait until enough requests match a search, and return them."""
    search, journal = _checked_search(request), _journal(request)
    if not journal.waits.acquire(blocking=False):
        raise Problem(503, f"{MAX_WAITS} waits are in progress already; retry later, or count instead of waiting")
    try:
        met = journal.wait(
            search.get("after", 0),
            _account_filter(request),
            lambda entry: not mismatches(_criteria(search), entry),
            count=search.get("count", 1),
            timeout_seconds=search.get("timeout", _DEFAULT_TIMEOUT_SECONDS),
        )
    finally:
        journal.waits.release()
    return {"met": met, **_page(request, search)}


def get_unmatched(request: AdminRequest) -> object:
    """Return the requests that matched no route, each with the nearest route."""
    page = _page(request, {**_search_of_query(request), "route": None})
    for entry in page["requests"]:
        route = nearest_route(entry["method"], entry["path"])
        entry["nearest_route"] = {"route": f"{route.method} {route.path}", "answered": is_served(route)}
    return page


def delete_requests(request: AdminRequest) -> object:
    """Delete recorded requests."""
    _journal(request).forget(_account_filter(request))
    return {"status": "ok"}


def _page(request: AdminRequest, search: Search) -> dict[str, Any]:
    matching = list(_matching(request, search))
    total, limit = len(matching), int(search.get("limit", _DEFAULT_PAGE_REQUESTS))
    requests = matching[::-1][:limit] if search.get("order") == "newest" else matching[:limit]
    return {
        "total": total,
        "requests": requests,
        **_unknown_counts(request, search),
        **_hints(request, search, total),
    }


def _matching(request: AdminRequest, search: Search) -> Iterator[JournalEntry]:
    """Yield the entries of the account that match a search, oldest first."""
    criteria = _criteria(search)
    entries = _journal(request).after(search.get("after", 0), _account_filter(request))
    return (entry for entry in entries if not mismatches(criteria, entry))


def _criteria(search: Search) -> dict[str, Any]:
    return {name: search[name] for name in CRITERIA if name in search}


def _unknown_counts(request: AdminRequest, search: Search) -> dict[str, int]:
    """Return how many requests might match a search as well, but are no longer or not fully recorded."""
    without_body = {name: value for name, value in search.items() if name != "json"}
    candidates = _matching(request, without_body) if "json" in search else ()
    unknown = sum(
        1 for entry in candidates if entry["body"] is None and entry["headers"].get("Content-Length", "0") != "0"
    )
    return {"dropped": _journal(request).dropped(_account_filter(request)), "bodies_not_kept": unknown}


def _hints(request: AdminRequest, search: Search, total: int) -> dict[str, object]:
    """Return what may explain a search without matches.

    Args:
        request: the request.
        search: the search.
        total: number of its matches.

    Returns:
        the entry of the account with the fewest mismatches, and the number of matches in other accounts.
    """
    account_id, criteria = _account_filter(request), _criteria(search)
    if total or criteria in ({}, {"route": None}):
        return {"nearest": None, "other_accounts": 0}
    own: list[JournalEntry] = []
    other_accounts = 0
    for entry in _journal(request).after(search.get("after", 0), None):
        if account_id in {None, entry["account"]}:
            own.append(entry)
        elif not mismatches(criteria, entry):
            other_accounts += 1
    best = min(reversed(own), key=lambda entry: len(mismatches(criteria, entry)), default=None)
    if best is None:
        return {"nearest": None, "other_accounts": other_accounts}
    shown = {name: best[name] for name in ("id", "method", "path")}
    return {"nearest": shown | {"differs": mismatches(criteria, best)}, "other_accounts": other_accounts}


def _account_filter(request: AdminRequest) -> str | None:
    """Return the account whose requests are meant, ``None`` for those of all accounts."""
    return None if request.is_for_all_accounts else request.account_id


def _journal(request: AdminRequest) -> Journal:
    """Return the journal.

    Raises:
        Problem: the fake keeps none.
    """
    if not request.state.journal:
        raise Problem(409, _NO_JOURNAL)
    return request.state.journal


def _checked_search(request: AdminRequest) -> Search:
    """Return the search in a request's body after checking its names. With an unknown name, nothing could ever match.

    Raises:
        Problem: a route or fault does not exist, or the value under a key is masked in the journal.
    """
    search: dict[str, Any] = request.body
    route, fault = search.get("route"), search.get("fault")
    served = sorted(served_routes())
    routes = [f"{method} {path}" for method, path in served]
    options = {f"OPTIONS {path}" for _, path in served}
    routes += [custom_route.name for custom_route in request.settings.routes]
    if route is not None and route not in {*routes, *options}:
        raise Problem(422, f"route: this fake has no route `{truncate(route)}`.{nearest(route, routes)}")
    if fault is not None and fault not in INJECTORS and not is_error_status(fault):
        raise Problem(
            422,
            f"fault: unknown fault `{truncate(fault)}`; choose from {', '.join(INJECTORS)}.{nearest(fault, INJECTORS)}",
        )
    for name in _keys({"query": search.get("query"), "json": search.get("json")}):
        if is_secret(name):
            raise Problem(422, f"{truncate(name)}: the journal masks values under this name, so nothing can match")
    return search


def _keys(content: object) -> Iterator[str]:
    """Yield the keys in a JSON value, at any depth."""
    values: Iterable[object] = content if isinstance(content, list) else ()
    if isinstance(content, dict):
        yield from content
        values = content.values()
    for value in values:
        yield from _keys(value)


def _search_of_query(request: AdminRequest) -> Search:
    """Return the search in the query parameters.

    Raises:
        Problem: a parameter is invalid.
    """
    order = request.query.get("order", "oldest")
    if order not in {"oldest", "newest"}:
        raise Problem(422, f"order: expected oldest or newest, got {truncate(order)}")
    return {
        "order": order,
        "after": request.integer_parameter("after", max_value=_MAX_ID, default=0),
        "limit": request.integer_parameter("limit", max_value=_MAX_PAGE_REQUESTS, default=_DEFAULT_PAGE_REQUESTS),
    }
