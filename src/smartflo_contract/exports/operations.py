"""The operations of an OpenAPI document."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from smartflo_contract.exports.openapi_schemas import COMPONENTS, Schema

JSON: Final = "application/json"
_ERROR: Final = f"{COMPONENTS}ErrorEnvelope"
_METHODS: Final = ("get", "post", "put", "patch", "delete")
"""HEAD is left out: its responses have no body."""


class Operation(NamedTuple):
    """One operation.

    Attributes:
        method: of HTTP, in upper case.
        path: template with ``{id}``.
        details: its Operation Object.
    """

    method: str
    path: str
    details: Mapping[str, Any]

    @property
    def body(self) -> Any:
        """The example of its request body; ``None`` if it has no body."""
        return self._content.get("example")

    @property
    def body_schema(self) -> Schema | None:
        """The schema of its request body; ``None`` if it has no body."""
        schema: Schema | None = self._content.get("schema")
        return schema

    @property
    def response_schema(self) -> Schema:
        """The schema of its response with status 200, which may be an error."""
        schema: Schema = self.details["responses"]["200"]["content"][JSON]["schema"]
        return schema

    @property
    def success_schema(self) -> Schema:
        """The schema of its response if it is no error."""
        schema = self.response_schema
        alternatives = schema.get("anyOf") or schema.get("oneOf") or [schema]
        success: Schema
        (success,) = (each for each in alternatives if each.get("$ref") != _ERROR)
        return success

    @property
    def _content(self) -> Mapping[str, Any]:
        content: Mapping[str, Any] = self.details.get("requestBody", {}).get("content", {}).get(JSON, {})
        return content


def operations(document: Mapping[str, Any]) -> dict[str, Operation]:
    """Return the operations of a document, by their ids."""
    return {
        item[method]["operationId"]: Operation(method.upper(), path, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    }
