"""A large file is read in halves by two processes, and what is found is what one process finds."""

import gzip
import json
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartflo_contract.factories import lead
from smartflo_contract.live import check
from smartflo_contract.live.checking import parallel_scan
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
WHOLE = [dict(lead(0, 8668, index)) for index in range(40)]


@pytest.fixture(autouse=True)
def _small_files_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel_scan, "MIN_FILE_BYTES", 1)


@pytest.fixture(name="in_this_process")
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the second half read here, which is quicker."""

    @contextmanager
    def other_process(job: bytes) -> Iterator[Callable[[], object]]:
        yield lambda: pickle.loads(parallel_scan.scan_second_half(job))  # noqa: S301 - of our own

    monkeypatch.setattr(parallel_scan, "_other_process", other_process)


def written(path: Path, found: list[Any], *, lines: bool) -> Path:
    """Write leads as an array, or one a line."""
    text = "\n".join(map(json.dumps, found)) if lines else json.dumps(found)
    path.write_text(text, encoding="utf-8")
    return path


def both(path: Path, **options: Any) -> tuple[Any, Any]:
    """Return what one process finds, and what two find."""
    return check(path, **options).as_dict(), check(path, processes=2, **options).as_dict()


def parts(path: Path) -> object:
    """Return what is found in the halves; ``None`` where they have to be read as one."""
    halves = parallel_scan.split_in_two(path)
    assert halves is not None
    return parallel_scan.scan_in_parallel(
        halves, load_contract("lenient"), MAX_ITEM_BYTES, SourceOpener(None, 60, 600), lambda _: None
    )


@pytest.mark.parametrize("lines", [False, True])
def test_another_process(tmp_path: Path, *, lines: bool) -> None:
    """What is found is the same, whoever has read it, with the first lead of each finding."""
    drifted = [{**one, **({"priority": 99} if index > 30 else {"extra": 1})} for index, one in enumerate(WHOLE)]
    one, two = both(written(tmp_path / "leads.json", drifted, lines=lines))

    assert one == two
    assert parts(tmp_path / "leads.json") is not None
    assert {("maximum", 31), ("unknown-key", 0)} == {(each["rule"], each["first"]) for each in two["findings"]}


@pytest.mark.usefixtures("in_this_process")
def test_an_overlay(tmp_path: Path) -> None:
    """What an overlay says is told on its word, whichever half it is about."""
    overlay = tmp_path / "overlay.json"
    overlay.write_text('{"properties": {"extra": {"type": "string"}}}', encoding="utf-8")
    found = [{**one, **({"extra": 1} if index > 30 else {})} for index, one in enumerate(WHOLE)]
    one, two = both(written(tmp_path / "leads.json", found, lines=False), overlay=overlay)

    assert one == two
    assert {"assumed": f"overlay {overlay}"} == two["findings"][0]["evidence"]


@pytest.mark.usefixtures("in_this_process")
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=LISTS, lines=st.booleans())
def test_any_list(tmp_path: Path, *, found: list[Lead], lines: bool) -> None:
    """Two halves are as good as a whole, whatever the leads are."""
    one, two = both(written(tmp_path / "leads.json", found, lines=lines))
    assert one == two


def changed(at: int, **changes: object) -> str:
    """Return a list of which one lead is changed."""
    return json.dumps([{**one, **(changes if index == at else {})} for index, one in enumerate(WHOLE)])


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (changed(39, lead_id=WHOLE[0]["lead_id"], id=WHOLE[0]["id"]), ["lead-id-unique"]),
        (json.dumps([*WHOLE[:20], *({**one, "list_id": 7} for one in WHOLE[20:])]), ["one-list-id"]),
        (changed(0)[:-1] + ",]", ["dangling-comma"]),
        (changed(0)[:-1], ["truncated-body"]),
        (changed(0).replace("}, {", "}\n{"), ["not-json"]),
        ("\n".join(f"{json.dumps(one)}," for one in WHOLE), ["not-json"]),
        (changed(21, field_3="},{" * 2_000), []),
        (changed(21, extra=[{"x": 1}] * 700), ["unknown-key"]),
    ],
    ids=["repeated id", "other list", "comma", "cut", "no commas", "commas", "in a text", "in an array"],
)
def test_halves_that_do_not_go_together(tmp_path: Path, text: str, rules: list[str]) -> None:
    """Where a lead depends on another one, or the file is no whole list, or was cut in a lead, it is read as one."""
    path = tmp_path / "leads.json"
    path.write_text(text, encoding="utf-8")
    one, two = both(path)

    assert one == two
    assert rules == [each["rule"] for each in two["findings"]]
    assert parallel_scan.split_in_two(path) is None or parts(path) is None


@pytest.mark.parametrize("code", ["raise SystemExit(1)", "print('no result'); raise SystemExit(1)"])
def test_other_process_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """What another process does not tell is read here."""
    monkeypatch.setattr(parallel_scan, "WORKER", code)
    one, two = both(written(tmp_path / "leads.json", WHOLE, lines=False))
    assert one == two


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", gzip.compress(b"[]"), b"\xef\xbb\xbf[]", b"[]", b"[{}]"],
    ids=["empty", "page", "gzip", "byte order mark", "empty list", "one lead"],
)
def test_what_is_not_halved(tmp_path: Path, content: bytes) -> None:
    """What is packed, no list, or has one lead, is read as one."""
    path = tmp_path / "leads.json"
    path.write_bytes(content)
    assert parallel_scan.split_in_two(path) is None


def test_small_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file is not worth another process."""
    path = written(tmp_path / "leads.json", WHOLE, lines=False)
    assert parallel_scan.split_in_two(path)
    monkeypatch.setattr(parallel_scan, "MIN_FILE_BYTES", path.stat().st_size + 1)
    assert parallel_scan.split_in_two(path) is None


@pytest.mark.usefixtures("in_this_process")
def test_progress(tmp_path: Path) -> None:
    """Leads and bytes are told as if both processes had read as much."""
    path = written(tmp_path / "leads.json", WHOLE, lines=False)
    reads: list[tuple[int, int, int | None]] = []
    check(path, processes=2, progress=lambda *told: reads.append(told))

    leads, size, total = reads[-1]
    assert abs(len(WHOLE) - leads) <= 2
    assert path.stat().st_size == total == pytest.approx(size, rel=0.1)
