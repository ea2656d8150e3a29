"""What breaks the contract: exactly one rule, at the promised pointer, and every rule has its turn."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas._rules import RULES
from smartflo_contract.strategies import BREAKERS, Broken, BrokenResponse, broken_leads, broken_responses, leads
from smartflo_contract.strategies._breaks import RULE_BREAKS

from .conftest import Drawn

MANY = pytest.mark.slow
KEYWORDS = {
    "type",
    "enum",
    "const",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "required",
    "additionalProperties",
    "anyOf",
}
"""Keywords of JSON Schema that refuse a value; the others of a contract only hold them together."""


def breaks(profile: str, body: object, overlay: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Return rule and pointer of every finding that makes a body invalid."""
    findings = load_contract(profile, overlay).check(body)
    return [(finding.rule, finding.pointer) for finding in findings if finding.severity == "break"]


def keywords(schema: object) -> Iterator[str]:
    """Yield every keyword in a schema that refuses values."""
    if isinstance(schema, dict):
        for key, below in schema.items():
            if key in {"properties", "patternProperties", "$defs"}:
                yield from (word for value in below.values() for word in keywords(value))
            elif key in KEYWORDS and not (key == "additionalProperties" and below is True):
                yield key
                yield from keywords(below if key == "anyOf" else None)
            else:
                yield from keywords(below)
    elif isinstance(schema, list):
        for below in schema:
            yield from keywords(below)


@pytest.mark.parametrize("count", [200, pytest.param(10_000, marks=MANY)])
def test_a_broken_lead_breaks_exactly_what_it_says(profile: str, count: int, drawn: Drawn) -> None:
    """The check of a broken lead has one break: the promised rule at the promised pointer."""
    wrong = [
        (broken.rule, broken.pointer, found)
        for broken in drawn(broken_leads(profile=profile), count)
        if (found := breaks(profile, [broken.lead])) != [(broken.rule, broken.pointer)]
    ]

    assert wrong == []


@pytest.mark.parametrize("count", [200, pytest.param(10_000, marks=MANY)])
def test_a_broken_response_breaks_exactly_what_it_says(profile: str, count: int, drawn: Drawn) -> None:
    """The check of a broken response has one break: the promised rule at the promised pointer."""
    wrong = [
        (broken.rule, broken.pointer, found)
        for broken in drawn(broken_responses(profile=profile), count)
        if (found := breaks(profile, broken.response)) != [(broken.rule, broken.pointer)]
    ]

    assert wrong == []


def test_the_reference_validator_refuses_what_breaks_the_schema(profile: str, drawn: Drawn) -> None:
    """A lead that breaks a keyword is refused by jsonschema, one that breaks a rule only is accepted."""
    validator = Draft202012Validator(load_contract(profile).schema())
    wrong = [
        broken
        for broken in drawn(broken_leads(profile=profile), 400)
        if broken.rule != "not-json" and validator.is_valid(broken.lead) == (broken.rule in KEYWORDS)
    ]

    assert wrong == []


@pytest.mark.parametrize("strategy", [broken_leads, broken_responses])
def test_every_pair_turns_up(strategy: Callable[..., Any], profile: str, drawn: Drawn) -> None:
    """Within 5,000 examples each rule is broken at each key at which it can be, and nothing else is."""
    in_leads = strategy is broken_leads
    missing = {
        (breaker.rule, breaker.key)
        for breaker in BREAKERS[profile]
        if (breaker.in_leads if in_leads else breaker.in_responses)
    }
    listed = set(missing)
    unlisted = []

    def all_seen(broken: Any) -> bool:
        pairs = {pair for pair in listed if _is_of(pair, broken.rule, broken.pointer)}
        if not pairs:
            unlisted.append(broken)
        missing.difference_update(pairs)
        return not missing

    drawn(strategy(profile=profile), 5_000, enough=all_seen)

    assert (missing, unlisted) == (set(), [])


def _is_of(pair: tuple[str, str], rule: str, pointer: str) -> bool:
    """Tell whether a pointer is of a listed rule and key."""
    listed, key = pair
    if rule != listed:
        return False
    top = "/".join(pointer.split("/")[2:3])
    return top == key or (key == "field_N" and top.startswith("field_"))


def test_no_rule_is_without_a_breaker() -> None:
    """A rule that makes a body invalid under a profile can be broken under it; a lesser one can be provoked."""
    missing = {
        (rule.name, profile)
        for rule in RULES
        for profile, severity in rule.severity.items()
        if severity == "break" and rule.name not in {breaker.rule for breaker in BREAKERS[profile]}
    }
    surprises = {rule.name for rule in RULES if "surprise" in rule.severity.values()}

    assert missing == set()
    assert surprises - RULE_BREAKS.keys() == set()


def test_no_keyword_is_without_a_breaker(profile: str) -> None:
    """Every keyword of the exported schema that refuses values can be broken."""
    used = set(keywords(load_contract(profile).schema()))
    broken = {breaker.rule for breaker in BREAKERS[profile]}
    inside = {"lenient": {"anyOf"}}.get(profile, set())

    assert used - broken == set()
    assert inside <= broken


def test_every_required_key_goes_and_every_key_gets_a_wrong_type(profile: str) -> None:
    """Each required key can be missing, and each key of the contract can have a value that no reading knows."""
    contract = load_contract(profile)
    pairs = {(breaker.rule, breaker.key) for breaker in BREAKERS[profile]}
    typed = {key for rule, key in pairs if rule in {"type", "anyOf"}}

    assert {("required", key) for key in contract.lead["required"]} <= pairs
    assert set(contract.lead["properties"]) <= typed


def test_breakers_are_listed_once(profile: str) -> None:
    """A rule and a key stand in the list once, and something can break each."""
    breakers = BREAKERS[profile]

    assert len({(breaker.rule, breaker.key) for breaker in breakers}) == len(breakers)
    assert all(breaker.in_leads or breaker.in_responses for breaker in breakers)


def test_breakers_know_the_profiles() -> None:
    """The table has the three profiles, and no other."""
    assert list(BREAKERS) == ["sample", "documented", "lenient"]
    assert len(BREAKERS) == 3
    assert "smaple" not in BREAKERS


@pytest.mark.parametrize("breaker", BREAKERS["sample"], ids=lambda breaker: f"{breaker.rule}-{breaker.key}")
def test_a_rule_and_a_key_can_be_fixed(breaker: Any, drawn: Drawn) -> None:
    """With rule and key given, nothing else is broken."""
    strategy = broken_leads if breaker.in_leads else broken_responses
    found = drawn(strategy(rule=breaker.rule, key=breaker.key), 5)

    assert {breaker.rule} == {broken.rule for broken in found}
    assert all(_is_of((breaker.rule, breaker.key), broken.rule, broken.pointer) for broken in found)


def test_a_key_alone_can_be_fixed(drawn: Drawn) -> None:
    """With a key given, every rule about it is broken in turn."""
    rules = {broken.rule for broken in drawn(broken_leads(key="priority"), 60)}

    assert rules == {"required", "type", "minimum", "maximum", "not-json"}


def test_broken_examples_differ(drawn: Drawn) -> None:
    """Nearly every broken example is another one, also for a fixed rule and key."""
    assert len({repr(broken) for broken in drawn(broken_leads(), 200)}) > 190
    assert len({repr(broken) for broken in drawn(broken_responses(), 200)}) > 150
    assert len({repr(broken) for broken in drawn(broken_leads(rule="type", key="priority"), 100)}) > 90


def test_broken_values_are_named_tuples(drawn: Drawn) -> None:
    """A broken lead unpacks into lead, rule and pointer; a response likewise."""
    lead, rule, pointer = drawn(broken_leads(rule="maximum", key="priority"), 1)[0]
    response, _, _ = drawn(broken_responses(rule="maximum", key="priority"), 1)[0]

    assert (lead["priority"], rule, pointer) == (31, "maximum", "/*/priority")
    assert 31 in {one["priority"] for one in json.loads(response)}
    assert Broken._fields == ("lead", "rule", "pointer")
    assert BrokenResponse._fields == ("response", "rule", "pointer")


def test_leads_stay_valid_after_broken_ones(drawn: Drawn) -> None:
    """What was broken in one example is whole in the next: nothing is shared."""
    for broken in drawn(broken_leads(profile="documented"), 100):
        for value in broken.lead.values():
            if isinstance(value, dict | list):
                value.clear()

    assert breaks("documented", drawn(leads(profile="documented"), 1)) == []
    assert [b for b in drawn(broken_leads(profile="documented"), 100) if len(breaks("documented", [b.lead])) != 1] == []
