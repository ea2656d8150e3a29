"""10,000 leads: whether they are such as a real list could hold."""

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
MADE = datetime(2023, 10, 4, tzinfo=UTC).date()
"""The world's present: the day of the vendor's sample."""


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


def test_email_is_made_from_the_leads_own_name(rows: list[Row]) -> None:
    """The local part of every e-mail consists of the lead's first and last name."""
    wrong = [
        row.values for row in rows if _letters(row.values["Email Id"].partition("@")[0]) != _letters(row.values["Name"])
    ]

    assert wrong == []


def test_email_is_of_a_domain_for_examples(rows: list[Row]) -> None:
    """No e-mail can reach anybody."""
    domains = {row.values["Email Id"].partition("@")[2] for row in rows}

    assert domains == {"example.com", "example.net", "example.org"}


def test_name_consists_of_first_and_last_name(rows: list[Row]) -> None:
    """Columns for parts of a name hold the parts of this name."""
    wrong = [
        row.values for row in rows if row.values["Name"] != f"{row.values['First Name']} {row.values['Last Name']}"
    ]

    assert wrong == []


def test_many_names(rows: list[Row]) -> None:
    """There are at least 1,000 names."""
    assert len({row.values["Name"] for row in rows}) >= 1000


def test_adults_when_created(rows: list[Row]) -> None:
    """Every date of birth is a date, and the lead 18 to 80 years old when created."""
    created = [datetime.fromtimestamp(_time(row.lead, "created_at") / 1000, UTC).date() for row in rows]
    ages = [_age(date.fromisoformat(row.values["DOB"]), day) for row, day in zip(rows, created, strict=True)]

    assert (min(ages) >= 18, max(ages) <= 80) == (True, True)


@pytest.mark.parametrize("year", [2023, 2026, 2030])
def test_adults_for_years(rows: list[Row], year: int) -> None:
    """The leads are 18 to 80 years old today and for years to come."""
    ages = [_age(date.fromisoformat(row.values["DOB"]), date(year, 10, 5)) for row in rows]

    assert (min(ages) >= 18, max(ages) <= 80) == (True, True)


def test_age_fits_the_date_of_birth(rows: list[Row]) -> None:
    """The column for the age agrees with that for the date of birth, on the day of the vendor's sample."""
    wrong = [row.values for row in rows if int(row.values["Age"]) != _age(date.fromisoformat(row.values["DOB"]), MADE)]

    assert wrong == []


def test_credit_score_is_in_range(rows: list[Row]) -> None:
    """Every credit score is from 300 to 900, and both halves occur."""
    scores = [int(row.values["Credit Score"]) for row in rows]

    assert (min(scores) >= 300, max(scores) <= 900, min(scores) < 310, max(scores) > 890) == (True,) * 4


def test_address_names_an_indian_city(rows: list[Row]) -> None:
    """Every address ends in a city of Faker's list for India, the one in the column for the city."""
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
def test_texts_are_not_empty(rows: list[Row], column: str) -> None:
    """Other columns hold text, and more than one."""
    texts = {row.values[column] for row in rows}

    assert ("" in texts, len(texts) > 5) == (False, True)


def test_phone_numbers_are_different(rows: list[Row]) -> None:
    """No two leads of a list share a phone number."""
    assert len({row.values["Phone Number"] for row in rows}) == len(rows)


def test_alternate_phone_stands_in_both_places(rows: list[Row]) -> None:
    """The alternate phone number under its column is that of the key of this name."""
    wrong = [row for row in rows if row.values["Alternate Phone Number"] != row.lead["alternate_phone_number"]]

    assert wrong == []


def test_alternate_phone_may_be_empty(rows: list[Row]) -> None:
    """Some leads have an alternate phone number and most have none."""
    share = sum(row.lead["alternate_phone_number"] == "" for row in rows) / len(rows)

    assert 0.5 < share < 0.9


def test_alternate_phone_is_another_number(rows: list[Row]) -> None:
    """The alternate phone number is not the phone number."""
    same = [row.values for row in rows if row.values["Alternate Phone Number"] == row.values["Phone Number"]]

    assert same == []


def test_new_leads_were_never_called(rows: list[Row]) -> None:
    """A new lead has no call, no answer, no disposition and no change since it was created."""
    keys = ["call_count", "retry_count", "lead_picked", "dialer_dial_status", "undisposed_lead"]
    found = {tuple(lead[key] for key in keys) for lead in _of_status(rows, 1)}

    assert found == {(0, 0, 0, 0, False)}


def test_new_leads_did_not_change(rows: list[Row]) -> None:
    """A new lead was last changed when it was created."""
    changed = [lead for lead in _of_status(rows, 1) if lead["created_at"] != lead["updated_at"]]

    assert changed == []


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_counters_agree_with_the_status(rows: list[Row], status: int) -> None:
    """Calls, answers and dispositions of every dial status are those of the table."""
    model = STATUSES[status]
    wrong = [
        lead
        for lead in _of_status(rows, status)
        if not model.calls[0] <= lead["call_count"] <= model.calls[1]
        or lead["lead_picked"] != model.picked
        or lead["dialer_dial_status"] not in model.dispositions
    ]

    assert wrong == []


def test_every_status_occurs_as_often_as_weighted(rows: list[Row]) -> None:
    """All nine dial statuses occur, each about as often as the table says."""
    counts = Counter(row.lead["dial_status"] for row in rows)
    total = sum(model.weight for model in STATUSES.values())
    off = [
        status for status, model in STATUSES.items() if abs(counts[status] / len(rows) - model.weight / total) > 0.02
    ]

    assert (sorted(counts), off) == (sorted(STATUSES), [])


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_every_disposition_of_a_status_occurs(rows: list[Row], status: int) -> None:
    """Every disposition that the table gives a status occurs with it."""
    found = {lead["dialer_dial_status"] for lead in _of_status(rows, status)}

    assert found == set(STATUSES[status].dispositions)


def test_every_status_that_was_not_dialled_has_no_call(rows: list[Row]) -> None:
    """Answered leads were called at least once."""
    assert [row.lead for row in rows if row.lead["lead_picked"] and not row.lead["call_count"]] == []


def test_retries_follow_the_first_call(rows: list[Row]) -> None:
    """retry_count counts the calls after the first."""
    wrong = [row.lead for row in rows if row.lead["retry_count"] != max(row.lead["call_count"] - 1, 0)]

    assert wrong == []


def test_undisposed_leads_are_marked(rows: list[Row]) -> None:
    """undisposed_lead is true where the disposition is Undisposed, and only there."""
    wrong = [row.lead for row in rows if row.lead["undisposed_lead"] != (row.lead["dialer_dial_status"] == -1)]

    assert wrong == []


def test_times_are_in_order(rows: list[Row]) -> None:
    """For every lead, created <= updated <= available."""
    keys = ["created_at", "updated_at", "available_at"]
    times = [[_time(row.lead, key) for key in keys] for row in rows]

    assert [found for found in times if found != sorted(found)] == []


def test_id_carries_the_time_of_creation(rows: list[Row]) -> None:
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
def test_nullable_keys_are_null_and_not(rows: list[Row], key: str) -> None:
    """Under sample each nullable key is null in some leads and filled in others."""
    assert {row.lead[key] is None for row in rows} == {True, False}


def test_all_leads_are_without_finding(rows: list[Row]) -> None:
    """The contract has nothing to say about any of the 10,000."""
    assert load_contract().check([row.lead for row in rows]) == ()


@pytest.mark.parametrize("size", [50_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_ids_are_unique_over_many_leads(size: int) -> None:
    """No two of many leads of a list share an id, in either reading; of a million, in the slow suite."""
    facts = fact_function(7, 8668)
    text, number = Facts._fields.index("object_id"), Facts._fields.index("lead_number")
    ids = {found[place] for found in map(facts, range(size)) for place in (text, number)}

    assert len(ids) == 2 * size


def test_weights_of_a_list_decide_its_statuses() -> None:
    """A list with weights of its own has these statuses only, about as often."""
    definition = ListDefinition(7, size=2000, dial_status={4: 3, 6: 1, 5: 0})
    writer = LeadWriter(definition, load_contract())
    counts = Counter(writer.lead(index)["dial_status"] for index in range(2000))

    assert (sorted(counts), 0.2 < counts[6] / 2000 < 0.3) == ([4, 6], True)


def test_weights_of_a_list_decide_its_dispositions() -> None:
    """So it is with dispositions, whatever the dial status."""
    writer = LeadWriter(ListDefinition(7, disposition={-8: 1, 4711: 1}), load_contract())

    assert {writer.lead(index)["dialer_dial_status"] for index in range(200)} == {-8, 4711}


def test_status_of_no_table_has_calls() -> None:
    """A dial status that the table does not have was called, and waits for a disposition."""
    writer = LeadWriter(ListDefinition(7, dial_status={77: 1}), load_contract())
    leads = [writer.lead(index) for index in range(100)]

    assert (
        {found["dial_status"] for found in leads},
        {found["dialer_dial_status"] for found in leads},
        {found["call_count"] for found in leads},
    ) == ({77}, set(OTHER_STATUS.dispositions), set(range(OTHER_STATUS.calls[0], OTHER_STATUS.calls[1] + 1)))
