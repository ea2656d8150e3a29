"""The command ``record``."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smartflo_contract.cli import options
from smartflo_contract.cli.errors import usage_error
from smartflo_contract.cli.sources import read_sources, token_file
from smartflo_contract.cli.terminal import echo

if TYPE_CHECKING:
    from smartflo_contract.live import Recorded


@click.command()
@click.argument("source")
@click.option("-o", "--output", type=options.FilePath(), metavar="FILE", help="Fixture file to write.")
@click.option(
    "--as-test",
    type=options.FilePath(),
    metavar="FILE",
    help="Python file to write: one test for each finding (at most the 100 most severe), with the smallest list "
    "that reproduces it.",
)
@options.base_url
@options.max_wait
@options.max_time
@options.token
@options.prompt
@options.overlay
@options.unknown_keys
def record_command(
    *,
    source: str,
    output: Path | None,
    as_test: Path | None,
    base_url: str | None,
    max_wait: float,
    max_time: float,
    token: str | None,
    prompt: bool,
    overlay: Path | None,
    unknown_keys: Any,
) -> None:
    """Save a response without personal data, as a fixture or as tests.

    SOURCE is as for check; of a capture with several responses, name one, such as session.har#8668.
    Every value that the contract does not declare harmless is replaced: equal values stay equal, strings and
    numbers keep their form, and each lead its findings.
    Unknown keys keep their names if reports show them. If any part is not understood, nothing is written. The
    pseudonyms cannot be reversed.

    Exit codes: 0 written, 2 wrong usage or nothing could be written, 3 SOURCE cannot be read or rejects the
    credentials, 130 interrupted and nothing written.
    """
    from smartflo_contract import live
    from smartflo_contract.live.output_files import is_same_file

    if output is None and as_test is None:
        message = "nothing to write: use -o FILE for a fixture, --as-test FILE for tests, or both"
        raise usage_error(message)
    if "-" in map(str, (output, as_test)):
        message = "`-` is not a file name; use -o /dev/stdout to write the fixture to standard output"
        raise usage_error(message)
    for path in filter(None, (output, as_test)):
        if is_same_file(path, overlay, token_file(token)):
            message = f"{path}: this file is read for another purpose; name another file"
            raise usage_error(message)
    recording = read_sources(
        partial(live.record, path=output, as_test=as_test),
        [source],
        base_url=base_url,
        token=token,
        prompt=prompt,
        overlay=overlay,
        unknown_keys=unknown_keys,
        max_wait=max_wait,
        max_time=max_time,
    )
    _print_summary(recording, output, as_test)


def _print_summary(recording: "Recorded", output: Path | None, as_test: Path | None) -> None:
    """Print how many leads and tests were written, on standard error."""
    from smartflo_contract.schemas.grammar import format_count

    for omission in recording.omissions:
        echo(omission, err=True)
    if output is not None:
        echo(f"{output}: {format_count(recording.leads, 'lead')} without personal data", err=True)
    if as_test is None:
        return
    if not recording.tests:
        echo(f"{as_test}: not written, there are no findings", err=True)
        return
    truncated = recording.findings > recording.tests
    scope = f"for the most severe of {recording.findings:,} findings" if truncated else "one for each finding"
    echo(f"{as_test}: {format_count(recording.tests, 'test')}, {scope}", err=True)
