"""What can be read from the keywords of one schema."""

from typing import Any

import jsonschema_rs
import pytest

from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.schema_keywords import allows_null, plain_schema, types


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, True),
        ({"type": "null"}, True),
        ({"type": ["integer", "null"]}, True),
        ({"type": "string", "description": "never null"}, False),
        ({"type": ["integer", "null"], "enum": [1, 2]}, False),
        ({"enum": [1, None]}, True),
        ({"const": None}, True),
        ({"const": "null"}, False),
        ({"anyOf": [{"type": "object", "required": ["null"]}, {"type": "integer"}]}, False),
        ({"anyOf": [{"type": "integer"}, {"type": ["object", "null"]}]}, True),
    ],
)
def test_reports_whether_null_is_allowed(schema: dict[str, Any], expected: bool) -> None:  # noqa: FBT001  # a parameter
    """The keywords decide, not the word null in a description or a value; the validator agrees."""
    assert allows_null(schema) == expected == jsonschema_rs.is_valid(schema, None)


def test_agrees_with_the_validator_about_every_property(contract: Contract) -> None:
    """For each property of a contract, the keywords and the validator agree about null."""
    properties = contract.lead["properties"]

    assert {key: allows_null(schema) for key, schema in properties.items()} == {
        key: jsonschema_rs.is_valid(plain_schema(schema), None) for key, schema in properties.items()
    }


def test_removes_annotations_but_no_property() -> None:
    """Keywords with ``x-`` are removed at every level; a property of such a name stays."""
    schema = {"x-after": "a", "properties": {"x-a": {"type": "string", "x-faker": "email"}}, "enum": [{"x-b": 1}]}

    assert plain_schema(schema) == {"properties": {"x-a": {"type": "string"}}, "enum": [{"x-b": 1}]}


def test_counts_integers_as_numbers() -> None:
    """The type integer includes the type number."""
    assert types({"type": ["integer", "null"]}) == {"integer", "number", "null"}
