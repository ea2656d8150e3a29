"""Reports of mutation runs. A new format is one function in a module of this folder, and its entry in ``WRITERS``."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from smartflo_contract.live.output_files import replace_file
from smartflo_contract.mutation.reports._html import html_page
from smartflo_contract.mutation.reports._markdown import markdown
from smartflo_contract.mutation.reports._text import text_lines
from smartflo_contract.mutation.reports.stryker import report_as_dict
from smartflo_contract.mutation.results import MutationRun


def write_markdown(run: MutationRun, file: Path) -> None:
    """Write the report for a terminal as Markdown into a file.

    Raises:
        OutputError: it cannot be written.
    """
    _write(file, markdown(run))


def write_json(run: MutationRun, file: Path) -> None:
    """Write a report by the mutation-testing-report-schema; see :func:`write_markdown`."""
    _write(file, json.dumps(report_as_dict(run), ensure_ascii=False, indent=2) + "\n")


def write_html(run: MutationRun, file: Path) -> None:
    """Write the report of :func:`write_json` as one HTML file that needs nothing else; see :func:`write_markdown`."""
    _write(file, html_page(run))


WRITERS: Final[Mapping[str, Callable[[MutationRun, Path], None]]] = {
    "markdown": write_markdown,
    "json": write_json,
    "html": write_html,
}
"""The formats that are written to a file. Require that it can be written before the run: ``require_writable``."""

__all__ = ["WRITERS", "html_page", "markdown", "text_lines"]


def _write(file: Path, text: str) -> None:
    with replace_file(file) as stream:
        stream.write(text.encode(errors="backslashreplace"))
