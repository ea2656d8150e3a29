"""Everything that the command prints: streams, tables, progress, warnings and the banner of ``serve``."""

import json
import os
import re
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, Final

from smartflo_contract.cli.terminal import echo, write_out
from smartflo_contract.schemas.printable import escape_controls

if TYPE_CHECKING:
    from smartflo_contract.mock_server import Config
    from smartflo_contract.schemas.contradictions import Contradiction
    from smartflo_contract.schemas.explain import Explanation
    from smartflo_contract.schemas.needs import Needs

PROGRESS_DELAY_SECONDS: Final = 2.0
_LEADS_PER_UPDATE: Final = 4096
_BLOCK_COLUMNS: Final = 2
"""Number of columns of a row that is printed as a block."""
_COLUMN_GAP_CHARACTERS: Final = 2
_QUOTED: Final = re.compile("`[^`]*`")
_NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"
_PROXY_VARIABLES: Final = frozenset({"all_proxy", "http_proxy"})


def prepare_streams() -> None:
    """Make both outputs accept any string, even if the caller has closed them."""
    for descriptor, name in enumerate(("stdout", "stderr"), start=1):
        if getattr(sys, name) is None:
            _occupy(descriptor)
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # The output is JSON or quotes it; a file name may not be decodable.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _occupy(descriptor: int) -> None:
    """Open a closed file descriptor, so that no other file becomes ``/dev/stdout``. Writing to it is an error."""
    try:
        os.fstat(descriptor)
    except OSError:
        opened = os.open(os.devnull, os.O_RDONLY)
        if opened != descriptor:
            os.dup2(opened, descriptor, inheritable=False)
            os.close(opened)


def write(chunks: Iterable[str]) -> None:
    """Write to standard output."""
    write_out(chunks)


def print_json(document: object) -> None:
    """Print a JSON document, indented."""
    echo(json.dumps(document, indent=2, ensure_ascii=False))


def json_array(items: Iterable[str]) -> Iterator[str]:
    """Yield a JSON array with one item per line."""
    opening = "["
    for item in items:
        yield f"{opening}\n{item}"
        opening = ","
    yield "[]\n" if opening == "[" else "\n]\n"


def print_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    """Print a Python warning as one line, without the location in this program's code."""
    echo(f"warning: {message}", err=True)


def warn_about_phones(phones: str | None) -> None:
    """Print a warning if phone numbers may belong to a person."""
    if phones == "valid":
        echo(
            "warning: --phones valid generates numbers that may belong to a person; do not let anything dial them",
            err=True,
        )


# --- Progress


def with_progress(lines: Iterable[str], count: int) -> Iterator[str]:
    """Yield lines unchanged, and show progress unless they go to a terminal.

    Args:
        lines: one lead each.
        count: number of lines.
    """
    if sys.stdout.isatty():
        yield from lines
        return
    with _progress(total=count) as update:
        for done, line in enumerate(lines, start=1):
            yield line
            if update and done % _LEADS_PER_UPDATE == 0:
                update(completed=done)


@contextmanager
def leads_progress() -> Iterator[Callable[[int, int, int | None], None] | None]:
    """Show leads, bytes, speed and, if the size is known, remaining time.

    Yields:
        A function to call with leads read, bytes read and total bytes; ``None`` without a terminal.
    """
    with _progress("{task.fields[leads]:,} leads", leads=0, total=None) as update:
        yield update and (lambda leads, read, total: update(leads=leads, completed=read, total=total))


@contextmanager
def mutants_progress() -> Iterator[Callable[[int, int], None]]:
    """Show how many mutants are decided, and the remaining time.

    Yields:
        A function to call with the number of mutants that are decided, and that of all.
    """
    with _progress(task_name="mutants", total=None) as update:
        yield lambda done, total: None if update is None else update(completed=done, total=total)


@contextmanager
def runs_progress() -> Iterator[Callable[[str, int], None]]:
    """Show how often a command has run, and what for.

    Yields:
        A function to call with what is searched and the number of runs.
    """
    with _progress("{task.fields[phase]}: {task.completed} runs", is_of_bytes=False, phase="", total=None) as update:
        yield lambda phase, runs: None if update is None else update(phase=phase, completed=runs)


@contextmanager
def accounts_progress() -> Iterator[Callable[[int, int], None]]:
    """Show how many accounts are read or written, and the remaining time.

    Yields:
        A function to call with the number of accounts that are done, and that of all.
    """
    with _progress(task_name="accounts", total=None) as update:
        yield lambda done, total: None if update is None else update(completed=done, total=total)


@contextmanager
def _progress(
    label: str | None = None, *, task_name: str = "leads", is_of_bytes: bool = True, **fields: Any
) -> Iterator[Callable[..., None] | None]:
    """Show progress on standard error, if it is a terminal and the work takes longer than two seconds.

    Args:
        label: first column, before bytes, speed and time; ``None`` for a bar.
        task_name: what a bar counts.
        is_of_bytes: whether a label is followed by bytes, speed and time.
        fields: initial fields of the task.

    Yields:
        A function that updates fields of the task; ``None`` without a terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import FileSizeColumn, Progress, ProgressColumn, TimeRemainingColumn, TransferSpeedColumn

    columns: list[str | ProgressColumn] = [] if label is None else [label]
    if label is not None and is_of_bytes:
        columns += [FileSizeColumn(), TransferSpeedColumn(), TimeRemainingColumn()]
    # By default, Rich would capture standard output and print the leads above its bar.
    progress = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
    task, started = progress.add_task(task_name, **fields), time.monotonic()

    def update(**changes: Any) -> None:
        progress.update(task, **changes)
        if time.monotonic() - started > PROGRESS_DELAY_SECONDS:
            progress.start()

    try:
        yield update
    finally:
        progress.stop()


# --- Tables


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, err: bool = False) -> None:
    """Print an aligned table on a terminal, tab-separated lines elsewhere.

    If the terminal is too narrow for whole words, each row is a block with one line for each cell.

    Args:
        header: titles of the columns; empty strings for a table without header.
        rows: cells.
        err: print to standard error.
    """
    stream = sys.stderr if err else sys.stdout
    if not stream.isatty():
        for row in [header, *rows] if any(header) else rows:
            echo("\t".join(row), err=err)
        return
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    console = Console(stderr=err)
    if len(header) > _BLOCK_COLUMNS and _min_width(header, rows) > console.width:
        for number, row in enumerate(rows):
            if number:
                echo(err=err)
            print_table(("", ""), list(zip(header, row, strict=True)), err=err)
        return
    columns = [Column(title, overflow="fold", no_wrap=number == 0) for number, title in enumerate(header)]
    table = Table(*columns, show_header=any(header), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, map(escape_controls, row)))
    console.print(table)


def _min_width(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return the width that a table needs if it is wrapped at blanks only, and not at all in its first column."""
    names, *columns = zip(header, *rows, strict=True)
    words = (max(len(word) for cell in column for word in cell.split() or [""]) for column in columns)
    return max(map(len, names)) + sum(_COLUMN_GAP_CHARACTERS + width for width in words)


def wrap_for_terminal(content: str) -> str:
    """Return text whose long lines are wrapped at blanks if standard output is a terminal, except in backticks."""
    if not sys.stdout.isatty():
        return content
    width = get_terminal_size().columns
    return "".join(f"{_wrap(line, width)}\n" for line in content.splitlines())


def _wrap(line: str, width: int) -> str:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    unbroken = _QUOTED.sub(lambda match: match[0].replace(" ", _NO_BREAK_SPACE), line)
    lines = textwrap.wrap(
        unbroken, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    return "\n".join(lines).replace(_NO_BREAK_SPACE, " ")


def print_explanation(explanation: "Explanation") -> None:
    """Print what the contract states about one key."""
    rows = [("key", explanation.pointer), ("description", explanation.description)]
    rows += list(explanation.readings.items())
    rows += [(f"{label} in", source) for label, source in explanation.evidence.items()]
    rows += [("known value", f"{value}: {label} ({evidence})") for value, label, evidence in explanation.known_values]
    rows += [("rule", f"{name}: {claim}") for name, claim in explanation.rules]
    rows += [("personal", "yes: masked in findings")] if explanation.personal else []
    print_table(("", ""), rows)
    for contradiction in explanation.contradictions:
        echo()
        print_contradiction(contradiction)


def print_contradiction(contradiction: "Contradiction") -> None:
    """Print both readings of a contradiction, their evidence, and which one is followed."""
    rows = [("contradiction", f"{contradiction.id}: {contradiction.title}")]
    rows += list(contradiction.readings.items())
    rows += [("visible in values", "yes" if contradiction.shows_in_values else "no")]
    rows += [(f"{label} in", source) for label, source in contradiction.evidence.items()]
    rows += [("followed", contradiction.followed)]
    print_table(("", ""), rows)


def print_needs(needs: "Needs", pointer: str | None = None, *, err: bool = False) -> None:
    """Print what a client needs, and why.

    Args:
        needs: the needs.
        pointer: JSON pointer of a key, ``*`` for the index; ``None`` for all keys.
        err: print to standard error.
    """
    from smartflo_contract.schemas.needs import need_rows

    rows = [row for row in need_rows(needs) if pointer is None or f"{row[0]}/".startswith(f"{pointer}/")]
    if not rows:
        what = "any key" if pointer is None else pointer
        echo(f"According to {needs.name}, your code does not need {what}.", err=err)
        return
    print_table(("key", "needs", "why"), rows, err=err)


# --- The banner of serve


def print_banner(config: "Config", url: str) -> None:
    """Print what a fake serves and an example request, on standard error.

    Args:
        config: settings of the fake.
        url: its scheme, host and port.
    """
    from smartflo_contract import __version__
    from smartflo_contract.mock_server.lists.configured_lists import configured_lists

    header = "" if config.auth == "off" else " --header 'Authorization: Bearer any-text'"
    echo(
        f"Fake Smartflo {__version__}: profile {config.profile}, seed {config.seed}. Not affiliated with the vendor.\n"
        f"Try: curl --request GET --url {url}/v1/broadcast/leads/8668 --header 'accept: application/json'{header}\n",
        err=True,
    )
    rows = [
        (str(definition.id), definition.name, str(len(definition.columns)), f"{definition.size:,}")
        for definition in configured_lists(config)
    ]
    print_table(("list id", "name", "columns", "leads"), rows, err=True)
    echo(
        f"\n{_admin_line(config, url)}\n"
        "Special list ids return errors, empty lists or any number of leads: see magic-ids.md in the folder that "
        "`smartflo-contract docs` prints. Stop with Ctrl-C.",
        err=True,
    )
    _warn_about_proxy(url)


def _warn_about_proxy(url: str) -> None:
    """Print a warning if clients of this machine would send requests for the fake to a proxy."""
    if _PROXY_VARIABLES.isdisjoint(map(str.lower, os.environ)):
        return
    from smartflo_contract.live.client.proxies import proxy_warning

    warning = proxy_warning(url)
    if warning:
        echo(f"warning: {warning}", err=True)


def _admin_line(config: "Config", url: str) -> str:
    """Return where the admin API is, or how to enable it."""
    from smartflo_contract.mock_server.admin.route import PREFIX
    from smartflo_contract.schemas.hosts import is_loopback

    if config.admin_token is None and not is_loopback(config.host, allow_subdomains=True):
        return f"Admin API: disabled, because {config.host} is not loopback. Set SMARTFLO_ADMIN_TOKEN to enable it."
    return f"Console: {url}\nAdmin API: {url}{PREFIX}"
