"""Valid leads, lists and responses, which differ."""

import json
from functools import cache
from typing import Any

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from smartflo_contract.schemas import load_contract
from smartflo_contract.strategies import (
    dial_statuses,
    dispositions,
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
)

from .conftest import Drawn, example_counts

PROFILES = ["sample", "documented", "lenient"]


@cache
def _reference(profile: str) -> Draft202012Validator:
    return Draft202012Validator(load_contract(profile).schema("leads"))


def accepted(profile: str, body: list[Any]) -> bool:
    """Return whether both validators, and every rule, accept a body."""
    return _reference(profile).is_valid(body) and load_contract(profile).is_valid(body)


@example_counts(50, 10_000)
def test_draws_valid_leads(profile: str, count: int, drawn: Drawn) -> None:
    """Both validators accept every lead under its profile."""
    assert [lead for lead in drawn(leads(profile=profile), count) if not accepted(profile, [lead])] == []


@example_counts(20, 10_000)
def test_draws_valid_lists(profile: str, count: int, drawn: Drawn) -> None:
    """Both validators accept every list, which has one list id and unique lead ids."""
    assert [body for body in drawn(lead_lists(profile=profile), count) if not accepted(profile, body)] == []


@example_counts(20, 10_000)
def test_draws_valid_responses(profile: str, count: int, drawn: Drawn) -> None:
    """Both validators accept every response, which is JSON."""
    bodies = drawn(responses(profile=profile), count)

    assert [body for body in bodies if not accepted(profile, json.loads(body))] == []


@example_counts(60, 500)
def test_valid_leads_do_not_surprise(count: int, drawn: Drawn) -> None:
    """Only surprising_leads() draws leads with a finding of severity surprise."""
    found = {
        finding.rule
        for profile in ("sample", "documented")
        for lead in drawn(leads(profile=profile), count)
        for finding in load_contract(profile).check([lead])
    }

    assert found <= {"created-twelve-hours-early"}


def test_leads_are_plain_dicts(drawn: Drawn) -> None:
    """A lead is a dict that JSON represents."""
    made = drawn(leads())

    assert [lead for lead in made if type(lead) is not dict or json.loads(json.dumps(lead)) != lead] == []


def test_leads_have_all_named_keys_in_order(profile: str, drawn: Drawn) -> None:
    """Every lead has the 22 named keys in the order of the contract."""
    named = list(load_contract(profile).lead["properties"])

    assert {tuple(named)} == {
        tuple(key for key in lead if not key.startswith("field_")) for lead in drawn(leads(profile=profile))
    }


@given(st.data())
def test_leads_of_a_list_share_no_values(data: st.DataObject) -> None:
    """A change of one lead changes no other lead of the list."""
    body = data.draw(lead_lists(profile="documented", min_size=2))
    before = json.dumps(body[1:])
    for value in body[0].values():
        if isinstance(value, dict):
            value.clear()
        elif isinstance(value, list):
            value.append("changed")

    assert before == json.dumps(body[1:])


@pytest.mark.parametrize(("least", "most"), [(0, 0), (1, 1), (0, 3), (7, 9), (50, 60), (100, 100)])
def test_lists_have_the_selected_sizes(least: int, most: int, drawn: Drawn) -> None:
    """Sizes are from min_size to max_size, and differ."""
    sizes = {len(body) for body in drawn(lead_lists(min_size=least, max_size=most), 15)}

    assert sizes <= set(range(least, most + 1))
    assert len(sizes) > 1 or least == most


def test_draws_lists_of_a_thousand_leads(profile: str, drawn: Drawn) -> None:
    """They are valid, and differ."""
    contract = load_contract(profile)
    bodies = drawn(lead_lists(profile=profile, min_size=1_000, max_size=1_010), 2)

    assert all(1_000 <= len(body) <= 1_010 and contract.is_valid(body) for body in bodies)
    assert len({json.dumps(body[900]) for body in bodies}) > 1


def test_options_apply_to_long_lists(drawn: Drawn) -> None:
    """Leads beyond the drawn ones follow the options too."""
    bodies = drawn(lead_lists(min_size=120, max_size=120, dispositions=st.just(-7)), 3)

    assert {-7} == {lead["dialer_dial_status"] for body in bodies for lead in body}
    assert all(accepted("sample", body) for body in bodies)


LONG: dict[str, dict[str, Any]] = {
    "columns": {"names": st.sampled_from(["Om", "Ira"]), "emails": st.just("a@example.com")},
    "keys": {"dates": mongo_dates(), "dispositions": dispositions(), "dialer_skills": st.just({"id": 1, "name": "x"})},
    "overlay": {"overlay": {"properties": {"campaign": {"type": "string"}, "id": {"pattern": "^[0-9a-f]{24}$"}}}},
    "ids": {"overlay": {"properties": {"id": {"type": "string", "pattern": "^6[0-9a-f]{23}$"}}}},
    "extra": {"profile": "lenient", "extra_keys": st.dictionaries(st.just("tags"), st.just(["x"]))},
}


@pytest.mark.parametrize("options", LONG.values(), ids=LONG)
def test_long_lists_repeat_values_of_options_only(options: dict[str, Any], drawn: Drawn) -> None:
    """Beyond the drawn leads, keys without an option have values of their own."""
    contract = load_contract(options.get("profile", "sample"), options.get("overlay"))
    bodies = drawn(lead_lists(min_size=150, max_size=150, **options), 3)

    assert all(contract.is_valid(body) for body in bodies)
    assert (
        max(len({(lead["call_count"], lead["priority"], lead["list_name"]) for lead in body}) for body in bodies) > 60
    )


@pytest.mark.parametrize("options", LONG.values(), ids=LONG)
def test_leads_share_no_values_of_options(options: dict[str, Any], drawn: Drawn) -> None:
    """No dict or list of an option's strategy is in two leads."""
    (*_, body) = drawn(lead_lists(min_size=60, max_size=60, **options), 2)
    mutable = [id(value) for lead in body for value in lead.values() if isinstance(value, dict | list)]

    assert len(set(mutable)) == len(mutable)


@settings(max_examples=10)
@given(lead_lists(min_size=100, max_size=100))
def test_lists_of_a_hundred_pass_health_checks(body: list[dict[str, Any]]) -> None:
    """Hypothesis accepts lists of a hundred leads."""
    assert len(body) == 100


@settings(max_examples=10)
@given(responses(min_size=100, max_size=100))
def test_responses_of_a_hundred_pass_health_checks(body: bytes) -> None:
    """Hypothesis accepts responses of a hundred leads."""
    assert len(json.loads(body)) == 100


@settings(max_examples=10)
@given(lead_lists(min_size=100, max_size=100, dates=mongo_dates(), names=names(), phone_numbers=phone_numbers()))
def test_options_pass_health_checks(body: list[dict[str, Any]]) -> None:
    """Options do not make a list of a hundred too large for Hypothesis."""
    assert len(body) == 100


@pytest.mark.parametrize(
    ("strategy", "least"),
    [
        (leads(), 100),
        (leads(profile="documented"), 100),
        (leads(profile="lenient"), 100),
        (lead_lists(), 75),
        (responses(), 75),
        (dial_statuses(), 9),
        (dispositions(), 50),
        (mongo_dates(), 90),
        (object_ids(), 90),
        (phone_numbers(), 90),
        (names(), 90),
        (emails(), 90),
        (headers(), 25),
        (headers(profile="documented"), 25),
        (sensitive_field_maps(), 20),
        (sensitive_field_maps(profile="documented"), 5),
    ],
    ids=repr,
)
def test_examples_differ(strategy: st.SearchStrategy[Any], least: int, drawn: Drawn) -> None:
    """Of a hundred examples, nearly all differ, or all values of a small set occur."""
    assert len({repr(example) for example in drawn(strategy, 100)}) >= least


@example_counts(30, 500)
def test_phone_numbers_cannot_ring(profile: str, count: int, drawn: Drawn) -> None:
    """No number in a lead, in any spelling, is valid."""
    texts = {
        value
        for lead in drawn(leads(profile=profile), count)
        for key, value in lead.items()
        if key.startswith("field_") or key == "alternate_phone_number"
    }
    texts.update(drawn(phone_numbers(), count))

    assert [
        text
        for text in texts
        for match in phonenumbers.PhoneNumberMatcher(text, "IN")
        if phonenumbers.is_valid_number(match.number)
    ] == []


@example_counts(80, 500)
def test_emails_are_at_reserved_domains(count: int, drawn: Drawn) -> None:
    """All addresses are at example.com, example.net or example.org."""
    texts = [lead["field_2"] for lead in drawn(leads(), count)] + drawn(emails(), count)
    domains = {part.split(",")[0].lower() for text in texts for part in text.split("@")[1:] if "." in part}

    assert {".".join(domain.split(".")[-2:]) for domain in domains} == {"example.com", "example.net", "example.org"}


@pytest.mark.fast_only(profile="sample")
@example_counts(30, 200)
def test_strategies_of_values_are_valid(profile: str, count: int, drawn: Drawn) -> None:
    """Each value is valid for its key under every profile."""
    contract = load_contract(profile)
    small: dict[str, st.SearchStrategy[Any]] = {
        "dial_status": dial_statuses(profile=profile),
        "dialer_dial_status": dispositions(profile=profile),
        "header": headers(profile=profile),
        "sensitive_field_map": sensitive_field_maps(profile=profile),
        "created_at": mongo_dates(),
        "field_0": phone_numbers(),
        "field_1": names(),
        "field_2": emails(),
    }
    validators = {key: Draft202012Validator(contract.schema_of(key)) for key in small}
    refused = {
        key: value
        for key, strategy in small.items()
        for value in drawn(strategy, count)
        if not validators[key].is_valid(value)
    }

    assert refused == {}


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-(2**63), 2**63 - 1), (1_000, 2_000), (-5, -1)])
def test_times_are_within_bounds(low: int, high: int, drawn: Drawn) -> None:
    """mongo_dates() returns times from min_value to max_value, in epoch ms."""
    instants = [int(time["$date"]["$numberLong"]) for time in drawn(mongo_dates(min_value=low, max_value=high))]

    assert low <= min(instants) <= max(instants) <= high


def test_bound_of_times_may_be_beyond_the_default(drawn: Drawn) -> None:
    """After the year 9999, or before 1970, times end at the limit of 64 bits."""
    late = [int(time["$date"]["$numberLong"]) for time in drawn(mongo_dates(min_value=3 * 10**14))]
    early = [int(time["$date"]["$numberLong"]) for time in drawn(mongo_dates(max_value=-5))]

    assert 3 * 10**14 == min(late) < max(late) < 2**63
    assert -(2**63) <= min(early) < max(early) == -5


@example_counts(40, 2_000)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"phone_numbers": phone_numbers()},
        {"texts": st.just("x")},
        {"texts": st.just("x"), "columns": st.lists(st.text(max_size=3), max_size=3)},
    ],
    ids=repr,
)
def test_columns_name_every_filled_field(profile: str, count: int, options: dict[str, Any], drawn: Drawn) -> None:
    """A valid list has no finding `header-fields`, also if options set the values."""
    contract = load_contract(profile)
    bodies = drawn(lead_lists(profile=profile, max_size=2, **options), count)

    assert [body for body in bodies for found in contract.check(body) if found.rule == "header-fields"] == []
