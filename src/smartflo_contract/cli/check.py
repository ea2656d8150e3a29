"""The command ``check``."""

import os
from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from smartflo_contract.cli.errors import usage_error
from smartflo_contract.cli.findings import CheckOptions, report_findings
from smartflo_contract.cli.options import checking, option

_MAX_PROCESSES = 2


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
@checking
def check_command(*, sources: Sequence[str], processes: int, min_leads: int | None, **options: Any) -> None:
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
    report_findings(partial(live.check, processes=processes, min_leads=min_leads), sources, CheckOptions(**options))
