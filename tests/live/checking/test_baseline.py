"""A baseline removes known findings from a report."""

import json
from pathlib import Path

import pytest

from smartflo_contract.factories import lead
from smartflo_contract.live import BaselineError, Report, check
from smartflo_contract.live.checking.baseline import Baseline

OTHER_FILE = "not a baseline file; name another file, to which --update-baseline writes a new one"


def report(**changes: object) -> Report:
    """Return the report on 30 leads with some properties changed."""
    return check(json.dumps([{**lead(0, 8668, index), **changes} for index in range(30)]).encode())


def test_removes_known_findings(tmp_path: Path) -> None:
    """New findings remain."""
    path = tmp_path / "known.json"
    drifted = report(priority=99)
    assert ((), 1, "A") == _summary(Baseline(path, update=True).apply(drifted))
    assert ((), 1, "A") == _summary(Baseline(path).apply(drifted))
    assert (("unknown-value",), 1, "C") == _summary(Baseline(path).apply(report(priority=99, dial_status=77)))


def test_verdict_names_known_breaks(tmp_path: Path) -> None:
    """Neither the grade nor the number of broken leads hides that every lead breaks the contract."""
    known = Baseline(tmp_path / "known.json", update=True).apply(report(priority=99))

    assert "grade A, apart from 1 known finding: responses match the contract" == known.verdict
    assert "0 of them broken apart from the known finding" == known.broken_leads


def _summary(result: Report) -> tuple[tuple[str, ...], int, str | None]:
    return tuple(finding.rule for finding in result.findings), result.known, result.grade


def test_keeps_findings_of_empty_report(tmp_path: Path) -> None:
    """A response that contains no leads fails, whatever is known."""
    empty = check(b"")
    assert empty.findings == Baseline(tmp_path / "known.json", update=True).apply(empty).findings


def test_file_is_sorted_and_readable(tmp_path: Path) -> None:
    """Entries are sorted by rule and pointer, so that the file has small diffs."""
    path = tmp_path / "known.json"
    Baseline(path, update=True).apply(report(priority=99, dial_status=77, retry_count=-1))
    content = json.loads(path.read_text())
    keys = [(entry["rule"], entry["pointer"]) for entry in content["findings"]]
    assert sorted(keys) == keys
    assert {"fingerprint", "pointer", "rule", "severity"} == set(content["findings"][0])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "No such file or directory; --update-baseline writes a new one"),
        ("[" * 100_000, OTHER_FILE),
        ("{}", OTHER_FILE),
        (json.dumps(report(priority=99).as_dict()), OTHER_FILE),
        ('{"version":"Zhuravl","findings":[]}', "its version is not 1; --update-baseline writes a new one"),
    ],
    ids=["missing", "deep", "no findings", "report", "version"],
)
def test_rejects_other_files(text: str | None, reason: str, tmp_path: Path) -> None:
    """The error contains nothing of the file."""
    path = tmp_path / "known.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BaselineError) as caught:
        Baseline(path)
    assert f"baseline {path}: {reason}" == str(caught.value)


@pytest.mark.parametrize("text", ["notes", "{}", "[]", '{"version": 1, "findings": [], "grade": "A"}'])
def test_never_replaces_other_file(text: str, tmp_path: Path) -> None:
    """A file that is not a baseline stays as it is; an empty one is replaced."""
    path = tmp_path / "notes.txt"
    path.write_text(text)
    with pytest.raises(BaselineError, match="not a baseline file"):
        Baseline(path, update=True)
    assert text == path.read_text()
    path.write_text("")
    Baseline(path, update=True).apply(report(priority=99))
    assert "A" == Baseline(path).apply(report(priority=99)).grade


def test_reads_file_with_byte_order_mark(tmp_path: Path) -> None:
    """Notepad and PowerShell write one."""
    path = tmp_path / "known.json"
    Baseline(path, update=True).apply(report(priority=99))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert "A" == Baseline(path).apply(report(priority=99)).grade


def test_reports_unwritable_file(tmp_path: Path) -> None:
    """The error names the file and the reason."""
    with pytest.raises(BaselineError, match="Is a directory"):
        Baseline(tmp_path, update=True).apply(report())
