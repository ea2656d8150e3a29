"""The command as a whole: help, version, entry points, exit codes and closed streams."""

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from smartflo_contract import __version__
from smartflo_contract.cli import cli, main

from .conftest import Run

SCRIPT = Path(sysconfig.get_path("scripts")) / "smartflo-contract"

EXAMPLES = re.findall(r"^ *smartflo-contract (\S+(?: \S+)*)", str(cli.help), re.MULTILINE)
"""The commands in the help, without their descriptions."""


OPTIONS_WITHOUT_VARIABLE = {
    "cells": 1,
    "coverage": 1,
    "faults": 1,
    "mutants": 2,
    "mutate": 5,
    "needs": 2,
    "quirks": 1,
    "record": 2,
    "sample": 1,
}
"""Number of options of a command that have no environment variable, because another command's has the name."""


def test_prints_version(run: Run) -> None:
    """--version prints name and version."""
    assert run("--version") == (0, f"smartflo-contract {__version__}\n", "")


def test_entry_points_run_the_same_command(run_process: Run) -> None:
    """The console script and the module print the same version."""
    script = subprocess.run([SCRIPT, "--version"], capture_output=True, text=True, check=True).stdout

    assert __version__ in script
    assert run_process("--version") == (0, script, "")


def test_every_summary_fits_command_list(run: Run) -> None:
    """The help lists each command with its whole first sentence in 80 columns."""
    commands = run("--help", COLUMNS="80").stdout.partition("Commands:\n")[2].splitlines()

    assert list(cli.commands) == [line.split()[0] for line in commands]
    for line in commands:
        name, summary = line.split(maxsplit=1)
        assert str(cli.commands[name].help).startswith(summary)
        assert summary.endswith(".")
        assert not summary.endswith("..")
        assert len(line) <= 80


@pytest.mark.parametrize("command", [None, *cli.commands])
def test_every_option_has_variable(run: Run, command: str | None) -> None:
    """Every command has help, and its options name their environment variables."""
    result = run(*([command] if command else []), "--help")
    options = result.stdout.partition("Options:")[2].partition("Commands:")[0]
    without_variable = sum(f"\n  {name}" in options for name in ("-h,", "--version", "--token", "--prompt"))
    without_variable += OPTIONS_WITHOUT_VARIABLE.get(str(command), 0)

    assert result.exit_code == 0
    assert options.count("SMARTFLO_") - options.count("SMARTFLO_TOKEN is") == options.count("\n  -") - without_variable


@pytest.mark.parametrize(
    "example", [example for example in EXAMPLES if not example.startswith("serve")], ids=lambda example: example
)
def test_examples_of_help_run(run: Run, leads: list[dict[str, Any]], tmp_path: Path, example: str) -> None:
    """Each example of the help exits with 0, with the files that it names. Other tests run `serve`."""
    content = json.dumps(leads)
    for name in ("leads.json", "old.json"):
        (tmp_path / name).write_text(content, encoding="utf-8")

    assert 0 == run(*example.split(), stdin=content.encode()).exit_code


def test_shows_help_without_command(run: Run) -> None:
    """The bare command prints its help and is a usage error."""
    result = run()

    assert result.exit_code == 2
    assert "Commands:" in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("smaple",), "sample"),
        (("sample", "--sed", "1"), "--seed"),
        (("sample", "-n", "-1"), "-1"),
        (("sample", "-n", "1000000000000"), "range"),
        (("sample", "--seed", "x"), "'x'"),
        (("sample", "--profile", "strict"), "documented"),
        (("sample", "--format", "xml"), "ndjson"),
        (("sample", "--columns", "a\nb"), "--columns"),
        (("sample", "--overlay", "absent.json"), "absent.json"),
        (("schema", "foo"), "leads"),
        (("schema", "lead", "more"), "more"),
        (("openapi", "--profile", "x"), "lenient"),
        (("explain", "led_id"), "lead_id"),
        (("explain", "/*/created_at/x"), "$date"),
        (("serve", "--port", "99999"), "65535"),
        (("serve", "--port", "http"), "http"),
        (("serve", "--workers", "0"), "workers"),
        (("serve", "--workers", "2"), "--read-only"),
        (("serve", "--quirk", "expired_token"), "expected NAME=VALUE, such as expired_token=200"),
        (
            ("serve", "--quirk", "lockout=429", "--quirk", "lockout = off"),
            "--quirk lockout: is set to 429 and to off; omit one",
        ),
        (("serve", "--fault", "rest"), "Did you mean `reset`?"),
        (("serve", "--fault", "503;at"), "expected settings such as at=3"),
        (("serve", "--fault", "503", "--read-only"), "remove the faults or read_only"),
        (("serve", "--quirk", "expired_tokn=200"), "Did you mean `expired_token`?"),
        (("serve", "--quirk", "expired_token=7"), "expected one of 401, 200, got '7'"),
        (("serve", "--auth", "maybe"), "off"),
        (("serve", "--config", "absent.toml"), "absent.toml"),
        (("serve", "--overlay", "absent.json"), "absent.json"),
        (("check",), "Missing argument 'SOURCE...'"),
        (("check", "x", "--profile", "strict"), "'strict' is not one of 'sample', 'documented', 'lenient'"),
        (("check", "x", "--fail-on", "info"), "'info' is not one of 'break', 'surprise', 'doc-only'"),
        (("check", "x", "--max-wait", "nan"), "nan is not a number of seconds."),
        (("check", "x", "--max-item", "10"), "10 is not in the range x>=1024"),
        (("diff", "before.json"), "Missing argument 'AFTER'."),
    ],
)
def test_prints_usage_error_in_one_line(run: Run, arguments: tuple[str, ...], message: str) -> None:
    """A usage error is one line on standard error that names the problem, with exit code 2."""
    result = run(*arguments)

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert message in result.stderr
    assert result.stderr.startswith("smartflo-contract: ")


def test_exits_quietly_if_reader_stops() -> None:
    """A reader that closes the pipe early, such as ``head``, ends the command by SIGPIPE, as it does other commands."""
    with subprocess.Popen(
        [SCRIPT, "sample", "-n", "20000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        stderr = process.stderr.read()

    assert (process.returncode, stderr) == (-signal.SIGPIPE, "")


def test_reports_internal_error_in_one_line(run: Run, responses: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash exits with 70, not as findings do; the line has its place and not its message, which may be personal."""

    def crash(*_: object, **__: object) -> None:
        message = "Zhuravl"
        raise KeyError(message)

    monkeypatch.setattr("smartflo_contract.live.checking.check.load_contract", crash)
    result = run("check", str(responses / "good.json"))

    assert (70, "") == (result.exit_code, result.stdout)
    expected = r"smartflo-contract: internal error: KeyError in live/checking/check\.py:[0-9]+\. This is a bug\. .*\n"
    assert re.fullmatch(expected, result.stderr)
    assert "Zhuravl" not in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_reports_full_disk() -> None:
    """Output that cannot be written is one line, with exit code 2."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run([SCRIPT, "sample"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert (2, "smartflo-contract: cannot write: No space left on device\n") == (done.returncode, done.stderr)


@pytest.mark.parametrize(("source", "exit_code"), [("good.json", 0), ("bad.json", 1), ("none.json", 3)])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_exits_with_code_if_stream_is_closed(
    responses: Path, monkeypatch: pytest.MonkeyPatch, stream: str, source: str, exit_code: int
) -> None:
    """The exit code does not depend on whether outputs are open; Python has ``None`` for a closed one."""
    monkeypatch.chdir(responses)
    monkeypatch.setattr(sys, stream, None)
    with pytest.raises(SystemExit) as caught:
        main(["check", source])
    getattr(sys, stream).close()  # the null device

    assert caught.value.code == exit_code


def test_interruption_has_its_exit_code_without_reader(responses: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C exits with 130, and not as wrong usage, if the reader of standard error has ended as well."""
    monkeypatch.chdir(responses)
    monkeypatch.setattr("smartflo_contract.live.check", Mock(side_effect=KeyboardInterrupt))
    monkeypatch.setattr("sys.stderr.write", Mock(side_effect=BrokenPipeError))
    with pytest.raises(SystemExit) as caught:
        main(["check", "good.json"])

    assert caught.value.code == 130


@pytest.mark.slow
def test_exits_with_code_if_shell_closes_streams(responses: Path) -> None:
    """A process that is started without outputs exits with the same code."""
    command = ["sh", "-c", 'exec "$0" "$@" >&- 2>&-', sys.executable, "-m", "smartflo_contract", "check", "bad.json"]

    assert subprocess.run(command, cwd=responses, check=False).returncode == 1


def test_prints_utf_8_in_every_locale(run_process: Run) -> None:
    """Output is UTF-8, whatever the locale says."""
    result = run_process("sample", "--columns", "\u0928\u093e\u092e", PYTHONIOENCODING="ascii", PYTHONUTF8="1")

    assert '\\"\u0928\u093e\u092e\\"' in result.stdout


def test_module_imports_nothing_from_working_folder(tmp_path: Path) -> None:
    """``python -m`` puts the working folder first on the path; a module there is not part of the command."""
    for name in ("click", "rich", "orjson", "jsonschema_rs"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')\n")
    done = subprocess.run(
        [sys.executable, "-m", "smartflo_contract", "explain", "priority"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize("shell", ["bash", *(pytest.param(name, marks=pytest.mark.slow) for name in ("zsh", "fish"))])
def test_completes_commands_in_shell(run_process: Run, shell: str) -> None:
    """The lines of the documentation print a script for each shell."""
    result = run_process(_SMARTFLO_CONTRACT_COMPLETE=f"{shell}_source")

    assert (0, "") == (result.exit_code, result.stderr)
    assert "smartflo_contract_completion" in result.stdout
