"""Needs of a client: their document, its errors, and the findings that they concern."""

import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from smartflo_contract.factories import lead
from smartflo_contract.schemas import Contract, Finding, load_contract
from smartflo_contract.schemas.errors import NeedsError
from smartflo_contract.schemas.needs import Needs, PropertyNeeds, contract_needs, load_needs, need_rows, needs_as_dict

WHY = "exit code 1"
ABOUT = {"version": 1, "profile": "sample", "overlay": None, "command": "python sync.py", "runs": 31}


def needs_of(unknown_keys: str = "", /, **properties: PropertyNeeds) -> Needs:
    """Return needs of some keys, as a search in the profile sample finds them."""
    return Needs("needs.json", "sample", None, "python sync.py", 31, properties, unknown_keys)


def required(*aspects: Any, untested: Any = (), **properties: PropertyNeeds) -> PropertyNeeds:
    """Return the needs of a key that must be present."""
    return PropertyNeeds(
        is_required=True, why=dict.fromkeys(("presence", *aspects), WHY), untested=untested, properties=properties
    )


def document(**changes: Any) -> dict[str, Any]:
    """Return a valid document, with other top-level keywords."""
    return needs_as_dict(needs_of(lead_id=required("type", "null")), load_contract()) | changes


@pytest.fixture(name="validator", scope="module")
def _validator() -> Draft202012Validator:
    text = files("smartflo_contract.schemas").joinpath("needs.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


# The document


def test_states_exactly_what_is_relied_on() -> None:
    """Types, null and values are those of the contract, as far as the client relies on them."""
    needs = needs_of(
        lead_id=required("type", "null", "value"),
        priority=required("type"),
        skill_id=required("null"),
        dial_status=PropertyNeeds(is_required=False, why={"value": WHY}),
        field_0=required(untested=("type",)),
    )
    properties = needs_as_dict(needs, load_contract())["properties"]

    assert "string" == properties["lead_id"]["type"]
    assert "^[0-9a-f]{24}$" == properties["lead_id"]["pattern"]
    assert {"type": ["null", "integer"], "x-needs": {"why": {"presence": WHY, "type": WHY}}} == properties["priority"]
    assert ["boolean", "integer", "number", "string", "array", "object"] == properties["skill_id"]["type"]
    assert "type" not in properties["dial_status"]
    assert load_contract().schema_of("dial_status")["x-known-values"] == properties["dial_status"]["x-known-values"]
    assert {"x-needs": {"why": {"presence": WHY}, "untested": ["type"]}} == properties["field_0"]


@pytest.mark.parametrize("profile", ["sample", "documented", "lenient"])
def test_document_is_valid_and_an_overlay(profile: str, validator: Draft202012Validator) -> None:
    """It fits the published schema, is loaded as the same needs, and as an overlay accepts valid leads."""
    contract = load_contract(profile)
    keys = [*contract.lead["properties"], "field_0", "field_3"]
    everything = {key: required("type", "value") for key in keys}
    everything["dialer_skill"] = required("type", id=required("type"), name=required())
    needs = needs_of(WHY, **everything)
    content = needs_as_dict(needs, contract)
    overlay = load_contract(profile, content)

    assert [] == [*validator.iter_errors(content)]
    assert needs == replace(load_needs(content), name=needs.name)
    assert overlay.is_valid([{**lead(0, 8668, 1, profile="documented" if profile == "documented" else "sample")}])


def test_reads_file(tmp_path: Path) -> None:
    """A file is loaded as what was written."""
    path = tmp_path / "needs.json"
    path.write_text(json.dumps(document()))
    needs = load_needs(path)

    assert (str(path), "python sync.py", 31) == (needs.name, needs.command, needs.runs)
    assert {"lead_id": required("type", "null")} == needs.properties


def test_document_keeps_the_order_of_keys() -> None:
    """Properties, required keys and reasons are in the order of the needs."""
    keys = ["lead_id", "field_0", "field_3", "priority"]
    content = needs_as_dict(needs_of(**{key: required() for key in keys}), load_contract())

    assert keys == content["required"] == [*content["properties"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"properties": {}}, "/: not needs of a client; `smartflo-contract needs -o FILE -- COMMAND` writes one"),
        ({"x-needs": 1}, "/: not needs of a client; "),
        ({"x-needs": ABOUT | {"version": 2}}, "/x-needs/version: expected version 1, got 2; "),
        ({"x-needs": {}}, "/x-needs/version: expected version 1, got None; "),
        (document(required=["lead_id", "lead_ids"]), "/required: `lead_ids` has no schema under properties. Did you"),
        (document(required="lead_id"), "/required: 'lead_id' is not of type 'array'"),
        (document(properties={"id": {}}), "/properties/id: 'x-needs' is a required property"),
        (document(properties={"id": None}), "/properties/id: None is not of type 'object'"),
        (document(properties={"id": {"x-needs": {"why": {"colour": "x"}}}}), "/properties/id/x-needs/why: 'colour' is"),
        (document(properties={"id": {"type": "text", "x-needs": {"why": {}}}}), "/properties/id/type: 'text' is not"),
        (document(patternProperties={}), "/: Additional properties are not allowed ('patternProperties' was"),
        (document(**{"x-needs": ABOUT | {"profile": "none"}}), "/x-needs/profile: 'none' is not one of"),
    ],
)
def test_names_what_is_wrong(content: dict[str, Any], message: str) -> None:
    """The error has the position and the reason."""
    with pytest.raises(NeedsError, match=f"^needs given as a mapping: {re.escape(message)}"):
        load_needs(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON: "),
        (b"[]", "expected a JSON object (needs of a client), got list"),
        (b"\xff{}", "cannot be read: not UTF-8"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_names_unreadable_file(tmp_path: Path, content: bytes | None, message: str) -> None:
    """The error has the path and the reason."""
    path = tmp_path / "needs.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(NeedsError, match=re.escape(f"needs {path}: {message}")):
        load_needs(path)


def test_rejects_key_that_the_contract_does_not_have() -> None:
    """Needs that were found with an overlay are used with it."""
    overlay = {"properties": {"nickname": {"type": "string"}}}
    contract = load_contract("sample", overlay)
    content = needs_as_dict(needs_of(nickname=required("type")), contract)

    assert contract_needs(content, contract) == load_needs(content)
    assert contract_needs(None, contract) is None
    with pytest.raises(NeedsError, match="/properties/nickname: the contract has no key `nickname`; use the overlay"):
        contract_needs(content, load_contract())


def test_rows_are_in_words() -> None:
    """Every key has what it is needed for, and why."""
    skill = required("type", untested=("null",), id=required())

    assert [
        ("/*/dialer_skill", "to be present", WHY),
        ("/*/dialer_skill", "its type", WHY),
        ("/*/dialer_skill", "perhaps not to be null", "no run was served a change of it"),
        ("/*/dialer_skill/id", "to be present", WHY),
        ("/*", "no unknown key", "exit code 3"),
    ] == need_rows(needs_of("exit code 3", dialer_skill=skill))


# Findings


def findings_of(contract: Contract, **changes: Any) -> tuple[Finding, ...]:
    """Return the findings about leads with other values; ``None`` in a tuple removes a key."""
    leads = [{**lead(0, 8668, index)} for index in range(3)]
    for each in leads:
        for key, value in changes.items():
            if value == ():
                each.pop(key)
            else:
                each[key] = value
    return contract.check(leads)


@pytest.mark.parametrize(
    ("needs", "changes", "severity"),
    [
        (required(), {"priority": ()}, "break"),
        (required(), {"call_count": ()}, "not-needed"),
        (required(), {"priority": "1"}, "not-needed"),
        (required(), {"priority": None}, "not-needed"),
        (required(), {"priority": 99}, "not-needed"),
        (required("type"), {"priority": "1"}, "break"),
        (required("type"), {"priority": None}, "not-needed"),
        (required("type"), {"priority": 99}, "not-needed"),
        (required("null"), {"priority": None}, "break"),
        (required("null"), {"priority": "1"}, "not-needed"),
        (required("value"), {"priority": 99}, "break"),
        (required("value"), {"priority": ()}, "break"),
        (required(untested=("value",)), {"priority": 99}, "break"),
        (PropertyNeeds(is_required=False, why={"null": WHY}), {"priority": ()}, "not-needed"),
        (PropertyNeeds(is_required=False, why={"null": WHY}), {"priority": None}, "break"),
        (required("value"), {"extra": 1}, "not-needed"),
    ],
)
def test_break_stays_a_break_where_it_is_relied_on(
    needs: PropertyNeeds, changes: dict[str, Any], severity: str
) -> None:
    """A break of another key, or of something that the client does not rely on, is a note."""
    graded = needs_of(priority=needs).grade(findings_of(load_contract(), **changes))

    assert {severity} == {finding.severity for finding in graded}


@pytest.mark.parametrize("body", ["{", "{}", "[1]", '[{"lead_id": 1, "lead_id": 2}]'])
def test_break_of_the_body_always_stays(body: str) -> None:
    """Text that is not JSON, another value than an array, an item that is no lead; a duplicate of a needed key."""
    findings = load_contract().check(body)
    graded = needs_of(lead_id=required()).grade(findings)

    assert {"type", "duplicate-key", "not-json"} & {each.rule for each in graded if each.severity == "break"}


def test_duplicate_of_another_key_is_a_note() -> None:
    """A key of which nothing is needed may come twice."""
    (finding,) = (
        finding
        for finding in needs_of(lead_id=required()).grade(load_contract().check('[{"id": 1, "id": 2}]'))
        if finding.rule == "duplicate-key"
    )

    assert "not-needed" == finding.severity


@pytest.mark.parametrize(("reason", "severity"), [("", "not-needed"), (WHY, "break")])
def test_unknown_key_concerns_a_client_that_rejects_it(reason: str, severity: str) -> None:
    """An unknown key breaks a client that fails if there is one."""
    graded = needs_of(reason, lead_id=required("value")).grade(findings_of(load_contract(), extra=1))

    assert [severity] == [finding.severity for finding in graded]


@pytest.mark.parametrize(
    ("key", "aspect", "severity"),
    [
        ("updated_at", "value", "break"),
        ("created_at", "value", "break"),
        ("created_at", "type", "not-needed"),
        ("lead_id", "value", "not-needed"),
    ],
)
def test_rule_between_keys_concerns_each_of_them(key: str, aspect: str, severity: str) -> None:
    """A rule that reads two keys concerns a client that relies on the values of either."""
    before = {"$date": {"$numberLong": "1"}}
    findings = [
        finding
        for finding in findings_of(load_contract(), updated_at=before)
        if finding.rule == "created-before-updated"
    ]
    (graded,) = needs_of(**{key: required(aspect)}).grade(findings)

    assert severity == graded.severity


@pytest.mark.parametrize(
    ("needs", "path", "severity"),
    [
        (required("type"), {"id": "x", "name": "a"}, "break"),
        (required(), {"id": "x", "name": "a"}, "not-needed"),
        (required("type", name=required("type")), {"id": "x", "name": "a"}, "not-needed"),
        (required(id=required("type")), {"id": "x", "name": "a"}, "break"),
        (required(id=required()), {"name": "a"}, "break"),
        (required(name=required()), {"name": "a"}, "not-needed"),
    ],
)
def test_finding_inside_an_object_concerns_its_key(needs: PropertyNeeds, path: dict[str, Any], severity: str) -> None:
    """The needs of a key of an object decide, or else whether the client relies on the object."""
    findings = findings_of(load_contract("documented"), dialer_skill=path)
    graded = needs_of(dialer_skill=needs).grade(
        finding for finding in findings if finding.pointer.startswith("/*/dialer_skill")
    )

    assert {severity} == {finding.severity for finding in graded}


def test_surprises_and_info() -> None:
    """An unknown value concerns a client that relies on known ones; what is info stays info."""
    findings = findings_of(load_contract("lenient"), dial_status=77)
    relied = needs_of(dial_status=required("value")).grade(findings)
    other = needs_of(lead_id=required("value")).grade(findings)

    assert ["surprise"] == [finding.severity for finding in relied if finding.rule == "unknown-value"]
    assert ["not-needed"] == [finding.severity for finding in other if finding.rule == "unknown-value"]


def test_findings_are_worst_first() -> None:
    """What breaks the client comes before what it does not need."""
    findings = findings_of(load_contract(), priority=99, call_count=())
    graded = needs_of(priority=required("value")).grade(findings)

    assert ["break", "not-needed"] == [finding.severity for finding in graded]
