"""Overlays: what they add, remove, change and narrow in the schema, the check and the factories."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

from smartflo_contract.factories import lead, lead_list
from smartflo_contract.schemas import OverlayError, load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.errors import OverlayWarning


class Example(NamedTuple):
    """An overlay and what it means.

    Attributes:
        overlay: the overlay.
        key: the key it is about.
        good: values of the key that it accepts.
        bad: the keyword that refuses a value, for values that it refuses.
        generated: what holds for every generated value.
    """

    overlay: dict[str, Any]
    key: str
    good: list[Any]
    bad: list[tuple[str, Any]]
    generated: Callable[[Any], bool]


EXAMPLES = {
    "add": Example(
        {"properties": {"source": {"type": "string", "enum": ["web", "shop"]}}, "required": ["source"]},
        "source",
        ["web", "shop"],
        [("enum", "fair"), ("type", 1)],
        lambda value: value in {"web", "shop"},
    ),
    "retype": Example(
        {"properties": {"call_count": {"type": "string", "pattern": "^[0-9]{1,3}$"}}},
        "call_count",
        ["0", "999"],
        [("type", 0), ("pattern", "1000"), ("pattern", "1\n"), ("pattern", "٣")],
        lambda value: isinstance(value, str) and value.isdigit() and len(value) <= 3,
    ),
    "narrow": Example(
        {"properties": {"priority": {"maximum": 5}}},
        "priority",
        [1, 5, 5.0],
        [("maximum", 6), ("minimum", 0), ("type", "5")],
        lambda value: value in range(1, 6),
    ),
    "close": Example(
        {"properties": {"dial_status": {"enum": [1, 4, 6]}}},
        "dial_status",
        [1, 4, 6],
        [("enum", 2), ("enum", 77)],
        lambda value: value in {1, 4, 6},
    ),
    "override": Example(
        {"properties": {"retry_count": {"type": "boolean"}}},
        "retry_count",
        [True, False],
        [("type", 0), ("type", "0")],
        lambda value: isinstance(value, bool),
    ),
    "null": Example(
        {"properties": {"skill_id": {"type": "null"}}},
        "skill_id",
        [None],
        [("type", 1)],
        lambda value: value is None,
    ),
    "hyphen": Example(
        {"properties": {"x-source": {"type": "string"}}, "required": ["x-source"]},
        "x-source",
        ["web"],
        [("type", 1)],
        lambda value: isinstance(value, str),
    ),
    "field": Example(
        {"properties": {"field_3": {"enum": ["Pune", "Delhi"]}}},
        "field_3",
        ["Pune"],
        [("enum", "Agra")],
        lambda value: value in {"Pune", "Delhi"},
    ),
    "far-field": Example(
        {"properties": {"field_40": {"type": "string", "minLength": 3}}, "required": ["field_40"]},
        "field_40",
        ["abc"],
        [("minLength", "ab")],
        lambda value: len(value) >= 3,
    ),
    "near-field": Example(
        {"properties": {"field_name": {"type": "string"}}},
        "field_name",
        ["abc"],
        [("type", 1)],
        lambda value: isinstance(value, str),
    ),
    "negative": Example(
        {"properties": {"balance": {"type": "integer", "maximum": -5}}},
        "balance",
        [-5],
        [("maximum", -4)],
        lambda value: value <= -5,
    ),
    "large": Example(
        {"properties": {"serial": {"type": "integer", "maximum": 2**53 - 1}}, "required": ["serial"]},
        "serial",
        [0, -1],
        [("type", "1"), ("maximum", 2**53)],
        lambda value: isinstance(value, int),
    ),
    "nested": Example(
        {"properties": {"owner": {"type": "object", "properties": {"id": {}}, "required": ["id", "name"]}}},
        "owner",
        [{"id": 1, "name": ""}],
        [("type", None)],
        lambda value: {"id", "name"} <= set(value),
    ),
}
CASES = [pytest.param(example, id=name) for name, example in EXAMPLES.items()]


def _leads(profile: str, overlay: Mapping[str, Any] | None = None, size: int = 20) -> list[dict[str, Any]]:
    return [{**found} for found in lead_list(3, 8668, size, profile=profile, overlay=overlay)]


@pytest.mark.parametrize("example", CASES)
def test_generates_leads_that_follow_the_overlay(profile: str, example: Example) -> None:
    """A generated list is valid, and every lead has the key with a value that the overlay allows."""
    leads = _leads(profile, example.overlay)
    findings = load_contract(profile, example.overlay).check(leads)

    assert [found[example.key] for found in leads if not example.generated(found[example.key])] == []
    assert [str(finding) for finding in findings if finding.severity == "break"] == []


@pytest.mark.parametrize("example", CASES)
def test_accepts_values_that_the_overlay_allows(profile: str, example: Example) -> None:
    """Values of the key that the overlay allows are valid."""
    contract = load_contract(profile, example.overlay)
    (found,) = _leads(profile, example.overlay, 1)

    assert [value for value in example.good if not contract.is_valid([{**found, example.key: value}])] == []


@pytest.mark.parametrize("example", CASES)
def test_reports_values_that_the_overlay_forbids(profile: str, example: Example) -> None:
    """Values of the key that the overlay forbids are breaks at the key, by the keyword that forbids them."""
    contract = load_contract(profile, example.overlay)
    (fine,) = _leads(profile, example.overlay, 1)
    reported = [
        {(finding.rule, finding.pointer) for finding in contract.check([{**fine, example.key: value}])}
        for _, value in example.bad
    ]
    unreported = [
        keyword
        for (keyword, _), found in zip(example.bad, reported, strict=True)
        if not found & {(keyword, f"/*/{example.key}"), ("anyOf", f"/*/{example.key}")}
    ]

    assert unreported == []


@pytest.mark.parametrize("example", CASES)
def test_exports_the_overlay(profile: str, example: Example) -> None:
    """The exported schema accepts and rejects the same values, in either validator."""
    contract = load_contract(profile, example.overlay)
    (found,) = _leads(profile, example.overlay, 1)
    reference, compiled = Draft202012Validator(contract.schema()), jsonschema_rs.Draft202012Validator(contract.schema())
    values = [*example.good, *(value for _, value in example.bad)]
    verdicts = [
        [validator.is_valid({**found, example.key: value}) for value in values] for validator in (reference, compiled)
    ]

    assert verdicts == [[True] * len(example.good) + [False] * len(example.bad)] * 2


@pytest.mark.parametrize("example", CASES)
def test_requires_what_overlay_and_profile_require(profile: str, example: Example) -> None:
    """A missing key is reported if the overlay or the profile requires it."""
    contract = load_contract(profile, example.overlay)
    (found,) = _leads(profile, example.overlay, 1)
    del found[example.key]
    missing = [finding.pointer for finding in contract.check([found]) if finding.rule == "required"]

    assert missing == ([f"/*/{example.key}"] if example.key in contract.schema()["required"] else [])


@pytest.mark.parametrize("example", CASES)
def test_overlay_is_named_as_evidence(profile: str, example: Example) -> None:
    """A property that an overlay changes names the overlay as evidence."""
    evidence = load_contract(profile, example.overlay).schema_of(example.key)["x-evidence"]

    assert evidence["assumed"] == "overlay given as a mapping"


def test_removed_key_leaves_the_schema(profile: str) -> None:
    """A removed key is neither in properties nor in required."""
    schema = load_contract(profile, {"properties": {"undisposed_lead": None}}).schema()

    assert ("undisposed_lead" in schema["properties"], "undisposed_lead" in schema["required"]) == (False, False)


def test_removed_key_is_not_generated(profile: str) -> None:
    """A removed key is in no generated lead."""
    overlay = {"properties": {"undisposed_lead": None}}

    assert [found for found in _leads(profile, overlay) if "undisposed_lead" in found] == []


def test_lead_without_removed_key_is_valid(profile: str) -> None:
    """Leads without the removed key are valid."""
    overlay = {"properties": {"undisposed_lead": None}}

    assert load_contract(profile, overlay).check(_leads(profile, overlay)) == ()


def test_removed_key_is_unknown(profile: str) -> None:
    """A removed key is a break in closed profiles, and a surprise in others."""
    (finding,) = load_contract(profile, {"properties": {"undisposed_lead": None}}).check(_leads(profile, size=1))

    assert (finding.pointer, finding.severity) == (
        "/*/undisposed_lead",
        "surprise" if profile == "lenient" else "break",
    )


def test_required_adds_to_the_profile(profile: str) -> None:
    """The required keys of an overlay are added to those of the profile."""
    overlay = {"properties": {"source": {"type": "string"}}, "required": ["source", "priority"]}
    expected = {*load_contract(profile).schema()["required"], "source"}

    assert set(load_contract(profile, overlay).schema()["required"]) == expected


def test_required_adds_to_a_nested_object() -> None:
    """The required keys of a nested object are added too."""
    overlay = {"properties": {"dialer_skill": {"properties": {"level": {"type": "integer"}}, "required": ["level"]}}}
    schema = load_contract("documented", overlay).schema()["properties"]["dialer_skill"]

    assert schema["required"] == ["id", "name", "level"]


def test_removed_nested_key_leaves_required() -> None:
    """A key removed from a nested object is not required there."""
    overlay = {"properties": {"dialer_skill": {"properties": {"name": None}}}}
    schema = load_contract("documented", overlay).schema()["properties"]["dialer_skill"]

    assert (list(schema["properties"]), schema["required"]) == (["id"], ["id"])


def test_required_may_name_a_field(profile: str) -> None:
    """A field needs no schema to be required, and is generated then."""
    overlay = {"required": ["field_40"]}

    assert load_contract(profile, overlay).is_valid(_leads(profile, overlay))


def test_new_type_removes_old_keywords(profile: str) -> None:
    """A new type removes the keywords of the old type; the description stays."""
    overlay = {"properties": {"priority": {"type": "string"}}}
    expected = {"type": "string", "description": "Dialing priority; 30 is dialed first."}

    assert load_contract(profile, overlay).schema()["properties"]["priority"] == expected


def test_new_type_stays_personal() -> None:
    """A personal property with a new type is still personal, and its values are masked."""
    overlay = {"properties": {"alternate_phone_number": {"type": "integer"}}}
    (finding,) = load_contract("sample", overlay).check(
        [{**_leads("sample", overlay, 1)[0], "alternate_phone_number": 1.5}]
    )

    assert finding.got == "number"


def test_narrowed_field_stays_personal(profile: str) -> None:
    """A narrowed field is still personal."""
    assert (
        load_contract(profile, {"properties": {"field_3": {"maxLength": 5}}}).schema_of("field_3")["x-personal"] is True
    )


@pytest.mark.parametrize("key", ["maximum", "minimum"])
def test_null_removes_a_keyword(profile: str, key: str) -> None:
    """A keyword that is null in the overlay is removed."""
    schema = load_contract(profile, {"properties": {"priority": {key: None}}}).schema()["properties"]["priority"]

    assert key not in schema


def test_type_may_be_widened(profile: str) -> None:
    """A list of types that includes the old one keeps the keywords."""
    overlay = {"properties": {"priority": {"type": ["integer", "null"]}}}
    schema = load_contract(profile, overlay).schema()["properties"]["priority"]

    assert (schema["type"], schema["maximum"]) == (["integer", "null"], 30)


def test_integer_may_become_number(profile: str) -> None:
    """A number keeps the limits of an integer."""
    schema = load_contract(profile, {"properties": {"priority": {"type": "number"}}}).schema()["properties"]["priority"]

    assert (schema["type"], schema["minimum"], schema["maximum"]) == ("number", 1, 30)


def test_profile_may_be_opened(profile: str) -> None:
    """An overlay's ``additionalProperties`` opens any profile."""
    contract = load_contract(profile, {"additionalProperties": True})
    (finding,) = contract.check([{**_leads(profile, size=1)[0], "extra": 1}])

    assert (finding.rule, finding.severity) == ("unknown-key", "surprise")


def test_profile_may_be_closed(profile: str) -> None:
    """An overlay's ``additionalProperties`` closes any profile."""
    contract = load_contract(profile, {"additionalProperties": False})
    (finding,) = contract.check([{**_leads(profile, size=1)[0], "extra": 1}])

    assert (finding.rule, finding.severity) == ("additionalProperties", "break")


def test_reports_every_key_of_a_closed_object() -> None:
    """An object that an overlay closes without properties is reported key by key, as any closed object."""
    contract = load_contract("sample", {"properties": {"owner": {"type": "object", "additionalProperties": False}}})
    found = contract.check([{**_leads("sample", size=1)[0], "owner": {"a": 1, "b": None}}])

    assert [(finding.rule, finding.pointer) for finding in found] == [
        ("additionalProperties", "/*/owner/a"),
        ("additionalProperties", "/*/owner/b"),
    ]


def test_narrows_each_reading_of_lenient() -> None:
    """In ``lenient`` an overlay narrows each reading that it is compatible with."""
    schema = load_contract("lenient", {"properties": {"header": {"minLength": 5}}}).schema()["properties"]["header"]

    assert [branch["type"] for branch in schema["anyOf"]] == ["string", "array"]


def test_lenient_drops_a_reading_that_the_overlay_excludes() -> None:
    """In ``lenient`` a reading without valid values is dropped."""
    schema = load_contract("lenient", {"properties": {"retry_count": {"enum": [0, 1]}}}).schema()["properties"][
        "retry_count"
    ]

    assert (schema["type"], schema["enum"]) == ("integer", [0, 1])


def test_overlay_may_list_known_values(profile: str) -> None:
    """``x-known-values`` of an overlay are the known values."""
    overlay = {
        "properties": {"dial_status": {"x-known-values": [{"value": 77, "label": "Ours", "evidence": "assumed"}]}}
    }
    found = {**_leads(profile, size=1)[0], "dial_status": 77}

    assert load_contract(profile, overlay).check([found]) == ()


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"properties": {"$date": None}},
        {"properties": {"$date": {"type": "string"}}},
        {"properties": {"$date": {"properties": {"$numberLong": {"type": "integer"}}}}},
        {"properties": {"$date": {"properties": {"$numberLong": {"pattern": "^[0-9]{4}-[0-9]{2}$"}}}}},
    ],
)
@pytest.mark.parametrize("key", ["created_at", "updated_at"])
def test_rules_ignore_times_of_another_form(profile: str, key: str, schema: dict[str, Any]) -> None:
    """Rules about times do not apply to times to which an overlay gives another form."""
    overlay = {"properties": {key: schema}}
    findings = load_contract(profile, overlay).check(_leads(profile, overlay))

    assert [str(finding) for finding in findings if finding.severity == "break"] == []


def test_values_of_an_enum_are_known(profile: str) -> None:
    """A value in the overlay's enum is not a surprise."""
    overlay = {"properties": {"dial_status": {"enum": [1, 77]}}}
    found = {**_leads(profile, size=1)[0], "dial_status": 77}

    assert load_contract(profile, overlay).check([found]) == ()


def test_overlay_may_choose_a_generator(profile: str) -> None:
    """``x-faker`` of an overlay names the generator of a new key."""
    overlay = {"properties": {"mail": {"type": "string", "x-faker": "email"}}}

    assert [found for found in _leads(profile, overlay) if "@example." not in found["mail"]] == []


def test_empty_overlay_changes_nothing(profile: str) -> None:
    """An empty overlay changes nothing."""
    assert load_contract(profile, {}).schema() == load_contract(profile).schema()


@pytest.mark.parametrize("kind", [str, Path])
def test_overlay_may_be_a_file(tmp_path: Path, profile: str, kind: type) -> None:
    """A path, as a string or an object, has the effect of the mapping."""
    file = tmp_path / "overlay.json"
    overlay = EXAMPLES["narrow"].overlay
    file.write_text(json.dumps(overlay), encoding="utf-8")

    assert load_contract(profile, kind(file)).schema() == load_contract(profile, overlay).schema()


def test_overlay_file_is_named_as_evidence(tmp_path: Path) -> None:
    """Evidence and repr name the file."""
    file = tmp_path / "overlay.json"
    file.write_text('{"properties": {"priority": {"maximum": 5}}}', encoding="utf-8")
    contract = load_contract("sample", file)

    assert (contract.schema_of("priority")["x-evidence"]["assumed"], repr(contract)) == (
        f"overlay {file}",
        f"<Contract sample with overlay {file}>",
    )


def test_copies_the_mapping() -> None:
    """Loading an overlay does not change the mapping, and later changes of it have no effect."""
    overlay = {"properties": {"n": {"type": "string", "pattern": "^a$", "x-evidence": {"observed": "us"}}}}
    before = json.dumps(overlay)
    contract = load_contract("sample", overlay)
    overlay["properties"]["n"]["type"] = "integer"
    overlay["properties"]["n"]["type"] = contract.schema_of("n")["type"]

    assert (json.dumps(overlay), contract.schema_of("n")["type"]) == (before, "string")


def test_loaded_overlay_may_be_used_again(profile: str) -> None:
    """The overlay of one contract may be passed for another."""
    overlay = load_contract("sample", EXAMPLES["retype"].overlay).overlay

    assert load_contract(profile, overlay).schema() == load_contract(profile, EXAMPLES["retype"].overlay).schema()


def test_keeps_the_overlay_in_another_profile() -> None:
    """The same contract in another profile has the same overlay."""
    other = data_of(load_contract("sample", EXAMPLES["narrow"].overlay)).in_profile("documented")

    assert other is not None
    assert other.lead == load_contract("documented", EXAMPLES["narrow"].overlay).lead


def test_has_no_contract_in_a_profile_that_the_overlay_forbids() -> None:
    """An overlay that leaves a property without values in a profile has no contract there."""
    contract = load_contract("sample", {"properties": {"retry_count": {"enum": [0, 1]}}})

    assert data_of(contract).in_profile("documented") is None


def test_findings_omit_profiles_that_the_overlay_forbids() -> None:
    """A finding names no profile that the overlay leaves without values."""
    overlay = {"properties": {"retry_count": {"enum": [0, 1]}}}
    (finding,) = load_contract("sample", overlay).check([{**_leads("sample", overlay, 1)[0], "priority": 31}])

    assert finding.profiles == ("sample", "lenient")


@pytest.mark.parametrize("dialect", ["https://example.com/mine", "http://json-schema.org/draft-07/schema#"])
def test_exported_schema_stays_2020_12(dialect: str) -> None:
    """The dialect and the ``$id`` of an overlay do not replace those of the contract."""
    schema = load_contract("sample", {"$schema": dialect, "$id": "mine", "title": "Mine"}).schema()

    assert (schema["$schema"], schema["$id"]) == (
        "https://json-schema.org/draft/2020-12/schema",
        load_contract("sample").schema()["$id"],
    )


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("^a$", ["a"], ["a\n", "b"]),
        ("^a$|^b$", ["a", "b"], ["a\n", "b\n"]),
        ("(^a$)", ["a"], ["a\n"]),
        (r"^a\$", ["a$", "a$b"], ["a"]),
        (r"^a\\$", ["a\\"], ["a\\\n"]),
        ("^[$]$", ["$"], ["$\n"]),
        ("a$(?!\\n)", ["ba"], ["a\n"]),
    ],
)
def test_end_of_pattern_means_the_end(profile: str, pattern: str, good: list[str], bad: list[str]) -> None:
    """``$`` in an overlay's pattern means the end of the string in either validator."""
    schema = load_contract(profile, {"properties": {"n": {"type": "string", "pattern": pattern}}}).schema()[
        "properties"
    ]["n"]
    reference, compiled = Draft202012Validator(schema), jsonschema_rs.Draft202012Validator(schema)
    verdicts = [[validator.is_valid(text) for text in good + bad] for validator in (reference, compiled)]

    assert verdicts == [[True] * len(good) + [False] * len(bad)] * 2


@pytest.mark.parametrize("key", ["lead_id", "list_id", "id", "header", "created_at"])
@pytest.mark.parametrize("value", [{"a": 1}, "x", None, [1]])
def test_rules_ignore_removed_keys(key: str, value: object) -> None:
    """In ``lenient`` a removed key is unknown, and no rule reads it."""
    body = [{**lead(1, 8668, 0, profile="lenient"), key: value}]
    contract = load_contract("lenient", {"properties": {key: None}})

    assert [finding.rule for finding in contract.check(body) if finding.severity == "break"] == []
    assert contract.is_valid(body)


def test_annotations_keep_the_rules() -> None:
    """An overlay that only describes a key keeps the rules about it."""
    contract = load_contract("sample", {"properties": {"header": {"description": "mine"}, "id": {"x-personal": False}}})

    assert not contract.is_valid([{**lead(1, 8668, 0), "header": "nonsense"}])


def test_lenient_unites_types_that_exclude_each_other() -> None:
    """Readings that differ only in unrelated types are both accepted."""
    overlay = {"properties": {"lead_id": {"pattern": None, "minimum": None, "maximum": None}}}
    contract = load_contract("lenient", overlay)

    assert contract.is_valid([lead(1, 8668, 0, profile="documented")])
    assert contract.is_valid([lead(1, 8668, 0, profile="sample")])


def test_rejects_limits_without_values_in_lenient() -> None:
    """Limits in the wrong order leave no value in either reading."""
    with pytest.raises(OverlayError, match="minimum 5 is above maximum 1"):
        load_contract("lenient", {"properties": {"lead_id": {"minimum": 5, "maximum": 1}}})


@pytest.mark.parametrize(
    ("patch", "gone"),
    [({"x-faker": None}, "x-faker"), ({"description": None}, "description"), ({"type": None}, "type")],
)
def test_null_removes_every_keyword(patch: dict[str, None], gone: str) -> None:
    """Every keyword of a key can be removed, and leads are still valid."""
    contract = load_contract("sample", {"properties": {"priority": patch}})

    assert gone not in contract.schema_of("priority")
    assert contract.is_valid([lead(1, 8668, 0, overlay={"properties": {"priority": patch}})])


@pytest.mark.parametrize("key", ["required", "properties", "additionalProperties"])
def test_rejects_null_at_the_root(key: str) -> None:
    """Keywords beside properties cannot be removed."""
    with pytest.raises(OverlayError, match="null removes a property or a keyword below properties"):
        load_contract("sample", {key: None})


def test_rejects_removal_of_fields() -> None:
    """A field cannot be removed, and the error has the reason."""
    with pytest.raises(OverlayError, match="numbered without a gap"):
        load_contract("sample", {"properties": {"field_3": None}})


def test_reads_file_with_byte_order_mark(tmp_path: Path) -> None:
    """Notepad and PowerShell write one."""
    (tmp_path / "overlay.json").write_text('{"properties": {"vip": {"const": 1}}}', encoding="utf-8-sig")

    assert "vip" in load_contract("sample", tmp_path / "overlay.json").lead["properties"]


@pytest.mark.parametrize(
    ("key", "known"),
    [("priorty", "priority"), ("prioritty", "priority"), ("prioriyt", "priority"), ("leadId", "lead_id")],
)
def test_warns_about_misspelled_properties(key: str, known: str) -> None:
    """A misspelled property would be a new one, and change nothing."""
    with pytest.warns(OverlayWarning, match=f"/properties/{key}: a new property, spelled like `{known}`"):
        load_contract("lenient", {"properties": {key: {"type": "integer"}}})


def test_warns_about_misspelled_properties_of_objects() -> None:
    """They have known properties as well."""
    with pytest.warns(OverlayWarning, match=r"/properties/created_at/properties/\$dat: .* like `\$date`"):
        load_contract("lenient", {"properties": {"created_at": {"properties": {"$dat": {"type": "object"}}}}})


def test_accepts_similar_property_with_evidence() -> None:
    """Evidence shows that the name is right; a field is known by its form."""
    properties = {"priorty": {"type": "integer", "x-evidence": {"observed": "our list"}}, "field_1": {"maxLength": 3}}
    assert load_contract("lenient", {"properties": properties})
