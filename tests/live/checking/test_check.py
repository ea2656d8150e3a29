"""Findings, grades, counts and masking of a check."""

import bz2
import gc
import gzip
import io
import json
import lzma
import zipfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from smartflo_contract.factories import EDGE_CASES, lead
from smartflo_contract.live import LiveError, Report, check
from smartflo_contract.live.parsing import item_splitter
from smartflo_contract.live.reports import REPORTS
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.files import read
from smartflo_contract.strategies import broken_leads, edge_leads, lead_lists, responses, surprising_leads

ROOT = Path(__file__).parents[3]
COUNT = 30
PRIORITY = ("maximum", "/*/priority")
LINES = [json.dumps(lead(0, 8668, index)).encode() for index in range(2)]
FEW_EXAMPLES = settings(max_examples=max(5, settings.default.max_examples // 4 if settings.default else 0))
"""For properties whose example checks a list several times."""


def body(count: int = COUNT, **changes: Any) -> bytes:
    """Return a lead list, with some properties changed in each lead."""
    return json.dumps([{**lead(0, 8668, index), **changes} for index in range(count)]).encode()


def findings(report: Report) -> list[tuple[str, str, int]]:
    """Return rule, pointer and count of each finding."""
    return [(finding.rule, finding.pointer, finding.count) for finding in report.findings]


def breaks(report: Report) -> dict[str, int]:
    """Return the count of each rule with a finding of severity ``break``."""
    return {finding.rule: finding.count for finding in report.at_least("break")}


# --- bodies


@pytest.mark.parametrize(
    ("content", "grade", "expected"),
    [
        (body(), "A", []),
        (body(3), None, []),
        (b"[]", None, []),
        (body(dial_status=77), "C", [("unknown-value", "/*/dial_status", COUNT)]),
        (body(priority=99), "E", [(*PRIORITY, COUNT)]),
        (
            body(1, priority=99)[:-1] + b"," + body()[1:],
            "D",
            [("maximum", "/*/priority", 1), ("lead-id-unique", "/*/lead_id", 1)],
        ),
        (b'{"success":false,"message":"Token has expired"}', "F", [("error-body", "", 1)]),
        (b"null", "F", [("no-array", "", 1)]),
        (b'{"data":[]}', "F", [("envelope", "/data", 1)]),
        (b'{"lead_id":1}', "E", None),
        (b"", "F", [("empty-body", "", 1)]),
        (b"<html><body>502</body></html>", "F", [("html-body", "", 1)]),
        (body()[:-1], "D", [("truncated-body", "", 1)]),
        (body()[:-1] + b",", "D", [("dangling-comma", "", 1)]),
        (body() + b"{}", "D", [("trailing-data", "", 1)]),
        (b"\xef\xbb\xbf" + body(), "D", [("byte-order-mark", "", 1)]),
        (body().decode().encode("utf-16"), "F", [("not-utf8", "", 1)]),
        (body().replace(b'"field_1"', b'"field_1\xff"', 1), "D", [("not-utf8", "", 1)]),
        (body(field_1="Rene").replace(b"Rene", b"Ren\xe9"), "D", [("not-utf8", "", 1)]),
        (body().replace(b'"priority":', b'"priority": 1, "priority":', 1), "D", [("duplicate-key", "/*/priority", 1)]),
        (body().replace(b'"priority":', b'"priority": 1, "priority":'), "E", [("duplicate-key", "/*/priority", COUNT)]),
        (gzip.compress(body()), "A", []),
        (gzip.compress(body())[:-20], "D", None),
        (b"\x1f\x8bnot gzip", "F", [("broken-gzip", "", 1), ("empty-body", "", 1)]),
    ],
    ids=range(24),
)
def test_grades_by_worst_finding(
    content: bytes, grade: str | None, expected: list[tuple[str, str, int]] | None
) -> None:
    """Everything that can be read of a body is checked."""
    report = check(content)

    assert grade == report.grade
    assert expected is None or sorted(expected) == sorted(findings(report))


def test_locates_broken_gzip() -> None:
    """The position is that of all findings: in the decompressed body, behind what could be read of it."""
    (finding,) = check(gzip.compress(body()) + b"not gzip").findings

    assert f"an incomplete or invalid one, at byte {len(body()):,}, after {COUNT} leads" == finding.got


def zipped(content: bytes) -> bytes:
    """Return a zip archive with one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("leads.json", content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "rule", "got"),
    [
        (zipped(body()), "other-format", "a zip archive or an Excel workbook"),
        (bz2.compress(body()), "other-format", "a bzip2 file"),
        (lzma.compress(body()), "other-format", "an xz file"),
        (gzip.compress(gzip.compress(body(), mtime=0), mtime=0), "other-format", "gzip inside gzip"),
        (b"id,lead_id,priority\n" + b"1,2,3\n" * 30, "other-format", "CSV"),
        (b"HTTP/2 200 \r\nset-cookie: a=b\r\n\r\n[]", "other-format", "an HTTP response with its headers"),
        (b"HTTP/1.1 200 OK\n\n{}", "other-format", "an HTTP response with its headers"),
        (b'"id";"lead_id"\r\n' + b'"1";"2"\r\n' * 30, "other-format", "CSV"),
        (b"- id: a\n  priority: 1\n" * 30, "other-format", "YAML"),
        (b"---\nid: a\n" * 30, "other-format", "YAML"),
        (b"id: a\nlead_id: b\n" * 30, "other-format", "YAML"),
        (b"<?xml version='1.0'?><leads/>", "other-format", "an XML document"),
        (b"leads.json".ljust(257, b"\0") + b"ustar", "other-format", "a tar archive"),
        (json.dumps(body(3).decode()).encode(), "no-array", "a JSON string that contains JSON"),
        (b'"leads"', "no-array", "a string"),
        (b'{"leads_of": 1}', "no-array", "an object with 1 key"),
        (b"3", "no-array", "a number"),
    ],
    ids=range(17),
)
def test_names_what_body_is(content: bytes, rule: str, got: str) -> None:
    """A body in another format is one finding, which states what to do."""
    report = check(content)
    (finding,) = report.findings

    assert ("F", rule, 1) == (report.grade, finding.rule, finding.count)
    assert got == finding.got
    assert finding.help.endswith(".")


@pytest.mark.parametrize("content", [b"Internal Server Error", b"Sorry, try again later", b"nope\nnope"])
def test_takes_no_prose_for_another_format(content: bytes) -> None:
    """Text of which the format is not clear is not JSON."""
    assert "not-json" in {finding.rule for finding in check(content).findings}


@pytest.mark.parametrize(("start", "separator", "end"), [(b"[", b",", b"]"), (b"", b"\n", b"")], ids=["array", "lines"])
def test_skips_unreadable_items(start: bytes, separator: bytes, end: bytes) -> None:
    """Each is a finding, and the leads around them are checked."""
    items = [
        b'{"field_9":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"field_1":"\x00"}',
        b"{\x00}",
    ]
    report = check(start + separator.join([LINES[0], *items, LINES[1]]) + end)

    assert (2, {"not-json": len(items)}) == (report.leads, breaks(report))


def test_checks_number_of_million_digits() -> None:
    """JSON has no limit of digits, so the number is a value that the contract rejects."""
    leads = body(priority=7).replace(b"7}", b"%b}" % (b"1" * 10**6)).replace(b": 7,", b": %b," % (b"1" * 10**6))
    report = check(leads)

    assert (COUNT, {"maximum": COUNT}) == (report.leads, breaks(report))


def test_checks_deeply_nested_item() -> None:
    """The deepest item that the decoder accepts is a lead with findings."""
    report = check(b"[%b,%b]" % (LINES[0], b'{"field_9":' + b"[" * 1_000 + b"]" * 1_000 + b"}"))

    assert 2 == report.leads
    assert breaks(report)


@pytest.mark.parametrize(
    ("content", "rules", "leads"),
    [
        (b"\xef\xbb\xbf[%b,%b]" % (*LINES,), {"byte-order-mark": 1}, 2),
        (b"\xef\xbb\xbf%b\n%b" % (*LINES,), {"byte-order-mark": 1}, 2),
        (b"[%b]".decode().encode("utf-16"), {"not-utf8": 1}, 0),
        (LINES[0].decode().encode("utf-16-be"), {"not-utf8": 1}, 0),
        (b"\x00[%b]" % LINES[0], {"not-utf8": 1}, 0),
    ],
    ids=["mark", "mark before lines", "UTF-16", "UTF-16 without mark", "NUL"],
)
def test_does_not_guess_encodings(content: bytes, rules: dict[str, int], leads: int) -> None:
    """A UTF-8 byte order mark is skipped; another encoding is not read."""
    report = check(content)

    assert (rules, leads) == (breaks(report), report.leads)


def test_accepts_one_lead_per_line() -> None:
    """It is as good as an array."""
    report = check(b"\n".join(json.dumps(lead(0, 8668, index)).encode() for index in range(COUNT)))

    assert ("A", COUNT) == (report.grade, report.leads)


def test_masks_unknown_duplicate_keys() -> None:
    """A key that is repeated is found at any depth and in any spelling; an unknown one in one lead is not printed."""
    lines = [json.dumps({**lead(0, 8668, index), "asha": {"rao": [index]}}) for index in range(COUNT)]
    lines[7] = lines[7].replace('"rao"', '"\\u0072ao": 1, "rao"')
    report = check("\n".join(lines).encode())
    (finding,) = report.at_least("break")

    assert ("duplicate-key", 7, 1, "D") == (finding.rule, finding.first, report.broken, report.grade)
    assert "/*/asha/(unknown key 1)" == finding.pointer
    assert "rao" not in json.dumps(report.as_dict())


def test_decompresses_large_gzip() -> None:
    """A gzip stream of many chunks is read completely, with one member or two."""
    content = json.dumps(json.loads(body(300)), indent=4).encode()
    assert len(content) > 600_000
    for compressed in (gzip.compress(content), gzip.compress(content[:300_000]) + gzip.compress(content[300_000:])):
        report = check(compressed)
        assert ("A", len(content)) == (report.grade, report.sources[0].bytes)


def test_adds_up_several_bodies(tmp_path: Path) -> None:
    """Equal findings of one name are merged; an id may occur in several bodies. The worst grade counts."""
    path = tmp_path / "leads.json"
    path.write_bytes(body(priority=99))
    report = check(path, str(path), path.read_bytes(), io.BytesIO(body()))

    assert [("maximum", "/*/priority", count * COUNT) for count in (2, 1)] == findings(report)
    assert [str(path), "bytes"] == [finding.source for finding in report.findings]
    assert (4 * COUNT, 3 * COUNT, "E") == (report.leads, report.broken, report.grade)
    assert [str(path), str(path), "bytes", "file"] == [source.name for source in report.sources]


def test_resumes_garbage_collection() -> None:
    """It is paused while a body is read, and resumed even if it cannot be read."""
    enabled: list[bool] = []
    check(body(), progress=lambda *_: enabled.append(gc.isenabled()))
    with pytest.raises(LiveError):
        check("none.json")

    assert [False] == enabled
    assert gc.isenabled()


# --- findings


@pytest.mark.fast_only(profile="lenient")
@pytest.mark.parametrize("profile", ["sample", "documented", "lenient"])
@FEW_EXAMPLES
@given(data=st.data())
def test_report_does_not_depend_on_batches(profile: str, data: st.DataObject) -> None:
    """Findings, counts and agreements are the same if each lead is decoded alone."""
    broken = broken_leads().filter(lambda broken: broken.rule != "not-json").map(lambda broken: broken.lead)
    items: st.SearchStrategy[Any] = surprising_leads() | broken | edge_leads() | st.sampled_from([None, [], {}, 7])
    leads: list[Any] = [
        lead(0, 8668, index, profile="documented" if index % 7 == 3 else "sample") for index in range(COUNT)
    ]
    for item in data.draw(st.lists(items, max_size=4)):
        leads[data.draw(st.integers(0, COUNT - 1))] = item
    text = json.dumps(leads).replace('"field_1":', '"field_1": "", "field_1":', data.draw(st.sampled_from([0, 0, 3])))
    together = check(text.encode(), profile=profile)
    with patch.object(item_splitter, "BATCH_BYTES", 1):
        alone = check(text.encode(), profile=profile)

    assert alone.as_dict() == together.as_dict()


@given(leads=lead_lists(max_size=4) | st.lists(surprising_leads(), max_size=3))
def test_finds_what_contract_finds(leads: list[dict[str, Any]]) -> None:
    """The findings of ``Contract.check`` are the same, except for the names of unknown keys."""
    expected = load_contract("lenient").check(leads)
    found = check(json.dumps(leads).encode()).findings

    assert sorted(str((one.rule, one.severity, one.count, one.first)) for one in expected) == sorted(
        str((one.rule, one.severity, one.count, one.first)) for one in found
    )


@given(
    leads=st.lists(
        broken_leads().filter(lambda broken: broken.rule != "not-json").map(lambda broken: broken.lead), max_size=3
    )
)
def test_counts_broken_leads(leads: list[dict[str, Any]]) -> None:
    """A lead is broken if the contract says so, and all rules are found."""
    contract = load_contract("sample")
    report = check(json.dumps(leads).encode(), profile="sample")

    assert {finding.rule for finding in contract.check(leads)} == {finding.rule for finding in report.findings}
    assert report.broken >= sum(not contract.is_valid([broken]) for broken in leads)


def test_applies_overlay() -> None:
    """A property of an overlay is known, and one that it changes is not compared with the vendor's readings."""
    overlay = {"properties": {"campaign": {"type": "string"}, "lead_id": {"type": "string"}}, "required": ["campaign"]}
    report = check(body(campaign="x"), overlay=overlay)

    assert "A" == report.grade
    assert "lead-id-type" not in {agreement.contradiction for agreement in report.agreements}
    assert [("required", "/*/campaign", COUNT)] == findings(check(body(), overlay=overlay))


# --- agreements and statistics


@given(content=responses())
def test_counts_agreements_of_every_value(content: bytes) -> None:
    """Under the profile ``sample``, no value follows the table alone or neither reading."""
    for agreement in check(content).agreements:
        assert (0, 0) == (agreement.counts["documented"], agreement.counts["neither"])
        assert len(json.loads(content)) == agreement.total


@pytest.mark.parametrize(("profile", "other"), [("sample", "documented"), ("documented", "sample")])
def test_reports_reading_of_each_contradiction(profile: str, other: str) -> None:
    """It is no finding."""
    leads = [lead(0, 8668, index, profile=profile) for index in range(COUNT)]
    report = check(json.dumps(leads).encode())
    counts = {agreement.contradiction: agreement.counts for agreement in report.agreements}

    assert {"doc-only"} >= {finding.severity for finding in report.findings}
    assert (COUNT, 0) == (counts["lead-id-type"][profile], counts["lead-id-type"][other])
    assert not any(count[other] for count in counts.values())


def test_counts_leads_without_a_status() -> None:
    """A key that is absent has no unknown value."""
    leads = [{key: value for key, value in lead(0, 8668, n).items() if key != "dial_status"} for n in range(COUNT)]

    assert {"absent": COUNT} == check(json.dumps(leads).encode()).statistics["dial_status"]


def test_counts_nulls_statuses_and_fields() -> None:
    """An unknown status has no label."""
    statistics = check(body(skill_id=None, dial_status=4242, dialer_dial_status=-3)).statistics

    assert COUNT == statistics["nulls"]["skill_id"]
    assert {"unknown": COUNT} == statistics["dial_status"]
    assert {"-3 Number in Public DND List": COUNT} == statistics["dialer_dial_status"]
    assert {"35": COUNT} == statistics["fields"]


# --- reports


def render_all(report: Report) -> str:
    """Return the report in all formats."""
    return "".join(render(report, "break") for render in REPORTS.values())


KNOWN = render_all(check(body())) + "nested" + json.dumps(read("lead.schema.json"))
"""Text that may be in a report, whatever the values are."""


def four_characters(value: object) -> set[str]:
    """Return all substrings of four characters."""
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return {text[start : start + 4] for start in range(len(text) - 3)}


@given(data=st.data())
def test_reports_contain_no_personal_data(data: st.DataObject) -> None:
    """No format contains four characters in a row of a value, or of a key that is not in the contract."""
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
    text = render_all(check(body(3, **changed)))

    parts = {part for value in [*changed, *changed.values()] for part in four_characters(value)}
    assert not [part for part in parts if part in text and part not in KNOWN]


def test_published_schema_contains_that_of_findings() -> None:
    """``report.schema.json`` is self-contained: its definition of a finding is ``finding.schema.json``."""
    schema = json.loads((ROOT / "src/smartflo_contract/live/report.schema.json").read_text(encoding="utf-8"))
    finding = {key: value for key, value in read("finding.schema.json").items() if not key.startswith("$")}

    assert finding == schema["$defs"]["finding"]
    assert "urn:" not in json.dumps(schema["properties"])


def test_json_form_matches_published_schema() -> None:
    """``report.schema.json`` describes the JSON form of every edge case."""
    schema = json.loads((ROOT / "src/smartflo_contract/live/report.schema.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema)

    for name, case in EDGE_CASES.items():
        report = check(json.dumps(case.leads).encode() + b"x")
        errors = [error.message for error in validator.iter_errors(json.loads(REPORTS["json"](report, "break")))]
        assert [] == errors, name
