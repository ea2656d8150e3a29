"""Counters among the facts about a store."""

from sqlalchemy import Connection, insert, select, update

from smartflo_contract.mock_server.stores.tables import META


def read_counter(connection: Connection, key: str) -> int:
    """Return a counter; 0 if it was never written."""
    return int(connection.scalar(select(META.c.value).where(META.c.key == key)) or 0)


def write_counter(connection: Connection, key: str, value: int) -> None:
    """Write a counter, in a transaction that no other one with the same counter overlaps."""
    if not connection.execute(update(META).where(META.c.key == key).values(value=str(value))).rowcount:
        connection.execute(insert(META), {"key": key, "value": str(value)})
