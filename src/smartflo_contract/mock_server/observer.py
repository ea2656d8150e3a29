"""Observe the responses of a fake, as value coverage does."""

from collections.abc import Collection, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from flask import Response

from smartflo_contract.mock_server.accounts.resolution import ResolvedSettings
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.config.quirks import LEAD_QUIRKS, QUIRKS, Quirks

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class ObservedResponse(NamedTuple):
    """A response of a route of the vendor, before it is sent.

    Attributes:
        environ: the WSGI environment of the request.
        route: method and path, as in the OpenAPI document.
        response: the response; an observer may replace its body by one with the same bytes.
        account_id: id of the account; ``None`` without one.
        settings: resolved settings of the account.
        quirks_read: names of the quirks that decided about the response.
    """

    environ: "WSGIEnvironment"
    route: str
    response: Response
    account_id: str | None
    settings: ResolvedSettings
    quirks_read: Collection[str]


class Observer(Protocol):
    """Receives every response of a route of the vendor."""

    def observe(self, observed: ObservedResponse, /) -> None:
        """Receive a response before it is sent."""

    def report(self, account_id: str | None, context: str | None, /) -> Mapping[str, Any]:
        """Return what was observed so far, for the admin API.

        Args:
            account_id: only responses to this account; ``None`` for all.
            context: only responses in this context, such as a test; ``None`` for all.
        """

    def renew_locks(self) -> None:
        """Replace all locks in a forked process."""


class WorkerObserver(Observer, Protocol):
    """The observer of one worker process of ``serve``."""

    def close(self) -> None:
        """End: the worker sends no more responses."""


class WorkerObservers(Protocol):
    """Creates the observers of the worker processes of ``serve``, to which it is sent."""

    def start(self, config: Config, /) -> None:
        """Prepare for a new run of the fake. Called once, before the workers start; an error prevents the start."""

    def create(self, config: Config, /) -> WorkerObserver:
        """Return the observer of a worker. Called in each worker."""


_quirks_read: Final[ContextVar[set[str] | None]] = ContextVar("quirks_read", default=None)


class TrackedQuirks(dict[str, str]):
    """The value of every quirk, which notes the quirks that a request reads."""

    def __getitem__(self, name: str) -> str:
        """Return a value, and note that it was read."""
        names = _quirks_read.get()
        if names is not None:
            names.add(name)
        return super().__getitem__(name)


def track_quirks() -> None:
    """Start to note the quirks that the current request reads."""
    _quirks_read.set(set())


def quirks_read() -> Collection[str]:
    """Return the names of the quirks that the current request has read."""
    return _quirks_read.get() or ()


def changed_quirks_read(quirks: Quirks, *, has_leads: bool) -> tuple[tuple[str, str], ...]:
    """Return name and value of the quirks that decided about a response, except those with their default.

    Args:
        quirks: the value of every quirk for the account.
        has_leads: whether the response contains leads, which may have been generated before.
    """
    if not isinstance(quirks, TrackedQuirks):  # all have their defaults, and nobody observes
        return ()
    names = {*quirks_read(), *(LEAD_QUIRKS if has_leads else ())}
    changed = sorted(name for name in names if quirks.get(name) != QUIRKS[name].default)
    return tuple((name, str(quirks.get(name))) for name in changed)
