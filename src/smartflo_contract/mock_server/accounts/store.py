"""Accounts: who asks, and what a fake remembers of each.

An account that nothing has happened to is not remembered, so any number of tokens cost nothing.
"""

from collections import OrderedDict
from collections.abc import Container, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from threading import Lock, RLock
from typing import Final, NamedTuple, Protocol

from smartflo_contract.mock_server.accounts.clock import Clock
from smartflo_contract.mock_server.accounts.settings import UNSET, Settings
from smartflo_contract.mock_server.lists.catalog import WorldKey
from smartflo_contract.mock_server.lists.edited_list import ListChanges

_DIGEST_BYTES: Final = 6
"""Of an account's id: 12 hexadecimal digits, which as a number fit into a token's ``sub``."""


_FIRST_LIST_ID: Final = 10_001
"""Of the lists that an account makes; real ids have four to six digits."""


class Batch(NamedTuple):
    """A bulk request.

    Attributes:
        outcome: what became of it.
        done_at: seconds since the epoch.
    """

    outcome: str
    done_at: float


@dataclass
class Account:
    """What a fake remembers of an account.

    Attributes:
        settings: what is set for it.
        clock: what its clock shows.
        failed_logins: in a row.
        locked_until: seconds since the epoch; 0 where it is not locked out.
        logged_out: ids of tokens that were logged out before they expired, each with its expiry.
        world: the world that its lists are of; ``None`` where it has changed none.
        lists: what was changed, by id of the list.
        batches: bulk requests, by id.
        fault_counts: how many requests counted for a fault, by its place among the rules, or the magic id.
        requests: how many bulk requests and lists there have been, for their ids.
    """

    settings: Settings = UNSET
    clock: Clock = field(default_factory=Clock)
    failed_logins: int = 0
    locked_until: float = 0.0
    logged_out: dict[str, float] = field(default_factory=dict)
    world: WorldKey | None = None
    lists: dict[int, ListChanges] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    fault_counts: dict[int, int] = field(default_factory=dict)
    requests: int = 0

    def put_list(self, list_id: int, changes: ListChanges, world: WorldKey) -> None:
        """Have a list be as changed; all lists of an account are of one world."""
        self.world, self.lists[list_id] = world, changes

    def delete_list(self, changes: ListChanges) -> None:
        """Have a list be gone, with its leads."""
        self.lists[changes.writer.definition.id] = ListChanges(changes.writer, deleted=True, touched=True)

    def new_list_id(self, taken: Container[int]) -> int:
        """Return an id that no list of the account has or had."""
        while True:
            self.requests += 1
            list_id = _FIRST_LIST_ID + self.requests
            if list_id not in taken and list_id not in self.lists:
                return list_id

    def add_batch(self, batch: Batch, most: int) -> str:
        """Remember a bulk request, and of more than ``most`` forget the oldest; return its id."""
        self.requests += 1
        batch_id = f"{self.requests:024x}"
        self.batches = dict([*self.batches.items(), (batch_id, batch)][-most:])
        return batch_id


EVERYONE: Final = ""
"""The id of no account: its settings hold for all that have none of their own."""
PRISTINE: Final = Account()
"""An account that nothing has happened to; not to be changed."""


class Store(Protocol):
    """Where accounts are kept."""

    def view(self, account_id: str) -> Account:
        """Return an account as it is, to be read only."""

    def peek(self, account_id: str) -> Account:
        """Return an account as :meth:`view` does; it does not count as a use."""

    def edit(self, account_id: str) -> AbstractContextManager[Account]:
        """Give an account to one caller at a time, to be changed."""

    def forget(self, account_id: str | None) -> None:
        """Make an account pristine again, or all where none is named."""

    def replace(self, accounts: Mapping[str, Account], *, all_: bool) -> None:
        """Have accounts be others, at once.

        Args:
            accounts: by id.
            all_: forget all accounts besides.
        """

    def ids(self) -> list[str]:
        """Return the ids of the accounts that something is remembered of, the one used least recently first."""


class MemoryStore:
    """Keeps accounts in the memory of this process; beyond a number, the one used least recently goes.

    Args:
        most: how many accounts are kept.
    """

    def __init__(self, most: int) -> None:
        """Begin without any."""
        self._most = most
        self._accounts: OrderedDict[str, tuple[Account, RLock]] = OrderedDict()
        self._lock = Lock()

    def view(self, account_id: str) -> Account:
        """Return an account as it is, to be read only."""
        with self._lock:
            found = self._accounts.get(account_id)
            if found is None:
                return PRISTINE
            self._accounts.move_to_end(account_id)
            return found[0]

    def peek(self, account_id: str) -> Account:
        """Return an account as :meth:`view` does; it does not count as a use."""
        with self._lock:
            return self._accounts.get(account_id, (PRISTINE,))[0]

    @contextmanager
    def edit(self, account_id: str) -> Iterator[Account]:
        """Give an account to one caller at a time, to be changed; one that is pristine afterwards is forgotten."""
        while True:
            with self._lock:
                account, lock = self._accounts.setdefault(account_id, (Account(), RLock()))
                self._accounts.move_to_end(account_id)
            with lock:
                if self._accounts.get(account_id, (None,))[0] is not account:
                    continue  # forgotten while this caller waited
                try:
                    yield account
                finally:
                    self._tidy(account_id, account)
                return

    def forget(self, account_id: str | None) -> None:
        """Make an account pristine again, or all where none is named."""
        with self._lock:
            if account_id is None:
                self._accounts.clear()
            else:
                self._accounts.pop(account_id, None)

    def replace(self, accounts: Mapping[str, Account], *, all_: bool) -> None:
        """Have accounts be others, at once.

        Args:
            accounts: by id.
            all_: forget all accounts besides.
        """
        with self._lock:
            kept = OrderedDict() if all_ else self._accounts
            for account_id, account in accounts.items():
                if account == PRISTINE:
                    kept.pop(account_id, None)
                else:
                    kept[account_id] = (account, RLock())
            self._accounts = kept
            self._drop()

    def ids(self) -> list[str]:
        """Return the ids of the accounts that something is remembered of, the one used least recently first."""
        with self._lock:
            return [account_id for account_id in self._accounts if account_id != EVERYONE]

    def _tidy(self, account_id: str, account: Account) -> None:
        account.lists = {list_id: changes for list_id, changes in account.lists.items() if changes.touched}
        account.world = account.world if account.lists else None
        with self._lock:
            if account == PRISTINE and self._accounts.get(account_id, (None,))[0] is account:
                del self._accounts[account_id]
            self._drop()

    def _drop(self) -> None:
        """Forget accounts where there are too many; not what holds for all."""
        while len(self._accounts) - (EVERYONE in self._accounts) > self._most:
            del self._accounts[next(one for one in self._accounts if one != EVERYONE)]


def account_of_token(token: str) -> str:
    """Return the id of the account that a token of no fake's selects: each text is an account of its own."""
    return _hashed(f"token/{token}")


def account_of_login(login: str) -> str:
    """Return the id of the account of a login id."""
    return _hashed(f"login/{login}")


def _hashed(text: str) -> str:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


WITHOUT_TOKEN: Final = account_of_token("")
"""The account of those who send no token, where none is needed."""
