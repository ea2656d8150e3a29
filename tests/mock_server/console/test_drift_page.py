"""The page that checks responses in a real browser."""

import json
from pathlib import Path

import pytest

from .conftest import Console

pytestmark = pytest.mark.slow
LEADS = "/v1/broadcast/leads/8668"
HOSTILE = "<img src=x onerror=alert(1)>"


def test_checks_a_response_and_stores_nothing(console: Console) -> None:
    """A pasted response gets the report of `check`; another profile checks it again; nothing is in the journal."""
    leads = console.send("GET", LEADS)
    leads[0]["dial_status"] = HOSTILE
    leads[0][HOSTILE] = HOSTILE
    console.open("#/drift")
    console.shows("Nothing is checked yet")
    console.run(f"set('Response', {json.dumps(leads)!r}).then(() => click('Check'))")
    console.shows("Response: grade D")
    console.shows("/*/dial_status", "td code")
    console.run("set('Profile', 'documented')")
    console.shows("Response: grade E")

    assert console.send("GET", "/__admin/requests")["total"] == 1
    assert console.run("document.querySelectorAll('main img').length") == 0
    assert console.errors == []


def test_checks_har_files(console: Console, tmp_path: Path) -> None:
    """Each response in a HAR file is graded; of a file that is cut off, the page states what to do."""
    console.send("GET", LEADS)
    har = json.dumps(console.send("GET", "/__admin/requests.har"))
    (tmp_path / "session.har").write_text(har)
    (tmp_path / "cut.har").write_text(har[: len(har) // 2])
    console.open("#/drift")
    console.run("until(() => document.querySelector('input[type=file]'))")
    console.select_file(tmp_path / "session.har")
    console.shows("session.har: grade A")
    console.shows("#/log/entries/0", "td")
    console.select_file(tmp_path / "cut.har")
    console.shows("cut.har cannot be checked")

    assert "incomplete HAR file" in console.run("text('main')")


def test_checks_a_file_that_is_dropped(console: Console) -> None:
    """A file that is dropped on the page is checked; dropped text is refused with what to do, and stays unchecked."""
    leads = json.dumps(console.send("GET", LEADS))
    console.open("#/drift")
    console.shows("Nothing is checked yet")
    drop = (
        "document.querySelector('.drop').dispatchEvent(new DragEvent('drop', {dataTransfer: dropped, bubbles: true}))"
    )
    console.run(f"var dropped = new DataTransfer(); dropped.setData('text/plain', 'x'); {drop}")
    console.shows("Drop a file", "#messages")
    before = console.run("text('main')")
    console.run(f"var dropped = new DataTransfer(); dropped.items.add(new File([{leads!r}], '{HOSTILE}')); {drop}")
    console.shows(f"{HOSTILE}: grade A")

    assert "Nothing is checked yet" in before
    assert console.run("document.querySelectorAll('main img').length") == 0
    assert console.errors == []
