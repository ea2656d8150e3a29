"""Properties of the client, which hold for every response, not for one example."""

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
def test_parses_every_response(profile: str, data: st.DataObject) -> None:
    """Under each profile, every lead becomes a contact."""
    body = data.draw(responses(profile=profile))

    assert len(contacts(body)) == len(json.loads(body))


@given(surprising_leads())
def test_accepts_surprises(lead: dict[str, Any]) -> None:
    """New keys, unknown statuses, and more or fewer fields than expected are accepted."""
    assert parse(lead).id == str(lead["lead_id"])


@given(broken_responses())
def test_broken_response_raises_own_error(broken: BrokenResponse) -> None:
    """A broken response is parsed, or raises the client's own error and no other."""
    try:
        contacts(broken.response)
    except LeadError as error:
        assert str(error)  # noqa: PT017  # no error is fine as well


@given(broken_responses(rule="not-json"))
def test_rejects_invalid_json(broken: BrokenResponse) -> None:
    """A truncated body, an HTML page or the dangling comma of the vendor's sample is not an empty list."""
    with pytest.raises(LeadError):
        contacts(broken.response)


@given(leads(columns=st.lists(st.text(), max_size=12)))
@example(EDGE_CASES["header-duplicate-names"].lead)
@example(EDGE_CASES["header-comma"].lead)
@example(EDGE_CASES["fields-last-only"].lead)
def test_value_belongs_to_column(lead: dict[str, Any]) -> None:
    """No value is lost or assigned to another column, whatever the column names are."""
    names = json.loads(lead["header"])
    columns = parse(lead).columns

    assert [(name, lead[f"field_{number}"]) for number, name in enumerate(names)] == list(columns[: len(names)])
    assert {value for key, value in lead.items() if key.startswith("field_") and value} <= {
        value for _, value in columns
    }


@given(leads(dates=mongo_dates()))
def test_times_keep_milliseconds(lead: dict[str, Any]) -> None:
    """A time is parsed without loss."""
    created = parse(lead).created
    assert created is not None

    assert str((created - EPOCH) // timedelta(milliseconds=1)) == lead["created_at"]["$date"]["$numberLong"]


@given(leads(columns=st.just(["Phone", "Name", "DOB"]), names=st.just("Asha"), texts=st.just("1990-01-01")))
def test_hides_sensitive_values(lead: dict[str, Any]) -> None:
    """The representation of a contact may appear in logs and shows no sensitive value."""
    lead["sensitive_field_map"] = "[1,2]"

    assert "Asha" not in repr(parse(lead))
    assert "1990" not in repr(parse(lead))


@given(lead_lists(max_size=5))
def test_keeps_order_of_leads(body: list[dict[str, Any]]) -> None:
    """Contacts are in the order of the leads, even if two leads share a phone number."""
    assert [lead["lead_id"] for lead in body] == [contact.id for contact in contacts(json.dumps(body).encode())]


@pytest.mark.parametrize("name", CONFORMING)
def test_parses_edge_case(name: str) -> None:
    """Every edge case that conforms is parsed."""
    case = EDGE_CASES[name]

    assert len(contacts(json.dumps(case.leads).encode())) == len(case.leads)
