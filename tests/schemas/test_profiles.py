"""The three profiles as plain schemas."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from smartflo_contract.factories import lead_list
from smartflo_contract.schemas import Contract, ContractError, load_contract
from smartflo_contract.schemas.contract import data_of

TABLE = {
    "id", "lead_id", "list_id", "skill_id", "time_group", "added_by", "created_by", "dial_status", "lead_picked",
    "available_at", "dialer_dial_status", "created_at", "retry_count", "alternate_phone_number", "priority",
    "list_name", "header", "sensitive_field_map", "dialer_skill",
}  # fmt: skip
SAMPLE = TABLE | {"undisposed_lead", "call_count", "updated_at"}


def _fields(count: int) -> set[str]:
    return {f"field_{number}" for number in range(count)}


def _keywords(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield key
            yield from _keywords(below)
    elif isinstance(value, list):
        for below in value:
            yield from _keywords(below)


@pytest.mark.parametrize("name", ["lead", "leads", "error"])
def test_schema_is_plain(contract: Contract, name: str) -> None:
    """An exported schema has no ``x-`` keyword, which strict validators reject."""
    assert [key for key in _keywords(contract.schema(name)) if key.startswith("x-")] == []


@pytest.mark.parametrize("name", ["lead", "leads", "error"])
def test_annotated_schema_keeps_annotations(contract: Contract, name: str) -> None:
    """The annotations stay on request."""
    assert "x-evidence" in set(_keywords(contract.schema(name, annotated=True)))


@pytest.mark.parametrize("name", ["lead", "leads", "error"])
def test_readings_are_resolved(contract: Contract, name: str) -> None:
    """Each property has one reading, or both in one schema, and no ``x-profiles``."""
    assert "x-profiles" not in set(_keywords(contract.schema(name, annotated=True)))


def test_lead_is_the_default_schema(contract: Contract) -> None:
    """Without a name the schema is that of a lead."""
    assert contract.schema() == contract.schema("lead")


@pytest.mark.parametrize(
    ("profile", "required"),
    [("sample", SAMPLE | _fields(35)), ("documented", TABLE | _fields(7)), ("lenient", TABLE | _fields(1))],
)
def test_required_keys(profile: str, required: set[str]) -> None:
    """Each profile requires what its reading shows."""
    assert set(load_contract(profile).schema()["required"]) == required


@pytest.mark.parametrize(("profile", "closed"), [("sample", True), ("documented", True), ("lenient", False)])
def test_closed_profiles(profile: str, closed: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """``sample`` and ``documented`` are closed; ``lenient`` allows other keys."""
    assert load_contract(profile).schema()["additionalProperties"] == (not closed)


def test_leads_schema_accepts_generated_lists(contract: Contract) -> None:
    """The schema of a body accepts a list, without other files."""
    validator = Draft202012Validator(contract.schema("leads"))

    assert validator.is_valid(lead_list(1, 8668, 3, profile=contract.profile))


@pytest.mark.parametrize("body", [{}, [{}], [None]])
def test_leads_schema_rejects_other_bodies(contract: Contract, body: object) -> None:
    """The schema of a body rejects anything but a list of leads."""
    validator = Draft202012Validator(contract.schema("leads"))

    assert not validator.is_valid(body)


@pytest.mark.parametrize(
    ("body", "accepted"),
    [
        ({"success": False, "message": "Token has expired"}, True),
        ({"success": "false", "message": "Too many requests."}, True),
        ({"success": False, "message": "", "login_failed_count": 1}, True),
        ({"success": False, "message": "", "retry_after": "2024-01-01 00:00:00"}, True),
        ({"caller_id": "Provide a valid caller_id."}, True),
        ({"success": False, "message": "", "retry_after": "2024-01-01T00:00:00"}, False),
        ({"success": True, "message": "x"}, False),
        ({"success": False}, False),
        ({}, False),
        ([], False),
    ],
)
def test_error_schema_accepts_both_shapes(contract: Contract, body: object, accepted: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """An error is an envelope about a failure, or an object from field to message."""
    validator = Draft202012Validator(contract.schema("error"))

    assert validator.is_valid(body) == accepted


@pytest.mark.parametrize("name", ["lead", "leads", "error"])
def test_exported_schema_is_a_copy(contract: Contract, name: str) -> None:
    """Changes of an exported schema have no effect on the contract."""
    contract.schema(name, annotated=True).clear()
    changed = contract.schema(name, annotated=True)
    next(iter(value for value in changed.values() if isinstance(value, dict | list))).clear()

    assert contract.schema(name, annotated=True) != changed


@pytest.mark.parametrize("profile", ["lenint", "documentd", "Sample"])
def test_unknown_profile_names_the_nearest(profile: str) -> None:
    """The error about an unknown profile lists all and suggests the nearest."""
    meant = {"lenint": "lenient", "documentd": "documented", "Sample": "sample"}[profile]

    with pytest.raises(
        ContractError,
        match=f"unknown profile `{profile}`; expected one of sample, documented, lenient. Did you mean `{meant}`",
    ):
        load_contract(profile)


@pytest.mark.parametrize("overlay", [None, {}])
@pytest.mark.parametrize("profile", [None, 1, ["sample"]])
def test_profile_of_another_type_is_unknown(profile: Any, overlay: dict[str, Any] | None) -> None:
    """A profile that is not a string is the same error, with and without an overlay."""
    with pytest.raises(ContractError, match=r"unknown profile `.*`; expected one of sample, documented, lenient\."):
        load_contract(profile, overlay)


def test_unknown_profile_has_no_suggestion_if_none_is_near() -> None:
    """If no profile is similar, none is suggested."""
    with pytest.raises(ContractError, match=r"unknown profile `xyz`; expected one of sample, documented, lenient.$"):
        load_contract("xyz")


def test_unknown_schema_names_the_nearest(contract: Contract) -> None:
    """The error about an unknown schema lists all and suggests the nearest."""
    with pytest.raises(
        ContractError, match=r"unknown schema `leeds`; expected one of lead, leads, error. Did you mean `leads`"
    ):
        contract.schema("leeds")


def test_returns_the_schema_of_a_key(contract: Contract) -> None:
    """``schema_of`` returns the annotated schema of a key."""
    assert contract.schema_of("priority")["maximum"] == 30


@pytest.mark.parametrize("key", ["field_0", "field_34", "field_100", "field_N"])
def test_returns_the_schema_of_a_field(contract: Contract, key: str) -> None:
    """``schema_of`` accepts every field, and ``field_N``."""
    assert contract.schema_of(key)["x-faker"] == "column"


@pytest.mark.parametrize(
    ("key", "meant"), [("priorty", "priority"), ("field_01", "field_N"), ("dialstatus", "dial_status")]
)
def test_unknown_property_names_the_nearest(contract: Contract, key: str, meant: str) -> None:
    """The error about an unknown key suggests the nearest."""
    with pytest.raises(ContractError, match=f"the contract has no key `{key}`. Did you mean `{meant}`"):
        contract.schema_of(key)


def test_repr_names_the_profile(contract: Contract) -> None:
    """The repr of a contract names its profile."""
    assert repr(contract) == f"<Contract {contract.profile}>"


def test_contract_of_a_profile_is_loaded_once(profile: str) -> None:
    """Without an overlay, a profile's contract is loaded once."""
    assert load_contract(profile) is load_contract(profile)


def test_contract_in_its_own_profile_is_the_same(contract: Contract) -> None:
    """A contract in its own profile is the same object."""
    assert data_of(contract).in_profile(contract.profile) is data_of(contract)


PROFILES = ("sample", "documented", "lenient")
FIELD_OVERLAY = {"properties": {"field_0": {"pattern": "^[+]91[0-9]{10}$"}, "field_40": {"maxLength": 3}}}


@pytest.mark.parametrize("overlay", [None, FIELD_OVERLAY], ids=["plain", "fields"])
@pytest.mark.parametrize("profile", PROFILES)
def test_exported_schema_suits_strict_validators(profile: str, overlay: dict[str, Any] | None) -> None:
    """Every required key is a property, and no property matches the pattern of the fields, as ajv requires."""
    schema = load_contract(profile, overlay).schema()
    (pattern,) = schema["patternProperties"]

    assert set(schema["required"]) <= schema["properties"].keys()
    assert [] == [key for key in schema["properties"] if re.search(pattern, key)]
    assert re.search(pattern, "field_41")


@pytest.mark.parametrize("name", ["lead", "leads"])
def test_exported_schemas_have_their_own_ids(name: str) -> None:
    """Schemas of several profiles and overlays can be in one registry."""
    contracts = [load_contract(profile, overlay) for profile in PROFILES for overlay in (None, FIELD_OVERLAY)]

    assert len({contract.schema(name)["$id"] for contract in contracts}) == 6
