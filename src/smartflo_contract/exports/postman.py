"""A Postman collection that calls every operation of the API, and tests status and shape of each response."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from smartflo_contract.exports.openapi_schemas import Schema, resolve
from smartflo_contract.exports.operations import JSON, Operation, operations
from smartflo_contract.exports.scenario import SECTIONS, Step, is_variable

_FORMAT: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_DESCRIPTION: Final = (
    "Calls every operation once, in an order in which each finds what it needs. It creates and deletes lists, and "
    "makes calls: use it with a fake only. Start one with `smartflo-contract serve`."
)
_INPUTS: Final[Mapping[str, str]] = {
    "base_url": "http://127.0.0.1:8080",
    "email": "you@example.com",
    "password": "any",
}
"""Variables that the user sets, with their defaults; responses set the others."""


def postman_collection(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the collection for an OpenAPI 3.1 document, in the format 2.1."""
    by_id = operations(document)
    components = document["components"]["schemas"]
    saved = {name: "" for steps in SECTIONS.values() for step in steps for name in step.saves}
    return {
        "info": {"name": document["info"]["title"], "description": _DESCRIPTION, "schema": _FORMAT},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [{"key": key, "value": value} for key, value in {**_INPUTS, **saved}.items()],
        "item": [
            {"name": name, "item": [_item(step, by_id[step.operation], components) for step in steps]}
            for name, steps in SECTIONS.items()
        ],
    }


def _item(step: Step, operation: Operation, components: Mapping[str, Schema]) -> dict[str, Any]:
    """Return a request with its test."""
    schema = resolve(operation.success_schema, components)
    return {
        "name": step.operation,
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": list(_script(step, schema))}}],
        "request": _request(step, operation),
    }


def _request(step: Step, operation: Operation) -> dict[str, Any]:
    path = operation.path.replace("{id}", f"{{{{{step.path_id}}}}}")
    url = {"raw": f"{{{{base_url}}}}{path}", "host": ["{{base_url}}"], "path": path.strip("/").split("/")}
    request: dict[str, Any] = {
        "method": operation.method,
        "header": [{"key": "Accept", "value": JSON}],
        "url": {**url, "query": _query(step, operation)},
        "description": f"{operation.details['summary']}. {operation.details['description']}",
    }
    if operation.details.get("security") == []:
        request["auth"] = {"type": "noauth"}
    if operation.body is not None:
        request["header"].append({"key": "Content-Type", "value": JSON})
        body = {key: _value(value) for key, value in {**operation.body, **step.body}.items()}
        request["body"] = {"mode": "raw", "raw": _json(body), "options": {"raw": {"language": "json"}}}
    return request


def _query(step: Step, operation: Operation) -> list[dict[str, Any]]:
    """Return the parameters of the query; those that the step does not need are disabled."""
    return [
        {
            "key": each["name"],
            "value": _value(step.query.get(each["name"], "")),
            "description": each["description"],
            "disabled": each["name"] not in step.query,
        }
        for each in operation.details.get("parameters", ())
        if each.get("in") == "query"
    ]


def _value(value: object) -> object:
    """Return a value in which a variable is written as in Postman."""
    return f"{{{value}}}" if is_variable(value) else value


def _script(step: Step, schema: Schema) -> Iterator[str]:
    """Yield the lines of the test of a response."""
    yield 'pm.test("status is 200", () => pm.response.to.have.status(200));'
    yield from f"const schema = {_json(schema)};".splitlines()
    yield 'pm.test("body matches the schema", () => pm.response.to.have.jsonSchema(schema));'
    for name, pointer in step.saves.items():
        keys = "".join(f"[{each if each.isdigit() else json.dumps(each)}]" for each in pointer.split("/")[1:])
        yield f'pm.collectionVariables.set("{name}", pm.response.json(){keys});'


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
