"""What a person sees: the command on a terminal."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable

import pytest

Terminal = Callable[..., str]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


@pytest.fixture(name="terminal")
def _terminal() -> Terminal:
    """Return the function that runs the command on a terminal, and returns what it showed there."""

    def terminal(*arguments: str, stdout: int | None = None, before: str = "pass", **variables: str) -> str:
        ours, theirs = pty.openpty()
        environment = os.environ | {"COLUMNS": "200", "TERM": "xterm-256color"} | variables
        with subprocess.Popen(
            [sys.executable, "-c", f"from smartflo_contract import cli; {before}; cli.main()", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=theirs if stdout is None else stdout,
            stderr=theirs,
            env=environment,
        ) as process:
            os.close(theirs)
            shown = b"".join(iter(lambda: _read(ours), b""))
            process.wait(60)
        os.close(ours)
        return shown.decode()

    return terminal


def test_tables_are_drawn(terminal: Terminal) -> None:
    """On a terminal the listing is a table with its header in bold."""
    shown = terminal("explain")

    assert "\t" not in shown
    assert "\x1b[1m" in shown


def test_no_color_is_obeyed(terminal: Terminal) -> None:
    """NO_COLOR takes the colours away and leaves the table."""
    shown = terminal("explain", "lead_id", NO_COLOR="1")

    assert "\x1b[3" not in shown
    assert "24 hexadecimal digits" in shown


def test_errors_are_one_line_here_too(terminal: Terminal) -> None:
    """A mistake is told in one line on a terminal as well."""
    assert terminal("explain", "led_id").count("\n") == 1


def test_quick_work_shows_no_progress(terminal: Terminal) -> None:
    """Work that ends at once leaves standard error empty."""
    shown = terminal("sample", "-n", "10", stdout=subprocess.DEVNULL)

    assert "leads" not in shown


def test_long_work_shows_progress(terminal: Terminal) -> None:
    """Work that takes longer than the quiet time, here none, tells how far it is when its output goes elsewhere."""
    shown = terminal("sample", "-n", "20000", stdout=subprocess.DEVNULL, before="cli._QUIET_SECONDS = -1")

    assert "leads" in shown
