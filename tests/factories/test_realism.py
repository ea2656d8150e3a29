"""Realism of 10,000 leads: names, ages, addresses, statuses and times agree."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest
from faker.providers.address.en_IN import Provider as IndianAddresses

from smartflo_contract.factories import LeadWriter, ListDefinition, lead_list
from smartflo_contract.factories._status_model import OTHER_STATUS, STATUSES
from smartflo_contract.factories.facts import Facts, fact_function
from smartflo_contract.schemas import load_contract

COLUMNS = (
    "Phone Number", "Name", "Email Id", "Address", "Company Name", "Alternate Phone Number", "DOB", "Credit Score",
    "Nature of Business", "First Name", "Last Name", "City", "Pincode", "Age", "Remarks",
)  # fmt: skip
SAMPLE_DAY = datetime(2023, 10, 4, tzinfo=UTC).date()
"""The day of the vendor's sample, which the leads' ages refer to."""


class Row(NamedTuple):
    """A lead and its values by column."""

    lead: dict[str, Any]
    values: dict[str, str]


@pytest.fixture(name="rows", scope="session")
def _rows() -> list[Row]:
    """10,000 leads of a list with a column of every kind."""
    leads = lead_list(42, 8668, 10_000, columns=COLUMNS)
    return [
        Row({**found}, {name: {**found}[f"field_{position}"] for position, name in enumerate(COLUMNS)})  # type: ignore[misc]
        for found in leads
    ]


def _time(found: dict[str, Any], key: str) -> int:
    return int(found[key]["$date"]["$numberLong"])


def _age(born: date, at: date) -> int:
    return at.year - born.year - ((at.month, at.day) < (born.month, born.day))


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text)).lower()


def _of_status(rows: list[Row], status: int) -> Iterator[dict[str, Any]]:
    return (row.lead for row in rows if row.lead["dial_status"] == status)


def test_email_contains_the_name(rows: list[Row]) -> None:
    """The local part of every e-mail address consists of the lead's first and last name."""
    wrong = [
        row.values for row in rows if _letters(row.values["Email Id"].partition("@")[0]) != _letters(row.values["Name"])
    ]

    assert wrong == []


def test_email_is_at_reserved_domain(rows: list[Row]) -> None:
    """No e-mail address reaches anybody."""
    domains = {row.values["Email Id"].partition("@")[2] for row in rows}

    assert domains == {"example.com", "example.net", "example.org"}


def test_name_consists_of_first_and_last_name(rows: list[Row]) -> None:
    """Columns of first and last names contain the parts of the full name."""
    wrong = [
        row.values for row in rows if row.values["Name"] != f"{row.values['First Name']} {row.values['Last Name']}"
    ]

    assert wrong == []


def test_has_many_names(rows: list[Row]) -> None:
    """There are at least 1,000 names."""
    assert len({row.values["Name"] for row in rows}) >= 1000


def test_is_adult_at_creation(rows: list[Row]) -> None:
    """Every date of birth is a date, and the lead is 18 to 80 years old at its creation."""
    created = [datetime.fromtimestamp(_time(row.lead, "created_at") / 1000, UTC).date() for row in rows]
    ages = [_age(date.fromisoformat(row.values["DOB"]), day) for row, day in zip(rows, created, strict=True)]

    assert (min(ages) >= 18, max(ages) <= 80) == (True, True)


@pytest.mark.parametrize("year", [2023, 2026, 2030])
def test_is_adult_for_years(rows: list[Row], year: int) -> None:
    """The leads are 18 to 80 years old today and for years to come."""
    ages = [_age(date.fromisoformat(row.values["DOB"]), date(year, 10, 5)) for row in rows]

    assert (min(ages) >= 18, max(ages) <= 80) == (True, True)


def test_age_agrees_with_date_of_birth(rows: list[Row]) -> None:
    """They agree on the day of the vendor's sample."""
    wrong = [
        row.values for row in rows if int(row.values["Age"]) != _age(date.fromisoformat(row.values["DOB"]), SAMPLE_DAY)
    ]

    assert wrong == []


def test_credit_score_is_in_range(rows: list[Row]) -> None:
    """Every credit score is from 300 to 900, and both ends occur."""
    scores = [int(row.values["Credit Score"]) for row in rows]

    assert (min(scores) >= 300, max(scores) <= 900, min(scores) < 310, max(scores) > 890) == (True,) * 4


def test_address_contains_an_indian_city(rows: list[Row]) -> None:
    """Every address ends with the lead's city, which is in Faker's list for India."""
    cities = set(IndianAddresses.cities)
    found = [(row.values["Address"].rpartition(", ")[2], row.values["City"]) for row in rows]

    assert [(named, city) for named, city in found if named != city or named not in cities] == []


def test_pincode_has_six_digits(rows: list[Row]) -> None:
    """Every postal code has six digits and begins with 1 to 8."""
    wrong = [
        row.values["Pincode"] for row in rows if len(row.values["Pincode"]) != 6 or row.values["Pincode"][0] in "09"
    ]

    assert [code for code in wrong if not code.isdecimal()] == wrong == []


@pytest.mark.parametrize("column", ["Company Name", "Nature of Business", "Remarks"])
def test_other_columns_have_strings(rows: list[Row], column: str) -> None:
    """Other columns have several different strings."""
    texts = {row.values[column] for row in rows}

    assert ("" in texts, len(texts) > 5) == (False, True)


def test_phone_numbers_are_unique(rows: list[Row]) -> None:
    """No two leads of a list share a phone number."""
    assert len({row.values["Phone Number"] for row in rows}) == len(rows)


def test_alternate_phone_is_in_column_and_key(rows: list[Row]) -> None:
    """The column and the key have the same number."""
    wrong = [row for row in rows if row.values["Alternate Phone Number"] != row.lead["alternate_phone_number"]]

    assert wrong == []


def test_most_alternate_phones_are_empty(rows: list[Row]) -> None:
    """Some leads have an alternate phone number."""
    share = sum(row.lead["alternate_phone_number"] == "" for row in rows) / len(rows)

    assert 0.5 < share < 0.9


def test_alternate_phone_differs_from_phone(rows: list[Row]) -> None:
    """The two numbers of a lead differ."""
    same = [row.values for row in rows if row.values["Alternate Phone Number"] == row.values["Phone Number"]]

    assert same == []


def test_new_leads_have_no_calls(rows: list[Row]) -> None:
    """A new lead has no call, no answer and no disposition."""
    keys = ["call_count", "retry_count", "lead_picked", "dialer_dial_status", "undisposed_lead"]
    found = {tuple(lead[key] for key in keys) for lead in _of_status(rows, 1)}

    assert found == {(0, 0, 0, 0, False)}


def test_new_leads_are_unchanged(rows: list[Row]) -> None:
    """The last change of a new lead is its creation."""
    changed = [lead for lead in _of_status(rows, 1) if lead["created_at"] != lead["updated_at"]]

    assert changed == []


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_counters_agree_with_the_status(rows: list[Row], status: int) -> None:
    """Calls, answers and dispositions of every dial status follow the table."""
    model = STATUSES[status]
    wrong = [
        lead
        for lead in _of_status(rows, status)
        if not model.calls[0] <= lead["call_count"] <= model.calls[1]
        or lead["lead_picked"] != model.picked
        or lead["dialer_dial_status"] not in model.dispositions
    ]

    assert wrong == []


def test_statuses_follow_their_weights(rows: list[Row]) -> None:
    """All nine dial statuses occur about as often as in the table."""
    counts = Counter(row.lead["dial_status"] for row in rows)
    total = sum(model.weight for model in STATUSES.values())
    off = [
        status for status, model in STATUSES.items() if abs(counts[status] / len(rows) - model.weight / total) > 0.02
    ]

    assert (sorted(counts), off) == (sorted(STATUSES), [])


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_every_disposition_of_a_status_occurs(rows: list[Row], status: int) -> None:
    """Every disposition of a status in the table occurs."""
    found = {lead["dialer_dial_status"] for lead in _of_status(rows, status)}

    assert found == set(STATUSES[status].dispositions)


def test_picked_leads_have_calls(rows: list[Row]) -> None:
    """Answered leads have at least one call."""
    assert [row.lead for row in rows if row.lead["lead_picked"] and not row.lead["call_count"]] == []


def test_retry_count_excludes_the_first_call(rows: list[Row]) -> None:
    """retry_count is the number of calls after the first."""
    wrong = [row.lead for row in rows if row.lead["retry_count"] != max(row.lead["call_count"] - 1, 0)]

    assert wrong == []


def test_undisposed_lead_agrees_with_disposition(rows: list[Row]) -> None:
    """undisposed_lead is true for the disposition Undisposed only."""
    wrong = [row.lead for row in rows if row.lead["undisposed_lead"] != (row.lead["dialer_dial_status"] == -1)]

    assert wrong == []


def test_times_are_in_order(rows: list[Row]) -> None:
    """For every lead, created <= updated <= available."""
    keys = ["created_at", "updated_at", "available_at"]
    times = [[_time(row.lead, key) for key in keys] for row in rows]

    assert [found for found in times if found != sorted(found)] == []


def test_id_contains_the_creation_time(rows: list[Row]) -> None:
    """The first eight digits of an id are created_at in seconds, as in a MongoDB ObjectId."""
    wrong = [row.lead for row in rows if int(row.lead["id"][:8], 16) != _time(row.lead, "created_at") // 1000]

    assert wrong == []


def test_leads_of_a_list_share_their_client(rows: list[Row]) -> None:
    """added_by and created_by are one value in all leads of a list."""
    assert len({row.lead[key] for row in rows for key in ("added_by", "created_by")}) == 1


def test_priorities_cover_the_range(rows: list[Row]) -> None:
    """Every priority from 1 to 30 occurs."""
    assert {row.lead["priority"] for row in rows} == set(range(1, 31))


@pytest.mark.parametrize("key", ["skill_id", "time_group", "dialer_skill"])
def test_nullable_keys_are_sometimes_null(rows: list[Row], key: str) -> None:
    """Under sample, each nullable key is null in some leads only."""
    assert {row.lead[key] is None for row in rows} == {True, False}


def test_leads_have_no_findings(rows: list[Row]) -> None:
    """None of the 10,000 leads has a finding."""
    assert load_contract().check([row.lead for row in rows]) == ()


@pytest.mark.parametrize("size", [50_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_ids_are_unique(size: int) -> None:
    """No two leads of a long list share an id, in either reading."""
    facts = fact_function(7, 8668)
    text, number = Facts._fields.index("object_id"), Facts._fields.index("lead_number")
    chunks = (facts(range(start, start + 1_000)) for start in range(0, size, 1_000))
    ids = {id_ for chunk in chunks for place in (text, number) for id_ in chunk[place]}

    assert len(ids) == 2 * size


def test_definition_sets_weights_of_statuses() -> None:
    """A list with weights has only these statuses, about as often."""
    definition = ListDefinition(7, size=2000, dial_status={4: 3, 6: 1, 5: 0})
    writer = LeadWriter(definition, load_contract())
    counts = Counter(writer.lead(index)["dial_status"] for index in range(2000))

    assert (sorted(counts), 0.2 < counts[6] / 2000 < 0.3) == ([4, 6], True)


def test_definition_sets_weights_of_dispositions() -> None:
    """A list with weights has only these dispositions."""
    writer = LeadWriter(ListDefinition(7, disposition={-8: 1, 4711: 1}), load_contract())

    assert {writer.lead(index)["dialer_dial_status"] for index in range(200)} == {-8, 4711}


def test_unknown_status_has_calls() -> None:
    """A dial status that is not in the table has calls, and no disposition yet."""
    writer = LeadWriter(ListDefinition(7, dial_status={77: 1}), load_contract())
    leads = [writer.lead(index) for index in range(100)]

    assert (
        {found["dial_status"] for found in leads},
        {found["dialer_dial_status"] for found in leads},
        {found["call_count"] for found in leads},
    ) == ({77}, set(OTHER_STATUS.dispositions), set(range(OTHER_STATUS.calls[0], OTHER_STATUS.calls[1] + 1)))
