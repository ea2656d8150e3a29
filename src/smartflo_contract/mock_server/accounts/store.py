"""The interface of account stores."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from smartflo_contract.mock_server.accounts.account import Account


class Store(Protocol):
    """Stores accounts by id. An account in its initial state takes no space."""

    def renew_locks(self) -> None:
        """Replace the locks, which another thread may have held when this process was forked."""

    def get(self, account_id: str) -> Account:
        """Return an account, for reading only."""

    def peek(self, account_id: str) -> Account:
        """Return an account for reading only, without counting it as recently used."""

    def edit(self, account_id: str) -> AbstractContextManager[Account]:
        """Lock an account for one caller, who may change it until the context ends."""

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
