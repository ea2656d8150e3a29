"""What the command prints on a terminal: tables, colors and progress."""

import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.cli import main, output

from .conftest import Run, without_variables

Terminal = Callable[..., str]


class _TerminalStream(io.TextIOWrapper):
    """A stream in memory that claims to be a terminal."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="")

    def isatty(self) -> bool:
        return True

    def shown(self) -> str:
        self.flush()
        content: Any = self.buffer
        return str(content.getvalue().decode())


@pytest.fixture(name="terminal")
def _terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    """Return a function that runs the command on a terminal in memory and returns what is shown there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", *(without_variables().keys() ^ os.environ.keys())):
        monkeypatch.delenv(name, raising=False)

    def terminal(*arguments: str, stdout_is_terminal: bool = True) -> str:
        stream = _TerminalStream()
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr(sys, "stdout", stream if stdout_is_terminal else io.TextIOWrapper(io.BytesIO()))
        with pytest.raises(SystemExit):
            main(arguments)
        return stream.shown()

    return terminal


@pytest.fixture(name="show_progress_at_once")
def _show_progress_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "PROGRESS_DELAY_SECONDS", -1)


@pytest.fixture(name="many_leads")
def _many_leads(tmp_path: Path, leads: list[dict[str, Any]]) -> Path:
    """Return a file of 2,010 leads."""
    path = tmp_path / "leads.json"
    path.write_text(json.dumps(leads * 67), encoding="utf-8")
    return path


def test_draws_tables(terminal: Terminal) -> None:
    """On a terminal, a listing is a table with a bold header."""
    shown = terminal("explain")

    assert "\t" not in shown
    assert "\x1b[1m" in shown


@pytest.mark.parametrize("listing", ["faults", "quirks", "explain"])
def test_narrow_terminal_breaks_no_word(
    terminal: Terminal, run: Run, monkeypatch: pytest.MonkeyPatch, listing: str
) -> None:
    """At 80 columns, every word of a listing is whole, and so is the example at its end."""
    words = set(run(listing).stdout.split())
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", terminal(listing))

    assert set() == words - set(shown.split())
    assert max(map(len, shown.splitlines())) <= 80


def test_narrow_terminal_wraps_report_at_blanks(
    terminal: Terminal, responses: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 80 columns, a report breaks no word and no command in backticks; a file has the lines unwrapped."""
    report = responses / "report.txt"
    terminal("check", "bad.json", "--report", f"text={report}")
    content = report.read_text(encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "80")
    shown = terminal("check", "bad.json")

    assert content.split() == shown.split()
    assert max(map(len, shown.splitlines())) <= 80 < max(map(len, content.splitlines()))
    assert re.findall("`[^`]+`", content)
    assert re.findall("`[^`]+`", content) == re.findall("`[^`]+`", shown)


def test_obeys_no_color(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR removes the colors and keeps the table."""
    monkeypatch.setenv("NO_COLOR", "1")
    shown = terminal("explain", "lead_id")

    assert "\x1b[3" not in shown
    assert "24 hexadecimal digits" in shown


def test_prints_errors_in_one_line(terminal: Terminal) -> None:
    """An error is one line on a terminal as well."""
    assert terminal("explain", "led_id").count("\n") == 1


def test_quick_work_shows_no_progress(terminal: Terminal, many_leads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that ends before the delay leaves standard error empty."""
    monkeypatch.setattr(output, "PROGRESS_DELAY_SECONDS", 1e9)

    assert "" == terminal("sample", "-n", "5000", stdout_is_terminal=False)
    assert "" == terminal("check", str(many_leads), stdout_is_terminal=False)


@pytest.mark.usefixtures("show_progress_at_once")
def test_sample_shows_progress(terminal: Terminal) -> None:
    """If the leads go elsewhere, their number is shown while they are written."""
    assert "leads" in terminal("sample", "-n", "5000", stdout_is_terminal=False)


@pytest.mark.usefixtures("show_progress_at_once")
def test_check_shows_progress(terminal: Terminal, many_leads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leads, bytes, speed and remaining time are shown if the size is known."""
    monkeypatch.setenv("NO_COLOR", "1")
    shown = terminal("check", str(many_leads), str(many_leads), stdout_is_terminal=False)

    assert f"4,020 leads {2 * many_leads.stat().st_size / 1e6:.1f} MB " in shown
    assert re.search("[0-9.]+ MB/s 0:00:00", shown)


@pytest.mark.usefixtures("show_progress_at_once")
def test_record_shows_progress(
    terminal: Terminal, tmp_path: Path, leads: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording shows the same, and writes the fixture."""
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "few.json").write_text(json.dumps(leads * 6), encoding="utf-8")
    shown = terminal("record", "few.json", "-o", "fixture.json")

    assert re.search(r"[1-9][0-9]* leads [0-9.]+ kB ", shown)
    assert 180 == len(json.loads((tmp_path / "fixture.json").read_bytes()))


@pytest.mark.usefixtures("show_progress_at_once")
def test_check_of_pipe_shows_no_remaining_time(
    terminal: Terminal, many_leads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the size is not known, no remaining time is shown."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(many_leads.read_bytes())))
    shown = terminal("check", "-", stdout_is_terminal=False)

    assert "2,010 leads " in shown
    assert "MB/s" in shown
    assert not re.search(":[0-9]{2}", shown)


@pytest.mark.usefixtures("show_progress_at_once")
def test_mutate_shows_progress(terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The share of the mutants that are decided is shown with the remaining time."""
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "client.py").write_text(
        "import os, urllib.request\n"
        "url = os.environ['SMARTFLO_BASE_URL'] + '/v1/broadcast/leads/8668'\n"
        "urllib.request.urlopen(urllib.request.Request(url, headers={'Authorization': 'any'})).read()\n"
    )
    command = ("mutate", "--max", "1", "--", sys.executable, "-E", "client.py")
    shown = terminal(*command, stdout_is_terminal=False)

    assert re.search("mutants .* 100% 0:00:00", shown)


def test_detects_terminal() -> None:
    """A process on a real terminal draws tables."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "smartflo_contract", "explain", "lead_id"],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=without_variables(COLUMNS="200", TERM="xterm-256color"),
    ) as process:
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
    os.close(ours)

    assert process.returncode == 0
    assert b"\t" not in shown
    assert b"24 hexadecimal digits" in shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux reports that the other end is closed
        return b""
