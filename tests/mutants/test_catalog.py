"""The catalog: which mutants a contract has, what kind each is, and what it changes."""

import json
from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.factories import EDGE_CASES
from smartflo_contract.mutants import example_of, find_mutants, mutants_of
from smartflo_contract.mutants.bodies import apply_to
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.errors import OverlayWarning

RECORDED = Path(__file__).parent / "recorded_mutants"
OVERLAY = {
    "properties": {
        "tier": {"enum": ["gold", 3, None]},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 5}},
        "meta": {"type": "object", "properties": {"a": {"type": ["integer", "null"]}}},
        "a/b, c": {"type": "boolean"},
        "anything": {},
        "priority": None,
    },
    "required": ["tier", "score", "tags", "meta", "a/b, c"],
}
"""Properties of each JSON type; one property of the contract is removed."""


def lines(contract: Contract) -> list[str]:
    """Return id and kind of each mutant."""
    return [f"{mutant.id} {mutant.kind}" for mutant in mutants_of(contract)]


def changed(contract: Contract, ids: str, leads: list[dict[str, Any]]) -> Any:
    """Return the decoded response with some leads and mutants."""
    body, _ = apply_to(json.dumps(leads, separators=(",", ":")).encode(), find_mutants(contract, ids))
    return json.loads(body)


def breaks(contract: Contract, body: bytes) -> set[tuple[str, str]]:
    """Return rule and pointer of each break that the contract finds."""
    return {(each.rule, each.pointer) for each in contract.check(body) if each.severity == "break"}


def test_ids_and_kinds_are_stable(profile: str) -> None:
    """Ids and kinds are those recorded: reports and reproducers of other versions name them."""
    recorded = (RECORDED / f"{profile}.txt").read_text(encoding="utf-8").splitlines()

    assert recorded == lines(load_contract(profile))


def test_every_mutant_changes_its_example(contract: Contract) -> None:
    """The example of a mutant differs from the response before, and says what it is and why it may happen."""
    for mutant in mutants_of(contract):
        before, after = example_of(contract, mutant)

        assert before != after, mutant.id
        assert mutant.change, mutant.id
        assert set(mutant.evidence.split(", ")) <= {"documented", "sample", "observed", "assumed"}, mutant.id
        assert mutant.id == f"{mutant.id.rpartition(':')[0]}:{mutant.operator}"


def test_tolerance_mutants_are_valid_and_breaks_are_breaking(contract: Contract) -> None:
    """A change that the contract rejects is breaking, but for a new key, which a client should tolerate anyway."""
    for mutant in mutants_of(contract):
        before, after = example_of(contract, mutant)
        if mutant.kind == "tolerance" and mutant.id != "keys:unknown-key":
            assert not breaks(contract, after) - breaks(contract, before), mutant.id


@pytest.mark.parametrize(
    "mutant_id", ["header:shift-one", "leads:drop-last", "leads:drop-first", "leads:drop-all", "created_at:seconds"]
)
def test_wrong_data_are_breaking_although_valid(mutant_id: str) -> None:
    """Data that are lost or wrong are breaking, although each lead is valid."""
    (mutant,) = find_mutants(load_contract(), mutant_id)

    assert mutant.kind == "breaking"
    assert not breaks(load_contract(), example_of(load_contract(), mutant)[1])


def test_every_required_key_can_be_removed(contract: Contract) -> None:
    """Every required key has a mutant that removes it, which is breaking."""
    kinds = {mutant.id: mutant.kind for mutant in mutants_of(contract)}

    assert {f"{key}:remove" for key in contract.lead["required"]} <= kinds.keys()
    assert {"breaking"} == {kinds[f"{key}:remove"] for key in contract.lead["required"]}


def test_every_rule_has_a_mutant(contract: Contract) -> None:
    """Each rule that a generated lead can break, and each rule between leads, is an operator."""
    data = data_of(contract)
    operators = {mutant.operator for mutant in mutants_of(contract)}
    between = {rule.name for rule in data.rules if rule.break_list is not None}

    assert {"unknown-value", "created-before-updated"} | between <= operators


def test_edge_cases_are_tolerance_mutants() -> None:
    """Valid edge cases of one lead are mutants of what they change; those that are common values are not."""
    mutants = {mutant.operator: mutant for mutant in mutants_of(load_contract())}
    edge_cases = {name: mutants[name].group for name in EDGE_CASES if name in mutants}

    assert edge_cases["phone-dashes"] == "field_0"
    assert edge_cases["fields-all-filled"] == "fields"
    assert edge_cases["time-2038"] == "leads"
    assert {"dial-status-4-no-answer", "header-not-json", "id-twice"}.isdisjoint(edge_cases)
    assert {"tolerance"} == {mutants[name].kind for name in edge_cases}


@pytest.mark.filterwarnings(f"ignore::{OverlayWarning.__module__}.{OverlayWarning.__name__}")
def test_properties_of_an_overlay_have_mutants() -> None:
    """Properties of an overlay have mutants by their type, nested ones too; a removed property has none."""
    contract = load_contract("sample", OVERLAY)
    ids = {mutant.id for mutant in mutants_of(contract)}

    assert {"tier:remove", "tier:null", "score:retype-string", "tags:retype-string", "meta/a:remove"} <= ids
    assert "a~1b%2C c:retype-number" in ids
    assert "priority:remove" not in ids
    (mutant,) = find_mutants(contract, "a~1b%2C c:retype-number")
    assert mutant.change == "a~1b, c is 0 or 1 instead of true or false"


@pytest.mark.parametrize("key", ["${x}", "{key}", "{", "a{0}b"])
def test_key_with_braces_has_mutants(key: str) -> None:
    """A key of an overlay may contain braces, which are shown verbatim."""
    contract = load_contract("sample", {"properties": {key: {"type": "string"}}, "required": [key]})
    (mutant,) = find_mutants(contract, f"{key}:remove")

    assert f"{key} is missing" == mutant.change


@pytest.mark.parametrize(
    ("mutant_id", "key", "before", "after"),
    [
        ("retry_count:retype-string", "retry_count", 2, "2"),
        ("undisposed_lead:retype-number", "undisposed_lead", True, 1),
        ("field_0:retype-number", "field_0", "+915550000042", 915550000042),
        ("header:retype-array", "header", '["Name"]', ["Name"]),
        ("created_at:retype-number", "created_at", {"$date": {"$numberLong": "1696428233123"}}, 1696428233123),
        (
            "created_at:retype-string",
            "created_at",
            {"$date": {"$numberLong": "1696428233123"}},
            "2023-10-04T14:03:53.123+00:00",
        ),
        (
            "created_at:seconds",
            "created_at",
            {"$date": {"$numberLong": "1696428233123"}},
            {"$date": {"$numberLong": "1696428233"}},
        ),
        ("dialer_skill/name:null", "dialer_skill", {"id": 1, "name": "Hindi"}, {"id": 1, "name": None}),
    ],
)
def test_values_change_as_stated(mutant_id: str, key: str, before: object, after: object) -> None:
    """Each operator converts a value of its type."""
    (lead,) = changed(load_contract(), mutant_id, [{key: before}])

    assert after == lead[key]
    assert type(after) is type(lead[key])


def test_names_change_in_place() -> None:
    """A renamed key keeps its place and value; the names are those that APIs drift to."""
    contract = load_contract()
    lead = {"id": "a", "priority": 3, "lead_id": "a"}

    assert {"_id": "a", "prio": 3, "leadId": "a"} == changed(
        contract, "id:rename,priority:rename,lead_id:rename", [lead]
    )[0]
    assert ["_id", "priority", "lead_id"] == [*changed(contract, "id:rename", [lead])[0]]


def test_id_in_the_other_reading_is_that_of_the_list() -> None:
    """The documentation's id is the id of the list that is served, not of an example."""
    (lead,) = changed(load_contract(), "id:other-reading", [{"id": "0" * 24, "list_id": 4711}])

    assert lead["id"] == "4711"


@pytest.mark.parametrize(
    ("mutant_id", "numbers"),
    [
        ("leads:swap-neighbors", [2, 1, 4, 3, 5]),
        ("leads:repeat", [1, 2, 3, 4, 5, 5]),
        ("leads:drop-first", [2, 3, 4, 5]),
        ("leads:drop-last", [1, 2, 3, 4]),
        ("leads:drop-all", []),
    ],
)
def test_order_and_number_of_leads(mutant_id: str, numbers: list[int]) -> None:
    """Leads come in another order, twice, or not at all."""
    leads = changed(load_contract(), mutant_id, [{"call_count": number} for number in range(1, 6)])

    assert numbers == [lead["call_count"] for lead in leads]


def test_tolerance_mutant_of_a_value_changes_the_last_lead_only() -> None:
    """What tests expect of the other leads still holds."""
    statuses = [{"dial_status": 1} for _ in range(3)]
    leads = changed(load_contract(), "dial_status:unknown-value", statuses)

    assert [True, True, False] == [lead == {"dial_status": 1} for lead in leads]


def test_unknown_id_names_the_nearest() -> None:
    """The error names the unknown id, the nearest one, and the command that lists them."""
    with pytest.raises(ValueError, match="lead_id:rmove") as error:
        find_mutants(load_contract(), "id:remove,lead_id:rmove")

    expected = (
        "there is no mutant `lead_id:rmove`; `smartflo-contract mutants` lists them. Did you mean `lead_id:remove`?"
    )
    assert expected == str(error.value)
