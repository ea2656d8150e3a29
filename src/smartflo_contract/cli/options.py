"""Options that several commands share, their types, and their environment variables."""

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from smartflo_contract.cli.terminal import echo
from smartflo_contract.schemas.profile_names import PROFILES

_PREFIX: Final = "SMARTFLO_"
_OTHER_VARIABLES: Final = ("SMARTFLO_EMAIL", "SMARTFLO_PASSWORD", "SMARTFLO_TOKEN", "SMARTFLO_HOSTS")
"""Variables without an option: credentials of the vendor's API, and the hosts that `mutate` passes to its command."""
_MIN_SIMILARITY: Final = 0.7
"""Similarity from which a variable counts as misspelled; other programs may use the prefix SMARTFLO_ as well."""
_SERVICE_ADDRESS: Final = re.compile(r"(?:tcp|udp|sctp)://")
_SERVICE_VARIABLE: Final = re.compile(r".*_(?:SERVICE_HOST|SERVICE_PORT(?:_.*)?|PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_.*)?)")
"""Variables that Kubernetes and Docker set for a service whose name begins with ``smartflo``."""
F = TypeVar("F", bound=Callable[..., Any])


class Seconds(click.FloatRange):
    """A number of seconds; NaN is rejected."""

    unit = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        seconds: float = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value} is not a number of {self.unit}.", param, ctx)
        return seconds


class Days(Seconds):
    """A number of days; NaN is rejected."""

    unit = "days"


class Percent(click.FloatRange):
    """A number from 0 to 100; NaN is rejected, which is below no number and so would never fail."""

    def __init__(self) -> None:
        """Set the range."""
        super().__init__(0, 100)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        percent: float = super().convert(value, param, ctx)
        if math.isnan(percent):
            self.fail(f"expected a number from 0 to 100, got `{value}`.", param, ctx)
        return percent


class FilePath(click.Path):
    """The path of a file or folder. An empty string, such as that of a shell variable that is not set, is rejected.

    Args:
        is_written: whether the file is written; ``-`` is rejected then, which would be a file of this name.
        is_folder: whether the path of a file is rejected.
    """

    def __init__(self, *, is_written: bool = False, is_folder: bool = False) -> None:
        """Return paths as ``Path``."""
        super().__init__(path_type=Path, file_okay=not is_folder)
        self._is_written = is_written

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Return the path."""
        if not os.fspath(value):
            self.fail("expected a path, got an empty string.", param, ctx)
        if self._is_written and os.fspath(value) == "-":
            self.fail("`-` is not a file name; use ./- for a file of this name.", param, ctx)
        return super().convert(value, param, ctx)


class PortOption(click.Option):
    """An option whose variable Kubernetes and Docker may set as well: to the address of a service of that name."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return the value of the variable; ``None`` with a warning if it is the address of a service."""
        value = super().resolve_envvar_value(ctx)
        if value is None or not _SERVICE_ADDRESS.match(value):
            return value
        message = (
            f"warning: {self.envvar}={value} is not read: Kubernetes or Docker sets it for a service of that name. "
            "To choose a port, use --port, or set enableServiceLinks: false for the pod."
        )
        with suppress(OSError):
            echo(message, err=True)
        return None


class Lines(click.types.StringParamType):
    """A string; its variable holds one value per line, because values may contain spaces."""

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        """Return the lines that are not blank."""
        return [line for line in rv.splitlines() if line.strip()]


class ReportOption(click.Option):
    """An option whose help lists the report formats; they take long to import."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its help."""
        from smartflo_contract.live.reports import REPORTS

        record = super().get_help_record(ctx)
        return record and (record[0], record[1].replace("{formats}", ", ".join(REPORTS)))


def option(*names: str, **settings: Any) -> Callable[[F], F]:
    """Return a click option with the environment variable of its name, which the help shows."""
    long = next(name for name in names if name.startswith("--"))
    variable = f"{_PREFIX}{long.removeprefix('--').upper().replace('-', '_')}"
    return click.option(*names, envvar=variable, show_envvar=True, **settings)


def listing_format(description: str) -> Callable[[F], F]:
    """Return the option ``--format`` of a listing. It has no variable: SMARTFLO_FORMAT is that of sample.

    Args:
        description: what both forms are.
    """
    return click.option(
        "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help=description
    )


def command_timeout(without: str) -> Callable[[F], F]:
    """Return the option ``--timeout`` of a command that runs one of the user.

    Args:
        without: what the run that it follows from is without.
    """
    return click.option(
        "--timeout",
        type=Seconds(0, min_open=True),
        metavar="SECONDS",
        help="Time limit of one run of the command. Default: five times the run "
        f"without {without}, at least 2 seconds.",
    )


command_jobs = option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="N",
    help="Number of commands that run at the same time, each with a fake of its own. They must not write to the same "
    "files.",
)


def combine(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return a decorator that adds several options to a command."""

    def add(command: F) -> F:
        for decorate in reversed(options):
            command = decorate(command)
        return command

    return add


def warn_about_misspelled_variables(commands: Mapping[str, click.Command]) -> None:
    """Print a warning for each environment variable whose name is close to one that a command reads."""
    variables = sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in _OTHER_VARIABLES)
    if not variables:
        return  # without the commands, which are slow to import
    known = {str(parameter.envvar) for command in commands.values() for parameter in command.params if parameter.envvar}
    known.update(_OTHER_VARIABLES)
    names = {name.removeprefix(_PREFIX): name for name in known}
    for variable in (name for name in variables if name not in known):
        if _SERVICE_VARIABLE.fullmatch(variable):
            continue
        close = get_close_matches(variable.removeprefix(_PREFIX), names, n=1, cutoff=_MIN_SIMILARITY)
        if close:
            with suppress(OSError):
                echo(f"warning: {variable} is not read. Did you mean {names[close[0]]}?", err=True)


profile = option(
    "--profile",
    type=click.Choice(PROFILES),
    help="How to read the vendor's documentation: sample (default) follows the sample response, documented the "
    "table, lenient accepts either. The variable also sets the profile of check and diff, whose default is lenient.",
)
overlay = option(
    "--overlay",
    type=FilePath(),
    metavar="FILE",
    help="JSON file with a partial lead schema that adds, removes or changes properties.",
)
phones = option(
    "--phones",
    type=click.Choice(("safe", "valid")),
    help="safe (default): numbers that cannot ring, +91 5550 and six digits. "
    "valid: numbers that may belong to a person, for clients that reject other numbers.",
)
seed = option("--seed", type=int, help="Seed of the leads. The same seed generates the same leads. Default 0.")
base_url = option(
    "--base-url",
    metavar="URL",
    help="Root of the API, e.g. https://api-smartflo.tatateleservices.com. A numeric SOURCE is a list id.",
)
command_line = click.argument("command", metavar="-- COMMAND", nargs=-1, required=True, type=click.UNPROCESSED)
"""The command that a command runs with changes of the API."""
fake_file = option(
    "--config",
    type=FilePath(),
    metavar="FILE",
    help="TOML file of `serve`, with lists, quirks and other settings of the fake.",
)
max_wait = option(
    "--max-wait",
    type=Seconds(0),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="Maximum total time to wait after 429 responses, per source.",
)
max_time = option(
    "--max-time",
    type=Seconds(0, min_open=True),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="Maximum time for one response, from request to end. A connection that is idle for 30 s is dropped.",
)
unknown_keys = option(
    "--unknown-keys",
    type=click.Choice(("show", "mask")),
    help="Show or mask all keys that the contract does not know. By default, those are shown that read like "
    "property names and occur in two leads of a response, or in one of fewer than five.",
)
token = click.option(
    "--token",
    metavar="env:NAME|file:PATH",
    help="Variable or file that holds the access token. The token itself is not accepted: other users can see "
    "command lines. Not needed if SMARTFLO_TOKEN is set.",
)
prompt = click.option(
    "--prompt",
    is_flag=True,
    help="If neither --token nor a variable holds credentials, prompt for a token, or for e-mail and password.",
)
needs = option(
    "--needs",
    type=FilePath(),
    metavar="FILE",
    help="What your code needs, as `smartflo-contract needs` writes it. Findings about anything else get the severity "
    "not-needed and never cause exit code 1.",
)
checking = combine(
    option(
        "--fail-on",
        type=click.Choice(("break", "surprise", "doc-only")),
        default="break",
        show_default=True,
        help="Minimum severity that causes exit code 1.",
    ),
    option(
        "--baseline",
        type=FilePath(),
        metavar="FILE",
        help="File of known findings. They are not reported and do not cause exit code 1.",
    ),
    option(
        "--update-baseline",
        is_flag=True,
        help="Write all findings to --baseline as known. A response that contains no leads still fails.",
    ),
    option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings."),
    option(
        "--report",
        "reports",
        multiple=True,
        metavar="FORM[=FILE]",
        cls=ReportOption,
        help="Report format: {formats}. The default is text. Repeatable; one format goes to standard output, the "
        "others to files. Without FILE, markdown is appended to GITHUB_STEP_SUMMARY if that is set.",
    ),
    unknown_keys,
    option(
        "--max-item",
        type=click.IntRange(1024),
        default=16 * 1024 * 1024,
        show_default=True,
        help="Maximum size of one lead in bytes. A larger lead is a finding and is skipped.",
    ),
    base_url,
    max_wait,
    max_time,
    token,
    prompt,
    option(
        "--profile",
        type=click.Choice(PROFILES),
        default="lenient",
        show_default=True,
        help="How to read the vendor's documentation: lenient accepts either reading, sample follows the sample "
        "response, documented the table. With --needs, the default is their profile. The variable also sets the "
        "profile of serve and sample, whose default is sample.",
    ),
    overlay,
    needs,
)
"""Options of the commands that report findings; see :class:`smartflo_contract.cli.findings.CheckOptions`."""
