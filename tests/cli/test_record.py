"""``smartflo-contract record``: a response becomes a fixture."""

import json
import re
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


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/stdout")
def test_standard_output(tmp_path: Path) -> None:
    """A fixture goes into a pipe."""
    (tmp_path / "live.json").write_text(json.dumps([lead(0, 8668, 0)]), encoding="utf-8")
    (tmp_path / "out").symlink_to("/dev/stdout")  # if it were replaced, it would not be the machine's
    done = run("live.json", "-o", "out", at=tmp_path)

    assert (0, 1) == (done.returncode, len(json.loads(done.stdout)))


def test_tests(tmp_path: Path) -> None:
    """The tests of what is found are written, with the fixture or alone; how many they are is told."""
    leads = [{**lead(0, 8668, index), "dial_status": 98 + index} for index in range(3)]
    (tmp_path / "live.json").write_text(json.dumps(leads), encoding="utf-8")
    (tmp_path / "right.json").write_text(json.dumps([lead(0, 8668, 0)]), encoding="utf-8")
    alone = run("live.json", "--as-test", "test_recorded.py", at=tmp_path)
    both = run("right.json", "-o", "fixture.json", "--as-test", "test_none.py", at=tmp_path)

    assert (0, "", "test_recorded.py: 1 test, one for each finding\n") == (alone.returncode, alone.stdout, alone.stderr)
    assert 1 == (tmp_path / "test_recorded.py").read_text(encoding="utf-8").count("\ndef test_")
    told = "fixture.json: 1 lead without personal data\ntest_none.py: not written, there are no findings\n"
    assert (0, told) == (both.returncode, both.stderr)
    assert {"fixture.json", "live.json", "right.json", "test_recorded", "test_recorded.py"} == {
        one.name for one in tmp_path.iterdir()
    }


def test_more_findings_than_tests(tmp_path: Path) -> None:
    """How many findings have no test is told."""
    (tmp_path / "live.json").write_text(json.dumps([{f"{at} of": at for at in range(200)}]), encoding="utf-8")
    done = run("live.json", "--as-test", "test_recorded.py", at=tmp_path)

    told = re.fullmatch(r"test_recorded\.py: 100 tests, for the most severe of (\d+) findings\n", done.stderr)
    assert told
    assert 200 < int(told[1])


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["live.json"], 2, "nothing to write: use -o FILE for a fixture, --as-test FILE for tests, or both"),
        (
            ["live.json", "-o", "-"],
            2,
            "`-` is not a file name; use -o /dev/stdout to write the fixture to standard output",
        ),
        (["live.json", "--as-test", "tests.json"], 2, "tests.json: tests are written to a Python file"),
        (
            ["live.json", "--as-test", "a.py"],
            2,
            '(html-body); nothing is recorded. Run `check` for details; in a test, smartflo.fail("html")',
        ),
        (["live.json", "-o", "./live.json"], 2, "live.json is the recorded file and would be overwritten"),
        (["none.json", "-o", "fixture.json"], 3, "cannot read none.json: No such file or directory"),
        (
            ["live.json", "-o", "fixture.json"],
            2,
            "live.json is not a complete list of leads (html-body); nothing is recorded",
        ),
        (["8668", "-o", "fixture.json"], 2, "set --base-url"),
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
