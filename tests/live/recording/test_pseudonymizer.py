"""Leads of the real API without the people in them."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

import orjson
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartflo_contract.factories import EDGE_CASES, LeadWriter, ListDefinition
from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.recording.pseudonymizer import pseudonyms
from smartflo_contract.live.recording.pseudonyms import Pseudonyms, runs
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.lead_format import FIELD, HALF_DAY_SECONDS, TIME_KEYS, epoch_ms
from smartflo_contract.strategies import broken_leads, broken_responses, edge_lead_lists, lead_lists, surprising_leads

Lead: TypeAlias = dict[str, Any]

KEY: Final = b"0123456789abcdef0123456789abcdef"
OTHER_KEY: Final = b"another key, no shorter than ...."
PROFILES: Final = ("sample", "documented", "lenient")
LEAD: Final[Lead] = dict(EDGE_CASES["time-updated-when-created"].lead)
NOBODY_SENDS: Final = "a time that cannot be hidden|a number with an exponent"
"""What of the broken values is not recorded, beside what JSON cannot say."""
few = settings(max_examples=40)


def recorded(leads: Iterable[object], key: bytes = KEY, **options: Any) -> list[Any]:
    """Return the leads without personal data."""
    return list(pseudonyms(leads, key, **options))


def recorded_lead(contract: Contract | None = None, **changes: Any) -> Lead:
    """Return one lead without personal data; ``changes`` are what it has differently."""
    (made,) = recorded([LEAD | changes], contract=contract)
    return dict(made)


def recorded_texts(names: Pseudonyms, texts: Iterable[str]) -> list[str]:
    """Return the pseudonym of each text."""
    return [names.text(text) for text in texts]


def findings(contract: Contract, body: object) -> list[tuple[str, ...]]:
    """Return what a check finds, without the names of keys that the contract does not have."""
    known = {*contract.lead["properties"], *TIME_KEYS, "", "*", "id", "name", "$date", "$numberLong"}

    def named(pointer: str) -> str:
        return "/".join(part if part in known or FIELD.fullmatch(part) else "?" for part in pointer.split("/"))

    return sorted(
        (finding.rule, finding.severity, named(finding.pointer), str(finding.count), str(finding.first))
        for finding in contract.check(body)
    )


def shape(text: str) -> str:
    """Return what of a text stays: every digit as 0, letters by their case, what is beyond ASCII, and marks."""
    classes = (("[1-9]", "0"), ("[a-z]", "a"), ("[A-Z]", "A"), (r"(?![^\W\d_])[^\x00-\x7f]|[^\W\d_a-zA-Z]", "~"))
    for pattern, sign in classes:
        text = re.sub(pattern, sign, text)
    return text


# One lead, by example


def test_a_lead() -> None:
    """People and accounts become others; what counts and grades stays, and so do names of common columns."""
    made = recorded_lead(field_5="", field_6="1987-05-12", skill_id=101, call_count=12, retry_count=3)

    assert re.fullmatch(r"\+915550[0-9]{6}", made["field_0"])
    assert re.fullmatch("[JKQVWXYZ][jkqvwxyz]{3} [JKQVWXYZ][jkqvwxyz]{2}", made["field_1"])
    assert re.fullmatch(r"[jkqvwxyz]{4}\.[jkqvwxyz]{3}@example\.(net|org)", made["field_2"])
    assert re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])-(1[3-9]|2[0-3]|0[1-9]|1[0-2])", made["field_6"])
    assert re.fullmatch("[1-9]{3}|[1-9][0-9]{2}", made["field_7"])
    assert re.fullmatch("[0-9a-f]{24}", made["id"])
    assert made["id"] == made["lead_id"] != LEAD["id"]
    assert made["added_by"] == made["created_by"] != LEAD["added_by"]
    assert {LEAD["list_id"], 101, LEAD["list_name"]}.isdisjoint({made["list_id"], made["skill_id"], made["list_name"]})
    kept = ("field_5", "header", "sensitive_field_map", "call_count", "retry_count", "dial_status", "priority")
    assert [made[key] for key in kept] == [
        (LEAD | {"field_5": "", "call_count": 12, "retry_count": 3})[key] for key in kept
    ]
    assert list(made) == list(LEAD)


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("+919876543210", r"\+915550[0-9]{6}"),
        ("9876543210", "5550[0-9]{6}"),
        ("919876543210", "915550[0-9]{6}"),
        ("09876543210", "05550[0-9]{6}"),
        ("00919876543210", "00915550[0-9]{6}"),
        ("+91 98765 43210", r"\+91 55500? ?[0-9]{0,6}[ 0-9]*"),
        ("+91-9876-543210", r"\+91-5550-[0-9]{6}"),
        ("(022) 2654-3210", r"\(055\) 50[0-9]{2}-[0-9]{4}"),
        ("+447911123456", r"\+915550[0-9]{6}"),
        ("+12025550123", r"\+915550[0-9]{5}"),
        ("call 9876543210, or mail", "[a-z]{4} 5550[0-9]{6}, [a-z]{2} [a-z]{4}"),
        ("asha@gmail.com", r"[a-z]{4}@example\.(net|org)"),
        ("or asha@corp.org.", r"[a-z]{2} [a-z]{4}@example\.(com|net)\."),
        ("1987-05-12", "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-2])"),
        ("31/12/1985", "(1[3-9]|2[0-3])/(0[1-9]|1[0-2])/[0-9]{4}"),
        ("2023-10-04T14:03:53Z", "[0-9]{4}-[01][0-9]-[01][0-9]T(1[3-9]|2[0-3]):[01][0-9]:(1[3-9]|2[0-3])Z"),
        ("2023-10-04T14:03:53.123Z", r"[0-9]{4}-[01][0-9]-[01][0-9]T[012][0-9]:[01][0-9]:[12][0-9]\.[0-9]{3}Z"),
        ("Plot 12Zebra", r"[A-Z][a-z]{3} [0-9]{2}[A-Z][a-z]{4,7}"),
        ("00:00", "0[0-9]:0[0-9]"),
        ("O'Brien", "[A-Z]'[A-Z][a-z]{4,7}"),
        ("ASHA", "[A-Z]{4}"),
        ("Lakshmi", "[A-Z][a-z]{4,7}"),
        ("अमित", "[\u0915-\u0939]{4}"),
        ("José", "[A-Z][a-z]{2}[\u10d0-\u10f0]"),
        ("😀", "[\U0001f400-\U0001f43e]"),
        ("x", "[a-z]"),
        ("750", "[1-9][0-9]{2}"),
        ("0042", "0[0-9]{3}"),
        ("      ", r"\s{6}"),
        (" - ", " - "),
        ("0", "0"),
        ("", ""),
        ("[email protected]", r"\[email protected\]"),
    ],
)
def test_texts(source: str, form: str) -> None:
    """A text becomes another one of its form; numbers cannot ring, and addresses are nobody's."""
    assert re.fullmatch(form, recorded_lead(field_2=source)["field_2"])


@pytest.mark.parametrize("text", [json.dumps({f"k{n}": n for n in range(60)}), ", ".join(map(str, range(100)))])
def test_long_lists_of_numbers(text: str) -> None:
    """Where marks stand between all digits there are, they change too."""
    made = recorded_lead(field_9=text)["field_9"]
    assert runs(text).isdisjoint(runs(made))


def test_one_number_in_two_forms_stays_one() -> None:
    """Code that compares the last ten digits finds what it found."""
    made = recorded_lead(field_0="+919876543210", field_5="98765 43210", alternate_phone_number="09876543210")
    numbers = {re.sub("[^0-9]", "", made[key])[-10:] for key in ("field_0", "field_5", "alternate_phone_number")}
    assert 1 == len(numbers)


def test_a_number_and_its_text_stay_equal() -> None:
    """The table's reading of ``id`` is the list's id as text."""
    made = recorded_lead(id="8668", list_id=8668, field_9="8668")
    assert made["id"] == made["field_9"] == str(made["list_id"])


def test_columns() -> None:
    """Names that any list may have stay, others become names of the same length class, written as they were."""
    made = recorded_lead(header='[ "Phone Number", "Aadhaar", "Custom 7" ,"\\u0928\\u093e\\u092e","Aadhaar"]')
    written = re.fullmatch(
        r'\[ "Phone Number", "(\w{5,8})", "Custom 7" ,"((?:\\u09[0-9a-f]{2}){3})","(\w{5,8})"\]', made["header"]
    )
    assert written
    assert written[1] == written[3] != "Aadhaar"


def test_unknown_keys() -> None:
    """A key that the contract does not have may be personal itself, and so may what it holds."""
    made = recorded_lead(
        asha_rao={"phone": 9876543210, "tags": ["vip", "vip", None, True], "$date": {"$numberLong": "1"}}
    )
    (name,) = made.keys() - LEAD.keys()
    assert re.fullmatch("[a-z]{4}_[a-z]{3}", name)
    phone, tags, date = made[name].values()
    assert str(phone).startswith("5550")
    assert tags[0] == tags[1] != "vip"
    assert [None, True] == tags[2:]
    assert epoch_ms({"$date": date}) == epoch_ms(made["created_at"]) - epoch_ms(LEAD["created_at"]) + 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("changes", "stays"),
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
def test_numbers(changes: dict[str, Any], *, stays: bool) -> None:
    """What counts and grades stays where it is too short for a piece of anything; unknown statuses are findings."""
    made = recorded_lead(**changes)
    ((key, value),) = changes.items()
    assert stays == (made[key] == value)
    assert len(str(value)) == len(str(made[key]))


@pytest.mark.parametrize("number", [54399153802959810.0, -17316346161109300.0, 9876543210.5, 98765.0])
def test_large_numbers_with_a_point(number: float) -> None:
    """A number of seventeen digits is one as well, whatever exponent Python would write."""
    made = recorded_lead(lakh=[number])
    ((value,),) = (made[key] for key in made.keys() - LEAD.keys())
    assert isinstance(value, float)
    assert number != value
    assert len(f"{number:.0f}") == len(f"{value:.0f}")


@pytest.mark.parametrize("number", [28.635939099999998, 100 / 7, 1 / 3, 77.2090212])
def test_numbers_with_many_places(number: float) -> None:
    """Whatever the key, there is another number: what comes after a point is no phone number."""
    made = [Pseudonyms(bytes([byte]) * 16).number(number) for byte in range(20)]
    assert number not in made
    assert {len(str(number))} == {len(str(other)) for other in made}


def test_every_number_of_two_digits() -> None:
    """Numbers that leave few others of their form become those, and numbers still."""
    source = [tenth / 10 for tenth in range(100)]
    made = [
        number for one in recorded([{"score": [number]} for number in source]) for number in next(iter(one.values()))
    ]
    assert 100 == len(set(made))
    assert [len(str(number)) for number in source] == [len(str(number)) for number in made]


@pytest.mark.parametrize("number", [999_999_999_999_999, 123_499_999_999_999, 98_765_432_109_876, 9_876_543_210])
def test_a_time_hides_its_first_digits(number: int) -> None:
    """A time that is shifted does not begin as before, be it a number of another kind in a time's place."""
    moved = [str(Pseudonyms(bytes([byte]) * 16).instant(number)) for byte in range(100)]
    assert [] == [text for text in moved if text.startswith(str(number)[:4])]


# Every lead


ANY: Final = {
    "valid": st.sampled_from(PROFILES).flatmap(lambda profile: lead_lists(profile=profile, max_size=4)),
    "surprising": st.lists(surprising_leads(), max_size=3),
    "edge": edge_lead_lists(),
}


@pytest.mark.parametrize("leads", ANY.values(), ids=ANY)
@given(data=st.data())
def test_findings_stay(leads: st.SearchStrategy[list[Lead]], data: st.DataObject) -> None:
    """Under each reading a recorded response has the findings of the real one."""
    source = data.draw(leads)
    made = recorded(source)
    assert [findings(load_contract(profile), source) for profile in PROFILES] == [
        findings(load_contract(profile), made) for profile in PROFILES
    ]


@pytest.mark.parametrize("profile", PROFILES)
@given(data=st.data())
def test_findings_of_what_is_broken_stay(profile: str, data: st.DataObject) -> None:
    """A broken lead is broken in the same way, unless it cannot be recorded at all."""
    contract = load_contract(profile)
    broken = data.draw(broken_leads(profile=profile))
    try:
        made = recorded([broken.lead])
    except RecordError as error:
        assert re.search("JSON cannot say this" if broken.rule == "not-json" else NOBODY_SENDS, str(error))  # noqa: PT017
        return
    assert "not-json" != broken.rule
    assert findings(contract, [broken.lead]) == findings(contract, made)


@pytest.mark.parametrize("profile", PROFILES)
@few
@given(data=st.data())
def test_findings_of_broken_responses_stay(profile: str, data: st.DataObject) -> None:
    """What is wrong between the leads of a response stays so."""
    contract = load_contract(profile)
    broken = data.draw(broken_responses(profile=profile).filter(lambda broken: broken.rule != "not-json"))
    body = orjson.loads(broken.response)
    if not isinstance(body, list):
        return
    try:
        made = recorded(body)
    except RecordError as error:
        assert re.search(NOBODY_SENDS, str(error))  # noqa: PT017
        return
    assert findings(contract, body) == findings(contract, made)


LETTERS: Final = "bgmpBGMP"
"""No text of the contract has four of these in a row, nor has a pseudonym one."""
DIGITS: Final = "68"
personal = st.one_of(
    st.text(LETTERS, min_size=4),
    st.text(f"{LETTERS} .-", min_size=4),
    st.text(DIGITS, min_size=10, max_size=10).map("+91{}".format),
    st.text(DIGITS, min_size=4, max_size=14),
    st.text(LETTERS, min_size=1, max_size=9).map("{}@bgmp.gpm".format),
    st.text(LETTERS + DIGITS + "हिन्दी", min_size=4),
)


@given(
    texts=st.lists(personal, min_size=1, max_size=8),
    name=st.text(LETTERS, min_size=4),
    column=st.text(LETTERS, min_size=4),
    key=st.text(LETTERS + DIGITS, min_size=4),
)
def test_no_piece_survives(texts: list[str], name: str, column: str, key: str) -> None:
    """Nowhere in a recorded lead are four characters in a row of a personal text, be it a name of a key or column."""
    source = LEAD | {"list_id": 1, "list_name": name, "header": json.dumps([column]), key: {key: texts[0]}}
    source |= {f"field_{number}": text for number, text in enumerate(texts)}
    (made,) = recorded([source])
    left = {"created_at", "updated_at", "available_at"}
    written = json.dumps({name: value for name, value in made.items() if name not in left}, ensure_ascii=False)
    found = {run for text in (*texts, name, column, key) for run in runs(text) if not run.startswith("+91")}
    assert set() == {run for run in found if run in written}


@given(texts=st.lists(st.text(max_size=12) | personal | st.from_regex("[0-9]{1,2}", fullmatch=True), max_size=30))
def test_equal_stays_equal(texts: list[str]) -> None:
    """Two texts have one pseudonym if they are one text, whatever their form."""
    names = Pseudonyms(KEY)
    made = recorded_texts(names, texts)
    assert len(set(texts)) == len(set(made)) == len(set(zip(texts, made, strict=True)))


@given(texts=st.lists(st.text(st.characters(codec="ascii"), max_size=40) | personal, max_size=10))
def test_shape_stays(texts: list[str]) -> None:
    """Emptiness, digits, letters and their case stay; words keep the class of their length, all else its length."""
    names = Pseudonyms(KEY)
    for text in texts:
        made = names.text(text)
        assert bool(text) == bool(made)
        if "@" not in text and not re.search(r"[\W_]{4}", text):
            assert _sizes(text) == _sizes(made)


def _sizes(text: str) -> list[str]:
    """Return the shape of a text, a word as the class of its length."""
    parts = re.findall("[A-Za-z]+|[0-9]+|.", text, re.DOTALL)
    return [
        f"{(len(part) - 1).bit_length() if len(part) > 4 else len(part)} {shape(part)[0]}"
        if part[0].isascii() and part[0].isalpha()
        else shape(part).replace("0", "9")
        for part in parts
    ]


@given(leads=lead_lists(min_size=1, max_size=4))
def test_times_keep_their_distances(leads: list[Lead]) -> None:
    """Every time of a response moves by the same number of seconds, those in ids among them."""
    made = recorded(leads)
    moved = {
        (epoch_ms(after[key]) or 0) - (epoch_ms(before[key]) or 0)
        for before, after in zip(leads, made, strict=True)
        for key in TIME_KEYS
    }
    of_ids = {
        (int(after["id"][:8], 16) - int(before["id"][:8], 16)) * 1000
        for before, after in zip(leads, made, strict=True)
        if int(before["id"][:8], 16) > 10**9
    }
    (offset,) = moved
    assert of_ids <= moved
    assert -8 * 366 * 86_400_000 < offset < -4 * 365 * 86_400_000
    assert 0 == offset % 1000


def test_twelve_hours_stay() -> None:
    """The time in the id is as far from the creation as before."""
    (source,) = EDGE_CASES["time-twelve-hours-early"].leads
    (made,) = recorded([source])
    assert HALF_DAY_SECONDS == int(made["lead_id"][:8], 16) - (epoch_ms(made["created_at"]) or 0) // 1000


@pytest.mark.parametrize("number", [-(2**63) - 1, -(2**63), 2**63 - 1, 2**63])
def test_ends_of_64_bits_are_no_times(number: int) -> None:
    """The largest and the smallest number, and the first ones beyond, stay where they are."""
    made = recorded_lead(available_at={"$date": {"$numberLong": str(number)}})
    assert number == epoch_ms(made["available_at"])


@few
@given(leads=lead_lists(min_size=1, max_size=3), key=st.binary(min_size=16, max_size=80))
def test_a_key_decides(leads: list[Lead], key: bytes) -> None:
    """One key gives the same result each time, and another one other ids and times."""
    made = recorded(leads, key)
    assert made == recorded(leads, key)
    other = recorded(leads, OTHER_KEY)
    assert {found["id"] for found in made}.isdisjoint({found["id"] for found in other})
    assert made[0]["created_at"] != other[0]["created_at"]


@given(
    number=st.integers(10**7, 10**15 - 1), form=st.sampled_from(["{}", "+{}", "0{}", "+91{}", "91{}", "0091{}", "00{}"])
)
def test_numbers_cannot_ring(number: int, form: str) -> None:
    """Whatever number comes, the one that goes is nobody's."""
    text = form.format(number)
    if not 10 <= len(text.removeprefix("+")) <= 15:
        return
    made = Pseudonyms(KEY).text(text)
    assert len(text) == len(made)
    assert not phonenumbers.is_valid_number(phonenumbers.parse(made, "IN"))


def test_numbers_of_a_long_list() -> None:
    """Of a thousand leads, no two numbers, names, ids or dates become one, and none two."""
    writer = LeadWriter(ListDefinition(1, size=1_000), load_contract())
    leads = [writer.lead(index) for index in range(1_000)]
    made = recorded(leads)
    for key in ("id", "field_0", "field_1", "field_2", "field_3", "field_4", "field_6", "field_7", "field_8"):
        pairs = {(before[key], after[key]) for before, after in zip(leads, made, strict=True)}
        assert len(pairs) == len({before for before, _ in pairs}) == len({after for _, after in pairs})


@pytest.mark.parametrize("items", [[None], [[]], ["Asha Rao"], [7], [[LEAD]]])
def test_items_that_are_no_leads(items: list[Any]) -> None:
    """What is no object stays none, and what is in it goes."""
    made = recorded(items)
    assert [type(item) for item in items] == [type(item) for item in made]
    assert "Asha" not in str(made)


def test_leads_come_one_by_one() -> None:
    """A lead is there before the next one is read."""
    leads = iter([LEAD])
    assert next(pseudonyms(leads, KEY))["field_1"] != LEAD["field_1"]


# An overlay


def overlaid(**properties: object) -> Contract:
    """Return the lenient contract with more properties."""
    return load_contract("lenient", {"properties": properties})


@pytest.mark.parametrize(
    ("schema", "value", "stays"),
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
def test_what_an_overlay_says_is_kept(schema: dict[str, object], value: object, *, stays: bool) -> None:
    """A text of which the contract does not say that it is nobody's goes."""
    assert stays == (value == recorded_lead(overlaid(tier=schema), tier=value)["tier"])


@pytest.mark.parametrize("value", ["ABCDE1234F", "abc"])
def test_a_form_of_an_overlay_stays(value: str) -> None:
    """What fits a pattern, or a length, fits it afterwards, and what does not does not."""
    pattern = "^[A-Z]{5}[0-9]{4}[A-Z]$"
    made = recorded_lead(overlaid(pan={"type": "string", "pattern": pattern}), pan=value)
    assert bool(re.fullmatch(pattern, value)) == bool(re.fullmatch(pattern, made["pan"]))
    assert made["pan"] != value


# What cannot be recorded


NESTED: Final[list[Any]] = []
for _ in range(210):
    NESTED[:] = [list(NESTED)]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"field_1": float("nan")}, "lead 1, /field_1: JSON cannot say this"),
        ({"call_count": float("inf")}, "lead 1, /call_count: JSON cannot say this"),
        ({"field_1": "9876543210\ud800"}, "lead 1, /field_1: JSON cannot say this"),
        ({"field_1": {9876543210}}, "lead 1, /field_1: JSON cannot say this"),
        ({"asha_rao": {"9876543210": b"secret"}}, r"lead 1, /\?/\?: JSON cannot say this"),
        ({9876543210: ""}, r"lead 1, /\?: JSON cannot say this"),
        ({"asha_rao": NESTED}, r"lead 1, /\?.*: nested more than 200 deep|nested more than 200 deep"),
        ({"field_9876543210": ""}, r"lead 1, /\?: a field of so high a number"),
        ({"field_9876": ""}, r"lead 1, /\?: a field of so high a number"),
        ({"asha_rao": [98765432109876543210]}, r"lead 1, /\?/0: a number of more than 19 digits"),
        ({"asha_rao": 9.876543210e-7}, r"lead 1, /\?: a number with an exponent"),
        ({"created_at": {"$date": {"$numberLong": "9876543210123456"}}}, "numberLong: a time that cannot be hidden"),
    ],
)
def test_what_cannot_be_recorded(changes: dict[Any, Any], told: str) -> None:
    """What is not understood ends the recording; the message names the place, never what stands there."""
    with pytest.raises(RecordError, match=told) as caught:
        recorded([LEAD, LEAD | changes])
    assert "98765" not in str(caught.value)
    assert "asha" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_form_that_no_pseudonym_has() -> None:
    """A pattern of an overlay that allows a few words alone ends the recording."""
    contract = overlaid(code={"type": "string", "pattern": "^(?:asha|rao)$"})
    with pytest.raises(RecordError, match="lead 0, /code: no pseudonym of its form is left"):
        recorded_lead(contract, code="asha")


def test_a_finding_that_would_change() -> None:
    """A known value that is personal all the same would become an unknown one."""
    known = {"x-known-values": [{"value": "Gold", "label": "of gold", "evidence": "observed"}], "x-personal": True}
    told = "lead 0, /tier: it cannot be replaced without a change of the finding `unknown-value`"
    with pytest.raises(RecordError, match=told):
        recorded_lead(overlaid(tier=known), tier="Gold")


def test_no_number_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the numbers that cannot ring are taken, no other is written in their place."""
    monkeypatch.setattr("smartflo_contract.live.recording.pseudonyms._TRIES", 1)
    names = Pseudonyms(KEY)
    with pytest.raises(RecordError, match="no number that cannot ring is left"):
        recorded_texts(names, (f"+91{number}" for number in range(9_000_000_000, 9_000_010_000)))


def test_a_piece_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last look does not trust how pseudonyms were made."""
    monkeypatch.setattr(Pseudonyms, "text", lambda _self, source, *_: source)
    with pytest.raises(RecordError, match="lead 0, /id: a piece of it is left"):
        recorded_lead()


def test_a_piece_of_another_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pseudonym that holds a name of the same lead is no pseudonym."""
    usual = Pseudonyms.text
    monkeypatch.setattr(
        Pseudonyms, "text", lambda self, source, *more: "Rao Asha" if source == "Pune" else usual(self, source, *more)
    )
    with pytest.raises(RecordError, match="lead 0, /field_3: its pseudonym holds a piece of another value"):
        recorded_lead(field_3="Pune")


@pytest.mark.parametrize("key", [b"", b"too short"])
def test_short_keys(key: bytes) -> None:
    """A key that can be guessed hides nothing."""
    with pytest.raises(ValueError, match="expected a key of at least 16 random bytes"):
        pseudonyms([], key)
