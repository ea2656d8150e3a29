"""Leads that are checked together have the findings of those that are checked one by one."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smartflo_contract.factories import EDGE_CASES, lead
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.lead_table import lead_tables
from smartflo_contract.schemas.response_check import ResponseCheck
from smartflo_contract.schemas.rules.rule import ResponseState
from smartflo_contract.strategies import broken_leads, edge_leads, leads, surprising_leads

Lead = Mapping[str, Any]
PROFILES = ["sample", "documented", "lenient"]
OVERLAY: dict[str, Any] = {
    "properties": {
        "anything": {},
        "dial_status": {"enum": [*range(10), True]},
        "available_at": {"type": ["object", "string"]},
        "field_3": {"maxLength": 99},
        "source": {"type": "string", "minLength": 2},
    },
}
"""Leads need not say anything of it."""
MANY = 30
KEYS = sorted({*lead(0, 8668, 0), "anything", "source", "field_35", "field_99", "new"})
VALUES: list[Any] = [
    *(None, True, False, 0, 1, 1.0, -1, 2.5, 77, 8668, 8668.0, 2**63, 2**70, "", "x", "8668", "[]", '["a"]', "[1]"),
    *([], ["a"], [1], [None], {}, {"a": {"b": [1]}}, {"$date": {"$numberLong": "1"}}, {"$date": {"$numberLong": 1}}),
    *({"$date": {"$numberLong": str(2**63)}}, {"$date": {"$numberLong": "9" * 5000}}, {"$date": "x"}, "0" * 24),
    "[email protected]",
]


def _deep(levels: int) -> Any:
    return json.loads("[" * levels + "]" * levels)


def _base(profile: str, count: int = MANY) -> list[Lead]:
    """Return leads without a finding."""
    reading = "documented" if profile == "documented" else "sample"
    return [lead(0, 8668, index, profile=reading) for index in range(count)]


def _agree(
    profile: str, body: Sequence[object], overlay: Mapping[str, Any] | None = None, at_once: int = 100
) -> ResponseCheck:
    """Check leads together, and hold that against the same ones alone."""
    decoded = json.loads(json.dumps(body), parse_int=_as_orjson)
    together, alone = (ResponseCheck(data_of(load_contract(profile, overlay))) for _ in range(2))
    for start in range(0, len(decoded), at_once):
        together.add_decoded(decoded[start : start + at_once])
    for found in decoded:
        alone.add(found)

    assert alone.findings() == together.findings()
    assert (alone.broken, alone.leads) == (together.broken, together.leads)
    return together


def _as_orjson(digits: str) -> int | float:
    return int(digits) if -(2**63) <= int(digits) < 2**64 else float(digits)


def _any_lead(profile: str) -> st.SearchStrategy[Any]:
    broken = broken_leads(profile=profile).filter(lambda one: one.rule != "not-json").map(lambda one: one.lead)
    return leads(profile=profile) | surprising_leads(profile=profile) | broken | edge_leads() | st.sampled_from(VALUES)


@pytest.mark.parametrize("profile", PROFILES)
@settings(max_examples=40)
@given(data=st.data(), at_once=st.integers(9, 50))
def test_leads_of_every_kind(profile: str, data: st.DataObject, at_once: int) -> None:
    """Whatever stands in the midst of leads that are fine, and wherever."""
    body: list[object] = [*_base(profile)]
    for found in data.draw(st.lists(_any_lead(profile), max_size=3)):
        body.insert(data.draw(st.integers(0, MANY)), found)

    _agree(profile, body, data.draw(st.sampled_from([None, OVERLAY])), at_once)


@pytest.mark.parametrize("profile", PROFILES)
@settings(max_examples=40)
@given(
    changes=st.dictionaries(st.sampled_from(KEYS), st.sampled_from([*VALUES, ...]), min_size=1, max_size=3),
    concerned=st.sets(st.integers(0, MANY - 1), max_size=3) | st.sampled_from([range(MANY), range(0, MANY, 2)]),
    overlay=st.sampled_from([None, OVERLAY]),
    reverse=st.booleans(),
)
@example(changes={"new": _deep(199)}, concerned=range(MANY), overlay=None, reverse=False)
@example(changes={"new": _deep(201)}, concerned=range(MANY), overlay=None, reverse=False)
@example(changes={"anything": _deep(201)}, concerned=range(MANY), overlay=OVERLAY, reverse=False)
@example(changes={"priority": _deep(300)}, concerned=range(MANY), overlay=None, reverse=False)
@example(changes={"created_at": {"$date": {"$numberLong": _deep(300)}}}, concerned=[1], overlay=None, reverse=False)
@example(changes={"available_at": "x"}, concerned=range(MANY), overlay=OVERLAY, reverse=False)
@example(changes={"field_34": ..., "call_count": ...}, concerned=range(MANY), overlay=None, reverse=True)
def test_the_same_change(
    profile: str, changes: Lead, concerned: Collection[int], overlay: Mapping[str, Any] | None, *, reverse: bool
) -> None:
    """Whatever is changed in some leads or in all: a value, a key that goes or comes, the order of the keys."""
    body = []
    for index, found in enumerate(_base(profile)):
        changed = {key: value for key, value in {**found, **changes}.items() if value is not ...}
        in_order = dict(reversed([*changed.items()])) if reverse else changed
        body.append(in_order if index in concerned else found)

    _agree(profile, body, overlay)


@pytest.mark.parametrize("profile", PROFILES)
def test_edge_cases(profile: str) -> None:
    """Edge cases in the midst of leads that are fine."""
    for case in EDGE_CASES.values():
        _agree(profile, [*_base(profile, 8), *case.leads, *_base(profile, 16)[8:]])


@pytest.mark.parametrize("profile", PROFILES)
def test_lists_of_several_kinds(profile: str) -> None:
    """Two lists, two forms of leads, an identifier that comes again within a batch and in the next."""
    other = [lead(0, 910000003, index) for index in range(MANY)]
    mixed = [one for pair in zip(_base("sample"), _base("documented"), strict=True) for one in pair]

    for body in ([*_base(profile), *other], mixed, [*_base(profile), *_base(profile)], [*_base(profile), *other] * 2):
        _agree(profile, body, at_once=45)


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_known_values_and_their_lookalikes(value: object) -> None:
    """Where an overlay takes more types, a value that is equal to a known one in Python alone is unknown."""
    overlay = {"properties": {"dial_status": {"type": ["integer", "boolean", "string", "null"]}}}
    body = [{**found, "dial_status": value if index == 5 else 1} for index, found in enumerate(_base("sample"))]
    found = _agree("sample", body, overlay).findings()

    assert (value != 1.0 or value is True) == ("unknown-value" in {one.rule for one in found})


def test_values_that_are_nested_too_deeply_do_not_fit() -> None:
    """Of columns as of a lead: the validator gives up, and that is no answer."""
    contract = load_contract("sample", {"properties": {"anything": {"enum": [[1]]}}})
    found = {**_base("sample", 1)[0], "anything": _deep(300)}

    assert not data_of(contract).columns_fit(tuple(found), [[value] for value in found.values()])


@pytest.mark.parametrize("profile", PROFILES)
def test_findings_come_in_the_order_of_leads(profile: str) -> None:
    """Whichever rule is asked first, and in whichever order of keys a lead is, the first lead is told first."""
    body = [dict(reversed([*one.items()])) if index % 2 else {**one} for index, one in enumerate(_base(profile))]
    for index in (6, 3):
        body[index]["dial_status"] = 77
    body[9]["field_2"] = body[8]["field_2"] = "[email protected]"
    for index, key in enumerate(["created_at", "updated_at"]):
        body[12][key] = {"$date": {"$numberLong": str(9 - index)}}

    found = _agree(profile, body).findings()
    assert {("unknown-value", 2, 3), ("email-masked", 2, 8)} < {(one.rule, one.count, one.first) for one in found}
    assert "created-before-updated" in {one.rule for one in found}


@pytest.mark.parametrize("count", [9, 40])
def test_many_orders_of_keys(count: int) -> None:
    """Each with its own key that the contract does not have: as a few leads, and as many."""
    body = [{**found, f"new_{index % count}": 1} for index, found in enumerate(_base("lenient", 20 * count))]
    found = _agree("lenient", body, at_once=400).findings()

    assert [(f"new_{index}", 20, index) for index in range(count)] == [
        (one.pointer.removeprefix("/*/"), one.count, one.first) for one in found
    ]


@pytest.mark.parametrize("overlay", [None, OVERLAY])
@pytest.mark.parametrize("profile", PROFILES)
def test_columns_tell_that_leads_are_fine(
    profile: str, overlay: dict[str, Any] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No lead that is fine is asked for itself, so that the check is quick."""
    monkeypatch.setattr(ResponseCheck, "add", None)
    contract = load_contract(profile, overlay)
    check = ResponseCheck(data_of(contract))
    check.add_decoded(_base(profile))
    (columns,) = lead_tables(_base(profile))
    seen = ResponseState(frozenset(), data_of(contract).known_values)

    assert (MANY, ()) == (check.leads, check.findings())
    assert [] == [
        rule.name
        for rule in data_of(contract).rules
        if not (rule.is_cached or rule.is_unique or rule.holds_in(columns, seen))
    ]


def test_columns_know_each_keyword_of_a_lead() -> None:
    """A keyword of the lead schema that is no matter of one key would not be asked of columns."""
    of_a_lead = {"type", "properties", "patternProperties", "required", "additionalProperties"}
    said = {"$schema", "$id", "title", "description"}

    for profile in PROFILES:
        assert of_a_lead | said >= set(data_of(load_contract(profile, OVERLAY)).lead_validator.schema)
