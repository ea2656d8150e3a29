"""Leads that must not be dialled, page by page."""

import re

import pytest

from .conftest import LEAD, LIST, Account

DND = "/v1/broadcast/dnd/leads"


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
