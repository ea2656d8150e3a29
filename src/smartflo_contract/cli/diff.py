"""The command ``diff``."""

from typing import Any

import click

from smartflo_contract.cli.errors import usage_error
from smartflo_contract.cli.findings import CheckOptions, report_findings
from smartflo_contract.cli.options import checking


@click.command()
@click.argument("before")
@click.argument("after")
@checking
def diff_command(*, before: str, after: str, **options: Any) -> None:
    """Compare two responses, such as a recorded and a current one.

    BEFORE and AFTER are sources as for check; options, reports and grades are those of check. Of a capture with
    several responses, name one, as in session.har#/log/entries/2. The report
    lists changes of keys, types, columns and null rates, and known values that appear or disappear. A change
    that violates the contract is a break.

    Exit codes: 0 no changes, 1 changes of --fail-on or higher severity, 2 wrong usage or configuration, or BEFORE
    contains no leads, 3 a response cannot be read or rejects the credentials, 130 interrupted.
    """
    from smartflo_contract import live

    if before == after == "-":
        message = "BEFORE and AFTER cannot both be - (standard input)"
        raise usage_error(message)
    report_findings(live.diff, [before, after], CheckOptions(**options))
