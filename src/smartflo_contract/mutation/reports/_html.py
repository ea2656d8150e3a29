"""The report as one HTML file that needs nothing else: mutation-testing-elements with the report by Stryker's schema.

The script of mutation-testing-elements is part of the page, and the page may not load or send anything: its content
security policy allows two scripts, by their hashes, and no connection.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Final

from smartflo_contract.mutation.reports.changes import shorten
from smartflo_contract.mutation.reports.stryker import report_as_dict
from smartflo_contract.mutation.reports.summary import COLUMNS, IGNORED, LEGEND, TITLE, Summary
from smartflo_contract.mutation.results import MutationRun
from smartflo_contract.schemas.grammar import format_count

_ELEMENTS: Final = "mutation_testing_elements/mutation-test-elements.js"
_MAX_ENTRIES: Final = 100
_MAX_CHARACTERS: Final = 200
_START: Final = """
const app = document.querySelector("mutation-test-report-app");
const updateTheme = () => {
  document.body.style.backgroundColor = app.themeBackgroundColor;
  document.body.dataset.theme = app.theme;
};
app.addEventListener("theme-changed", updateTheme);
app.report = JSON.parse(document.getElementById("report").textContent);
updateTheme();
"""
_STYLE: Final = """
body { margin: 0; font: 0.9rem/1.4 system-ui, sans-serif; }
body[data-theme="dark"] { color: #e4e4e7; }
header { padding: 0.75rem 1.5rem 0; }
header p { margin: 0.5rem 0; }
table { border-collapse: collapse; }
th, td { padding: 0.1rem 0.75rem 0.1rem 0; text-align: right; }
th:first-child, td:first-child { text-align: left; }
"""
_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>
{summary}
</header>
<mutation-test-report-app title-postfix="{title}"></mutation-test-report-app>
<script type="application/json" id="report">{report}</script>
<script>{elements}</script>
<script>{start}</script>
</body>
</html>
"""


def html_page(run: MutationRun) -> str:
    """Return the page."""
    elements = files(__package__).joinpath(_ELEMENTS).read_text(encoding="utf-8")
    return _PAGE.format(
        policy=_policy(elements, _START),
        title=TITLE,
        style=_STYLE,
        summary="\n".join(_summary_lines(Summary(run))),
        report=_json_in_script(report_as_dict(run)),
        elements=elements,
        start=_START,
    )


def _policy(*scripts: str) -> str:
    """Return the content security policy of a page with some scripts. The elements set styles themselves."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _json_in_script(content: object) -> str:
    """Return JSON that ends no element: the start of every tag and comment is escaped."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", r"\u003c")


def _summary_lines(summary: Summary) -> Iterator[str]:
    """Yield what the elements do not show: our scores, ignored keys, tests left out, notes."""
    run = summary.run
    yield from _table(COLUMNS, summary.table())
    yield f"<p>{escape(LEGEND)}</p>"
    if summary.ignored:
        yield from _details(f"{IGNORED} {format_count(len(summary.ignored), 'key')}", summary.ignored_names)
    if run.left_out:
        yield from _details(
            f"tests left out ({len(run.left_out):,})", (f"{test}: {reason}" for test, reason in run.left_out.items())
        )
    if run.notes:
        yield from _details(f"notes ({len(run.notes):,})", run.notes)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "<table>"
    for tag, cells in (("th", columns), *(("td", row) for row in rows)):
        yield f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
    yield "</table>"


def _details(title: str, entries: Iterable[str]) -> Iterator[str]:
    shown = [*entries]
    yield f"<details><summary>{escape(title)}</summary><ul>"
    for entry in shown[:_MAX_ENTRIES]:
        yield f"<li>{escape(shorten(entry, _MAX_CHARACTERS))}</li>"
    if len(shown) > _MAX_ENTRIES:
        yield f"<li>and {len(shown) - _MAX_ENTRIES:,} more</li>"
    yield "</ul></details>"
