"""What is often tested: the usual way, and one failure. Most code runs; see what these tests were not served."""

from collections.abc import Iterator

import pytest
from crm_sync.client import LoginRejectedError, SmartfloClient
from crm_sync.contacts import Contact, ContactStore
from crm_sync.sync import pull, push

from smartflo_contract.pytest_plugin import Smartflo

ASHA = {"field_0": "+915550000042", "field_1": "Asha", "field_2": "asha@example.com"}
RAVI = Contact("+915550000043", "Ravi", "ravi@example.com")


@pytest.fixture
def client(smartflo_intercept: Smartflo) -> Iterator[SmartfloClient]:
    """A client that does not wait."""
    login = {"email": smartflo_intercept.email, "password": smartflo_intercept.password}
    with SmartfloClient(**login, sleep=lambda _: None, now=lambda: smartflo_intercept.clock.now) as client:
        yield client


@pytest.fixture
def store() -> Iterator[ContactStore]:
    """An empty CRM."""
    with ContactStore() as store:
        yield store


def test_pull(smartflo: Smartflo, client: SmartfloClient, store: ContactStore) -> None:
    """Leads become contacts."""
    created = smartflo.add_list(leads=[ASHA])

    assert pull(client, store, created.id).stored == 1
    assert store.by_phone()["+915550000042"].name == "Asha"


def test_push(smartflo: Smartflo, client: SmartfloClient, store: ContactStore) -> None:
    """Contacts become leads, once."""
    created = smartflo.add_list(leads=[ASHA])
    store.upsert([RAVI])

    assert push(client, store, created.id) == 1
    assert push(client, store, created.id) == 0


def test_keeps_token_fresh(smartflo: Smartflo, client: SmartfloClient) -> None:
    """The token is refreshed before it expires."""
    created = smartflo.add_list(leads=1)
    for _ in range(3):
        assert len(client.leads(created.id)) == 1
        smartflo.clock.advance(minutes=56)


def test_tries_again(smartflo: Smartflo, client: SmartfloClient) -> None:
    """One failure is no error."""
    created = smartflo.add_list(leads=1)
    smartflo.fail(503)

    assert len(client.leads(created.id)) == 1


def test_wrong_password(smartflo_intercept: Smartflo) -> None:
    """The login is rejected."""
    with SmartfloClient(smartflo_intercept.email, "wrong") as client, pytest.raises(LoginRejectedError):
        client.leads(8668)
