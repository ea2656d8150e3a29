"""A large file that two processes check has the same report as with one process."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartflo_contract.factories import lead
from smartflo_contract.live import check
from smartflo_contract.live.checking import checker, parallel_scan
from smartflo_contract.live.checking.scan_json import decode_result
from smartflo_contract.live.parsing.item_splitter import MAX_ITEM_BYTES
from smartflo_contract.live.sources import SourceOpener
from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import broken_leads, edge_leads, leads, surprising_leads

Lead = dict[str, Any]
LISTS = st.lists(
    st.one_of(
        leads(profile="lenient", list_ids=st.just(8668)),
        surprising_leads(),
        edge_leads(),
        broken_leads().map(lambda broken: broken.lead),
    ),
    min_size=2,
    max_size=12,
)
MAX_EXAMPLES = max(5, settings.default.max_examples // 2 if settings.default else 0)
LEADS = [dict(lead(0, 8668, index)) for index in range(40)]
OTHER_HEADER = json.dumps(json.loads(str(LEADS[0]["header"]))[::-1])


@pytest.fixture(autouse=True)
def _split_small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel_scan, "MIN_FILE_BYTES", 1)


@pytest.fixture(name="in_process")
def _in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scan the second half in this process, which is faster."""

    @contextmanager
    def worker_process(job: bytes) -> Iterator[Callable[[], object]]:
        yield lambda: decode_result(parallel_scan.scan_second_half(job))

    monkeypatch.setattr(parallel_scan, "worker_process", worker_process)


def write(path: Path, items: list[Any], *, lines: bool) -> Path:
    """Write leads as an array, or one per line."""
    text = "\n".join(map(json.dumps, items)) if lines else json.dumps(items)
    path.write_text(text, encoding="utf-8")
    return path


def check_twice(path: Path, **options: Any) -> tuple[Any, Any]:
    """Return the report of one process, and of two."""
    return check(path, **options).as_dict(), check(path, processes=2, **options).as_dict()


def scan_in_parallel(path: Path) -> object:
    """Return the results of both halves; ``None`` if the file must be scanned as a whole."""
    split = parallel_scan.split_in_two(path)
    assert split is not None
    return parallel_scan.scan_in_parallel(
        split, load_contract("lenient"), MAX_ITEM_BYTES, SourceOpener(None, 60, 600), lambda _: None
    )


DRIFTED = [{**item, **({"priority": 99} if index > 30 else {"extra": 1})} for index, item in enumerate(LEADS)]


def test_uses_worker_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report is the same, including the first lead of each finding."""
    results: list[object] = []

    def scan(*arguments: Any) -> Any:
        results.append(parallel_scan.scan_in_parallel(*arguments))
        return results[-1]

    monkeypatch.setattr(checker, "scan_in_parallel", scan)
    one, two = check_twice(write(tmp_path / "leads.json", DRIFTED, lines=False))

    assert one == two
    assert [True] == [result is not None for result in results]
    assert {("maximum", 31), ("unknown-key", 0)} == {(each["rule"], each["first"]) for each in two["findings"]}


@pytest.mark.usefixtures("in_process")
def test_splits_lines(tmp_path: Path) -> None:
    """A file with one lead per line is split as well."""
    path = write(tmp_path / "leads.json", DRIFTED, lines=True)
    one, two = check_twice(path)

    assert one == two
    assert scan_in_parallel(path) is not None


@pytest.mark.usefixtures("in_process")
def test_names_overlay_as_evidence(tmp_path: Path) -> None:
    """The evidence of a finding in the second half names the file of the overlay."""
    overlay = tmp_path / "overlay.json"
    overlay.write_text('{"properties": {"extra": {"type": "string"}}}', encoding="utf-8")
    items = [{**item, **({"extra": 1} if index > 30 else {})} for index, item in enumerate(LEADS)]
    one, two = check_twice(write(tmp_path / "leads.json", items, lines=False), overlay=overlay)

    assert one == two
    assert {"assumed": f"overlay {overlay}"} == two["findings"][0]["evidence"]


@pytest.mark.usefixtures("in_process")
@settings(max_examples=MAX_EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=LISTS, lines=st.booleans())
def test_report_does_not_depend_on_processes(tmp_path: Path, *, items: list[Lead], lines: bool) -> None:
    """Two halves of any list have the report of the whole."""
    one, two = check_twice(write(tmp_path / "leads.json", items, lines=lines))
    assert one == two


@pytest.mark.usefixtures("in_process")
def test_numbers_of_masked_keys_do_not_depend_on_processes(tmp_path: Path) -> None:
    """Keys that may be names have numbers by their first lead, although the second half has the more severe finding."""
    items = [dict(item) for item in LEADS]
    items[1]["Asha Rao"] = 1
    lines = [json.dumps(item) for item in items]
    lines[35] = lines[35][:-1] + ', "Vikram Rao": 1, "Vikram Rao": 2}'
    path = tmp_path / "leads.json"
    path.write_text("\n".join(lines), encoding="utf-8")
    one, two = check_twice(path)

    assert one == two
    pointers = {(finding["rule"], finding["pointer"]) for finding in two["findings"]}
    assert {("unknown-key", "/*/(unknown key 1)"), ("duplicate-key", "/*/(unknown key 2)")} <= pointers


def changed(position: int, **changes: object) -> str:
    """Return a list in which one lead is changed."""
    return json.dumps([{**item, **(changes if index == position else {})} for index, item in enumerate(LEADS)])


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (changed(39, lead_id=LEADS[0]["lead_id"], id=LEADS[0]["id"]), ["lead-id-unique"]),
        (json.dumps([*LEADS[:20], *({**item, "list_id": 7} for item in LEADS[20:])]), ["one-list-id"]),
        (json.dumps([*LEADS[:20], *({**item, "header": OTHER_HEADER} for item in LEADS[20:])]), ["header-varies"]),
        (changed(0)[:-1] + ",]", ["dangling-comma"]),
        (changed(0)[:-1], ["truncated-body"]),
        (changed(0).replace("}, {", "}\n{"), ["not-json"]),
        ("\n".join(f"{json.dumps(item)}," for item in LEADS), ["not-json"]),
        (changed(21, field_3="},{" * 2_000), []),
        (changed(21, extra=[{"x": 1}] * 700), ["unknown-key"]),
    ],
    ids=[
        "repeated id",
        "other list",
        "other columns",
        "dangling comma",
        "truncated",
        "no commas",
        "lines with commas",
        "in a string",
        "in an array",
    ],
)
def test_scans_dependent_halves_as_whole(tmp_path: Path, text: str, rules: list[str]) -> None:
    """So is a file that is not a complete list, or that was cut within a lead."""
    path = tmp_path / "leads.json"
    path.write_text(text, encoding="utf-8")
    one, two = check_twice(path)

    assert one == two
    assert rules == [each["rule"] for each in two["findings"]]
    assert parallel_scan.split_in_two(path) is None or scan_in_parallel(path) is None


@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(1)",
        "print('no result'); raise SystemExit(1)",
        "print('no result')",
        "print('[]')",
        """print('{"leads": 1}')""",
        "import pickle, sys; sys.stdout.buffer.write(pickle.dumps(print))",
    ],
)
def test_survives_failure_of_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """The file is then scanned as a whole."""
    monkeypatch.setattr(parallel_scan, "WORKER", program)
    one, two = check_twice(write(tmp_path / "leads.json", LEADS, lines=False))
    assert one == two


@pytest.mark.slow
def test_runs_script_without_main_guard_once(tmp_path: Path) -> None:
    """The other process does not import the script that calls ``check``."""
    write(tmp_path / "leads.json", LEADS, lines=False)
    script = tmp_path / "script.py"
    script.write_text(
        "from smartflo_contract.live import check\n"
        "from smartflo_contract.live.checking import parallel_scan\n"
        "parallel_scan.MIN_FILE_BYTES = 1\n"
        "print(check('leads.json', processes=2).grade)\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "A\n" == done.stdout


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", gzip.compress(b"[]"), b"\xef\xbb\xbf[]", b"[]", b"[{}]"],
    ids=["empty", "HTML", "gzip", "byte order mark", "empty list", "one lead"],
)
def test_does_not_split_other_files(tmp_path: Path, content: bytes) -> None:
    """A compressed file, a file that is not a list, and a list of fewer than two leads have no halves."""
    path = tmp_path / "leads.json"
    path.write_bytes(content)
    assert parallel_scan.split_in_two(path) is None


def test_does_not_split_small_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To start another process would take longer."""
    path = write(tmp_path / "leads.json", LEADS, lines=False)
    assert parallel_scan.split_in_two(path)
    monkeypatch.setattr(parallel_scan, "MIN_FILE_BYTES", path.stat().st_size + 1)
    assert parallel_scan.split_in_two(path) is None


@pytest.mark.usefixtures("in_process")
def test_estimates_progress_of_both_processes(tmp_path: Path) -> None:
    """Leads and bytes are those of the whole file at the end, approximately."""
    path = write(tmp_path / "leads.json", LEADS, lines=False)
    calls: list[tuple[int, int, int | None]] = []
    check(path, processes=2, progress=lambda *counts: calls.append(counts))

    count, size, total = calls[-1]
    assert abs(len(LEADS) - count) <= 2
    assert path.stat().st_size == total == pytest.approx(size, rel=0.1)


@pytest.mark.usefixtures("in_process")
def test_executable_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an interpreter to start, as in some embedded ones, the file is scanned as a whole."""
    monkeypatch.undo()
    monkeypatch.setattr(parallel_scan, "MIN_FILE_BYTES", 1)
    monkeypatch.setattr(sys, "executable", "")
    one, two = check_twice(write(tmp_path / "leads.json", LEADS, lines=False))
    assert one == two


@pytest.mark.slow
@pytest.mark.parametrize("entry", ["", ".", "absolute"])
def test_runs_no_code_of_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    """A module in the folder of the leads is not imported by the worker, even if that folder is on the path."""
    for name in ("json", "orjson", "jsonschema_rs", "pickle", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\nraise OSError\n")
    path = write(tmp_path / "leads.json", LEADS, lines=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", ".")
    monkeypatch.setattr(sys, "path", [str(tmp_path) if entry == "absolute" else entry, *sys.path])
    assert scan_in_parallel(path) is not None
    assert not (tmp_path / "ran").exists()
