"""The clock of the test's account."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from smartflo_contract.pytest_plugin._admin_client import AdminClient

_DURATIONS: Final = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")


class Clock:
    """The clock of an account. Tokens, lock-outs, batches and the times of new leads follow it."""

    def __init__(self, admin: AdminClient) -> None:
        """Refer to the clock of an account."""
        self._admin = admin

    @property
    def now(self) -> datetime:
        """Its time, in UTC."""
        __tracebackhide__ = True
        clock: dict[str, Any] = self._admin("GET", "/clock")
        return datetime.fromtimestamp(clock["now"] / 1_000, UTC)

    def advance(self, **duration: float) -> None:
        """Advance it by a duration.

        Args:
            duration: arguments of :class:`datetime.timedelta`, such as ``hours=2`` or ``seconds=1.5``.

        Raises:
            ValueError: a unit does not exist, or the clock cannot be set to that time.
        """
        __tracebackhide__ = True
        unknown = [name for name in duration if name not in _DURATIONS]
        if unknown:
            message = f"advance: unknown unit `{unknown[0]}`; the units are {', '.join(_DURATIONS)}"
            raise ValueError(message)
        self._admin("PATCH", "/clock", {"advance": timedelta(**duration).total_seconds()})

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


def _iso(now: datetime | str) -> str:
    return now if isinstance(now, str) else now.isoformat()
