"""``smartflo-contract record``: a response becomes a fixture."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from smartflo_contract.factories import lead


def run(*arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    command = [sys.executable, "-m", "smartflo_contract", "record", *arguments]
    return subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)


def test_a_fixture(tmp_path: Path) -> None:
    """The fixture is written, and how many leads it has is told; no value is."""
    (tmp_path / "live.json").write_text(json.dumps([lead(0, 8668, index) for index in range(3)]), encoding="utf-8")
    done = run("live.json", "-o", "fixture.json", at=tmp_path)

    assert (0, "", "fixture.json: 3 leads without personal data\n") == (done.returncode, done.stdout, done.stderr)
    assert 3 == len(json.loads((tmp_path / "fixture.json").read_bytes()))


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["live.json"], 2, "Missing option '-o' / '--output'"),
        (["none.json", "-o", "fixture.json"], 3, "cannot read none.json: No such file or directory"),
        (
            ["live.json", "-o", "fixture.json"],
            2,
            "live.json is no whole list of leads, so nothing is recorded: html-body",
        ),
        (["8668", "-o", "fixture.json"], 2, "say which by --base-url"),
    ],
)
def test_mistakes_are_one_line(tmp_path: Path, arguments: list[str], code: int, told: str) -> None:
    """A mistake is one line on standard error, with its exit code, and nothing is written."""
    (tmp_path / "live.json").write_text("<html>", encoding="utf-8")
    done = run(*arguments, at=tmp_path)

    assert (code, "") == (done.returncode, done.stdout)
    assert told in done.stderr
    assert 1 == done.stderr.count("\n")
    assert ["live.json"] == [path.name for path in tmp_path.iterdir()]
