"""All stores behave alike, and two stores on one database behave like one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import ListDefinition
from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.accounts.account import PRISTINE, Account, Batch
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.accounts.clock import Clock
from smartflo_contract.mock_server.accounts.lookup import find_list
from smartflo_contract.mock_server.accounts.memory_store import MemoryStore
from smartflo_contract.mock_server.accounts.rate_budget import RateBudget
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.accounts.settings import UNSET, Settings
from smartflo_contract.mock_server.accounts.snapshot import Snapshot, dump_account
from smartflo_contract.mock_server.accounts.store import Store
from smartflo_contract.mock_server.calls.click_to_call import ClickToCall
from smartflo_contract.mock_server.calls.dnd import DndEntry, DndList, FormerEntry, entry_id
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.config.store_url import parse_store_url
from smartflo_contract.mock_server.dialling.broadcast import Broadcast, LeadEdit, Run, RunEvent, RunSettings
from smartflo_contract.mock_server.faults.rules import Fault
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.stores.engine import Database
from smartflo_contract.mock_server.stores.sql_store import SqlStore

LIST_ID = 8669
"""A list of generated leads."""
FIXTURE_ID = 9001
"""A list of fixed leads."""
FIXED_LEADS = [{"lead_id": f"{number:024x}", "field_0": f"+91555000000{number}"} for number in range(4)]
CATALOGS = Catalogs(Config(lists=(FixtureList.from_leads(FIXED_LEADS, id=FIXTURE_ID),)))
CATALOG = CATALOGS.default.catalog

NOON = 1_700_000_000.0
"""A time in seconds since the epoch."""

OpenStore = Callable[[], Store]
"""Opens another store on the database of a test, or returns the only store in memory."""


def sql_store(url: str, max_cached: int = 100) -> SqlStore:
    """Return a store on a database."""
    return SqlStore(Database(parse_store_url(url), "digest"), CATALOGS, max_cached)


@pytest.fixture(name="open_store")
def _open_store(store_url: str | None) -> Iterator[OpenStore]:
    memory = MemoryStore(100)
    with ExitStack() as stack:

        def open_store() -> Store:
            if store_url is None:
                return memory
            store = sql_store(store_url)
            stack.callback(store.close)
            return store

        yield open_store


def edit(store: Store, account_id: str, **changes: Any) -> None:
    """Set attributes of an account."""
    with store.edit(account_id) as account:
        for name, value in changes.items():
            setattr(account, name, value)


def fresh(store: Store, account_id: str) -> Account:
    """Return an account as a request reads it."""
    store.refresh(account_id)
    return store.get(account_id)


def dump(store: Store, account_id: str) -> Snapshot:
    """Return an account as JSON, as a request reads it."""
    store.refresh(account_id)
    with store.reading(account_id) as account:
        return to_json(account) | {"mutants_served": sorted(account.mutants_served)}


def to_json(account: Account) -> Snapshot:
    """Return an account as JSON."""
    content: Snapshot = orjson.loads(orjson.dumps(dump_account(account)))
    return content


def opened_list(account: Account, list_id: int) -> EditedList:
    """Return a list of the catalog, opened for editing."""
    edited = find_list(account, CATALOG, str(list_id))
    assert isinstance(edited, EditedList)
    return edited


class EditError(Exception):
    """An error in an edit."""


def fail(store: Store, account_id: str, change: Callable[[Account], object]) -> None:
    """Raise an error in an edit that has changed an account."""

    def change_and_fail() -> None:
        with store.edit(account_id) as account:
            change(account)
            raise EditError

    with pytest.raises(EditError):
        change_and_fail()


# One store


def test_account_that_is_pristine_takes_no_space(open_store: OpenStore) -> None:
    """An account that is in its initial state again is forgotten, whether it is edited, replaced or reset."""
    store = open_store()
    with store.edit("b") as account:
        opened_list(account, LIST_ID)
    for name in ("a", "c", "d"):
        edit(store, name, failed_logins=1)
    assert ["a", "c", "d"] == sorted(store.ids())

    edit(store, "a", failed_logins=0)
    store.forget("c")
    store.replace({"d": Account()}, all_=False)
    assert [] == store.ids()
    assert PRISTINE == fresh(store, "a") == fresh(store, "b") == fresh(store, "c") == fresh(store, "d")


def test_settings_of_all_accounts_are_no_account(open_store: OpenStore) -> None:
    """They have no id among those of accounts, and are deleted with them."""
    store = open_store()
    edit(store, ALL_ACCOUNTS, settings=Settings(profile="documented"))
    edit(store, "a", failed_logins=1)

    assert ["a"] == store.ids() == [account_id for account_id, _ in store.accounts()]
    assert "documented" == fresh(store, ALL_ACCOUNTS).settings.profile
    store.forget(None)
    assert UNSET is fresh(store, ALL_ACCOUNTS).settings
    assert [] == store.ids()


@pytest.mark.parametrize(("all_", "expected"), [(False, ["a", "c"]), (True, ["c"])])
def test_replaces_accounts(open_store: OpenStore, all_: bool, expected: list[str]) -> None:  # noqa: FBT001
    """Accounts that are replaced keep nothing; all others stay, unless they are reset."""
    store = open_store()
    edit(store, "a", failed_logins=1)
    with store.edit("b") as account:
        opened_list(account, LIST_ID).remove(0)
        account.failed_logins = 1
    store.replace({"b": Account(), "c": Account(failed_logins=2)}, all_=all_)

    assert expected == sorted(store.ids())
    assert (2, {}) == (fresh(store, "c").failed_logins, fresh(store, "b").lists)


def test_edit_after_error(open_store: OpenStore) -> None:
    """An error in an edit releases the account."""
    store = open_store()
    fail(store, "a", lambda _: None)
    edit(store, "a", failed_logins=1)

    assert 1 == fresh(store, "a").failed_logins


def test_edits_of_one_account_do_not_overlap(open_store: OpenStore) -> None:
    """None is lost, whichever store on the database it is made in."""
    stores = [open_store() for _ in range(4)]
    counts: list[int] = []

    def count(store: Store) -> None:
        for _ in range(5):
            with store.edit("a") as account:
                account.requests += 1
                counts.append(account.requests)

    threads = [threading.Thread(target=count, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(range(1, 21)) == counts


def test_fault_counts_of_all_accounts(open_store: OpenStore) -> None:
    """They are returned and reset together, except for accounts with rules of their own."""
    store = open_store()
    edit(store, "a", fault_counts={0: 2, 7: 1})
    edit(store, "b", fault_counts={0: 3}, failed_logins=1)
    edit(store, "c", fault_counts={0: 4}, settings=Settings(faults=(Fault((503,)),)))
    edit(store, "d", failed_logins=1)
    counted = [dict(counts) for counts in store.fault_counts() if counts]
    store.reset_fault_counts()

    assert [{0: 2, 7: 1}, {0: 3}] == sorted(counted, key=len, reverse=True)
    assert ["b", "c", "d"] == sorted(store.ids())
    assert [{}, {}, {0: 4}, {}] == [fresh(store, name).fault_counts for name in "abcd"]


# Several stores on one database


def made_call(number: int) -> ClickToCall:
    """Return a call that a client made."""
    identifiers = (f"ref-{number}", f"{number}.000001", "click_to_call", "+915550000042", "50201", "+915550000043")
    return ClickToCall(*identifiers, '{"lead":"\0"}', number, number + 1, 30, 0)


def broadcast(number: int) -> Broadcast:
    """Return a broadcast that was started, paused and ended."""
    settings = RunSettings(2, (1, 4), (4,), (60_000, 0), has_hours=True, from_ms=number, caller_id="+915550000043")
    history = (RunEvent("pause", 8, 1), RunEvent("resume", 9, 2), RunEvent("end", 10))
    edit = LeadEdit(4, 3, 8, is_dialled=True, phone="+915550000044", lead_id="a" * 24)
    run = Run(number, settings, 5, 6, 7, history, {0: 30, 3: 0}, (edit,))
    return Broadcast(number, LIST_ID, "Jos\u00e9 \0", {"name": "March", "dialstatus": [1, 4]}, 4, (run,))


def everything(account: Account) -> None:
    """Change everything that an account has."""
    account.settings = Settings(
        "documented", {"unknown_list": "empty"}, (Fault((503, "ok")),), (), "dial_status:retype-string", 5
    )
    account.clock = Clock(frozen_at=1.5)
    account.failed_logins, account.locked_until = 3, 12.25
    account.logged_out = {"token\0": 99.5}
    account.batches = {f"{number:024x}": Batch("Batch completed.", number + 0.5) for number in range(3)}
    account.fault_counts = {0: 1, 905: 2}
    account.mutant_served, account.mutants_served, account.requests = 4, {"a", "b"}, 7
    account.advanced_ms = 3_600_000
    account.dnd = {entry_id(1, 5): DndEntry("5550000042", 1, 5, "+915550000042", 6, "lead\0")}
    account.calls = (made_call(1), made_call(2)._replace(hung_up_ms=5))
    account.broadcasts = {20_002: broadcast(1), 20_003: replace(broadcast(2), is_deleted=True)}
    account.former_dnd = (FormerEntry("5550000042", 1, 2, 3, 4),)
    account.dnd_lists = {2: DndList("Jos\u00e9 \0", "what it is", 7)}
    account.rate_budget = RateBudget(2_500_000, 1_700_000_000_000_000)
    for list_id in (LIST_ID, FIXTURE_ID):
        edited = opened_list(account, list_id)
        edited.change(1, lambda lead: {**lead, "field_1": "Jos\u00e9 \0"})
        edited.remove(2)
        edited.add(lambda lead: {**lead, "field_0": "+915550000042"})
        edited.describe("what \0 it is")
    account.delete_list(opened_list(account, 8670))


def test_other_stores_read_everything(open_store: OpenStore) -> None:
    """What one store writes is what another one reads: at its first request, and after it has read something older."""
    writer, reader = open_store(), open_store()
    edit(writer, "a", failed_logins=1)
    assert 1 == fresh(reader, "a").failed_logins
    with writer.edit("a") as account:
        everything(account)

    assert dump(writer, "a") == dump(reader, "a") == dump(open_store(), "a")
    assert 4 == len(dump(reader, "a")["lists"]["8669"]["leads"]) + 1
    assert [writer.get("a").lists[LIST_ID].leads.lead(1)] == [reader.get("a").lists[LIST_ID].leads.lead(1)]


def test_lists_have_same_entity_tag_in_all_stores(open_store: OpenStore) -> None:
    """A client that reads a list from one worker gets 304 from another; after any change, no worker returns 304."""
    stores = [open_store(), open_store()]

    def etags(list_id: int) -> list[str]:
        tags = []
        for store in stores:
            store.refresh("a")
            with store.reading("a") as account:
                tags.append(account.lists[list_id].lead_list().etag)
        return tags

    seen = set()
    for number in range(4):
        with stores[number % 2].edit("a") as account:
            opened_list(account, LIST_ID).remove(number)
        first, second = etags(LIST_ID)
        assert first == second
        seen.add(first)
    assert 4 == len(seen)


def test_replaced_list_keeps_no_lead(open_store: OpenStore) -> None:
    """A list that is replaced under its id has none of the earlier edits, whichever store reads it."""
    writer, reader = open_store(), open_store()
    for size in (3, 1):
        definition = ListDefinition(id=LIST_ID, size=size)
        with writer.edit("a") as account:
            edited = EditedList(CATALOG.writer(definition), touched=True)
            edited.add_all([lambda lead: lead] * size)
            account.put_list(LIST_ID, edited, CATALOG.key)
        assert 2 * size == fresh(reader, "a").lists[LIST_ID].leads.size
    assert 2 == fresh(open_store(), "a").lists[LIST_ID].leads.size

    with writer.edit("a") as account:
        account.delete_list(opened_list(account, LIST_ID))
    assert fresh(reader, "a").lists[LIST_ID].deleted
    assert fresh(open_store(), "a").lists[LIST_ID].deleted


def test_account_that_is_reset_and_written_again(open_store: OpenStore) -> None:
    """A store that has read the account before finds what it has now."""
    writer, reader = open_store(), open_store()
    with writer.edit("a") as account:
        opened_list(account, LIST_ID).remove(0)
    assert LIST_ID in fresh(reader, "a").lists
    writer.forget("a")
    edit(writer, "a", failed_logins=1)

    assert (1, {}) == (fresh(reader, "a").failed_logins, fresh(reader, "a").lists)


def test_edit_starts_from_what_others_wrote(open_store: OpenStore) -> None:
    """An edit sees the writes of other stores, even without a refresh before it."""
    stores = [open_store(), open_store()]
    for number in range(4):
        with stores[number % 2].edit("a") as account:
            assert number == account.requests
            account.requests += 1
            edited = opened_list(account, LIST_ID)
            assert 5 + number == edited.leads.size
            edited.add(lambda lead: lead)


def test_failed_edit_leaves_nothing(store_url: str | None, open_store: OpenStore) -> None:
    """In a database, an edit that fails is undone, also in lists, which are changed in place."""
    if store_url is None:
        return  # memory has no transactions: what a failed edit has changed stays
    store = open_store()
    with store.edit("a") as account:
        opened_list(account, LIST_ID).remove(0)
    before = dump(store, "a")
    fail(store, "a", everything)

    assert before == dump(store, "a") == dump(open_store(), "a")


def test_readers_do_not_see_an_edit_before_its_end(store_url: str | None, open_store: OpenStore) -> None:
    """In a database, another thread reads the account from before the edit, and waits for its lists."""
    if store_url is None:
        return
    store = open_store()
    edit(store, "a", failed_logins=1)
    read: list[int] = []

    def read_list() -> None:
        with store.reading("a") as account:
            read.append(account.lists[LIST_ID].leads.size)

    with store.edit("a") as account:
        account.failed_logins = 2
        opened_list(account, LIST_ID).remove(0)
        assert 1 == store.get("a").failed_logins
        thread = threading.Thread(target=read_list)
        thread.start()
        assert [] == read
    thread.join()

    assert [4] == read


def test_all_accounts_at_one_time(open_store: OpenStore) -> None:
    """All accounts are read with and without leads, also those that this store has not cached."""
    store = open_store()
    for number in range(5):
        with store.edit(f"account{number}") as account:
            account.failed_logins = number
            opened_list(account, LIST_ID).remove(number)
    reader = open_store()
    found = {account_id: to_json(account) for account_id, account in reader.accounts()}
    without_leads = {account_id: sorted(account.lists) for account_id, account in reader.accounts(leads=False)}

    assert {account_id: to_json(store.get(account_id)) for account_id in store.ids()} == found
    assert {account_id: [LIST_ID] for account_id in found} == without_leads


def test_reads_accounts_again_that_were_dropped_from_memory(store_url: str | None) -> None:
    """Beyond the maximum, a database still has every account."""
    if store_url is None:
        return
    store = sql_store(store_url, max_cached=2)
    for number in range(5):
        edit(store, f"account{number}", failed_logins=number + 1)

    assert [1, 2, 3, 4, 5] == [fresh(store, f"account{number}").failed_logins for number in range(5)]
    assert 5 == len(store.ids())
    store.close()


# Which worker advances accounts as time passes


def test_one_of_two_workers_advances_accounts(store_url: str | None, open_store: OpenStore) -> None:
    """It stays the one as long as it makes claims, from whichever connection; in memory there is no other worker."""
    if store_url is None:
        assert open_store().claim_ticks("first", 0.0)
        return
    first, second = open_store(), open_store()
    claims = [
        (store.claim_ticks(worker, NOON + seconds), worker)
        for seconds in range(0, 30, 3)
        for store, worker in ((first, "first"), (second, "second"))
    ]

    assert [worker == "first" for _, worker in claims] == [is_claimed for is_claimed, _ in claims]


@pytest.mark.parametrize(
    ("seconds", "is_taken"), [(0.0, False), (4.9, False), (5.0, True), (86_400.0, True), (-9.0, True)]
)
def test_another_worker_takes_over(
    store_url: str | None, open_store: OpenStore, seconds: float, *, is_taken: bool
) -> None:
    """A worker that was killed makes no claims: after five seconds, or if the clock was set back, another one does."""
    if store_url is None:
        return
    first, second = open_store(), open_store()
    assert first.claim_ticks("first", NOON)

    assert is_taken == second.claim_ticks("second", NOON + seconds)
    assert is_taken != first.claim_ticks("first", NOON + seconds)


def test_claims_leave_accounts_unchanged(store_url: str | None, open_store: OpenStore) -> None:
    """Accounts keep their versions, so no worker reads them again."""
    if store_url is None:
        return
    store, reader = open_store(), open_store()
    edit(store, "a", failed_logins=1)
    read = fresh(reader, "a")
    store.claim_ticks("first", NOON)

    assert read is fresh(reader, "a")
    assert ["a"] == store.ids()


# Two stores are like one in memory


def add_lead(account: Account, number: int) -> None:
    """Add a lead, unless the list was deleted."""
    edited = find_list(account, CATALOG, str(LIST_ID))
    if isinstance(edited, EditedList):
        edited.add(lambda lead: {**lead, "field_1": str(number)})


def change_lead(account: Account, number: int) -> None:
    """Change the first lead that there is, of a list of fixed leads or of generated ones."""
    edited = find_list(account, CATALOG, str((LIST_ID, FIXTURE_ID)[number % 2]))
    if isinstance(edited, EditedList):
        for index in list(edited.leads.indexes())[:1]:
            edited.change(index, lambda lead: {**lead, "field_1": str(number)})


def remove_lead(account: Account, number: int) -> None:
    """Delete the last lead that there is."""
    edited = find_list(account, CATALOG, str((LIST_ID, FIXTURE_ID)[number % 2]))
    if isinstance(edited, EditedList):
        for index in list(edited.leads.indexes())[-1:]:
            edited.remove(index)


def rename_list(account: Account, number: int) -> None:
    """Rename a list."""
    edited = find_list(account, CATALOG, str(LIST_ID))
    if isinstance(edited, EditedList):
        edited.rename(CATALOG.writer(replace(edited.writer.definition, name=f"List {number}")))


def delete_list(account: Account, number: int) -> None:
    """Delete a list."""
    edited = find_list(account, CATALOG, str((LIST_ID, FIXTURE_ID)[number % 2]))
    if isinstance(edited, EditedList):
        account.delete_list(edited)


def create_list(account: Account, number: int) -> None:
    """Create a list, or replace one."""
    definition = ListDefinition(id=LIST_ID, name=f"New {number}", size=number % 3)
    account.put_list(LIST_ID, EditedList(CATALOG.writer(definition), touched=True), CATALOG.key)


def add_batch(account: Account, number: int) -> None:
    """Add a bulk request; at most three are kept."""
    account.add_batch(Batch(f"Batch {number}", number), 3)


def add_to_dnd(account: Account, number: int) -> None:
    """Put a number on a DND list, or replace an entry."""
    account.dnd = account.dnd | {entry_id(1, number): DndEntry(str(number), 1, 2, f"+{number}", 3)}


def count_request(account: Account, number: int) -> None:
    """Count a request for a rule."""
    account.count_for_rule(number % 2)


def spend_rate_budget(account: Account, number: int) -> None:
    """Count a request for the rate limit."""
    account.rate_budget = account.rate_budget.filled_until(number, 5).take()


def make_call(account: Account, number: int) -> None:
    """Make a call; at most three are kept."""
    account.calls = (*account.calls, made_call(number))[-3:]


def add_broadcast(account: Account, number: int) -> None:
    """Add a broadcast, or a run to it."""
    current = account.broadcasts.get(number % 3, broadcast(number % 3))
    account.put_broadcast(current.with_run(replace(current.runs[-1], serial=number)))


def set_settings(account: Account, number: int) -> None:
    """Set or remove settings."""
    account.settings = Settings(quirks={"unknown_list": "empty"}) if number % 2 else UNSET


EDITS = (
    add_lead,
    change_lead,
    remove_lead,
    rename_list,
    delete_list,
    create_list,
    add_batch,
    add_to_dnd,
    make_call,
    add_broadcast,
    count_request,
    spend_rate_budget,
    set_settings,
)
ACCOUNT_IDS = ("a", "b")
OPERATIONS = st.tuples(
    st.sampled_from([*EDITS, "forget", "forget all", "reset counts", "replace", "read", "fail"]),
    st.sampled_from(ACCOUNT_IDS),
    st.integers(0, 9),
)


def apply(store: Store, operation: Any, account_id: str, number: int) -> None:
    """Apply an operation to a store."""
    match operation:
        case "forget":
            store.forget(account_id)
        case "forget all":
            store.forget(None)
        case "reset counts":
            store.reset_fault_counts()
        case "replace":
            store.replace({account_id: Account(failed_logins=number)}, all_=number % 2 == 0)
        case "read":
            fresh(store, account_id)
        case "fail":
            fail(store, account_id, lambda account: opened_list(account, 8670))
        case _:
            with store.edit(account_id) as account:
                operation(account, number)


@given(operations=st.lists(st.tuples(OPERATIONS, st.booleans()), max_size=12))
def test_two_stores_are_like_one_in_memory(operations: list[tuple[tuple[Any, str, int], bool]]) -> None:
    """Whatever is done in either of two stores on one database, both have what one store in memory has."""
    memory = MemoryStore(100)
    with TemporaryDirectory() as folder:
        stores = [sql_store(f"sqlite:///{Path(folder)}/fake.db", max_cached) for max_cached in (100, 1)]
        for operation, is_first in operations:
            apply(memory, *operation)
            apply(stores[is_first], *operation)
        for account_id in ACCOUNT_IDS:
            expected = dump(memory, account_id)
            for store in stores:
                assert expected == dump(store, account_id)
        for store in stores:
            assert sorted(memory.ids()) == sorted(store.ids())
            store.close()
