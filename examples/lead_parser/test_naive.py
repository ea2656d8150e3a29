"""Hypothesis finds, for each shortcut of the naive client, the simplest lead that breaks it."""

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
    """Return the simplest example for which ``holds`` is false or raises."""

    def fails(example: Any) -> bool:
        try:
            return not holds(example)
        except (ArithmeticError, LookupError, OSError, ValueError):
            return True

    return find(strategy, fails, settings=SETTINGS)


def test_leads_share_phone_number() -> None:
    """A mapping by phone number loses one of two leads without a number."""
    example = counterexample(lead_lists(), lambda body: len(naive.by_phone(body)) == len(body))

    assert [lead["field_0"] for lead in example] == ["", ""]


def test_columns_share_name() -> None:
    """A mapping by column name loses a value."""
    names = st.lists(st.sampled_from(["Name", "Phone"]), max_size=3)
    example = counterexample(
        leads(columns=names), lambda lead: len(naive.columns(lead)) == len(json.loads(lead["header"]))
    )

    assert example["header"] == '["Name","Name"]'


def test_header_is_empty() -> None:
    """Splitting at commas finds a column in a list without columns."""
    example = counterexample(leads(), lambda lead: naive.column_names(lead) == json.loads(lead["header"]))

    assert (example["header"], naive.column_names(example)) == ("[]", [""])


def test_milliseconds_are_not_seconds() -> None:
    """A time in milliseconds, read as seconds, is in another year or out of range."""
    example = counterexample(
        leads(), lambda lead: abs(naive.created(lead).timestamp() * 1000 - _milliseconds(lead)) < 1_000
    )

    assert _milliseconds(example) > 0


def test_disposition_is_unknown() -> None:
    """A disposition that the table lacks stops the import."""
    example = counterexample(leads(), lambda lead: bool(naive.disposition(lead)))

    assert example["dialer_dial_status"] == -6


def test_error_has_status_200() -> None:
    """An error object instead of the list raises a KeyError."""
    example = counterexample(
        broken_responses(rule="type", key=""), lambda broken: isinstance(naive.first_phone(broken.response), str)
    )

    assert example.response == b'{"success":false,"message":"Token has expired"}'


def test_parser_has_none_of_these_errors() -> None:
    """For the parser of this example, Hypothesis finds no counterexample."""

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
