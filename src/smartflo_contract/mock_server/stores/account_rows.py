"""Accounts as rows of the tables of a store: only what differs is written and read."""

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import orjson
from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from smartflo_contract.mock_server.accounts.account import Account, Batch
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.accounts.settings import UNSET
from smartflo_contract.mock_server.accounts.snapshot import dump_fields, load_account, load_settings
from smartflo_contract.mock_server.lists.catalog import Catalog, CatalogKey
from smartflo_contract.mock_server.lists.definition_json import definition_from_json, definition_to_json
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.stores.freshness import Version
from smartflo_contract.mock_server.stores.tables import ACCOUNTS, BATCHES, LEADS, LISTS

_Known: TypeAlias = tuple[Account, int]
"""An account that was read before, and its generation then."""
_INSERTS: Final[Mapping[str, Any]] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}


def dump_content(account: Account) -> str:
    """Return everything of an account but its lists and batches, as JSON."""
    content = dump_fields(account) | {"mutants_served": sorted(account.mutants_served)}
    return orjson.dumps(content).decode()


def is_saved(stored: Account, account: Account) -> bool:
    """Return whether a draft of a stored account has no changes."""
    return (
        all(edited.is_saved for edited in account.lists.values())
        and account.batches == stored.batches
        and dump_content(account) == dump_content(stored)
    )


def read_account(connection: Connection, row: Any, catalogs: Catalogs, *, known: _Known | None) -> Account:
    """Return an account.

    Args:
        connection: a transaction.
        row: its row in the table of accounts.
        catalogs: the lists of the fake.
        known: the account when it was read before, of which the lists are changed in place; ``None`` to read all.
    """
    fields = orjson.loads(row.content)
    settings = load_settings(fields)
    key = fields["world"] and CatalogKey(**fields["world"])
    catalog = catalogs.resolve(settings, key).catalog
    account = load_account({**fields, "lists": {}, "batches": {}}, settings if settings != UNSET else UNSET, catalog)
    account.catalog, account.mutants_served = key, set(fields["mutants_served"])
    since = 0
    if known is not None:
        stored, since = known
        account.lists, account.batches, account.lead_index = dict(stored.lists), stored.batches, stored.lead_index
    _read_lists(connection, row, account, catalog, since=since)
    _read_batches(connection, row.id, account, since)
    return account


def write_account(connection: Connection, account_id: str, stored: Account, account: Account, version: Version) -> None:
    """Write what differs from the stored account.

    Args:
        connection: a transaction that has locked the account.
        account_id: the id of the account.
        stored: the account as it is in the database.
        account: the account as it is to be.
        version: its new version.
    """
    common = {"generation": version.generation}
    row = {"id": account_id, "incarnation": version.incarnation, "content": dump_content(account)}
    _upsert(connection, ACCOUNTS, [row | common | {"written_at": time.time()}])
    for list_id, edited in account.lists.items():
        if not edited.is_saved:
            _write_list(connection, {"account": account_id, "list_id": list_id} | common, edited)
            edited.mark_saved(_list_version(version))
    added = [
        {"account": account_id, "batch_id": batch_id, **common, **batch._asdict()}
        for batch_id, batch in account.batches.items()
        if batch_id not in stored.batches
    ]
    _upsert(connection, BATCHES, added)
    dropped = stored.batches.keys() - account.batches.keys()
    if dropped:
        of_account = BATCHES.c.account == account_id
        connection.execute(delete(BATCHES).where(of_account, BATCHES.c.batch_id.in_(dropped)))


def _list_version(version: Version) -> str:
    """Return what identifies the leads of a list in its entity tag, in all processes."""
    return f"{version.incarnation:x}-{version.generation:x}"


def _write_list(connection: Connection, key: Mapping[str, Any], edited: EditedList) -> None:
    next_index, lines = edited.unsaved()
    definition = orjson.dumps(definition_to_json(edited.writer.definition)).decode()
    row = {"definition": definition, "description": edited.description, "deleted": edited.deleted}
    _upsert(connection, LISTS, [{**key, **row, "next_index": next_index}])
    if edited.deleted:
        of_list = (LEADS.c.account == key["account"], LEADS.c.list_id == key["list_id"])
        connection.execute(delete(LEADS).where(*of_list))
    else:
        _upsert(connection, LEADS, [{**key, "lead_index": index, "lead": line} for index, line in lines.items()])


def _upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or replace those with the same primary key."""
    if not rows:
        return
    statement = _INSERTS[connection.dialect.name](table)
    values = {column.name: column for column in statement.excluded if not column.primary_key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values), rows)


def _read_lists(connection: Connection, row: Any, account: Account, catalog: Catalog, *, since: int) -> None:
    """Read the lists that were written after a generation."""
    is_newer = (LISTS.c.account == row.id, LISTS.c.generation > since)
    lists = connection.execute(select(LISTS).where(*is_newer)).all()
    if not lists:
        return
    lines: defaultdict[int, dict[int, bytes | None]] = defaultdict(dict)
    columns = (LEADS.c.list_id, LEADS.c.lead_index, LEADS.c.lead)
    leads = select(*columns).where(LEADS.c.account == row.id, LEADS.c.generation > since)
    for list_id, index, lead in connection.execute(leads):
        lines[list_id][index] = lead
    for stored in lists:
        edited = account.lists.get(stored.list_id)
        writer = catalog.writer(definition_from_json(orjson.loads(stored.definition)))
        if edited is None or edited.deleted or stored.deleted:
            edited = EditedList(writer, deleted=stored.deleted, touched=True)
            account.put_list(stored.list_id, edited, catalog.key)
        edited.writer, edited.description = writer, stored.description
        edited.apply(stored.next_index, lines[stored.list_id])
        edited.mark_saved(_list_version(Version(row.incarnation, stored.generation)))


def _read_batches(connection: Connection, account_id: str, account: Account, since: int) -> None:
    """Read all bulk requests if any came after a generation; each of those may have replaced an old one."""
    query = select(BATCHES).where(BATCHES.c.account == account_id).order_by(BATCHES.c.batch_id)
    if connection.execute(query.where(BATCHES.c.generation > since).limit(1)).first() is not None:
        account.batches = {row.batch_id: Batch(row.outcome, row.done_at) for row in connection.execute(query)}
