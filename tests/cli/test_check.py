"""``smartflo-contract check``: sources, reports, baselines and exit codes."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.factories import lead
from smartflo_contract.pytest_plugin import Smartflo

GOOD = [lead(0, 8668, index) for index in range(30)]
BAD: list[dict[str, Any]] = [{**one, "priority": 99} for one in GOOD]
ODD: list[dict[str, Any]] = [{**one, "dial_status": 77} for one in GOOD]


def run(*arguments: str, at: Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the command in a folder."""
    command = [sys.executable, "-m", "smartflo_contract", "check", *arguments]
    return subprocess.run(command, cwd=at, input=given, capture_output=True, check=False)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    for name, leads in (("good", GOOD), ("bad", BAD), ("odd", ODD)):
        (tmp_path / f"{name}.json").write_text(json.dumps(leads), encoding="utf-8")
    (tmp_path / "good.json.gz").write_bytes(gzip.compress((tmp_path / "good.json").read_bytes()))
    return tmp_path


def test_nothing_found(folder: Path) -> None:
    """Good leads exit with 0; grade, reading and statistics are told, on standard output alone."""
    done = run("good.json", "good.json.gz", at=folder)
    told = done.stdout.decode()

    assert (0, b"") == (done.returncode, done.stderr)
    assert "60 leads under the profile lenient, 0 of them broken\ngrade A: " in told
    assert "  lead_id: 60 of 60 as in the sample [lead-id-type]\n" in told
    assert "fields: 35 100%\n" in told


def test_something_found(folder: Path) -> None:
    """A break exits with 1, and says what was expected, what came, how often and where first."""
    done = run("bad.json", at=folder)
    told = done.stdout.decode()

    assert (1, b"") == (done.returncode, done.stderr)
    assert told.startswith(
        "break: maximum\n"
        "  /*/priority  30 times, first in lead 0\n"
        "    expected  integer from 1 to 30\n"
        "    got       integer 99\n"
        "    evidence  documented (leads page, response table: 1 to 30); sample (leads page, sample response: 1)\n"
    )
    assert told.endswith("grade E: every lead violates the contract\n")


@pytest.mark.parametrize(
    ("options", "code"),
    [(["odd.json"], 0), (["odd.json", "--fail-on", "surprise"], 1), (["bad.json", "--exit-zero"], 0)],
)
def test_what_fails(folder: Path, options: list[str], code: int) -> None:
    """``--fail-on`` sets the least severity that fails; ``--exit-zero`` has nothing fail."""
    assert code == run(*options, at=folder).returncode


def test_standard_input(folder: Path) -> None:
    """A dash is standard input; an empty one is a finding."""
    assert 0 == run("-", at=folder, given=json.dumps(GOOD).encode()).returncode
    empty = run("-", at=folder)
    assert 1 == empty.returncode
    assert b"break: empty-body\n" in empty.stdout


def test_an_outage_is_never_known(folder: Path) -> None:
    """A body without leads fails, although a baseline has been made of it."""
    (folder / "page.json").write_text("<html>")
    for update in (["--update-baseline"], []):
        done = run("page.json", "--baseline", "known.json", *update, at=folder)
        assert 1 == done.returncode
        assert done.stdout.startswith(b"break: html-body\n")


def test_what_the_vendor_disagrees_about(folder: Path) -> None:
    """A value that the pages and the sample have differently, under neither of which it breaks, is grade B."""
    early = [one | {"created_at": _twelve_hours_before(one)} for one in GOOD]
    (folder / "early.json").write_text(json.dumps(early))
    done = run("early.json", at=folder)

    assert 0 == done.returncode
    assert b"doc-only: created-twelve-hours-early\n" in done.stdout
    assert b"\ngrade B: " in done.stdout
    assert 1 == run("early.json", "--fail-on", "doc-only", at=folder).returncode


def _twelve_hours_before(one: Any) -> dict[str, Any]:
    """Return a time that is half a day before that in an id."""
    return {"$date": {"$numberLong": str(int(one["lead_id"][:8], 16) * 1000 - 12 * 60 * 60 * 1000)}}


def test_a_baseline(folder: Path) -> None:
    """What is known fails nothing, what is new does."""
    made = run("bad.json", "--baseline", "known.json", "--update-baseline", at=folder)
    again = run("bad.json", "--baseline", "known.json", at=folder)
    new = run("bad.json", "odd.json", "--baseline", "known.json", "--fail-on", "surprise", at=folder)

    assert [0, 0, 1] == [made.returncode, again.returncode, new.returncode]
    assert again.stdout.endswith(b"grade A: responses match the contract, except for 1 known finding\n")
    assert b"unknown-value" in new.stdout
    assert ["maximum"] == [one["rule"] for one in json.loads((folder / "known.json").read_text())["findings"]]


def test_reports(folder: Path) -> None:
    """Several forms at once: one on standard output, others in files."""
    done = run("bad.json", "--report", "json=report.json", "--report", "text", at=folder)
    alone = run("bad.json", "--report", "json", at=folder)

    assert done.stdout.startswith(b"break: maximum\n")
    assert json.loads((folder / "report.json").read_text()) == json.loads(alone.stdout)
    assert ("E", 30) == (json.loads(alone.stdout)["grade"], json.loads(alone.stdout)["leads"])


def _reports(*forms: str) -> list[str]:
    return [f"--report={form}" for form in forms]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"version":"Zhuravl","findings":[]}'])
def test_what_is_no_baseline(folder: Path, text: str) -> None:
    """Whatever the file has is not shown."""
    (folder / "other.json").write_text(text)
    done = run("good.json", "--baseline", "other.json", at=folder)

    assert (2, b"") == (done.returncode, done.stdout)
    assert done.stderr.startswith(b"smartflo-contract: baseline other.json: it")
    assert done.stderr.endswith(b"; --update-baseline writes a new one\n")
    assert b"Zhuravl" not in done.stderr


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param(
            b"\xff.json", "\\udcff.json", marks=pytest.mark.skipif(sys.platform != "linux", reason="UTF-8 only")
        ),
        (b"a\nb.json", "a\\nb.json"),
        (b"a\x1b[31mb.json", "a\\x1b[31mb.json"),
    ],
    ids=["no UTF-8", "lines", "escapes"],
)
def test_odd_names_of_files(folder: Path, name: bytes, shown: str) -> None:
    """A name in no encoding, of two lines, or that steers a terminal is shown with escapes, in reports and messages."""
    source = os.fsdecode(name)
    missing = run(source, at=folder)
    shutil.copy(folder / "good.json", folder / source)
    text = run(source, "--report", "text", "--report", "json=report.json", at=folder)

    assert (3, 0, b"") == (missing.returncode, text.returncode, text.stderr)
    assert f"smartflo-contract: cannot read {shown}: No such file or directory\n" == missing.stderr.decode()
    assert f"\n{shown}: 30 leads, " in text.stdout.decode()
    assert [shown] == [one["name"] for one in json.loads((folder / "report.json").read_text())["sources"]]


@pytest.mark.parametrize(("source", "code"), [("good.json", 0), ("bad.json", 1), ("none.json", 3)])
@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_an_output_that_is_closed(folder: Path, closed: str, source: str, code: int) -> None:
    """Whoever reads neither what is found nor what goes wrong has the exit code."""
    command = ["sh", "-c", f'exec "$0" "$@" {closed}', sys.executable, "-m", "smartflo_contract", "check", source]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)

    assert (code, False) == (done.returncode, b"Traceback" in done.stderr)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 2, "Missing argument 'SOURCE...'"),
        (["none.json"], 3, "cannot read none.json: No such file or directory"),
        (
            ["good.json", "--report", "xml"],
            2,
            "--report xml: expected FORM or FORM=FILE, where FORM is one of text, json, ",
        ),
        (["good.json", "--report", "text", "--report", "json"], 2, "only one format can go to standard output"),
        (["-", "-"], 2, "- (standard input) can be used only once"),
        (["good.json", *_reports("json=a", "json=b")], 2, "--report json: each format can be used only once"),
        (["good.json", *_reports("json=a", "text=a")], 2, "--report text=a: another format is written to this file"),
        (["good.json", "--report", "json=none/x.json"], 2, "--report json=none/x.json: No such file or directory"),
        (["good.json", "--update-baseline"], 2, "--update-baseline requires --baseline FILE"),
        (
            ["good.json", "--baseline", "none.json"],
            2,
            "baseline none.json: No such file or directory; --update-baseline",
        ),
        (
            ["good.json", "--baseline", "good.json"],
            2,
            "baseline good.json: it is not a baseline; --update-baseline writes a new one",
        ),
        (["good.json", "--profile", "strict"], 2, "'strict' is not one of 'sample', 'documented', 'lenient'"),
        (["good.json", "--overlay", "none.json"], 2, "none.json"),
        (["good.json", "--fail-on", "info"], 2, "'info' is not one of 'break', 'surprise', 'doc-only'"),
        (["good.json", "--max-wait", "nan"], 2, "nan is not a number of seconds."),
        (["good.json", "--max-item", "10"], 2, "10 is not in the range x>=1024"),
    ],
)
def test_mistakes_are_one_line(folder: Path, arguments: list[str], code: int, told: str) -> None:
    """A mistake is one line on standard error that says what is possible, with its exit code."""
    done = run(*arguments, at=folder)

    assert (code, b"") == (done.returncode, done.stdout)
    assert told in done.stderr.decode()
    assert 1 == done.stderr.decode().count("\n")


def test_help() -> None:
    """The help tells sources, reports and exit codes."""
    told = run("--help", at=Path.cwd()).stdout.decode()

    assert "3 a source cannot be read" in told
    assert "--fail-on" in told


def test_the_summary_of_a_job(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Markdown goes to the summary of the step where there is one, after what is there."""
    summary = folder / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    done = run("good.json", "--report", "markdown", "--report", "github", at=folder)

    assert done.stdout.startswith(b"::notice title=smartflo-contract::grade A")
    assert summary.read_text().startswith("before\n## Smartflo contract: grade A")


def test_a_list_of_the_api(folder: Path, smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number is a list of the API at the base URL, by flag or variable; credentials come from the environment."""
    made = smartflo.add_list(leads=30)
    monkeypatch.setenv("SMARTFLO_TOKEN", smartflo.token)
    assert 0 == run(str(made.id), "--base-url", f"{smartflo.url}/", at=folder).returncode
    monkeypatch.setenv("SMARTFLO_BASE_URL", smartflo.url)
    done = run(str(made.id), "good.json", at=folder)

    assert f"{made.url}: 30 leads" in done.stdout.decode()
    smartflo.assert_called("GET", f"/v1/broadcast/leads/{made.id}", times=2)


def test_where_a_token_is(folder: Path, smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token is read from a variable or a file."""
    made = smartflo.add_list(leads=30)
    monkeypatch.setenv("CRM_TOKEN", smartflo.token)
    (folder / "token").write_text(f"{smartflo.token}\n")
    for where in ("env:CRM_TOKEN", "file:token"):
        assert 0 == run(made.url, "--token", where, at=folder).returncode
    smartflo.assert_called("GET", f"/v1/broadcast/leads/{made.id}", times=2)


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("env:NO_SUCH", "--token env:NO_SUCH: expected env:NAME or file:PATH"),
        ("file:none", "--token file:none: expected env:NAME or file:PATH"),
        ("the-token-itself", "--token: expected env:NAME or file:PATH"),
    ],
)
def test_where_no_token_is(folder: Path, where: str, told: str) -> None:
    """A token on the command line is not taken, nor shown."""
    done = run("http://127.0.0.1:9/v1/broadcast/leads/1", "--token", where, at=folder)

    assert (2, b"") == (done.returncode, done.stdout)
    assert told in done.stderr.decode()
    assert "itself" not in done.stderr.decode()


@pytest.mark.parametrize(
    ("source", "options", "code", "told"),
    [
        ("8668", [], 2, "file 8668 does not exist; to read list 8668 from the API, set --base-url"),
        ("8668", ["--base-url", "api.example.com"], 3, "expected an https URL such as https://api-smartflo"),
        ("http://127.0.0.1:9/v1/broadcast/start/1", [], 3, "was not sent: it starts or stops a broadcast"),
        ("http://api.example.com/v1/broadcast/leads/1", [], 3, "http"),
    ],
)
def test_what_cannot_be_asked_for(folder: Path, source: str, options: list[str], code: int, told: str) -> None:
    """What is not asked for is one line."""
    done = run(source, *options, at=folder)

    assert (code, b"") == (done.returncode, done.stdout)
    assert told in done.stderr.decode()
    assert 1 == done.stderr.decode().count("\n")
