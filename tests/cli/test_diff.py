"""diff: two sources, with the options, reports and exit codes of check."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.live.client import fetch, fetcher
from smartflo_contract.pytest_plugin import Smartflo

from .conftest import Run


@pytest.fixture(autouse=True)
def _sources(responses: Path, leads: list[dict[str, Any]]) -> None:
    fewer_keys = [{key: value for key, value in lead.items() if key != "call_count"} for lead in leads]
    (responses / "fewer.json").write_text(json.dumps(fewer_keys), encoding="utf-8")
    (responses / "empty.json").write_text("[]", encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "output"),
    [
        (["good.json"], 0, "\ngrade A: nothing relevant has changed\n"),
        (["fewer.json"], 0, "\ngrade C: "),
        (["fewer.json", "--fail-on", "surprise"], 1, "surprise: gone-key\n  /*/call_count  30 times, first in lead 0"),
        (["bad.json"], 1, "\ngrade E: every lead now violates the contract\n"),
        (["bad.json", "--exit-zero"], 0, "compared with good.json: 30 leads"),
        (["bad.json", "--report", "github"], 1, "::error title=maximum /*/priority::"),
        (["empty.json"], 1, "break: no-leads"),
    ],
)
def test_reports_changes(run: Run, arguments: list[str], exit_code: int, output: str) -> None:
    """Changes are on standard output alone, and decide the exit code."""
    result = run("diff", "good.json", *arguments)

    assert (exit_code, "") == (result.exit_code, result.stderr)
    assert output in result.stdout


def test_baseline_hides_known_changes(run: Run) -> None:
    """A change of the baseline does not fail."""
    created = run("diff", "good.json", "bad.json", "--baseline", "known.json", "--update-baseline")
    known = run("diff", "good.json", "bad.json", "--baseline", "known.json")

    assert (0, 0) == (created.exit_code, known.exit_code)
    assert ", apart from 1 known finding: " in known.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["empty.json", "good.json"], 2, "empty.json: no leads to compare with (the list is empty)"),
        (["-", "-"], 2, "BEFORE and AFTER cannot both be -"),
        (["good.json", "8668"], 2, "file 8668 does not exist; to read list 8668 from the API, set --base-url"),
        (["good.json", "none.json"], 3, "cannot read none.json: No such file or directory"),
    ],
)
def test_rejects_wrong_source_in_one_line(run: Run, arguments: list[str], exit_code: int, message: str) -> None:
    """A source that cannot be compared is one line, with its exit code."""
    result = run("diff", *arguments)

    assert (exit_code, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith(f"smartflo-contract: {message}")
    assert 1 == result.stderr.count("\n")


def test_compares_recording_with_api(run: Run, smartflo: Smartflo) -> None:
    """A recorded response is compared with the current one."""
    created = smartflo.add_list(leads=30)
    source = (str(created.id), "--base-url", smartflo.url)
    token = {"SMARTFLO_TOKEN": smartflo.headers["Authorization"]}
    assert 0 == run("record", *source, "-o", "recorded.json", **token).exit_code

    same = run("diff", "recorded.json", *source, **token)
    assert (0, "") == (same.exit_code, same.stderr)
    smartflo.fail("dangling_comma")
    changed = run("diff", "recorded.json", *source, **token)
    assert 1 == changed.exit_code
    assert changed.stdout.startswith("break: dangling-comma\n")


def test_reports_outage(run: Run, smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that fails three times is exit code 3, in one line."""
    assert fetch  # it is imported before the class in its annotations becomes a function
    monkeypatch.setattr(fetcher, "Fetcher", partial(fetcher.Fetcher, sleep=lambda _seconds: None))
    created = smartflo.add_list(leads=1)
    smartflo.fail(503, 502, 500)
    token = {"SMARTFLO_TOKEN": smartflo.headers["Authorization"]}
    result = run("diff", "good.json", str(created.id), "--base-url", smartflo.url, **token)

    assert (3, "") == (result.exit_code, result.stdout)
    assert "500" in result.stderr
    assert 1 == result.stderr.count("\n")
    smartflo.assert_called("GET", f"/v1/broadcast/leads/{created.id}", times=3)
