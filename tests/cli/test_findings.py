"""Reports and baselines of check and diff."""

import json
import os
import stat
from pathlib import Path

import pytest

from smartflo_contract.live.reports import REPORTS
from smartflo_contract.pytest_plugin import Smartflo

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


@pytest.mark.parametrize("sources", [["none.json", "bad.json"], ["bad.json", "none.json"]])
def test_reports_readable_sources_beside_unreadable_one(sources: list[str], run: Run, responses: Path) -> None:
    """All reports are written with what was read and what was not, and the exit code is 3."""
    files = [argument for form in REPORTS if form != "text" for argument in ("--report", f"{form}={form}")]
    result = run("check", *sources, "--report", "text", *files)

    reason = "cannot read none.json: No such file or directory"
    assert (3, f"smartflo-contract: {reason}\n") == (result.exit_code, result.stderr)
    assert "/*/priority  30 times, first in lead 0 of bad.json\n" in result.stdout
    assert "break: unreadable-source\n  body  once, in none.json\n" in result.stdout
    assert f"    got       {reason}\n" in result.stdout
    assert "\nnone.json: 0 leads, 0 bytes, grade F\n" in result.stdout
    assert "\ngrade F for none.json: " in result.stdout
    for form in REPORTS.keys() - {"text"}:
        report = (responses / form).read_text()
        assert all(text in report for text in (reason, "bad.json", "maximum"))


def test_reports_nothing_if_no_source_can_be_read(run: Run, responses: Path) -> None:
    """The reports of an earlier run stay, and the error is one line."""
    run("check", "bad.json", "--report", "json=report.json")
    before = (responses / "report.json").read_bytes()
    result = run("check", "none.json", "missing.json", "--report", "json=report.json")

    assert (3, "", 1) == (result.exit_code, result.stdout, result.stderr.count("\n"))
    assert before == (responses / "report.json").read_bytes()


def test_names_source_of_each_finding(run: Run, responses: Path) -> None:
    """The same finding in two responses is shown for each in every format; the worst grade counts."""
    (responses / "mixed.json").write_text(json.dumps([*read("good.json")[1:], *read("bad.json")[:1]]))
    for form in REPORTS:
        report = run("check", "mixed.json", "good.json", "bad.json", "--report", form).stdout
        assert all(name in report for name in ("mixed.json", "bad.json"))
    document = json.loads(run("check", "mixed.json", "good.json", "bad.json", "--report", "json").stdout)

    assert [("mixed.json", 1), ("bad.json", 30)] == [(row["source"], row["count"]) for row in document["findings"]]
    assert ["D", "A", "E"] == [source["grade"] for source in document["sources"]]
    assert [1, 0, 30] == [source["broken"] for source in document["sources"]]
    assert ("E", 31) == (document["grade"], document["broken"])
    sarif = json.loads(run("check", "mixed.json", "bad.json", "--report", "sarif").stdout)
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"] for result in sarif["runs"][0]["results"]]
    assert 2 == len(set(hashes))


def read(name: str) -> list[dict[str, object]]:
    """Return the leads in a file."""
    leads: list[dict[str, object]] = json.loads(Path(name).read_text())
    return leads


@pytest.mark.parametrize(
    ("options", "exit_code"),
    [([], 1), (["--min-leads", "0"], 0), (["--min-leads", "1"], 1), (["--baseline", "known.json"], 1)],
)
def test_list_of_api_without_leads_fails(
    options: list[str], exit_code: int, run: Run, responses: Path, smartflo: Smartflo
) -> None:
    """A nightly check notices that all leads are gone, also with a baseline that was written then."""
    url = smartflo.add_list(leads=0).url
    token = {"SMARTFLO_TOKEN": smartflo.token}
    assert 1 == run("check", url, "--baseline", "known.json", "--update-baseline", **token).exit_code
    result = run("check", url, *options, **token)

    assert exit_code == result.exit_code
    assert bool(exit_code) == ("break: too-few-leads\n" in result.stdout)
    assert [] == json.loads((responses / "known.json").read_text())["findings"]


@pytest.mark.parametrize(("min_leads", "exit_code"), [("30", 0), ("31", 1)])
def test_file_has_min_leads(min_leads: str, exit_code: int, run: Run, responses: Path) -> None:
    """An empty file is no finding by default; the number applies to each response."""
    (responses / "empty.json").write_text("[]")
    assert 0 == run("check", "empty.json").exit_code
    result = run("check", "good.json", "good.json", "--min-leads", min_leads)

    assert exit_code == result.exit_code
    assert bool(exit_code) == ("got       fewer: 30 leads instead of 31\n" in result.stdout)


def test_baseline_keeps_findings_of_response_without_leads(run: Run, responses: Path) -> None:
    """Another response with leads does not hide the outage of one."""
    (responses / "page.json").write_text("<html>")
    run("check", "page.json", "good.json", "--baseline", "known.json", "--update-baseline")
    result = run("check", "page.json", "good.json", "--baseline", "known.json")

    assert (1, True) == (result.exit_code, result.stdout.startswith("break: html-body\n"))


def test_names_baseline_entries_that_no_longer_occur(run: Run) -> None:
    """They do not fail, and every format shows them; not if a response could not be read."""
    run("check", "bad.json", "odd.json", "--baseline", "known.json", "--update-baseline")
    for form in REPORTS:
        result = run("check", "bad.json", "--baseline", "known.json", "--report", form)
        assert (0, True) == (result.exit_code, "the finding unknown-value" in result.stdout)
    text = run("check", "bad.json", "--baseline", "known.json").stdout
    partial = run("check", "bad.json", "none.json", "--baseline", "known.json").stdout

    assert text.startswith("info: unmatched-baseline\n  /*/dial_status  once\n")
    assert "unmatched-baseline" not in partial


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["check", "none.json"], 3, "cannot read none.json: No such file or directory"),
        (["check"], 2, "Missing argument 'SOURCE...'."),
        (["check", "good.json", "--fail-on", "x"], 2, "Invalid value for '--fail-on'"),
        (["diff", "none.json", "good.json"], 3, "cannot read none.json: No such file or directory"),
    ],
)
def test_appends_reason_to_step_summary(
    arguments: list[str], code: int, message: str, run: Run, responses: Path
) -> None:
    """A job whose check fails without a report has the reason in its summary, as a block of code."""
    summary = responses / "summary.md"
    variables = {"GITHUB_STEP_SUMMARY": str(summary)}
    assert code == run(*arguments, "--report", "markdown", **variables).exit_code
    text = summary.read_text()
    assert code == run(*arguments, **variables).exit_code

    assert text.startswith(f"## Smartflo contract: exit code {code}\n\n    {message}")
    assert text == summary.read_text()


def test_does_not_update_baseline_without_all_sources(run: Run, responses: Path) -> None:
    """The entries of the source that cannot be read would be gone."""
    run("check", "bad.json", "odd.json", "--baseline", "known.json", "--update-baseline")
    before = (responses / "known.json").read_bytes()
    result = run("check", "bad.json", "none.json", "--baseline", "known.json", "--update-baseline")

    assert (3, before) == (result.exit_code, (responses / "known.json").read_bytes())
    assert result.stderr.endswith(
        "smartflo-contract: baseline known.json was not updated, because not every source could be read\n"
    )


def test_checks_step_summary_before_reading(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A summary that cannot be written is an error before a source is read."""
    monkeypatch.setattr("smartflo_contract.live.check", pytest.fail)
    result = run("check", "good.json", "--report", "markdown", GITHUB_STEP_SUMMARY="none/summary.md")

    assert (2, "") == (result.exit_code, result.stdout)
    assert "--report markdown=none/summary.md: No such file or directory" in result.stderr
