"""Names of keys that the contract does not know, in reports."""

import json
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.factories import lead
from smartflo_contract.live import Report, check, diff, record
from smartflo_contract.live.reports import REPORTS


def body(count: int, *, in_leads: int | None = None, **keys: Any) -> bytes:
    """Return leads of which the first ones, or all, have more keys."""
    limit = count if in_leads is None else in_leads
    return json.dumps([lead(0, 8668, index) | (keys if index < limit else {}) for index in range(count)]).encode()


def pointers(report: Report) -> list[str]:
    """Return the pointers of the findings."""
    return [finding.pointer for finding in report.findings]


def test_every_format_shows_common_keys_with_the_nearest() -> None:
    """The name of an unknown key is what the reader needs."""
    report = check(body(30, prio=1))

    assert ["/*/prio"] == pointers(report)
    for form in REPORTS.values():
        assert "/*/prio" in form(report, "break")
        assert "did you mean `priority`?" in form(report, "break")


@pytest.mark.parametrize(("key", "nearest"), [("leadId", "lead_id"), ("Lead-ID", "lead_id"), ("header_", "header")])
def test_nearest_key_ignores_case_and_separators(key: str, nearest: str) -> None:
    """Other APIs write names differently."""
    (finding,) = check(body(2, **{key: None})).findings
    assert f"did you mean `{nearest}`?" in finding.message


@pytest.mark.parametrize("key", ["Asha Rao", "a@example.com", "id_5550", "x" * 41, "", "a\nb", "é", "a/b", "a.b"])
def test_masks_keys_that_may_be_personal(key: str) -> None:
    """They are numbered by order of appearance, which says nothing about them."""
    keys: dict[str, Any] = {key: 1, f"{key}5550": 1}
    report = check(body(30, **keys))
    expected = [f"/*/{key}", "/*/(unknown key 1)"] if key == "" else ["/*/(unknown key 1)", "/*/(unknown key 2)"]

    assert expected == pointers(report)


@pytest.mark.parametrize(
    ("count", "in_leads", "name"),
    [(30, 1, "(unknown key 1)"), (30, 2, "asha"), (4, 1, "asha"), (5, 1, "(unknown key 1)")],
)
def test_masks_keys_of_single_leads(count: int, in_leads: int, name: str) -> None:
    """A key of one lead may be the name of its person; a short list has no other leads."""
    report = check(body(count, in_leads=in_leads, asha=1))
    assert [f"/*/{name}"] == pointers(report)


def test_masks_key_of_lead_that_two_responses_have() -> None:
    """A lead that is read twice is one lead: a comparison often has the same leads on both sides."""
    leads = body(30, in_leads=1, asha=1)

    assert ["/*/(unknown key 1)"] == pointers(check(leads, leads))
    assert ["/*/(unknown key 1)"] == pointers(diff(body(30), leads))
    assert {"/*/(unknown key 1)"} == set(pointers(diff(leads, body(30))))


@pytest.mark.parametrize(
    "members", ['"asha": 1, "asha": 2, "asha": 3', '"tags": [{"asha": 1}, {"asha": 2}]'], ids=["duplicates", "items"]
)
def test_masks_key_that_one_lead_has_twice(members: str) -> None:
    """Duplicates of a key, and the items of an array, are in the same lead."""
    overlay = {"properties": {"tags": {"items": {"properties": {"a": {}}, "additionalProperties": False}}}}
    leads = body(30, in_leads=1, it=1).replace(b'"it": 1', members.encode())

    for report in (check(leads, overlay=overlay), diff(body(30), leads, overlay=overlay)):
        assert "asha" not in REPORTS["json"](report, "break")


def test_option_decides_otherwise() -> None:
    """All names are shown, or none."""
    leads = body(30, in_leads=1, **{"Asha Rao": 1, "a/b\n": 1})

    assert [r"/*/Asha Rao", r"/*/a~1b\n"] == pointers(check(leads, unknown_keys="show"))
    assert ["/*/(unknown key 1)"] == pointers(check(body(30, prio=1), unknown_keys="mask"))


def test_known_key_with_slash_is_shown() -> None:
    """A key of an overlay is known, however it is spelled."""
    overlay = {"properties": {"a/b~c": {"type": "integer"}}}
    leads = json.dumps([lead(0, 8668, index) | {"a/b~c": "1"} for index in range(30)]).encode()
    assert ["/*/a~1b~0c"] == pointers(check(leads, overlay=overlay))


def test_comparison_names_keys_of_both_responses_alike() -> None:
    """A key that only one response has often is the same key in the other one."""
    before, after = body(30, in_leads=1, extra=1), body(30, extra=1)

    assert {"/*/extra"} == set(pointers(diff(before, after)))
    assert [] == pointers(diff(before, before))


@pytest.mark.parametrize("policy", ["shown", "", ["mask"]])
def test_rejects_unknown_policy(policy: Any, tmp_path: Path) -> None:
    """A misspelled policy masks nothing by accident: it is rejected before anything is read."""
    for run in (
        lambda: check(body(1), unknown_keys=policy),
        lambda: diff(body(1), body(1), unknown_keys=policy),
        lambda: record(tmp_path / "missing.json", tmp_path / "fixture.json", unknown_keys=policy),
    ):
        with pytest.raises(ValueError, match="unknown_keys: expected show or mask, got "):
            run()
