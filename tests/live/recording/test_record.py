"""A response becomes a fixture, or nothing is written."""

import gzip
import json
import os
from pathlib import Path
from typing import Any, Final

import pytest

from smartflo_contract.factories import lead_list
from smartflo_contract.live import RecordError, check, record
from smartflo_contract.pytest_plugin import Smartflo

KEY: Final = b"0123456789abcdef"
LEADS: Final[list[dict[str, Any]]] = [dict(lead) for lead in lead_list(0, 8668, 30)]
BODY: Final = json.dumps(LEADS).encode()


def test_records_file(tmp_path: Path) -> None:
    """The fixture has as many leads, the same grade and agreements, and no name, number or id of the response."""
    source, fixture = tmp_path / "live.json.gz", tmp_path / "fixture.json"
    source.write_bytes(gzip.compress(BODY))

    assert (30, 0, 0) == record(source, fixture)
    leads = json.loads(fixture.read_bytes())
    before, after = check(source), check(fixture)
    assert ("A", "A") == (before.grade, after.grade)
    assert before.agreements == after.agreements
    for key in ("id", "field_0", "field_1", "field_2"):
        assert {lead[key] for lead in LEADS}.isdisjoint(lead[key] for lead in leads)
    assert [lead["dial_status"] for lead in LEADS] == [lead["dial_status"] for lead in leads]
    assert [fixture, source] == sorted(tmp_path.iterdir())


def test_records_api_with_one_request(smartflo: Smartflo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The fixture can be loaded into the fake again."""
    monkeypatch.setenv("SMARTFLO_TOKEN", smartflo.token)
    recorded = smartflo.add_list(leads=5)
    record(recorded.url, tmp_path / "fixture.json")
    loaded = smartflo.load(tmp_path / "fixture.json")

    assert json.loads((tmp_path / "fixture.json").read_bytes()) == loaded.leads
    assert recorded.id != loaded.id
    smartflo.assert_called("GET", f"/v1/broadcast/leads/{recorded.id}", times=1)


def test_fake_serves_fixture_unchanged(smartflo: Smartflo, tmp_path: Path) -> None:
    """Missing keys stay missing, and keys keep their order, in a file as in leads."""
    broken = {key: LEADS[0][key] for key in reversed(LEADS[0]) if key != "priority"} | {"list_id": 4711}
    (tmp_path / "fixture.json").write_text(json.dumps([broken]))
    loaded = smartflo.load(tmp_path / "fixture.json")
    assert (4711, json.dumps([broken])) == (loaded.id, json.dumps(json.loads(smartflo.client.get(loaded.url).data)))

    del broken["list_id"]
    again = smartflo.load([broken, {}])
    assert [broken, {}] == again.leads
    assert [loaded, again] == smartflo.lists


def test_key_decides_fixture(tmp_path: Path) -> None:
    """The same key writes the same fixture; without a key, every fixture is different."""
    fixtures = []
    for number, key in enumerate([KEY, KEY, None, None]):
        record(json.dumps(LEADS[:3]).encode(), tmp_path / f"{number}.json", key=key)
        fixtures.append((tmp_path / f"{number}.json").read_bytes())

    assert fixtures[0] == fixtures[1]
    assert 3 == len(set(fixtures))


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (BODY[:-5], "truncated-body"),
        (b"<html>", "html-body"),
        (b"", "empty-body"),
        (b'{"success":false,"message":"Token has expired"}', "error-body"),
        (b"3", "no-array"),
        (b'[{"field_1": "Asha", "field_1": "Asha"}]', "duplicate-key"),
        (b'[{"field_1": Asha}]', "not-json"),
        (gzip.compress(BODY)[:-9], "broken-gzip"),
    ],
)
def test_rejects_body_that_is_not_a_complete_list(tmp_path: Path, body: bytes, rule: str) -> None:
    """Nothing is written, existing files stay unchanged, and the message contains no value."""
    fixture = tmp_path / "fixture.json"
    fixture.write_text("before")
    with pytest.raises(
        RecordError, match=rf"is not a complete list of leads \({rule}\); nothing is recorded"
    ) as caught:
        record(body, fixture)

    assert "Asha" not in str(caught.value)
    assert ["before"] == [path.read_text() for path in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("target", "reason"), [("none/fixture.json", "No such file or directory"), (".", "Is a directory")]
)
def test_rejects_target_before_reading(tmp_path: Path, target: str, reason: str) -> None:
    """A target that cannot be written is an error before the source is opened."""
    with pytest.raises(RecordError, match=rf"cannot write .*: {reason}"):
        record(tmp_path / "unread.json", tmp_path / target)


def test_rejects_source_as_target(tmp_path: Path) -> None:
    """A recording never overwrites what it records."""
    source = tmp_path / "live.json"
    source.write_bytes(BODY)
    with pytest.raises(RecordError, match=r"live\.json is the recorded file and would be overwritten"):
        record(source, source)


@pytest.mark.parametrize("body", [b"[]", b"[ ]", b""])
def test_rejects_list_without_leads(tmp_path: Path, body: bytes) -> None:
    """Nothing is written: no fake could serve a fixture without leads."""
    fixture = tmp_path / "fixture.json"
    with pytest.raises(RecordError):
        record(body, fixture)

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("before", "mode"), [(None, 0o640), (0o600, 0o600), (0o664, 0o664)])
def test_keeps_mode_of_file(tmp_path: Path, before: int | None, mode: int) -> None:
    """A new file has the default mode."""
    fixture = tmp_path / "fixture.json"
    if before is not None:
        fixture.touch()
        fixture.chmod(before)
    default = os.umask(0o027)
    try:
        record(BODY, fixture)
    finally:
        os.umask(default)

    assert oct(mode) == oct(fixture.stat().st_mode & 0o777)


def test_keeps_links(tmp_path: Path) -> None:
    """The file behind a link is replaced, not the link."""
    fixture, link = tmp_path / "fixture.json", tmp_path / "link.json"
    fixture.write_text("before")
    link.symlink_to(fixture)
    record(BODY, link)

    assert link.is_symlink()
    assert 30 == len(json.loads(fixture.read_bytes()))
    assert {fixture, link} == set(tmp_path.iterdir())


def test_writes_into_pipe(tmp_path: Path) -> None:
    """A pipe stays a pipe, and gets no byte if the recording fails."""
    pipe, body = tmp_path / "pipe", json.dumps(LEADS[:2]).encode()
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(RecordError):
            record(body[:-5], pipe)
        nothing = os.read(reader, 1)
        record(body, pipe)
        content = os.read(reader, 65_536)
    finally:
        os.close(reader)

    assert b"" == nothing
    assert 2 == len(json.loads(content))
    assert pipe.is_fifo()
