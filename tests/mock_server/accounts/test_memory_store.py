"""The store of accounts in memory."""

import threading

import pytest

from smartflo_contract.mock_server.accounts.account import PRISTINE, Account
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.memory_store import MemoryStore


def store_of(*account_ids: str, max_accounts: int = 10) -> MemoryStore:
    """Return a store with accounts that have one failed login each."""
    store = MemoryStore(max_accounts)
    for account_id in account_ids:
        with store.edit(account_id) as account:
            account.failed_logins = 1
    return store


def test_forgets_account_that_is_pristine_after_edit() -> None:
    """An account in its initial state takes no space."""
    store = store_of("a")
    with store.edit("b"):
        pass
    assert ["a"] == store.ids()
    assert (Account(failed_logins=1), PRISTINE) == (store.get("a"), store.get("b"))

    with store.edit("a") as account:
        account.failed_logins = 0
    assert [] == store.ids()


def test_evicts_least_recently_used_account() -> None:
    """Reading an account counts as use; peeking does not."""
    store = store_of("a", "b", max_accounts=2)
    store.get("a")
    store.peek("b")
    with store.edit("c") as account:
        account.failed_logins = 1

    assert ["a", "c"] == store.ids()


def test_never_evicts_settings_of_all_accounts() -> None:
    """The settings of all accounts are no account and do not count."""
    store = store_of(ALL_ACCOUNTS, "a", "b", max_accounts=1)

    assert ["b"] == store.ids()
    assert Account(failed_logins=1) == store.get(ALL_ACCOUNTS)


@pytest.mark.parametrize(("all_", "expected"), [(False, ["a", "c"]), (True, ["c"])])
def test_replaces_accounts(all_: bool, expected: list[str]) -> None:  # noqa: FBT001 - a parameter of the store
    """Replacing an account by a pristine one forgets it."""
    store = store_of("a", "b")
    store.replace({"b": Account(), "c": Account(failed_logins=2)}, all_=all_)

    assert expected == store.ids()
    assert 2 == store.get("c").failed_logins


def test_forgets_one_or_all_accounts() -> None:
    """``None`` stands for all accounts."""
    store = store_of("a", "b", "c")
    store.forget("a")
    assert ["b", "c"] == store.ids()
    store.forget(None)
    assert [] == store.ids()


def test_edit_after_error() -> None:
    """An error in an edit releases the account."""
    store = MemoryStore(2)
    with pytest.raises(RuntimeError), store.edit("a"):
        raise RuntimeError
    with store.edit("a") as account:
        account.failed_logins = 1

    assert 1 == store.get("a").failed_logins


def test_edit_waits_for_other_callers() -> None:
    """Edits of one account do not overlap, and none is lost."""
    store = MemoryStore(10)
    counts: list[int] = []

    def count() -> None:
        for _ in range(20):
            with store.edit("a") as account:
                account.requests += 1
                counts.append(account.requests)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(range(1, 81)) == counts
