"""The command ``mutate``."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from .conftest import Run, without_variables

CLIENT = """
import json, os, urllib.request
url, token = os.environ["SMARTFLO_BASE_URL"], os.environ["SMARTFLO_TOKEN"]
request = urllib.request.Request(url + "/v1/broadcast/leads/8668", headers={"Authorization": token})
leads = json.load(urllib.request.urlopen(request))
print("read", len(leads))
assert all(isinstance(lead["retry_count"], int) for lead in leads)
"""

HANGS_WITH_A_MUTANT = """
runs = open("runs", "a+")
runs.write("x")
runs.seek(0)
if len(runs.read()) > 4:  # the third run with a mutant
    open("pid", "w").write(str(os.getpid()))
    os.rename("pid", "hangs")
    __import__("time").sleep(600)
"""
"""Added to a client: two runs without a mutant and two with one pass, the next one does not end."""
INTERRUPTED = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent process may ignore the signal
from smartflo_contract.cli import main
main()
"""


@pytest.fixture(name="command")
def _command(tmp_path: Path) -> tuple[str, ...]:
    """Return a command that reads leads, and asserts something about one key."""
    (tmp_path / "client.py").write_text(CLIENT)
    return (sys.executable, "-E", str(tmp_path / "client.py"))


def test_reports_what_nothing_notices(run: Run, command: tuple[str, ...], tmp_path: Path) -> None:
    """The text has scores and survivors; reports are written as well; a low score is exit code 1 with --fail-under."""
    options = ("--kind", "breaking", "--max", "6", "--jobs", "2", "--fail-under", "99", "--report", "json=report.json")
    result = run("mutate", *options, "--", *command)

    assert result.exit_code == 1
    assert "ignored: nothing shows that your code reads" in result.stdout
    assert "minimum 99%" in result.stderr
    mutants = [
        mutant
        for file in json.loads((tmp_path / "report.json").read_text())["files"].values()
        for mutant in file["mutants"]
        if mutant["status"] in {"Killed", "Survived"}
    ]
    assert len(mutants) == 6


@pytest.mark.slow
def test_reproduces_one_mutant(run_process: Run, command: tuple[str, ...]) -> None:
    """--mutant shows the output of the command, says how often it was served, and exits with the command's code."""
    result = run_process("mutate", "--mutant", "retry_count:retype-string", "--", *command)

    assert (1, "read 25\n") == (result.exit_code, result.stdout)
    assert "AssertionError" in result.stderr
    assert "retry_count:retype-string: served 1 time; exit code 1" in result.stderr


def test_shows_the_output_of_a_command_that_fails_without_a_mutant(run: Run) -> None:
    """The last lines of its output come before the error, without what controls a terminal."""
    code = "import sys; print('1 test failed\\n\\x1b[31mexpected 3'); sys.exit(1)"
    result = run("mutate", "--", sys.executable, "-S", "-E", "-c", code)

    assert (2, "") == (result.exit_code, result.stdout)
    *lines, error = result.stderr.splitlines()
    assert ["1 test failed", "\\u001b[31mexpected 3"] == lines
    assert "fails without a mutant (exit code 1: " in error


@pytest.mark.slow
def test_interrupted_run_reports_what_is_known(tmp_path: Path) -> None:
    """Ctrl-C kills the command that is running, prints and writes the results so far, and exits with 130."""
    (tmp_path / "client.py").write_text(CLIENT + HANGS_WITH_A_MUTANT)
    arguments = ("mutate", "--timeout", "600", "--report", "json=report.json", "--", sys.executable, "-E", "client.py")
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, *arguments],
        cwd=tmp_path,
        env=without_variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not (tmp_path / "hangs").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "note: the run was interrupted" in output
    assert not psutil.pid_exists(int((tmp_path / "hangs").read_text()))
    files = json.loads((tmp_path / "report.json").read_text())["files"].values()
    decided = [mutant for file in files for mutant in file["mutants"] if mutant["status"] in {"Killed", "Survived"}]
    assert len(decided) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--mutant", "lead_id:remvoe", "--", "true"), "Did you mean `lead_id:remove`?"),
        (("--report", "pdf=x", "--", "true"), "expected FORM=FILE"),
        (("--report", "html", "--", "true"), "expected FORM=FILE"),
        (("--report", "html=a", "--report", "json=a", "--", "true"), "can be used only once"),
        (("--report", "html=missing/a.html", "--", "true"), "cannot write missing/a.html"),
        (("--overlay", "missing.json", "--", "true"), "missing.json"),
        (("--", "no-such-program"), "no-such-program: cannot be started"),
        (("--", sys.executable, "-S", "-E", "-c", "raise SystemExit(3)"), "fails without a mutant (exit code 3)"),
        (("--", sys.executable, "-S", "-E", "-c", ""), "served no leads"),
        (("--max", "0", "--", "true"), "--max"),
        (("--fail-under", "nan", "--", "true"), "expected a number from 0 to 100, got `nan`"),
        (("--report", "json=-", "--", "true"), "`-` is not a file name"),
        ((), "Missing argument"),
    ],
)
def test_wrong_use_is_one_line(run: Run, arguments: tuple[str, ...], message: str) -> None:
    """Wrong options, and commands that cannot be mutated, are one line and exit code 2, before anything long starts."""
    result = run("mutate", *arguments)

    assert (2, "") == (result.exit_code, result.stdout)
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
