"""Sources of check, diff and record: list ids, tokens and the credentials that a user types."""

import getpass
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from smartflo_contract.cli import main
from smartflo_contract.pytest_plugin import Smartflo

from .conftest import Result, Run, without_variables

CLOSED_PORT = "http://127.0.0.1:9/v1/broadcast/leads/8668"
NOT_HTTPS = "http://api.example.com/v1/broadcast/leads/8668"
"""Rejected before a request is sent."""

Type = Callable[..., Result]


def read_terminal(terminal: int) -> bytes:
    """Return what a process has written to its terminal; empty when it has ended."""
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux reports that the other end is closed
        return b""


@pytest.mark.usefixtures("responses")
def test_reads_list_of_api(run: Run, smartflo: Smartflo) -> None:
    """A number is a list id at the base URL of a flag or variable; the token comes from the environment."""
    created = smartflo.add_list(leads=30)
    token = {"SMARTFLO_TOKEN": smartflo.token}
    assert 0 == run("check", str(created.id), "--base-url", f"{smartflo.url}/", **token).exit_code
    result = run("check", str(created.id), "good.json", SMARTFLO_BASE_URL=smartflo.url, **token)

    assert f"{created.url}: 30 leads" in result.stdout
    smartflo.assert_called("GET", f"/v1/broadcast/leads/{created.id}", times=2)


def test_reads_token_from_variable_or_file(run: Run, tmp_path: Path, smartflo: Smartflo) -> None:
    """--token names a variable or a file."""
    created = smartflo.add_list(leads=30)
    (tmp_path / "token").write_text(f"{smartflo.token}\n", encoding="utf-8-sig")  # as Notepad writes it
    for location in ("env:CRM_TOKEN", "file:token"):
        assert 0 == run("check", created.url, "--token", location, CRM_TOKEN=smartflo.token).exit_code
    smartflo.assert_called("GET", f"/v1/broadcast/leads/{created.id}", times=2)


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("env:NO_SUCH", "--token: environment variable NO_SUCH is not set"),
        ("file:none", "--token: file none does not exist"),
        ("file:.", "--token: file . cannot be read or holds no token"),
        ("env:", "--token: expected env:NAME or file:PATH"),
        ("the-token-itself", "--token: expected env:NAME or file:PATH"),
    ],
)
def test_rejects_token_on_command_line(run: Run, location: str, message: str) -> None:
    """A token on the command line is neither used nor shown."""
    result = run("check", CLOSED_PORT, "--token", location)

    assert (2, "") == (result.exit_code, result.stdout)
    assert message in result.stderr
    assert "itself" not in result.stderr


@pytest.mark.parametrize(
    ("source", "options", "exit_code", "message"),
    [
        ("none.json", [], 3, "cannot read none.json: No such file or directory"),
        ("8668", [], 2, "file 8668 does not exist; to read list 8668 from the API, set --base-url"),
        ("", [], 3, "cannot read a source whose name is empty; name a file, a URL or - for standard input"),
        ("#8668", [], 3, "cannot read #8668: No such file or directory"),
        ("8668", ["--base-url", "api.example.com"], 3, "expected an https URL such as https://api-smartflo"),
        ("http://127.0.0.1:9/v1/broadcast/start/1", [], 3, "was not sent: it starts or stops a broadcast"),
        ("http://[::1/v1/broadcast/leads/1?token=x", [], 3, "expected a URL such as https://api.example.com/v1/"),
        ("http://127.0.0.1:99999/v1/broadcast/leads/1", [], 3, "expected a URL such as https://api.example.com/v1/"),
        ("http://127.0.0.1:x/v1/broadcast/leads/1", [], 3, "expected a URL such as https://api.example.com/v1/"),
        ("127.0.0.1:9/v1/broadcast/leads/1", [], 3, "No such file or directory; a URL begins with https:// or http://"),
        (NOT_HTTPS, [], 3, "http"),
    ],
)
def test_rejects_source_in_one_line(run: Run, source: str, options: list[str], exit_code: int, message: str) -> None:
    """A source that cannot be read is one line."""
    result = run("check", source, *options)

    assert (exit_code, "") == (result.exit_code, result.stdout)
    assert message in result.stderr
    assert 1 == result.stderr.count("\n")


@pytest.mark.usefixtures("responses")
def test_reports_invalid_url_beside_other_sources(run: Run) -> None:
    """A URL that cannot even be split is a finding, without its query, and the file is checked."""
    result = run("check", "http://[::1/v1?token=hunter2", "good.json")

    assert (3, True) == (result.exit_code, "unreadable-source" in result.stdout)
    assert "hunter2" not in result.stdout + result.stderr


# --- Prompts


@pytest.fixture(name="type_in_terminal")
def _type_in_terminal(tmp_path: Path) -> Type:
    """Return a function that runs the command as a process on a terminal, and types a line at each prompt."""

    def type_in_terminal(*arguments: str, lines: Iterable[str]) -> Result:
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "smartflo_contract", *arguments],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            cwd=tmp_path,
            env=without_variables(),
            start_new_session=True,  # without its own session, it would use the terminal of the test run
        ) as process:
            os.close(theirs)
            shown, typed = b"", iter(lines)
            while piece := read_terminal(ours):
                shown += piece
                if shown.endswith(b": "):  # echo is off from here on
                    os.write(ours, f"{next(typed)}\n".encode())
            assert process.stdout is not None
            stdout = process.stdout.read()
        os.close(ours)
        return Result(process.returncode, stdout.decode(), shown.decode())

    return type_in_terminal


def test_prompts_for_token(type_in_terminal: Type, smartflo: Smartflo) -> None:
    """A typed token reads the list and is never shown; there is no prompt for a login and no login."""
    created = smartflo.add_list(leads=30)
    result = type_in_terminal("check", created.url, "--prompt", lines=[smartflo.token])

    assert (0, 1) == (result.exit_code, result.stderr.count(": \r\n"))
    assert smartflo.token not in result.stderr + result.stdout
    smartflo.assert_called("GET", f"/v1/broadcast/leads/{created.id}", times=1)
    smartflo.assert_not_called("POST", "/v1/auth/login")


def test_prompts_for_login(type_in_terminal: Type, smartflo: Smartflo) -> None:
    """Without a token, e-mail and password are requested; record prompts as check does."""
    created = smartflo.add_list(leads=30)
    lines = ["", smartflo.email, smartflo.password]
    result = type_in_terminal("record", created.url, "-o", "fixture.json", "--prompt", lines=lines)

    assert result.exit_code == 0
    assert result.stderr.startswith(
        "Access token (leave empty to log in): \r\nE-mail: \r\nPassword: \r\nfixture.json: "
    )
    assert smartflo.email not in result.stdout + result.stderr
    smartflo.assert_called("POST", "/v1/auth/login", times=1)


@pytest.fixture(name="type_in_process")
def _type_in_process(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Return a function that runs the command in process, and returns a line or raises an error at each prompt."""
    for name in without_variables().keys() ^ os.environ.keys():
        monkeypatch.delenv(name)

    def type_in_process(*arguments: str, lines: Sequence[str | Exception]) -> Result:
        typed = iter(lines)

        def read_hidden_line(prompt: str) -> str:
            assert prompt
            line = next(typed)
            if isinstance(line, Exception):
                raise line
            return line

        monkeypatch.setattr(getpass, "getpass", read_hidden_line)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert isinstance(caught.value.code, int)
        return Result(caught.value.code, *capsys.readouterr())

    return type_in_process


def test_prompts_once_for_several_sources(type_in_process: Type, smartflo: Smartflo) -> None:
    """One login serves all sources."""
    created = smartflo.add_list(leads=30)
    lines = ["", smartflo.email, smartflo.password]

    assert 0 == type_in_process("check", created.url, created.url, "--prompt", lines=lines).exit_code
    smartflo.assert_called("POST", "/v1/auth/login", times=1)


def test_rejected_login_is_not_shown(type_in_process: Type, smartflo: Smartflo) -> None:
    """The message does not show the typed credentials."""
    lines = ["", smartflo.email, "wrong"]
    result = type_in_process("check", smartflo.add_list().url, "--prompt", lines=lines)

    assert 3 == result.exit_code
    assert "status 401" in result.stderr
    assert smartflo.email not in result.stderr
    assert "wrong" not in result.stderr


@pytest.mark.parametrize(
    ("line", "exit_code", "message"),
    [
        (EOFError(), 130, "interrupted"),
        (
            UnicodeDecodeError("utf-8", b"caf\xff-token", 3, 4, ""),
            2,
            "--prompt: the input is not valid in the encoding",
        ),
        ("café-token", 3, "token"),
    ],
    ids=["end of input", "wrong encoding", "not sendable"],
)
def test_unusable_input_is_one_line(type_in_process: Type, line: str | Exception, exit_code: int, message: str) -> None:
    """The end of the input exits; input that is not a token is one line that does not show it."""
    result = type_in_process("check", CLOSED_PORT, "--prompt", lines=[line])

    assert exit_code == result.exit_code
    assert message in result.stderr.strip().splitlines()[-1]
    assert "-token" not in result.stderr


@pytest.mark.parametrize(
    ("source", "options", "variables"),
    [("none.json", ["--prompt"], {}), (NOT_HTTPS, ["--prompt"], {"SMARTFLO_TOKEN": "any"}), (NOT_HTTPS, [], {})],
    ids=["file", "credentials in environment", "no --prompt"],
)
def test_does_not_prompt_without_need(
    type_in_process: Type,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    options: list[str],
    variables: dict[str, str],
) -> None:
    """There is no prompt for a file, with credentials in the environment, or without ``--prompt``."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = type_in_process("check", source, *options, lines=[])

    assert (3, 1) == (result.exit_code, result.stderr.count("\n"))
    assert result.stderr.startswith("smartflo-contract: ")


@pytest.mark.parametrize("command", [["check"], ["record", "-o", "fixture.json"]])
def test_prompt_requires_terminal(run: Run, command: list[str]) -> None:
    """If standard input is not a terminal, the message names the variables."""
    result = run(*command, NOT_HTTPS, "--prompt")

    assert (2, "", 1) == (result.exit_code, result.stdout, result.stderr.count("\n"))
    assert "standard input is not a terminal; set SMARTFLO_TOKEN, or SMARTFLO_EMAIL and SMARTFLO_PASS" in result.stderr
