"""The command ``smartflo-contract``: its click group and its entry point.

The module of a command is imported when the command is looked up, and the rooms that it needs when it runs.
"""

import sys
import warnings
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from functools import partial
from importlib import import_module
from typing import Final, NoReturn, cast

import click

from smartflo_contract.cli.errors import PROGRAM, CommandGroup, exit_with_one_line_errors
from smartflo_contract.cli.job_summary import append_to_job_summary
from smartflo_contract.cli.options import warn_about_misspelled_variables
from smartflo_contract.cli.output import prepare_streams, print_warning

_MODULES: Final[Mapping[str, str]] = {
    "cells": "coverage",
    "check": "check",
    "coverage": "coverage",
    "diff": "diff",
    "docs": "contract",
    "explain": "contract",
    "export": "export",
    "faults": "contract",
    "mutants": "mutants",
    "mutate": "mutation",
    "needs": "needs",
    "openapi": "contract",
    "proxy": "proxy",
    "quirks": "contract",
    "ready": "ready",
    "record": "record",
    "sample": "contract",
    "schema": "contract",
    "serve": "serve",
    "store": "store",
}
"""Command to its module, which has it as ``NAME_command``."""


class _Commands(Mapping[str, click.Command]):
    """The commands by name; the module of each is imported when it is looked up, so that the others are quick."""

    def __getitem__(self, name: str) -> click.Command:
        """Return a command."""
        command: click.Command = getattr(import_module(f"{__name__}.{_MODULES[name]}"), f"{name}_command")
        return command

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(_MODULES)

    def __len__(self) -> int:
        """Return the number of commands."""
        return len(_MODULES)


@click.group(
    cls=CommandGroup,
    commands=cast("MutableMapping[str, click.Command]", _Commands()),  # click only looks commands up
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
    warn_about_misspelled_variables(cli.commands)


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
