"""The check of a response: batches of leads have the findings of single leads."""

import json
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import cache
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
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
"""An overlay whose properties leads need not have."""
MANY = 20
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
    return [_generated(index, reading) for index in range(count)]


@cache
def _generated(index: int, reading: str) -> Any:
    return lead(0, 8668, index, profile=reading)


def _agree(
    profile: str, body: Sequence[object], overlay: Mapping[str, Any] | None = None, at_once: int = 100
) -> ResponseCheck:
    """Check leads in batches and one by one, assert that the results are equal, and return the check."""
    decoded = json.loads(json.dumps(body), parse_int=_as_orjson)
    data = data_of(load_contract(profile, overlay))
    batches, single = ResponseCheck(data), ResponseCheck(data)
    found: dict[int, list[str]] = {}
    for start in range(0, len(decoded), at_once):
        rules = batches.add_each(decoded[start : start + at_once])
        found |= {start + at: sorted(map(repr, broken)) for at, broken in rules.items()}
    expected = {index: sorted(map(repr, single.add(one_lead))) for index, one_lead in enumerate(decoded)}

    assert {index: rules for index, rules in expected.items() if rules} == found
    assert single.findings() == batches.findings()
    assert (single.broken, single.leads) == (batches.broken, batches.leads)
    return batches


def _as_orjson(digits: str) -> int | float:
    return int(digits) if -(2**63) <= int(digits) < 2**64 else float(digits)


def _any_lead(profile: str) -> st.SearchStrategy[Any]:
    broken = (
        broken_leads(profile=profile).filter(lambda broken: broken.rule != "not-json").map(lambda broken: broken.lead)
    )
    return leads(profile=profile) | surprising_leads(profile=profile) | broken | edge_leads() | st.sampled_from(VALUES)


@pytest.mark.fast_only(profile="lenient")
@pytest.mark.parametrize("profile", PROFILES)
@given(data=st.data(), at_once=st.integers(9, 50))
def test_batches_agree_about_leads_of_every_kind(profile: str, data: st.DataObject, at_once: int) -> None:
    """Valid, broken, surprising and edge leads at any position among valid ones."""
    body: list[object] = [*_base(profile)]
    for one_lead in data.draw(st.lists(_any_lead(profile), max_size=3)):
        body.insert(data.draw(st.integers(0, MANY)), one_lead)

    _agree(profile, body, data.draw(st.sampled_from([None, OVERLAY])), at_once)


@pytest.mark.parametrize("profile", PROFILES)
@given(
    changes=st.dictionaries(st.sampled_from(KEYS), st.sampled_from([*VALUES, ...]), min_size=1, max_size=3),
    concerned=st.sets(st.integers(0, MANY - 1), max_size=3) | st.sampled_from([range(MANY), range(0, MANY, 2)]),
    overlay=st.sampled_from([None, OVERLAY]),
    reverse=st.booleans(),
)
def test_batches_agree_about_changed_leads(
    profile: str, changes: Lead, concerned: Collection[int], overlay: Mapping[str, Any] | None, *, reverse: bool
) -> None:
    """Changed values, missing keys, new keys and another order of keys, in some leads or in all."""
    _agree(profile, _changed_body(profile, changes, concerned, reverse=reverse), overlay)


@given(
    values=st.lists(
        st.sampled_from([float("nan"), (1,), b"x", "\ud800", Decimal(1), HTTPStatus.OK, _deep(300), 2**70, 31, None]),
        min_size=1,
        max_size=2,
    ),
    concerned=st.sets(st.integers(0, MANY - 1), min_size=1, max_size=3) | st.just(range(MANY)),
    key=st.sampled_from(["priority", "new", "header", "lead_id"]),
)
def test_decoded_bodies_agree_with_single_leads(values: list[Any], concerned: Collection[int], key: str) -> None:
    """Values that no JSON parser returns, in some leads or in all, between leads that are checked together."""
    body = [
        {**one, key: values[index % len(values)]} if index in concerned else one
        for index, one in enumerate(_base("lenient"))
    ]
    contract = load_contract("lenient")
    single = ResponseCheck(data_of(contract))
    for one_lead in body:
        single.add(one_lead)

    assert single.findings() == contract.check(body)


def test_single_leads_keep_their_keys_between_tables() -> None:
    """A lead with the same keys as the one that was checked singly before, after a table with other keys."""
    fields = {f"field_{number}": "x" for number in range(37)}
    leads_of_body = _base("lenient", 12)
    few, many = leads_of_body[:2], [{**one, **fields} for one in leads_of_body[2:]]
    check, single = (ResponseCheck(data_of(load_contract("lenient"))) for _ in range(2))
    for one_lead in [few[0], *many, few[1]]:
        single.add(one_lead)
    check.add(few[0])
    check.add_decoded(many)
    check.add(few[1])

    assert single.findings() == check.findings()


def test_second_value_of_rejected_kind_is_shown() -> None:
    """A finding shows the value of its first lead, although another lead with these keys was checked before."""
    fields = {f"field_{number}": "" for number in range(37)}
    body = [{**one, **fields} for one in _base("sample", 8)]
    body[0] = {**body[0], "field_35": None}
    (finding,) = [each for each in load_contract("sample").check(body) if each.rule == "many-fields"]

    assert (finding.got, finding.first) == ("empty string", 1)
    _agree("sample", body)


SOME_SLOW = ["sample", *(pytest.param(profile, marks=pytest.mark.slow) for profile in ("documented", "lenient"))]


@pytest.mark.parametrize(
    ("changes", "concerned", "overlay"),
    [
        ({"new": _deep(199)}, range(MANY), None),
        ({"new": _deep(201)}, range(MANY), None),
        ({"anything": _deep(201)}, range(MANY), OVERLAY),
        ({"priority": _deep(300)}, range(MANY), None),
        ({"header": _deep(300)}, range(MANY), None),
        ({"created_at": {"$date": {"$numberLong": _deep(300)}}}, [1], None),
        ({"available_at": "x"}, range(MANY), OVERLAY),
    ],
    ids=["deep", "too-deep", "too-deep-by-overlay", "failing", "failing-header", "failing-time", "time-string"],
)
@pytest.mark.parametrize("profile", SOME_SLOW)
def test_batches_agree_about_deep_nesting(
    profile: str, changes: Lead, concerned: Collection[int], overlay: Mapping[str, Any] | None
) -> None:
    """Values up to, at and beyond the limits of nesting, and a time that an overlay makes a string."""
    _agree(profile, _changed_body(profile, changes, concerned), overlay)


@pytest.mark.parametrize("profile", PROFILES)
def test_batches_agree_about_missing_keys_in_another_order(profile: str) -> None:
    """Keys in reverse order, of which two are missing in every lead."""
    _agree(profile, _changed_body(profile, {"field_34": ..., "call_count": ...}, range(MANY), reverse=True))


def _changed_body(
    profile: str, changes: Lead, concerned: Collection[int], *, reverse: bool = False
) -> list[Mapping[str, Any]]:
    """Return leads of which some have changed values, or missing keys for ``...``, or the keys in reverse order."""
    body: list[Mapping[str, Any]] = []
    for index, valid in enumerate(_base(profile)):
        changed = {key: value for key, value in {**valid, **changes}.items() if value is not ...}
        in_order = dict(reversed([*changed.items()])) if reverse else changed
        body.append(in_order if index in concerned else valid)
    return body


@pytest.mark.parametrize("profile", SOME_SLOW)
def test_batches_agree_about_edge_cases(profile: str) -> None:
    """Every edge case among valid leads."""
    for case in EDGE_CASES.values():
        _agree(profile, [*_base(profile, 8), *case.leads, *_base(profile, 16)[8:]])


@pytest.mark.parametrize("profile", PROFILES)
def test_batches_agree_about_mixed_lists(profile: str) -> None:
    """Two lists, two forms of leads, and identifiers that repeat within a batch and in the next."""
    other = [lead(0, 910000003, index) for index in range(MANY)]
    mixed = [one_lead for pair in zip(_base("sample"), _base("documented"), strict=True) for one_lead in pair]

    for body in ([*_base(profile), *other], mixed, [*_base(profile), *_base(profile)], [*_base(profile), *other] * 2):
        _agree(profile, body, at_once=30)


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_values_that_equal_known_ones_only_in_python_are_unknown(value: object) -> None:
    """If an overlay allows more types, ``True`` is not the known value 1, but 1.0 is."""
    overlay = {"properties": {"dial_status": {"type": ["integer", "boolean", "string", "null"]}}}
    body = [{**valid, "dial_status": value if index == 5 else 1} for index, valid in enumerate(_base("sample"))]
    findings = _agree("sample", body, overlay).findings()

    assert (value != 1.0 or value is True) == ("unknown-value" in {finding.rule for finding in findings})


def test_rejects_columns_that_are_nested_too_deeply() -> None:
    """The validator fails on deep nesting, which does not count as valid."""
    contract = load_contract("sample", {"properties": {"anything": {"enum": [[1]]}}})
    deep = {**_base("sample", 1)[0], "anything": _deep(300)}

    assert not data_of(contract).columns_fit(tuple(deep), [[value] for value in deep.values()])


@pytest.mark.parametrize("profile", PROFILES)
def test_findings_have_the_first_lead_of_the_body(profile: str) -> None:
    """In whatever order rules and tables are checked, ``first`` is the first lead concerned."""
    body = [dict(reversed([*valid.items()])) if index % 2 else {**valid} for index, valid in enumerate(_base(profile))]
    for index in (6, 3):
        body[index]["dial_status"] = 77
    body[9]["field_2"] = body[8]["field_2"] = "[email protected]"
    for index, key in enumerate(["created_at", "updated_at"]):
        body[12][key] = {"$date": {"$numberLong": str(9 - index)}}

    found = {(finding.rule, finding.count, finding.first) for finding in _agree(profile, body).findings()}
    assert {("unknown-value", 2, 3), ("email-masked", 2, 8)} < found
    assert "created-before-updated" in {rule for rule, _, _ in found}


@pytest.mark.parametrize("count", [9, 40])
def test_batches_agree_about_many_orders_of_keys(count: int) -> None:
    """Few and many sets of keys in one batch, each with its own unknown key."""
    body = [{**valid, f"new_{index % count}": 1} for index, valid in enumerate(_base("lenient", 20 * count))]
    findings = _agree("lenient", body, at_once=400).findings()

    assert [(f"new_{index}", 20, index) for index in range(count)] == [
        (finding.pointer.removeprefix("/*/"), finding.count, finding.first) for finding in findings
    ]


@pytest.mark.parametrize("overlay", [None, OVERLAY])
@pytest.mark.parametrize("profile", PROFILES)
def test_confirms_valid_leads_by_their_columns(
    profile: str, overlay: dict[str, Any] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Valid leads are not checked one by one, so the check is fast."""
    monkeypatch.setattr(ResponseCheck, "add", None)
    contract = load_contract(profile, overlay)
    check = ResponseCheck(data_of(contract))
    check.add_decoded(_base(profile))
    (table,) = lead_tables(_base(profile))
    state = ResponseState(frozenset(), data_of(contract).known_values)

    assert (MANY, ()) == (check.leads, check.findings())
    assert [] == [
        rule.name
        for rule in data_of(contract).rules
        if not (rule.is_cached or rule.is_unique or rule.holds_in(table, state))
    ]


def test_columns_cover_each_keyword_of_the_lead_schema() -> None:
    """A check of columns would miss any other keyword at the top of the lead schema."""
    covered = {"type", "properties", "patternProperties", "required", "additionalProperties"}
    annotations = {"$schema", "$id", "title", "description"}

    for profile in PROFILES:
        assert covered | annotations >= set(data_of(load_contract(profile, OVERLAY)).lead_validator.schema)
