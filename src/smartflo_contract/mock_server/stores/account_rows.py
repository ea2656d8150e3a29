"""Accounts as rows of the tables of a store: only what differs is written and read."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import orjson
from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, false, select, update

from smartflo_contract.mock_server.accounts.account import Account, Batch
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.accounts.settings import UNSET, Settings
from smartflo_contract.mock_server.accounts.snapshot import dump_fields, load_account, load_settings
from smartflo_contract.mock_server.lists.catalog import Catalog, CatalogKey
from smartflo_contract.mock_server.lists.definition_json import definition_from_json, definition_to_json
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.stores.freshness import Version
from smartflo_contract.mock_server.stores.inserts import insert_into
from smartflo_contract.mock_server.stores.tables import ACCOUNTS, BATCHES, LEADS, LISTS

_CHUNK_ACCOUNTS: Final = 200
"""Number of accounts that are in memory while all are read."""
_CHUNK_ROWS: Final = 500
"""Maximum number of accounts or lists in one query; a statement has a limited number of parameters."""
_FIELDS: Final = (
    "clock",
    "failed_logins",
    "locked_until",
    "logged_out",
    "catalog",
    "mutant_served",
    "mutants_served",
    "rate_budget",
    "requests",
    "advanced_ms",
    "dnd",
    "former_dnd",
    "dnd_lists",
    "calls",
    "broadcasts",
    "pending_webhooks",
)
"""Attributes of an account in the column ``content``."""
_T = TypeVar("_T")
_Lines: TypeAlias = dict[int, dict[int, bytes | None]]
"""Key of a list to the JSON of its edited leads by index."""


class Known(NamedTuple):
    """An account that was read before.

    Attributes:
        account: the account; its lists are changed in place.
        generation: its generation then.
    """

    account: Account
    generation: int


def is_saved(stored: Account, account: Account) -> bool:
    """Return whether a draft of a stored account has no changes."""
    return (
        all(edited.is_saved for edited in account.lists.values())
        and account.settings == stored.settings
        and account.fault_counts == stored.fault_counts
        and account.batches == stored.batches
        and _fields(account) == _fields(stored)
    )


def is_pristine(account: Account) -> bool:
    """Return whether an account is in its initial state, so that it has no row."""
    return not account.lists and is_saved(_PRISTINE, account)


def read_accounts(
    connection: Connection, rows: Sequence[Any], catalogs: Catalogs, known: Known | None = None, *, leads: bool = True
) -> list[Account]:
    """Return the accounts of rows in the table of accounts.

    Args:
        connection: a transaction.
        rows: the rows.
        catalogs: the lists of the fake.
        known: the account of the only row when it was read before; ``None`` to read all.
        leads: whether to read the leads of lists, besides their number.
    """
    since = 0 if known is None else known.generation
    ids = [row.id for row in rows]
    lists = _by_account(_select(connection, LISTS, LISTS.c.account, ids, LISTS.c.generation > since))
    batches = _by_account(
        _select(connection, BATCHES, BATCHES.c.account, ids, BATCHES.c.generation > since)
        if any(row.batches for row in rows)
        else ()
    )
    edited = {} if known is None else known.account.lists
    lines = _read_lines(connection, lists, edited, since) if leads else defaultdict(dict)
    accounts = []
    for row in rows:
        account, catalog = _read_row(row, catalogs, known)
        _apply_lists(account, catalog, row.incarnation, lists[row.id], lines)
        _apply_batches(account, row.batches, batches[row.id])
        accounts.append(account)
    return accounts


def read_in_chunks(
    connection: Connection, rows: Sequence[Any], catalogs: Catalogs, *, leads: bool = True
) -> Iterator[tuple[str, Account]]:
    """Yield id and account of rows in the table of accounts; some of the accounts are in memory at a time.

    Args:
        connection: a transaction.
        rows: the rows.
        catalogs: the lists of the fake.
        leads: whether to read the leads of lists, besides their number.
    """
    for start in range(0, len(rows), _CHUNK_ACCOUNTS):
        chunk = rows[start : start + _CHUNK_ACCOUNTS]
        accounts = read_accounts(connection, chunk, catalogs, leads=leads)
        yield from zip((row.id for row in chunk), accounts, strict=True)


def _read_row(row: Any, catalogs: Catalogs, known: Known | None) -> tuple[Account, Catalog]:
    """Return an account with the lists and batches that are known of it, and its catalog."""
    settings = load_settings({"settings": orjson.loads(row.settings)}) if row.settings else UNSET
    fields = orjson.loads(row.content) if row.content else _PRISTINE_FIELDS
    key = fields["world"] and CatalogKey(**fields["world"])
    catalog = catalogs.resolve(settings, key).catalog
    counts = orjson.loads(row.fault_counts) if row.fault_counts else {}
    account = load_account({**fields, "fault_counts": counts, "lists": {}, "batches": {}}, settings, catalog)
    account.catalog, account.mutants_served = key, set(fields["mutants_served"])
    if known is not None:
        account.lists, account.lead_index = dict(known.account.lists), known.account.lead_index
        account.batches = dict(known.account.batches)
    return account, catalog


def _apply_lists(account: Account, catalog: Catalog, incarnation: int, lists: Sequence[Any], lines: _Lines) -> None:
    """Apply what was stored of lists to an account."""
    for stored in lists:
        edited = account.lists.get(stored.list_id)
        content = orjson.loads(stored.content)
        writer = catalog.writer(definition_from_json(content["definition"]))
        if edited is None or edited.key != stored.key:
            edited = catalog.edited_list(catalog.lists[stored.list_id]) if stored.is_fixture else EditedList(writer)
            edited.key, edited.touched, edited.deleted = stored.key, True, stored.deleted
            account.put_list(stored.list_id, edited, catalog.key)
        edited.writer, edited.description = writer, content["description"]
        edited.apply(stored.next_index, lines[stored.key])
        edited.mark_saved(_list_version(Version(incarnation, stored.generation)))


def _apply_batches(account: Account, count: int, batches: Sequence[Any]) -> None:
    """Add new batches to an account, and drop the oldest beyond the number that the account has."""
    for batch in sorted(batches, key=lambda batch: (batch.generation, batch.batch_id)):
        account.batches[batch.batch_id] = Batch(batch.outcome, batch.done_at)
    while len(account.batches) > count:
        del account.batches[next(iter(account.batches))]


def _read_lines(
    connection: Connection, lists: Mapping[str, Sequence[Any]], known: Mapping[int, EditedList], since: int
) -> _Lines:
    """Return the edited leads of lists; of those that were read before, only the leads that changed since."""
    keys = {edited.key for edited in known.values()}
    stored = [row.key for rows in lists.values() for row in rows if not row.deleted]
    new, changed = [key for key in stored if key not in keys], [key for key in stored if key in keys]
    lines: _Lines = defaultdict(dict)
    for some_keys, is_newer in ((new, ()), (changed, (LEADS.c.generation > since,))):
        for row in _select(connection, LEADS, LEADS.c.list_key, some_keys, *is_newer):
            lines[row.list_key][row.lead_index] = row.lead
    return lines


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
    _write_row(connection, account_id, stored, account, version)
    for list_id, edited in account.lists.items():
        if not edited.is_saved:
            _write_list(connection, {"account": account_id, "list_id": list_id} | common, edited, stored.lists)
            edited.mark_saved(_list_version(version))
    if account.batches == stored.batches:
        return
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


def delete_account(connection: Connection, account_id: str | None) -> None:
    """Delete the rows of an account, or of all accounts for ``None``, in a transaction that has locked them."""
    if account_id is None:
        for table in (LEADS, LISTS, BATCHES, ACCOUNTS):
            connection.execute(delete(table))
        return
    keys = select(LISTS.c.key).where(LISTS.c.account == account_id)
    connection.execute(delete(LEADS).where(LEADS.c.list_key.in_(keys)))
    for table, column in ((LISTS, LISTS.c.account), (BATCHES, BATCHES.c.account), (ACCOUNTS, ACCOUNTS.c.id)):
        connection.execute(delete(table).where(column == account_id))


def reset_fault_counts(connection: Connection) -> None:
    """Reset the fault counts of all accounts without fault rules of their own; those must be locked."""
    counted = (ACCOUNTS.c.fault_counts != "", ACCOUNTS.c.has_faults == false())
    values = {"fault_counts": "", "generation": ACCOUNTS.c.generation + 1}
    connection.execute(update(ACCOUNTS).where(*counted).values(values))
    initial = (ACCOUNTS.c.settings == "", ACCOUNTS.c.fault_counts == "", ACCOUNTS.c.content == "")
    has_lists = exists().where(LISTS.c.account == ACCOUNTS.c.id)
    connection.execute(delete(ACCOUNTS).where(*initial, ACCOUNTS.c.batches == 0, ~has_lists))


def read_fault_counts(connection: Connection) -> Iterator[dict[int, int]]:
    """Yield the fault counts of each account without fault rules of its own."""
    counted = (ACCOUNTS.c.fault_counts != "", ACCOUNTS.c.has_faults == false(), ACCOUNTS.c.id != ALL_ACCOUNTS)
    for counts in connection.scalars(select(ACCOUNTS.c.fault_counts).where(*counted)):
        yield {int(number): count for number, count in orjson.loads(counts).items()}


def _list_version(version: Version) -> str:
    """Return what identifies the leads of a list in its entity tag, in all processes."""
    return f"{version.incarnation:x}-{version.generation:x}"


def _write_row(connection: Connection, account_id: str, stored: Account, account: Account, version: Version) -> None:
    """Write the row of an account: all columns of a new one, else those that differ."""
    is_new = version.generation == 1
    row: dict[str, Any] = {"generation": version.generation, "written_at": time.time()}
    if is_new or account.settings != stored.settings:
        row |= {"settings": _dump_settings(account.settings), "has_faults": account.settings.faults is not None}
    if is_new or account.fault_counts != stored.fault_counts:
        counts = {str(number): count for number, count in account.fault_counts.items()}
        row["fault_counts"] = orjson.dumps(counts).decode() if counts else ""
    if is_new or _fields(account) != _fields(stored):
        row["content"] = _dump_fields(account)
    if is_new or len(account.batches) != len(stored.batches):
        row["batches"] = len(account.batches)
    if is_new:
        connection.execute(ACCOUNTS.insert(), {"id": account_id, "incarnation": version.incarnation, **row})
    else:
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(row))


def _fields(account: Account) -> list[object]:
    return [getattr(account, name) for name in _FIELDS]


def _dump_settings(settings: Settings) -> str:
    return "" if settings == UNSET else orjson.dumps(asdict(settings)).decode()


def _dump_fields(account: Account) -> str:
    if _fields(account) == _fields(_PRISTINE):
        return ""
    fields = dump_fields(account) | {"mutants_served": sorted(account.mutants_served)}
    del fields["fault_counts"]
    return orjson.dumps(fields).decode()


def _write_list(
    connection: Connection, key: Mapping[str, Any], edited: EditedList, stored: Mapping[int, EditedList]
) -> None:
    """Write what is not saved of a list.

    Args:
        connection: a transaction.
        key: primary key and generation of the list's row.
        edited: the list.
        stored: the lists of the account as they are in the database.
    """
    previous = stored.get(key["list_id"])
    if previous is not None and previous.key != edited.key:
        connection.execute(delete(LEADS).where(LEADS.c.list_key == previous.key))
    next_index, lines = edited.unsaved()
    content = {"definition": definition_to_json(edited.writer.definition), "description": edited.description}
    row = {"key": edited.key, "content": orjson.dumps(content).decode(), "next_index": next_index}
    row |= {"deleted": edited.deleted, "is_fixture": edited.is_fixture}
    _upsert(connection, LISTS, [{**key, **row}])
    common = {"list_key": edited.key, "generation": key["generation"]}
    _upsert(connection, LEADS, [{**common, "lead_index": index, "lead": line} for index, line in lines.items()])


def _upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or replace those with the same primary key."""
    if not rows:
        return
    statement = insert_into(connection, table)
    values = {column.name: column for column in statement.excluded if not column.primary_key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values), rows)


def _select(
    connection: Connection, table: Table, column: ColumnElement[_T], values: Iterable[_T], *conditions: Any
) -> Iterator[Any]:
    """Yield the rows with one of some values in a column, in a query for each chunk of values."""
    remaining = iter(values)
    while chunk := list(islice(remaining, _CHUNK_ROWS)):
        yield from connection.execute(select(table).where(and_(column.in_(chunk), *conditions)))


def _by_account(rows: Iterable[Any]) -> defaultdict[str, list[Any]]:
    grouped: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.account].append(row)
    return grouped


_PRISTINE: Final = Account()
_PRISTINE_FIELDS: Final = dump_fields(_PRISTINE) | {"mutants_served": []}
