"""The commands ``cells`` and ``coverage``: the cells of the contract, and reports about what was served."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from smartflo_contract.cli.errors import FINDINGS, usage_error
from smartflo_contract.cli.options import FilePath, Percent, listing_format, option, overlay, profile
from smartflo_contract.cli.output import print_json, write
from smartflo_contract.cli.terminal import echo

if TYPE_CHECKING:
    from smartflo_contract.coverage import Recording

_DATA_FILE: Final = Path(".smartflo-coverage")
_OUTPUTS: Final = {
    "html": Path("smartflo-coverage-html"),
    "xml": Path("smartflo-coverage.xml"),
    "lcov": Path("smartflo-coverage.lcov"),
    "json": Path("smartflo-coverage.json"),
}
"""Default outputs of the formats that are written to a path."""
_FORMATS: Final = ("report", *_OUTPUTS, "markdown")


@click.command()
@listing_format("text: the source file that coverage reports show. json: an array of cells.")
@profile
@overlay
def cells_command(*, form: str, profile: str | None, overlay: Path | None) -> None:
    """List the cells of the contract, grouped by key.

    A cell is one thing that a response may do and that a client can tell apart: a known value, null, an empty string,
    a status, a fault. Value coverage counts the cells that a fake has served.
    """
    from smartflo_contract.coverage import contract_cells
    from smartflo_contract.schemas import load_contract

    cells = contract_cells(load_contract(profile or "sample", overlay))
    if form == "json":
        print_json([cell._asdict() for cell in cells.cells])
    else:
        write((cells.text,))


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(_FORMATS))
@click.argument("files", metavar="[FILE]...", nargs=-1, type=FilePath())
@click.option(
    "-o",
    "--output",
    type=FilePath(is_written=True),
    metavar="PATH",
    help="Folder of html, or file of another format. Default: smartflo-coverage-html, smartflo-coverage.xml, .lcov or "
    ".json; standard output for report and markdown.",
)
@option(
    "--fail-under",
    type=Percent(),
    metavar="PERCENT",
    help="Exit with 1 if a smaller share of the cells was served.",
)
def coverage_command(*, form: str, files: Sequence[Path], output: Path | None, fail_under: float | None) -> None:
    """Report which values of the contract a fake has served.

    FORMAT is report (a table), html, xml (Cobertura), lcov, json or markdown. FILE is a data file that
    `pytest --smartflo-coverage` or `serve --coverage` has written, by default .smartflo-coverage; several are merged.

    Exit codes: 0 success, 1 less than --fail-under, 2 wrong usage, 3 a data file cannot be read.
    """
    from smartflo_contract.coverage import Recording, read_recording
    from smartflo_contract.coverage.summaries import percent_text, total_percent
    from smartflo_contract.live.output_files import is_same_file

    paths = files or (_DATA_FILE,)
    target = output or _OUTPUTS.get(form)
    if target is not None and is_same_file(target, *paths):
        message = f"--output {target}: a report never replaces a data file; choose another path"
        raise usage_error(message)
    recording = Recording()
    for path in paths:
        recording.merge(read_recording(path))
    _report(recording, form, target)
    percent = total_percent(recording)
    if fail_under is not None and percent < fail_under:
        echo(f"{percent_text(percent, 1)}% of the cells were served, minimum {fail_under:g}%", err=True)
        click.get_current_context().exit(FINDINGS)


def _report(recording: "Recording", form: str, target: Path | None) -> None:
    """Write a report to a path, or to standard output without one."""
    from smartflo_contract.coverage.reports import WRITERS, markdown, text_lines
    from smartflo_contract.live.output_files import replace_file, require_writable, require_writable_folder

    if target is not None and form in _OUTPUTS:
        require = require_writable_folder if form == "html" else require_writable
        require(target)
        WRITERS[form](recording, target)
        echo(str(target), err=True)
        return
    text = markdown(recording) if form == "markdown" else "".join(f"{line}\n" for line in text_lines(recording))
    if target is None:
        write((text,))
        return
    with replace_file(target) as file:
        file.write(text.encode())
