"""What a person sees: the command on a terminal."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import pytest

from smartflo_contract.factories import lead
from smartflo_contract.pytest_plugin import Smartflo

Terminal = Callable[..., str]
Asked = Callable[..., tuple[int, str, str]]
AT_ONCE = "from smartflo_contract.cli import output; output.PROGRESS_DELAY_SECONDS = -1"
SOURCE = "http://127.0.0.1:9/v1/broadcast/leads/8668"
"""Where nobody listens."""
REFUSED = "http://api.example.com/v1/broadcast/leads/8668"
"""What is not asked for, as it is not https."""


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


@pytest.fixture(name="terminal")
def _terminal() -> Terminal:
    """Return the function that runs the command on a terminal, and returns what it showed there."""

    def terminal(
        *arguments: str,
        stdin: int | IO[bytes] = subprocess.DEVNULL,
        stdout: int | None = None,
        before: str = "pass",
        **variables: str,
    ) -> str:
        ours, theirs = pty.openpty()
        environment = os.environ | {"COLUMNS": "200", "TERM": "xterm-256color"} | variables
        with subprocess.Popen(
            [sys.executable, "-c", f"from smartflo_contract import cli; {before}; cli.main()", *arguments],
            stdin=stdin,
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
    shown = terminal("sample", "-n", "20000", stdout=subprocess.DEVNULL, before=AT_ONCE)

    assert "leads" in shown


@pytest.fixture(name="leads", scope="module")
def _leads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("check") / "leads.json"
    path.write_text(json.dumps([lead(0, 8668, index) for index in range(2_000)]), encoding="utf-8")
    return path


def test_a_check_that_takes_long(terminal: Terminal, leads: Path) -> None:
    """Leads, bytes, speed and the time that is left are told, where it is known how much there is to read."""
    shown = terminal("check", str(leads), str(leads), stdout=subprocess.DEVNULL, before=AT_ONCE, NO_COLOR="1")

    assert f"4,000 leads {2 * leads.stat().st_size / 1e6:.1f} MB " in shown
    assert re.search("[0-9.]+ MB/s 0:00:00", shown)


def test_a_recording_that_takes_long(terminal: Terminal, leads: Path, tmp_path: Path) -> None:
    """A recording tells the same, and is a fixture."""
    (tmp_path / "few.json").write_text(json.dumps(json.loads(leads.read_bytes())[:200]), encoding="utf-8")
    arguments = ("record", str(tmp_path / "few.json"), "-o", str(tmp_path / "fixture.json"))
    shown = terminal(*arguments, before=AT_ONCE, NO_COLOR="1")

    assert re.search(r"[1-9][0-9]* leads [0-9.]+ kB ", shown)
    assert 200 == len(json.loads((tmp_path / "fixture.json").read_bytes()))


def test_a_check_of_a_pipe(terminal: Terminal, leads: Path) -> None:
    """No time is told where nobody knows how much there is to read."""
    with subprocess.Popen(["cat", str(leads)], stdout=subprocess.PIPE) as pipe:
        assert pipe.stdout is not None
        shown = terminal("check", "-", stdin=pipe.stdout, stdout=subprocess.DEVNULL, before=AT_ONCE, NO_COLOR="1")

    assert "2,000 leads " in shown
    assert "MB/s" in shown
    assert not re.search(":[0-9]{2}", shown)


def test_a_quick_check_shows_no_progress(terminal: Terminal, leads: Path) -> None:
    """What ends before the quiet time does leaves standard error as it is."""
    assert "" == terminal(
        "check",
        str(leads),
        stdout=subprocess.DEVNULL,
        before="from smartflo_contract.cli import output; output.PROGRESS_DELAY_SECONDS = 1e9",
    )


@pytest.fixture(name="asked")
def _asked(tmp_path: Path) -> Asked:
    """Return the function that runs the command, types a line at each question, and returns code and outputs."""

    def asked(*arguments: str, typed: Sequence[bytes], **variables: str) -> tuple[int, str, str]:
        ours, theirs = pty.openpty()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SMARTFLO_")}
        with subprocess.Popen(
            [sys.executable, "-m", "smartflo_contract", *arguments],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            cwd=tmp_path,
            env=clean | variables,
            start_new_session=True,  # or it would ask on the terminal that runs the tests
        ) as process:
            os.close(theirs)
            shown, lines = b"", iter(typed)
            while piece := _read(ours):
                shown += piece
                if shown.endswith(b": "):  # what is typed from here on is hidden
                    os.write(ours, next(lines, b"\x04"))
            assert process.stdout is not None
            told = process.stdout.read()
        os.close(ours)
        return process.returncode, shown.decode(), told.decode()

    return asked


@pytest.mark.parametrize("command", [["check"], ["record", "-o", "fixture.json"]])
def test_a_token_is_asked_for(asked: Asked, smartflo: Smartflo, command: list[str]) -> None:
    """A token that is typed opens the list, and is shown nowhere; a login is not asked for then."""
    made = smartflo.add_list(leads=30)
    code, shown, told = asked(*command, made.url, "--prompt", typed=[f"{smartflo.token}\n".encode()])

    assert (0, 1) == (code, shown.count(": \r\n"))
    assert smartflo.token not in shown + told
    smartflo.assert_called("GET", f"/v1/broadcast/leads/{made.id}", times=1)
    smartflo.assert_not_called("POST", "/v1/auth/login")


def test_a_login_is_asked_for(asked: Asked, smartflo: Smartflo) -> None:
    """Whoever types no token is asked for e-mail and password."""
    made = smartflo.add_list(leads=30)
    lines = [b"\n", f"{smartflo.email}\n".encode(), f"{smartflo.password}\n".encode()]
    code, shown, told = asked("check", made.url, made.url, "--prompt", typed=lines)

    assert (0, "Access token (leave empty to log in): \r\nE-mail: \r\nPassword: \r\n") == (code, shown)
    assert smartflo.email not in told
    smartflo.assert_called("POST", "/v1/auth/login", times=1)


def test_a_login_that_is_refused(asked: Asked, smartflo: Smartflo) -> None:
    """The message does not show what was typed."""
    lines = [b"\n", f"{smartflo.email}\n".encode(), b"wrong\n"]
    code, shown, _ = asked("check", smartflo.add_list().url, "--prompt", typed=lines)

    assert (3, True) == (code, "was refused: status 401" in shown)
    assert smartflo.email not in shown
    assert "wrong" not in shown


@pytest.mark.parametrize(
    ("typed", "code", "told"),
    [
        (b"\x04", 130, "interrupted"),
        (b"caf\xff-token\n", 2, "--prompt: the input is not valid in the encoding of this terminal"),
        ("café-token\n".encode(), 3, "the token cannot be sent"),
    ],
)
def test_what_cannot_be_typed(asked: Asked, typed: bytes, code: int, told: str) -> None:
    """An end of what is typed ends the command; what is no token is told in a line, and not shown."""
    done, shown, _ = asked("check", SOURCE, "--prompt", typed=[typed], PYTHONIOENCODING="utf-8:strict")

    assert code == done
    assert told in shown.splitlines()[1]
    assert "-token" not in shown


@pytest.mark.parametrize(
    ("source", "variables", "code"),
    [("none.json", {}, 3), (REFUSED, {"SMARTFLO_TOKEN": "any"}, 3), (REFUSED, {}, 3)],
    ids=["a file", "a token", "no --prompt"],
)
def test_when_nothing_is_asked(asked: Asked, source: str, variables: dict[str, str], code: int) -> None:
    """There is no question about a file, nor where there are credentials, nor without ``--prompt``."""
    options = ["--prompt"] if variables or source != REFUSED else []
    done, shown, _ = asked("check", source, *options, typed=[], **variables)

    assert (code, 1) == (done, shown.count("\n"))
    assert shown.startswith("smartflo-contract: ")


def test_a_prompt_needs_a_terminal(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Elsewhere it is said what to do instead."""
    for command in (["check"], ["record", "-o", "fixture.json"]):
        done = run(*command, REFUSED, "--prompt")
        told = "standard input is not a terminal; set SMARTFLO_TOKEN, or SMARTFLO_EMAIL and SMARTFLO_PASSWORD"

        assert (2, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
        assert told in done.stderr
