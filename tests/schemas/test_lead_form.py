"""The form of leads: decoding by form agrees with decoding without one, and the checks of both agree."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import lead
from smartflo_contract.schemas import column_check, load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.contract_data import ContractData
from smartflo_contract.schemas.duplicate_keys import duplicate_keys
from smartflo_contract.schemas.large_integers import decode_json
from smartflo_contract.schemas.lead_batch import LeadBatch
from smartflo_contract.schemas.lead_form import LeadDecoder, StructTable
from smartflo_contract.schemas.lead_table import lead_tables
from smartflo_contract.schemas.response_check import ResponseCheck
from smartflo_contract.strategies import broken_leads, edge_leads, leads, surprising_leads

PROFILES = ["sample", "documented", "lenient"]
OVERLAYS: list[dict[str, Any] | None] = [
    None,
    {
        "properties": {
            "anything": {},
            "number": {"type": "number", "minimum": 0},
            "dial_status": {"enum": [*range(10), True]},
            "available_at": {"type": ["object", "string"]},
            "created_at": {"type": ["object", "null"]},
            "field_3": {"maxLength": 99},
            "lead_picked": {"type": ["integer", "boolean", "null"]},
            "priority": None,
            "source": {"type": "string", "minLength": 2},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["source"],
    },
    {"properties": {"retry_count": {"type": "integer", "minimum": 0.5}}, "additionalProperties": False},
]
MANY = 20
KEYS = sorted({*lead(0, 8668, 0), "anything", "number", "source", "tags", "field_35", "field_99", "new", "a:b"})
TEXTS = [
    *("null", "true", "0", "1", "-0", "1.0", "-1", "2.5", "1e2", "1E-2", "8668", "8668.0", "9007199254740992"),
    *("18446744073709551615", "18446744073709551616", "-9223372036854775809", "1" + "0" * 40, "1.5e300"),
    *('""', '"x"', '"\\u0041"', '"é"', '"\\ud83d\\ude00"', '"10:30"', '"10\\u003a30"', '"\\"a\\":1"', '"[]"', '"[1]"'),
    *(
        '"[\\"a\\"]"',
        '"[\\"a\\",\\"b\\"]"',
        '"8668"',
        '"' + "0" * 24 + '"',
        '"[email protected]"',
        "[]",
        '["a"]',
        "[1]",
    ),
    *("{}", '{"a":{"b":[1]}}', '{"a":1,"a":2}', '{"$date":{"$numberLong":"1"}}', '{"$date":{"$numberLong":1}}'),
    *(
        '{"$date":{"$numberLong":"01"}}',
        '{"$date":{"$numberLong":"1","$numberLong":"2"}}',
        '{"$date":{}}',
        '{"$date":1}',
    ),
    *('{"$date":{"$numberLong":"9223372036854775808"}}', '{"id":1,"name":"a:b"}', "[" * 150 + "]" * 150),
    *("[" * 199 + "]" * 199, "[" * 300 + "]" * 300, '{"a":' * 120 + "1" + "}" * 120),
]
"""Values as they are written: numbers that few decoders agree about, escapes, duplicate keys, and deep nesting."""


@cache
def _valid(index: int, reading: str) -> Mapping[str, Any]:
    return lead(0, 8668, index, profile=reading)


def _base(profile: str, start: int = 0, count: int = MANY) -> list[Mapping[str, Any]]:
    reading = "documented" if profile == "documented" else "sample"
    return [_valid(index, reading) for index in range(start, start + count)]


def _write(one_lead: Any, changes: Mapping[str, str], order: random.Random | None, *, spaced: bool) -> str:
    """Return a lead as JSON: with changed values, which are repeated keys where there is one, in another order."""
    if not isinstance(one_lead, dict):
        return json.dumps(one_lead)
    parts = [(json.dumps(key), json.dumps(value, ensure_ascii=spaced)) for key, value in one_lead.items()]
    replaced = [(key, value) for key, value in parts if json.loads(key) not in changes]
    parts = replaced + [(json.dumps(key), value) for key, value in changes.items() if value]
    if order:
        order.shuffle(parts)
    return "{" + ",".join(f"{key} : {value}" if spaced else f"{key}:{value}" for key, value in parts) + "}"


def _duplicates(text: str) -> Sequence[Any]:
    return duplicate_keys(f"[{text}]".encode(), [decode_json(text)]).get(0, ())


@cache
def _contract(profile: str, overlay: int) -> ContractData:
    return data_of(load_contract(profile, OVERLAYS[overlay]))


def _agree(profile: str, batches: Sequence[Sequence[str]], overlay: int = 0) -> list[LeadBatch]:
    """Check leads in batches and one by one, assert that the results are equal, and return the batches."""
    data = _contract(profile, overlay)
    decoder = LeadDecoder(data)
    together, single = ResponseCheck(data), ResponseCheck(data)
    made = []
    for texts in batches:
        batch = LeadBatch(f"[{','.join(texts)}]".encode(), decoder)
        together.add_batch(batch)
        made.append(batch)
        for text in texts:
            single.add(decode_json(text), _duplicates(text))

    assert single.findings() == together.findings()
    assert (single.broken, single.leads) == (together.broken, together.leads)
    assert (single.list_id, single.columns) == (together.list_id, together.columns)
    return made


def _assert_same_values(batch: LeadBatch) -> None:
    """Assert that tables have the values of the leads, with their types."""
    values = decode_json(batch.text)
    rows = [row for table in batch.tables for row in table.rows]
    assert [row for row, value in enumerate(values) if isinstance(value, dict)] == sorted(rows)
    assert repr(values) == repr(batch.values)
    for table in batch.tables:
        for index, row in enumerate(table.rows):
            columns = {key: table.columns[key][index] for key in table.keys}
            assert columns == table.lead(index) == table.leads[index] == values[row]
            for found in (columns, table.lead(index)):
                assert repr({key: found[key] for key in values[row]}) == repr(values[row])
    if batch.has_form:
        assert not duplicate_keys(batch.text, values)


@st.composite
def _written_leads(draw: st.DrawFn, profile: str) -> list[str]:
    """Return leads as JSON: some or all with the same changes, and leads of every kind among them."""
    changes = draw(st.dictionaries(st.sampled_from(KEYS), st.sampled_from([*TEXTS, ""]), max_size=2))
    concerned = draw(st.sets(st.integers(0, MANY - 1), max_size=3) | st.sampled_from([range(MANY), range(0, MANY, 2)]))
    seed = draw(st.none() | st.integers(0, 3))
    order = None if seed is None else random.Random(seed)  # noqa: S311 - a reproducible order, not a secret
    spaced = draw(st.booleans())
    body: list[Any] = [*_base(profile, draw(st.sampled_from([0, 7, MANY])))]
    texts = [_write(one, changes if index in concerned else {}, order, spaced=spaced) for index, one in enumerate(body)]
    broken = broken_leads(profile=profile).filter(lambda each: each.rule != "not-json").map(lambda each: each.lead)
    kinds = leads(profile=profile) | surprising_leads(profile=profile) | broken | edge_leads() | st.sampled_from(TEXTS)
    for one in draw(st.lists(kinds, max_size=2)):
        texts.insert(draw(st.integers(0, MANY)), one if isinstance(one, str) else json.dumps(one))
    if draw(st.booleans()):
        text = texts[draw(st.integers(0, MANY - 1))]
        if text.startswith('{"'):
            key, value = draw(st.sampled_from(['"priority"', '"\\u0069d"', '"new"'])), draw(st.sampled_from(TEXTS))
            texts.append(f"{text[:-1]},{key}:{value},{key}:{value}}}")
    return texts


@pytest.mark.fast_only(profile="lenient")
@pytest.mark.parametrize("profile", PROFILES)
@given(data=st.data())
def test_form_agrees_with_single_leads(profile: str, data: st.DataObject) -> None:
    """Valid, surprising, broken and arbitrary leads, in other orders of keys, with duplicate keys, in batches."""
    overlay = data.draw(st.sampled_from(range(len(OVERLAYS))))
    learned = [_write(one, {}, None, spaced=False) for one in _base(profile, 30)]
    batches = [learned, *data.draw(st.lists(_written_leads(profile), min_size=1, max_size=3))]

    for batch in _agree(profile, batches, overlay):
        _assert_same_values(batch)


def _with(**changes: Any) -> Callable[[int, Mapping[str, Any]], Mapping[str, Any]]:
    return lambda _, one_lead: {**one_lead, **changes}


def _order_of(index: int, one_lead: Mapping[str, Any]) -> Mapping[str, Any]:
    keys = list(one_lead)
    random.Random(index).shuffle(keys)  # noqa: S311 - a reproducible order, not a secret
    return {key: one_lead[key] for key in keys}


@pytest.mark.parametrize(
    "change",
    [
        _with(),
        _with(priority=31),
        _with(new_key={"a": [1]}),
        _with(header='["a"]'),
        _with(field_3="10:30"),
        _order_of,
        lambda index, one_lead: {**one_lead, "priority": 31} if index % 7 == 0 else one_lead,
        lambda index, one_lead: {**one_lead, "header": json.dumps([f"Column {index}"])},
        lambda index, one_lead: {**one_lead, "created_at": None} if index % 5 == 0 else one_lead,
        lambda index, one_lead: {key: one_lead[key] for key in one_lead if key != "call_count" or index % 3},
    ],
    ids=["fine", "all", "unknown", "header", "colon", "order", "some", "headers", "null", "missing"],
)
def test_learns_form_of_leads_with_findings(change: Callable[[int, Mapping[str, Any]], Mapping[str, Any]]) -> None:
    """Findings, other headers and another order of keys do not keep later batches from having a form."""
    texts = [json.dumps(change(index, one)) for index, one in enumerate(_base("lenient", 0, 5 * MANY))]
    batches = [texts[start : start + MANY] for start in range(0, len(texts), MANY)]

    assert [False, True] == [batch.has_form for batch in _agree("lenient", batches)][:: len(batches) - 1]


@pytest.mark.parametrize("repeated", ['"priority":3', '"\\u0070riority":3', '"available_at":{"$date":1,"$date":2}'])
@pytest.mark.parametrize("colons", [{}, {"field_3": "a:b"}, {"field_3": "\\u003a"}])
def test_duplicate_key_has_no_form(repeated: str, colons: Mapping[str, str]) -> None:
    """A duplicate key is found although a decoder keeps one of the values, whatever colons strings have."""
    texts = [json.dumps({**one, **colons}) for one in _base("lenient", 0, 3 * MANY)]
    texts[-1] = f"{texts[-1][:-1]},{repeated}}}".replace(r"\\u003a", r"\u003a")

    batches = _agree("lenient", [texts[:MANY], texts[MANY : 2 * MANY], texts[2 * MANY :]])

    assert [False, True, False] == [batch.has_form for batch in batches]


def test_gives_up_leads_without_common_form() -> None:
    """Leads with ever new keys, or more keys than any contract, are decoded without a form, and in bounded time."""
    decoder = LeadDecoder(data_of(load_contract("lenient")))
    for number in range(130):
        leads_of_batch = [{**one, f"key_{number}": ""} for one in _base("lenient", 0)]
        batch = LeadBatch(json.dumps(leads_of_batch).encode(), decoder)

        assert not batch.has_form


@pytest.mark.parametrize("key", ["a\nb", 'a"b', "a\\b", "\0", "é", "\x7f", "", "a b", "_", "class"])
def test_accepts_keys_with_any_character(key: str) -> None:
    """A form has no key that JSON escapes; such leads are decoded without one."""
    texts = [json.dumps({**one, key: ""}) for one in _base("lenient", 0, 2 * MANY)]
    batches = _agree("lenient", [texts[:MANY], texts[MANY:]])

    assert [False, json.dumps(key, ensure_ascii=False) == f'"{key}"'] == [batch.has_form for batch in batches]


def test_few_leads_have_no_form() -> None:
    """A form is worth learning only from a number of leads."""
    decoder = LeadDecoder(data_of(load_contract("lenient")))
    text = json.dumps(_base("lenient", 0, 3)).encode()

    assert [False, False] == [LeadBatch(text, decoder).has_form for _ in range(2)]


@pytest.mark.parametrize(("overlay", "has_times"), [(0, True), (1, False)])
def test_parses_times_unless_an_overlay_allows_others(overlay: int, *, has_times: bool) -> None:
    """The decoder requires the form of a time where the contract does, and returns its number without the objects."""
    texts = [json.dumps({**one, "source": "file"}) for one in _base("lenient", 0, 2 * MANY)]
    *_, batch = _agree("lenient", [texts[:MANY], texts[MANY:]], overlay)
    (table,) = batch.tables

    assert isinstance(table, StructTable)
    assert table.has_times("created_at") == has_times
    assert table.has_times("updated_at")


def test_time_without_a_number_is_found_among_times_with_one() -> None:
    """A time whose number is no number has the form of a time, and is found in a batch that is decoded by form."""
    texts = [json.dumps(one) for one in _base("sample", 0, 2 * MANY)]
    broken = json.dumps({**json.loads(texts[-1]), "updated_at": {"$date": {"$numberLong": "x"}}})
    *_, batch = _agree("sample", [texts[:MANY], [*texts[MANY:-1], broken]])

    assert batch.has_form


def test_deep_values_have_no_form() -> None:
    """Only leads with shallow values are decoded by form, so that deep ones are found."""
    values: list[Any] = [[], [], json.loads(TEXTS[-1])]
    texts = [[json.dumps({**one, "new": value}) for one in _base("lenient")] for value in values]

    assert [False, True, False] == [batch.has_form for batch in _agree("lenient", texts)]


def test_keeps_few_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results that depend on the keys and the number of columns are dropped when there are too many."""
    monkeypatch.setattr(column_check, "MAX_CACHED", 1)
    texts = [[json.dumps({**one, f"new_{number}": 1}) for one in _base("lenient")] for number in range(3)]

    _agree("lenient", texts)


def test_partial_table_has_its_leads() -> None:
    """A table without some leads has the others, and no column of an unknown key."""
    leads_of_table = _base("lenient", 0, 3)
    (table,) = lead_tables(leads_of_table)
    rest = table.without([1])

    assert rest is not None
    assert [leads_of_table[0], leads_of_table[2]] == rest.leads
    assert table.without(range(3)) is None
    with pytest.raises(KeyError):
        rest.columns["unknown"]
