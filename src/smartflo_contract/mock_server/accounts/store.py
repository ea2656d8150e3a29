"""The interface of account stores."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from smartflo_contract.mock_server.accounts.account import Account


class Store(Protocol):
    """Stores accounts by id. An account in its initial state takes no space."""

    def renew_locks(self) -> None:
        """Replace the locks, which another thread may have held when this process was forked."""

    def close(self) -> None:
        """Close all connections to a database. They are opened again when they are needed."""

    def refresh(self, account_id: str) -> None:
        """Read what other processes have changed, of an account and of the settings of all accounts.

        Each request calls it once, before it reads anything: so its response contains every write that was acknowledged
        before the request was sent.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def check_file(self) -> None:
        """Check that the file of the database is the one that this process uses.

        Raises:
            StoreUnavailable: it was deleted or replaced, so no change can be stored.
        """

    def refresh_waits(self) -> bool:
        """Return whether the next :meth:`refresh` waits for the response of a database server."""

    def get(self, account_id: str) -> Account:
        """Return an account, for reading only."""

    def peek(self, account_id: str) -> Account:
        """Return an account for reading only, without counting it as recently used."""

    def reading(self, account_id: str) -> AbstractContextManager[Account]:
        """Lock an account for one caller, who only reads it until the context ends."""

    def edit(self, account_id: str) -> AbstractContextManager[Account]:
        """Lock an account for one caller, who may change it until the context ends.

        Raises:
            StoreUnavailable: the database does not answer, or does not accept the change. Nothing was stored.
        """

    def forget(self, account_id: str | None) -> None:
        """Reset an account to its initial state, or all accounts for ``None``."""

    def replace(self, accounts: Mapping[str, Account], *, all_: bool) -> None:
        """Replace accounts atomically.

        Args:
            accounts: the new accounts by id.
            all_: reset all other accounts.
        """

    def ids(self) -> list[str]:
        """Return the ids of all stored accounts, the least recently used first."""

    def accounts(self, *, leads: bool = True) -> Iterator[tuple[str, Account]]:
        """Yield all stored accounts with their ids, for reading only, until the next one is yielded.

        Args:
            leads: whether the leads of the lists are needed, besides the number of leads.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def fault_counts(self) -> list[Mapping[int, int]]:
        """Return the fault counts of the accounts without fault rules of their own.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def reset_fault_counts(self) -> None:
        """Reset the fault counts of the accounts without fault rules of their own.

        Raises:
            StoreUnavailable: the database does not answer.
        """

    def claim_ticks(self, worker: str, now: float) -> bool:
        """Return whether a worker is the one of all workers that advances accounts as time passes.

        It stays the one until it has made no claim for some seconds.

        Args:
            worker: differs for all workers.
            now: the wall clock, in seconds since the epoch.

        Raises:
            StoreUnavailable: the database does not answer.
        """
