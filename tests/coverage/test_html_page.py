"""The HTML report in a real browser, and the picture of it in the documentation.

``WRITE_SCREENSHOT=1 pytest -m slow tests/coverage/test_html_page.py`` replaces the picture.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest
from flask.testing import FlaskClient

from smartflo_contract.coverage import Recorder, contract_cells
from smartflo_contract.coverage.reports import WRITERS
from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.schemas import load_contract

pytestmark = pytest.mark.slow
PICTURE: Final = Path(__file__).parents[2] / "docs" / "coverage.png"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
OPTIONS: Final = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=3000")
MAX_PICTURE_BYTES: Final = 150_000


@pytest.fixture(name="page")
def _page(tmp_path: Path) -> Path:
    """Return the page of the source file, after three tests were served something."""
    recorder = Recorder()
    client = create_app(Config(), observer=recorder).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "any-text"
    get(client, "/v1/broadcast/leads/8668", "test_reads_leads")
    get(client, "/v1/broadcast/leads/8669", "test_reads_leads")
    get(client, "/v1/broadcast/leads/910000001", "test_reads_one_lead")
    get(client, "/v1/broadcast/leads/900000503", "test_tries_again")
    WRITERS["html"](recorder.take(), tmp_path)
    return tmp_path / "smartflo_cells.html"


def get(client: FlaskClient, path: str, test: str) -> None:
    """Send a request of a test."""
    client.get(path, headers={"X-Smartflo-Fake-Context": test})


def browse(page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Open a page in a headless browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert browser is not None, f"install one of {', '.join(BROWSERS)}: the tests of pages need a browser"
    command = [browser, *OPTIONS, "--enable-logging=stderr", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def line_of(document: str, cell: str) -> str:
    """Return the element of a cell's line."""
    number = contract_cells(load_contract()).lines[cell]
    match = re.search(rf'<p class="[^"]*"><span class="n"><a id="t{number}".*?</p>', document, re.DOTALL)
    assert match is not None
    return match[0]


def test_page_shows_served_and_missing_cells_and_tests(page: Path) -> None:
    """Scripts run without an error, and a click on a label shows the tests of a line."""
    number = contract_cells(load_contract()).lines["status:503"]
    click = f"<script>addEventListener('load', () => document.getElementById('ctxs{number}').click())</script>"
    page.write_text(page.read_text().replace("</body>", f"{click}</body>"))
    result = browse(page, "--dump-dom")

    assert 'class="run' in line_of(result.stdout, "dial_status=4")
    assert 'class="mis' in line_of(result.stdout, "dial_status:unknown")
    assert "test_tries_again" in line_of(result.stdout, "status:503")
    assert not [line for line in result.stderr.splitlines() if "CONSOLE" in line]


def test_picture_in_the_documentation_is_of_this_page(page: Path, tmp_path: Path) -> None:
    """The browser draws the page, in the size and about the amount of detail of the committed picture."""
    picture = tmp_path / "coverage.png"
    browse(page, "--window-size=1000,520", f"--screenshot={picture}")
    if os.environ.get("WRITE_SCREENSHOT"):
        shutil.copyfile(picture, PICTURE)

    assert picture.read_bytes()[:24] == PICTURE.read_bytes()[:24]  # format, width and height
    assert picture.stat().st_size == pytest.approx(PICTURE.stat().st_size, rel=0.2)
    assert PICTURE.stat().st_size < MAX_PICTURE_BYTES
