"""The examples of the admin API's OpenAPI document exist in a fake and are valid."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from smartflo_contract.mock_server.admin.openapi import admin_openapi, operation_id
from smartflo_contract.mock_server.admin.route import PREFIX, AdminRoute
from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES

from .examples import FILE, problem_responses, response_example

DOCUMENT = admin_openapi(ADMIN_ROUTES)
EXAMPLES: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))


def shape(value: Any) -> Any:
    """Return a JSON value with types instead of values, which depend on the time."""
    if isinstance(value, dict):
        return {key: shape(below) for key, below in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def contents() -> Iterator[dict[str, Any]]:
    """Yield the content of each request body and of each response."""
    operations = [operation for path in DOCUMENT["paths"].values() for operation in path.values()]
    bodies = [operation["requestBody"] for operation in operations if "requestBody" in operation]
    responses = [response for operation in operations for response in operation["responses"].values()]
    for part in bodies + responses + list(DOCUMENT["components"]["responses"].values()):
        yield from part.get("content", {}).values()


@pytest.mark.parametrize("route", ADMIN_ROUTES, ids=lambda route: route.name)
def test_example_is_a_response_of_the_fake(route: AdminRoute) -> None:
    """A fake responds with the keys and types of the example, which the document has by name."""
    example = EXAMPLES["responses"][operation_id(route)]
    operation = DOCUMENT["paths"][f"{PREFIX}{route.path}"][route.method.lower()]
    (named,) = operation["responses"][str(route.status)]["content"]["application/json"]["examples"].values()

    assert shape(response_example(route)) == shape(example)
    assert {"value": example} == named


def test_examples_of_problems_are_responses_of_the_fake() -> None:
    """A fake returns the keys, the status and the title of the example of each status."""
    returned = {str(response.status_code): response.get_json() for response in problem_responses()}
    problems = EXAMPLES["problems"]

    assert shape(returned) == shape(problems)
    assert [(each["status"], each["title"]) for each in returned.values()] == [
        (each["status"], each["title"]) for each in problems.values()
    ]
    assert {f"Problem{status}" for status in returned} == DOCUMENT["components"]["responses"].keys()


def test_every_body_has_a_valid_named_example() -> None:
    """Each request body and each response has one, valid under its schema."""
    for content in contents():
        validator = Draft202012Validator(content["schema"] | {"components": DOCUMENT["components"]})
        assert content["examples"]
        for example in content["examples"].values():
            validator.validate(example["value"])
