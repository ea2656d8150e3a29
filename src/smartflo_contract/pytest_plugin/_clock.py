"""The clock of the test's account."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypedDict, Unpack

from smartflo_contract.pytest_plugin._admin_client import AdminClient
from smartflo_contract.pytest_plugin._webhooks import WebhookSummary, summary_of


class Duration(TypedDict, total=False):
    """The arguments of :class:`datetime.timedelta`."""

    weeks: float
    days: float
    hours: float
    minutes: float
    seconds: float
    milliseconds: float
    microseconds: float


_UNITS: Final = tuple(Duration.__annotations__)


class Clock:
    """The clock of an account. Tokens, lock-outs, the rate limit, batches and the times of new leads follow it."""

    def __init__(self, admin: AdminClient) -> None:
        """Refer to the clock of an account."""
        self._admin = admin

    @property
    def now(self) -> datetime:
        """Its time, in UTC."""
        __tracebackhide__ = True
        clock: dict[str, Any] = self._admin("GET", "/clock")
        return datetime.fromtimestamp(clock["now"] / 1_000, UTC)

    def advance(self, **duration: Unpack[Duration]) -> WebhookSummary:
        """Advance it by a duration, send the webhooks that become due, and return what came of them.

        Args:
            duration: arguments of :class:`datetime.timedelta`, such as ``hours=2`` or ``seconds=1.5``.

        Raises:
            ValueError: a unit does not exist, or the clock cannot be set to that time.
        """
        __tracebackhide__ = True
        unknown = [name for name in duration if name not in _UNITS]
        if unknown or not duration:
            problem = f"unknown unit `{unknown[0]}`" if unknown else "expected a duration, such as hours=2"
            message = f"advance: {problem}; the units are {', '.join(_UNITS)}"
            raise ValueError(message)
        try:
            seconds = timedelta(**duration).total_seconds()
        except (TypeError, ValueError, OverflowError) as error:
            message = f"advance: expected numbers, such as hours=2: {error}"
            raise ValueError(message) from None
        clock = self._admin("PATCH", "/clock", {"advance": seconds})
        return summary_of(clock.get("webhooks"))

    def set(self, now: datetime | str) -> None:
        """Set it to a time. A running clock goes on from there.

        Args:
            now: a datetime or ISO 8601; UTC if it has no time zone.
        """
        __tracebackhide__ = True
        self._admin("PATCH", "/clock", {"now": _iso(now)})

    def freeze(self, now: datetime | str | None = None) -> None:
        """Stop it until it is advanced, set or started.

        Args:
            now: time to stop at, as for :meth:`set`; ``None`` for the current time.
        """
        __tracebackhide__ = True
        self._admin("PATCH", "/clock", {"frozen": True} | ({} if now is None else {"now": _iso(now)}))

    def start(self) -> None:
        """Start it at its current time."""
        __tracebackhide__ = True
        self._admin("PATCH", "/clock", {"frozen": False})


def _iso(now: object) -> str:
    __tracebackhide__ = True
    if isinstance(now, str | datetime):
        return now if isinstance(now, str) else now.isoformat()
    message = f'now: expected a datetime or ISO 8601 such as "2026-03-01T10:00:00Z", got {now!r}'
    raise ValueError(message)
