"""Reports about what was served: those of coverage.py, whose source files are the contracts, and tables by key."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Final

from coverage import Coverage, CoverageException, process_startup

from smartflo_contract.cells.cell import Mask, matching
from smartflo_contract.coverage import file_reporter
from smartflo_contract.coverage.contract_cells import TOTAL, ContractCells
from smartflo_contract.coverage.errors import CoverageError
from smartflo_contract.coverage.recording import Recording
from smartflo_contract.coverage.summaries import Summary, percent_text, summaries
from smartflo_contract.schemas.printable import escape_table_cell, truncate

_MODULE: Final = file_reporter.__name__
_PLUGIN: Final = f"{_MODULE}.{file_reporter.CellsPlugin.__name__}"
_TITLE: Final = "Value coverage of the Smartflo contract"
_MAX_MISSING: Final = 12
"""Missing cells that a table names; the others are counted."""


def text_lines(recording: Recording) -> Iterator[str]:
    """Yield the lines of the table for a terminal."""
    for summary in summaries(recording):
        width = max(len(truncate(row.group)) for row in (*summary.rows, summary.total))
        yield f"{summary.name:<{width}}  cells  served     %"
        for row in (*summary.rows, summary.total):
            yield f"{truncate(row.group):<{width}}  {row.cells:>5}  {row.served:>6}  {percent_text(row.percent):>4}"
        yield from _missing_lines(summary)
        yield from _fullest_lines(summary)
        yield from _pair_lines(summary)
    yield from (f"partial: {note}" for note in sorted(recording.notes))


def _missing_lines(summary: Summary) -> Iterator[str]:
    missing = summary.missing
    if missing:
        others = len(missing) - _MAX_MISSING
        more = f" and {others:,} more" if others > 0 else ""
        yield f"missing: {', '.join(map(truncate, missing[:_MAX_MISSING]))}{more}"


def _fullest_lines(summary: Summary) -> Iterator[str]:
    if summary.fullest is not None and summary.total.served:
        context, served = summary.fullest
        percent = 100 * served / summary.total.served
        yield f"fullest test: {percent_text(percent)}% of the served cells, {context or 'without a name'}"


def _pair_lines(summary: Summary) -> Iterator[str]:
    if summary.pairs is not None:
        made, served = summary.pairs
        yield f"pairs: {served:,} of the {made:,} pairs of cells were served from lists of pairs()"


def markdown(recording: Recording) -> str:
    """Return the table as Markdown."""
    lines = []
    for summary in summaries(recording):
        lines += [
            f"### {_TITLE}: `{summary.name}`",
            "",
            "| key | cells | served | % | missing |",
            "|---|--:|--:|--:|---|",
        ]
        for row in (*summary.rows, summary.total):
            missing = "" if row.group == TOTAL else ", ".join(f"`{_cell_text(cell)}`" for cell in row.missing)
            counts = f"{row.cells} | {row.served} | {percent_text(row.percent)}"
            lines.append(f"| `{_cell_text(row.group)}` | {counts} | {missing} |")
        lines += ["", *_fullest_lines(summary), *_pair_lines(summary), ""]
    lines += [f"Partial: {note}" for note in sorted(recording.notes)]
    return "\n".join(lines).rstrip() + "\n"


def _cell_text(text: str) -> str:
    """Return text as the content of a table cell in code style."""
    return escape_table_cell(text).replace("`", "'")


def write_html(recording: Recording, folder: Path) -> None:
    """Write the HTML report of coverage.py, with the contexts of each cell, into a folder.

    Raises:
        CoverageError: it cannot be written.
    """
    _with_coverage(
        recording,
        lambda run: run.html_report(directory=str(folder), show_contexts=True, title=_TITLE, skip_covered=False),
    )


def write_xml(recording: Recording, file: Path) -> None:
    """Write a Cobertura report; see :func:`write_html`."""
    _with_coverage(recording, lambda run: run.xml_report(outfile=str(file)))


def write_lcov(recording: Recording, file: Path) -> None:
    """Write an LCOV report; see :func:`write_html`."""
    _with_coverage(recording, lambda run: run.lcov_report(outfile=str(file)))


def write_json(recording: Recording, file: Path) -> None:
    """Write the JSON report of coverage.py, with the contexts of each cell; see :func:`write_html`."""
    _with_coverage(recording, lambda run: run.json_report(outfile=str(file), pretty_print=True, show_contexts=True))


def write_markdown(recording: Recording, file: Path) -> None:
    """Write the table as Markdown; see :func:`write_html`."""
    try:
        file.write_text(markdown(recording), encoding="utf-8")
    except OSError as error:
        message = f"coverage report: {error}"
        raise CoverageError(message) from None


WRITERS: Final[Mapping[str, Callable[[Recording, Path], None]]] = {
    "html": write_html,
    "xml": write_xml,
    "lcov": write_lcov,
    "json": write_json,
    "markdown": write_markdown,
}
"""The formats that are written to a path: ``html`` to a folder, the others to a file."""


def _with_coverage(recording: Recording, write: Callable[[Coverage], Any]) -> None:
    """Run a report of coverage.py, apart from any other run of it and from its configuration files."""
    run = _create_run()
    run.set_option("run:plugins", [_MODULE])
    sources = {cells.name: (cells.text, [*cells.lines.values()]) for cells in recording.all_cells()}
    run.set_option(f"{_MODULE}:{file_reporter.SOURCES}", json.dumps(sources))
    data = run.get_data()
    for cells in recording.all_cells():
        path = str(Path(cells.name).resolve())
        data.add_lines({path: ()})
        data.add_file_tracers({path: _PLUGIN})
        for context in recording.contexts():
            data.set_context(context)
            data.add_lines({path: list(_lines(cells, recording.served_mask(cells, context)))})
    try:
        with redirect_stdout(io.StringIO()):
            write(run)
    except (CoverageException, OSError) as error:
        message = f"coverage report: {error}"
        raise CoverageError(message) from None


def _create_run() -> Coverage:
    """Return a run of coverage.py that reads and writes no file of the user.

    A new run stops a measurement that ``COVERAGE_PROCESS_START`` has started in this process from saving its data. That
    one is the user's, about the user's code, so it still saves them.
    """
    measurement = getattr(process_startup, "coverage", None)
    saves = getattr(measurement, "_auto_save", None)
    run = Coverage(data_file=None, config_file=False, messages=False)
    if measurement is not None:
        measurement._auto_save = saves  # noqa: SLF001 - there is no public name
    return run


def _lines(cells: ContractCells, mask: Mask) -> Iterator[int]:
    """Yield the numbers of the lines of a mask's cells."""
    for cell in matching(cells.cells, mask):
        yield cells.lines[cell.id]
