"""Strategies of edge cases."""

import json
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from smartflo_contract.factories import EDGE_CASES
from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import edge_lead_lists, edge_leads

from .conftest import Drawn


def _unseen(strategy: st.SearchStrategy[Any], expected: set[str], drawn: Drawn) -> set[str]:
    """Return the expected values that a thousand examples lack; fail at an unexpected one."""
    unseen = set(expected)

    def all_seen(example: object) -> bool:
        value = json.dumps(example)
        assert value in expected
        unseen.discard(value)
        return not unseen

    drawn(strategy, 1_000, enough=all_seen)
    return unseen


def test_draws_every_lead_of_edge_cases(drawn: Drawn) -> None:
    """Within a thousand examples, each lead of each edge case occurs."""
    expected = {json.dumps(lead) for case in EDGE_CASES.values() for lead in case.leads}

    assert _unseen(edge_leads(), expected, drawn) == set()


def test_draws_every_list_of_edge_cases(drawn: Drawn) -> None:
    """Within a thousand examples, each edge case occurs, even the empty list."""
    expected = {json.dumps(case.leads) for case in EDGE_CASES.values()}

    assert _unseen(edge_lead_lists(), expected, drawn) == set()


@pytest.mark.fast_only(profile="sample")
def test_profile_selects_conforming_cases(profile: str, drawn: Drawn) -> None:
    """With a profile, exactly the edge cases that conform under it occur."""
    expected = {json.dumps(case.leads) for case in EDGE_CASES.values() if profile in case.profiles}

    assert _unseen(edge_lead_lists(profile=profile), expected, drawn) == set()


def test_overlay_selects_conforming_cases(drawn: Drawn) -> None:
    """With an overlay, only edge cases that conform under it occur."""
    overlay = {"properties": {"priority": {"minimum": 2}}}
    found = drawn(edge_leads(overlay=overlay), 50)

    assert {30} == {lead["priority"] for lead in found}
    assert load_contract("sample", overlay).is_valid(found[:1])


def test_examples_share_no_values(drawn: Drawn) -> None:
    """A change of one example does not change later examples."""
    for lead in drawn(edge_leads(profile="sample"), 100):
        lead["created_at"].clear()

    assert [lead for lead in drawn(edge_leads(profile="sample"), 100) if not lead["created_at"]] == []


def test_rejects_overlay_without_conforming_case(drawn: Drawn) -> None:
    """The error states what to leave out."""
    overlay = {"properties": {"campaign": {"type": "string"}}, "required": ["campaign"]}

    with pytest.raises(InvalidArgument, match="no edge case conforms; leave out overlay"):
        drawn(edge_leads(overlay=overlay), 5)


def test_repr_is_the_call() -> None:
    """The repr of a strategy is the call that creates it."""
    assert repr(edge_leads()) == "edge_leads()"
    assert repr(edge_lead_lists(profile="sample")) == "edge_lead_lists(profile='sample')"
