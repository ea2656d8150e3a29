"""The check of responses: what is found, how it is graded, and that nothing personal is shown."""

import gc
import gzip
import io
import json
import re
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from smartflo_contract.factories import EDGE_CASES, lead
from smartflo_contract.live import LiveError, Report, check
from smartflo_contract.live.parsing import item_splitter
from smartflo_contract.live.reports import REPORTS
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.body_rules import BODY_RULES
from smartflo_contract.schemas.files import read
from smartflo_contract.strategies import broken_leads, edge_leads, lead_lists, responses, surprising_leads

ROOT = Path(__file__).parents[3]
MANY = 30
PRIORITY = ("maximum", "/*/priority")


def body(count: int = MANY, **changes: Any) -> bytes:
    """Return a body with leads, each with some changed keys."""
    return json.dumps([{**lead(0, 8668, index), **changes} for index in range(count)]).encode()


def rules(report: Report) -> list[tuple[str, str, int]]:
    """Return rule, pointer and count of each finding."""
    return [(one.rule, one.pointer, one.count) for one in report.findings]


@pytest.mark.parametrize(
    ("given_", "grade", "found"),
    [
        (body(), "A", []),
        (body(3), None, []),
        (b"[]", None, []),
        (body(dial_status=77), "C", [("unknown-value", "/*/dial_status", MANY)]),
        (body(priority=99), "E", [(*PRIORITY, MANY)]),
        (
            body(1, priority=99)[:-1] + b"," + body()[1:],
            "D",
            [("maximum", "/*/priority", 1), ("lead-id-unique", "/*/lead_id", 1)],
        ),
        (b'{"success":false,"message":"Token has expired"}', "F", [("error-body", "", 1)]),
        (b"null", "F", [("no-array", "", 1)]),
        (b'{"data":[]}', "F", [("no-array", "", 1)]),
        (b'{"lead_id":1}', "E", None),
        (b"", "F", [("empty-body", "", 1)]),
        (b"<html><body>502</body></html>", "F", [("html-body", "", 1)]),
        (body()[:-1], "D", [("truncated-body", "", 1)]),
        (body()[:-1] + b",", "D", [("dangling-comma", "", 1)]),
        (body() + b"{}", "D", [("trailing-data", "", 1)]),
        (b"\xef\xbb\xbf" + body(), "D", [("byte-order-mark", "", 1)]),
        (body().decode().encode("utf-16"), "F", [("not-utf8", "", 1)]),
        (body().replace(b'"field_1"', b'"field_1\xff"', 1), "D", [("not-json", "", 1)]),
        (body().replace(b'"priority":', b'"priority": 1, "priority":', 1), "D", [("duplicate-key", "/*/priority", 1)]),
        (body().replace(b'"priority":', b'"priority": 1, "priority":'), "E", [("duplicate-key", "/*/priority", MANY)]),
        (gzip.compress(body()), "A", []),
        (gzip.compress(body())[:-20], "D", None),
        (b"\x1f\x8bnot gzip", "F", [("broken-gzip", "", 1), ("empty-body", "", 1)]),
    ],
)
def test_grades(given_: bytes, grade: str | None, found: list[tuple[str, str, int]] | None) -> None:
    """Each body has its grade and its findings, and what can be read of it is checked."""
    report = check(given_)

    assert grade == report.grade
    assert found is None or sorted(found) == sorted(rules(report))


def test_leads_line_by_line() -> None:
    """One lead a line is as good as an array."""
    lines = b"\n".join(json.dumps(lead(0, 8668, index)).encode() for index in range(MANY))

    assert ("A", MANY) == (check(lines).grade, check(lines).leads)


def test_duplicate_keys_line_by_line() -> None:
    """A key that stands twice is found in a line, at any depth and in any spelling; an unknown one is not shown."""
    lines = [json.dumps({**lead(0, 8668, index), "asha": {"rao": [index]}}) for index in range(MANY)]
    lines[7] = lines[7].replace('"rao"', '"\\u0072ao": 1, "rao"')
    report = check("\n".join(lines).encode())
    (found,) = (one for one in report.findings if one.severity == "break")

    assert ("duplicate-key", 7, 1, "D") == (found.rule, found.first, report.broken, report.grade)
    assert re.fullmatch(r"/\*/\(unknown key [0-9a-f]{8}\)/\(unknown key [0-9a-f]{8}\)", found.pointer)
    assert "rao" not in json.dumps(report.as_dict())


@pytest.mark.parametrize("profile", ["sample", "documented", "lenient"])
@settings(max_examples=25)
@given(data=st.data())
def test_reports_do_not_depend_on_batches(profile: str, data: st.DataObject) -> None:
    """A report is the same, counts and readings included, whether leads are decoded one by one or some hundred."""
    broken = broken_leads().filter(lambda one: one.rule != "not-json").map(lambda one: one.lead)
    kinds: st.SearchStrategy[Any] = surprising_leads() | broken | edge_leads() | st.sampled_from([None, [], {}, 7])
    leads: list[Any] = [
        lead(0, 8668, index, profile="documented" if index % 7 == 3 else "sample") for index in range(MANY)
    ]
    for found in data.draw(st.lists(kinds, max_size=4)):
        leads[data.draw(st.integers(0, MANY - 1))] = found
    text = json.dumps(leads).replace('"field_1":', '"field_1": "", "field_1":', data.draw(st.sampled_from([0, 0, 3])))
    together = check(text.encode(), profile=profile)
    with patch.object(item_splitter, "BATCH_BYTES", 1):
        alone = check(text.encode(), profile=profile)

    assert alone.as_dict() == together.as_dict()


def test_cycles_are_looked_for_afterwards() -> None:
    """Python looks for cycles again once a body has been read, or cannot be."""
    told: list[bool] = []
    check(body(), progress=lambda *_: told.append(gc.isenabled()))
    with pytest.raises(LiveError):
        check("none.json")

    assert [False] == told
    assert gc.isenabled()


def test_large_gzip() -> None:
    """A gzip stream of many megabytes, of one member or several, is read whole."""
    large = json.dumps(json.loads(body(2_000)), indent=4).encode()
    assert ("A", 2_000) == (check(gzip.compress(large)).grade, check(gzip.compress(large)).leads)
    members = gzip.compress(large[:3_000_000]) + gzip.compress(large[3_000_000:])
    assert ("A", len(large)) == (check(members).grade, check(members).sources[0].bytes)


def test_several_bodies(tmp_path: Path) -> None:
    """Equal findings of several bodies are one, with one count; identifiers may repeat from body to body."""
    path = tmp_path / "leads.json"
    path.write_bytes(body(priority=99))
    report = check(path, str(path), path.read_bytes(), io.BytesIO(body()))

    assert [("maximum", "/*/priority", 3 * MANY)] == rules(report)
    assert (4 * MANY, 3 * MANY, "D") == (report.leads, report.broken, report.grade)
    assert [str(path), str(path), "bytes", "file"] == [source.name for source in report.sources]


@given(leads=lead_lists(max_size=4) | st.lists(surprising_leads(), max_size=3))
def test_findings_are_those_of_the_contract(leads: list[dict[str, Any]]) -> None:
    """What the contract finds in a list, the check finds in its text, but for the names of unknown keys."""
    expected = [(one.rule, one.severity, one.count, one.first) for one in load_contract("lenient").check(leads)]
    found = [(one.rule, one.severity, one.count, one.first) for one in check(json.dumps(leads).encode()).findings]

    assert sorted(expected, key=str) == sorted(found, key=str)


@given(leads=st.lists(broken_leads().filter(lambda one: one.rule != "not-json").map(lambda one: one.lead), max_size=3))
def test_broken_leads_are_counted(leads: list[dict[str, Any]]) -> None:
    """A lead is broken where the contract says so of it, and all rules are found."""
    contract = load_contract("sample")
    report = check(json.dumps(leads).encode(), profile="sample")

    assert {one.rule for one in contract.check(leads)} == {one.rule for one in report.findings}
    assert report.broken >= sum(not contract.is_valid([one]) for one in leads)


@given(found=responses())
def test_each_reading_is_told(found: bytes) -> None:
    """Under the reading of the sample no value is as in the table alone, and none as in neither."""
    for row in check(found).agreements:
        assert (0, 0) == (row.counts["documented"], row.counts["neither"])
        assert len(json.loads(found)) == row.total


@pytest.mark.parametrize(("profile", "other"), [("sample", "documented"), ("documented", "sample")])
def test_agreement_with_a_reading(profile: str, other: str) -> None:
    """A response tells which reading it follows, contradiction by contradiction; that is no finding."""
    leads = [lead(0, 8668, index, profile=profile) for index in range(MANY)]
    report = check(json.dumps(leads).encode())
    rows = {row.contradiction: row.counts for row in report.agreements}

    assert [] == [one for one in report.findings if one.severity != "doc-only"]
    assert (MANY, 0) == (rows["lead-id-type"][profile], rows["lead-id-type"][other])
    assert not any(counts[other] for counts in rows.values())


def test_statistics() -> None:
    """Nulls, statuses and fields are counted; what is no known value has no name."""
    report = check(body(skill_id=None, dial_status=4242, dialer_dial_status=-3))
    statistics = report.statistics

    assert MANY == statistics["nulls"]["skill_id"]
    assert {"unknown": MANY} == statistics["dial_status"]
    assert {"-3 Number in Public DND List": MANY} == statistics["dialer_dial_status"]
    assert {"35": MANY} == statistics["fields"]


def test_an_overlay() -> None:
    """A key that an overlay adds is no surprise, and one that it changes is no matter of the readings."""
    overlay = {"properties": {"campaign": {"type": "string"}, "lead_id": {"type": "string"}}, "required": ["campaign"]}
    report = check(body(campaign="x"), overlay=overlay)

    assert "A" == report.grade
    assert "lead-id-type" not in {row.contradiction for row in report.agreements}
    assert [("required", "/*/campaign", MANY)] == rules(check(body(), overlay=overlay))


@pytest.mark.parametrize("form", REPORTS)
@given(data=st.data())
def test_nothing_personal_is_reported(form: str, data: st.DataObject) -> None:
    """No four characters of a value, or of a key that the contract does not have, stand in a report."""
    secret = st.text("ЖЩЪЫЭЮ", min_size=4, max_size=9)
    digits = st.text("78", min_size=8, max_size=9).map(int)
    keys = sorted(lead(0, 8668, 0))
    changed = {
        data.draw(st.sampled_from(keys) | secret): data.draw(secret | digits | st.lists(secret, max_size=2))
        for _ in range(4)
    }
    changed["nested"] = {  # type: ignore[assignment]  # any value will do
        data.draw(secret): data.draw(secret)
    }
    text = REPORTS[form](check(body(3, **changed)), "break")

    runs = {part for value in [*changed, *changed.values()] for part in _runs(value)}
    assert not [run for run in runs if run in text and run not in KNOWN]


KNOWN = (
    "".join(REPORTS[form](check(body()), "break") for form in REPORTS) + "nested" + json.dumps(read("lead.schema.json"))
)


def _runs(value: object) -> set[str]:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return {text[start : start + 4] for start in range(len(text) - 3)}


@pytest.mark.parametrize("name", EDGE_CASES)
def test_the_json_form_is_as_published(name: str) -> None:
    """The JSON form of each report is what ``report.schema.json`` says."""
    schema = json.loads((ROOT / "src/smartflo_contract/live/report.schema.json").read_text(encoding="utf-8"))
    finding = read("finding.schema.json")
    registry: Registry[Any] = Registry().with_resource(finding["$id"], Resource.from_contents(finding))
    validator = Draft202012Validator(schema, registry=registry)

    report = check(json.dumps(EDGE_CASES[name].leads).encode() + b"x")
    validator.validate(json.loads(REPORTS["json"](report, "break")))


def test_every_fault_of_a_body_is_described() -> None:
    """Each has what is expected, what came, and its evidence."""
    assert all(rule.expected and rule.got and rule.evidence for rule in BODY_RULES.values())


@pytest.mark.parametrize("path", ["none.json", "."])
def test_files_that_cannot_be_read(path: str) -> None:
    """A file that is none is an error in one line."""
    with pytest.raises(LiveError, match=f"cannot read {path}: "):
        check(path)


def test_progress(tmp_path: Path) -> None:
    """Whoever wants to know is told how many leads and bytes have been read, and how many there are to read."""
    told: list[tuple[int, int, int | None]] = []
    many, few = gzip.compress(body()), body(3)
    path = tmp_path / "leads.json.gz"
    path.write_bytes(many)
    read = len(many) + len(few)
    check(path, few, progress=lambda *now: told.append(now))
    check(path, io.BytesIO(few), progress=lambda *now: told.append(now))

    assert [(MANY, len(many), read), (MANY + 3, read, read)] == told[:2]
    assert [(MANY, len(many), None), (MANY + 3, read, None)] == told[2:]


def test_memory_does_not_grow_with_an_item() -> None:
    """An endless text in a lead is passed over; nothing of it is kept."""
    size = 0

    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, _size: int = -1) -> bytes:
            nonlocal size
            size += 1
            return b'[{"field_1":"' if size == 1 else b"x" * 65_536 if size < 400 else b""

    report = check(Endless(), max_item=100_000)  # type: ignore[arg-type]  # it has what is needed

    assert [("item-too-large", "", 1), ("truncated-body", "", 1)] == rules(report)
