"""Leads that have target cells, such as those that tests were not served yet."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import find
from hypothesis import strategies as st

from smartflo_contract.coverage import Recording, cells_of, contract_cells, missing_cells
from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import leads

Drawn = Callable[..., list[Any]]
OVERLAY = {"properties": {"tier": {"enum": ["gold", 3]}, "dialer_skill": {"type": "object"}, "header": None}}
NOTHING = Recording()


@pytest.mark.fast_only(profile="sample", overlay=OVERLAY)
@pytest.mark.parametrize("overlay", [None, OVERLAY], ids=["", "overlay"])
def test_leads_have_a_target_cell_and_are_valid(profile: str, overlay: Any, drawn: Drawn) -> None:
    """Every cell that a valid lead can have is a target, those of an overlay included."""
    contract = load_contract(profile, overlay)
    targets = missing_cells(NOTHING, contract)
    for target in targets:
        (lead,) = drawn(leads(profile=profile, overlay=overlay, target=[target]), 1)

        assert contract.is_valid([lead]), target
        assert target in cells_of(lead, contract)
    assert len(targets) > 80


def test_every_target_is_drawn(drawn: Drawn) -> None:
    """Of several targets, each lead has one, and each target is in some lead."""
    targets = {"dial_status:unknown", "created_at/$date/$numberLong:large", "fields:100+"}
    cells = [cells_of(lead) & targets for lead in drawn(leads(target=targets), 60)]

    assert all(cells)
    assert targets == set().union(*cells)


def test_other_values_still_vary(drawn: Drawn) -> None:
    """A target decides about its key, and the lead about the others."""
    made = drawn(leads(target=["priority:maximum"]), 60)

    assert {30} == {lead["priority"] for lead in made}
    assert len({lead["dial_status"] for lead in made}) > 4


def test_drawn_leads_share_nothing(drawn: Drawn) -> None:
    """A test that changes a lead does not change the next one."""
    made = drawn(leads(target=["dialer_skill/id:large"]), 20)
    made[0]["dialer_skill"]["id"] = "changed"

    assert {2**31} == {lead["dialer_skill"]["id"] for lead in made[1:]}


@pytest.mark.parametrize("target", [[], set(), {}, ()])
def test_leads_are_as_usual_without_targets(target: Any, drawn: Drawn) -> None:
    """Nothing is missing if everything was served; the test still runs."""
    assert drawn(leads(), 20) == drawn(leads(target=target), 20)


@pytest.mark.slow
def test_shrinks_to_the_first_target() -> None:
    """A failing test shows the simplest lead with a target cell."""
    found = find(leads(target=["dial_status=9", "dial_status=5"]), lambda _: True)

    assert found == find(leads(dial_statuses=st.just(5)), lambda _: True)


def test_missing_cells_are_those_that_were_not_served(tmp_path: Path) -> None:
    """The data file of a run selects the targets; tests that close the gap do not count."""
    cells = contract_cells(load_contract())
    recording = Recording()
    recording.add_leads("test", cells, (1 << len(cells.leads.cells)) - 1 - 1)
    file = tmp_path / "data"
    file.write_bytes(recording.encode())

    assert missing_cells(str(file)) == missing_cells(file) == missing_cells(recording) == ["id:filled"]
    recording.add_leads("closing", cells, 1)
    assert missing_cells(recording) == []
    recording.closing.add("closing")
    assert missing_cells(recording) == ["id:filled"]
