"""Options of strategies: values that they set, and errors of invalid ones."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from smartflo_contract import strategies
from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import (
    Broken,
    BrokenResponse,
    broken_leads,
    broken_responses,
    dial_statuses,
    dispositions,
    edge_lead_lists,
    edge_leads,
    emails,
    headers,
    lead_lists,
    leads,
    mongo_dates,
    names,
    object_ids,
    phone_numbers,
    responses,
    sensitive_field_maps,
    surprising_leads,
)

from .conftest import Drawn

JUST = st.just


def _date(instant: int) -> dict[str, Any]:
    return {"$date": {"$numberLong": str(instant)}}


KEYS: list[tuple[dict[str, Any], str, object]] = [
    ({"list_ids": JUST(8668)}, "list_id", 8668),
    ({"dial_statuses": JUST(6)}, "dial_status", 6),
    ({"dispositions": JUST(-9)}, "dialer_dial_status", -9),
    ({"phone_numbers": JUST("+915550000042")}, "field_0", "+915550000042"),
    ({"names": JUST("Ira")}, "field_1", "Ira"),
    ({"emails": JUST("a@example.com")}, "field_2", "a@example.com"),
    ({"texts": JUST("x")}, "field_3", "x"),
    ({"alternate_phone_numbers": JUST("+915550000043")}, "alternate_phone_number", "+915550000043"),
    ({"skill_ids": JUST(None)}, "skill_id", None),
    ({"skill_ids": JUST(7)}, "skill_id", 7),
    ({"time_groups": JUST(9)}, "time_group", 9),
    ({"dialer_skills": JUST({"id": 1, "name": "Tamil"})}, "dialer_skill", {"id": 1, "name": "Tamil"}),
    ({"dates": JUST(_date(5))}, "created_at", _date(5)),
    ({"dates": JUST(_date(5))}, "updated_at", _date(5)),
    ({"dates": JUST(_date(5))}, "available_at", _date(5)),
    ({"columns": JUST(["Name", "Phone"])}, "header", '["Name","Phone"]'),
    ({"columns": JUST(())}, "header", "[]"),
]


@pytest.mark.parametrize(("options", "key", "value"), KEYS, ids=lambda value: str(value)[:40])
def test_option_sets_the_values_of_its_key(options: dict[str, Any], key: str, value: object, drawn: Drawn) -> None:
    """The values of an option's strategy are in every lead, alone and in a list."""
    made = drawn(leads(**options), 8) + [lead for body in drawn(lead_lists(**options), 4) for lead in body]

    assert [lead for lead in made if lead[key] != value] == []
    assert load_contract().is_valid(made[:1])


def test_option_sets_the_values_of_its_columns(drawn: Drawn) -> None:
    """Phone, name, e-mail and other strings are in the columns of those names."""
    columns = ["City", "E-mail", "Full Name", "Mobile", "Alternate Number"]
    made = drawn(
        leads(
            columns=JUST(columns),
            names=JUST("a"),
            emails=JUST("b"),
            phone_numbers=JUST("c"),
            texts=JUST("d"),
            alternate_phone_numbers=JUST("e"),
        ),
        30,
    )

    assert {("d", "b", "a", "c", "e")} == {tuple(lead[f"field_{number}"] for number in range(5)) for lead in made}


def test_sorts_dates(drawn: Drawn) -> None:
    """The earliest drawn date is created_at, the latest available_at."""
    made = drawn(leads(dates=st.sampled_from([_date(30), _date(4), _date(200)])), 100)
    times = [
        [int(lead[key]["$date"]["$numberLong"]) for key in ("created_at", "updated_at", "available_at")]
        for lead in made
    ]

    assert [sorted(three) for three in times] == times
    assert len({tuple(three) for three in times}) > 5


def test_columns_may_be_any_strings(profile: str, drawn: Drawn) -> None:
    """Leads with unusual column names are valid and have them in the header."""
    columns = st.lists(st.text(), min_size=30, max_size=50)
    made = drawn(leads(profile=profile, columns=columns), 30)

    assert [lead for lead in made if not load_contract(profile).is_valid([lead])] == []
    assert any("field_40" in lead for lead in made)


def test_field_count_sets_the_number_of_fields(drawn: Drawn) -> None:
    """A lenient lead has that number of fields."""
    made = drawn(leads(profile="lenient", field_count=st.integers(1, 3)), 60)

    assert {1, 2, 3} == {sum(key.startswith("field_") for key in lead) for lead in made}
    assert [lead for lead in made if not load_contract("lenient").is_valid([lead])] == []


def test_extra_keys_are_added(drawn: Drawn) -> None:
    """Under lenient, a lead has the extra keys."""
    made = drawn(leads(profile="lenient", extra_keys=JUST({"campaign": "x", "": None})), 20)

    assert {("x", None)} == {(lead["campaign"], lead[""]) for lead in made}


def test_headers_and_sensitive_field_maps_follow_columns(drawn: Drawn) -> None:
    """headers() and sensitive_field_maps() use the option `columns`."""
    columns = JUST(["a", "b"])
    maps = drawn(sensitive_field_maps(columns=columns), 60)

    assert drawn(headers(columns=columns), 5)[0] == '["a","b"]'
    assert drawn(headers(profile="documented", columns=columns), 5)[0] == ["a", "b"]
    assert {"[]", "[0]", "[1]", "[0,1]"} == set(maps)
    assert {"0", "1", "2"} == set(drawn(sensitive_field_maps(profile="documented", columns=columns), 60))


def test_strategy_is_reusable(drawn: Drawn) -> None:
    """One strategy works in tuples and alternatives, and mapped."""
    one = leads(dial_statuses=dial_statuses())
    both = st.tuples(one, one.map(lambda lead: lead["priority"]), st.none() | one)

    assert len(drawn(both, 50)) == 50


NOT_JSON = "expected a JSON value"
OPEN: Any = {"profile": "lenient"}
REJECTED: list[tuple[Callable[[], st.SearchStrategy[Any]], list[str]]] = [
    (lambda: leads(profile="smaple"), ["smaple", "sample, documented, lenient", "Did you mean `sample`?"]),
    (lambda: leads(profile=3), ["profile=3"]),  # type: ignore[arg-type]
    (lambda: leads(profile=None), ["profile=None", "one of sample, documented, lenient"]),  # type: ignore[arg-type]
    (lambda: leads(overlay=5), ["overlay=5", "a mapping, or the path"]),  # type: ignore[arg-type]
    (lambda: broken_leads(rule=[]), ["rule=[]", "as a string"]),  # type: ignore[arg-type]
    (lambda: broken_responses(key=1), ["key=1", "as a string"]),  # type: ignore[arg-type]
    (lambda: leads(list_ids=JUST(2**53)), ["list_ids=", "`list_id`", "minimum 1", "maximum 9007199254740991"]),
    (lambda: leads(names=JUST("\ud800")), ["names=", "'\\ud800'", NOT_JSON]),
    (lambda: headers(columns=JUST(["\ud800"])), ["columns=", "['\\ud800']", NOT_JSON]),
    (lambda: leads(**OPEN, extra_keys=JUST({"a": float("nan")})), ["extra_keys=", "nan", NOT_JSON]),
    (lambda: leads(**OPEN, extra_keys=JUST({"\ud800": 1})), ["extra_keys=", "'\\ud800'", NOT_JSON]),
    (lambda: responses(**OPEN, min_size=1, extra_keys=JUST({"a": {1}})), ["extra_keys=", "{1}", NOT_JSON]),
    (lambda: leads(overlay="no/such/file.json"), ["no/such/file.json", "cannot be read"]),
    (lambda: leads(overlay={"properties": {"priority": {"minimum": 31}}}), ["minimum 31 is above maximum 30"]),
    (lambda: leads(columns=["Name"]), ["columns=['Name']", "expected a strategy", "just(['Name'])"]),  # type: ignore[arg-type]
    (lambda: leads(dial_statuses=1), ["dial_statuses=1", "expected a strategy"]),  # type: ignore[arg-type]
    (lambda: leads(dial_statuses=JUST("x")), ["dial_statuses=just('x')", "'x'", "`dial_status`", "integer"]),  # type: ignore[arg-type]
    (lambda: leads(dial_statuses=JUST(2**53)), ["9007199254740992", "broken_leads()"]),
    (lambda: leads(names=JUST(None)), ["names=none()", "None", "string"]),  # type: ignore[arg-type]
    (lambda: leads(profile="documented", skill_ids=st.none()), ["skill_ids=none()", "None", "integer", "documented"]),
    (lambda: leads(dates=st.integers(5, 5)), ["dates=", "5", "`created_at`"]),  # type: ignore[arg-type]
    (lambda: leads(dates=JUST(_date(2**63))), ["9223372036854775808", "`created_at`", "64-bit number"]),  # type: ignore[arg-type]
    (lambda: leads(columns=JUST("Name")), ["columns=just('Name')", "sequence of at most 10,000 strings"]),
    (lambda: leads(columns=JUST([1])), ["[1]", "sequence"]),  # type: ignore[list-item]
    (lambda: leads(field_count=JUST(40)), ["field_count=just(40)", "under sample", "profile='lenient'"]),
    (lambda: leads(profile="lenient", field_count=JUST(0)), ["returned 0", "from 1 to 10,000"]),
    (lambda: leads(extra_keys=JUST({"a": 1})), ["extra_keys=", "under sample no other key", "profile='lenient'"]),
    (lambda: leads(profile="lenient", extra_keys=JUST({"priority": 1})), ["extra_keys=", "defines priority"]),
    (lambda: leads(profile="lenient", extra_keys=JUST({"field_3": 1})), ["extra_keys=", "defines field_3"]),
    (lambda: leads(profile="lenient", extra_keys=JUST([])), ["returned []", "mapping"]),  # type: ignore[arg-type]
    (lambda: leads(target="dial_status=4"), ["target='dial_status=4'", "expected a collection of cell ids"]),
    (lambda: leads(target=3), ["target=3", "expected a collection of cell ids"]),  # type: ignore[arg-type]
    (
        lambda: leads(target=["dial_status=44"]),
        ["no lead has a cell 'dial_status=44'", "Did you mean `dial_status=4`"],
    ),
    (lambda: leads(target=[4]), ["no lead has a cell 4", "`smartflo-contract cells`"]),  # type: ignore[list-item]
    (lambda: leads(target=[[]]), ["target=[[]]", "no lead has a cell []"]),  # type: ignore[list-item]
    (lambda: leads(target=["status:503"]), ["no lead has a cell 'status:503'"]),
    (lambda: leads(target=["leads:0"]), ["no lead that the contract allows has the cell 'leads:0'"]),
    (lambda: leads(target=["header:malformed"]), ["no lead that the contract allows has the cell 'header:malformed'"]),
    (lambda: leads(target=["lead_id:integer"]), ["no lead has a cell 'lead_id:integer'"]),
    (
        lambda: leads(target=["skill_id:null"], names=JUST("a"), profile="sample"),
        ["target=['skill_id:null']", "it decides about values; omit it, or names"],
    ),
    (lambda: lead_lists(min_size=-1), ["min_size=-1", "from 0"]),
    (lambda: lead_lists(min_size=10**30), [f"min_size={10**30}", "from 0 to 1,000,000"]),
    (lambda: responses(max_size=10**30), [f"max_size={10**30}", "from 0 (min_size) to 1,000,000"]),
    (lambda: lead_lists(min_size="3"), ["min_size='3'", "integer"]),  # type: ignore[arg-type]
    (lambda: lead_lists(min_size=3, max_size=2), ["max_size=2", "from 3 (min_size)"]),
    (lambda: responses(max_size=1.5), ["max_size=1.5", "integer"]),  # type: ignore[arg-type]
    (lambda: mongo_dates(min_value=2, max_value=1), ["min_value=2 is after max_value=1"]),
    (lambda: mongo_dates(max_value=2**63), ["max_value=9223372036854775808", "64-bit integer"]),
    (lambda: mongo_dates(min_value="now"), ["min_value='now'", "epoch ms"]),  # type: ignore[arg-type]
    (lambda: headers(overlay={"properties": {"header": None}}), ["removes `header`"]),
    (lambda: leads(overlay={"properties": {"header": None}}, columns=JUST(["a"])), ["removes `header`"]),
    (
        lambda: leads(overlay={"properties": {"header": {"maxLength": 60}}}, columns=JUST(["Name" * 20])),
        ["columns=just(", "NameName", "`header`", "of 0 to 60 characters"],
    ),
    (
        lambda: headers(overlay={"properties": {"header": {"enum": ["[]"]}}}, columns=JUST(["Name"])),
        ["columns=just(['Name'])", "`header`", '"[]"'],
    ),
    (lambda: dial_statuses(overlay={"properties": {"dial_status": None}}), ["removes `dial_status`"]),
    (lambda: leads(overlay={"properties": {"dial_status": None}}, dial_statuses=JUST(1)), ["removes `dial_status`"]),
    (lambda: broken_leads(rule="maxium"), ["rule='maxium'", "'maximum'", "Did you mean `maximum`?"]),
    (lambda: broken_leads(rule="maximum", key="header"), ["key='header'", "rule 'maximum'", "'priority'"]),
    (lambda: broken_leads(key="priorty"), ["key='priorty'", "Did you mean `priority`?"]),
    (lambda: broken_leads(rule="id-unique"), ["rule='id-unique'", "one lead under sample"]),
    (
        lambda: broken_responses(rule="not-json", key="priority"),
        ["key='priority'", "a response under sample", "expected one of ''"],
    ),
    (lambda: broken_leads(profile="x"), ["profile='x'", "sample, documented, lenient"]),
    (lambda: surprising_leads(profile="x"), ["profile='x'", "sample, documented, lenient"]),
]


@pytest.mark.parametrize(("make", "parts"), REJECTED, ids=[" ".join(parts)[:60] for _, parts in REJECTED])
def test_rejects_invalid_argument(make: Callable[[], st.SearchStrategy[Any]], parts: list[str], drawn: Drawn) -> None:
    """The first draw reports the value and what is expected, so one test fails instead of a file."""
    strategy = make()

    with pytest.raises(InvalidArgument) as error:
        drawn(strategy, 20)

    assert [part for part in parts if part not in str(error.value)] == []


@pytest.mark.parametrize("make", [leads, lead_lists, responses, surprising_leads, broken_leads, dial_statuses, headers])
def test_rejects_unknown_argument_at_once(make: Callable[..., object]) -> None:
    """The call of an unknown argument reports the known arguments and the nearest one."""
    with pytest.raises(
        InvalidArgument, match=r"unknown argument profil='sample'; expected one of .*Did you mean `profile`\?"
    ):
        make(profil="sample")


SHOWN: list[tuple[st.SearchStrategy[Any], str]] = [
    (leads(), "leads()"),
    (leads(profile="documented"), "leads(profile='documented')"),
    (leads(target=["dial_status=4"]), "leads(target=['dial_status=4'])"),
    (leads(dial_statuses=st.integers(1, 3)), "leads(dial_statuses=integers(min_value=1, max_value=3))"),
    (lead_lists(min_size=2, max_size=3), "lead_lists(min_size=2, max_size=3)"),
    (responses(names=names()), "responses(names=names())"),
    (surprising_leads(), "surprising_leads()"),
    (broken_leads(rule="type", key="priority"), "broken_leads(rule='type', key='priority')"),
    (broken_responses(profile="lenient"), "broken_responses(profile='lenient')"),
    (dial_statuses(), "dial_statuses()"),
    (headers(columns=st.just(["a"])), "headers(columns=just(['a']))"),
    (mongo_dates(), "mongo_dates()"),
    (mongo_dates(min_value=5), "mongo_dates(min_value=5)"),
    (phone_numbers(), "phone_numbers()"),
    (emails(), "emails()"),
    (names(), "names()"),
    (object_ids(), "object_ids()"),
    (dispositions(), "dispositions()"),
    (dispositions(profile="lenient"), "dispositions(profile='lenient')"),
    (sensitive_field_maps(), "sensitive_field_maps()"),
    (sensitive_field_maps(columns=st.just(["a"])), "sensitive_field_maps(columns=just(['a']))"),
    (edge_leads(), "edge_leads()"),
    (edge_lead_lists(profile="sample"), "edge_lead_lists(profile='sample')"),
]

EXAMPLES: dict[str, type] = {
    "leads": dict,
    "lead_lists": list,
    "responses": bytes,
    "surprising_leads": dict,
    "broken_leads": Broken,
    "broken_responses": BrokenResponse,
    "edge_leads": dict,
    "edge_lead_lists": list,
    "dial_statuses": int,
    "dispositions": int,
    "headers": str,
    "sensitive_field_maps": str,
    "mongo_dates": dict,
    "object_ids": str,
    "phone_numbers": str,
    "names": str,
    "emails": str,
}
"""Type of the examples of each strategy under sample."""


@pytest.mark.parametrize(("strategy", "text"), SHOWN, ids=[text for _, text in SHOWN])
def test_repr_is_the_call(strategy: st.SearchStrategy[Any], text: str) -> None:
    """The repr of a strategy is the call that creates it, without defaults."""
    assert repr(strategy) == text


def test_repr_of_every_strategy_is_tested() -> None:
    """The table above has every public strategy."""
    functions = {name for name in strategies.__all__ if name.islower()}

    assert functions == {text.partition("(")[0] for _, text in SHOWN}


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
@pytest.mark.parametrize(("strategy", "text"), SHOWN, ids=[text for _, text in SHOWN])
def test_example_returns_a_readable_value(strategy: st.SearchStrategy[Any], text: str) -> None:
    """example() returns the expected type, with a readable repr."""
    kind = EXAMPLES[text.partition("(")[0]]
    example = strategy.example()

    assert isinstance(example, kind)
    assert "object at 0x" not in repr(example)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
def test_example_returns_json() -> None:
    """JSON represents a lead of example()."""
    lead = leads().example()

    assert json.loads(json.dumps(lead)) == lead


def test_public_names_have_docstrings() -> None:
    """Each public function and class has a docstring."""
    public = [getattr(strategies, name) for name in strategies.__all__ if not name.isupper()]

    assert [one for one in public if not (one.__doc__ or "").strip()] == []


@settings(max_examples=10)
@given(lead=leads(), body=lead_lists(max_size=3))
def test_works_with_given(lead: dict[str, Any], body: list[dict[str, Any]]) -> None:
    """Strategies are keyword arguments of given."""
    assert "id" in lead
    assert len(body) <= 3
