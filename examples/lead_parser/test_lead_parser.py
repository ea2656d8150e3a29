"""Properties of the client: what must hold for every response, not for one example."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lead_parser import Contact, LeadError, contacts

from smartflo_contract.strategies import (
    EDGE_CASES,
    BrokenResponse,
    broken_responses,
    lead_lists,
    leads,
    mongo_dates,
    responses,
    surprising_leads,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CONFORMING = [name for name, case in EDGE_CASES.items() if case.conforms]


def parse(lead: dict[str, Any]) -> Contact:
    """Return the contact of a response with one lead."""
    (contact,) = contacts(json.dumps([lead]).encode())
    return contact


@pytest.mark.parametrize("profile", ["sample", "documented", "lenient"])
@given(data=st.data())
def test_every_response_is_read(profile: str, data: st.DataObject) -> None:
    """Whichever reading of the documentation the server follows, every lead becomes a contact."""
    body = data.draw(responses(profile=profile))

    assert len(contacts(body)) == len(json.loads(body))


@given(surprising_leads())
def test_surprises_are_survived(lead: dict[str, Any]) -> None:
    """New keys, unknown statuses, and more or fewer fields than expected do no harm."""
    assert parse(lead).id == str(lead["lead_id"])


@given(broken_responses())
def test_what_cannot_be_read_is_an_error_of_ours(broken: BrokenResponse) -> None:
    """Of a broken response the client reads what it can; where it cannot, it raises its own error and no other."""
    try:
        contacts(broken.response)
    except LeadError as error:
        assert str(error)  # noqa: PT017  # no error at all is as good


@given(broken_responses(rule="not-json"))
def test_what_is_no_json_is_an_error(broken: BrokenResponse) -> None:
    """A body that is cut, an HTML page or the dangling comma of the vendor's sample is never taken for no leads."""
    with pytest.raises(LeadError):
        contacts(broken.response)


@given(leads(columns=st.lists(st.text(), max_size=12)))
@example(EDGE_CASES["header-duplicate-names"].lead)
@example(EDGE_CASES["header-comma"].lead)
@example(EDGE_CASES["fields-last-only"].lead)
def test_every_value_stands_under_its_column(lead: dict[str, Any]) -> None:
    """No value is lost and none stands under another's name, whatever the columns are called."""
    names = json.loads(lead["header"])
    found = parse(lead).columns

    assert [(name, lead[f"field_{number}"]) for number, name in enumerate(names)] == list(found[: len(names)])
    assert {value for key, value in lead.items() if key.startswith("field_") and value} <= {text for _, text in found}


@given(leads(dates=mongo_dates()))
def test_times_keep_their_milliseconds(lead: dict[str, Any]) -> None:
    """A time comes back as the milliseconds it was sent as."""
    created = parse(lead).created
    assert created is not None

    assert str((created - EPOCH) // timedelta(milliseconds=1)) == lead["created_at"]["$date"]["$numberLong"]


@given(leads(columns=st.just(["Phone", "Name", "DOB"]), names=st.just("Asha"), texts=st.just("1990-01-01")))
def test_sensitive_values_are_not_shown(lead: dict[str, Any]) -> None:
    """The representation of a contact, which ends in logs, shows no sensitive value."""
    lead["sensitive_field_map"] = "[1,2]"

    assert "Asha" not in repr(parse(lead))
    assert "1990" not in repr(parse(lead))


@given(lead_lists(max_size=5))
def test_leads_keep_their_order(body: list[dict[str, Any]]) -> None:
    """Contacts come in the order of the leads, also where two leads share a phone number."""
    assert [lead["lead_id"] for lead in body] == [contact.id for contact in contacts(json.dumps(body).encode())]


@pytest.mark.parametrize("name", CONFORMING)
def test_edge_cases_are_read(name: str) -> None:
    """Every named edge case that conforms is read."""
    case = EDGE_CASES[name]

    assert len(contacts(json.dumps(case.leads).encode())) == len(case.leads)
