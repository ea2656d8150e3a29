"""Surprising leads: valid and reported."""

import pytest

from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.rules.table import RULES
from smartflo_contract.strategies import surprising_leads

from .conftest import Drawn, example_counts


@example_counts(100, 10_000)
def test_surprising_lead_is_valid_and_reported(count: int, drawn: Drawn) -> None:
    """A surprising lead is valid under lenient and has a finding of severity surprise."""
    contract = load_contract("lenient")
    findings = [contract.check([lead]) for lead in drawn(surprising_leads(), count)]
    severities = [{finding.severity for finding in found} for found in findings]

    assert [found for found in severities if "surprise" not in found or "break" in found] == []


@pytest.mark.parametrize("profile", ["sample", "documented"])
def test_surprises_under_other_profiles(profile: str, drawn: Drawn) -> None:
    """Under a closed profile, unknown values and additional fields surprise."""
    contract = load_contract(profile)
    findings = [contract.check([lead]) for lead in drawn(surprising_leads(profile=profile), 60)]

    assert [found for found in findings if {finding.severity for finding in found} - {"surprise", "doc-only"}] == []
    assert all(findings)


def test_draws_every_surprise(drawn: Drawn) -> None:
    """Within a thousand examples, each rule about one lead of severity surprise has a finding."""
    contract = load_contract("lenient")
    expected = {rule.name for rule in RULES if rule.severity.get("lenient") == "surprise" and rule.break_lead}
    reported: set[str] = set()

    def all_reported(lead: dict[str, object]) -> bool:
        reported.update(finding.rule for finding in contract.check([lead]) if finding.severity == "surprise")
        return reported >= expected

    drawn(surprising_leads(), 1_000, enough=all_reported)

    assert reported == expected


def test_draws_documented_surprises(drawn: Drawn) -> None:
    """New keys, unknown statuses, more fields, null, numbers as strings and missing keys occur."""
    made = drawn(surprising_leads(), 300)
    known = data_of(load_contract("lenient")).known_values["dial_status"]

    assert any("new_key" in lead for lead in made)
    assert any(lead.get("dial_status") not in known for lead in made)
    assert any("field_36" in lead and len(lead["header"]) < 300 for lead in made)
    assert {True, False} == {lead["skill_id"] is None for lead in made}
    assert {str, int} == {type(lead["retry_count"]) for lead in made}
    assert {True, False} == {"call_count" in lead for lead in made}


def test_surprising_leads_differ(drawn: Drawn) -> None:
    """Nearly all surprising leads differ."""
    assert len({repr(lead) for lead in drawn(surprising_leads(), 200)}) > 150


def test_rejects_contract_without_surprises(drawn: Drawn) -> None:
    """If an overlay allows no surprise, the error states what to use."""
    from hypothesis.errors import InvalidArgument  # noqa: PLC0415

    closed: dict[str, object] = {key: {"enum": [1]} for key in ("dial_status", "dialer_dial_status", "lead_picked")}
    closed["header"] = {"const": []}

    with pytest.raises(InvalidArgument, match="the contract allows no surprising value; use profile='lenient'"):
        drawn(surprising_leads(profile="documented", overlay={"properties": closed}), 5)


def test_leads_that_a_rule_cannot_surprise_surprise_otherwise(drawn: Drawn) -> None:
    """An overlay may name the last field, so that a lead has no field which a column could leave unnamed."""
    overlay = {"properties": {f"field_{number}": {"type": "string"} for number in range(1, 100)}}
    made = drawn(surprising_leads(overlay=overlay), 100)
    contract = load_contract("lenient", overlay)

    assert [lead for lead in made if not contract.is_valid([lead])] == []
    assert all(any(finding.severity == "surprise" for finding in contract.check([lead])) for lead in made)
