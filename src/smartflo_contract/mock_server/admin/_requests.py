"""The journal: which requests came, and what became of them."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from smartflo_contract.mock_server._accounts import EVERYONE
from smartflo_contract.mock_server._directions import is_served, nearest_route
from smartflo_contract.mock_server._entries import Shown
from smartflo_contract.mock_server._journal import MOST_WAITS, Journal, fits
from smartflo_contract.mock_server._state import State
from smartflo_contract.mock_server.admin._asks import Ask
from smartflo_contract.mock_server.admin._problems import Problem

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
    """Tell the requests, the oldest first."""
    return _page(ask, {name: _number(ask, name) for name in ("after", "limit") if name in ask.request.args})


def find(ask: Ask) -> object:
    """Tell the requests that are as wanted, the oldest first."""
    return _page(ask, ask.content)


def count(ask: Ask) -> object:
    """Count the requests that are as wanted."""
    found = list(_found(ask, ask.content))
    return {"total": len(found), **_unseen(ask, ask.content)}


def wait(ask: Ask) -> object:
    """Wait until so many requests have come that are as wanted, and tell them."""
    wanted = ask.content
    journal = _journal(ask.state)
    if not journal.waits.acquire(blocking=False):
        raise Problem(
            503, f"{MOST_WAITS} waits are going on already; wait in fewer places at once, or ask for the count"
        )
    try:
        met = journal.wait(
            _account(ask), fits(_criteria(wanted)), wanted.get("count", 1), wanted.get("timeout", _SECONDS)
        )
    finally:
        journal.waits.release()
    return {"met": met, **_page(ask, wanted)}


def unmatched(ask: Ask) -> object:
    """Tell the requests that no route took, each with the route that is nearest."""
    wanted = {name: _number(ask, name) for name in ("after", "limit") if name in ask.request.args}
    page = _page(ask, {**wanted, "route": None})
    for entry in page["requests"]:
        nearest = nearest_route(entry["method"], entry["path"])
        entry["nearest"] = {"route": f"{nearest.method} {nearest.path}", "answered": is_served(nearest)}
    return page


def delete_requests(ask: Ask) -> object:
    """Forget the requests."""
    _journal(ask.state).forget(_account(ask))
    return {"status": "ok"}


def _page(ask: Ask, wanted: dict[str, Any]) -> dict[str, Any]:
    found = _found(ask, wanted)
    requests = list(islice(found, int(wanted.get("limit", _USUAL))))
    return {"total": len(requests) + sum(1 for _ in found), "requests": requests, **_unseen(ask, wanted)}


def _found(ask: Ask, wanted: dict[str, Any]) -> Iterable[Shown]:
    return filter(fits(_criteria(wanted)), _journal(ask.state).after(wanted.get("after", 0), _account(ask)))


def _criteria(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: wanted[name] for name in _CRITERIA if name in wanted}


def _unseen(ask: Ask, wanted: dict[str, Any]) -> dict[str, int]:
    """Return how many requests might have been among those found, had they been kept whole."""
    others = {name: value for name, value in wanted.items() if name != "json"}
    like = _found(ask, others) if "json" in wanted else ()
    without = sum(1 for entry in like if entry["body"] is None and entry["body_bytes"])
    return {"dropped": _journal(ask.state).dropped(_account(ask)), "bodies_not_kept": without}


def _account(ask: Ask) -> str | None:
    return None if ask.account == EVERYONE else ask.account


def _journal(state: State) -> Journal:
    if not state.journal:
        raise Problem(409, _NO_JOURNAL)
    return state.journal


def _number(ask: Ask, name: str) -> int:
    text = ask.request.args[name]
    most = _MOST if name == "limit" else 2**53
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= most):  # noqa: PLR2004 - digits
        raise Problem(422, f"{name}: expected a whole number from 0 to {most}")
    return int(text)
