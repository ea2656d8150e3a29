"""The cells of the contract: derived from it, stable, found in every lead, and each in some lead."""

from functools import reduce
from itertools import groupby
from operator import or_
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.coverage import cells_of, contract_cells
from smartflo_contract.coverage.examples import lead_examples
from smartflo_contract.factories import EDGE_CASES, lead, lead_list
from smartflo_contract.mock_server.config.quirks import QUIRKS
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.lead_format import mongo_date
from smartflo_contract.strategies import broken_leads, leads, surprising_leads

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON_VALUES = st.recursive(SCALARS, lambda below: st.lists(below) | st.dictionaries(st.text(), below), max_leaves=8)
RECORDED = Path(__file__).parent / "recorded_cells"
PROFILES = ("sample", "documented", "lenient")
OVERLAY = {
    "properties": {
        "tier": {"enum": ["gold", 3, None]},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "balance": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 5}},
        "meta": {"type": "object", "properties": {"a": {"type": ["integer", "null"]}}},
        "anything": {},
        "a/b\nc": {"type": "boolean"},
        "priority": None,
    },
    "required": ["tier"],
}
"""Properties of each JSON type; one property of the contract is removed."""


def ids(contract: Contract) -> list[str]:
    """Return the ids of all cells of a contract."""
    return [cell.id for cell in contract_cells(contract).cells]


def test_ids_are_stable(profile: str) -> None:
    """Cells may be added. A renamed or removed cell would be missing from the data of earlier runs."""
    recorded = (RECORDED / f"{profile}.txt").read_text().splitlines()

    assert set(recorded) <= set(ids(load_contract(profile)))


def test_ids_are_unique_and_one_line(profile: str) -> None:
    """Ids are unique and one line."""
    found = ids(load_contract(profile, OVERLAY))

    assert len(found) == len(set(found))
    assert all(cell.isprintable() for cell in found)


def test_every_cell_states_its_evidence(contract: Contract) -> None:
    """Every cell states its evidence."""
    labels = {"documented", "sample", "observed", "assumed"}

    for cell in contract_cells(contract).cells:
        assert set(cell.evidence.split(", ")) <= labels, cell
        assert cell.description, cell


def test_source_file_has_one_line_for_each_cell(contract: Contract) -> None:
    """Source file has one line for each cell."""
    cells = contract_cells(contract)
    lines = cells.text.splitlines()

    assert [lines[cells.lines[cell.id] - 1].split()[0] for cell in cells.cells] == [
        cell.id.split()[0] for cell in cells.cells
    ]
    assert sum(not line.startswith("#") for line in lines) == len(cells.cells)


def test_source_file_names_differ_between_contracts() -> None:
    """Source file names differ between contracts."""
    contracts = [load_contract(profile, overlay) for profile in PROFILES for overlay in (None, OVERLAY)]
    names = [contract_cells(contract).name for contract in contracts]

    assert names[0] == "smartflo.cells"
    assert names[2] == "smartflo-documented.cells"
    assert len(set(names)) == len(names)


def test_overlay_properties_have_cells() -> None:
    """Overlay properties have cells."""
    found = set(ids(load_contract("sample", OVERLAY)))

    assert found >= {
        'tier="gold"', "tier=3", "tier=null", "score:minimum", "score:maximum", "score:fraction", "score:absent",
        "balance:negative", "balance:zero", "balance:positive", "balance:large", "tags:empty", "tags/*:longest",
        "meta/a:null", "meta/a:integer", "meta/a:absent", "anything:object", "a~1b\\nc=true",
    }  # fmt: skip
    assert not any(cell.startswith("priority") for cell in found)


def test_quirks_and_faults_have_cells_by_standing_in_their_tables() -> None:
    """Quirks and faults have cells by standing in their tables."""
    expected = {
        f"quirk:{quirk.name}={value}" for quirk in QUIRKS.values() for value in quirk.values if quirk.in_responses
    }
    expected |= {f"fault:{name}" for name in INJECTORS}

    assert expected <= set(ids(load_contract()))


@pytest.mark.fast_only(profile="lenient")
@pytest.mark.parametrize("overlay", [None, OVERLAY], ids=["", "overlay"])
def test_every_cell_of_leads_is_in_some_lead(profile: str, overlay: dict[str, object] | None) -> None:
    """Every cell of leads is in some lead."""
    contract = load_contract(profile, overlay)
    cells = contract_cells(contract)
    examples = list(lead_examples(cells))

    for example in examples:
        assert example.cell.id in cells_of(example.lead, contract)
        assert example.is_valid == contract.is_valid([example.lead]), example.cell.id
    assert {cell.group for cell in cells.leads.cells} - {example.cell.group for example in examples} == {
        "leads",
        "list_id",
    }


def test_values_select_their_cells() -> None:
    """Values select their cells."""
    generated = lead(0, 8668, 0)
    found = cells_of(generated | {"dial_status": 4, "skill_id": None, "priority": 30, "retry_count": 2**31})

    assert {
        "dial_status=4",
        "skill_id:null",
        "priority:maximum",
        "retry_count:large",
        "columns:9",
        "fields:35",
    } <= found
    assert "dial_status:unknown" not in found


@pytest.mark.parametrize(
    "value", [True, "4", 4.5, None, [], {}, float("nan"), 10**30], ids=lambda value: f"{value!r:.20}"
)
def test_values_that_violate_the_contract_have_no_known_value(value: object) -> None:
    """Values that violate the contract have no known value."""
    generated = lead(0, 8668, 0)
    found = cells_of({**generated, "dial_status": value})

    assert not any(cell.startswith("dial_status=") for cell in found)


def test_whole_numbers_with_a_fraction_of_zero_are_integers() -> None:
    """JSON does not distinguish 4.0 and 4."""
    assert "dial_status=4" in cells_of({**lead(0, 8668, 0), "dial_status": 4.0})


@given(data=st.data())
def test_leads_have_only_cells_of_the_contract(data: st.DataObject) -> None:
    """Leads have only cells of the contract."""
    profile = data.draw(st.sampled_from(PROFILES))
    contract = load_contract(profile)
    kinds = (
        leads(profile=profile),
        surprising_leads(profile=profile),
        broken_leads(profile=profile).map(lambda b: b.lead),
    )
    drawn = data.draw(st.one_of(*kinds))

    assert cells_of(drawn, contract) <= set(ids(contract))


@given(content=st.dictionaries(st.sampled_from([*lead(0, 1, 0), "extra"]), JSON_VALUES))
def test_any_object_has_cells(content: dict[str, object]) -> None:
    """Any object has cells."""
    contract = load_contract("lenient")

    assert cells_of(content, contract) <= set(ids(contract))


@given(seed=st.integers(0, 2**32), size=st.integers(0, 20), data=st.data())
def test_leads_together_have_the_cells_of_each(seed: int, size: int, data: st.DataObject) -> None:
    """Columns are counted as a whole, which must not change the result."""
    generated = [dict(item) for item in lead_list(seed, 8668, size)]
    changed = data.draw(st.lists(broken_leads().map(lambda broken: broken.lead), max_size=3))
    cells = contract_cells(load_contract()).leads
    together = [*generated, *changed]
    expected = 0
    for item in together:
        expected |= cells.leads_mask([item])

    assert cells.leads_mask(together) == expected


SIZE = 40
VARIED = {
    "balance": st.integers(-2, 2**33) | st.sampled_from([0, -(2**40), 1.5, True, None]),
    "call_count": st.integers(0, 100) | st.integers(0, 2**60),
    "skill_id": st.integers(-1, 50) | st.none(),
    "created_at": st.integers(-3, 2**54).map(mongo_date),
    "updated_at": st.sampled_from(["0", "", "007", "x", "-1", "1" * 15, "1" * 16]).map(
        lambda text: {"$date": {"$numberLong": text}}
    ),
    "available_at": st.integers(1, 10**12).map(mongo_date) | st.just({"$date": {}}),
    "tags": st.lists(st.text(max_size=6), max_size=2),
    "header": st.lists(st.text(max_size=3), max_size=3) | st.sampled_from([[1], [True], [[]], '["a"]', "[]"]),
    "id": st.integers(0, 10**24).map("{:024}".format) | st.integers(0, 10**9).map(str),
}
"""Values of keys that differ between the leads of a list, some of them invalid."""


@given(data=st.data())
def test_many_different_values_have_the_cells_of_each(data: st.DataObject) -> None:
    """The ranges of many values are found together, which must not change the result."""
    contract = load_contract("lenient", OVERLAY)
    cells = contract_cells(contract).leads
    key = data.draw(st.sampled_from(list(VARIED)))
    base = dict(lead(0, 8668, 0))
    together = [base | {key: value} for value in data.draw(st.lists(VARIED[key], min_size=SIZE, max_size=SIZE))]

    assert cells.leads_mask(together) == reduce(or_, (cells.leads_mask([item]) for item in together))


@pytest.mark.parametrize(
    ("identifier", "expected"), [("8668", {"id:positive"}), ("1" * 24, {"id:filled"}), ("a" * 24, {"id:filled"})]
)
def test_object_id_of_digits_is_no_number(identifier: str, expected: set[str]) -> None:
    """Under lenient, id is an ObjectId or a list id; 24 hexadecimal digits may all be decimal."""
    found = cells_of({**lead(0, 8668, 0), "id": identifier}, load_contract("lenient"))

    assert {cell for cell in found if cell.startswith("id:")} == expected


@pytest.mark.parametrize("name", EDGE_CASES)
def test_edge_cases_have_only_cells_of_the_contract(name: str) -> None:
    """Edge cases have only cells of the contract."""
    contract = load_contract("lenient")

    for item in EDGE_CASES[name].leads:
        assert cells_of(item, contract) <= set(ids(contract))


def test_keys_with_the_names_of_other_groups_have_groups_of_their_own() -> None:
    """No report has two rows of one name, whatever properties an overlay adds."""
    names = ["status", "fault", "quirk", "profile", "total", "keys", "fields", "columns", "leads"]
    cells = contract_cells(load_contract("lenient", {"properties": {name: {"type": "boolean"} for name in names}}))
    groups = [group for group, _ in groupby(cell.group for cell in cells.cells)]

    assert len(groups) == len(set(groups))
    assert {f"{name} (key)" for name in names} <= set(groups)
    assert "total" not in groups
