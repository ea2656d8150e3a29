"""Leads that must not be dialled, page by page."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mock_server.api import dnd_lists, dnd_writes

from .conftest import DND as DND_ROUTES
from .conftest import LEAD, LIST, NUMBER, Account, account_of

DND = f"{DND_ROUTES}/leads"
NUMBERS = st.integers(0, 999_999).map(lambda digits: f"5550{digits:06}")
"""Phone numbers that cannot ring."""
FORMS = st.sampled_from(["{}", "+91{}", "0{}", "91{}"])
"""Spellings of one phone number."""


def entries_of(api: Account, query: str, limit: int = 100) -> list[dict[str, Any]]:
    """Return the entries of all pages."""
    entries: list[dict[str, Any]] = []
    while True:
        after = f"&last_seen_id={entries[-1]['id']}" if entries else ""
        page = api("GET", f"{DND}?limit={limit}&{query}{after}").get_json()
        entries += page["data"]
        if not page["hasMore"]:
            return entries


def new_list(api: Account, **values: object) -> int:
    """Create a DND list and return its id."""
    return int(api.succeed("POST", f"{DND_ROUTES}/list", {"name": "Complaints"} | values)["list_id"])


def test_returns_all_pages(api: Account) -> None:
    """Pages have the documented shape, and ``last_seen_id`` continues after an entry."""
    page = api("GET", f"{DND}?limit=100&list_id=8671").get_json()
    numbers = [lead["field_0"] for lead in api.leads(8671) if lead["dial_status"] in {5, 9}]
    entries, query = [], ""
    while True:
        part = api("GET", f"{DND}?limit=7&list_id=8671{query}").get_json()
        entries += part["data"]
        if not part["hasMore"]:
            break
        query = f"&last_seen_id={part['data'][-1]['id']}"

    assert {"hasMore", "count", "limit", "data"} == page.keys()
    assert numbers[:100] == [entry["number"] for entry in page["data"]]
    assert numbers == [entry["number"] for entry in entries]
    assert {"id", "list_id", "added_by", "number", "type", "created_at"} == entries[0].keys()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0530", entries[0]["created_at"])
    assert [entries[3]] == api("GET", f"{DND}?list_id=8671&id={entries[3]['id']}").get_json()["data"]


def test_follows_changes(api: Account) -> None:
    """A lead appears with its status and disappears with its deletion; unknown and deleted lists have no entries."""
    path = f"{DND}?list_id=8669"
    before = api("GET", path).get_json()["count"]
    changed = next(lead for lead in api.leads(8669) if lead["dial_status"] not in {5, 9})
    api.succeed("PUT", f"{LEAD}/{changed['lead_id']}", {"dial_status": 5})

    assert before + 1 == api("GET", path).get_json()["count"]
    api.succeed("DELETE", f"{LEAD}/{changed['lead_id']}")
    assert before == api("GET", path).get_json()["count"]
    api.succeed("DELETE", f"{LIST}/8669")
    assert [0, 0] == [api("GET", f"{DND}?list_id={list_id}").get_json()["count"] for list_id in (8669, 123_456)]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=",
        "list_id=x",
        "list_id=-1",
        "last_seen_id=x",
        f"last_seen_id={'z' * 24}",
    ],
)
def test_rejects_invalid_parameter(query: str, api: Account) -> None:
    """An invalid parameter is 422 and named."""
    response = api("GET", f"{DND}?{query}")

    assert (422, [query.partition("=")[0]]) == (response.status_code, list(response.get_json()))


@given(numbers=st.lists(st.tuples(NUMBERS, FORMS), max_size=25), limit=st.integers(1, 7))
def test_lists_each_number_once(numbers: list[tuple[str, str]], limit: int) -> None:
    """Pages are complete and disjoint, however often and in whichever spelling a number was added."""
    api = account_of()
    spelled = [form.format(number) for number, form in numbers]
    list_id = new_list(api)
    api.succeed("POST", f"{DND}/{list_id}", {"data": spelled})
    for number in spelled[:3]:
        api.succeed("POST", f"{DND_ROUTES}/lead", {"number": number, "list_id": list_id})
    entries = entries_of(api, f"list_id={list_id}", limit)

    assert list(dict.fromkeys(f"+91{number}" for number, _ in numbers)) == [entry["number"] for entry in entries]
    assert len(entries) == len({entry["id"] for entry in entries})
    assert {list_id} >= {entry["list_id"] for entry in entries}


@given(before=st.sets(NUMBERS, max_size=5), added=st.sets(NUMBERS, min_size=1, max_size=5), one_by_one=st.booleans())
def test_deletion_undoes_addition(before: set[str], added: set[str], one_by_one: bool) -> None:  # noqa: FBT001
    """What is deleted after it was added leaves the list as it was, by number or entry by entry."""
    api = account_of()
    api.succeed("POST", f"{DND}/1", {"data": sorted(before)})
    initial = entries_of(api, "list_id=1")
    api.succeed("POST", f"{DND}/1", {"data": sorted(added)})
    new = [entry for entry in entries_of(api, "list_id=1") if entry not in initial]
    if one_by_one:
        for entry in new:
            api.succeed("DELETE", f"{DND_ROUTES}/lead/{entry['id']}")
    else:
        api.succeed("DELETE", f"{DND}/1", {"data": sorted(added - before)})

    assert {f"+91{number}" for number in added - before} == {entry["number"] for entry in new}
    assert initial == entries_of(api, "list_id=1")


def test_adds_number_to_list_of_account(api: Account) -> None:
    """A request without a list is for the account's own; other accounts do not see it."""
    content = api.succeed("POST", f"{DND_ROUTES}/lead", {"number": NUMBER, "type": "number", "note": "x"})
    (entry,) = entries_of(api, "list_id=1")

    assert {"success": True, "message": "Lead added to DND list successfully."} == content
    assert (f"+91{NUMBER}", "number", 1) == (entry["number"], entry["type"], entry["list_id"])
    assert [entry] == api("GET", f"{DND}?id={entry['id']}").get_json()["data"]
    assert [] == entries_of(account_of(), "list_id=1")


def test_changes_number_of_entry(api: Account) -> None:
    """The entry keeps its id; a number that is on the list is rejected."""
    api.succeed("POST", f"{DND}/1", {"data": [NUMBER, "5550000043"]})
    first, second = entries_of(api, "list_id=1")
    path = f"{DND_ROUTES}/lead/{first['id']}"
    rejected = api("PUT", path, {"number": "+915550000043"})
    api.succeed("PUT", path, {"number": "5550000044"})
    api.succeed("PUT", path, {})

    assert (422, {"number": "The number has already been taken."}) == (rejected.status_code, rejected.get_json())
    assert [first | {"number": "+915550000044"}, second] == [
        entry | {"created_at": old["created_at"]}
        for entry, old in zip(entries_of(api, "list_id=1"), (first, second), strict=True)
    ]


def test_adds_number_of_lead(api: Account) -> None:
    """With the type lead_id, the number is that of the lead, and the entry is deleted by either."""
    first, second = api.leads(8669)[:2]
    for lead in (first, second):
        api.succeed("POST", f"{DND_ROUTES}/lead", {"number": lead["lead_id"], "type": "lead_id"})
    entries = entries_of(api, "list_id=1")
    api.succeed("DELETE", f"{DND}/1", {"field": "lead_id", "data": [first["lead_id"]]})
    api.succeed("DELETE", f"{DND}/1", {"field": "number", "data": [second["field_0"]]})

    assert [(lead["field_0"], "lead_id") for lead in (first, second)] == [(e["number"], e["type"]) for e in entries]
    assert [] == entries_of(api, "list_id=1")


def test_number_of_lead_is_listed_once(api: Account) -> None:
    """The entry of a lead with dial status 5 gives way to the entry of its number on a DND list."""
    lead = next(lead for lead in api.leads(8671) if lead["dial_status"] == 5)
    before = entries_of(api, "")
    api.succeed("POST", f"{DND_ROUTES}/lead", {"number": lead["field_0"]})
    numbers = [entry["number"] for entry in entries_of(api, "")]

    assert 1 == numbers.count(lead["field_0"])
    assert {entry["number"] for entry in before} == set(numbers)


def test_times_follow_the_clock(api: Account) -> None:
    """created_at is the time of the account's clock, in Indian time."""
    api.set_clock(now="2026-01-31T00:00:00+05:30", frozen=True)
    api.succeed("POST", f"{DND_ROUTES}/lead", {"number": NUMBER})

    assert ["2026-01-31T00:00:00+0530"] == [entry["created_at"] for entry in entries_of(api, "list_id=1")]


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        ("POST", "lead", {}, {"number": "The number field is required."}),
        ("POST", "lead", {"number": "x"}, {"number": "Provide a valid number."}),
        ("POST", "lead", {"number": NUMBER, "type": "phone"}, {"type": "The selected type is invalid."}),
        ("POST", "lead", {"number": NUMBER, "list_id": 8668}, {"list_id": "Provide a valid list_id."}),
        ("POST", "lead", {"number": NUMBER, "type": "lead_id"}, {"number": "Provide a valid number."}),
        ("POST", "leads/1", {"data": [NUMBER, "12"]}, {"data.1": "Provide a valid data.1."}),
        ("DELETE", "leads/1", {"field": "field_0", "data": []}, {"field": "The selected field is invalid."}),
        ("POST", "list", {}, {"name": "The name field is required."}),
        ("PUT", "list/1", {"name": ""}, {"name": "The name field is required."}),
    ],
)
def test_rejects_invalid_body(method: str, path: str, body: object, error: dict[str, str], api: Account) -> None:
    """Status 422 names the key, and nothing is stored."""
    response = api(method, f"{DND_ROUTES}/{path}", body)

    assert (422, error) == (response.status_code, response.get_json())
    assert [] == entries_of(api, "list_id=1")


def test_rejects_number_of_lead_without_phone(api: Account) -> None:
    """A lead whose number is no phone number cannot be put on a DND list."""
    lead_id = api.leads()[0]["lead_id"]
    api("PATCH", f"/__admin/leads/{lead_id}", {"set": {"field_0": "not given"}})
    response = api("POST", f"{DND_ROUTES}/lead", {"number": lead_id, "type": "lead_id"})

    assert (422, {"number": "Provide a valid number."}) == (response.status_code, response.get_json())


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("POST", "leads/8668", {"data": [NUMBER]}, "List not found."),
        ("DELETE", "leads/2", {"data": [NUMBER]}, "List not found."),
        ("PUT", "list/x", {}, "List not found."),
        ("DELETE", "list/01", None, "List not found."),
        ("PUT", "lead/800000000000010000000001", {"number": NUMBER}, "Lead not found."),
        ("DELETE", "lead/x", None, "Lead not found."),
    ],
)
def test_unknown_id_is_not_found(method: str, path: str, body: object, message: str, api: Account) -> None:
    """A lead list is no DND list, and the entry of a lead is not on one."""
    response = api(method, f"{DND_ROUTES}/{path}", body)

    assert (404, message) == (response.status_code, response.get_json()["message"])


def test_lists_change(api: Account) -> None:
    """A list is created, renamed and deleted with its numbers; that of the account stays."""
    first, second = new_list(api), new_list(api, description="x")
    api.succeed("POST", f"{DND}/{first}", {"data": [NUMBER]})
    api.succeed("POST", f"{DND}/{second}", {"data": [NUMBER]})
    api.succeed("PUT", f"{DND_ROUTES}/list/1", {"description": "All"})
    api.succeed("PUT", f"{DND_ROUTES}/list/{second}", {"name": "Former customers"})
    api.succeed("DELETE", f"{DND_ROUTES}/list/{first}")
    rejected = api("DELETE", f"{DND_ROUTES}/list/1")

    assert 403 == rejected.status_code
    assert [
        {"id": 1, "name": "Account DND", "description": "All"},
        {"id": second, "name": "Former customers", "description": "x"},
    ] == api("GET", f"{DND_ROUTES}/lists").get_json()["data"]
    assert [second] == [entry["list_id"] for entry in entries_of(api, "") if entry["number"] == f"+91{NUMBER}"]


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_returns_all_pages_of_lists(direction: str, api: Account) -> None:
    """Pages are complete and disjoint, in both directions."""
    created = [1, *(new_list(api) for _ in range(4))]
    found: list[int] = []
    while True:
        cursor = f"&cursor={found[-1]}" if found else ""
        page = api("GET", f"{DND_ROUTES}/lists?limit=2&sort_dir={direction}{cursor}").get_json()
        found += [entry["id"] for entry in page["data"]]
        if not page["hasMore"]:
            break

    assert (sorted(created) if direction == "asc" else sorted(created, reverse=True)) == found


def test_filters_lists(api: Account) -> None:
    """Lists are found by a part of their name in any case, and by the time of their last change."""
    api.set_clock(now="2026-01-31T09:30:00+05:30", frozen=True)
    old = new_list(api, name="Complaints of 2025")
    api.set_clock(now="2026-01-31T10:00:00+05:30", frozen=True)
    new = new_list(api, name="complaints of 2026")
    queries = {
        "name=COMPLAINTS": [old, new],
        "name=2025": [old],
        "updated_after=2026-01-31 09:30:00": [new],
        "updated_after=2026-01-31": [old, new],
        "updated_after=2026-01-31T04:30:00Z": [],
    }

    assert queries == {
        query: [entry["id"] for entry in api("GET", f"{DND_ROUTES}/lists?{query}").get_json()["data"]]
        for query in queries
    }


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "sort_dir=up", "cursor=x", "updated_after=yesterday"])
def test_rejects_invalid_parameter_of_lists(query: str, api: Account) -> None:
    """An invalid parameter is 422 and named."""
    response = api("GET", f"{DND_ROUTES}/lists?{query}")

    assert (422, [query.partition("=")[0]]) == (response.status_code, list(response.get_json()))


def test_rejects_more_than_an_account_stores(api: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the maximum number of entries or lists, nothing is added."""
    monkeypatch.setattr(dnd_writes, "MAX_ENTRIES", 2)
    monkeypatch.setattr(dnd_lists, "MAX_LISTS", 1)
    api.succeed("POST", f"{DND}/1", {"data": [NUMBER]})
    new_list(api)
    responses = [
        api("POST", f"{DND}/1", {"data": ["5550000043", "5550000044"]}),
        api("POST", f"{DND_ROUTES}/list", {"name": "x"}),
    ]

    assert [422, 422] == [response.status_code for response in responses]
    assert 1 == len(entries_of(api, "list_id=1"))


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "lead"), ("DELETE", "lead/1"), ("POST", "list"), ("DELETE", "list/1")]
)
def test_read_only_fake_rejects_writes(method: str, path: str) -> None:
    """A read-only fake stores no numbers."""
    assert 403 == account_of(read_only=True)(method, f"{DND_ROUTES}/{path}", {"number": NUMBER}).status_code


def test_reads_numbers_from_a_form(api: Account) -> None:
    """Numbers may be the fields of a form."""
    api("POST", f"{DND}/1", b"data[]=5550000042&data[]=5550000043", Content_Type="application/x-www-form-urlencoded")

    assert ["+915550000042", "+915550000043"] == [entry["number"] for entry in entries_of(api, "list_id=1")]


def test_names_parameters_that_select_nothing(api: Account) -> None:
    """A client that pages by number would get the first page forever, so the reason names what has no effect."""
    response = api("GET", f"{DND}?page=2&limit=5")

    assert "these parameters select nothing: page" == response.headers["X-Smartflo-Fake-Reason"]
    assert "X-Smartflo-Fake-Reason" not in api("GET", f"{DND}?limit=5&list_id=8671&id=x").headers
