"""The lists that a fake starts with."""

from functools import cache

import pytest
from flask.testing import FlaskClient

from smartflo_contract.factories import ListDefinition
from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.mock_server.lists.configured_lists import configured_lists
from smartflo_contract.schemas import load_contract

LEADS = "/v1/broadcast/leads"
HEADERS = {"Authorization": "x"}


@cache
def client_of(profile: str) -> FlaskClient:
    """Return a client of a fake in a profile."""
    return create_app(Config(profile=profile)).test_client()


def test_list_8668_is_the_vendors_example() -> None:
    """It has nine columns, of which alternate phone, date of birth and credit score are sensitive."""
    (vendors,) = [definition for definition in configured_lists(Config()) if definition.id == 8668]

    assert (9, (5, 6, 7), "Dialer dynamic field list") == (len(vendors.columns), vendors.sensitive, vendors.name)


def test_default_lists_differ_in_size_and_width() -> None:
    """There are at least four, with fewer and with more columns than a lead of the sample has fields."""
    lists = configured_lists(Config())
    widths = {len(definition.columns) for definition in lists}

    assert len(lists) == len(widths) == len({definition.size for definition in lists})
    assert len(lists) >= 4
    assert min(widths) < 7
    assert max(widths) > 35


@pytest.mark.parametrize("definition", configured_lists(Config()), ids=lambda definition: str(definition.id))
def test_default_list_is_valid(definition: ListDefinition, profile: str) -> None:
    """The fake returns every default list in full, valid in every profile."""
    leads = client_of(profile).get(f"{LEADS}/{definition.id}", headers=HEADERS).get_json()

    assert definition.size == len(leads)
    assert load_contract(profile).is_valid(leads)


def test_configured_list_adds_or_replaces() -> None:
    """A configured list is added to the default lists and wins over a default list or magic id of its id."""
    config = Config(lists=tuple(ListDefinition(id=id_, size=n) for id_, n in ((8668, 2), (77, 1), (900_000_503, 4))))
    client = create_app(config).test_client()

    assert {77: 1, 8668: 2, 8669: 5, 900_000_503: 4} == {
        list_id: len(client.get(f"{LEADS}/{list_id}", headers=HEADERS).get_json())
        for list_id in (77, 8668, 8669, 900_000_503)
    }


def test_weights_of_configured_list_select_statuses() -> None:
    """All leads have the statuses with a weight."""
    definition = ListDefinition(id=77, size=50, dial_status={4: 1.0}, disposition={-9: 1})
    client = create_app(Config(lists=(definition,))).test_client()
    leads = client.get(f"{LEADS}/77", headers=HEADERS).get_json()

    assert {(4, -9)} == {(lead["dial_status"], lead["dialer_dial_status"]) for lead in leads}
