"""The page of recorded requests in a real browser."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from smartflo_contract.mock_server.context import MAX_EVENT_STREAMS

from .conftest import Console

pytestmark = pytest.mark.slow
LEADS = "/v1/broadcast/leads/8668"
HOSTILE = "<img src=x onerror=alert(1)>"


def test_shows_requests_as_they_arrive(console: Console) -> None:
    """Before the first request, the page says how to send one; each one appears without reloading, newest first."""
    console.open()
    console.shows("No requests yet")
    console.shows("Live", ".state")
    console.send("GET", LEADS)
    console.shows(LEADS, ".virtual")
    console.send("GET", "/v1/broadcast/lists")
    console.shows("/v1/broadcast/lists", ".virtual")

    assert console.run("text('.count')") == "2 requests"
    assert console.run("[...document.querySelectorAll('.virtual td.path')].map((cell) => cell.innerText)") == [
        "/v1/broadcast/lists",
        LEADS,
    ]
    assert console.errors == []
    assert console.hosts == {console.fake.url.removeprefix("http://")}


def test_explains_each_answer(console: Console) -> None:
    """A request that is open shows the fault, the quirk, the reason, and the difference to the nearest route."""
    console.send("PATCH", "/__admin/quirks", json={"unknown_list": "200_error"})
    console.send("PUT", "/__admin/faults", json={"rules": [{"steps": ["dangling_comma"]}]})
    console.send("GET", LEADS)
    console.send("DELETE", "/__admin/faults")
    console.send("GET", "/v1/broadcast/leads/4711")
    console.send("GET", "/v1/broadcast/leeds/8668")
    ids = [str(request["id"]) for request in console.send("GET", "/__admin/requests")["requests"]]
    console.open(f"#/requests/{ids[0]}")
    console.shows("the array ends in a comma and has no closing bracket", ".detail")
    console.run(f"location.hash = '#/requests/{ids[1]}'")
    console.shows("unknown_list = 200_error", ".detail")
    console.run(f"location.hash = '#/requests/{ids[2]}'; until(() => document.querySelector('.detail mark'))")

    assert console.run("text('.detail mark')") == "leads"
    assert "a decision of this fake" in console.run("text('.detail')")
    assert console.errors == []


def test_copies_requests_as_curl_and_as_pytest(console: Console, tmp_path: Path) -> None:
    """The command sends the same request again, and the test passes on a fake of its own."""
    body = {"field_1": f"it's {HOSTILE}"}
    console.send("PATCH", "/__admin/quirks", json={"validation_errors": "list"})
    console.send("POST", "/v1/broadcast/lead/8668?x=a'b%20c", json=body)
    (request,) = console.send("GET", "/__admin/requests")["requests"]
    console.open(f"#/requests/{request['id']}")
    console.run("click('Copy as curl').then(() => shows('curl', '.detail pre'))")
    command = shlex.split(console.run("document.querySelector('.detail pre').innerText").replace("\\\n", ""))
    console.run("click('Copy as pytest').then(() => shows('def test', '.detail pre'))")
    (tmp_path / "test_copied.py").write_text(console.run("document.querySelector('.detail pre').innerText"))
    options = ["-q", "-n0", "-p", "no:cacheprovider", "-p", "no:randomly", "test_copied.py"]
    tests = subprocess.run([sys.executable, "-m", "pytest", *options], cwd=tmp_path, capture_output=True, check=False)

    assert command[:5] == ["curl", "--request", "POST", "--url", f"{console.fake.url}/v1/broadcast/lead/8668?x=a%27b+c"]
    assert command[5:7] == ["--header", "Authorization: Bearer ${SMARTFLO_TOKEN:-any-text}"]
    assert command[7:9] == ["--header", "Content-Type: application/json"]
    assert command[9] == "--data"
    assert json.loads(command[10]) == body
    assert tests.returncode == 0, tests.stdout.decode()


def test_copied_command_runs_nothing_of_a_request(console: Console) -> None:
    """A method may have characters that a shell interprets, such as ``|`` and backticks. They are quoted."""
    method = "GET|id&$id`id`'id"
    console.send(method, LEADS)
    (request,) = console.send("GET", "/__admin/requests")["requests"]
    console.open(f"#/requests/{request['id']}")
    console.run("click('Copy as curl').then(() => shows('curl', '.detail pre'))")
    text = console.run("document.querySelector('.detail pre').innerText").replace("\\\n", "")
    words = list(shlex.shlex(text, posix=True, punctuation_chars=True))

    assert words[:3] == ["curl", "--request", method]


def test_filters_ten_thousand_requests(console: Console) -> None:
    """All requests of a full journal can be scrolled and filtered, while the page has elements for a few rows only."""
    state = console.fake.app.extensions["smartflo_contract"]
    console.send("GET", LEADS)
    ((_, account, encoded),) = state.journal._records  # noqa: SLF001 - the fastest way to fill a journal
    for _ in range(9_998):
        state.journal.add(account, encoded)
    console.send("GET", "/v1/broadcast/leeds/1")
    console.open()
    console.shows("10,000 requests", ".count")
    longest = console.run("""
        var longest = 0;
        new PerformanceObserver((list) => {
            for (const {duration} of list.getEntries()) longest = Math.max(longest, duration);
        }).observe({type: "longtask"});
        (async () => {
            const viewport = document.querySelector(".viewport");
            for (let step = 0; step <= 20; step += 1) {
                viewport.scrollTop = viewport.scrollHeight * step / 20;
                await settled();
            }
            return document.querySelectorAll(".virtual tbody tr").length;
        })()
    """)
    console.run("set('Filter', 'leeds')")
    console.shows("1 of 10,000 requests", ".count")

    assert longest < 100
    assert console.run("document.querySelectorAll('.virtual td.path').length") == 1


def test_two_consoles_show_the_same(console: Console) -> None:
    """If others receive all streams of events, the page polls; what somebody deletes disappears from it."""
    streams = console.fake.app.extensions["smartflo_contract"].event_streams
    console.send("GET", LEADS)
    for _ in range(MAX_EVENT_STREAMS):
        streams.acquire()
    try:
        console.open()
        console.shows("Every 2 s: other consoles receive events", ".state")
        console.send("GET", "/v1/broadcast/lists")
        console.shows("2 requests", ".count")
    finally:
        for _ in range(MAX_EVENT_STREAMS):
            streams.release()
    console.shows("Live", ".state")
    console.send("DELETE", "/__admin/requests")

    assert console.shows("No requests yet")


def test_hostile_requests_run_no_script(console: Console) -> None:
    """Paths, queries, headers, bodies and reasons with tags are shown as text."""
    console.send(
        "POST",
        f"/v1/{HOSTILE}?{HOSTILE}={HOSTILE}",
        json={HOSTILE: [HOSTILE]},
        environ_overrides={"HTTP_USER_AGENT": HOSTILE},
    )
    (request,) = console.send("GET", "/__admin/requests")["requests"]
    console.open(f"#/requests/{request['id']}")
    console.shows("Nearest route", ".detail")
    shown = console.run("text('.detail')")

    assert shown.count(HOSTILE) >= 5
    assert console.run("document.querySelectorAll('main img').length") == 0
    assert console.errors == []
