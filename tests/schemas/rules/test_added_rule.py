"""A rule that is added to the table works everywhere without another change."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from smartflo_contract.factories import lead
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.explain import explain
from smartflo_contract.schemas.lead_table import Table
from smartflo_contract.schemas.response_check import ResponseCheck
from smartflo_contract.schemas.rules.rule import Breach, Change, Lead, ResponseState, Rule
from smartflo_contract.schemas.rules.table import RULES
from smartflo_contract.strategies import Broken, BrokenResponse, broken_leads, broken_responses

NAME = "urgent-has-a-name"
URGENT = 29
OVERLAY: dict[str, Any] = {"properties": {"nickname": {"type": "string"}}}
"""An overlay with another title in each test, because contracts are cached by overlay, with their rules."""


def _check(lead: Lead, _: ResponseState) -> list[Breach]:
    broken = lead["priority"] > URGENT and not lead["field_1"]
    return [Breach(("field_1",), "a name, because the lead is urgent", lead["field_1"])] if broken else []


def _check_columns(table: Table, _: ResponseState) -> bool:
    _check_columns.calls += 1  # type: ignore[attr-defined]
    return all(priority <= URGENT for priority in table.columns["priority"])


def _break_lead(_: Lead, _schema: object) -> Iterator[Change]:
    yield Change(("field_1",), {"priority": 30, "field_1": ""})
    yield Change(("field_1",), {"priority": 31, "field_1": ""})  # rejected by the schema, so never drawn


def _break_list(leads: Any) -> list[dict[str, Any]]:
    return [{**one_lead, "priority": 30, "field_1": ""} for one_lead in leads]


RULE = Rule(
    name=NAME,
    claim="an urgent lead has a name",
    keys=("priority", "field_1"),
    severity={"sample": "break", "lenient": "surprise"},
    evidence={"assumed": "a test"},
    check=_check,
    check_columns=_check_columns,
    break_lead=_break_lead,
)


@pytest.fixture(autouse=True)
def _added(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setitem(OVERLAY, "title", request.node.nodeid)
    monkeypatch.setattr("smartflo_contract.schemas.rules.table.RULES", (*RULES, RULE))
    _check_columns.calls = 0  # type: ignore[attr-defined]


def _lead(index: int, **values: Any) -> dict[str, Any]:
    return {**lead(1, 8668, index), "priority": 1, **values}


def test_is_checked() -> None:
    """The check reports the rule with its severity and claim."""
    (finding,) = load_contract("sample", OVERLAY).check([_lead(0), _lead(1, priority=30, field_1="")])

    assert (finding.rule, finding.severity, finding.pointer) == (NAME, "break", "/*/field_1")
    assert finding.message.endswith("(rule: an urgent lead has a name)")
    assert finding.profiles == ("sample", "lenient")


def test_is_checked_by_columns() -> None:
    """In a batch the columns are checked first, and each lead only if they do not confirm the rule."""
    leads = [_lead(index) for index in range(20)]
    check = ResponseCheck(data_of(load_contract("sample", OVERLAY)))
    check.add_decoded(leads)
    check.add_decoded([_lead(index, priority=30, field_1="") for index in range(20, 40)])

    assert [(finding.rule, finding.count, finding.first) for finding in check.findings()] == [(NAME, 20, 20)]
    assert _check_columns.calls == 2  # type: ignore[attr-defined]


def test_does_not_apply_where_an_overlay_decides() -> None:
    """An overlay that defines a key that the rule reads replaces the rule."""
    contract = load_contract("sample", {"properties": {"priority": {"maximum": 30}}})

    assert contract.check([_lead(0, priority=30, field_1="")]) == ()


def test_is_broken_by_the_strategies() -> None:
    """``broken_leads`` and ``broken_responses`` break the rule, and nothing else."""
    contract = load_contract("sample", OVERLAY)

    @settings(max_examples=5)
    @given(
        broken=broken_leads(profile="sample", overlay=OVERLAY, rule=NAME),
        response=broken_responses(profile="sample", overlay=OVERLAY, rule=NAME),
    )
    def breaks_only_the_rule(broken: Broken, response: BrokenResponse) -> None:
        assert (broken.rule, broken.pointer) == (NAME, "/*/field_1")
        for body in ([broken.lead], response.response):
            assert [finding.rule for finding in contract.check(body) if finding.severity == "break"] == [NAME]

    breaks_only_the_rule()


def test_is_explained() -> None:
    """``explain`` lists the rule at the keys that it reads."""
    (priority,), (field,), (source,) = (explain(key, OVERLAY) for key in ("priority", "field_1", "list_name"))

    assert (NAME, "an urgent lead has a name") in priority.rules
    assert (NAME, "an urgent lead has a name") in field.rules
    assert source.rules == ()


def test_may_be_broken_between_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule with ``break_list`` is broken in responses of two or more leads."""
    between = RULE._replace(break_lead=None, break_list=_break_list, keys=("field_1", "priority"))
    monkeypatch.setattr("smartflo_contract.schemas.rules.table.RULES", (*RULES, between))
    breakers = data_of(load_contract("sample", OVERLAY)).list_breakers()

    assert breakers[NAME, "field_1"] is _break_list
