"""Web pages of other origins in a real browser: they can neither open the console nor drive the admin API."""

import pytest

from smartflo_contract.mock_server import FakeSmartflo

from .conftest import Console

pytestmark = pytest.mark.slow


def test_page_of_another_origin_changes_nothing(console: Console) -> None:
    """A page on another port of this machine may be open in the same browser; its requests are refused."""
    url = f"{console.fake.url}/__admin/reset"
    console.send("GET", "/v1/broadcast/leads/8668")
    with FakeSmartflo() as other:
        console.tab.open(f"{other.url}/v1/broadcast/leads/8668")
        simple = console.run(f"fetch('{url}', {{method: 'POST', mode: 'no-cors'}}).then(({{type}}) => type)")
        preflighted = console.run(
            f"fetch('{url}', {{method: 'POST', headers: {{'X-Any': '1'}}}}).catch(({{message}}) => message)"
        )

    assert (simple, preflighted) == ("opaque", "Failed to fetch")
    assert console.send("GET", "/__admin/requests")["total"] == 1


def test_name_of_somebody_else_opens_nothing(console: Console) -> None:
    """A page whose name was pointed to this machine (DNS rebinding) has the origin of the fake, and reads nothing."""
    console.tab.open(console.fake.url.replace("127.0.0.1", "evil.example"))
    statuses = console.run("""
        Promise.all(["/", "/__admin/", "/__admin/requests", "/__admin/console/main.js"].map((path) =>
            fetch(path, {headers: {Accept: "text/html"}}).then(({status}) => status)))
    """)

    assert all(status in {403, 404} for status in statuses)
    assert "Not found" in console.run("document.body.innerText")
