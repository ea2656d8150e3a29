"""The INSERT statement of each database, which differs where a row exists already."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

_INSERTS: Final[Mapping[str, Any]] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}


def insert_into(connection: Connection, table: Table) -> Any:
    """Return the statement that inserts into a table, with the methods ``on_conflict_...`` of both databases."""
    return _INSERTS[connection.dialect.name](table)
