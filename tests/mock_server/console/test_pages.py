"""Each page of the console in a real browser: accessibility, narrow windows, and the pictures in the documentation.

``WRITE_SCREENSHOT=1 pytest -m slow tests/mock_server/console/test_pages.py`` replaces the pictures.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from smartflo_contract.cli.body_check import check_body
from smartflo_contract.mock_server import Config, FakeSmartflo

from ...browser import Tab  # noqa: TID252 - test folders are no packages
from .conftest import HELPERS, Console

pytestmark = pytest.mark.slow
DOCS: Final = Path(__file__).parents[3] / "docs"
AXE: Final = Path(__file__).parent / "axe_core" / "axe.min.js"
AXE_SHA256: Final = "20c09fe157a8a34a30e241aaa1fcdade657734f08ab379ecfbeb7d45cc46e878"
"""Of axe-core 4.14.0, which ``npm pack axe-core@4.14.0`` downloads."""
MAX_PICTURE_BYTES: Final = 70_000
WINDOW: Final = (1200, 760)
NARROW: Final = (360, 740)
LEADS: Final = "/v1/broadcast/leads/8668"


class Page(NamedTuple):
    """A page of the console.

    Attributes:
        fragment: fragment of its URL; ``{id}`` is the id of a request.
        shown: text that it shows once it is complete.
        action: script that runs then.
        picture: name of its picture in the documentation; empty for none.
    """

    fragment: str
    shown: str
    action: str = ""
    picture: str = ""


PAGES: Final = (
    Page("#/requests", "7 requests"),
    Page("#/requests/{id}", "Nearest route", picture="console-requests"),
    Page("#/lists", "Callbacks"),
    Page("#/lists/8669", "priority", picture="console-leads"),
    Page("#/lists/8669", "priority", "click('Edit', 'lead').then(() => until(() => document.querySelector('dialog')))"),
    Page("#/behavior", "No webhooks were sent yet", "document.getElementById('quirk-unknown_list').scrollIntoView()"),
    Page("#/behavior", "No webhooks were sent yet", picture="console-behavior"),
    Page("#/contract", "retry_count", picture="console-contract"),
    Page("#/contract/contradictions", "Meaning of id"),
    Page("#/contract/coverage", "Missing cells", picture="console-coverage"),
    Page("#/contract/survivors", "No mutation report is loaded"),
    Page("#/drift", "Nothing is checked yet", "DRIFT", picture="console-drift"),
)


def use(console: Console) -> str:
    """Let a fake have requests, a broken lead, and a quirk; return the id of a request without route."""
    console.send("PATCH", "/__admin/quirks", json={"unknown_list": "200_error"})
    for path in (LEADS, "/v1/broadcast/lists", "/v1/broadcast/leads/4711", LEADS):
        console.send("GET", path)
    console.send("POST", "/v1/broadcast/lead/8668", json={"field_0": "+915550000042", "field_1": "Asha"})
    console.send("POST", "/__admin/faults", json={"steps": ["503"]})
    console.send("GET", LEADS)
    console.send(
        "POST", "/__admin/lists/8669/leads", json={"leads": [{"field_1": "Broken on purpose", "priority": 31}]}
    )
    console.send("GET", "/v1/broadcast/leeds/8668")
    return str(console.send("GET", "/__admin/requests?order=newest&limit=1")["requests"][0]["id"])


def violations(console: Console, rules: Sequence[str] = ()) -> list[str]:
    """Return what axe finds, of all rules or of some: rule and elements."""
    console.run("typeof axe === 'undefined' ? 0 : 1") or console.run(AXE.read_text())
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = console.run(f"axe.run(document, {json.dumps(options)}).then(({{violations}}) => violations)")
    return [f"{each['id']}: {[node['html'][:200] for node in each['nodes'][:3]]}" for each in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.fragment}-{page.picture}-{bool(page.action)}")
def test_page_is_accessible_and_fits_any_window(console: Console, page: Page) -> None:
    """Axe finds nothing, in light and dark and in a narrow window, which no page is wider than."""
    request_id = use(console)
    console.size(*WINDOW)
    console.open(page.fragment.format(id=request_id))
    console.run(f"set('Account', '{console.account}')")
    console.shows(page.shown, "main")
    action = page.action
    if action == "DRIFT":
        leads = console.send("GET", "/__admin/lists/8669/leads?limit=25")["leads"]
        action = f"set('Response', {json.dumps(leads)!r}).then(() => click('Check')).then(() => shows('grade D'))"
    if action:
        console.run(action)
    console.run("settled()")
    picture = console.picture("webp")
    if page.picture and os.environ.get("WRITE_SCREENSHOT"):
        (DOCS / f"{page.picture}.webp").write_bytes(picture)
    found = violations(console)
    console.size(*WINDOW, is_dark=True)
    found += violations(console, ["color-contrast"])
    console.size(*NARROW)
    found += violations(console)

    assert found == []
    assert console.run("document.documentElement.scrollWidth") <= NARROW[0]
    assert console.errors == []
    if page.picture:
        committed = (DOCS / f"{page.picture}.webp").read_bytes()
        assert picture[12:16] + picture[24:30] == committed[12:16] + committed[24:30]  # format, width and height
        assert len(picture) == pytest.approx(len(committed), rel=0.3)
        assert len(committed) < MAX_PICTURE_BYTES


def test_works_with_the_keyboard(console: Console) -> None:
    """Tab reaches the requests, arrow keys move between them, and Enter opens one."""
    use(console)
    console.size(*WINDOW)
    console.open()
    console.shows("7 requests", ".count")
    console.run("until(() => document.querySelector('.virtual td a')).then((link) => link.focus())")
    console.press("ArrowDown", 40)
    console.press("ArrowDown", 40)
    focused = console.run("document.activeElement.innerText")
    console.press("Enter", 13)
    console.shows(f"POST {focused}", ".detail h2")

    assert focused == "/v1/broadcast/lead/8668"


def test_asks_for_the_admin_token(tab: Tab) -> None:
    """Where a token is required, the page shows nothing before it has one, and sends it with every request."""
    with FakeSmartflo(Config(admin_token="s3same"), check_body=check_body) as fake:
        tab.open("about:blank")
        tab.open(f"{fake.url}/")
        tab.run(HELPERS)
        tab.run_and_load("set('Admin token', 's3same').then(() => click('Use this token'))")
        tab.run(HELPERS)

        assert tab.run("shows('No requests yet')")
        assert tab.run("shows('Live', '.state')")


def test_axe_is_the_published_file() -> None:
    """The copy of axe-core is the file of its package, unchanged."""
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() == AXE_SHA256
