"""Changes from one response to another."""

import json
import string
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract import live
from smartflo_contract.factories import lead_list
from smartflo_contract.live import BaselineError, Report, check, diff
from smartflo_contract.live.comparing.change_rules import CHANGE_RULES
from smartflo_contract.live.reports import REPORTS
from smartflo_contract.schemas.findings import SEVERITIES
from smartflo_contract.strategies import lead_lists

Lead: TypeAlias = dict[str, Any]
Mutation: TypeAlias = Callable[[Lead, int], object]

COUNT: Final = 100
LEADS: Final = tuple(json.dumps(lead) for lead in lead_list(0, 8668, COUNT))


@cache
def body(mutation: Mutation | None = None, count: int = COUNT) -> bytes:
    """Return a response in which each lead is changed in place."""
    leads: list[Lead] = [json.loads(lead) for lead in LEADS[:count]]
    for index, lead in enumerate(leads):
        if mutation:
            mutation(lead, index)
    return json.dumps(leads).encode()


def put(key: str, value: object, share: float = 1) -> Mutation:
    """Return a mutation that sets a key in a share of the leads."""
    return lambda lead, index: lead.update({key: value}) if index < share * COUNT else None


def drop(key: str, share: float = 1) -> Mutation:
    """Return a mutation that removes a key from a share of the leads."""
    return lambda lead, index: lead.pop(key, None) if index < share * COUNT else None


def put_except_first(key: str, value: object, first: object) -> Mutation:
    """Return a mutation that sets a key to another value in the first lead."""
    return lambda lead, index: lead.update({key: value if index else first})


def findings(report: Report) -> set[tuple[str, str, str]]:
    """Return severity, rule and pointer of the findings in a report."""
    return {(finding.severity, finding.rule, finding.pointer) for finding in report.findings}


def test_equal_responses_have_grade_a() -> None:
    """A part of a response has no change either."""
    same = diff(body(), body())
    assert (set(), "A") == (findings(same), same.grade)
    assert "A" == diff(body(), body(count=60)).grade


def test_needs_twenty_leads_for_a_grade() -> None:
    """With fewer leads, no change is no proof."""
    few = diff(body(count=30), body(count=19))
    assert few.grade is None
    assert "no grade: nothing relevant has changed, but grade A needs at least 20 leads" == few.verdict


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, drop("call_count"), ("surprise", "gone-key", "/*/call_count")),
        (drop("call_count"), None, ("info", "new-key", "/*/call_count")),
        (None, drop("call_count", 0.2), ("surprise", "key-rate", "/*/call_count")),
        (drop("call_count", 0.2), None, ("surprise", "key-rate", "/*/call_count")),
        (put("extra", 1), put_except_first("extra", None, 1), ("surprise", "new-type", "/*/extra")),
        (None, put("skill_id", 5), ("info", "gone-type", "/*/skill_id")),
        (put("skill_id", None, 0.9), put("skill_id", 5, 0.9), ("surprise", "null-rate", "/*/skill_id")),
        (put("skill_id", 5, 0.9), put("skill_id", None), ("surprise", "null-rate", "/*/skill_id")),
        (put("dial_status", 1), put("dial_status", 4), ("info", "new-value", "/*/dial_status")),
        (put("dial_status", 1, 0.5), put("dial_status", 1), ("info", "gone-value", "/*/dial_status")),
        (None, put("retry_count", "3"), ("doc-only", "other-reading", "/*/retry_count")),
        (put("header", '["Name"]'), put("header", '["Phone"]'), ("surprise", "new-columns", "/*/header")),
        (put("priority", 99), None, ("info", "mended", "/*/priority")),
    ],
)
def test_reports_change_once(before: Mutation | None, after: Mutation | None, expected: tuple[str, str, str]) -> None:
    """A change of a key is one finding; known values may be added and removed at the same time."""
    report = diff(body(before), body(after))
    at_key = {finding for finding in findings(report) if finding[2].startswith(expected[2])}

    assert expected in at_key
    assert {expected[2]} == {pointer for _, _, pointer in at_key}
    assert {rule for _, rule, _ in at_key} <= {"new-value", "gone-value"} or 1 == len(at_key)


def test_cases_above_cover_every_rule() -> None:
    """A new rule of comparison needs a case above."""
    (cases,) = (mark.args[1] for mark in test_reports_change_once.pytestmark)  # type: ignore[attr-defined]
    assert CHANGE_RULES.keys() - {"no-leads"} == {rule for _, _, (_, rule, _) in cases}
    assert all(CHANGE_RULES[rule].severity == severity for _, _, (severity, rule, _) in cases)


def test_new_columns_are_never_chance() -> None:
    """Columns belong to the list, so that field_N means something else even if one lead has other columns."""
    report = diff(body(put("header", '["Name"]')), body(put_except_first("header", '["Name"]', '["Phone"]')))
    assert [("surprise", "new-columns", "/*/header")] == [
        found for found in findings(report) if found[1] == "new-columns"
    ]


def test_columns_in_another_form_are_the_same() -> None:
    """Blanks in header are no change of columns."""
    report = diff(body(put("header", '["Name","Age"]')), body(put("header", '[ "Name", "Age" ]')))
    assert () == report.findings


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (drop("call_count", 0.99), drop("call_count"), "gone-key"),
        (put("skill_id", None), put_except_first("skill_id", None, 5), "new-type"),
        (None, put("retry_count", "3", 0.01), "other-reading"),
    ],
    ids=["gone-key", "new-type", "other-reading"],
)
def test_rare_change_is_info(before: Mutation | None, after: Mutation, rule: str) -> None:
    """What was in one lead only may be missing by chance, and what is new in one lead may be chance."""
    report = diff(body(before), body(after))

    assert "A" == report.grade
    assert ["info"] == [finding.severity for finding in report.findings if finding.rule == rule]


@pytest.mark.parametrize("count", [1, 20])
def test_change_from_all_leads_to_none_is_never_chance(count: int) -> None:
    """This holds for the shortest list."""
    report = diff(body(count=count), body(drop("call_count"), count=count))
    assert {("surprise", "gone-key", "/*/call_count")} == findings(report)


def test_items_that_are_not_leads() -> None:
    """If the later response contains nothing else, its list is empty."""
    report = diff(json.dumps([1, *json.loads(body())]).encode(), b"[1]")
    assert {("break", "type", "/*")} == findings(report)
    few = diff(json.dumps([*[1] * 30, *json.loads(body(count=1))]).encode(), b"[1]")
    assert {("break", "no-leads", "")} == findings(few)


@pytest.mark.parametrize(
    ("mutation", "expected", "grade"),
    [
        (drop("lead_id"), ("break", "required", "/*/lead_id"), "E"),
        (drop("lead_id", 0.02), ("break", "required", "/*/lead_id"), "D"),
        (put("priority", "1"), ("break", "type", "/*/priority"), "E"),
        (put("priority", 99), ("break", "maximum", "/*/priority"), "E"),
        (put("dial_status", 77, 0.1), ("surprise", "unknown-value", "/*/dial_status"), "C"),
    ],
)
def test_violation_replaces_change(mutation: Mutation, expected: tuple[str, str, str], grade: str) -> None:
    """A change that violates the contract has the contract's rule, and states how it was before."""
    report = diff(body(), body(mutation))

    assert (True, grade) == (expected in findings(report), report.grade)
    surprises = [finding for finding in report.findings if finding.severity == "surprise"]
    assert not [finding for finding in surprises if finding.pointer == expected[2]][1:]
    required = [finding.expected for finding in report.findings if finding.rule == "required"]
    assert all("in 100 of 100 leads, as before" in text for text in required) or "D" == grade


def test_first_valid_reading_is_not_another_reading() -> None:
    """Values that followed neither reading and now follow one are mended."""
    rules = [finding.rule for finding in diff(body(put("retry_count", [])), body()).findings]
    assert ["new-type", "mended"] == rules


def test_violation_in_both_responses_is_no_change() -> None:
    """A violation that occurs more often than before is a change."""
    same = diff(body(put("priority", 99)), body(put("priority", 99)))
    assert (set(), "A") == (findings(same), same.grade)

    more = diff(body(put("priority", 99, 0.1)), body(put("priority", 99, 0.9)))
    assert ({("break", "maximum", "/*/priority")}, "D") == (findings(more), more.grade)
    assert "10 times in 100 leads, as before" in more.findings[0].expected


def test_masks_unknown_keys_as_a_check_does() -> None:
    """A key that the contract does not define may be personal."""
    with_key = body(put("Asha", "x"))
    (unknown,) = check(with_key).findings

    assert {("surprise", "unknown-key", unknown.pointer)} == findings(diff(body(), with_key))
    assert ("surprise", "gone-key", unknown.pointer) in findings(diff(with_key, body()))


def test_other_profile_is_other_readings_only() -> None:
    """From a response as in the sample to one as in the table, each contradiction is one finding."""
    before, after = (
        json.dumps(lead_list(0, 8668, COUNT, profile=profile, columns=("Name", "Email"))).encode()
        for profile in ("sample", "documented")
    )
    report = diff(before, after)
    readings = {finding.pointer for finding in report.findings if finding.rule == "other-reading"}

    assert {"/*/id", "/*/lead_id", "/*/retry_count", "/*/header", "/*/sensitive_field_map"} == readings
    assert {"other-reading"} == {finding.rule for finding in report.findings if finding.pointer in readings}


@pytest.mark.parametrize(
    ("after", "rule"),
    [(b"[]", "no-leads"), (b"<html>", "html-body"), (b"", "empty-body"), (b'{"success":0}', "error-body")],
)
def test_later_response_without_leads_has_grade_f(after: bytes, rule: str) -> None:
    """The list is gone."""
    report = diff(body(), after)
    assert ([rule], "F") == ([finding.rule for finding in report.findings], report.grade)


@pytest.mark.parametrize(("before", "reason"), [(b"[]", "the list is empty"), (b"<html>", "html-body")])
def test_rejects_earlier_response_without_leads(before: bytes, reason: str) -> None:
    """There is nothing to compare with."""
    with pytest.raises(BaselineError, match=rf"^bytes: no leads to compare with \({reason}\); use an earlier response"):
        diff(before, body())


def test_compares_defects_of_bodies() -> None:
    """A defect of the whole body is a change if only one response has it."""
    defective = body()[:-1] + b",]"
    assert {("break", "dangling-comma", "")} == findings(diff(body(), defective))
    assert set() == findings(diff(defective, defective))
    assert {("info", "mended", "")} == findings(diff(defective, body()))


def test_every_format_names_the_earlier_response(tmp_path: Path) -> None:
    """The JSON form is valid by its schema."""
    path = tmp_path / "before.json"
    path.write_bytes(body())
    report = diff(path, body(drop("lead_id")))
    schema_path = Path(live.__file__).with_name("report.schema.json")
    schema = json.loads(schema_path.read_text("utf-8"))
    document = json.loads(REPORTS["json"](report, "break"))

    jsonschema.validate(document, schema)
    base = {"name": str(path), "leads": COUNT, "bytes": path.stat().st_size, "broken": 0, "grade": None}
    base |= {"list_id": None, "recorded": None}
    assert base == document["base"]
    assert f"compared with {path}: 100 leads" in REPORTS["text"](report, "break")
    assert "compared with 100 leads" in REPORTS["markdown"](report, "break")
    junit = REPORTS["junit"](report, "break")
    assert all(f'name="{rule}"' in junit for rule in CHANGE_RULES)
    assert "::error title=required /*/lead_id::" in REPORTS["github"](report, "break")


def test_sarif_describes_rules_of_comparison() -> None:
    """A description states what is compared."""
    (run,) = json.loads(REPORTS["sarif"](diff(body(), body(drop("call_count"))), "break"))["runs"]
    assert {"gone-key": "Compared with an earlier response, each key is still present."} == {
        rule["id"]: rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]
    }


@given(before=lead_lists(profile="lenient", min_size=1, max_size=5), after=lead_lists(profile="lenient", max_size=5))
def test_conforming_lists_never_break(before: list[Lead], after: list[Lead]) -> None:
    """Only an empty list is a break; findings are sorted and unique."""
    report = diff(json.dumps(before).encode(), json.dumps(after).encode())

    severities = [SEVERITIES.index(finding.severity) for finding in report.findings]
    assert severities == sorted(severities)
    assert (not after) == ("break" in {finding.severity for finding in report.findings})
    assert len(report.findings) == len({finding.fingerprint for finding in report.findings})


@given(text=st.text(string.ascii_letters, min_size=12, max_size=20).map(lambda letters: f"Zq{letters}"))
def test_no_format_contains_personal_data(text: str) -> None:
    """Neither values nor keys that may be names are in a report."""
    name = f"{text} Rao"
    leads = [json.loads(lead) | {name: text, "list_name": {name: text}} for lead in LEADS[:2]]
    report = diff(body(count=2), json.dumps(leads).encode())
    assert report.findings
    assert text not in "".join(form(report, "break") for form in REPORTS.values())
