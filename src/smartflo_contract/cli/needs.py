"""The command ``needs``: what of the contract does a command need?"""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smartflo_contract.cli.errors import usage_error
from smartflo_contract.cli.mutation import fake_config, fake_contract, output_of_errors
from smartflo_contract.cli.options import (
    FilePath,
    command_jobs,
    command_line,
    command_timeout,
    fake_file,
    overlay,
    profile,
    seed,
)
from smartflo_contract.cli.output import print_needs, runs_progress
from smartflo_contract.cli.terminal import echo
from smartflo_contract.schemas.grammar import format_count

if TYPE_CHECKING:
    from smartflo_contract.mutation.command_fakes import CommandFakes
    from smartflo_contract.schemas import Contract
    from smartflo_contract.schemas.needs import Needs


@click.command()
@command_line
@click.option("-o", "--output", type=FilePath(), metavar="FILE", help="File to write, for check --needs.")
@command_jobs
@command_timeout("a change")
@fake_file
@seed
@profile
@overlay
def needs_command(
    *,
    command: Sequence[str],
    output: Path | None,
    jobs: int,
    timeout: float | None,
    config: Path | None,
    **settings: Any,
) -> None:
    """Find the smallest contract that a command passes with.

    \b
    smartflo-contract needs -o needs.json -- npm test
    smartflo-contract check leads.json --needs needs.json

    A fake runs for COMMAND, which reads SMARTFLO_BASE_URL and SMARTFLO_TOKEN. It runs twice as it is and has to
    pass; then with keys removed, and with other types, nulls and values, many at a time. The result is the
    same each time, with any --jobs. With it, check and diff fail only for changes that break the command.

    Exit codes: 0 done, 2 wrong usage, or a command that fails without a change or is served no leads, 130
    interrupted.
    """  # noqa: D301  # click needs the control character itself
    from smartflo_contract.mutation.command_fakes import command_fakes
    from smartflo_contract.mutation.needs_files import write_needs

    if output is not None:
        _require_replaceable(output, config, settings["overlay"])
    fake_settings = fake_config(config, **settings)
    contract = fake_contract(fake_settings)
    with command_fakes(command, fake_settings, jobs) as fakes:
        needs = _search(fakes, contract, timeout, jobs)
    if output is not None:
        write_needs(output, needs, contract)
    print_needs(needs)
    keys = format_count(len(needs.required_keys), "key")
    echo(f"{format_count(needs.runs, 'run')}: the command needs {keys}", err=True)
    if output is not None:
        echo(str(output), err=True)


def _search(fakes: "CommandFakes", contract: "Contract", timeout: float | None, jobs: int) -> "Needs":
    """Return what a command needs.

    Raises:
        CommandError: it cannot be started, fails without a change, passes only once, or is served no leads.
    """
    from smartflo_contract.mutation.commands import run_plainly
    from smartflo_contract.mutation.needs import NeedsTrial
    from smartflo_contract.mutation.parallel_needs import ParallelNeedsSearch

    with output_of_errors():
        plain = run_plainly(fakes, timeout=timeout)
    limit = plain.timeout if timeout is None else timeout

    def run(ids: str) -> NeedsTrial:
        trial = fakes.run(ids, timeout=limit)
        return NeedsTrial(None if trial.has_passed else trial.outcome.how, trial.served_ids)

    with runs_progress() as on_run:
        search = ParallelNeedsSearch(contract, run, jobs, on_run)
        return search.search(command=shlex.join(fakes.command), runs_before=2, end=fakes.end)


def _require_replaceable(output: Path, *read: Path | None) -> None:
    """Require that needs can be written to a file, which is new, empty, or has needs.

    Raises:
        click.UsageError: it is another file.
        OutputError: it cannot be written.
    """
    from smartflo_contract.live.output_files import is_same_file
    from smartflo_contract.mutation.needs_files import is_replaceable

    if str(output) == "-":
        message = "`-` is not a file name; name a file"
        raise usage_error(message)
    if is_same_file(output, *read):
        message = f"{output}: this file is read for another purpose; name another file"
        raise usage_error(message)
    if not is_replaceable(output):
        message = f"{output}: not a file that this command has written; name another file, or delete this one"
        raise usage_error(message)
