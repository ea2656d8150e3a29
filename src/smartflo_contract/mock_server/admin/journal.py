"""The journal: which requests came, and what became of them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import Ask, whole_number
from smartflo_contract.mock_server.api.route_hints import is_served, nearest_route
from smartflo_contract.mock_server.api.routes import served_routes
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.mock_server.faults.rules import is_error_status
from smartflo_contract.mock_server.http.responses import truncate
from smartflo_contract.mock_server.journal.entry import Shown, is_secret
from smartflo_contract.mock_server.journal.journal import MOST_WAITS, Journal, differs, fits
from smartflo_contract.schemas.errors import nearest

_MOST: Final = 1_000
_USUAL: Final = 100
_SECONDS: Final = 5.0
"""How long a wait lasts unless it says so."""
_CRITERIA: Final = ("method", "path", "route", "query", "json", "status", "fault")
_NO_JOURNAL: Final = (
    "this fake keeps no journal: journal_requests is 0, or it has several workers, and each would know only its own "
    "requests"
)


def get_requests(ask: Ask) -> object:
    """Tell the requests."""
    return _page(ask, _of_query(ask))


def find(ask: Ask) -> object:
    """Tell the requests that are as wanted."""
    return _page(ask, _checked(ask.content))


def count(ask: Ask) -> object:
    """Count the requests that are as wanted."""
    wanted = _checked(ask.content)
    total = sum(1 for _ in _found(ask, wanted))
    return {"total": total, **_unseen(ask, wanted), **_near(ask, wanted, total)}


def wait(ask: Ask) -> object:
    """Wait until so many requests have come that are as wanted, and tell them."""
    wanted, journal = _checked(ask.content), _journal(ask.state)
    if not journal.waits.acquire(blocking=False):
        raise Problem(503, f"{MOST_WAITS} waits are going on already; wait in fewer places at once, or count")
    last, number, seconds = wanted.get("after", 0), wanted.get("count", 1), wanted.get("timeout", _SECONDS)
    try:
        met = journal.wait(last, _account(ask), fits(_criteria(wanted)), number, seconds)
    finally:
        journal.waits.release()
    return {"met": met, **_page(ask, wanted)}


def unmatched(ask: Ask) -> object:
    """Tell the requests that no route took, each with the route that is nearest."""
    page = _page(ask, {**_of_query(ask), "route": None})
    for entry in page["requests"]:
        near = nearest_route(entry["method"], entry["path"])
        entry["nearest_route"] = {"route": f"{near.method} {near.path}", "answered": is_served(near)}
    return page


def delete_requests(ask: Ask) -> object:
    """Forget the requests."""
    _journal(ask.state).forget(_account(ask))
    return {"status": "ok"}


def _page(ask: Ask, wanted: dict[str, Any]) -> dict[str, Any]:
    found = list(_found(ask, wanted))
    total, limit = len(found), int(wanted.get("limit", _USUAL))
    requests = found[::-1][:limit] if wanted.get("order") == "newest" else found[:limit]
    return {"total": total, "requests": requests, **_unseen(ask, wanted), **_near(ask, wanted, total)}


def _found(ask: Ask, wanted: Mapping[str, Any]) -> Iterator[Shown]:
    return filter(fits(_criteria(wanted)), _journal(ask.state).after(wanted.get("after", 0), _account(ask)))


def _criteria(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: wanted[name] for name in _CRITERIA if name in wanted}


def _unseen(ask: Ask, wanted: Mapping[str, Any]) -> dict[str, int]:
    """Return how many requests might have been among those found, had they been kept whole."""
    others = {name: value for name, value in wanted.items() if name != "json"}
    like = _found(ask, others) if "json" in wanted else ()
    without = sum(1 for entry in like if entry["body"] is None and entry["headers"].get("Content-Length", "0") != "0")
    return {"dropped": _journal(ask.state).dropped(_account(ask)), "bodies_not_kept": without}


def _near(ask: Ask, wanted: Mapping[str, Any], total: int) -> dict[str, object]:
    """Return what may have been meant where nothing was found: a request that is like it, or another account."""
    account, criteria = _account(ask), _criteria(wanted)
    if total or criteria in ({}, {"route": None}):
        return {"nearest": None, "other_accounts": 0}
    own: list[Shown] = []
    others = 0
    for entry in _journal(ask.state).after(wanted.get("after", 0), None):
        if account in {None, entry["account"]}:
            own.append(entry)
        elif not differs(criteria, entry):
            others += 1
    best = min(reversed(own), key=lambda entry: len(differs(criteria, entry)), default=None)
    if best is None:
        return {"nearest": None, "other_accounts": others}
    told = {name: best[name] for name in ("id", "method", "path")}
    return {"nearest": told | {"differs": differs(criteria, best)}, "other_accounts": others}


def _account(ask: Ask) -> str | None:
    return None if ask.account == ALL_ACCOUNTS else ask.account


def _journal(state: State) -> Journal:
    if not state.journal:
        raise Problem(409, _NO_JOURNAL)
    return state.journal


def _checked(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return a search whose names there are: one for what cannot come would find nothing for ever."""
    route, fault = wanted.get("route"), wanted.get("fault")
    served = sorted(served_routes())
    routes = [f"{method} {path}" for method, path in served]
    options = {f"OPTIONS {path}" for _, path in served}
    if route is not None and route not in {*routes, *options}:
        raise Problem(422, f"route: this fake has no `{truncate(route)}`.{nearest(route, routes)}")
    if fault is not None and fault not in INJECTORS and not is_error_status(fault):
        raise Problem(
            422, f"fault: there is no `{truncate(fault)}`; there are {', '.join(INJECTORS)}.{nearest(fault, INJECTORS)}"
        )
    hidden = [name for name in _names({"query": wanted.get("query"), "json": wanted.get("json")}) if is_secret(name)]
    if hidden:
        raise Problem(422, f"{truncate(hidden[0])}: speaks of a secret, so the journal has no value under this name")
    return wanted


def _names(content: object) -> Iterator[str]:
    """Yield the keys in a JSON value, at any depth."""
    values: Iterable[object] = content if isinstance(content, list) else ()
    if isinstance(content, dict):
        yield from content
        values = content.values()
    for value in values:
        yield from _names(value)


def _of_query(ask: Ask) -> dict[str, Any]:
    """Return the parameters of a page.

    Raises:
        Problem: one of them cannot be.
    """
    texts = ask.request.args
    order = texts.get("order", "oldest")
    if order not in {"oldest", "newest"}:
        raise Problem(422, f"order: expected oldest or newest, got {truncate(order)}")
    after, limit = whole_number(ask, "after", 2**53, 0), whole_number(ask, "limit", _MOST, _USUAL)
    return {"order": order, "after": after, "limit": limit}
