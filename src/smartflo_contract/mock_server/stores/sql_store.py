"""Accounts in a database that several processes and machines share.

Each process caches the accounts that it has read, with their version in the database. A request asks once whether its
account has another version by now. If so, only the rows that were written since are read.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from threading import Lock, RLock
from typing import Final

from sqlalchemy import Connection, select

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.stores.account_rows import (
    Known,
    delete_account,
    is_pristine,
    is_saved,
    read_accounts,
    read_fault_counts,
    read_in_chunks,
    reset_fault_counts,
    write_account,
)
from smartflo_contract.mock_server.stores.engine import Database
from smartflo_contract.mock_server.stores.freshness import PRISTINE_VERSION, Version, freshness_of, new_version
from smartflo_contract.mock_server.stores.tables import ACCOUNTS
from smartflo_contract.mock_server.stores.ticking_worker import TICKING_WORKER, claim_ticks

_UNKNOWN: Final = Version(-1, -1)
"""Version of an account that has to be read from the database."""
_NEVER: Final = -1
"""State of the database at no check."""
_ORDER: Final = (ACCOUNTS.c.written_at, ACCOUNTS.c.id)


class _Entry:
    """A cached account.

    Attributes:
        account: the account, as it was committed.
        version: its version in the database.
        confirmed: state of the database at the last check that confirmed the version.
        editing: held by the thread that edits the account, also while it waits for the lock of the database.
        lock: held while the lists of the account change, which they do in place, and by their readers.
    """

    __slots__ = ("account", "confirmed", "editing", "lock", "version")

    def __init__(self) -> None:
        """Create an entry that has to be read."""
        self.editing = RLock()
        self.lock = RLock()
        self.forget()

    def forget(self) -> None:
        """Read the account from the database when it is needed next."""
        self.account, self.version = Account(), _UNKNOWN
        self.confirmed: bytes | int | None = _NEVER


class SqlStore:
    """Stores accounts in a database.

    Locks are taken in one order: that of an edit, then the database, then that of the lists. So readers of an account
    wait for no other process.

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
        self._renew_entries()

    def _renew_entries(self) -> None:
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._common = _Entry()
        self._lock = Lock()

    def renew_locks(self) -> None:
        """Replace locks and connections: those of the process that was forked are not of this one."""
        self._renew_entries()
        self._database.renew()
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
        entry, common = self._entry(account_id), self._common
        state = self._freshness.state()
        if state is not None and state == entry.confirmed == common.confirmed:
            return
        entries = {account_id: entry, ALL_ACCOUNTS: common}
        versions = self._freshness.versions(entries)
        for checked_id, checked in entries.items():
            if versions.get(checked_id, PRISTINE_VERSION) != checked.version:
                self._read(checked_id, checked)
            checked.confirmed = state

    def check_file(self) -> None:
        """Check that the SQLite file is the one that this process uses.

        Raises:
            StoreUnavailable: it was deleted or replaced.
        """
        self._database.check_file()

    def refresh_waits(self) -> bool:
        """Return whether the next check of a version waits for the response of a database server."""
        return self._freshness.waits

    def get(self, account_id: str) -> Account:
        """Return an account, for reading only."""
        entry = self._common if account_id == ALL_ACCOUNTS else self._entries.get(account_id)
        if entry is None:
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
        self.get(account_id)
        entry = self._entry(account_id)
        while True:
            with entry.lock:
                if entry.version is not _UNKNOWN:
                    yield entry.account
                    return
            self._read(account_id, entry)  # an edit failed in the meantime

    @contextmanager
    def edit(self, account_id: str) -> Iterator[Account]:
        """Lock an account for one caller of all processes, who may change it. All changes are stored, or none.

        Raises:
            StoreUnavailable: the database does not answer, or does not accept the changes. Nothing was stored.
        """
        entry = self._entry(account_id)
        with entry.editing, ExitStack() as locks:
            draft, version = None, _UNKNOWN
            try:
                with self._database.transaction(account_id) as connection:
                    locks.enter_context(entry.lock)  # until the account is replaced below
                    self._load(connection, account_id, entry)
                    draft = entry.account.draft()
                    yield draft
                    version = self._save(connection, account_id, entry, draft)
            except BaseException:
                if draft is not None and (version is not _UNKNOWN or _has_changes(entry.account, draft)):
                    entry.forget()  # its lists were changed in place
                raise
            if version != entry.version:
                entry.account, entry.version, entry.confirmed = draft, version, _NEVER

    def forget(self, account_id: str | None) -> None:
        """Reset an account to its initial state, or all accounts for ``None``."""
        with self._database.transaction(account_id) as connection:
            delete_account(connection, account_id)
        self._forget_entries(account_id)

    def replace(self, accounts: Mapping[str, Account], *, all_: bool) -> None:
        """Replace accounts atomically.

        Args:
            accounts: the new accounts by id.
            all_: reset all other accounts.
        """
        with self._database.transaction() as connection:
            if all_:
                delete_account(connection, None)
            for account_id, account in accounts.items():
                if not all_:
                    delete_account(connection, account_id)
                if not is_pristine(account):
                    write_account(connection, account_id, Account(), account, new_version())
        self._forget_entries(None)

    def ids(self) -> list[str]:
        """Return the ids of all stored accounts, the one that was written longest ago first."""
        query = select(ACCOUNTS.c.id).where(ACCOUNTS.c.id != ALL_ACCOUNTS).order_by(*_ORDER)
        with self._database.snapshot() as connection:
            return list(connection.scalars(query))

    def accounts(self, *, leads: bool = True) -> Iterator[tuple[str, Account]]:
        """Yield all stored accounts with their ids, as they are at one time, without caching them.

        Args:
            leads: whether to read the leads of lists, besides their number.
        """
        query = select(ACCOUNTS).where(ACCOUNTS.c.id != ALL_ACCOUNTS).order_by(*_ORDER)
        with self._database.snapshot() as connection:
            rows = connection.execute(query).all()
            yield from read_in_chunks(connection, rows, self._catalogs, leads=leads)

    def fault_counts(self) -> list[Mapping[int, int]]:
        """Return the fault counts of the accounts without fault rules of their own."""
        with self._database.snapshot() as connection:
            return list(read_fault_counts(connection))

    def reset_fault_counts(self) -> None:
        """Reset the fault counts of the accounts without fault rules of their own."""
        with self._database.transaction() as connection:
            reset_fault_counts(connection)

    def claim_ticks(self, worker: str, now: float) -> bool:
        """Return whether a worker is the one of all workers that advances accounts as time passes."""
        with self._database.transaction(TICKING_WORKER, changes_accounts=False) as connection:
            return claim_ticks(connection, worker, now)

    def _entry(self, account_id: str) -> _Entry:
        """Return the cache entry of an account; the least recently used one is dropped beyond the maximum."""
        if account_id == ALL_ACCOUNTS:
            return self._common
        with self._lock:
            entry = self._entries.get(account_id)
            if entry is None:
                entry = self._entries[account_id] = _Entry()
                if len(self._entries) > self._max_cached:
                    self._entries.popitem(last=False)
            else:
                self._entries.move_to_end(account_id)
            return entry

    def _forget_entries(self, account_id: str | None) -> None:
        """Read an account, or all accounts for ``None``, when it is needed next."""
        with self._lock:
            entries = [self._common, *self._entries.values()] if account_id is None else []
            if account_id is not None:
                entries += filter(None, [self._common if account_id == ALL_ACCOUNTS else self._entries.get(account_id)])
        for entry in entries:
            with entry.lock:
                entry.forget()

    def _read(self, account_id: str, entry: _Entry) -> None:
        """Bring an entry up to date."""
        with self._database.snapshot() as connection, entry.lock:  # the first statement fixes the state that is seen
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
            is_same = version.incarnation == entry.version.incarnation
            known = Known(entry.account, entry.version.generation) if is_same else None
            try:
                (entry.account,) = read_accounts(connection, [row], self._catalogs, known)
            except BaseException:
                entry.forget()  # its lists are partly changed
                raise
        entry.version = version

    @staticmethod
    def _save(connection: Connection, account_id: str, entry: _Entry, account: Account) -> Version:
        """Write what differs from an entry, and return the version of the account in the database."""
        if not _has_changes(entry.account, account):
            return entry.version
        if is_pristine(account):
            delete_account(connection, account_id)
            return PRISTINE_VERSION
        version = entry.version._replace(generation=entry.version.generation + 1)
        if entry.version == PRISTINE_VERSION:
            version = new_version()
        write_account(connection, account_id, entry.account, account, version)
        return version


def _has_changes(stored: Account, draft: Account) -> bool:
    """Return whether a draft differs from the stored account."""
    draft.forget_unedited()
    return not is_saved(stored, draft)
