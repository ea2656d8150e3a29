"""The HTML report in a real browser, and the picture of it in the documentation.

``WRITE_SCREENSHOT=1 pytest -m slow tests/mutation/reports/test_html_page.py`` replaces the picture.
"""

import os
import shutil
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from smartflo_contract.mutation import MutantResult, MutationRun, mutants_of
from smartflo_contract.mutation.reports import WRITERS
from smartflo_contract.schemas import load_contract

from ...browser import Tab  # noqa: TID252 - test folders are no packages

pytestmark = pytest.mark.slow
PICTURE: Final = Path(__file__).parents[3] / "docs" / "mutation.png"
MAX_PICTURE_BYTES: Final = 150_000
TEST: Final = "tests/test_sync.py::test_skips_picked_leads"
HOSTILE_KEY: Final = "</script><img src=x onerror=alert(4)>"
HOSTILE_TEST: Final = "test_<img src=x onerror=alert(1)>.py::</script><script>alert(2)</script>`${alert(3)}`{{x}} नाम"
HELPERS: Final = """
var all = (root, selector) => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("*")].flatMap((element) => element.shadowRoot ? all(element.shadowRoot, selector) : []),
];
var content = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (["STYLE", "SCRIPT"].includes(node.nodeName)) return "";
  return [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes].map(content).join("");
};
var text = (selector) => all(document, selector).map(content).join(" ").replace(/\\s+/g, " ");
var settled = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 300)));
var show = (fragment) => { location.hash = fragment; return settled(); };
var select = (id) => {
  all(document, `svg[data-mutant-id="${CSS.escape(id)}"]`)[0].dispatchEvent(new Event("click", {bubbles: true}));
  return settled();
};
"""
"""Selections that enter shadow trees, and what a reader does."""
FILE: Final = "#mutant/lead.json"
"""The view of the source file. The elements leave out the folders that all files are in."""
SELECTED: Final = "retry_count:retype-string"
VIEWS: Final = (FILE, "#mutant/response.json", "#mutant/ignored", "#mutant/ignored/lead.json", "#test", "#mutant")


Open = Callable[..., Tab]


@pytest.fixture(name="open_report")
def _open_report(browser: str, tmp_path: Path) -> Iterator[Open]:
    """Return a function that writes the report of a run and opens it in a browser."""
    tabs: list[Tab] = []

    def open_report(run: MutationRun, fragment: str = "") -> Tab:
        WRITERS["html"](run, tmp_path / "mutation.html")
        tabs.append(Tab(browser, tmp_path / f"profile-{len(tabs)}"))
        tabs[-1].open((tmp_path / "mutation.html").as_uri() + fragment)
        tabs[-1].run(f"{HELPERS}; settled()")
        return tabs[-1]

    yield open_report
    for tab in tabs:
        tab.close()


def run_of() -> MutationRun:
    """Return a run of all breaking mutants with results that follow from their names."""
    statuses = {"retype-string": "survived", "huge": "survived", "other-reading": "no-coverage"}
    ignored = {"added_by", "created_by", "time_group"} | {f"field_{number}" for number in range(9, 35)}
    results = []
    for mutant in mutants_of(load_contract()):
        if mutant.kind == "breaking":
            status: Any = "survived" if mutant.group in ignored else statuses.get(mutant.operator, "killed")
            tests = () if status == "no-coverage" else (TEST,)
            reproducer = f"pytest {TEST} --smartflo-mutant {mutant.id}" if tests else ""
            killed_by = tests if status == "killed" else ()
            results.append(MutantResult(mutant, status, tests, killed_by, seconds=0.1, reproducer=reproducer))
    return MutationRun(load_contract(), results, {f"{TEST}[flaky]": "failed in a control run"})


def errors_of(tab: Tab) -> list[dict[str, Any]]:
    """Return errors of scripts, messages in the console, violations of the policy, and dialogs."""
    return tab.named(
        "Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Page.javascriptDialogOpening"
    )


def page_requests(tab: Tab) -> list[str]:
    """Return the names of the files that a tab has requested; pictures that are part of the page are no requests."""
    urls = [params["request"]["url"] for params in tab.named("Network.requestWillBeSent")]
    return [url.partition("#")[0].rpartition("/")[2] for url in urls if not url.startswith("data:")]


def test_page_shows_scores_mutants_and_source(open_report: Open) -> None:
    """The page has our scores; the source marks mutants, and a click shows what changes and how to run it."""
    tab = open_report(run_of(), FILE)
    tab.run(f"select({SELECTED!r})")
    drawer = tab.run("text('mte-drawer-mutant')")

    assert "without ignored" in tab.run("text('header')")
    assert '"retry_count": 2' in tab.run("text('#report-code-block')")
    assert "retry_count is a string instead of a number (breaking, evidence: assumed)" in drawer
    assert f"Reproduce with: pytest {TEST} --smartflo-mutant {SELECTED}" in drawer
    assert tab.run("text('tr.diff-old')").strip().startswith('"retry_count": 2,')
    assert tab.run("text('tr.diff-new')").strip() == '"retry_count": "2",'
    assert errors_of(tab) == []


def test_page_shows_folders_and_tests(open_report: Open, tmp_path: Path) -> None:
    """Ignored keys are apart, and the view of the tests shows their source, if there is one."""
    (tmp_path / "test_sync.py").write_text("\ndef test_skips_picked_leads():\n    assert '</script>'\n")
    run = run_of()
    run.root, run.test_files = tmp_path, {TEST: ("test_sync.py", 2), f"{TEST}[flaky]": ("test_flaky.py", 1)}
    tab = open_report(run)
    folders = tab.run("text('mte-metrics-table')")
    tab.run("show('#test/test_sync.py')")
    with_source = tab.run("text('mte-test-view')")
    tab.run("show('#test/test_flaky.py')")

    assert all(name in folders for name in ("lead.json", "response.json", "ignored"))
    assert "def test_skips_picked_leads():" in with_source
    assert "assert '</script>'" in with_source
    assert "test_skips_picked_leads[flaky]" in tab.run("text('mte-test-view')")
    assert errors_of(tab) == []


def test_no_request_leaves_the_page(open_report: Open) -> None:
    """The page requests itself and nothing else, while a reader opens its views and switches the theme."""
    tab = open_report(run_of())
    for view in VIEWS:
        tab.run(f"show({view!r})")
    tab.run("all(document, '#darkTheme')[0].click(); settled()")

    assert tab.run("document.body.dataset.theme") == "dark"
    assert page_requests(tab) == ["mutation.html"]
    assert errors_of(tab) == []


def test_policy_stops_requests_and_other_scripts(open_report: Open) -> None:
    """If an element or a script of somebody else got into the page, the browser would neither load nor run it."""
    tab = open_report(run_of())
    outcome = tab.run("""
        document.body.insertAdjacentHTML("beforeend", "<img src='http://127.0.0.1:9/'><b onclick='ran = 1'></b>");
        document.body.lastElementChild.click();
        var script = document.createElement("script");
        script.textContent = "ran = 2";
        document.body.append(script);
        fetch("http://127.0.0.1:9/").then(() => "sent", (error) => error.message)
            .then((message) => settled().then(() => [message, typeof ran]));
    """)
    violations = [params["entry"]["text"] for params in tab.named("Log.entryAdded")]

    assert outcome == ["Failed to fetch", "undefined"]
    for directive in ("img-src data:", "script-src", "default-src 'none'"):
        assert any("Content Security Policy" in text and directive in text for text in violations)
    assert {params.get("blockedReason") for params in tab.named("Network.loadingFailed")} == {"csp"}


def test_hostile_names_run_no_script(open_report: Open) -> None:
    """Keys and tests with tags, quotes and templates in their names are shown as text in each view."""
    contract = load_contract("sample", {"properties": {HOSTILE_KEY: {"enum": ["<b>"]}}})
    results = [
        MutantResult(mutant, "survived", (HOSTILE_TEST,), reason=HOSTILE_TEST, reproducer=HOSTILE_TEST)
        for mutant in mutants_of(contract)
        if mutant.kind == "breaking" and (mutant.group == HOSTILE_KEY.replace("/", "~1") or mutant.group == "leads")
    ]
    tab = open_report(MutationRun(contract, results, {HOSTILE_TEST: HOSTILE_TEST}, notes=[HOSTILE_TEST]))
    shown = tab.run("text('header')")
    for view in VIEWS:
        tab.run(f"show({view!r})")
        tab.run(
            "all(document, 'svg[data-mutant-id]').slice(0, 1).map((dot) => select(dot.dataset.mutantId)); settled()"
        )
        shown += tab.run("text('mutation-test-report-app')")

    assert "<img src=x onerror=alert(4)>" in shown
    assert "</script><script>alert(2)</script>" in shown
    assert tab.run("all(document, 'img').length") == 0
    assert page_requests(tab) == ["mutation.html"]
    assert errors_of(tab) == []


def test_picture_in_the_documentation_is_of_this_page(open_report: Open, tmp_path: Path) -> None:
    """The browser draws the page, in the size and about the amount of detail of the committed picture."""
    tab = open_report(run_of(), FILE)
    tab.call("Emulation.setDeviceMetricsOverride", width=1200, height=900, deviceScaleFactor=1, mobile=False)
    tab.run(f"select({SELECTED!r})")
    tab.run(
        "all(document, '[role=img]').forEach((emoji) => { emoji.style.display = 'none'; })"
    )  # few machines have them
    tab.run(f"""all(document, 'svg[data-mutant-id="{SELECTED}"]')[0].scrollIntoView({{block: "center"}}); settled()""")
    picture = tmp_path / "mutation.png"
    picture.write_bytes(b64decode(tab.call("Page.captureScreenshot")["data"]))
    if os.environ.get("WRITE_SCREENSHOT"):
        shutil.copyfile(picture, PICTURE)

    assert picture.read_bytes()[:24] == PICTURE.read_bytes()[:24]  # format, width and height
    assert picture.stat().st_size == pytest.approx(PICTURE.stat().st_size, rel=0.2)
    assert PICTURE.stat().st_size < MAX_PICTURE_BYTES
