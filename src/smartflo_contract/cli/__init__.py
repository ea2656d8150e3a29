"""The command ``smartflo-contract``: its click group and its entry point.

Each command imports the rooms that it needs when it runs, so that ``--help`` is quick.
"""

import sys
import warnings
from collections.abc import Sequence
from functools import partial
from typing import Final, NoReturn

import click

from smartflo_contract.cli.check import check_command
from smartflo_contract.cli.contract import (
    docs_command,
    explain_command,
    faults_command,
    openapi_command,
    quirks_command,
    sample_command,
    schema_command,
)
from smartflo_contract.cli.coverage import cells_command, coverage_command
from smartflo_contract.cli.diff import diff_command
from smartflo_contract.cli.errors import PROGRAM, CommandGroup, exit_with_one_line_errors
from smartflo_contract.cli.export import export_command
from smartflo_contract.cli.job_summary import append_to_job_summary
from smartflo_contract.cli.mutants import mutants_command
from smartflo_contract.cli.mutation import mutate_command
from smartflo_contract.cli.needs import needs_command
from smartflo_contract.cli.options import warn_about_misspelled_variables
from smartflo_contract.cli.output import prepare_streams, print_warning
from smartflo_contract.cli.proxy import proxy_command
from smartflo_contract.cli.ready import ready_command
from smartflo_contract.cli.record import record_command
from smartflo_contract.cli.serve import serve_command
from smartflo_contract.cli.store import store_command

COMMANDS: Final = (
    cells_command,
    check_command,
    coverage_command,
    diff_command,
    docs_command,
    explain_command,
    export_command,
    faults_command,
    mutants_command,
    mutate_command,
    needs_command,
    openapi_command,
    proxy_command,
    quirks_command,
    ready_command,
    record_command,
    sample_command,
    schema_command,
    serve_command,
    store_command,
)


@click.group(
    cls=CommandGroup,
    commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name=PROGRAM, message="%(prog)s %(version)s")
def cli() -> None:
    """Test a Smartflo integration without touching production.

    \b
    smartflo-contract serve                run a fake Smartflo on http://127.0.0.1:8080
    smartflo-contract sample -n 3          print three leads
    smartflo-contract explain lead_id      show types, evidence and contradictions of a key
    smartflo-contract check leads.json     check responses against the contract
    smartflo-contract diff old.json -      compare two responses
    smartflo-contract record leads.json -o fixture.json
                                           save a response without personal data

    Exit codes: 0 success (serve: stopped by Ctrl-C, SIGTERM or SIGHUP), 1 findings (check, diff) or not ready,
    2 wrong usage or configuration, 3 a source cannot be read (serve: a worker died), 70 internal error,
    130 interrupted.
    """  # noqa: D301  # click needs the control character itself
    warn_about_misspelled_variables(COMMANDS)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit; an error is one line on standard error.

    Args:
        arguments: command-line arguments; ``None`` for those of the process.
    """
    prepare_streams()
    warnings.showwarning = print_warning
    exit_with_one_line_errors(
        lambda: cli.main(args=arguments, prog_name=PROGRAM, standalone_mode=False),
        partial(append_to_job_summary, sys.argv[1:] if arguments is None else arguments),
    )
