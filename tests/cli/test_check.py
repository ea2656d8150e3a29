"""check: results, severities and standard input."""

import gzip
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import Run

pytestmark = pytest.mark.usefixtures("responses")


def test_reports_good_leads(run: Run, responses: Path) -> None:
    """Good leads, also compressed ones, exit with 0; grade, reading and statistics are on standard output alone."""
    (responses / "good.json.gz").write_bytes(gzip.compress((responses / "good.json").read_bytes()))
    result = run("check", "good.json", "good.json.gz")

    assert (0, "") == (result.exit_code, result.stderr)
    assert (
        "60 leads under the profile lenient, 0 of them broken\ngrade A: responses match the contract\n" in result.stdout
    )
    assert "  lead_id: 60 of 60 as in the sample [lead-id-type]\n" in result.stdout
    assert "field_N keys per lead: 35 (100% of leads)\n" in result.stdout


def test_reports_break(run: Run) -> None:
    """A break exits with 1, and shows location, count, expected and received value, and evidence."""
    result = run("check", "bad.json")

    assert (1, "") == (result.exit_code, result.stderr)
    assert result.stdout.startswith(
        "break: maximum\n"
        "  /*/priority  30 times, first in lead 0\n"
        "    expected  integer from 1 to 30\n"
        "    got       integer 99\n"
        "    evidence  documented (leads page, response table: 1 to 30); sample (leads page, sample response: 1)\n"
    )
    assert "\ngrade E: every lead violates the contract\n" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [(["odd.json"], 0), (["odd.json", "--fail-on", "surprise"], 1), (["bad.json", "--exit-zero"], 0)],
)
def test_exit_code_depends_on_severity(run: Run, arguments: list[str], exit_code: int) -> None:
    """``--fail-on`` is the minimum severity that fails; with ``--exit-zero``, nothing fails."""
    assert exit_code == run("check", *arguments).exit_code


def test_reads_standard_input(run: Run, responses: Path) -> None:
    """A dash is standard input; an empty one is a finding; it can be used only once."""
    assert 0 == run("check", "-", stdin=(responses / "good.json").read_bytes()).exit_code
    empty = run("check", "-")
    assert 1 == empty.exit_code
    assert "break: empty-body\n" in empty.stdout
    twice = run("check", "-", "-")
    assert (2, "", 1) == (twice.exit_code, twice.stdout, twice.stderr.count("\n"))
    assert "- (standard input) can be used only once" in twice.stderr


def test_reports_value_that_vendor_contradicts(run: Run, responses: Path, leads: list[dict[str, Any]]) -> None:
    """A value on which table and sample differ, and that violates neither, is grade B and ``doc-only``."""
    early = [{**lead, "created_at": twelve_hours_before_id(lead)} for lead in leads]
    (responses / "early.json").write_text(json.dumps(early))
    result = run("check", "early.json")

    assert 0 == result.exit_code
    assert "doc-only: created-twelve-hours-early\n" in result.stdout
    assert (
        "\ngrade B: responses differ only where the vendor's pages and sample contradict each other\n" in result.stdout
    )
    assert 1 == run("check", "early.json", "--fail-on", "doc-only").exit_code


def twelve_hours_before_id(lead: dict[str, Any]) -> dict[str, Any]:
    """Return a time half a day before that in the lead's id."""
    return {"$date": {"$numberLong": str(int(lead["lead_id"][:8], 16) * 1000 - 12 * 60 * 60 * 1000)}}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param(
            b"\xff.json", "\\udcff.json", marks=pytest.mark.skipif(sys.platform != "linux", reason="UTF-8 only")
        ),
        (b"a\nb.json", "a\\nb.json"),
        (b"a\x1b[31mb.json", "a\\x1b[31mb.json"),
    ],
    ids=["not-utf-8", "newline", "escape"],
)
def test_escapes_file_names(run: Run, responses: Path, name: bytes, shown: str) -> None:
    """A file name that is not UTF-8, has two lines or controls a terminal is escaped in reports and messages."""
    source = os.fsdecode(name)
    missing = run("check", source)
    shutil.copy(responses / "good.json", responses / source)
    result = run("check", source, "--report", "text", "--report", "json=report.json")

    assert (3, 0, "") == (missing.exit_code, result.exit_code, result.stderr)
    assert f"smartflo-contract: cannot read {shown}: No such file or directory\n" == missing.stderr
    assert f"\n{shown}: 30 leads, " in result.stdout
    assert [shown] == [source["name"] for source in json.loads((responses / "report.json").read_text())["sources"]]


def test_help_names_exit_codes_and_options(run: Run) -> None:
    """The help states the exit codes and how to set the minimum severity."""
    stdout = run("check", "--help").stdout

    assert "3 a source cannot be read" in stdout
    assert "--fail-on" in stdout


def test_learn_writes_draft_of_overlay(run: Run, responses: Path) -> None:
    """The draft is used with --overlay, and written again; no other file is replaced."""
    drafted = run("check", "good.json", "--learn", "draft.json")
    assert (0, True) == (drafted.exit_code, "draft.json: claims about " in drafted.stderr)
    assert 0 == run("check", "good.json", "--overlay", "draft.json", "--learn", "again.json").exit_code
    assert 0 == run("check", "good.json", "--learn", "draft.json").exit_code

    before = (responses / "odd.json").read_bytes()
    for path, reason in (
        ("odd.json", "not a draft; name another file, or delete this one"),
        ("good.json", "this file is read or written for another purpose"),
        ("report.txt", "this file is read or written for another purpose"),
        ("-", "`-` is not a file name"),
        ("missing/draft.json", "cannot write missing/draft.json"),
    ):
        result = run("check", "good.json", "--report", "text=report.txt", "--learn", path)
        assert (2, True) == (result.exit_code, reason in result.stderr)
    assert before == (responses / "odd.json").read_bytes()

    (responses / "few.json").write_text("[]")
    few = run("check", "few.json", "--learn", "new.json")
    assert "--learn new.json: not written: at least 20 leads are required, got 0" in few.stderr
    assert not (responses / "new.json").exists()
