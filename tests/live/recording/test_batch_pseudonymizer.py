"""Pseudonyms for many leads at once."""

import json
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import lead_list
from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.recording.batch_pseudonymizer import BatchPseudonymizer
from smartflo_contract.live.recording.pseudonymizer import Pseudonymizer
from smartflo_contract.live.recording.pseudonyms import Pseudonyms
from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import broken_leads, broken_responses, edge_leads, lead_lists, leads, surprising_leads

Lead: TypeAlias = dict[str, Any]
Result: TypeAlias = tuple[list[str] | str, Mapping[str, str]]

KEY: Final = b"0123456789abcdef0123456789abcdef"
OVERLAY: Final = {"properties": {"pan": {"type": "string", "pattern": "^[A-Z]{5}[0-9]{4}[A-Z]$", "x-personal": True}}}
CONTRACTS: Final = (load_contract("lenient"), load_contract("sample", OVERLAY))
KEYS: Final = ("field_0", "field_36", "id", "name", "pan", "header", "created_at", "retry_count", "Asha Rao", "$date")
STRINGS: Final = (
    *(
        "",
        "0",
        "Asha",
        "Asha Rao",
        "फ़ोन",
        "a\x1fb",
        "a\x00b",
        "12 MG Road, Pune",
        "+919876543210",
        "09876543210",
        "ab -- c",
    ),
    *(
        "fade" * 6,
        "jkqvwxyz",
        "qvzx.kjwy@example.com",
        "asha@corp.in",
        "31/12/1999",
        '["Name","Aadhaar"]',
        "[]",
        "[0,34]",
    ),
)
scalars = st.one_of(
    st.none(), st.booleans(), st.sampled_from(STRINGS), st.integers(-9_999, 9_999), st.just(2**70), st.just(98765.0)
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
        st.integers(0, 2**42).map(lambda time: {"$date": {"$numberLong": str(time)}}),
    ),
    max_leaves=5,
)
changes = st.dictionaries(st.sampled_from(KEYS), values, max_size=3)
any_lead: st.SearchStrategy[Any] = st.one_of(
    leads(profile="lenient"),
    surprising_leads(),
    edge_leads(),
    broken_leads().filter(lambda broken: broken.rule != "not-json").map(lambda broken: broken.lead),
    st.tuples(leads(), changes).map(lambda pair: {**pair[0], **pair[1]}),
    changes,
    scalars,
)


def one_by_one(response: list[Any], contract_at: int) -> Result:
    """Return the leads or the error of ``Pseudonymizer``, as text, and the keys that are shown."""
    pseudonymizer = Pseudonymizer(KEY, CONTRACTS[contract_at])
    return outcome(map(pseudonymizer.lead, response), pseudonymizer)


def in_batches(response: list[Any], contract_at: int, size: int) -> Result:
    """Return the same of ``BatchPseudonymizer``."""
    pseudonymizer = BatchPseudonymizer(KEY, CONTRACTS[contract_at])
    batches = (response[start : start + size] for start in range(0, len(response), size))
    return outcome((lead for batch in batches for lead in pseudonymizer.leads(batch)), pseudonymizer)


def outcome(replaced: Iterator[Any], pseudonymizer: Pseudonymizer) -> Result:
    """Return leads as text, in which 1, 1.0 and true differ, or the error."""
    try:
        return list(map(json.dumps, replaced)), pseudonymizer.shown_keys()
    except RecordError as error:
        return str(error), {}


@given(
    response=st.lists(any_lead, max_size=6) | lead_lists(profile="lenient", max_size=6),
    size=st.integers(1, 6),
    contract_at=st.integers(0, 1),
    random=st.randoms(),
)
def test_replaces_as_lead_by_lead(response: list[Any], size: int, contract_at: int, random: Random) -> None:
    """Any leads, in any order of keys and in batches of any size, have the same pseudonyms, errors and shown keys."""
    response = [
        dict(random.sample(list(lead.items()), len(lead))) if isinstance(lead, dict) else lead for lead in response
    ]
    response = random.choices(response, k=2 * len(response)) if response else []
    assert one_by_one(response, contract_at) == in_batches(response, contract_at, size)


@given(data=st.data())
def test_compares_findings_as_lead_by_lead(data: st.DataObject) -> None:
    """Findings that concern several leads are compared lead by lead too."""
    broken = data.draw(broken_responses().filter(lambda broken: broken.rule != "not-json"))
    try:
        body = json.loads(broken.response)
    except ValueError:
        return
    if isinstance(body, list):
        assert one_by_one(body, 0) == in_batches(body, 0, 3)


def test_generated_leads_are_replaced_as_lead_by_lead() -> None:
    """A list of generated leads has the same recording, whatever the size of the batches."""
    response = [json.loads(json.dumps(lead)) for lead in lead_list(0, 8668, 120)]
    expected = one_by_one(response, 0)
    assert isinstance(expected[0], list)
    assert [expected] * 2 == [in_batches(response, 0, 120), in_batches(response, 0, 50)]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({1: {"skill_id": 10**19}}, "lead 1, /skill_id: a number of more than 19 digits cannot be replaced"),
        ({1: {"field_1000": "x"}}, "lead 1, /?: the number of this field is so high"),
        ({2: {"created_at": {"$date": {"$numberLong": str(10**15)}}}}, "lead 2, /created_at/.*: a time this far away"),
        ({2: {"x": 10**19}, 1: {"list_id": 10**19}}, "lead 1, /list_id: a number of more than 19 digits"),
    ],
)
def test_first_error_names_its_lead(changed: Mapping[int, Lead], message: str) -> None:
    """The first lead that cannot be replaced is named, wherever it is in a batch."""
    response = [{**lead, **changed.get(index, {})} for index, lead in enumerate(lead_list(0, 8668, 4))]
    with pytest.raises(RecordError, match=message.replace("?", r"\?")):
        BatchPseudonymizer(KEY, CONTRACTS[0]).leads(response)
    assert one_by_one(response, 0) == in_batches(response, 0, 4)


@pytest.mark.parametrize("pseudonym", ["{}q", "xyzq{}"])
def test_scan_finds_what_a_pseudonym_reveals(monkeypatch: pytest.MonkeyPatch, pseudonym: str) -> None:
    """The leak scan does not rely on how pseudonyms are made: one with a piece of its value ends the recording."""
    response = [dict(lead) for lead in lead_list(0, 8668, 4)]
    name = str(response[3]["field_1"])
    make = Pseudonyms.string

    def make_wrong(self: Pseudonyms, source: str, *arguments: Any) -> str:
        return pseudonym.format(name[:4]) if source == name else make(self, source, *arguments)

    monkeypatch.setattr(Pseudonyms, "string", make_wrong)
    with pytest.raises(RecordError, match=r"^lead 3, /field_1: its pseudonym contains a piece of it"):
        BatchPseudonymizer(KEY, CONTRACTS[0]).leads(response)


@pytest.mark.parametrize(
    ("key", "value", "pseudonym"),
    [
        ("field_1", "Vyjk Rao", "Vyjk Qxz"),
        ("field_3", "1780 Lake View", "1780 Vxyz Qjkv"),
        ("field_3", "Rao - - 17", "Xyz - - 42"),
        ("field_6", "1871-12-31", "2001-12-30"),
        ("lead_id", "639a61a639e241a0deadbeef", "5a8b61a5000000000deadbe0"),
        ("field_2", "asha1799@corp.in", "jkqv1799@example.com"),
        ("field_1", "फ़ोन नंबर", "फ़ोन कखग"),
    ],
)
def test_scan_finds_each_kind_of_piece(monkeypatch: pytest.MonkeyPatch, key: str, value: str, pseudonym: str) -> None:
    """Four characters of a value end the recording: letters, digits, marks, or those of another script."""
    response = [dict(lead) for lead in lead_list(0, 8668, 4)]
    response[2][key] = value
    make = Pseudonyms.string

    def make_wrong(self: Pseudonyms, source: str, *arguments: Any) -> str:
        return pseudonym if source == value else make(self, source, *arguments)

    monkeypatch.setattr(Pseudonyms, "string", make_wrong)
    with pytest.raises(RecordError, match=rf"^lead 2, /{key}: its pseudonym contains a piece of it"):
        BatchPseudonymizer(KEY, CONTRACTS[0]).leads(response)


def test_scan_finds_words_of_other_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pseudonym with a word of another value of the lead ends the recording too."""
    response = [dict(lead) | {"field_1": "Asha Rao", "field_2": "Brinda"} for lead in lead_list(0, 8668, 1)]
    make = Pseudonyms.string

    def make_wrong(self: Pseudonyms, source: str, *arguments: Any) -> str:
        return "Xyz Brinda" if source == "Asha Rao" else make(self, source, *arguments)

    monkeypatch.setattr(Pseudonyms, "string", make_wrong)
    with pytest.raises(RecordError, match=r"^lead 0, /field_1: its pseudonym contains a piece of another value"):
        BatchPseudonymizer(KEY, CONTRACTS[0]).leads(response)
