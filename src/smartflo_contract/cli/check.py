"""The command ``check``."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smartflo_contract.cli.errors import print_error, usage_error
from smartflo_contract.cli.findings import CheckOptions, report_findings
from smartflo_contract.cli.options import FilePath, checking, option
from smartflo_contract.cli.terminal import echo

if TYPE_CHECKING:
    from smartflo_contract.live import Report

_MAX_PROCESSES = 2
_TITLE_BYTES = 200
"""Size of the beginning of a draft, which has its title."""


def _default_processes() -> int:
    """Return the number of processors of this process, at most two."""
    processors = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    return min(len(processors), _MAX_PROCESSES)


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@option(
    "--processes",
    type=click.IntRange(1, _MAX_PROCESSES),
    default=_default_processes,
    show_default="number of processors, at most 2",
    help="Number of processes. 2 splits files of 64 MiB or more in half and doubles memory use.",
)
@option(
    "--min-leads",
    type=click.IntRange(0),
    show_default="1 for list ids and URLs, 0 for files",
    help="Minimum number of leads of each SOURCE. Fewer are the finding too-few-leads, also with a baseline.",
)
@option(
    "--learn",
    type=FilePath(),
    metavar="FILE",
    help="Write what always held, and the contract does not state, as a draft of an overlay. Uses one process.",
)
@checking
def check_command(
    *, sources: Sequence[str], processes: int, min_leads: int | None, learn: Path | None, **options: Any
) -> None:
    """Check responses against the contract and grade their drift.

    SOURCE is a file, - for standard input, a URL of the API or, with --base-url, a list id. A file contains a
    JSON array of leads or one lead per line, and may be compressed with gzip. Values of leads are never shown.

    A file may also be a capture: a HAR file, a cassette of vcrpy, Betamax or VCR, or GET /__admin/requests of the
    fake. Each of its responses with leads is graded; session.har#8668 selects a list, and
    session.har#/log/entries/2 one response.

    The API is only read, one request at a time: with SMARTFLO_TOKEN, or after a login with SMARTFLO_EMAIL and
    SMARTFLO_PASSWORD, or without credentials.

    Exit codes: 0 no findings, 1 findings of --fail-on or higher severity, 2 wrong usage or configuration,
    3 a source cannot be read or rejects the credentials (the others are reported), 130 interrupted.
    """
    from smartflo_contract import live

    if sources.count("-") > 1:
        message = "- (standard input) can be used only once"
        raise usage_error(message)
    check = partial(live.check, processes=processes, min_leads=min_leads)
    if learn is not None:
        _check_draft_file(learn, sources, options)
        check = partial(_check_and_learn, partial(check, learn=True), learn)
    report_findings(check, sources, CheckOptions(**options))


def _check_and_learn(check: Callable[..., "Report"], path: Path, *sources: str, **settings: Any) -> "Report":
    """Check sources and write the draft."""
    from smartflo_contract.live.learning.claim import MIN_LEADS
    from smartflo_contract.live.output_files import replace_file
    from smartflo_contract.schemas.grammar import format_count

    report = check(*sources, **settings)
    if report.draft is None:
        print_error(f"--learn {path}: not written: at least {MIN_LEADS} leads are required, got {report.leads}")
        return report
    with replace_file(path) as file:
        file.write(f"{json.dumps(report.draft, indent=2, ensure_ascii=False)}\n".encode())
    claims = format_count(len(report.draft["properties"]), "key")
    echo(f"{path}: claims about {claims}; delete what is a coincidence, then use it with --overlay", err=True)
    return report


def _check_draft_file(path: Path, sources: Sequence[str], options: Mapping[str, Any]) -> None:
    """Require that the draft can be written and replaces no other file, before anything is read."""
    from smartflo_contract.live.learning.learner import DRAFT_TITLE
    from smartflo_contract.live.output_files import is_same_file, require_writable
    from smartflo_contract.live.sources import split_selector

    if str(path) == "-":
        message = "--learn -: `-` is not a file name; use --learn /dev/stdout to write to standard output"
        raise usage_error(message)
    reports = [Path(report.partition("=")[2]) for report in options["reports"] if "=" in report]
    others = [split_selector(source)[0] for source in sources if source != "-"]
    if is_same_file(path, *others, *reports, options["overlay"], options["needs"], options["baseline"]):
        message = f"--learn {path}: this file is read or written for another purpose; name another file"
        raise usage_error(message)
    require_writable(path)
    with path.open("rb") if path.is_file() else nullcontext() as file:
        beginning = file.read(_TITLE_BYTES) if file else b""
    if beginning and DRAFT_TITLE.encode() not in beginning:
        message = f"--learn {path}: not a draft; name another file, or delete this one"
        raise usage_error(message)
