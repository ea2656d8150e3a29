"""The command ``needs``."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import requests

from smartflo_contract.mutation.processes import Outcome, Processes
from smartflo_contract.schemas.needs import load_needs

from .conftest import Run

FAILS = (sys.executable, "-S", "-E", "-c")


def run_client(
    _: Processes, _command: Sequence[str], environment: Mapping[str, str], *, timeout: float, **_options: object
) -> Outcome:
    """Run a client in this process instead of a command; its exit code is 7 or 1 without keys that it needs."""
    headers = {"Authorization": environment["SMARTFLO_TOKEN"]}
    url = f"{environment['SMARTFLO_BASE_URL']}/v1/broadcast/leads/8668"
    for lead in requests.get(url, headers=headers, timeout=timeout).json():
        if "priority" not in lead and "call_count" not in lead:
            return Outcome(7, 0.1, "neither")
        if "lead_id" not in lead:
            return Outcome(1, 0.1, "KeyError")
    return Outcome(0, 0.1, "")


def test_finds_what_a_command_needs(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has the same content as the table; a break elsewhere then fails no check."""
    monkeypatch.setattr(Processes, "run", run_client)
    command = ("./run-tests.sh", "--all of them")
    result = run("needs", "-o", "needs.json", "--jobs", "2", "--", *command)
    needs = load_needs(tmp_path / "needs.json")

    assert (0, "key\tneeds\twhy\n") == (result.exit_code, result.stdout[:14])
    assert "/*/lead_id\tto be present\texit code 1\n/*/call_count\tto be present\texit code 7\n" in result.stdout
    assert f"{needs.runs} runs: the command needs 2 keys\nneeds.json\n" == result.stderr
    assert run("explain", "--needs", "needs.json").stdout == result.stdout
    assert ["lead_id", "call_count"] == [*needs.properties]
    assert "./run-tests.sh '--all of them'" == needs.command
    leads = json.loads(run("sample", "-n", "20").stdout)
    drifted = [{key: value for key, value in lead.items() if key not in {"priority", "id"}} for lead in leads]
    (tmp_path / "leads.json").write_text(json.dumps(drifted))
    assert [1, 0] == [run("check", "leads.json", *options).exit_code for options in ((), ("--needs", "needs.json"))]


def test_shows_the_output_of_a_command_that_fails(run: Run) -> None:
    """The last lines of its output come before the error."""
    result = run("needs", "--", *FAILS, "print('expected 3'); raise SystemExit(1)")

    assert (2, "expected 3") == (result.exit_code, result.stderr.splitlines()[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing argument"),
        (("--jobs", "0", "--", "true"), "--jobs"),
        (("--", "no-such-program"), "no-such-program: cannot be started"),
        (("--", *FAILS, "raise SystemExit(3)"), "fails without a mutant (exit code 3)"),
        (("--", *FAILS, ""), "served no leads"),
        (("--overlay", "missing.json", "--", "true"), "missing.json"),
        (("--config", "missing.toml", "--", "true"), "missing.toml"),
        (("-o", "missing/needs.json", "--", "true"), "cannot write missing/needs.json"),
        (("-o", "-", "--", "true"), "`-` is not a file name"),
        (("-o", "overlay.json", "--overlay", "overlay.json", "--", "true"), "is read for another purpose"),
        (("-o", "overlay.json", "--", "true"), "overlay.json: not a file that this command has written"),
        (("-o", ".", "--", "true"), "Is a directory"),
    ],
)
def test_wrong_use_is_one_line(run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    """Everything is checked before the search, and no file changes."""
    (tmp_path / "overlay.json").write_text("{}")
    result = run("needs", *arguments)

    assert (2, "", 1) == (result.exit_code, result.stdout, result.stderr.count("\n"))
    assert message in result.stderr
    assert ["overlay.json"] == [path.name for path in tmp_path.iterdir()]
    assert "{}" == (tmp_path / "overlay.json").read_text()
