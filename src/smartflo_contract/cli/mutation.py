"""The command ``mutate``: which changes of the API does a command notice?"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from smartflo_contract.cli.errors import FINDINGS, INTERRUPTED, usage_error
from smartflo_contract.cli.mutants import mutant_kind, mutants_of_kind, require_mutants
from smartflo_contract.cli.options import (
    Percent,
    command_jobs,
    command_line,
    command_timeout,
    fake_file,
    option,
    overlay,
    profile,
    seed,
)
from smartflo_contract.cli.output import mutants_progress
from smartflo_contract.cli.terminal import echo
from smartflo_contract.schemas.grammar import format_count

if TYPE_CHECKING:
    from smartflo_contract.mock_server import Config
    from smartflo_contract.mutants import Mutant
    from smartflo_contract.mutation import MutationRun
    from smartflo_contract.mutation.command_fakes import CommandFakes
    from smartflo_contract.schemas import Contract

_FORMATS: Final = ("markdown", "json", "html")
_TIMED_OUT: Final = 124
"""Exit code after the time limit, as of ``timeout``."""
_SIGNALLED: Final = 128
"""Exit code of a command that a signal has ended, less the number of the signal, as in a shell."""


@click.command()
@command_line
@mutant_kind("Kind of the mutants: changes that break the contract, or changes that a client should tolerate.")
@click.option("--max", "max_mutants", type=click.IntRange(1), metavar="N", help="Maximum number of mutants: a sample.")
@seed
@command_jobs
@command_timeout("a mutant")
@option(
    "--fail-under",
    type=Percent(),
    metavar="PERCENT",
    help="Exit with 1 if the mutation score of breaking mutants is lower, without keys that nothing shows to be read.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORM=FILE",
    help="Write a report as well: markdown=FILE, json=FILE (mutation-testing-report-schema) or html=FILE. Repeatable.",
)
@click.option("--mutant", "ids", metavar="ID", help="Run the command once with this mutant, and show its output.")
@fake_file
@profile
@overlay
def mutate_command(
    *,
    command: Sequence[str],
    kind: str,
    max_mutants: int | None,
    seed: int | None,
    jobs: int,
    timeout: float | None,
    fail_under: float | None,
    reports: Sequence[str],
    ids: str | None,
    config: Path | None,
    **settings: Any,
) -> None:
    """Find changes of the API that a command does not notice.

    \b
    smartflo-contract mutate -- npm test
    smartflo-contract mutate --max 50 --jobs 4 --report html=mutation.html -- ./run-tests.sh
    smartflo-contract mutate --mutant lead_id:remove -- npm test

    A fake runs for COMMAND, which reads SMARTFLO_BASE_URL and SMARTFLO_TOKEN (SMARTFLO_HOSTS
    has the vendor's hosts, for clients that have one built in). It runs twice as it is and has to
    pass; then once with each mutant of what it was served. An exit code other than 0 kills the mutant, and so does the
    time limit.

    Exit codes: 0 done, 1 score below --fail-under, 2 wrong usage, or a command that fails without a mutant or is served
    no leads, 130 interrupted. With --mutant, the exit code is that of the command.
    """  # noqa: D301  # click needs the control character itself
    from smartflo_contract.mutation.command_fakes import command_fakes
    from smartflo_contract.mutation.reports import WRITERS, text_lines

    targets = _targets(reports)
    settings_of_fake = fake_config(config, seed=seed, **settings)
    if ids is not None:
        require_mutants(fake_contract(settings_of_fake), ids)
        with command_fakes(command, settings_of_fake) as fakes:
            _run_one(fakes, ids, timeout)
        return
    with command_fakes(command, settings_of_fake, jobs) as fakes:
        mutants = _chosen(settings_of_fake, kind, max_mutants)
        run, is_interrupted = _mutate(fakes, mutants, fake_contract(settings_of_fake), timeout, jobs)
    for line in text_lines(run):
        echo(line)
    for form, path in targets.items():
        WRITERS[form](run, path)
        echo(f"{form}: {path}", err=True)
    context = click.get_current_context()
    if is_interrupted:
        context.exit(INTERRUPTED)
    percent = run.score("breaking", with_ignored=False).percent
    if fail_under is not None and (percent or 0) < fail_under:
        echo(f"the mutation score of breaking mutants is {percent or 0:.0f}%, minimum {fail_under:g}%", err=True)
        context.exit(FINDINGS)


def _targets(reports: Sequence[str]) -> Mapping[str, Path]:
    """Return the file of each report, which can be written.

    Raises:
        click.UsageError: a report is not FORM=FILE.
        OutputError: a file cannot be written.
    """
    from smartflo_contract.live.output_files import is_same_file, require_writable

    targets: dict[str, Path] = {}
    for report in reports:
        form, _, file = report.partition("=")
        if form not in _FORMATS or not file:
            message = f"--report {report}: expected FORM=FILE, where FORM is one of {', '.join(_FORMATS)}"
            raise usage_error(message)
        if file == "-":
            message = f"--report {report}: `-` is not a file name; use ./- for a file of this name"
            raise usage_error(message)
        path = Path(file)
        if form in targets or is_same_file(path, *targets.values()):
            message = f"--report {report}: each format and each file can be used only once"
            raise usage_error(message)
        require_writable(path)
        targets[form] = path
    return targets


def fake_config(file: Path | None, **settings: Any) -> "Config":
    """Return the configuration of a fake for a command: that of a file, and settings that override it."""
    from smartflo_contract.mock_server import Config

    overrides = {name: value for name, value in settings.items() if value is not None}
    return Config(**overrides) if file is None else Config.from_file(file, **overrides)


def fake_contract(config: "Config") -> "Contract":
    """Return the contract of a fake."""
    from smartflo_contract.mock_server.config.validation import configured_contract

    return configured_contract(config.profile, config.overlay)


@contextmanager
def output_of_errors() -> Iterator[None]:
    """Print the last lines of the output of a command that fails without a mutant, before the error."""
    from smartflo_contract.mutation.errors import CommandError

    try:
        yield
    except CommandError as error:
        for line in error.output:
            echo(line, err=True)
        raise


def _chosen(config: "Config", kind: str, max_mutants: int | None) -> "Sequence[Mutant]":
    """Return the mutants of a kind; a sample if there are more than a maximum."""
    from smartflo_contract.mutation.sampling import spread_sample

    mutants = mutants_of_kind(fake_contract(config), kind)
    return mutants if max_mutants is None else spread_sample(mutants, max_mutants, config.seed)


def _mutate(
    fakes: "CommandFakes", mutants: "Sequence[Mutant]", contract: "Contract", timeout: float | None, jobs: int
) -> "tuple[MutationRun, bool]":
    """Return the results of mutants, and whether the user has interrupted the run."""
    from smartflo_contract.mutation.commands import CommandRun, run_plainly

    with output_of_errors():
        plain = run_plainly(fakes, timeout=timeout)
    run = CommandRun(fakes, contract, plain, timeout=timeout, jobs=jobs)
    try:
        with mutants_progress() as progress:
            run.decide(mutants, progress)
    except KeyboardInterrupt:
        run.notes.append("the run was interrupted")
        return run.run_of(mutants), True
    return run.run_of(mutants), False


def _run_one(fakes: "CommandFakes", ids: str, timeout: float | None) -> None:
    """Run the command with a mutant and with its output shown, and exit with its code."""
    trial = fakes.run(ids, timeout=timeout, is_shown=True)
    echo(f"{ids}: served {format_count(trial.served, 'time')}; {trial.outcome.reason}", err=True)
    code = trial.outcome.exit_code
    if code is None:
        code = _TIMED_OUT
    click.get_current_context().exit(_SIGNALLED - code if code < 0 else code)
