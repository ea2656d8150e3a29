"""The page of settings in a real browser."""

from collections.abc import Callable, Iterable

import pytest

from .conftest import Console

pytestmark = pytest.mark.slow
LEADS = "/v1/broadcast/leads/8669"
HOSTILE = "<img src=x onerror=alert(1)>"


def test_changes_what_the_fake_does(console: Console) -> None:
    """Each control changes the selected account, and the page shows what somebody else changes."""
    console.send("GET", LEADS)
    console.open("#/behavior")
    console.run(f"set('Account', '{console.account}')")
    console.shows(f"Settings of account {console.account}")
    console.shows("expired_token 401")
    console.run("document.getElementById('quirk-expired_token').click(); shows('expired_token 200')")
    console.run("set('unknown_list', 'empty').then(settled)")
    console.run("var node = document.getElementById('fault-dangling_comma'); node.focus(); node.click()")
    console.shows("dangling_comma on")
    focused = console.run("document.activeElement.id")
    console.run("set('Other rule', '503, ok'); click('Add rule'); shows('503, ok', 'table')")
    console.run("set('Requests per second', 7).then(() => click('Limit')).then(() => shows('7 requests per second'))")
    console.run("set('Reading of the contract', 'documented'); shows('documented', 'select')")
    rules = console.send("GET", "/__admin/faults")["rules"]
    quirks = {each["name"]: each["value"] for each in console.send("GET", "/__admin/quirks")}
    console.send("PUT", "/__admin/mutant", json={"mutant": "lead_id:remove"})
    console.shows("lead_id:remove (breaking)")

    assert [["dangling_comma"], ["503", "ok"]] == [rule["steps"] for rule in rules]
    assert ("200", "empty") == (quirks["expired_token"], quirks["unknown_list"])
    assert {"limit": 7, "remaining": 7} == console.send("GET", "/__admin/rate-limit")
    assert "documented" == console.send("GET", "/__admin/profile")["profile"]
    assert "fault-dangling_comma" == focused
    assert console.errors == []


def test_advances_the_clock_and_shows_webhooks(console: Console) -> None:
    """Buttons advance the clock of the account, and what webhooks sent then is in the table, as text."""

    def app(_environ: object, start_response: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"{}"]

    url = console.fake.url_of_app(app)
    console.send("PATCH", "/__admin/clock", json={"now": "2026-03-01T09:30:00Z", "frozen": True})
    console.send("POST", "/__admin/webhooks", json={"url": url, "trigger": "hangup", "template": {"x": HOSTILE}})
    call = {"agent_number": "50201", "destination_number": "5550000042", "async": 1}
    console.send("POST", "/v1/click_to_call", json=call)
    console.open("#/behavior")
    console.shows("2026-03-01T09:30:00", ".clock")
    console.run("click('+ 1 h').then(() => shows('10:30:00', '.clock')).then(() => shows('hangup', 'table'))")

    assert HOSTILE in console.run("text('table')")
    assert console.run("document.querySelectorAll('main img').length") == 0
    assert console.errors == []


def test_shows_why_a_change_is_refused(console: Console) -> None:
    """A setting that the fake refuses keeps its value, and the message states what to do."""
    console.send("POST", "/__admin/lists/8669/leads", json={"leads": [{}]})
    console.send("GET", LEADS)
    console.open("#/behavior")
    console.run(f"set('Account', '{console.account}').then(() => shows('Settings of account'))")
    console.run("until(() => document.getElementById('quirk-header_offset')).then((node) => node.click())")
    console.shows("reset the account first", "#messages")

    assert console.run("document.getElementById('quirk-header_offset').checked") is False
