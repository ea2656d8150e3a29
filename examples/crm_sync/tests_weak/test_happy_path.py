"""What is often tested, and no more: everything works. Value coverage shows what these tests were not served."""

from crm_sync.client import SmartfloClient
from crm_sync.contacts import Contact, ContactStore
from crm_sync.sync import pull, push

from smartflo_contract.pytest_plugin import Smartflo

ASHA = {"field_0": "+915550000042", "field_1": "Asha", "field_2": "asha@example.com"}


def test_pull_and_push(smartflo_intercept: Smartflo) -> None:
    """A lead becomes a contact, and a contact becomes a lead."""
    created = smartflo_intercept.add_list(leads=[ASHA])
    login = {"email": smartflo_intercept.email, "password": smartflo_intercept.password}
    with SmartfloClient(**login) as client, ContactStore() as store:
        assert pull(client, store, created.id).stored == 1
        store.upsert([Contact("+915550000043", "Ravi", "ravi@example.com")])
        assert push(client, store, created.id) == 1
