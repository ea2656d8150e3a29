"""What has changed from one response to another."""

import hashlib
import json
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract import live
from smartflo_contract.factories import lead_list
from smartflo_contract.live import BaselineError, Report, check, diff
from smartflo_contract.live.comparing.changes import CHANGES
from smartflo_contract.live.reports import REPORTS
from smartflo_contract.schemas.findings import SEVERITIES
from smartflo_contract.strategies import lead_lists

COUNT = 200
EXTRA = hashlib.sha256(b"extra").hexdigest()[:8]
Lead = dict[str, Any]
Change = Callable[[Lead, int], object]


def body(change: Change | None = None, count: int = COUNT, **settings: Any) -> bytes:
    """Return a response, of which each lead is changed in place."""
    found: list[Lead] = [dict(lead) for lead in lead_list(0, 8668, count, **settings)]
    for index, lead in enumerate(found):
        if change:
            change(lead, index)
    return json.dumps(found).encode()


def put(key: str, value: object, share: float = 1) -> Change:
    """Return a change that puts a value into a share of the leads."""
    return lambda lead, index: lead.update({key: value}) if index < share * COUNT else None


def drop(key: str, share: float = 1) -> Change:
    """Return a change that drops a key from a share of the leads."""
    return lambda lead, index: lead.pop(key, None) if index < share * COUNT else None


def told(report: Report) -> set[tuple[str, str, str]]:
    """Return severity, rule and pointer of what a comparison has found."""
    return {(one.severity, one.rule, one.pointer) for one in report.findings}


def test_same_response() -> None:
    """A response is like itself, and like a part of itself that has as many leads as it takes to say so."""
    assert (set(), "A") == (told(diff(body(), body())), diff(body(), body()).grade)
    assert "A" == diff(body(), body(count=150)).grade
    few = diff(body(), body(count=19))
    assert few.grade is None
    assert "no grade: nothing relevant has changed, but grade A needs at least 20 leads" == few.verdict


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, drop("call_count"), ("surprise", "gone-key", "/*/call_count")),
        (drop("call_count"), None, ("info", "new-key", "/*/call_count")),
        (None, drop("call_count", 0.2), ("surprise", "key-rate", "/*/call_count")),
        (drop("call_count", 0.2), None, ("surprise", "key-rate", "/*/call_count")),
        (
            put("extra", 1),
            lambda lead, index: lead.update(extra=None if index else 1),
            ("surprise", "new-type", f"/*/(unknown key {EXTRA})"),
        ),
        (None, put("skill_id", 5), ("info", "gone-type", "/*/skill_id")),
        (put("skill_id", None, 0.9), put("skill_id", 5, 0.9), ("surprise", "null-rate", "/*/skill_id")),
        (put("dial_status", 1), put("dial_status", 4), ("info", "new-value", "/*/dial_status")),
        (put("dial_status", 1, 0.5), put("dial_status", 1), ("info", "gone-value", "/*/dial_status")),
        (None, put("retry_count", "3"), ("doc-only", "other-reading", "/*/retry_count")),
        (put("header", '["Name"]'), put("header", '["Phone"]'), ("surprise", "new-columns", "/*/header")),
        (put("priority", 99), None, ("info", "mended", "/*/priority")),
    ],
)
def test_change(before: Change | None, after: Change | None, expected: tuple[str, str, str]) -> None:
    """What has changed is told, once for its key, and what is the same is not."""
    found = diff(body(before), body(after))
    at = {(severity, rule, where) for severity, rule, where in told(found) if where.startswith(expected[2])}

    assert expected in at
    assert {expected[2]} == {where for _, _, where in at}
    assert {rule for _, rule, _ in at} <= {"new-value", "gone-value"} or 1 == len(at)


def test_every_rule_is_met_above_but_for_empty_lists() -> None:
    """The cases of the test above are one for each rule."""
    (cases,) = (mark.args[1] for mark in test_change.pytestmark)  # type: ignore[attr-defined]
    assert CHANGES.keys() - {"no-leads"} == {rule for _, _, (_, rule, _) in cases}
    assert all(CHANGES[rule].severity == severity for _, _, (severity, rule, _) in cases)


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (drop("call_count", 0.99), drop("call_count"), "gone-key"),
        (put("skill_id", None), lambda lead, index: lead.update(skill_id=None if index else 5), "new-type"),
        (
            put("header", '["Name"]'),
            lambda lead, index: lead.update(header='["Name"]' if index else '["Phone"]'),
            "new-columns",
        ),
        (None, put("retry_count", "3", 0.01), "other-reading"),
    ],
)
def test_what_may_be_chance(before: Change, after: Change, rule: str) -> None:
    """What was rare and is gone, or has come and is rare, is told for information: another draw may have it or not."""
    found = diff(body(before), body(after))

    assert "A" == found.grade
    assert ["info"] == [one.severity for one in found.findings if one.rule == rule]


@pytest.mark.parametrize("few", [1, 20])
def test_from_all_to_none_is_no_chance(few: int) -> None:
    """A key that all leads had and none has is gone, however few they are."""
    found = diff(body(count=few), body(drop("call_count"), count=few))
    assert {("surprise", "gone-key", "/*/call_count")} == told(found)


def test_items_that_are_no_leads() -> None:
    """Where both responses have them and the second one has nothing else, its list is gone."""
    found = diff(json.dumps([1, *json.loads(body())]).encode(), b"[1]")
    assert [("break", "type", "/*")] == [(one.severity, one.rule, one.pointer) for one in found.findings]
    few = diff(json.dumps([*[1] * 30, *json.loads(body(count=1))]).encode(), b"[1]")
    assert {("break", "no-leads", "")} == told(few)


@pytest.mark.parametrize(
    ("change", "expected", "grade"),
    [
        (drop("lead_id"), ("break", "required", "/*/lead_id"), "E"),
        (drop("lead_id", 0.02), ("break", "required", "/*/lead_id"), "D"),
        (put("priority", "1"), ("break", "type", "/*/priority"), "E"),
        (put("priority", 99), ("break", "maximum", "/*/priority"), "E"),
        (put("dial_status", 77, 0.1), ("surprise", "unknown-value", "/*/dial_status"), "C"),
    ],
)
def test_what_the_contract_is_against(change: Change, expected: tuple[str, str, str], grade: str) -> None:
    """A change that the contract speaks against is told by its rule and evidence, and how it was before."""
    found = diff(body(), body(change))

    assert (expected, grade) == (next(iter(told(found) & {expected}), None), found.grade)
    assert not [one for one in found.findings if one.pointer == expected[2] and one.severity == "surprise"][1:]
    before = [one.expected for one in found.findings if one.rule == "required"]
    assert all("in 200 of 200 leads, as before" in words for words in before) or "D" == grade


def test_a_reading_that_is_followed_at_last() -> None:
    """From neither reading to one of them, something is mended, and no other reading is followed."""
    rules = [one.rule for one in diff(body(put("retry_count", [])), body()).findings]
    assert ["new-type", "mended"] == rules


def test_what_is_wrong_in_both_is_no_change() -> None:
    """What the contract has against both, as often, is no change; more often is one."""
    assert (set(), "A") == (told(diff(body(put("priority", 99)), body(put("priority", 99)))), "A")

    more = diff(body(put("priority", 99, 0.1)), body(put("priority", 99, 0.9)))
    assert ({("break", "maximum", "/*/priority")}, "D") == (told(more), more.grade)
    assert "20 times in 200 leads, as before" in more.findings[0].expected


def test_unknown_key_is_masked() -> None:
    """A new key may be somebody's name: it has a number, here as in a check."""
    found = diff(body(), body(put("Asha", "x")))
    (other,) = check(body(put("Asha", "x"))).findings

    assert {("surprise", "unknown-key", other.pointer)} == told(found)
    gone = diff(body(put("Asha", "x")), body())
    assert ("surprise", "gone-key", other.pointer) in told(gone)


def test_profiles_differ_as_their_readings_do() -> None:
    """From a response as in the sample to one as in the table, each key is told by its contradiction alone."""
    columns = ("Name", "Email")
    found = diff(body(profile="sample", columns=columns), body(profile="documented", columns=columns))
    readings = {one.pointer for one in found.findings if one.rule == "other-reading"}

    assert {"/*/id", "/*/lead_id", "/*/retry_count", "/*/header", "/*/sensitive_field_map"} == readings
    assert not [one for one in found.findings if one.pointer in readings and one.rule != "other-reading"]


@pytest.mark.parametrize(
    ("after", "rule"),
    [(b"[]", "no-leads"), (b"<html>", "html-body"), (b"", "empty-body"), (b'{"success":0}', "error-body")],
)
def test_response_without_leads(after: bytes, rule: str) -> None:
    """There is nothing left of the list: the worst grade."""
    found = diff(body(), after)
    assert ([rule], "F") == ([one.rule for one in found.findings], found.grade)


@pytest.mark.parametrize(("before", "why"), [(b"[]", "its list is empty"), (b"<html>", "html-body")])
def test_nothing_to_compare_with(before: bytes, why: str) -> None:
    """A first response without leads is a mistake of whoever asks."""
    with pytest.raises(BaselineError, match=f"^bytes: there are no leads to compare with: {why}$"):
        diff(before, body())


def test_body_that_is_not_whole() -> None:
    """What is wrong about a body as a whole is told where it was not so before."""
    cut = body()[:-1] + b",]"
    assert {("break", "dangling-comma", "")} == told(diff(body(), cut))
    assert set() == told(diff(cut, cut))
    assert {("info", "mended", "")} == told(diff(cut, body()))


def test_reports(tmp_path: Path) -> None:
    """Every form says what is compared with what; the JSON form is as its schema describes it."""
    path = tmp_path / "before.json"
    path.write_bytes(body())
    found = diff(path, body(drop("lead_id")))
    schema = Path(live.__file__).with_name("report.schema.json")
    finding = schema.parents[1] / "schemas" / "finding.schema.json"
    document = json.loads(REPORTS["json"](found, "break"))

    described = json.loads(schema.read_text("utf-8"))
    described["properties"]["findings"]["items"] = json.loads(finding.read_text("utf-8"))
    jsonschema.validate(document, described)
    assert {"name": str(path), "leads": COUNT, "bytes": path.stat().st_size} == document["base"]
    assert f"compared with {path}: 200 leads" in REPORTS["text"](found, "break")
    assert "compared with 200 leads" in REPORTS["markdown"](found, "break")
    assert all(f'name="{rule}"' in REPORTS["junit"](found, "break") for rule in CHANGES)
    (run,) = json.loads(REPORTS["sarif"](diff(path, body(drop("call_count"))), "break"))["runs"]
    assert {"gone-key": "Compared with an earlier response, each key is still there."} == {
        rule["id"]: rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]
    }
    assert "::error title=required /*/lead_id::" in REPORTS["github"](found, "break")


@given(before=lead_lists(profile="lenient", min_size=1, max_size=5), after=lead_lists(profile="lenient", max_size=5))
def test_lists_that_conform_never_break(before: list[Lead], after: list[Lead]) -> None:
    """From one list that conforms to another one nothing breaks, unless the other one is empty; nor is it personal."""
    found = diff(json.dumps(before).encode(), json.dumps(after).encode())

    severities = [SEVERITIES.index(one.severity) for one in found.findings]
    assert severities == sorted(severities)
    assert (not after) == ("break" in {one.severity for one in found.findings})
    assert len(found.findings) == len({one.fingerprint for one in found.findings})


@given(text=st.text(string.ascii_letters, min_size=12, max_size=20))
def test_nothing_personal(text: str) -> None:
    """Neither values nor keys that the contract does not have are in any form."""
    found = diff(body(count=2), body(lambda lead, _: lead.update({text: text, "list_name": {text: text}}), count=2))
    shown = "".join(form(found, "break") for form in REPORTS.values())
    assert text not in shown
