"""Reports and baselines of check and diff."""

import json
import os
import stat
from pathlib import Path

import pytest

from smartflo_contract.live.reports import REPORTS

from .conftest import Run

pytestmark = pytest.mark.usefixtures("responses")


def test_baseline_hides_known_findings(run: Run, responses: Path) -> None:
    """A finding of the baseline does not fail; a new one does."""
    created = run("check", "bad.json", "--baseline", "known.json", "--update-baseline")
    known = run("check", "bad.json", "--baseline", "known.json")
    new = run("check", "bad.json", "odd.json", "--baseline", "known.json", "--fail-on", "surprise")

    assert [0, 0, 1] == [created.exit_code, known.exit_code, new.exit_code]
    assert known.stdout.endswith("\ngrade A, apart from 1 known finding: responses match the contract\n")
    assert "unknown-value" in new.stdout
    findings = json.loads((responses / "known.json").read_text())["findings"]
    assert ["maximum"] == [finding["rule"] for finding in findings]


def test_baseline_never_hides_outage(run: Run, responses: Path) -> None:
    """A body that contains no leads fails even if the baseline was created from it."""
    (responses / "page.json").write_text("<html>")
    for update in (["--update-baseline"], []):
        result = run("check", "page.json", "--baseline", "known.json", *update)
        assert 1 == result.exit_code
        assert result.stdout.startswith("break: html-body\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [("[" * 100_000, "not a baseline file"), ('{"version":"Zhuravl","findings":[]}', "its version is not 1")],
)
def test_rejects_file_that_is_not_a_baseline(run: Run, responses: Path, content: str, reason: str) -> None:
    """The message shows nothing of the file's content."""
    (responses / "other.json").write_text(content)
    result = run("check", "good.json", "--baseline", "other.json")

    assert (2, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith("smartflo-contract: baseline other.json: ")
    assert f": {reason}; " in result.stderr
    assert "--update-baseline writes a new one" in result.stderr
    assert "Zhuravl" not in result.stderr


def test_writes_several_reports(run: Run, responses: Path) -> None:
    """One format goes to standard output, others to files."""
    several = run("check", "bad.json", "--report", "json=report.json", "--report", "text")
    alone = run("check", "bad.json", "--report", "json")

    assert several.stdout.startswith("break: maximum\n")
    assert json.loads((responses / "report.json").read_text()) == json.loads(alone.stdout)
    assert ("E", 30) == (json.loads(alone.stdout)["grade"], json.loads(alone.stdout)["leads"])


def test_appends_markdown_to_step_summary(run: Run, responses: Path) -> None:
    """Markdown is appended to the summary of a GitHub step, if there is one."""
    summary = responses / "summary.md"
    summary.write_text("before\n")
    result = run("check", "good.json", "--report", "markdown", "--report", "github", GITHUB_STEP_SUMMARY=str(summary))

    assert result.stdout.startswith("::notice title=smartflo-contract::grade A")
    assert summary.read_text().startswith("before\n## Smartflo contract: grade A")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--report", "xml"], "--report xml: expected FORM or FORM=FILE, where FORM is one of text, json, "),
        (["--report", "text", "--report", "json"], "only one format can go to standard output"),
        (["--report=json=a", "--report=json=b"], "--report json: each format can be used only once"),
        (["--report=json=a", "--report=text=a"], "--report text=a: another format is written to this file"),
        (["--report", "json=none/x.json"], "--report json=none/x.json: No such file or directory"),
        (["--update-baseline"], "--update-baseline requires --baseline FILE"),
        (["--baseline", "none.json"], "baseline none.json: No such file or directory; "),
        (["--baseline", "good.json"], "baseline good.json: "),
        (["--overlay", "none.json"], "none.json"),
    ],
)
def test_rejects_wrong_option_in_one_line(run: Run, options: list[str], message: str) -> None:
    """A wrong option is one line that states what is expected, with exit code 2."""
    result = run("check", "good.json", *options)

    assert (2, "") == (result.exit_code, result.stdout)
    assert message in result.stderr
    assert 1 == result.stderr.count("\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--report", "json=-"], "--report json=-: `-` is not a file name; for standard output use --report json"),
        (["--baseline", "-"], "--baseline -: `-` is not a file name"),
        (["--baseline", "-", "--update-baseline"], "--baseline -: `-` is not a file name"),
        (["--report", "json=good.json"], "--report json=good.json: this file is read or written for another purpose"),
        (["--report", "json=./good.json"], "this file is read or written for another purpose"),
        (["--report", "json=link.json"], "this file is read or written for another purpose"),
        (["--report", "json=overlay.json", "--overlay", "overlay.json"], "for another purpose"),
        (["--report", "json=token", "--token", "file:token"], "for another purpose"),
        (["--report", "json=known.json", "--baseline", "known.json"], "for another purpose"),
        (["--baseline", "good.json", "--update-baseline"], "for another purpose"),
        (["--report", "json=x", "--baseline", "x", "--update-baseline"], "for another purpose"),
        (
            ["--report", "text=notes.txt"],
            "--report text=notes.txt: not a report; name another file",
        ),
        (["--baseline", "notes.txt", "--update-baseline"], "baseline notes.txt: not a baseline file"),
        (["--report", "json=folder"], "--report json=folder: Is a directory"),
        (["--report", "sarif=/proc/nope.sarif"], "--report sarif=/proc/nope.sarif: "),
        (["--baseline", "none/x.json", "--update-baseline"], "baseline none/x.json: No such file or directory"),
    ],
)
def test_refuses_unsuitable_file_before_reading(
    options: list[str], message: str, run: Run, responses: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No source is read, and no file changes."""
    (responses / "link.json").symlink_to("good.json")
    (responses / "folder").mkdir()
    for name in ("notes.txt", "overlay.json", "token", "known.json"):
        (responses / name).write_text("notes")
    before = {path.name: path.is_dir() or path.read_bytes() for path in responses.iterdir()}
    monkeypatch.setattr("smartflo_contract.live.check", pytest.fail)
    result = run("check", "good.json", *options)

    assert (2, "") == (result.exit_code, result.stdout)
    assert message in result.stderr
    assert before == {path.name: path.is_dir() or path.read_bytes() for path in responses.iterdir()}


@pytest.mark.parametrize("source", ["good.json", "bad.json", "odd.json", "page.json"])
def test_replaces_reports_of_every_format(source: str, run: Run, responses: Path) -> None:
    """A report replaces an earlier one of any format, and an empty file; its mode stays."""
    (responses / "page.json").write_text("<html>")
    for form in REPORTS:
        (responses / form).touch(mode=0o640)
        run("check", source, "--report", f"{form}={form}")
    for form in REPORTS:
        result = run("check", "good.json", "--report", f"json={form}")
        assert (0, "", "") == result
        assert "A" == json.loads((responses / form).read_bytes())["grade"]
        assert 0o640 == stat.S_IMODE((responses / form).stat().st_mode)


def test_writes_report_to_device(run: Run) -> None:
    """A device is written to, not replaced."""
    assert 0 == run("check", "good.json", "--report", f"json={os.devnull}").exit_code
    assert not Path(os.devnull).is_file()
