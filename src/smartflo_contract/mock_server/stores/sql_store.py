"""Accounts in a database that several processes and machines share.

Each process caches the accounts that it has read, with their version in the database. A request asks once whether its
account has another version by now. If so, only the rows that were written since are read.
"""

import secrets
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from threading import Lock, RLock
from typing import Final

from sqlalchemy import Connection, delete, select

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.stores.account_rows import (
    dump_content,
    is_saved,
    read_account,
    write_account,
)
from smartflo_contract.mock_server.stores.engine import Database
from smartflo_contract.mock_server.stores.freshness import PRISTINE_VERSION, Version, freshness_of
from smartflo_contract.mock_server.stores.tables import ACCOUNTS, BATCHES, LEADS, LISTS

_UNKNOWN: Final = Version(-1, -1)
"""Version of an account that has to be read from the database."""
_NEVER: Final = -1
"""Number of a check that has not taken place."""
_MAX_INCARNATION: Final = 2**63 - 1


class _Entry:
    """A cached account.

    Attributes:
        account: the account, as it was committed.
        version: its version in the database.
        confirmed: number of the check that confirmed the version last.
        lock: held by whoever edits the account, and by readers of its lists, which edits change in place.
        writing: held by whoever edits the account or waits for its lock in the database, for which readers do not wait.
    """

    __slots__ = ("account", "confirmed", "lock", "version", "writing")

    def __init__(self) -> None:
        """Create an entry that has to be read."""
        self.lock, self.writing = RLock(), RLock()
        self.forget()

    def forget(self) -> None:
        """Read the account from the database when it is needed next."""
        self.account, self.version, self.confirmed = Account(), _UNKNOWN, _NEVER


class SqlStore:
    """Stores accounts in a database.

    Args:
        database: the database.
        catalogs: the lists of the fake.
        max_cached: maximum number of accounts that this process caches; the database keeps all.
    """

    def __init__(self, database: Database, catalogs: Catalogs, max_cached: int) -> None:
        """Read nothing yet."""
        self._database = database
        self._catalogs = catalogs
        self._max_cached = max_cached
        self._freshness = freshness_of(database)
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = Lock()

    def renew_locks(self) -> None:
        """Replace locks and connections: those of the process that was forked are not of this one."""
        self._lock = Lock()
        self._entries = OrderedDict()
        self._database.engine.dispose(close=False)
        self._freshness.renew()

    def close(self) -> None:
        """Close all connections that are not in use. They are opened again when they are needed."""
        self._freshness.close()
        self._database.close()

    def refresh(self, account_id: str) -> None:
        """Read what other processes have changed, of an account and of the settings of all accounts.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        entries = {key: self._entry(key) for key in (account_id, ALL_ACCOUNTS)}
        known = {key: (entry.version, entry.confirmed) for key, entry in entries.items()}
        changed, number = self._freshness.changed(known)
        for key in changed:
            self._read(key, entries[key])
        for key, entry in entries.items():
            if key in changed or entry.version == known[key][0]:
                entry.confirmed = number

    def get(self, account_id: str) -> Account:
        """Return an account, for reading only."""
        entry = self._entry(account_id)
        if entry.version is _UNKNOWN:
            self._read(account_id, entry)
        return entry.account

    def peek(self, account_id: str) -> Account:
        """Return an account, for reading only."""
        return self.get(account_id)

    @contextmanager
    def reading(self, account_id: str) -> Iterator[Account]:
        """Lock an account for one caller of this process, who only reads it: what is not committed is not seen."""
        entry = self._entry(account_id)
        with entry.lock:
            if entry.version is _UNKNOWN:
                self._read(account_id, entry)
            yield entry.account

    @contextmanager
    def edit(self, account_id: str) -> Iterator[Account]:
        """Lock an account for one caller of all processes, who may change it. All changes are stored, or none.

        Raises:
            StoreUnavailable: the database does not answer, or does not accept the changes. Nothing was stored.
        """
        entry = self._entry(account_id)
        with entry.writing, ExitStack() as until_committed:
            draft, version = None, entry.version
            try:
                with self._database.transaction(account_id) as connection:
                    until_committed.enter_context(entry.lock)
                    self._load(connection, account_id, entry)
                    draft, version = entry.account.draft(), entry.version
                    yield draft
                    draft.forget_unedited()
                    version = self._save(connection, account_id, entry, draft)
            except BaseException:
                if draft is not None:
                    draft.forget_unedited()
                    if version != entry.version or not is_saved(entry.account, draft):
                        entry.forget()  # its lists were changed in place, and may be marked as saved
                raise
            if version != entry.version:
                entry.account, entry.version, entry.confirmed = draft, version, _NEVER

    def forget(self, account_id: str | None) -> None:
        """Reset an account to its initial state, or all accounts for ``None``."""
        with self._database.transaction(account_id) as connection:
            self._delete(connection, account_id)
        with self._lock:
            entries = list(self._entries.values()) if account_id is None else [self._entries.get(account_id)]
        for entry in filter(None, entries):
            with entry.lock:
                entry.forget()

    def replace(self, accounts: Mapping[str, Account], *, all_: bool) -> None:
        """Replace accounts atomically.

        Args:
            accounts: the new accounts by id.
            all_: reset all other accounts.
        """
        with self._database.transaction() as connection:
            if all_:
                self._delete(connection, None)
            for account_id, account in accounts.items():
                if not all_:
                    self._delete(connection, account_id)
                entry = _Entry()
                entry.version = PRISTINE_VERSION
                self._save(connection, account_id, entry, account)
        with self._lock:
            entries = list(self._entries.values())
        for entry in entries:
            with entry.lock:
                entry.forget()

    def ids(self) -> list[str]:
        """Return the ids of all stored accounts, the one that was written longest ago first."""
        query = select(ACCOUNTS.c.id).where(ACCOUNTS.c.id != ALL_ACCOUNTS).order_by(ACCOUNTS.c.written_at)
        with self._database.snapshot() as connection:
            return list(connection.scalars(query))

    def _entry(self, account_id: str) -> _Entry:
        """Return the cache entry of an account; the least recently used one is dropped beyond the maximum."""
        with self._lock:
            entry = self._entries.get(account_id)
            if entry is None:
                entry = self._entries[account_id] = _Entry()
                if len(self._entries) > self._max_cached + 1:  # one is for the settings of all accounts
                    del self._entries[next(key for key in self._entries if key not in {ALL_ACCOUNTS, account_id})]
            else:
                self._entries.move_to_end(account_id)
            return entry

    def _read(self, account_id: str, entry: _Entry) -> None:
        """Bring an entry up to date."""
        with entry.lock, self._database.snapshot() as connection:
            self._load(connection, account_id, entry)

    def _load(self, connection: Connection, account_id: str, entry: _Entry) -> None:
        """Read what was written since an entry was read. Its lock is held."""
        row = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.id == account_id)).one_or_none()
        version = PRISTINE_VERSION if row is None else Version(row.incarnation, row.generation)
        if version == entry.version:
            return
        if row is None:
            entry.account = Account()
        else:
            known = (entry.account, entry.version.generation) if version[0] == entry.version[0] else None
            try:
                entry.account = read_account(connection, row, self._catalogs, known=known)
            except BaseException:
                entry.forget()  # its lists are partly changed
                raise
        entry.version = version

    def _save(self, connection: Connection, account_id: str, entry: _Entry, account: Account) -> Version:
        """Write what differs from an entry, and return the version of the account in the database."""
        if is_saved(entry.account, account):
            return entry.version
        if not account.lists and not account.batches and dump_content(account) == _PRISTINE_CONTENT:
            self._delete(connection, account_id)
            return PRISTINE_VERSION
        incarnation, generation = entry.version
        version = Version(incarnation or 1 + secrets.randbelow(_MAX_INCARNATION), generation + 1)
        write_account(connection, account_id, entry.account, account, version)
        return version

    @staticmethod
    def _delete(connection: Connection, account_id: str | None) -> None:
        for table, column in _COLUMNS_OF_ACCOUNTS:
            statement = delete(table)
            connection.execute(statement if account_id is None else statement.where(column == account_id))


_PRISTINE_CONTENT: Final = dump_content(Account())
_COLUMNS_OF_ACCOUNTS: Final = (
    (LEADS, LEADS.c.account),
    (LISTS, LISTS.c.account),
    (BATCHES, BATCHES.c.account),
    (ACCOUNTS, ACCOUNTS.c.id),
)
