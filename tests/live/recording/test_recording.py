"""A response becomes a fixture, or nothing is written."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.factories import lead
from smartflo_contract.live import RecordError, check, record
from smartflo_contract.pytest_plugin import Smartflo

KEY = b"0123456789abcdef"
LEADS: list[dict[str, Any]] = [dict(lead(0, 8668, index)) for index in range(30)]


def test_a_file(tmp_path: Path) -> None:
    """The fixture has as many leads, the same grade and reading, and no name, number or id of the response."""
    source, target = tmp_path / "live.json.gz", tmp_path / "fixture.json"
    source.write_bytes(gzip.compress(json.dumps(LEADS).encode()))

    assert (30, 0, 0) == record(source, target)
    written = json.loads(target.read_bytes())
    assert ("A", "A") == (check(source).grade, check(target).grade)
    assert check(source).agreements == check(target).agreements
    for key in ("id", "field_0", "field_1", "field_2"):
        assert {one[key] for one in LEADS}.isdisjoint(one[key] for one in written)
    assert [one["dial_status"] for one in LEADS] == [one["dial_status"] for one in written]
    assert [target, source] == sorted(tmp_path.iterdir())


def test_the_api_and_back(smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A list is recorded by one request, and the fixture is a list of the fake again."""
    monkeypatch.setenv("SMARTFLO_TOKEN", smartflo.token)
    made = smartflo.add_list(leads=5)
    record(made.url, tmp_path / "fixture.json")
    loaded = smartflo.load(tmp_path / "fixture.json")

    assert json.loads((tmp_path / "fixture.json").read_bytes()) == loaded.leads
    assert made.id != loaded.id
    smartflo.assert_called("GET", f"/v1/broadcast/leads/{made.id}", times=1)


def test_a_fixture_is_served_as_it_is(smartflo: Smartflo, tmp_path: Path) -> None:
    """A key that is missing stays missing, and keys keep their order, from a file as from leads."""
    broken = {key: LEADS[0][key] for key in reversed(LEADS[0]) if key != "priority"} | {"list_id": 4711}
    (tmp_path / "fixture.json").write_text(json.dumps([broken]))
    loaded = smartflo.load(tmp_path / "fixture.json")
    assert (4711, json.dumps([broken])) == (loaded.id, json.dumps(json.loads(smartflo.client.get(loaded.url).data)))

    del broken["list_id"]
    again = smartflo.load([broken, {}])
    assert [broken, {}] == again.leads
    assert [loaded, again] == smartflo.lists


@pytest.mark.parametrize("leads", [[], [3], ["lead"]])
def test_what_is_no_fixture(smartflo: Smartflo, tmp_path: Path, leads: list[Any]) -> None:
    """Without leads there is no list."""
    (tmp_path / "fixture.json").write_text(json.dumps(leads))
    with pytest.raises(ValueError, match=r"fixture\.json: expected a JSON array of leads, one at least"):
        smartflo.load(tmp_path / "fixture.json")
    with pytest.raises(ValueError, match="leads: expected leads, one at least"):
        smartflo.load(leads)


@pytest.mark.parametrize(
    ("content", "told"), [(b"", "Expecting value"), (b"{}\n{}", "Extra data"), (b"\x1f\x8b", "can't decode")]
)
def test_what_is_no_json(smartflo: Smartflo, tmp_path: Path, content: bytes, told: str) -> None:
    """The message names the file, and what writes one."""
    (tmp_path / "fixture.json").write_bytes(content)
    with pytest.raises(ValueError, match=rf"fixture\.json: expected a JSON array .*`smartflo-contract record`.*{told}"):
        smartflo.load(tmp_path / "fixture.json")


def test_keys(tmp_path: Path) -> None:
    """One key gives the same fixture; without one it is another each time."""
    texts = []
    for number, key in enumerate([KEY, KEY, None, None]):
        record(json.dumps(LEADS).encode(), tmp_path / f"{number}.json", key=key)
        texts.append((tmp_path / f"{number}.json").read_bytes())

    assert texts[0] == texts[1]
    assert 3 == len(set(texts))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (json.dumps(LEADS).encode()[:-5], "truncated-body"),
        (b"<html>", "html-body"),
        (b"", "empty-body"),
        (b'{"success":false,"message":"Token has expired"}', "error-body"),
        (b"3", "no-array"),
        (b'[{"field_1": "Asha", "field_1": "Asha"}]', "duplicate-key"),
        (b'[{"field_1": Asha}]', "not-json"),
        (gzip.compress(json.dumps(LEADS).encode())[:-9], "broken-gzip"),
    ],
)
def test_what_is_not_understood(tmp_path: Path, body: bytes, told: str) -> None:
    """Nothing is written, what was there stays, and the message shows no value."""
    target = tmp_path / "fixture.json"
    target.write_text("before")
    with pytest.raises(RecordError, match=f"is no whole list of leads, so nothing is recorded: {told}") as caught:
        record(body, target)

    assert "Asha" not in str(caught.value)
    assert ["before"] == [path.read_text() for path in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("place", "told"), [("none/fixture.json", "No such file or directory"), (".", "Is a directory")]
)
def test_where_nothing_can_be_written(tmp_path: Path, place: str, told: str) -> None:
    """A folder that is not there, or stands in the way, is told in a line before the response is read."""
    with pytest.raises(RecordError, match=rf"cannot write .*: {told}"):
        record(tmp_path / "unread.json", tmp_path / place)


@pytest.mark.parametrize(("before", "mode"), [(None, 0o640), (0o600, 0o600), (0o664, 0o664)])
def test_who_may_read_it(tmp_path: Path, before: int | None, mode: int) -> None:
    """A file that is there keeps its mode; a new one has the usual one."""
    target = tmp_path / "fixture.json"
    if before is not None:
        target.touch()
        target.chmod(before)
    usual = os.umask(0o027)
    try:
        record(json.dumps(LEADS).encode(), target)
    finally:
        os.umask(usual)

    assert oct(mode) == oct(target.stat().st_mode & 0o777)


def test_links_stay(tmp_path: Path) -> None:
    """A link still leads to the file, which has the fixture."""
    target, link = tmp_path / "fixture.json", tmp_path / "link.json"
    target.write_text("before")
    link.symlink_to(target)
    record(json.dumps(LEADS).encode(), link)

    assert link.is_symlink()
    assert 30 == len(json.loads(target.read_bytes()))
    assert {target, link} == set(tmp_path.iterdir())


def test_what_is_no_file(tmp_path: Path) -> None:
    """A pipe is written to, and stays one; no byte goes there where the response is not understood."""
    pipe, content = tmp_path / "pipe", json.dumps(LEADS[:2]).encode()
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(RecordError):
            record(content[:-5], pipe)
        nothing = os.read(reader, 1)
        record(content, pipe)
        written = os.read(reader, 65_536)
    finally:
        os.close(reader)

    assert b"" == nothing
    assert 2 == len(json.loads(written))
    assert pipe.is_fifo()
