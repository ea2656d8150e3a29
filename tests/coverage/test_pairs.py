"""Lists of pairs: every pair of cells that the contract allows together occurs in a valid list."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartflo_contract.cells.lead_builder import LeadBuilder
from smartflo_contract.coverage import cells_of, contract_cells
from smartflo_contract.coverage.pairs import PairList, pair_list
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.profile_names import PROFILES
from smartflo_contract.strategies import leads, surprising_leads

OVERLAY = {
    "properties": {
        "tier": {"enum": ["gold", 3, None]},
        "a.b": {"type": "object", "properties": {"c": {"type": "integer"}, "d": {"type": "string"}}, "required": ["d"]},
        "field_3": {"type": "string", "maxLength": 5},
        "sensitive_field_map": None,
        "priority": {"const": 7},
    },
    "required": ["tier"],
}
"""Properties of several types, one with a dot in its name; one property of the contract is removed."""
REMOVED = dict.fromkeys(
    ["skill_id", "time_group", "added_by", "dialer_dial_status", "available_at", "header", "dialer_skill", "list_name"]
)
"""Properties that an overlay removes, to make a small list."""
UNIQUE = "lead_id:minimum"
"""A cell that only one lead of a list can have."""


def pairs_of(ids: Iterable[str], contract: Contract) -> set[frozenset[str]]:
    """Return the pairs of different keys among the cells of a lead, without those that a list has once."""
    groups = {cell.id: cell.group for cell in contract_cells(contract).leads.cells}
    found = [cell for cell in ids if cell != UNIQUE and groups[cell] not in {"leads", "list_id"}]
    return {frozenset(pair) for pair in combinations(found, 2) if groups[pair[0]] != groups[pair[1]]}


def pairs_in(many: Iterable[Mapping[str, Any]], contract: Contract) -> set[frozenset[str]]:
    """Return the pairs that occur in some leads."""
    return set().union(*(pairs_of(cells_of(lead, contract), contract) for lead in many))


@pytest.fixture(name="contract", scope="module", params=PROFILES)
def _contract(request: pytest.FixtureRequest) -> Contract:
    return load_contract(request.param, OVERLAY if request.param == "lenient" else None)


@pytest.fixture(name="made", scope="module")
def _made(contract: Contract) -> PairList:
    return pair_list(contract)


@pytest.fixture(name="occurring", scope="module")
def _occurring(made: PairList, contract: Contract) -> set[frozenset[str]]:
    return pairs_in(made.leads, contract)


def test_list_is_valid(made: PairList, contract: Contract) -> None:
    """The contract accepts the list as one response: every lead is valid, ids differ, and list_id is the same."""
    assert [finding for finding in contract.check(made.leads) if finding.severity == "break"] == []
    assert {lead["list_id"] for lead in made.leads} == {8668}


@pytest.mark.fast_only(contract="sample")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_pairs_of_every_valid_lead_occur(
    data: st.DataObject, contract: Contract, occurring: set[frozenset[str]]
) -> None:
    """Strategies know nothing of pairs: whatever values they combine in a valid lead, the list has them together."""
    overlay = OVERLAY if contract.overlay else None
    kinds = (
        leads(profile=contract.profile, overlay=overlay),
        surprising_leads(profile=contract.profile, overlay=overlay),
    )
    lead = data.draw(st.one_of(*kinds))

    assert contract.is_valid([lead])
    assert pairs_of(cells_of(lead, contract), contract) <= occurring


@pytest.mark.fast_only(contract="sample")
@pytest.mark.parametrize("share", [31, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "all"])
def test_pairs_are_those_of_naive_enumeration(contract: Contract, occurring: set[frozenset[str]], share: int) -> None:
    """Build a lead for each pair of cells, without any knowledge of rules: those that are valid occur, and no other."""
    cells = contract_cells(contract).leads
    builder = LeadBuilder(contract, cells)
    possible = [
        chosen
        for chosen in combinations(range(len(cells.cells)), 2)
        if pairs_of([cells.cells[number].id for number in chosen], contract)
    ]
    for chosen in possible[::share]:
        built = (builder.lead(index, chosen) for index in range(4))
        is_allowed = any(builder.has_cells(lead, chosen) for lead in built)

        assert is_allowed == (frozenset(cells.cells[number].id for number in chosen) in occurring), chosen


@pytest.mark.fast_only(contract="sample")
def test_number_of_leads_is_near_the_minimum(made: PairList, contract: Contract) -> None:
    """The two keys with the most cells need a lead for each pair of theirs."""
    groups = [cell.group for cell in contract_cells(contract).leads.cells]
    most, second = sorted(map(groups.count, set(groups)), reverse=True)[:2]

    assert most * second <= len(made.leads) <= 1.5 * most * second


def test_a_value_that_identifies_a_lead_occurs_once() -> None:
    """A list with two equal ids would be invalid."""
    contract = load_contract("documented")
    ids = [cells_of(lead, contract) for lead in pair_list(contract).leads]

    assert sum(UNIQUE in cells for cells in ids) == 1


def test_seed_decides_the_list() -> None:
    """Another seed makes a list of other leads with the same pairs."""
    contract = load_contract("sample", {"properties": REMOVED})
    made, other = pair_list(contract), pair_list(contract, seed=1, list_id=7)

    assert pairs_in(made.leads, contract) == pairs_in(other.leads, contract)
    assert {lead["list_id"] for lead in other.leads} == {7}
    assert other.leads != made.leads


@pytest.mark.slow
def test_same_list_in_every_process(tmp_path: Path) -> None:
    """The order of sets, which differs between processes, changes nothing."""
    overlay = tmp_path / "overlay.json"
    overlay.write_text(json.dumps({"properties": REMOVED}))
    command = [sys.executable, "-m", "smartflo_contract", "sample", "--pairs", "--overlay", str(overlay)]
    outputs = [
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, check=True, capture_output=True).stdout
        for seed in ("1", "2")
    ]

    assert outputs[0] == outputs[1]
    assert json.loads(outputs[0]) == pair_list(load_contract("sample", overlay)).leads


def test_pairs_have_phone_numbers_that_cannot_ring() -> None:
    """The option of the factories holds for pairs, too."""
    for lead in pair_list(load_contract()).leads:
        assert lead["field_0"].startswith("+915550"), lead["field_0"]
