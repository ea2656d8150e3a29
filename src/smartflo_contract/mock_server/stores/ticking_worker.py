"""The worker among those that share a store that advances accounts as time passes."""

from typing import Final

from sqlalchemy import Connection, insert, select, update

from smartflo_contract.mock_server.stores.tables import META

GONE_SECONDS: Final = 5.0
"""Age of the last claim of a worker from which another one takes over."""
TICKING_WORKER: Final = "ticking_worker"
"""Key of the fact which worker it is, and when it claimed to be."""


def claim_ticks(connection: Connection, worker: str, now: float) -> bool:
    """Return whether a worker is the one that advances accounts, and note its claim if it is.

    Args:
        connection: a transaction that no other claim overlaps.
        worker: differs for all workers; without ``/``.
        now: the wall clock of all workers, in seconds since the epoch.
    """
    is_key = META.c.key == TICKING_WORKER
    stored: str | None = connection.scalar(select(META.c.value).where(is_key))
    if stored is not None:
        owner, _, claimed_at = stored.partition("/")
        if owner != worker and abs(now - float(claimed_at)) < GONE_SECONDS:
            return False
    value = f"{worker}/{now}"
    if not connection.execute(update(META).where(is_key).values(value=value)).rowcount:
        connection.execute(insert(META), {"key": TICKING_WORKER, "value": value})
    return True
