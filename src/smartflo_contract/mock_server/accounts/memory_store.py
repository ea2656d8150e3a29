"""Accounts in the memory of this process."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from threading import Lock, RLock

from smartflo_contract.mock_server.accounts.account import PRISTINE, Account
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS


class MemoryStore:
    """Stores accounts in memory. Beyond a maximum, it forgets the least recently used account.

    Args:
        max_accounts: maximum number of accounts, the settings of all accounts not counted.
    """

    def __init__(self, max_accounts: int) -> None:
        """Create an empty store."""
        self._max_accounts = max_accounts
        self._accounts: OrderedDict[str, tuple[Account, RLock]] = OrderedDict()
        self._lock = Lock()

    def renew_locks(self) -> None:
        """Replace the locks, which another thread may have held when this process was forked."""
        self._lock = Lock()
        self._accounts = OrderedDict(
            (account_id, (account, RLock())) for account_id, (account, _) in self._accounts.items()
        )

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def refresh(self, account_id: str) -> None:
        """Do nothing: no other process changes an account."""

    def check_file(self) -> None:
        """Do nothing: there is no file."""

    def refresh_waits(self) -> bool:
        """Return ``False``: there is no database."""
        return False

    def get(self, account_id: str) -> Account:
        """Return an account, for reading only."""
        with self._lock:
            stored = self._accounts.get(account_id)
            if stored is None:
                return PRISTINE
            self._accounts.move_to_end(account_id)
            return stored[0]

    def peek(self, account_id: str) -> Account:
        """Return an account for reading only, without counting it as recently used."""
        with self._lock:
            return self._accounts.get(account_id, (PRISTINE,))[0]

    def reading(self, account_id: str) -> AbstractContextManager[Account]:
        """Lock an account for one caller, who only reads it until the context ends."""
        return self.edit(account_id)

    @contextmanager
    def edit(self, account_id: str) -> Iterator[Account]:
        """Lock an account for one caller, who may change it. Forget it if it is pristine afterwards."""
        while True:
            with self._lock:
                account, lock = self._accounts.setdefault(account_id, (Account(), RLock()))
                self._accounts.move_to_end(account_id)
            with lock:
                if self._accounts.get(account_id, (None,))[0] is not account:
                    continue  # another caller forgot it in the meantime
                try:
                    yield account
                finally:
                    self._tidy(account_id, account)
                return

    def forget(self, account_id: str | None) -> None:
        """Reset an account to its initial state, or all accounts for ``None``."""
        with self._lock:
            if account_id is None:
                self._accounts.clear()
            else:
                self._accounts.pop(account_id, None)

    def replace(self, accounts: Mapping[str, Account], *, all_: bool) -> None:
        """Replace accounts atomically.

        Args:
            accounts: the new accounts by id.
            all_: reset all other accounts.
        """
        with self._lock:
            stored = OrderedDict() if all_ else self._accounts
            for account_id, account in accounts.items():
                if account == PRISTINE:
                    stored.pop(account_id, None)
                else:
                    stored[account_id] = (account, RLock())
            self._accounts = stored
            self._evict()

    def ids(self) -> list[str]:
        """Return the ids of all stored accounts, the least recently used first."""
        with self._lock:
            return [account_id for account_id in self._accounts if account_id != ALL_ACCOUNTS]

    def accounts(self, *, leads: bool = True) -> Iterator[tuple[str, Account]]:  # noqa: ARG002 - all are in memory
        """Yield all stored accounts with their ids, each locked until the next one is yielded.

        Args:
            leads: ignored.
        """
        for account_id in self.ids():
            with self.reading(account_id) as account:
                if account != PRISTINE:
                    yield account_id, account

    def fault_counts(self) -> list[Mapping[int, int]]:
        """Return the fault counts of the accounts without fault rules of their own."""
        accounts = map(self.peek, self.ids())
        return [account.fault_counts for account in accounts if account.settings.faults is None]

    def reset_fault_counts(self) -> None:
        """Reset the fault counts of the accounts without fault rules of their own."""
        for account_id in self.ids():
            if self.peek(account_id).settings.faults is None:
                with self.edit(account_id) as account:
                    account.fault_counts.clear()

    def claim_ticks(self, worker: str, now: float) -> bool:  # noqa: ARG002 - no other worker has these accounts
        """Return ``True``: no other worker advances these accounts.

        Args:
            worker: ignored.
            now: ignored.
        """
        return True

    def _tidy(self, account_id: str, account: Account) -> None:
        account.forget_unedited()
        with self._lock:
            if account == PRISTINE and self._accounts.get(account_id, (None,))[0] is account:
                del self._accounts[account_id]
            self._evict()

    def _evict(self) -> None:
        """Forget the least recently used accounts beyond the maximum, but never the settings of all accounts."""
        while len(self._accounts) - (ALL_ACCOUNTS in self._accounts) > self._max_accounts:
            del self._accounts[next(account_id for account_id in self._accounts if account_id != ALL_ACCOUNTS)]
