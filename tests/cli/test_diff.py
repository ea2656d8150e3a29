"""``smartflo-contract diff``: two sources, and the options, reports and exit codes of ``check``."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from smartflo_contract.factories import lead
from smartflo_contract.pytest_plugin import Smartflo

Run = Callable[..., CompletedProcess[str]]
GOOD = [lead(0, 8668, index) for index in range(30)]


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path: Path) -> Path:
    for name, leads in {
        "before": GOOD,
        "bad": [{**one, "priority": 99} for one in GOOD],
        "odd": [{key: value for key, value in one.items() if key != "call_count"} for one in GOOD],
        "empty": [],
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(leads), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["before.json"], 0, "grade A: nothing relevant has changed"),
        (["odd.json"], 0, "grade C: something has changed that does not violate the contract"),
        (["odd.json", "--fail-on", "surprise"], 1, "surprise: gone-key\n  /*/call_count  30 times, first in lead 0\n"),
        (["bad.json"], 1, "grade E: every lead now violates the contract"),
        (["bad.json", "--exit-zero"], 0, "compared with before.json: 30 leads"),
        (["bad.json", "--report", "github"], 1, "::error title=maximum /*/priority::"),
        (["empty.json"], 1, "break: no-leads"),
    ],
)
def test_found(run: Run, arguments: list[str], code: int, said: str) -> None:
    """What has changed is told, on standard output alone, and decides the exit code."""
    done = run("diff", "before.json", *arguments)

    assert (code, "") == (done.returncode, done.stderr)
    assert said in done.stdout


def test_baseline(run: Run) -> None:
    """A change that is known fails nothing."""
    made = run("diff", "before.json", "bad.json", "--baseline", "known.json", "--update-baseline")
    known = run("diff", "before.json", "bad.json", "--baseline", "known.json")

    assert (0, 0) == (made.returncode, known.returncode)
    assert "except for 1 known finding\n" in known.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["empty.json", "before.json"], 2, "empty.json: there are no leads to compare with: its list is empty"),
        (["-", "-"], 2, "BEFORE and AFTER cannot both be -"),
        (["before.json"], 2, "Missing argument 'AFTER'."),
        (["before.json", "8668"], 2, "file 8668 does not exist; to read list 8668 from the API, set --base-url"),
        (["before.json", "none.json"], 3, "cannot read none.json: No such file or directory"),
    ],
)
def test_mistakes(run: Run, arguments: list[str], code: int, said: str) -> None:
    """A mistake is one line and its exit code."""
    done = run("diff", *arguments)

    assert (code, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith(f"smartflo-contract: {said}")
    assert 1 == done.stderr.count("\n")


def test_recorded_and_today(run: Run, smartflo: Smartflo) -> None:
    """A recording is compared with what the API answers now."""
    made = smartflo.add_list(leads=30)
    source = (str(made.id), "--base-url", smartflo.url)
    token = {"SMARTFLO_TOKEN": smartflo.headers["Authorization"]}
    assert 0 == run("record", *source, "-o", "recorded.json", **token).returncode

    same = run("diff", "recorded.json", *source, **token)
    assert (0, "") == (same.returncode, same.stderr)
    smartflo.fail("dangling_comma")
    drifted = run("diff", "recorded.json", *source, **token)
    assert 1 == drifted.returncode
    assert drifted.stdout.startswith("break: dangling-comma\n")


def test_an_outage(run: Run, smartflo: Smartflo) -> None:
    """A server that fails three times is exit code 3, in a line."""
    made = smartflo.add_list(leads=1)
    smartflo.fail(503, 502, 500)
    token = {"SMARTFLO_TOKEN": smartflo.headers["Authorization"]}
    done = run("diff", "before.json", str(made.id), "--base-url", smartflo.url, **token)

    assert (3, "") == (done.returncode, done.stdout)
    assert "500" in done.stderr
    assert 1 == done.stderr.count("\n")
    smartflo.assert_called("GET", f"/v1/broadcast/leads/{made.id}", times=3)
