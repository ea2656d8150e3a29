"""The only two functions that print: text of servers, files and arguments never controls the terminal."""

import sys
from collections.abc import Iterable

import click

from smartflo_contract.schemas.printable import escape_controls


def echo(text: str = "", *, err: bool = False) -> None:
    """Print text and a line break, on standard output or standard error."""
    click.echo(escape_controls(text), err=err)


def write_out(chunks: Iterable[str]) -> None:
    """Write chunks of text to standard output.

    Raises:
        BrokenPipeError: the reader has stopped.
    """
    sys.stdout.writelines(map(escape_controls, chunks))
    sys.stdout.flush()
