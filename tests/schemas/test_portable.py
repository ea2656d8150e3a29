"""Schemas for validators and generators of other ecosystems."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mock_server.admin.openapi import admin_openapi
from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.openapi import openapi
from smartflo_contract.schemas.portable import numbers_except, portable

PROFILES = ("sample", "documented", "lenient")
DOCUMENTS = [openapi(load_contract(profile)) for profile in PROFILES] + [admin_openapi(ADMIN_ROUTES)]
SCHEMAS = [portable(load_contract(profile).schema("leads")) for profile in PROFILES]
LITERAL = {"const", "default", "enum", "example", "examples"}


def _schemas(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a document that is not part of a JSON value."""
    if isinstance(value, dict):
        yield value
        for key, below in value.items():
            if key not in LITERAL:
                yield from _schemas(below)
    elif isinstance(value, list):
        for below in value:
            yield from _schemas(below)


@pytest.mark.parametrize("document", DOCUMENTS + SCHEMAS)
def test_patterns_have_no_look_ahead(document: dict[str, Any]) -> None:
    """Every pattern compiles in an engine without look-ahead."""
    patterns = [schema["pattern"] for schema in _schemas(document) if isinstance(schema.get("pattern"), str)]
    patterns += [pattern for schema in _schemas(document) for pattern in schema.get("patternProperties", {})]
    for pattern in patterns:
        jsonschema_rs.validator_for({"pattern": pattern}, pattern_options=jsonschema_rs.RegexOptions())

    assert patterns
    assert [] == [pattern for pattern in patterns if "(?" in pattern]


@pytest.mark.parametrize("document", DOCUMENTS + SCHEMAS)
def test_enumerations_have_a_type(document: dict[str, Any]) -> None:
    """A type stands beside each ``enum`` and each ``const``."""
    assert [] == [
        schema
        for schema in _schemas(document)
        if (isinstance(schema.get("enum"), list) or isinstance(schema.get("const"), str | int)) and "type" not in schema
    ]


@pytest.mark.parametrize("document", DOCUMENTS + SCHEMAS)
def test_no_schema_is_a_boolean(document: dict[str, Any]) -> None:
    """Properties and items are objects, because generators reject ``true`` and ``false``."""
    text = json.dumps([schema.get("properties", {}) for schema in _schemas(document)])

    assert not [schema for schema in _schemas(document) if isinstance(schema.get("items"), bool)]
    assert not re.search(r'^\[?\{"[^"]+": (true|false)', text)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_all_of_has_no_siblings(document: dict[str, Any]) -> None:
    """No properties stand beside ``allOf``, because generators ignore them."""
    assert [] == [schema for schema in _schemas(document) if "allOf" in schema and "properties" in schema]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("closed", [True, False])
def test_generators_keep_unnamed_fields(profile: str, closed: bool) -> None:  # noqa: FBT001 - parametrized
    """A generator that ignores ``patternProperties`` keeps field_35 and up."""
    overlay = {"additionalProperties": False} if closed else {}
    document = openapi(load_contract(profile, overlay))

    for name in ("Lead", "AddLead", "UpdateLead"):
        assert document["components"]["schemas"][name]["additionalProperties"]


@given(excluded=st.sets(st.integers(0, 150).map(str)), number=st.integers(0, 1600).map(str))
def test_excludes_numbers_without_look_ahead(excluded: set[str], number: str) -> None:
    """The pattern matches every number except the excluded ones, and nothing else."""
    pattern = numbers_except(excluded)

    assert (number not in excluded) == bool(re.fullmatch(pattern, number))
    assert not re.fullmatch(pattern, f"0{number}")


def test_keeps_values_and_names() -> None:
    """What looks like a keyword but is a name, an example or a constant stays."""
    schema = {
        "properties": {"enum": {"const": {"enum": [1]}}, "default": {"enum": [1, None]}},
        "examples": [{"enum": []}],
    }

    assert portable(schema) == {
        "properties": {
            "enum": {"const": {"enum": [1]}, "type": "object"},
            "default": {"enum": [1, None], "type": ["integer", "null"]},
        },
        "examples": [{"enum": []}],
    }


@pytest.mark.parametrize("document", DOCUMENTS)
def test_types_with_arrays_are_alternatives(document: dict[str, Any]) -> None:
    """No list of types contains ``array``, because generators read one kind of such a schema only."""
    types = [schema["type"] for schema in _schemas(document) if isinstance(schema.get("type"), list)]

    assert types
    assert [] == [names for names in types if "array" in names]


def test_alternatives_of_arrays_give_the_same_verdicts() -> None:
    """Keywords of arrays move to the alternative of arrays."""
    schema = {"type": ["array", "string"], "items": {"type": "integer"}, "minItems": 1, "description": "numbers"}
    values: list[Any] = [[], [1], ["1"], "1", "", 1, None, {}]
    before, after = (jsonschema_rs.Draft202012Validator(each) for each in (schema, portable(schema)))

    assert [before.is_valid(value) for value in values] == [after.is_valid(value) for value in values]
    assert "numbers" == portable(schema)["description"]
