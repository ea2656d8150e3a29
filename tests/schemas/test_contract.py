"""Bodies of every kind, readable or not."""

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from smartflo_contract.factories import lead, lead_list
from smartflo_contract.schemas import Contract, load_contract

NAN, INFINITY, SURROGATE = float("nan"), float("inf"), "\ud800"


def _deep(levels: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


def _lead(contract: Contract, **values: Any) -> dict[str, Any]:
    return {**lead(1, 8668, 0, profile=contract.profile), **values}


def test_no_lead_is_fine(contract: Contract) -> None:
    """An empty list agrees with the contract."""
    assert (contract.check([]), contract.is_valid([])) == ((), True)


def test_text_of_an_empty_list_is_fine(contract: Contract) -> None:
    """So does its text."""
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
def test_body_that_is_no_list(contract: Contract, body: object, got: str) -> None:
    """A body that is no list is one break about the whole body, which does not say what is in it."""
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


def test_position_of_a_syntax_error_is_said(contract: Contract) -> None:
    """The finding says where the text stops being JSON, and nothing of the text."""
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
def test_pointer_of_what_json_cannot_say(contract: Contract, value: object, pointer: str) -> None:
    """The pointer leads to the value itself."""
    findings = contract.check([_lead(contract, extra=value)])

    assert (findings[0].rule, findings[0].pointer) == ("not-json", pointer)


@pytest.mark.parametrize("found", [{1: 2}, {None: 1}, {SURROGATE: 1}, {"extra": {1: 2}}, {"priority": {SURROGATE: 1}}])
def test_key_that_json_cannot_say(contract: Contract, found: dict[Any, Any]) -> None:
    """A key that is no text, or no Unicode, is a break."""
    findings = contract.check([{**_lead(contract), **found}])

    assert ("not-json", "break") in {(finding.rule, finding.severity) for finding in findings}


@pytest.mark.parametrize("found", [{1: 2}, {SURROGATE: 1}, {"extra": {1: 2}}, {"priority": {SURROGATE: 1}}, {"x": b""}])
def test_is_valid_refuses_what_json_cannot_say(contract: Contract, found: dict[Any, Any]) -> None:
    """A lead that JSON cannot say is not valid."""
    assert contract.is_valid([{**_lead(contract), **found}]) is False


@pytest.mark.parametrize("found", [NAN, SURROGATE, object(), {1}, b"x"])
def test_item_that_json_cannot_say(contract: Contract, found: object) -> None:
    """In place of a lead, too, a value that JSON cannot say is one break."""
    findings = contract.check([found])

    assert [(finding.rule, finding.pointer) for finding in findings] == [("not-json", "/*")]


@pytest.mark.parametrize("found", [None, 1, "text", [], True])
def test_item_that_is_no_object(contract: Contract, found: object) -> None:
    """An item that is no object is one break at the item."""
    findings = contract.check([_lead(contract), found])

    assert [(finding.rule, finding.pointer, finding.first) for finding in findings] == [("type", "/*", 1)]


@pytest.mark.parametrize("levels", [300, 900, 3000])
def test_deep_nesting_is_checked_or_refused(contract: Contract, levels: int) -> None:
    """Nesting of any depth gets an answer, and both questions get the same one."""
    body = [_lead(contract, extra=_deep(levels))]
    expected = not any(finding.severity == "break" for finding in contract.check(body))

    assert expected == contract.is_valid(body)


@pytest.mark.parametrize("levels", [300, 900])
def test_deep_nesting_in_text_is_checked_or_refused(contract: Contract, levels: int) -> None:
    """Nesting in a text that the parser still takes gets an answer as well."""
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
def test_integers_that_python_does_not_write_out(contract: Contract, key: str) -> None:
    """An integer of more digits than Python writes out gets an answer, the same to both questions."""
    body = [_lead(contract, **{key: 10**5000})]
    expected = not any(finding.severity == "break" for finding in contract.check(body))

    assert expected == contract.is_valid(body)


@pytest.mark.parametrize("value", [1.0, 30.0])
def test_integers_may_be_written_as_decimals(contract: Contract, value: float) -> None:
    """1.0 is an integer, as JSON Schema says."""
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
def test_lookalikes_are_breaks(key: str, value: object) -> None:
    """A newline at the end, a digit that is not ASCII, a number as text and null are refused."""
    contract = load_contract("sample")

    assert contract.is_valid([_lead(contract, **{key: value})]) is False


@pytest.mark.parametrize(
    "change",
    [
        {"priority": 31}, {"priority": 0}, {"field_0": None}, {"created_at": {"$date": {"$numberLong": 1}}},
        {"retry_count": "-1"}, {"retry_count": None}, {"skill_id": "1"}, {"lead_id": True}, {"id": 8668},
    ],
)  # fmt: skip
def test_lenient_refuses_what_both_readings_refuse(change: dict[str, Any]) -> None:
    """Where the readings agree, lenient accepts nothing else."""
    contract = load_contract("lenient")

    assert contract.is_valid([_lead(contract, **change)]) is False


def test_lists_of_the_factories_have_no_finding(contract: Contract) -> None:
    """A list of 500 generated leads has no finding at all."""
    assert contract.check(lead_list(1, 8668, 500, profile=contract.profile)) == ()


@pytest.mark.parametrize("key", ["extra", "priority"])
def test_value_of_a_type_that_json_does_not_have(contract: Contract, key: str) -> None:
    """A UUID is a break in both answers, not an error."""
    body = [_lead(contract, **{key: UUID(int=0)})]

    assert "not-json" in {finding.rule for finding in contract.check(body)}
    assert not contract.is_valid(body)
