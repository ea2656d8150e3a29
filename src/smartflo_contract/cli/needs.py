"""The command ``needs``: what of the contract does a command need?"""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smartflo_contract.cli.errors import usage_error
from smartflo_contract.cli.mutation import fake_config, fake_contract
from smartflo_contract.cli.options import Seconds, option, overlay, profile, seed
from smartflo_contract.cli.output import print_needs, runs_progress
from smartflo_contract.cli.terminal import echo
from smartflo_contract.schemas.grammar import format_count

if TYPE_CHECKING:
    from smartflo_contract.mutation.command_fakes import CommandFakes
    from smartflo_contract.schemas import Contract
    from smartflo_contract.schemas.needs import Needs


@click.command()
@click.argument("command", metavar="-- COMMAND", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="File to write, for check --needs."
)
@click.option(
    "--timeout",
    type=Seconds(0, min_open=True),
    metavar="SECONDS",
    help="Time limit of one run of the command. Default: five times the run without a change, at least 2 seconds.",
)
@option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="TOML file of `serve`, with lists, quirks and other settings of the fake.",
)
@seed
@profile
@overlay
def needs_command(
    *, command: Sequence[str], output: Path | None, timeout: float | None, config: Path | None, **settings: Any
) -> None:
    """Find the smallest contract that a command passes with.

    \b
    smartflo-contract needs -o needs.json -- npm test
    smartflo-contract check leads.json --needs needs.json

    A fake runs for COMMAND, which reads SMARTFLO_BASE_URL and SMARTFLO_TOKEN. It runs twice as it is and has to
    pass; then with keys removed, and with other types, nulls and values, many at a time. The same command needs the
    same. check and diff then tell changes that break it from others.

    Exit codes: 0 done, 2 wrong usage, or a command that fails without a change or is served no leads, 130
    interrupted.
    """  # noqa: D301  # click needs the control character itself
    from smartflo_contract.mutation.command_fakes import command_fakes

    if output is not None:
        _require_replaceable(output, config, settings["overlay"])
    fake_settings = fake_config(config, **settings)
    contract = fake_contract(fake_settings)
    with command_fakes(command, fake_settings) as fakes:
        needs = _search(fakes, contract, timeout)
    if output is not None:
        _write(needs, contract, output)
    print_needs(needs)
    keys = sum(1 for each in needs.properties.values() if each.is_required)
    echo(f"{format_count(needs.runs, 'run')}: the command needs {format_count(keys, 'key')}", err=True)
    if output is not None:
        echo(str(output), err=True)


def _search(fakes: "CommandFakes", contract: "Contract", timeout: float | None) -> "Needs":
    """Return what a command needs.

    Raises:
        CommandError: it cannot be started, fails without a change, passes only once, or is served no leads.
    """
    from smartflo_contract.mutation.commands import run_plainly
    from smartflo_contract.mutation.needs import NeedsSearch, NeedsTrial

    plain = run_plainly(fakes, timeout=timeout)
    limit = plain.timeout if timeout is None else timeout

    def run(ids: str) -> NeedsTrial:
        trial = fakes.run(ids, timeout=limit)
        return NeedsTrial(None if trial.has_passed else trial.outcome.how, trial.served_ids)

    with runs_progress() as on_run:
        return NeedsSearch(contract, run, on_run).search(command=shlex.join(fakes.command), runs_before=2)


def _require_replaceable(output: Path, *read: Path | None) -> None:
    """Require that needs can be written to a file, which is new, empty, or has needs.

    Raises:
        click.UsageError: it is another file.
        OutputError: it cannot be written.
    """
    from smartflo_contract.live.output_files import is_same_file, require_writable
    from smartflo_contract.schemas.errors import NeedsError
    from smartflo_contract.schemas.needs import load_needs

    if str(output) == "-":
        message = "`-` is not a file name; name a file"
        raise usage_error(message)
    if is_same_file(output, *read):
        message = f"{output}: this file is read for another purpose; name another file"
        raise usage_error(message)
    require_writable(output)
    if not output.is_file() or not output.stat().st_size:
        return
    try:
        load_needs(output)
    except NeedsError:
        message = f"{output}: not a file that this command has written; name another file, or delete this one"
        raise usage_error(message) from None


def _write(needs: "Needs", contract: "Contract", path: Path) -> None:
    from smartflo_contract.live.output_files import replace_file
    from smartflo_contract.schemas.needs import needs_as_dict

    content = json.dumps(needs_as_dict(needs, contract), indent=2, ensure_ascii=False)
    with replace_file(path) as file:
        file.write(f"{content}\n".encode())
