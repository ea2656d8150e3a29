"""What Hypothesis shows of the naive client: for every shortcut the simplest lead that it is wrong about."""

import json
from collections.abc import Callable
from typing import Any

import naive
import pytest
from hypothesis import find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from lead_parser import LeadError, contacts

from smartflo_contract.strategies import broken_responses, lead_lists, leads

SETTINGS = settings(derandomize=True, database=None, deadline=None, max_examples=1_000)


def counterexample(strategy: st.SearchStrategy[Any], holds: Callable[[Any], bool]) -> Any:
    """Return the simplest example of which ``holds`` is not true, or where it raises."""

    def fails(example: Any) -> bool:
        try:
            return not holds(example)
        except (ArithmeticError, LookupError, OSError, ValueError):
            return True

    return find(strategy, fails, settings=SETTINGS)


def test_one_phone_for_two_leads() -> None:
    """A mapping by phone number loses a lead of two that share a number, or have none."""
    found = counterexample(lead_lists(), lambda body: len(naive.by_phone(body)) == len(body))

    assert [lead["field_0"] for lead in found] == ["", ""]


def test_two_columns_of_one_name() -> None:
    """A mapping by column name loses a value."""
    names = st.lists(st.sampled_from(["Name", "Phone"]), max_size=3)
    found = counterexample(
        leads(columns=names), lambda lead: len(naive.columns(lead)) == len(json.loads(lead["header"]))
    )

    assert found["header"] == '["Name","Name"]'


def test_a_header_that_is_no_list_of_words() -> None:
    """Splitting at commas finds a column in a list that has none."""
    found = counterexample(leads(), lambda lead: naive.column_names(lead) == json.loads(lead["header"]))

    assert (found["header"], naive.column_names(found)) == ("[]", [""])


def test_milliseconds_for_seconds() -> None:
    """A time in milliseconds, read as seconds, is in another year, or in none."""
    found = counterexample(
        leads(), lambda lead: abs(naive.created(lead).timestamp() * 1000 - _milliseconds(lead)) < 1_000
    )

    assert _milliseconds(found) > 0


def test_a_disposition_that_has_no_name() -> None:
    """The first disposition that the table lacks stops the import."""
    found = counterexample(leads(), lambda lead: bool(naive.disposition(lead)))

    assert found["dialer_dial_status"] == -6


def test_an_error_with_status_200() -> None:
    """An error object instead of the list is a KeyError in the middle of nowhere."""
    found = counterexample(
        broken_responses(rule="type", key=""), lambda broken: isinstance(naive.first_phone(broken.response), str)
    )

    assert found.response == b'{"success":false,"message":"Token has expired"}'


def test_the_client_has_none_of_these_faults() -> None:
    """The same questions, put to the client of this example, find no counterexample."""

    def read(body: list[dict[str, Any]]) -> list[Any]:
        return contacts(json.dumps(body).encode())

    with pytest.raises(NoSuchExample):
        counterexample(lead_lists(), lambda body: len(read(body)) == len(body))
    with pytest.raises(NoSuchExample):
        counterexample(leads(), lambda lead: len(read([lead])[0].columns) >= len(json.loads(lead["header"])))
    with pytest.raises(NoSuchExample):
        counterexample(
            leads(), lambda lead: abs(read([lead])[0].created.timestamp() * 1000 - _milliseconds(lead)) < 1_000
        )
    with pytest.raises(LeadError, match="Token has expired"):
        contacts(b'{"success":false,"message":"Token has expired"}')


def _milliseconds(lead: dict[str, Any]) -> int:
    return int(lead["created_at"]["$date"]["$numberLong"])
