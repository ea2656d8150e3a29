"""Shrinking: a failing test shows the simplest lead with the value that matters."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import find, settings
from hypothesis import strategies as st

from smartflo_contract.factories import value_tables as tables
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.lead_format import header_string
from smartflo_contract.strategies import broken_leads, lead_lists, leads, phone_numbers

SETTINGS = settings(derandomize=True, database=None, deadline=None, max_examples=2_000)
EPOCH_0 = {"$date": {"$numberLong": "0"}}
SIMPLEST: dict[str, Any] = {
    "id": "0" * 24,
    "lead_id": "0" * 24,
    "list_id": 1,
    **{f"field_{number}": "" for number in range(35)},
    "skill_id": None,
    "time_group": None,
    "added_by": 0,
    "created_by": 0,
    "dial_status": 1,
    "lead_picked": 0,
    "available_at": EPOCH_0,
    "dialer_dial_status": 0,
    "created_at": EPOCH_0,
    "undisposed_lead": False,
    "call_count": 0,
    "updated_at": EPOCH_0,
    "retry_count": 0,
    "alternate_phone_number": "",
    "priority": 1,
    "list_name": "",
    "header": "[]",
    "sensitive_field_map": "[]",
    "dialer_skill": None,
}
FIRST_COLUMN = {"header": '["Phone Number"]'}
"""A filled field has a column."""


def minimum(strategy: st.SearchStrategy[Any], holds: Callable[[Any], bool]) -> Any:
    """Return the example that Hypothesis shows for a test that fails if ``holds`` returns true."""
    return find(strategy, holds, settings=SETTINGS)


def test_lead_shrinks_to_the_simplest() -> None:
    """The simplest lead is New, with priority 1, epoch 0, nulls and empty strings."""
    assert minimum(leads(), lambda _: True) == SIMPLEST


def test_documented_lead_shrinks_to_the_simplest() -> None:
    """The simplest documented lead has the types of the vendor's table."""
    fields = {f"field_{number}": "" for number in range(7)}
    own = {key: value for key, value in SIMPLEST.items() if not key.startswith("field_")} | fields
    own |= {"id": "1", "lead_id": 1, "skill_id": 0, "time_group": 0, "retry_count": "0", "header": []}
    own |= {"sensitive_field_map": "0", "dialer_skill": {"id": 100, "name": "Hindi"}}

    assert minimum(leads(profile="documented"), lambda _: True) == own


def test_lenient_lead_shrinks_to_that_of_the_sample() -> None:
    """The simplest lenient lead is that of the sample."""
    assert minimum(leads(profile="lenient"), lambda _: True) == SIMPLEST


def test_negative_disposition_shrinks_to_minus_1() -> None:
    """Other values are the simplest."""
    found = minimum(leads(), lambda lead: lead["dialer_dial_status"] < 0)

    assert found == SIMPLEST | {"dialer_dial_status": -1}


def test_field_35_shrinks_to_36_common_columns() -> None:
    """The fields are empty."""
    found = minimum(leads(), lambda lead: "field_35" in lead)
    header = '["Phone Number","Name","Email Id","Address","Company Name","Alternate Phone Number","DOB","Credit Score",'
    header += '"Nature of Business","City","Pincode","First Name","Last Name","Age",'
    header += ",".join(f'"Custom {number}"' for number in range(1, 23)) + "]"

    assert found == SIMPLEST | {"field_35": "", "header": header}


@pytest.mark.slow
def test_empty_email_shrinks_to_the_simplest_lead() -> None:
    """The simplest lead has no e-mail address."""
    assert minimum(leads(), lambda lead: lead["field_2"] == "") == SIMPLEST


@pytest.mark.slow
def test_email_shrinks_to_the_shortest() -> None:
    """Other values are the simplest; the list has the first number of columns that names the field."""
    header = header_string(tables.COLUMN_NAMES[:6])

    assert minimum(leads(), lambda lead: "@" in lead["field_2"]) == SIMPLEST | {
        "header": header,
        "field_2": "om@example.com",
    }


@pytest.mark.slow
def test_shared_phone_shrinks_to_two_leads() -> None:
    """Both are simplest leads with the first number."""

    def shared(body: list[dict[str, Any]]) -> bool:
        phones = Counter(lead["field_0"] for lead in body if lead["field_0"])
        return any(count > 1 for count in phones.values())

    second = f"{1:024x}"

    assert minimum(lead_lists(), shared) == [
        SIMPLEST | FIRST_COLUMN | {"field_0": "+915550000000"},
        SIMPLEST | FIRST_COLUMN | {"field_0": "+915550000000", "id": second, "lead_id": second},
    ]


KEYS = sorted(SIMPLEST.keys() - {"header", "id", "lead_id"})
TYPICAL_KEYS = {"created_at", "dialer_skill", "field_5", "priority"}
"""One key of each kind; the slow tests try every key."""


@pytest.mark.parametrize(
    "key", [pytest.param(key, marks=[] if key in TYPICAL_KEYS else pytest.mark.slow) for key in KEYS]
)
def test_value_shrinks_alone(key: str) -> None:
    """Other values are the simplest, except times and headers that follow from the value."""
    found = minimum(leads(), lambda lead: lead[key] != SIMPLEST[key])
    follow = {"created_at": {"updated_at", "available_at"}, "updated_at": {"available_at"}}
    follow |= {key: {"header"} for key in ("sensitive_field_map", *(f"field_{number}" for number in range(35)))}
    changed = {name for name in found if found[name] != SIMPLEST.get(name)}

    assert key in changed
    assert changed <= {key, *follow.get(key, ())}


@pytest.mark.slow
def test_phone_without_plus_shrinks_to_ten_digits() -> None:
    """Other values are the simplest."""
    found = minimum(leads(), lambda lead: lead["field_0"][:1] not in {"", "+"})

    assert found == SIMPLEST | FIRST_COLUMN | {"field_0": "5550000000"}


def test_broken_type_shrinks_to_null() -> None:
    """The broken value is not a string that looks like a number."""
    found = minimum(broken_leads(rule="type", key="priority"), lambda _: True)

    assert found.lead == SIMPLEST | {"priority": None}


@pytest.mark.slow
def test_two_values_shrink_together() -> None:
    """Both are the simplest values that satisfy the condition."""
    found = minimum(leads(), lambda lead: lead["priority"] >= 20 and lead["dial_status"] == 6)

    assert found == SIMPLEST | {"priority": 20, "dial_status": 6}


def test_strategies_of_options_shrink() -> None:
    """A caller's strategy shrinks by its own rules inside a lead."""
    found = minimum(
        leads(dial_statuses=st.integers(3, 9), phone_numbers=phone_numbers()), lambda lead: lead["dial_status"] > 4
    )

    assert found == SIMPLEST | FIRST_COLUMN | {"dial_status": 5, "field_0": "+915550000000"}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # Hypothesis's word on sixty leads in a message
@pytest.mark.parametrize("size", [3, pytest.param(60, marks=pytest.mark.slow)])
def test_long_list_shrinks_to_simplest_leads(size: int) -> None:
    """Only the ids differ."""
    found = minimum(lead_lists(min_size=size), lambda _: True)

    assert found == [SIMPLEST | {"id": f"{n:024x}", "lead_id": f"{n:024x}"} for n in range(size)]


def test_tables_start_with_the_simplest() -> None:
    """Tables of strings start with the empty string."""
    assert {table[0] for table in tables.column_tables().values()} == {""}
    assert load_contract().is_valid([SIMPLEST])
