"""Findings: how they are counted, masked, ordered and formatted."""

import json
from dataclasses import FrozenInstanceError, replace
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from smartflo_contract.factories import lead
from smartflo_contract.schemas import Contract, Finding, load_contract

SECRET = "Lakshmi सीता 98765"
NUMBER = 987654321
SEVERITIES = ["break", "surprise", "doc-only", "info"]


def _lead(index: int = 0, **values: Any) -> dict[str, Any]:
    return {**lead(1, 8668, index), **values}


def _messy() -> list[Any]:
    """Return leads with findings of every severity and every kind of cause."""
    created = {"$date": {"$numberLong": str((int(_lead()["id"][:8], 16) - 12 * 60 * 60) * 1000)}}
    return [
        _lead(field_2="[email protected]", created_at=created),
        _lead(1, dial_status=77, dialer_dial_status=-77),
        _lead(2, priority=31, header="no", dialer_skill={"id": 1}, field_1=float("nan")),
        _lead(3, extra=SECRET, created_at={"$date": {"$numberLong": "1", "more": 1}}),
        {},
        None,
        [],
    ]


def _whole_text(findings: tuple[Finding, ...]) -> str:
    """Return all text that findings have in any form."""
    texts = [str(finding) + json.dumps(finding.as_dict(), ensure_ascii=False) for finding in findings]
    return "".join(texts) + repr(findings)


@pytest.fixture(name="validator", scope="module")
def _validator() -> Draft202012Validator:
    text = files("smartflo_contract.schemas").joinpath("finding.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


@pytest.mark.parametrize(
    ("profile", "count"),
    [
        ("sample", 1_000),
        ("documented", 100),
        ("lenient", 100),
        pytest.param("sample", 10_000, marks=pytest.mark.slow),
    ],
)
def test_counts_equal_violations_in_one_finding(profile: str, count: int) -> None:
    """Many leads with one violation have one finding, with its count and the first index."""
    fine = {**lead(1, 8668, 0, profile="documented" if profile == "documented" else "sample")}
    identifiers = ["lead_id"] if profile == "documented" else ["id", "lead_id"]
    body = [
        fine | dict.fromkeys(identifiers, index + 1 if profile == "documented" else f"{index:024x}")
        for index in range(count + 3)
    ]
    for found in body[3:]:
        found["priority"] = 31
    (finding,) = load_contract(profile).check(body)

    assert (finding.rule, finding.pointer, finding.count, finding.first) == ("maximum", "/*/priority", count, 3)


def test_has_a_finding_for_each_key() -> None:
    """One keyword at two keys is two findings."""
    findings = load_contract().check([_lead(priority=31, call_count=-1)])

    assert [(finding.rule, finding.pointer) for finding in findings] == [
        ("minimum", "/*/call_count"),
        ("maximum", "/*/priority"),
    ]


def test_has_a_finding_for_each_missing_key() -> None:
    """Each missing key is a finding of its own, at the key."""
    found = _lead()
    for number in range(10):
        del found[f"field_{number}"]
    findings = load_contract().check([found])

    assert sorted(finding.pointer for finding in findings) == sorted(f"/*/field_{number}" for number in range(10))


def test_counts_items_of_an_array_in_one_finding() -> None:
    """Two invalid items of an array are one finding with the count 2."""
    body = [{**lead(1, 8668, 0, profile="documented"), "header": ["a", 1, 2]}]
    (finding,) = load_contract("documented").check(body)

    assert (finding.pointer, finding.count) == ("/*/header/*", 2)


def test_fingerprint_does_not_depend_on_values() -> None:
    """Other values, counts and indexes have the same fingerprint."""
    contract = load_contract()
    (first,) = contract.check([_lead(priority=31)])
    (second,) = contract.check([_lead(0), _lead(1, priority=99), _lead(2, priority=98)])

    assert first.fingerprint == second.fingerprint


def test_fingerprint_is_stable() -> None:
    """A fingerprint is the same in every version, so that baselines stay valid."""
    (finding,) = load_contract().check([_lead(priority=31)])

    assert finding.fingerprint == "06f5680344620797"


@pytest.mark.parametrize("change", [{"rule": "other"}, {"pointer": "/*/other"}])
def test_fingerprint_changes_with_rule_and_pointer(change: dict[str, str]) -> None:
    """Another rule or another pointer has another fingerprint."""
    (finding,) = load_contract().check([_lead(priority=31)])

    assert finding.fingerprint != replace(finding, **change).fingerprint  # type: ignore[arg-type]


def test_fingerprint_ignores_other_attributes() -> None:
    """Only rule and pointer determine the fingerprint."""
    (finding,) = load_contract().check([_lead(priority=31)])
    other = replace(finding, severity="info", message="m", expected="e", got="g", evidence={}, profiles=(), count=7)

    assert finding.fingerprint == other.fingerprint


def test_sorts_by_severity() -> None:
    """Findings have the order break, surprise, doc-only, info."""
    found = [SEVERITIES.index(finding.severity) for finding in load_contract("lenient").check(_messy())]

    assert found == sorted(found)


def test_example_has_every_severity() -> None:
    """The body of these tests has findings of all four severities."""
    assert {finding.severity for finding in load_contract("lenient").check(_messy())} == set(SEVERITIES)


def test_json_form_is_valid(profile: str, validator: Draft202012Validator) -> None:
    """Every finding is valid by the published schema, also after a round trip."""
    findings = [
        *load_contract(profile).check(_messy()),
        *load_contract(profile).check(b"{"),
        *load_contract().check({}),
    ]
    forms = [json.loads(json.dumps(finding.as_dict())) for finding in findings]

    assert [error.message for form in forms for error in validator.iter_errors(form)] == []


def test_json_form_has_a_version() -> None:
    """The JSON form has a version."""
    (finding,) = load_contract().check([_lead(priority=31)])

    assert finding.as_dict()["version"] == 1


def test_masks_strings(contract: Contract) -> None:
    """No string of a lead is in a finding, at whatever key and however deep."""
    for key in (*_lead(), "extra", "a/b"):
        body = [_lead(index, **{key: value}) for index, value in enumerate([SECRET, [SECRET], {"id": SECRET}])]
        assert SECRET not in _whole_text(contract.check(body)), key


@pytest.mark.parametrize("key", ["id", "lead_id", "alternate_phone_number", "field_0", "field_34", "extra", "field_35"])
def test_masks_personal_and_unknown_numbers(contract: Contract, key: str) -> None:
    """No number at a personal or unknown key is in a finding."""
    findings = contract.check([_lead() | {key: NUMBER}, _lead(1) | {key: float(NUMBER)}])

    assert str(NUMBER) not in _whole_text(findings)


@pytest.mark.parametrize("key", ["priority", "field_0", "extra"])
def test_masks_values_of_other_types(contract: Contract, key: str) -> None:
    """A finding has only the type of a value that is not of a JSON type."""
    for value in (SECRET.encode(), {SECRET}, (SECRET,), object, frozenset([SECRET])):
        text = _whole_text(contract.check([_lead() | {key: value}]))
        assert [part for part in ["Lakshmi", "98765", "<class"] if part in text] == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        ("", "empty string"),
        ("abc", "string of length 3"),
        ([], "array"),
        ({}, "object"),
        (True, "boolean true"),
        (False, "boolean false"),
        (31, "integer 31"),
        (1.5, "number 1.5"),
    ],
)
def test_shows_type_and_size(value: object, shown: str) -> None:
    """A value that is not personal is shown as its type and size, or as a number or boolean."""
    (finding,) = load_contract().check([_lead(priority=value)])

    assert finding.got == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(31, "integer"), (1.5, "number"), (True, "boolean"), (None, "null"), ([], "array")]
)
def test_shows_only_the_type_of_personal_values(value: object, shown: str) -> None:
    """A personal value is shown as its type."""
    (finding,) = load_contract().check([_lead(field_1=value)])

    assert finding.got == shown


def test_shows_missing_keys_as_nothing() -> None:
    """A missing key is shown as nothing, with what is required."""
    found = _lead()
    del found["priority"]
    (finding,) = load_contract().check([found])

    assert (finding.got, finding.expected) == ("nothing", "the required key, integer from 1 to 30")


@pytest.mark.parametrize(("count", "times"), [(1, "once"), (1200, "1,200 times")])
def test_formats_one_line(count: int, times: str) -> None:
    """A finding as one line has severity, pointer, message, rule, count and first lead."""
    (finding,) = load_contract().check([_lead(priority=31)])
    line = str(replace(finding, count=count))

    assert line == (
        f"break: /*/priority: expected integer from 1 to 30, got integer 31 [maximum] ({times}, first in lead 0)"
    )


def test_formats_a_finding_about_the_body() -> None:
    """The line about a whole body names no lead."""
    (finding,) = load_contract().check({"success": False})

    assert str(finding) == "break: body: expected array of leads, got object [type] (once)"


def test_findings_are_immutable() -> None:
    """A finding cannot be changed."""
    (finding,) = load_contract().check({})

    with pytest.raises(FrozenInstanceError):
        finding.rule = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"priority": 31}, ("sample", "documented", "lenient")),
        ({"extra": 1}, ("sample", "documented")),
        ({"retry_count": True}, ("sample",)),
        ({"field_9": None}, ("sample", "documented", "lenient")),
        ({"created_at": {"$date": {"$numberLong": "1", "x": 1}}}, ("sample", "documented", "lenient")),
        ({"created_at": {}}, ("sample", "documented", "lenient")),
        ({"dialer_skill": {"id": 1}}, ("sample", "documented", "lenient")),
        ({"field_1": "\ud800"}, ("sample", "documented", "lenient")),
    ],
)
def test_names_the_profiles_with_the_same_requirement(change: dict[str, Any], expected: tuple[str, ...]) -> None:
    """A finding of the schema names the profiles that require the same of the key."""
    (finding,) = load_contract().check([_lead(**change)])

    assert finding.profiles == expected


def test_names_its_own_profile(profile: str) -> None:
    """A finding always names the profile of the check."""
    findings = load_contract(profile).check(_messy())

    assert [finding for finding in findings if profile not in finding.profiles] == []


def test_every_finding_has_evidence(profile: str) -> None:
    """Every finding has evidence."""
    findings = [*load_contract(profile).check(_messy()), *load_contract(profile).check("[")]

    assert [finding for finding in findings if not finding.evidence] == []


@pytest.mark.parametrize(
    ("key", "contradiction"),
    [("undisposed_lead", "undocumented-keys"), ("field_20", "field-count"), ("priority", None), ("header", None)],
)
def test_links_missing_keys_to_contradictions_about_presence(key: str, contradiction: str | None) -> None:
    """A missing key is linked if the contradiction is about its presence, not about its type."""
    found = _lead()
    del found[key]
    (finding,) = load_contract().check([found])

    assert finding.contradiction == contradiction


@pytest.mark.parametrize(("key", "pointer"), [("a/b", "/*/a~1b"), ("a~b", "/*/a~0b"), ("", "/*/"), ("*", "/*/*")])
def test_pointer_is_escaped(key: str, pointer: str) -> None:
    """A pointer is a JSON pointer whatever the key."""
    (finding,) = load_contract().check([_lead(**{key: 1})])

    assert finding.pointer == pointer


def test_describes_patterns_in_words() -> None:
    """A finding describes a pattern of the contract instead of showing it."""
    (finding, *_) = load_contract("sample").check([{**lead(1, 8668, 0), "id": "x"}])

    assert finding.expected == "string of 24 hexadecimal digits"
