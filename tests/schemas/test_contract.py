"""``Contract.check`` and ``Contract.is_valid``, for bodies of every kind."""

import copy
import json
import pickle
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from smartflo_contract.factories import lead, lead_list
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.contract import data_of

NAN, INFINITY, SURROGATE = float("nan"), float("inf"), "\ud800"


def _deep(levels: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


def _lead(contract: Contract, **values: Any) -> dict[str, Any]:
    return {**lead(1, 8668, 0, profile=contract.profile), **values}


def test_accepts_an_empty_list(contract: Contract) -> None:
    """An empty list is valid."""
    assert (contract.check([]), contract.is_valid([])) == ((), True)


def test_accepts_an_empty_list_as_json(contract: Contract) -> None:
    """An empty list as JSON is valid."""
    assert (contract.check(" [] "), contract.is_valid(b"[]")) == ((), True)


@pytest.mark.parametrize(
    ("body", "got"),
    [
        ({}, "object"),
        ({"success": False}, "object"),
        (None, "null"),
        (1, "integer"),
        (True, "boolean"),
        (1.5, "number"),
        ("null", "null"),
        ('"secret"', "string of length 6"),
        (b"{}", "object"),
        (b"7", "integer"),
    ],
)
def test_reports_bodies_that_are_not_lists(contract: Contract, body: object, got: str) -> None:
    """A body that is not a list is one break about the whole body, and its content is masked."""
    (finding,) = contract.check(body)

    assert (finding.rule, finding.severity, finding.pointer, finding.got) == ("type", "break", "", got)


NOT_JSON_TEXTS: list[str | bytes] = [
        b"[NaN]", "[Infinity]", "[-Infinity]", b'[{"a":1},', '[{"a":1}', "", b"", "[1,]", b"\xff", b'["\xff"]',
        '["\ud800"]', b'["\\ud800"]', "<html></html>", "[" * 5000, b"\xef\xbb\xbf[]", "[01]", "['a']",
]  # fmt: skip


def test_reports_text_that_is_not_json(contract: Contract) -> None:
    """Text that is not JSON is one break about the whole body."""
    for body in NOT_JSON_TEXTS:
        (finding,) = contract.check(body)
        assert (finding.rule, finding.severity, finding.pointer, finding.first) == ("not-json", "break", "", None)


def test_rejects_bodies_that_are_not_lists(contract: Contract) -> None:
    """``is_valid`` returns ``False`` for any other body than a list of leads."""
    bodies: list[object] = [*NOT_JSON_TEXTS, "{}", "7", {}, None, 7]

    assert [body for body in bodies if contract.is_valid(body) is not False] == []


def test_reports_the_position_of_a_syntax_error(contract: Contract) -> None:
    """The finding has the position of a syntax error, and nothing of the body."""
    (finding,) = contract.check('[{"name": "Lakshmi", oops}]')

    assert ("line 1 column 22" in finding.message, "Lakshmi" in finding.message) == (True, False)


@pytest.mark.parametrize("key", ["priority", "field_1", "skill_id", "header", "extra"])
def test_reports_values_that_are_not_json(contract: Contract, key: str) -> None:
    """A value that JSON cannot express is a break at its position, and the only finding about its key."""
    nested: list[Any] = [[NAN], {"a": [{"b": SURROGATE}]}]
    for value in (NAN, INFINITY, -INFINITY, SURROGATE, *nested, b"x", {1}, object(), Decimal(1)):
        findings = contract.check([_lead(contract, **{key: value})])
        at_key = [finding for finding in findings if finding.pointer.startswith(f"/*/{key}")]
        assert [(finding.rule, finding.severity) for finding in at_key] == [("not-json", "break")]


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ([1, NAN], "/*/extra/*"),
        ({"a": {"b": SURROGATE}}, "/*/extra/a/b"),
        ({"a": [1, {"b/c": NAN}]}, "/*/extra/a/*/b~1c"),
    ],
)
def test_points_at_the_value_that_is_not_json(contract: Contract, value: object, pointer: str) -> None:
    """The pointer selects the value itself, not the key above it."""
    findings = contract.check([_lead(contract, extra=value)])

    assert (findings[0].rule, findings[0].pointer) == ("not-json", pointer)


@pytest.mark.parametrize("found", [{1: 2}, {None: 1}, {SURROGATE: 1}, {"extra": {1: 2}}, {"priority": {SURROGATE: 1}}])
def test_reports_keys_that_are_not_json(contract: Contract, found: dict[Any, Any]) -> None:
    """A key that is not a string, or not Unicode, is a break."""
    findings = contract.check([{**_lead(contract), **found}])

    assert ("not-json", "break") in {(finding.rule, finding.severity) for finding in findings}


@pytest.mark.parametrize("found", [{1: 2}, {SURROGATE: 1}, {"extra": {1: 2}}, {"priority": {SURROGATE: 1}}, {"x": b""}])
def test_rejects_leads_that_are_not_json(contract: Contract, found: dict[Any, Any]) -> None:
    """A lead that JSON cannot express is invalid."""
    assert contract.is_valid([{**_lead(contract), **found}]) is False


@pytest.mark.parametrize("found", [NAN, SURROGATE, object(), {1}, b"x"])
def test_reports_items_that_are_not_json(contract: Contract, found: object) -> None:
    """An item that JSON cannot express is one break."""
    findings = contract.check([found])

    assert [(finding.rule, finding.pointer) for finding in findings] == [("not-json", "/*")]


@pytest.mark.parametrize("found", [None, 1, "text", [], True])
def test_reports_items_that_are_not_objects(contract: Contract, found: object) -> None:
    """An item that is not an object is one break at the item."""
    findings = contract.check([_lead(contract), found])

    assert [(finding.rule, finding.pointer, finding.first) for finding in findings] == [("type", "/*", 1)]


@pytest.mark.parametrize("levels", [300, 900, 3000])
def test_checks_deep_nesting(contract: Contract, levels: int) -> None:
    """``check`` and ``is_valid`` agree about nesting of any depth."""
    body = [_lead(contract, extra=_deep(levels))]
    expected = not any(finding.severity == "break" for finding in contract.check(body))

    assert expected == contract.is_valid(body)


@pytest.mark.parametrize("levels", [300, 900])
def test_checks_deep_nesting_in_json(contract: Contract, levels: int) -> None:
    """``check`` and ``is_valid`` agree about nesting in JSON that the parser accepts."""
    body = json.dumps([_lead(contract, extra=_deep(levels))])
    expected = not any(finding.severity == "break" for finding in contract.check(body))

    assert expected == contract.is_valid(body)


@pytest.mark.parametrize("value", [10**30, -(10**30), 10**400], ids=["huge", "low", "endless"])
def test_huge_integers_are_out_of_range(contract: Contract, value: int) -> None:
    """An integer beyond 64 bits is a JSON number, and out of the range of every key."""
    findings = contract.check([_lead(contract, added_by=value)])

    assert [(finding.rule, finding.pointer) for finding in findings] == [
        ("maximum" if value > 0 else "minimum", "/*/added_by")
    ]


@pytest.mark.parametrize("key", ["added_by", "extra", "field_0"])
def test_checks_integers_that_python_cannot_format(contract: Contract, key: str) -> None:
    """``check`` and ``is_valid`` agree about integers with more digits than Python formats."""
    body = [_lead(contract, **{key: 10**5000})]
    expected = not any(finding.severity == "break" for finding in contract.check(body))

    assert expected == contract.is_valid(body)


@pytest.mark.parametrize("value", [1.0, 30.0])
def test_integers_may_be_written_as_decimals(contract: Contract, value: float) -> None:
    """1.0 is an integer, as in JSON Schema."""
    assert contract.check([_lead(contract, priority=value)]) == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lead_id", "6054635a3b1f0c27d9e84a56\n"),
        ("lead_id", "٦" * 24),
        ("id", "8668\n"),
        ("field_35\n", ""),
        ("field_٣٥", ""),
        ("created_at", {"$date": {"$numberLong": "1616099994000\n"}}),
        ("created_at", {"$date": {"$numberLong": "٣"}}),
        ("priority", "1"),
        ("field_0", None),
        ("dial_status", None),
    ],
)
def test_rejects_lookalikes(key: str, value: object) -> None:
    """A final newline, a digit that is not ASCII, a number as a string and null are rejected."""
    contract = load_contract("sample")

    assert contract.is_valid([_lead(contract, **{key: value})]) is False


@pytest.mark.parametrize(
    "change",
    [
        {"priority": 31}, {"priority": 0}, {"field_0": None}, {"created_at": {"$date": {"$numberLong": 1}}},
        {"retry_count": "-1"}, {"retry_count": None}, {"skill_id": "1"}, {"lead_id": True}, {"id": 8668},
    ],
)  # fmt: skip
def test_lenient_rejects_what_both_readings_reject(change: dict[str, Any]) -> None:
    """Where the readings agree, ``lenient`` accepts nothing else."""
    contract = load_contract("lenient")

    assert contract.is_valid([_lead(contract, **change)]) is False


def test_accepts_generated_lists(contract: Contract) -> None:
    """A list of 500 generated leads has no finding."""
    assert contract.check(lead_list(1, 8668, 500, profile=contract.profile)) == ()


@pytest.mark.parametrize("key", ["extra", "priority"])
def test_reports_values_of_other_types(contract: Contract, key: str) -> None:
    """A UUID is a break for both methods, not an error."""
    body = [_lead(contract, **{key: UUID(int=0)})]

    assert "not-json" in {finding.rule for finding in contract.check(body)}
    assert not contract.is_valid(body)


@pytest.mark.parametrize(
    ("key", "value", "accepted"),
    [
        ("header", '["Name"]', ["sample"]),
        ("header", ["Name"], ["documented"]),
        ("header", "Name", []),
        ("sensitive_field_map", "3", ["documented"]),
        ("priority", 30, ["sample", "documented"]),
    ],
)
def test_accepts_values_by_schema_and_rules_of_one_key(key: str, value: object, accepted: list[str]) -> None:
    """A value alone is checked by its schema and by the rules that read no other key."""
    profiles = ["sample", "documented"]

    assert [profile for profile in profiles if data_of(load_contract(profile)).accepts_value(key, value)] == accepted


@pytest.mark.parametrize("overlay", [None, {"properties": {"campaign": {"type": "string"}}, "required": ["campaign"]}])
def test_copies_and_pickles(overlay: dict[str, Any] | None) -> None:
    """A process pool pickles `contract.check`, and dataclasses are copied with the contract in them."""
    contract = load_contract("documented", overlay)
    body = [{"priority": 99}]
    findings = contract.check(body)  # compiles the validators
    pickled = pickle.loads(pickle.dumps(contract))  # noqa: S301
    for again in (pickled, copy.deepcopy(contract), copy.copy(contract)):
        assert repr(again) == repr(contract)
        assert again.check(body) == findings
