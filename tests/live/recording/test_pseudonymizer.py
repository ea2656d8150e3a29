"""Leads without personal data: the same structure and findings, other people."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import EDGE_CASES, LeadWriter, ListDefinition
from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.recording.character_runs import character_runs
from smartflo_contract.live.recording.pseudonymizer import pseudonymize
from smartflo_contract.live.recording.pseudonyms import Pseudonyms
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.lead_format import FIELD, HALF_DAY_SECONDS, TIME_KEYS, epoch_ms, mongo_date
from smartflo_contract.strategies import broken_leads, broken_responses, edge_lead_lists, lead_lists, surprising_leads

Lead: TypeAlias = dict[str, Any]

KEY: Final = b"0123456789abcdef0123456789abcdef"
OTHER_KEY: Final = b"another key, no shorter than ...."
PROFILES: Final = ("sample", "documented", "lenient")
LEAD: Final[Lead] = dict(EDGE_CASES["time-updated-when-created"].lead)
CANNOT_RECORD: Final = "a time this far away cannot be hidden|a number with an exponent"
"""Broken values that are not recorded, besides those that are not JSON."""


def recorded(leads: Iterable[object], key: bytes = KEY, **options: Any) -> list[Any]:
    """Return leads without personal data."""
    return list(pseudonymize(leads, key, **options))


def recorded_lead(contract: Contract | None = None, **changes: Any) -> Lead:
    """Return one lead with some changes, without personal data."""
    (lead,) = recorded([LEAD | changes], contract=contract)
    return dict(lead)


def findings(contract: Contract, body: object) -> list[tuple[str, ...]]:
    """Return the findings in a body, without keys that the contract does not define."""
    known = {*contract.lead["properties"], *TIME_KEYS, "", "*", "id", "name", "$date", "$numberLong"}

    def mask(pointer: str) -> str:
        return "/".join(part if part in known or FIELD.fullmatch(part) else "?" for part in pointer.split("/"))

    return sorted(
        (finding.rule, finding.severity, mask(finding.pointer), str(finding.count), str(finding.first))
        for finding in contract.check(body)
    )


# One lead


def test_replaces_people_and_keeps_counters() -> None:
    """Values that identify people, lists or accounts change; counters, statuses and common column names stay."""
    lead = recorded_lead(field_5="", field_6="1987-05-12", skill_id=101, call_count=12, retry_count=3)

    assert re.fullmatch(r"\+915550[0-9]{6}", lead["field_0"])
    assert re.fullmatch("[JKQVWXYZ][jkqvwxyz]{3} [JKQVWXYZ][jkqvwxyz]{2}", lead["field_1"])
    assert re.fullmatch(r"[jkqvwxyz]{4}\.[jkqvwxyz]{3}@example\.(net|org)", lead["field_2"])
    assert re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])-(1[3-9]|2[0-3]|0[1-9]|1[0-2])", lead["field_6"])
    assert re.fullmatch("[1-9]{3}|[1-9][0-9]{2}", lead["field_7"])
    assert re.fullmatch("[0-9a-f]{24}", lead["id"])
    assert lead["id"] == lead["lead_id"] != LEAD["id"]
    assert lead["added_by"] == lead["created_by"] != LEAD["added_by"]
    assert {LEAD["list_id"], 101, LEAD["list_name"]}.isdisjoint({lead["list_id"], lead["skill_id"], lead["list_name"]})
    kept = ("field_5", "header", "sensitive_field_map", "call_count", "retry_count", "dial_status", "priority")
    assert [lead[key] for key in kept] == [
        (LEAD | {"field_5": "", "call_count": 12, "retry_count": 3})[key] for key in kept
    ]
    assert list(lead) == list(LEAD)


def test_equal_values_of_different_keys_stay_equal() -> None:
    """Phone numbers in two forms, and a number and a string of the same digits, stay equal."""
    lead = recorded_lead(field_0="+919876543210", alternate_phone_number="09876543210", id="8668", list_id=8668)
    assert lead["field_0"][-10:] == lead["alternate_phone_number"][-10:]
    assert lead["id"] == str(lead["list_id"])


def test_replaces_uncommon_column_names() -> None:
    """Names that many lists have are kept; blanks and escapes of the JSON-encoded array stay."""
    lead = recorded_lead(header='[ "Phone Number", "Aadhaar", "Custom 7" ,"\\u0928\\u093e\\u092e","Aadhaar"]')
    header = re.fullmatch(
        r'\[ "Phone Number", "(\w{5,8})", "Custom 7" ,"((?:\\u09[0-9a-f]{2}){3})","(\w{5,8})"\]', lead["header"]
    )
    assert header
    assert header[1] == header[3] != "Aadhaar"


def test_replaces_unknown_keys_and_their_values() -> None:
    """A key that the contract does not define may be personal, and so may everything below it."""
    lead = recorded_lead(
        asha_rao={"phone": 9876543210, "tags": ["vip", "vip", None, True], "$date": {"$numberLong": "1"}}
    )
    (key,) = lead.keys() - LEAD.keys()
    assert re.fullmatch("[a-z]{4}_[a-z]{3}", key)
    phone, tags, date = lead[key].values()
    assert str(phone).startswith("5550")
    assert tags[0] == tags[1] != "vip"
    assert [None, True] == tags[2:]
    assert (epoch_ms({"$date": date}) or 0) < 0


@pytest.mark.parametrize(
    ("changes", "is_kept"),
    [
        ({"dial_status": 99}, True),
        ({"dial_status": 99_000}, False),
        ({"dialer_dial_status": -9}, True),
        ({"dialer_dial_status": 4711}, False),
        ({"call_count": 999}, True),
        ({"call_count": 98_765}, False),
        ({"retry_count": "12"}, True),
        ({"retry_count": "1234"}, False),
        ({"sensitive_field_map": "[0, 34]"}, True),
        ({"sensitive_field_map": "[987654]"}, False),
        ({"undisposed_lead": True}, True),
        ({"skill_id": None}, True),
        ({"skill_id": 7}, False),
        ({"time_group": 12}, False),
    ],
)
def test_keeps_short_counters(changes: dict[str, Any], *, is_kept: bool) -> None:
    """Counters and statuses of up to three digits are kept, even unknown ones, which are findings."""
    lead = recorded_lead(**changes)
    ((key, value),) = changes.items()
    assert is_kept == (lead[key] == value)
    assert len(str(value)) == len(str(lead[key]))


# Any lead


ANY_LEADS: Final = {
    "valid": st.sampled_from(PROFILES).flatmap(lambda profile: lead_lists(profile=profile, max_size=4)),
    "surprising": st.lists(surprising_leads(), max_size=3),
    "edge": edge_lead_lists(),
}


@pytest.mark.parametrize("leads", ANY_LEADS.values(), ids=ANY_LEADS)
@given(data=st.data())
def test_keeps_findings(leads: st.SearchStrategy[list[Lead]], data: st.DataObject) -> None:
    """Under each profile, a recorded response has the findings of the original."""
    source = data.draw(leads)
    replaced = recorded(source)
    assert [findings(load_contract(profile), source) for profile in PROFILES] == [
        findings(load_contract(profile), replaced) for profile in PROFILES
    ]


@given(data=st.data(), profile=st.sampled_from(PROFILES))
def test_keeps_findings_of_broken_leads(data: st.DataObject, profile: str) -> None:
    """A broken lead is broken in the same way, or cannot be recorded at all."""
    contract = load_contract(profile)
    broken = data.draw(broken_leads(profile=profile))
    try:
        replaced = recorded([broken.lead])
    except RecordError as error:
        expected = "JSON cannot represent this value" if broken.rule == "not-json" else CANNOT_RECORD
        assert re.search(expected, str(error))  # noqa: PT017
        return
    assert "not-json" != broken.rule
    assert findings(contract, [broken.lead]) == findings(contract, replaced)


@given(data=st.data(), profile=st.sampled_from(PROFILES))
def test_keeps_findings_of_broken_responses(data: st.DataObject, profile: str) -> None:
    """Findings that concern several leads are kept."""
    contract = load_contract(profile)
    broken = data.draw(broken_responses(profile=profile).filter(lambda broken: broken.rule != "not-json"))
    body = orjson.loads(broken.response)
    if not isinstance(body, list):
        return
    try:
        replaced = recorded(body)
    except RecordError as error:
        assert re.search(CANNOT_RECORD, str(error))  # noqa: PT017
        return
    assert findings(contract, body) == findings(contract, replaced)


LETTERS: Final = "bgmpBGMP"
"""No string of the contract has four of these in a row, nor does a pseudonym."""
DIGITS: Final = "68"
personal = st.one_of(
    st.text(LETTERS, min_size=4),
    st.text(DIGITS, min_size=10, max_size=10).map("+91{}".format),
    st.text(DIGITS, min_size=4, max_size=14),
    st.text(LETTERS, min_size=1, max_size=9).map("{}@bgmp.gpm".format),
    st.text(LETTERS + DIGITS + "हिन्दी", min_size=4),
)


@given(
    strings=st.lists(personal, min_size=1, max_size=8),
    name=st.text(LETTERS, min_size=4),
    column=st.text(LETTERS, min_size=4),
    key=st.text(LETTERS + DIGITS, min_size=4),
)
def test_no_piece_of_personal_data_remains(strings: list[str], name: str, column: str, key: str) -> None:
    """No four characters in a row of a personal value, key or column name are in a recorded lead."""
    source = LEAD | {"list_id": 1, "list_name": name, "header": json.dumps([column]), key: {key: strings[0]}}
    source |= {f"field_{number}": string for number, string in enumerate(strings)}
    (lead,) = recorded([source])
    times = {"created_at", "updated_at", "available_at"}
    text = json.dumps({name: value for name, value in lead.items() if name not in times}, ensure_ascii=False)
    pieces = {
        run for string in (*strings, name, column, key) for run in character_runs(string) if not run.startswith("+91")
    }
    assert set() == {piece for piece in pieces if piece in text}


def seconds_shifted(before: list[Lead], after: list[Lead], key: str) -> set[int]:
    """Return by how many seconds the times of a key were shifted."""
    pairs = zip(before, after, strict=True)
    return {(epoch_ms(new[key]) or 0) // 1000 - (epoch_ms(old[key]) or 0) // 1000 for old, new in pairs}


@given(leads=lead_lists(min_size=1, max_size=4))
def test_shifts_ordered_times_alike_and_others_apart(leads: list[Lead]) -> None:
    """Times that rules compare move together, with those in ids; each other key has an offset of its own."""
    leads = [lead | {"extra": lead["created_at"], "other": lead["created_at"]} for lead in leads]
    replaced = recorded(leads)
    renamed = [dict(zip(before, after.values(), strict=True)) for before, after in zip(leads, replaced, strict=True)]
    id_offsets = {
        int(after["id"][:8], 16) - int(before["id"][:8], 16)
        for before, after in zip(leads, replaced, strict=True)
        if int(before["id"][:8], 16) > 10**9
    }
    offsets = seconds_shifted(leads, renamed, "created_at") | seconds_shifted(leads, renamed, "updated_at")
    (offset,) = offsets
    others = [seconds_shifted(leads, renamed, key) for key in ("available_at", "extra", "other")]

    assert id_offsets <= offsets
    assert -8 * 366 * 86_400 < offset < -4 * 365 * 86_400
    assert [1, 1, 1, 4] == [*map(len, others), len({offset}.union(*others))]
    assert all(365 * 86_400 <= other - offset < 3 * 365 * 86_400 for (other,) in others)


def timed(created: int, updated: int) -> Lead:
    """Return a lead with two times."""
    return LEAD | {"created_at": mongo_date(created), "updated_at": mongo_date(updated)}


@given(st.integers(10**12, 2 * 10**12), st.integers(-2_000, 2_000), st.binary(min_size=16, max_size=16))
def test_replaces_milliseconds_and_keeps_order(created: int, gap: int, key: bytes) -> None:
    """Whole seconds stay whole; times in the same second keep their order, and equal times stay equal."""
    times = (created, created + gap)
    (lead,) = recorded([timed(*times)], key)
    after = [epoch_ms(lead[name]) or 0 for name in ("created_at", "updated_at")]

    assert (times[0] < times[1], times[0] == times[1]) == (after[0] < after[1], after[0] == after[1])
    assert [time % 1000 == 0 for time in times] == [time % 1000 == 0 for time in after]


def test_milliseconds_reveal_nothing() -> None:
    """Their differences do not stay."""
    leads = recorded([timed(time, time) for time in range(1_700_000_000_001, 1_700_000_090_001, 1_001)])
    gaps = {(epoch_ms(lead["created_at"]) or 0) % 1000 - number for number, lead in enumerate(leads)}

    assert len(gaps) > len(leads) // 2


def test_lengths_do_not_reveal_values_of_closed_sets() -> None:
    """With many keys, Yes and No have each length, whatever their own."""
    lengths: dict[str, set[int]] = {"Yes": set(), "No": set(), "Female": set(), "Male": set()}
    for number in range(100):
        pseudonyms = Pseudonyms(number.to_bytes(16, "big"))
        for value, seen in lengths.items():
            seen.add(len(pseudonyms.string(value)))

    assert [set(range(2, 9))] * 4 == list(lengths.values())


def test_keeps_twelve_hours_between_id_and_creation() -> None:
    """The quirk of the vendor's sample survives a recording."""
    (source,) = EDGE_CASES["time-twelve-hours-early"].leads
    (lead,) = recorded([source])
    assert HALF_DAY_SECONDS == int(lead["lead_id"][:8], 16) - (epoch_ms(lead["created_at"]) or 0) // 1000


@given(leads=lead_lists(min_size=1, max_size=3), key=st.binary(min_size=16, max_size=80))
def test_key_decides_the_result(leads: list[Lead], key: bytes) -> None:
    """The same key returns the same leads, another key other ids and times."""
    replaced = recorded(leads, key)
    assert replaced == recorded(leads, key)
    other = recorded(leads, OTHER_KEY)
    assert {lead["id"] for lead in replaced}.isdisjoint({lead["id"] for lead in other})
    assert replaced[0]["created_at"] != other[0]["created_at"]


@pytest.mark.parametrize("size", [150, pytest.param(1_000, marks=pytest.mark.slow)])
def test_different_values_of_a_long_list_stay_different(size: int) -> None:
    """Equal numbers, names, ids and dates stay equal, and different ones different."""
    writer = LeadWriter(ListDefinition(1, size=size), load_contract())
    leads = [writer.lead(index) for index in range(size)]
    replaced = recorded(leads)
    for key in ("id", "field_0", "field_1", "field_2", "field_3", "field_4", "field_6", "field_7", "field_8"):
        pairs = {(before[key], after[key]) for before, after in zip(leads, replaced, strict=True)}
        assert len(pairs) == len({before for before, _ in pairs}) == len({after for _, after in pairs})


@pytest.mark.parametrize("items", [[None], [[]], ["Asha Rao"], [7], [[LEAD]]])
def test_replaces_values_in_items_that_are_not_leads(items: list[Any]) -> None:
    """An item that is not an object keeps its type."""
    replaced = recorded(items)
    assert [type(item) for item in items] == [type(item) for item in replaced]
    assert "Asha" not in str(replaced)


def test_yields_each_lead_before_reading_the_next() -> None:
    """Leads are streamed."""
    leads = iter([LEAD])
    assert next(pseudonymize(leads, KEY))["field_1"] != LEAD["field_1"]


# Overlays


def overlaid(**properties: object) -> Contract:
    """Return the lenient contract with more properties."""
    return load_contract("lenient", {"properties": properties})


@pytest.mark.parametrize(
    ("schema", "value", "is_kept"),
    [
        ({"type": "string"}, "Gold", False),
        ({"type": "string", "x-personal": False}, "Gold", True),
        ({"enum": ["Gold", "Silver"]}, "Gold", True),
        ({"enum": ["Gold", "Silver"]}, "Asha", False),
        ({"x-known-values": [{"value": "Gold", "label": "of gold", "evidence": "observed"}]}, "Gold", True),
        ({"const": 4711}, 4711, True),
        ({"type": "integer"}, 5, False),
        ({"type": "integer", "x-faker": "call_count"}, 5, True),
        ({"type": "integer", "x-faker": "call_count", "x-personal": True}, 5, False),
        ({"type": "integer", "x-personal": False}, 98765, True),
        ({"type": "object", "x-personal": False}, {"any": ["Gold", {"x": 1}]}, True),
        ({"properties": {"a": {"x-personal": False}}}, {"a": "Gold"}, True),
        ({"properties": {"a": {"type": "string"}}, "x-personal": False}, {"a": "Gold"}, True),
        ({"items": {"x-personal": False}}, ["Gold"], True),
        ({"items": {"enum": ["Gold"]}}, ["Gold"], True),
        ({"items": {"type": "string"}}, ["Gold"], False),
    ],
)
def test_keeps_what_an_overlay_declares_harmless(schema: dict[str, object], value: object, *, is_kept: bool) -> None:
    """Only values that the overlay names or declares not personal are kept."""
    assert is_kept == (value == recorded_lead(overlaid(tier=schema), tier=value)["tier"])


@pytest.mark.parametrize("value", ["ABCDE1234F", "abc"])
def test_pseudonym_is_as_valid_under_an_overlay(value: str) -> None:
    """A value that matches a pattern still matches it afterwards, and one that does not still does not."""
    pattern = "^[A-Z]{5}[0-9]{4}[A-Z]$"
    lead = recorded_lead(overlaid(pan={"type": "string", "pattern": pattern}), pan=value)
    assert bool(re.fullmatch(pattern, value)) == bool(re.fullmatch(pattern, lead["pan"]))
    assert lead["pan"] != value


# Errors


NESTED: Final[list[Any]] = []
for _ in range(210):
    NESTED[:] = [list(NESTED)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"field_1": float("nan")}, "lead 1, /field_1: JSON cannot represent this value"),
        ({"call_count": float("inf")}, "lead 1, /call_count: JSON cannot represent this value"),
        ({"field_1": "9876543210\ud800"}, "lead 1, /field_1: JSON cannot represent this value"),
        ({"field_1": {9876543210}}, "lead 1, /field_1: JSON cannot represent this value"),
        ({"asha_rao": {"9876543210": b"secret"}}, r"lead 1, /\?/\?: JSON cannot represent this value"),
        ({9876543210: ""}, r"lead 1, /\?: JSON cannot represent this value"),
        ({"asha_rao": NESTED}, r"lead 1, /\?.*nested more than 200 levels deep"),
        ({"field_9876543210": ""}, r"lead 1, /\?: the number of this field is so high"),
        ({"field_9876": ""}, r"lead 1, /\?: the number of this field is so high"),
        ({"asha_rao": [98765432109876543210]}, r"lead 1, /\?/0: a number of more than 19 digits"),
        ({"asha_rao": 9.876543210e-7}, r"lead 1, /\?: a number with an exponent"),
        ({"created_at": {"$date": {"$numberLong": "9876543210123456"}}}, "numberLong: a time this far away"),
    ],
)
def test_rejects_values_without_pseudonym(changes: dict[Any, Any], message: str) -> None:
    """The message contains the location, never the value there or an unknown key."""
    with pytest.raises(RecordError, match=message) as caught:
        recorded([LEAD, LEAD | changes])
    assert "98765" not in str(caught.value)
    assert "asha" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_rejects_pattern_that_no_pseudonym_matches() -> None:
    """An overlay may allow a few words only."""
    contract = overlaid(code={"type": "string", "pattern": "^(?:asha|rao)$"})
    with pytest.raises(RecordError, match="lead 0, /code: no pseudonym of this form is left"):
        recorded_lead(contract, code="asha")


def test_rejects_replacement_that_changes_a_finding() -> None:
    """A known value that is personal nevertheless would become an unknown one."""
    known = {"x-known-values": [{"value": "Gold", "label": "of gold", "evidence": "observed"}], "x-personal": True}
    message = "lead 0, /tier: the value cannot be replaced without changing the finding `unknown-value`"
    with pytest.raises(RecordError, match=message):
        recorded_lead(overlaid(tier=known), tier="Gold")


def test_scan_finds_piece_of_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scan after the replacement does not rely on the pseudonyms."""
    monkeypatch.setattr(Pseudonyms, "string", lambda _self, source, *_: source)
    with pytest.raises(RecordError, match="lead 0, /id: its pseudonym contains a piece of it"):
        recorded_lead()


def test_scan_finds_piece_of_another_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pseudonym must not contain a name of the same lead."""
    string = Pseudonyms.string
    monkeypatch.setattr(
        Pseudonyms,
        "string",
        lambda self, source, *more: "Rao Asha" if source == "Pune" else string(self, source, *more),
    )
    with pytest.raises(RecordError, match="lead 0, /field_3: its pseudonym contains a piece of another value"):
        recorded_lead(field_3="Pune")
