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
OPTIONS: Final = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=3000")
MAX_PICTURE_BYTES: Final = 150_000
SCRIPT: Final = """
addEventListener("load", () => {
    document.getElementById("ctxsNUMBER").click();
    for (const line of document.querySelectorAll("#source > p")) {
        const tests = line.querySelector(".ctxs");
        if (tests) tests.style.transition = "none";
        line.dataset.background = getComputedStyle(line.querySelector(".t")).backgroundColor;
        line.dataset.tests = tests && tests.offsetHeight ? tests.innerText.trim() : "";
    }
});
"""
"""What a reader does, and sees."""
FIRST_CELL: Final = "dial_status=1"
"""The picture begins there: a headless browser draws no page that was scrolled."""


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


def browse(browser: str, page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Open a page in a headless browser."""
    command = [browser, *OPTIONS, "--enable-logging=stderr", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def line_of(document: str, cell: str) -> str:
    """Return the element of a cell's line."""
    number = contract_cells(load_contract()).lines[cell]
    match = re.search(rf'<p class="[^"]*"[^>]*><span class="n"><a id="t{number}".*?</p>', document, re.DOTALL)
    assert match is not None
    return match[0]


def open_line(page: Path, cell: str) -> None:
    """Let the page click on the label of a cell, and note what it shows of each line."""
    number = contract_cells(load_contract()).lines[cell]
    page.write_text(
        page.read_text().replace("</body>", f"<script>{SCRIPT.replace('NUMBER', str(number))}</script></body>")
    )


def test_page_shows_served_and_missing_cells_and_tests(page: Path, browser: str) -> None:
    """Scripts run without an error, lines have the color of their state, and a click shows the tests of a line."""
    open_line(page, "status:503")
    result = browse(browser, page, "--dump-dom")
    served, missing, opened = (
        line_of(result.stdout, cell) for cell in ("dial_status=4", "dial_status:unknown", "status:503")
    )

    assert 'class="run' in served
    assert 'class="mis' in missing
    assert 'class="run' in opened
    backgrounds = {re.findall(r'data-background="([^"]*)"', line)[0] for line in (served, missing)}
    assert len(backgrounds) == 2
    assert re.findall(r'data-tests="([^"]*)"', opened) == ["test_tries_again"]
    assert re.findall(r'data-tests="([^"]*)"', served) == [""]  # not open
    assert not [line for line in result.stderr.splitlines() if "CONSOLE" in line]


def test_index_leads_to_the_page(page: Path, browser: str) -> None:
    """The first page loads without an error, and shows the share that was served."""
    result = browse(browser, page.with_name("index.html"), "--dump-dom")

    assert f'href="{page.name}"' in result.stdout
    assert re.search(r'<span class="pc_cov">\d+%</span>', result.stdout)
    assert not [line for line in result.stderr.splitlines() if "CONSOLE" in line]


def test_picture_in_the_documentation_is_of_this_page(page: Path, browser: str, tmp_path: Path) -> None:
    """The browser draws the page, in the size and about the amount of detail of the committed picture."""
    picture = tmp_path / "coverage.png"
    open_line(page, "dial_status=4")
    above = contract_cells(load_contract()).lines[FIRST_CELL] - 2
    style = f"<style>#source > p:nth-child(-n+{above}) {{ display: none }}</style>"
    page.write_text(page.read_text().replace("</head>", f"{style}</head>"))
    browse(browser, page, "--window-size=1000,520", f"--screenshot={picture}")
    if os.environ.get("WRITE_SCREENSHOT"):
        shutil.copyfile(picture, PICTURE)

    assert picture.read_bytes()[:24] == PICTURE.read_bytes()[:24]  # format, width and height
    assert picture.stat().st_size == pytest.approx(PICTURE.stat().st_size, rel=0.2)
    assert PICTURE.stat().st_size < MAX_PICTURE_BYTES
