"""Edge cases as strategies."""

import json

import pytest
from hypothesis.errors import InvalidArgument

from smartflo_contract.factories import EDGE_CASES
from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import edge_lead_lists, edge_leads

from .conftest import Drawn


def test_every_edge_case_turns_up(drawn: Drawn) -> None:
    """Within a thousand examples each lead of each edge case occurs."""
    found = {json.dumps(lead) for lead in drawn(edge_leads(), 1_000)}

    assert [name for name, case in EDGE_CASES.items() if {json.dumps(lead) for lead in case.leads} - found] == []


def test_every_edge_case_turns_up_as_a_list(drawn: Drawn) -> None:
    """Within a thousand examples each edge case occurs as a whole, the empty list too."""
    found = {json.dumps(leads) for leads in drawn(edge_lead_lists(), 1_000)}

    assert found == {json.dumps(case.leads) for case in EDGE_CASES.values()}


def test_a_profile_leaves_the_cases_that_conform(profile: str, drawn: Drawn) -> None:
    """With a profile only cases turn up that it allows, and all of them."""
    found = {json.dumps(leads) for leads in drawn(edge_lead_lists(profile=profile), 1_000)}

    assert found == {json.dumps(case.leads) for case in EDGE_CASES.values() if profile in case.profiles}


def test_an_overlay_leaves_the_cases_that_conform(drawn: Drawn) -> None:
    """With an overlay only cases turn up that the contract with it allows."""
    overlay = {"properties": {"priority": {"minimum": 2}}}
    found = drawn(edge_leads(overlay=overlay), 50)

    assert {30} == {lead["priority"] for lead in found}
    assert load_contract("sample", overlay).is_valid(found[:1])


def test_leads_of_edge_cases_are_fresh(drawn: Drawn) -> None:
    """Changing an example spoils no other."""
    for lead in drawn(edge_leads(profile="sample"), 300):
        lead["created_at"].clear()

    assert [lead for lead in drawn(edge_leads(profile="sample"), 300) if not lead["created_at"]] == []


def test_an_overlay_may_leave_none(drawn: Drawn) -> None:
    """Where no case conforms, the error says what to leave out."""
    overlay = {"properties": {"campaign": {"type": "string"}}, "required": ["campaign"]}

    with pytest.raises(InvalidArgument, match="no edge case conforms; leave out overlay"):
        drawn(edge_leads(overlay=overlay), 5)


def test_a_strategy_of_edge_cases_shows_its_call() -> None:
    """The repr is the call."""
    assert repr(edge_leads()) == "edge_leads()"
    assert repr(edge_lead_lists(profile="sample")) == "edge_lead_lists(profile='sample')"
