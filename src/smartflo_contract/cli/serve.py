"""The command ``serve``."""

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smartflo_contract.cli.body_check import check_body
from smartflo_contract.cli.errors import usage_error
from smartflo_contract.cli.options import FilePath, Lines, PortOption, option, overlay, phones, profile, seed
from smartflo_contract.cli.output import print_banner, warn_about_phones
from smartflo_contract.cli.terminal import echo

if TYPE_CHECKING:
    from smartflo_contract.mock_server.observer import WorkerObservers


@click.command()
@option("--host", help="Address to listen on. Default 127.0.0.1.")
@option(
    "-p",
    "--port",
    cls=PortOption,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 selects a free one. Default 8080.",
)
@option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Number of worker processes. More than 1 requires --store or --read-only. Default 1.",
)
@option(
    "--store",
    metavar="URL",
    help="Database that several workers and machines share: sqlite:///fake.db or postgresql://user@host/database. "
    "Needs the extra `stores`. By default, accounts are in the memory of the fake.",
)
@option(
    "--read-only",
    is_flag=True,
    default=None,
    help="Reject writes and keep no state: failed logins are not counted, logout has no effect.",
)
@option(
    "-v",
    "--verbose",
    is_flag=True,
    default=None,
    help="Print one line for each request on standard error: method, path, status, evidence, reason. Secrets masked.",
)
@option(
    "--admin-token",
    metavar="TEXT",
    help="Value that requests to /__admin must send in X-Smartflo-Admin-Token. Prefer the variable: other users can "
    "see command lines. Without it, the admin API is disabled if --host is not loopback.",
)
@option(
    "--rate-limit",
    type=click.IntRange(1, 10_000),
    metavar="N",
    help="Maximum number of requests per second of each account, all routes together. More get 429. Default: no limit.",
)
@option(
    "--speed",
    type=click.IntRange(1, 86_400),
    metavar="N",
    help="Let the time of accounts with calls run N times as fast as the wall clock, for people who watch. By default, "
    "clocks run as the wall clock, and dial time stands until a clock is advanced.",
)
@option(
    "--fault",
    "faults",
    type=Lines(),
    multiple=True,
    metavar="STEPS[,SETTING=VALUE]",
    help="Faults to inject, one step per request: --fault 503,503,ok, --fault cut,at=3, "
    "--fault delay,seconds=2,probability=0.1. Repeatable; the variable holds one per line. "
    "`smartflo-contract faults` lists faults and settings.",
)
@option(
    "--quirk",
    "quirks",
    multiple=True,
    metavar="NAME=VALUE",
    help="Behavior where the documentation is silent or contradicts itself. Repeatable; the variable holds them "
    "separated by spaces. `smartflo-contract quirks` lists them.",
)
@option(
    "--config",
    type=FilePath(),
    metavar="FILE",
    help="TOML file with these settings and [[lists]]. Flags override variables, variables override the file.",
)
@option(
    "--cors",
    multiple=True,
    metavar="ORIGIN",
    help="Web page that may send requests and read responses, e.g. http://localhost:3000. Repeatable; the variable "
    "holds them separated by spaces. By default, browsers let no other page read the fake.",
)
@option(
    "--webhook-host",
    "webhook_hosts",
    multiple=True,
    metavar="NAME",
    help="Host besides this machine that webhooks may be sent to. Repeatable; the variable holds them separated by "
    "spaces.",
)
@option(
    "--dialling",
    type=FilePath(),
    metavar="FILE",
    help="TOML file with the outcomes of the calls of broadcasts: docs/dialling.md.",
)
@option(
    "--auth",
    type=click.Choice(("on", "off")),
    help="on (default): requests need an Authorization header with any ASCII value. off: they do not.",
)
@option(
    "--coverage",
    type=FilePath(is_written=True),
    metavar="FILE",
    help="Record which values of the contract are served, in FILE; a data file of an earlier run is replaced. "
    "`smartflo-contract coverage report FILE` shows them.",
)
@option(
    "--state",
    type=FilePath(is_written=True),
    metavar="FILE",
    help="Restore all accounts from FILE at the start, and save them in FILE at the end. A missing file is created.",
)
@seed
@profile
@overlay
@phones
def serve_command(
    config: Path | None,
    quirks: Sequence[str],
    faults: Sequence[str],
    coverage: Path | None,
    state: Path | None,
    **settings: Any,
) -> None:
    """Run a fake Smartflo until Ctrl-C.

    Standard output is one line, the URL. Standard error lists the lead lists and an example request.
    """
    with _without_garbage_collection():
        from smartflo_contract.mock_server import Config
        from smartflo_contract.mock_server.faults.parsing import parse_fault
        from smartflo_contract.mock_server.server.granian import serve

    overrides = {name: value for name, value in settings.items() if value not in {None, ()}}
    if quirks:
        overrides["quirks"] = _parse_quirks(quirks)
    if faults:
        overrides["faults"] = tuple(map(parse_fault, faults))
    resolved = Config(**overrides) if config is None else Config.from_file(config, **overrides)
    warn_about_phones(resolved.phones)

    def announce(url: str) -> None:
        echo(url)
        sys.stdout.flush()
        with suppress(OSError):  # the banner is optional
            print_banner(resolved, url)

    serve(resolved, announce, _observers(coverage), state, check_body)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Collect no garbage while modules are loaded, and never search them for it: that delays the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _observers(coverage: Path | None) -> "WorkerObservers | None":
    """Return what records value coverage in a file; ``None`` without a file."""
    if coverage is None:
        return None
    from smartflo_contract.coverage.file_recorder import FileObservers

    return FileObservers(coverage.absolute())


def _parse_quirks(arguments: Sequence[str]) -> dict[str, str]:
    """Return quirk name to value; two values for one quirk are an error, because one of them would be lost."""
    quirks: dict[str, str] = {}
    for name, value in map(_parse_quirk, arguments):
        if quirks.setdefault(name, value) != value:
            message = f"--quirk {name}: is set to {quirks[name]} and to {value}; omit one"
            raise usage_error(message)
    return quirks


def _parse_quirk(argument: str) -> tuple[str, str]:
    name, equals, value = argument.partition("=")
    if not equals:
        message = f"--quirk {argument}: expected NAME=VALUE, such as expired_token=200"
        raise usage_error(message)
    return name.strip(), value.strip()
