"""The command ``store``: look at a store, copy its content, and give its space back."""

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import click

from smartflo_contract.cli.options import Days, FilePath, fake_file, listing_format
from smartflo_contract.cli.output import accounts_progress, print_json, print_table
from smartflo_contract.cli.terminal import echo

if TYPE_CHECKING:
    from smartflo_contract.mock_server import Config

_url = click.argument("url")


@click.group()
def store_command() -> None:
    """Inspect, copy and shrink the store of a fake.

    URL is that of `serve --store`: sqlite:///fake.db or postgresql://user@host/database. The fake need not run. Exit
    codes: 0 success, 2 wrong usage, 3 the store or the snapshot cannot be read.
    """


@store_command.command("info")
@listing_format("text: one line per fact. json: an object.")
@_url
def info_command(*, url: str, form: str) -> None:
    """Show what is in a store: product, version, numbers and size."""
    facts = _transfer(url).read_info(url)._asdict()
    if form == "json":
        print_json(facts)
        return
    cells = {name: f"{value:,}" if isinstance(value, int) else value for name, value in facts.items()}
    print_table(("", ""), [(name.replace("_", " "), value) for name, value in cells.items()])


@store_command.command("export")
@click.option(
    "-o", "--output", type=FilePath(is_written=True), metavar="FILE", required=True, help="File to create or replace."
)
@fake_file
@_url
def export_command(*, url: str, output: Path, config: Path | None) -> None:
    """Save all accounts as a snapshot, without the journal.

    FILE has the form of `GET /__admin/snapshot` and of `serve --state`. It is one state, also while a fake runs: every
    write that was answered before the start is in it. Only you can read a new file: it has the secrets in headers of
    webhooks. --config is needed if clients have edited lists from files.
    """
    from smartflo_contract.live.output_files import replace_file, require_writable

    transfer = _transfer(url)
    require_writable(output)
    with replace_file(output, is_private=True) as file, accounts_progress() as progress:
        transfer.export_store(url, _config(config), file.write, progress)


@store_command.command("import")
@click.option("--replace", "is_replaced", is_flag=True, help="Delete the accounts that the store has.")
@fake_file
@_url
@click.argument("file", type=FilePath())
def import_command(*, url: str, file: Path, config: Path | None, is_replaced: bool) -> None:
    """Load a snapshot of all accounts into a store that has none.

    FILE is a snapshot from `store export`, `serve --state` or `GET /__admin/snapshot`. The store gets all of it or
    nothing, also while a fake runs. With --config, the snapshot is checked against the lists and routes of that fake.
    """
    from smartflo_contract.mock_server.server.state_file import read_snapshot

    transfer, snapshot = _transfer(url), read_snapshot(file)
    with accounts_progress() as progress:
        count = transfer.import_store(url, snapshot, _config(config), progress, is_replaced=is_replaced)
    echo(f"{count:,} accounts", err=True)


@store_command.command("vacuum")
@click.option(
    "--older-than",
    type=Days(0),
    metavar="DAYS",
    help="Also delete accounts that were not written for so many days.",
)
@_url
def vacuum_command(*, url: str, older_than: float | None) -> None:
    """Give unused space back to the disk.

    A running fake answers requests after that, or with 503 if it takes more than ten seconds.
    """
    deleted, size = _transfer(url).vacuum_store(url, older_than)
    echo(f"{deleted:,} accounts deleted, {size:,} bytes on the disk", err=True)


def _config(path: Path | None) -> "Config | None":
    from smartflo_contract.mock_server import Config

    return None if path is None else Config.from_file(path)


def _transfer(url: str) -> ModuleType:
    """Return the module that copies stores, after a check of what it needs."""
    from smartflo_contract.mock_server.stores.opening import require_libraries

    require_libraries(url)
    from smartflo_contract.mock_server.stores import transfer

    return transfer
