"""The table keeps in step with the list under arbitrary histories, and a planted bug is found."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import ClassVar

import pytest
from crm_sync.client import SmartfloClient
from crm_sync.contacts import Contact, ContactStore
from crm_sync.sync import STATUSES, lead_of, pull, push
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from smartflo_contract.pytest_plugin import Smartflo
from smartflo_contract.strategies import SmartfloMachine


class CrmMachine(SmartfloMachine):
    """Histories in which the CRM pulls lists after each step, and pushes contacts at any time.

    Attributes:
        connect: creates the client of a history.
        store_type: type of the table.
    """

    connect: ClassVar[Callable[[], SmartfloClient]]
    store_type: ClassVar[type[ContactStore]] = ContactStore

    def __init__(self) -> None:
        """Start with an empty table."""
        super().__init__()
        self.resources = ExitStack()
        self.client, self.store = type(self).connect(), self.resources.enter_context(self.store_type())

    @invariant()
    def table_is_in_step(self) -> None:
        """Read each list into the table, where of leads with the same phone the last one counts."""
        for list_id in self.list_ids:
            pull(self.client, self.store, list_id)
            expected = {
                lead["field_0"]: (lead["field_1"], lead["lead_id"], STATUSES[str(lead["dial_status"])])
                for lead in self.leads_of(list_id)
            }
            contacts = self.store.by_phone()
            stored = {one: (contacts[one].name, contacts[one].lead_id, contacts[one].status) for one in expected}
            assert stored == expected, "the table is not in step with the list"

    @rule(list_id=SmartfloMachine.lists, number=st.integers(0, 19))
    def push(self, list_id: int, number: int) -> None:
        """Add a contact to the table, and the new contacts to a list."""
        phone = f"+91555000{number:04}"
        if phone not in self.store.by_phone():
            self.store.upsert([Contact(phone, "Ira", "ira@example.com")])
        self.expect_added(list_id, [lead_of(one) for one in self.store.by_phone().values() if one.lead_id is None])
        push(self.client, self.store, list_id)
        self.check_lists()
        assert all(contact.lead_id for contact in self.store.by_phone().values())

    def teardown(self) -> None:
        """Close the table."""
        self.resources.close()
        super().teardown()


class ForgetfulStore(ContactStore):
    """The planted bug: a contact that the table has is not updated."""

    def upsert(self, contacts: Iterable[Contact]) -> None:
        """Store contacts with a new phone only."""
        known = self.by_phone()
        super().upsert(one for one in contacts if one.phone not in known or known[one.phone].lead_id is None)


class ForgetfulMachine(CrmMachine):
    """The same histories with the planted bug."""

    store_type = ForgetfulStore


@pytest.fixture(autouse=True)
def _account(
    smartflo_intercept: Smartflo, connect: Callable[..., SmartfloClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run the machines on the account of the test, which each history resets."""
    monkeypatch.setattr(CrmMachine, "base_url", smartflo_intercept.url)
    monkeypatch.setattr(CrmMachine, "email", smartflo_intercept.email)
    monkeypatch.setattr(CrmMachine, "connect", connect, raising=False)


TestHistories = CrmMachine.TestCase
TestHistories.settings = settings(  # the same histories in every run
    TestHistories.settings, derandomize=True, database=None, max_examples=10, stateful_step_count=15
)


def test_finds_planted_bug() -> None:
    """A lead changes after it was pulled, so the next pull leaves an old value in the table."""
    few = settings(TestHistories.settings, max_examples=50, phases=[Phase.generate])
    with pytest.raises(AssertionError, match="the table is not in step with the list"):
        run_state_machine_as_test(ForgetfulMachine, settings=few)
