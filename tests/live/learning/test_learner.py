"""Claims that always held are proposed as a draft of an overlay, which contains nothing personal."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import lead
from smartflo_contract.live import check
from smartflo_contract.live.learning.learner import Learner
from smartflo_contract.schemas import load_contract

Change = Callable[[int, Mapping[str, Any]], dict[str, Any]]
RESPONSES: Final = [[dict(lead(seed, 8668 + seed, index)) for index in range(40)] for seed in range(2)]
OPTIONAL: Final = {"undisposed_lead", "call_count", "updated_at"}
"""Keys of all generated leads that the contract does not require."""
PRIVATE: Final = st.text(st.characters(min_codepoint=0xE000, max_codepoint=0xE0FF), min_size=1, max_size=3)
"""Strings that a draft contains only if it copies a value."""
LARGE: Final = st.integers(10**9, 2 * 10**9)


def learn(change: Change = lambda _, lead: dict(lead), **settings: Any) -> dict[str, Any]:
    """Return the draft of two responses whose leads are changed."""
    bodies = [json.dumps([change(index, lead) for index, lead in enumerate(leads)]).encode() for leads in RESPONSES]
    draft = check(*bodies, learn=True, **settings).draft
    assert draft is not None
    assert not check(*bodies, overlay=draft).at_least("break")
    return dict(draft)


@pytest.mark.parametrize(
    ("key", "value", "claim", "keywords"),
    [
        ("priority", lambda _: 4, "always 4 (80 of 80 leads)", {"const": 4}),
        ("priority", lambda index: 2 + index % 3, "from 2 to 4 (80 of 80 leads)", {"minimum": 2, "maximum": 4}),
        ("undisposed_lead", lambda _: False, "always false (80 of 80 leads)", {"const": False}),
        ("skill_id", lambda index: index, "never null (80 of 80 leads)", {"type": "integer"}),
        ("list_name", lambda index: f"{index}", "unique within a response (80 of 80 leads)", {}),
        ("call_count", lambda index: index, "rises from lead to lead (78 of 78 pairs)", {"minimum": 0, "maximum": 39}),
        ("call_count", lambda index: -index // 2 + 50, "never rises from lead to lead (78 of 78 pairs)", {}),
        (
            "updated_at",
            lambda index: {"$date": {"$numberLong": f"{1_700_000_000_000 - index}"}},
            "falls from lead to lead (78 of 78 pairs)",
            {},
        ),
        ("note", lambda index: "x" * index, "always present (80 of 80 leads)", {"type": "string"}),
        ("note", lambda index: "x" * index, "of type string (80 of 80 leads)", {"type": "string"}),
        ("note", lambda index: index if index % 2 else None, "of type integer or null (80 of 80 leads)", {}),
        ("field_4", lambda _: "x", "never empty (80 of 80 leads)", {"minLength": 1}),
    ],
)
def test_proposes_what_always_held(key: str, value: Callable[[int], Any], claim: str, keywords: dict[str, Any]) -> None:
    """Each claim has its count, and the keywords that make it, if there are any."""
    draft = learn(lambda index, lead: {**lead, key: value(index)})

    assert claim in draft["properties"][key]["$comment"].split("; ")
    assert keywords.items() <= draft["properties"][key].items()
    assert (key in {*OPTIONAL, "note"}) == (key in draft["required"])


def test_proposes_relations_between_keys() -> None:
    """Keys that are equal, or that are there under a condition only, are named."""

    def change(index: int, lead: Mapping[str, Any]) -> dict[str, Any]:
        changed = {
            **lead,
            "dial_status": 4 if index < 15 else 1,
            "seq": index,
            "copy": index,
            "is_done": index % 2 == 0,
        }
        return changed | ({"reason": "x"} if index < 15 else {}) | {"skill_id": None if index < 15 else index}

    properties = learn(change)["properties"]
    assert "equal to `copy` (80 of 80 leads)" in properties["seq"]["$comment"]
    assert "present if `dial_status` is 4, and only then (80 of 80 leads)" in properties["reason"]["$comment"]
    assert "always present" not in properties["reason"]["$comment"]
    assert "not null if `dial_status` is 1, and only then" in properties["skill_id"]["$comment"]


def test_proposes_nothing_that_the_contract_states() -> None:
    """What a rule, a keyword or the overlay of the check states is not proposed again."""
    properties = learn()["properties"]
    assert not {"id", "lead_id", "header", "list_id", "created_at"} & properties.keys()
    assert "required" not in properties

    overlay = learn(lambda _, lead: {**lead, "priority": 4, "undisposed_lead": True})
    again = learn(lambda _, lead: {**lead, "priority": 4, "undisposed_lead": True}, overlay=overlay)
    assert not {"priority", "field_0", *OPTIONAL} & again["properties"].keys()
    assert "required" not in again


def test_states_numbers_of_leads_and_responses() -> None:
    """The draft says how much it rests on."""
    draft = learn()
    assert "all of 80 leads of 2 responses" in draft["$comment"]
    assert {"observed": "all of 80 leads of 2 responses"} == draft["properties"]["field_0"]["x-evidence"]


@pytest.mark.parametrize(
    ("key", "value", "claim"),
    [
        ("undisposed_lead", 0, "always 0 (80 of 80 leads)"),
        ("call_count", True, "always true (80 of 80 leads)"),
        ("call_count", 10**6, ""),
    ],
)
def test_draft_has_no_constant_of_another_type(key: str, value: object, claim: str) -> None:
    """An overlay with a value that the contract's type excludes is an error, so that the claim is a comment only."""
    bodies = [json.dumps([{**lead, key: value} for lead in leads]).encode() for leads in RESPONSES]

    draft = check(*bodies, learn=True).draft

    assert draft is not None
    assert "const" not in draft["properties"].get(key, {})
    assert claim in draft["properties"].get(key, {"$comment": ""})["$comment"]
    found, found_with_draft = (check(*bodies, overlay=overlay).findings for overlay in (None, draft))
    assert [(each.rule, each.pointer) for each in found] == [(each.rule, each.pointer) for each in found_with_draft]


@given(data=st.data())
def test_contains_no_values(data: st.DataObject) -> None:
    """No string of a lead is in a draft, no number that is not small, and no name of a key that is not shown."""
    secret, number = data.draw(PRIVATE), data.draw(LARGE)
    texts = data.draw(st.lists(PRIVATE, min_size=9, max_size=9))
    changed: dict[str, Any] = {key: secret for key, value in RESPONSES[0][0].items() if isinstance(value, str)}
    changed |= {key: number for key, value in RESPONSES[0][0].items() if type(value) is int}
    changed |= {f"field_{index}": text for index, text in enumerate(texts)}
    changed |= {secret: secret, "unknown": number, "other": secret, "flag": True, "nested": {secret: [secret]}}
    learner = Learner(load_contract("lenient"))
    learner.add([{**lead, **changed} for lead in RESPONSES[0][:20]])
    draft = learner.draft(lambda key: re.fullmatch("[a-z]+", key) is not None)
    written = json.dumps(draft, ensure_ascii=False)

    assert not re.search("[\ue000-\ue0ff]|[0-9]{4}", written)


def test_masks_names_of_unknown_keys() -> None:
    """A draft names the unknown keys that reports show, which do not include those that may be names of persons."""
    assert "A. Person" not in learn(lambda _, lead: {**lead, "A. Person": 1})["properties"]
    assert "note" in learn(lambda _, lead: {**lead, "note": 1})["properties"]
    assert "note" not in learn(lambda _, lead: {**lead, "note": 1}, unknown_keys="mask")["properties"]


def test_requires_enough_leads() -> None:
    """A few leads prove nothing, and a check that does not learn has no draft."""
    body = json.dumps(RESPONSES[0][:19]).encode()
    assert check(body, learn=True).draft is None
    assert check(json.dumps(RESPONSES[0]).encode()).draft is None


@pytest.mark.slow
def test_limits_what_is_followed() -> None:
    """Leads with ever new keys, or with thousands of combinations of keys, are learned from without growing memory."""

    def change(index: int, lead: Mapping[str, Any]) -> dict[str, Any]:
        return {**lead, **{f"k{number}": 1 for number in range(12) if (4095 - index) >> number & 1}, f"new{index}": 1}

    learner = Learner(load_contract("lenient"))
    learner.add([change(index, RESPONSES[0][index % 40]) for index in range(2_100)])
    draft = learner.draft(lambda _: True)
    assert draft is not None
    assert len(draft["properties"]) < 200
    assert "only then" not in json.dumps(draft)
