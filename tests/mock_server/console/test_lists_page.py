"""The page of lists and leads in a real browser."""

import json

import pytest

from .conftest import Console

pytestmark = pytest.mark.slow
LEADS = "/v1/broadcast/leads/8669"
HOSTILE = "<img src=x onerror=alert(1)>"


def test_pages_through_a_million_leads(console: Console) -> None:
    """A list of a million leads is shown 50 at a time, with its own column names and the labels of statuses."""
    console.send(
        "PUT", "/__admin/lists/4711", json={"name": "Million", "columns": ["Mobile", "Town"], "size": 1_000_000}
    )
    console.send("GET", LEADS)
    console.open("#/lists")
    console.shows("1,000,000", ".scroll")
    console.run("click('4711')")
    console.shows("1 to 50 of 1,000,000 leads", ".state")
    console.run("click('Last')")
    console.shows("999,951 to 1,000,000 of 1,000,000 leads", ".state")
    titles = console.run("[...document.querySelectorAll('.leads th')].map((cell) => cell.innerText)")
    statuses = console.run(
        "[...document.querySelectorAll('.leads tbody tr td:nth-child(6)')].map((cell) => cell.innerText)"
    )

    assert titles == ["Actions", "Lead id", "Findings", "Mobile", "Town", "dial_status", "dialer_dial_status"]
    assert len(statuses) == 50
    assert "4 No Answer" in statuses
    assert console.errors == []


def test_finds_leads_that_contain_a_text(console: Console) -> None:
    """The filter searches the whole list, part by part, and sensitive columns are marked."""
    definition = {"columns": ["Mobile", "Town"], "sensitive": [0], "size": 12_000}
    console.send("PUT", "/__admin/lists/4711", json=definition)
    console.send("POST", "/__admin/lists/4711/leads", json={"leads": [{"field_1": "Zanzibar"}]})
    console.open("#/lists/4711")
    console.shows("of 12,001 leads", ".state")
    console.run("set('Filter', 'zanzIBAR')")
    console.shows("1 found in all 12,001 leads", ".state")
    console.shows("Zanzibar", ".leads tbody")
    found = console.run("document.querySelectorAll('.leads tbody tr').length")
    sensitive = console.run("text('.leads th .badge')")
    console.run("set('Filter', 'Atlantis')")
    console.shows("No lead contains this text")

    assert (found, sensitive) == (1, "sensitive")


def test_adds_edits_and_deletes_leads(console: Console) -> None:
    """What is changed in the browser is what the client reads, and a broken lead has its finding beside it."""
    console.send("GET", LEADS)
    console.open("#/lists/8669")
    console.run("click('Add lead').then(() => set('Name', 'Asha Test'))")
    console.submit()
    console.shows("Asha Test", ".leads")
    added = console.send("GET", LEADS)[-1]
    console.run(f"click('Edit', {added['lead_id']!r}).then(() => set('Other keys', '['))")
    console.submit()
    refused = console.run("until(() => text('dialog [role=alert]'))")
    other = json.dumps({"surprise": 1, "lead_id": added["lead_id"]})
    console.run(f"set('Other keys', {other!r})")
    console.submit()
    console.shows("required", ".finding")
    broken = console.send("GET", LEADS)[-1]
    console.run(f"click('Delete', {added['lead_id']!r})")
    console.submit()
    console.shows("1 to 5 of 5 leads")

    assert "Other keys: " in refused
    assert set(broken) == {"surprise", "lead_id", "field_0", "field_1", "field_2", "dial_status"}
    assert len(console.send("GET", LEADS)) == 5
    assert console.errors == []


def test_creates_and_deletes_lists(console: Console) -> None:
    """A list that is created in the browser can be read by its id, until it is deleted."""
    console.send("GET", LEADS)
    console.open("#/lists")
    console.run("click('New list').then(() => set('Name', 'From the browser'))")
    console.submit()
    console.shows("From the browser", ".scroll")
    made = next(each for each in console.send("GET", "/__admin/lists") if each["name"] == "From the browser")
    console.run(f"click('Delete', '{made['id']}')")
    console.submit()
    console.run("until(() => !text('.scroll').includes('From the browser'))")

    assert made["columns"] == ["Phone Number", "Name", "City"]
    assert made["id"] not in [each["id"] for each in console.send("GET", "/__admin/lists")]


def test_hostile_leads_run_no_script(console: Console) -> None:
    """Names of lists and columns, values, ids and unknown keys with tags are shown as text."""
    definition = {"name": HOSTILE, "columns": [HOSTILE], "size": 0, "description": HOSTILE}
    console.send("PUT", "/__admin/lists/4711", json=definition)
    lead = {"field_0": HOSTILE, "lead_id": HOSTILE, "dial_status": HOSTILE, HOSTILE: HOSTILE}
    console.send("POST", "/__admin/lists/4711/leads", json={"leads": [lead]})
    console.open("#/lists")
    console.shows(HOSTILE, ".scroll")
    console.run("location.hash = '#/lists/4711'")
    console.shows("dial_status", ".finding")
    shown = console.run("text('main')")
    console.run(
        "[...document.querySelectorAll('.leads button')][0].click(); until(() => document.querySelector('dialog'))"
    )

    assert shown.count(HOSTILE) >= 4
    assert console.run("document.querySelectorAll('main img, dialog img').length") == 0
    assert console.errors == []
