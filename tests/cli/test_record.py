"""record: fixtures and regression tests."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import Run


def write_leads(path: Path, leads: list[dict[str, Any]]) -> None:
    """Write a response."""
    path.write_text(json.dumps(leads), encoding="utf-8")


def test_writes_fixture(run: Run, tmp_path: Path, leads: list[dict[str, Any]]) -> None:
    """The fixture has all leads; their number is on standard error, no value is."""
    write_leads(tmp_path / "live.json", leads[:3])

    assert (0, "", "fixture.json: 3 leads without personal data\n") == run("record", "live.json", "-o", "fixture.json")
    assert 3 == len(json.loads((tmp_path / "fixture.json").read_bytes()))


def test_symbolic_links_stay_and_hard_links_keep_earlier_content(
    run: Run, tmp_path: Path, leads: list[dict[str, Any]]
) -> None:
    """The file is replaced, so it is never half-written; the documentation states what links do."""
    write_leads(tmp_path / "live.json", leads[:1])
    fixture = tmp_path / "fixture.json"
    fixture.write_text("[]")
    fixture.chmod(0o640)
    (tmp_path / "symbolic.json").symlink_to("fixture.json")
    (tmp_path / "hard.json").hardlink_to(fixture)

    assert 0 == run("record", "live.json", "-o", "symbolic.json").exit_code
    assert (0o640, 1) == (fixture.stat().st_mode & 0o777, len(json.loads(fixture.read_bytes())))
    assert (tmp_path / "symbolic.json").is_symlink()
    assert "[]" == (tmp_path / "hard.json").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/stdout")
def test_writes_fixture_to_pipe(tmp_path: Path, leads: list[dict[str, Any]]) -> None:
    """A fixture can go to standard output."""
    write_leads(tmp_path / "live.json", leads[:1])
    (tmp_path / "out").symlink_to("/dev/stdout")  # a link: if it were replaced, the machine would lose its own
    command = [sys.executable, "-m", "smartflo_contract", "record", "live.json", "-o", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (0, 1) == (done.returncode, len(json.loads(done.stdout)))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/stdout")
@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/fd/1"])
def test_adds_fixture_to_file_of_standard_output(path: str, tmp_path: Path, leads: list[dict[str, Any]]) -> None:
    """A file that the shell has opened keeps what others write to it before and after."""
    write_leads(tmp_path / "live.json", leads[:1])
    script = 'echo before; "$0" -m smartflo_contract record live.json -o "$1"; echo after'
    with (tmp_path / "all.txt").open("wb") as output:
        subprocess.run(["sh", "-c", script, sys.executable, path], cwd=tmp_path, stdout=output, check=True)
    before, *fixture, after = (tmp_path / "all.txt").read_text(encoding="utf-8").splitlines()

    assert ("before", 1, "after") == (before, len(json.loads("".join(fixture))), after)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/stdout")
@pytest.mark.parametrize("closed", [">&-", "<&- >&-"])
def test_closed_standard_output_cannot_be_written(closed: str, tmp_path: Path, leads: list[dict[str, Any]]) -> None:
    """A fixture that goes nowhere is an error, and no other file becomes standard output."""
    write_leads(tmp_path / "live.json", leads[:1])
    script = f'exec "$0" -m smartflo_contract record live.json -o /dev/stdout {closed}'
    done = subprocess.run(
        ["sh", "-c", script, sys.executable], cwd=tmp_path, stderr=subprocess.PIPE, text=True, check=False
    )

    assert (2, "smartflo-contract: cannot write /dev/stdout: Bad file descriptor\n") == (done.returncode, done.stderr)
    assert leads[:1] == json.loads((tmp_path / "live.json").read_bytes())


def test_writes_tests_of_findings(run: Run, tmp_path: Path, leads: list[dict[str, Any]]) -> None:
    """Tests are written with or without a fixture, unless there are no findings; their number is shown."""
    write_leads(tmp_path / "live.json", [{**lead, "dial_status": 98 + number} for number, lead in enumerate(leads[:3])])
    write_leads(tmp_path / "right.json", leads[:1])
    alone = run("record", "live.json", "--as-test", "test_recorded.py")
    both = run("record", "right.json", "-o", "fixture.json", "--as-test", "test_none.py")

    assert (0, "", "test_recorded.py: 1 test, one for each finding\n") == alone
    assert 1 == (tmp_path / "test_recorded.py").read_text(encoding="utf-8").count("\ndef test_")
    summary = "fixture.json: 1 lead without personal data\ntest_none.py: not written, there are no findings\n"
    assert (0, summary) == (both.exit_code, both.stderr)
    assert {"fixture.json", "live.json", "right.json", "test_recorded", "test_recorded.py"} == {
        path.name for path in tmp_path.iterdir()
    }


def test_shows_number_of_findings_without_test(run: Run, tmp_path: Path) -> None:
    """If there are more than a hundred findings, their number is shown."""
    write_leads(tmp_path / "live.json", [{f"{number} of": number for number in range(200)}])
    result = run("record", "live.json", "--as-test", "test_recorded.py")

    match = re.fullmatch(r"test_recorded\.py: 100 tests, for the most severe of (\d+) findings\n", result.stderr)
    assert match
    assert 200 < int(match[1])


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["live.json"], 2, "nothing to write: use -o FILE for a fixture, --as-test FILE for tests, or both"),
        (["live.json", "-o", "-"], 2, "`-` is not a file name; use -o /dev/stdout to write the fixture"),
        (
            ["live.json", "--as-test", "tests.json"],
            2,
            "tests.json: tests are written to a Python file, such as test_recorded.py",
        ),
        (["live.json", "--as-test", "a.py"], 2, 'smartflo.fail("html")'),
        (
            ["live.json", "-o", "./live.json"],
            2,
            "live.json is the recorded file and would be overwritten: write to another file",
        ),
        (["none.json", "-o", "fixture.json"], 3, "cannot read none.json: No such file or directory"),
        (
            ["live.json", "-o", "fixture.json"],
            2,
            "live.json is not a complete list of leads (html-body); nothing is recorded",
        ),
        (["8668", "-o", "fixture.json"], 2, "set --base-url"),
    ],
)
def test_writes_nothing_after_error(
    run: Run, tmp_path: Path, arguments: list[str], exit_code: int, message: str
) -> None:
    """An error is one line on standard error, with its exit code, and no file is written."""
    (tmp_path / "live.json").write_text("<html>", encoding="utf-8")
    result = run("record", *arguments)

    assert (exit_code, "") == (result.exit_code, result.stdout)
    assert message in result.stderr
    assert 1 == result.stderr.count("\n")
    assert ["live.json"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("target", [["-o", "overlay.json"], ["-o", "token"], ["--as-test", "overlay.json"]])
def test_replaces_neither_overlay_nor_token(
    target: list[str], run: Run, tmp_path: Path, leads: list[dict[str, Any]]
) -> None:
    """An output that is read for another purpose is wrong usage."""
    write_leads(tmp_path / "live.json", leads[:1])
    for name in ("overlay.json", "token"):
        (tmp_path / name).write_text("{}")
    result = run("record", "live.json", "--overlay", "overlay.json", "--token", "file:token", *target)

    assert (2, "") == (result.exit_code, result.stdout)
    assert f"{target[1]}: this file is read for another purpose" in result.stderr
    assert "{}" == (tmp_path / target[1]).read_text()
