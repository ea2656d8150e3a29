"""The command ``mutate``."""

import json
import sys
from pathlib import Path

import pytest

from .conftest import Run

CLIENT = """
import json, os, urllib.request
url, token = os.environ["SMARTFLO_BASE_URL"], os.environ["SMARTFLO_TOKEN"]
request = urllib.request.Request(url + "/v1/broadcast/leads/8668", headers={"Authorization": token})
leads = json.load(urllib.request.urlopen(request))
print("read", len(leads))
assert all(isinstance(lead["retry_count"], int) for lead in leads)
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


def test_reproduces_one_mutant(run_process: Run, command: tuple[str, ...]) -> None:
    """--mutant shows the output of the command, says how often it was served, and exits with the command's code."""
    result = run_process("mutate", "--mutant", "retry_count:retype-string", "--", *command)

    assert (1, "read 25\n") == (result.exit_code, result.stdout)
    assert "AssertionError" in result.stderr
    assert "retry_count:retype-string: served 1 time; exit code 1" in result.stderr


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
        ((), "Missing argument"),
    ],
)
def test_wrong_use_is_one_line(run: Run, arguments: tuple[str, ...], message: str) -> None:
    """Wrong options, and commands that cannot be mutated, are one line and exit code 2, before anything long starts."""
    result = run("mutate", *arguments)

    assert (2, "") == (result.exit_code, result.stdout)
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
