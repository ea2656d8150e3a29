"""A response becomes a fixture, or nothing is written."""

import gzip
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from smartflo_contract.factories import lead_list
from smartflo_contract.live import Recorded, RecordError, check, record
from smartflo_contract.pytest_plugin import Smartflo

KEY: Final = b"0123456789abcdef"
LEADS: Final[list[dict[str, Any]]] = [dict(lead) for lead in lead_list(0, 8668, 30)]
BODY: Final = json.dumps(LEADS).encode()


def test_records_file(tmp_path: Path) -> None:
    """The fixture has as many leads, the same grade and agreements, and no name, number or id of the response."""
    source, fixture = tmp_path / "live.json.gz", tmp_path / "fixture.json"
    source.write_bytes(gzip.compress(BODY))

    assert Recorded(30, 0, 0) == record(source, fixture)
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


def keys_of(fixture: Path) -> list[set[str]]:
    """Return the keys of each lead that the contract does not know."""
    return [set(lead) - set(LEADS[0]) for lead in json.loads(fixture.read_bytes())]


@pytest.mark.parametrize(("count", "in_leads", "is_kept"), [(30, 2, True), (30, 1, False), (4, 1, True), (5, 1, False)])
def test_keeps_names_of_unknown_keys_that_reports_show(
    tmp_path: Path, count: int, in_leads: int, *, is_kept: bool
) -> None:
    """Other names are replaced, and so are all values."""
    keys = {"prio": 4711, "Asha Rao": 1}
    leads = [lead | (keys if index < in_leads else {}) for index, lead in enumerate(LEADS[:count])]
    record(json.dumps(leads).encode(), tmp_path / "fixture.json", key=KEY)

    first = json.loads((tmp_path / "fixture.json").read_bytes())[0]
    assert is_kept == ("prio" in first)
    assert {(2, False)} == {(len(kept), "Asha Rao" in kept) for kept in keys_of(tmp_path / "fixture.json")[:in_leads]}
    assert 4711 not in first.values()


def test_keeps_names_inside_unknown_values(tmp_path: Path) -> None:
    """Names are kept at any depth; a value that equals a kept name is replaced."""
    leads = [lead | {"extra": [{"mode": "mode", "Asha Rao": "extra"}]} for lead in LEADS]
    record(json.dumps(leads).encode(), tmp_path / "fixture.json", key=KEY)

    for lead in json.loads((tmp_path / "fixture.json").read_bytes()):
        ((first, value), (second, _)) = lead["extra"][0].items()
        assert "mode" == first != value
        assert "Asha Rao" != second
        assert "extra" not in lead["extra"][0].values()


@pytest.mark.parametrize(("policy", "kept"), [("show", {"prio", "Asha Rao"}), ("mask", set())])
def test_policy_decides_about_unknown_keys(tmp_path: Path, policy: Any, kept: set[str]) -> None:
    """All names are kept, or none."""
    leads = [lead | {"prio": 1, "Asha Rao": 1} for lead in LEADS]
    record(json.dumps(leads).encode(), tmp_path / "fixture.json", unknown_keys=policy, key=KEY)

    assert [kept] * 30 == [keys & {"prio", "Asha Rao"} for keys in keys_of(tmp_path / "fixture.json")]


def test_kept_names_have_the_same_findings(tmp_path: Path) -> None:
    """The fixture has the findings of the response, with the nearest known key, and so have its tests."""
    body = json.dumps([lead | {"prio": 1} for lead in LEADS]).encode()
    record(body, tmp_path / "fixture.json", key=KEY, as_test=tmp_path / "test_recorded.py")

    assert check(body).findings == tuple(
        replace(finding, source=check(body).findings[0].source) for finding in check(tmp_path / "fixture.json").findings
    )
    assert "did you mean `priority`?" in (tmp_path / "test_recorded.py").read_text()


def test_name_that_is_a_pseudonym_as_well_is_replaced(tmp_path: Path) -> None:
    """Two keys of a lead never become one."""
    record(
        json.dumps([lead | {"abc": 1} for lead in LEADS]).encode(), tmp_path / "1.json", key=KEY, unknown_keys="mask"
    )
    (pseudonym,) = keys_of(tmp_path / "1.json")[0]
    leads = [lead | {"abc": 1, pseudonym: 2} for lead in LEADS]
    record(json.dumps(leads).encode(), tmp_path / "2.json", key=KEY)

    assert {2} == {len(keys) for keys in keys_of(tmp_path / "2.json")}


def test_records_items_that_are_lists(tmp_path: Path) -> None:
    """A line of the fixture may begin with a bracket."""
    record(b'[["Asha Rao"],[]]', tmp_path / "fixture.json")

    first, second = json.loads((tmp_path / "fixture.json").read_bytes())
    assert (1, []) == (len(first), second)
