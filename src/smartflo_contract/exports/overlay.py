"""The errata to the vendor's OpenAPI document, as an OpenAPI Overlay: what to change where it contradicts itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from smartflo_contract.exports.openapi_schemas import Schema, resolve
from smartflo_contract.exports.operations import JSON, Operation, operations
from smartflo_contract.schemas.contradictions import CONTRADICTIONS, Contradiction

_LEADS: Final = "listLeads"
_FIELDS: Final = "field_N"
_WRITES: Final = ("addLead", "updateLead", "deleteLead", "addLeads", "patchLeads", "deleteLeads")
_PARTS_OF: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "path-id-type": ((_LEADS, "parameter id"),),
    "method-line": ((_LEADS, "parameter id"),),
    "number-parameter": ((_LEADS, "parameter number"),),
    "authorization-missing": ((_LEADS, "security"),),
    "sample-not-json": ((_LEADS, "example"),),
    "mandatory-marks": ((_LEADS, "required keys"),),
    "write-response-case": tuple((name, "response") for name in _WRITES),
    "token-content": (("login", "description"),),
}
"""Contradictions that concern no key of a lead: operation and part that each changes."""

Action = dict[str, Any]


class _Source(NamedTuple):
    """One operation of our document, and where it is in the vendor's.

    Attributes:
        operation: the operation.
        document: our document.
        target: JSONPath of the operation.
    """

    operation: Operation
    document: Mapping[str, Any]
    target: str

    @property
    def content(self) -> str:
        """JSONPath of the content of its response."""
        return f"{self.target}.responses['200'].content['{JSON}']"

    @property
    def lead(self) -> Schema:
        """The schema of a lead."""
        return resolve(self.components["Lead"], self.components)

    @property
    def components(self) -> Mapping[str, Schema]:
        """The schemas of the document."""
        components: Mapping[str, Schema] = self.document["components"]["schemas"]
        return components


def errata(document: Mapping[str, Any], profile: str) -> dict[str, Any]:
    """Return the overlay.

    Args:
        document: our OpenAPI 3.1 document of a profile; its parts replace the vendor's.
        profile: name of the profile.
    """
    by_id = operations(document)
    actions: list[Action] = []
    for (name, part), contradictions in _grouped().items():
        operation = by_id[name]
        target = f"$.paths['{operation.path}'].{operation.method.lower()}"
        source = _Source(operation, document, target)
        kind, _, detail = part.partition(" ")
        actions += [{**action, **_reasons(contradictions)} for action in _PARTS[kind](source, detail)]
    return {
        "overlay": "1.0.0",
        "info": {"title": f"Errata to the Smartflo API, profile {profile}", "version": document["info"]["version"]},
        "actions": actions,
    }


def _grouped() -> dict[tuple[str, str], list[Contradiction]]:
    """Return the contradictions about each part of each operation."""
    grouped: dict[tuple[str, str], list[Contradiction]] = {}
    for contradiction in CONTRADICTIONS:
        keys = [(_LEADS, f"key {pointer.removeprefix('/*/')}") for pointer in contradiction.pointers]
        for part in keys or _PARTS_OF[contradiction.id]:
            grouped.setdefault(part, []).append(contradiction)
    return grouped


def _reasons(contradictions: Sequence[Contradiction]) -> Action:
    """Return the description of an action."""
    sentences = [
        f"{each.title}: documented: {each.readings['documented']} Sample: {each.readings['sample']} "
        f"Followed: {each.followed}."
        for each in contradictions
    ]
    return {"description": "\n".join(sentences), "x-contradictions": [each.id for each in contradictions]}


def _key(source: _Source, name: str) -> list[Action]:
    """Replace the schema of a key, or of all numbered fields."""
    lead = source.lead
    patterns: Schema = {key: lead[key] for key in ("patternProperties", "additionalProperties") if key in lead}
    if name == _FIELDS:
        named = {key: schema for key, schema in lead["properties"].items() if key.startswith("field_")}
        return [_update_leads(source, {"properties": named, **patterns})]
    remove = {"target": f"{source.content}.schema.items.properties['{name}']", "remove": True}
    if name not in lead["properties"]:  # an overlay of the contract removed it, or only a pattern describes it
        return [remove]
    return [remove, _update_leads(source, {"properties": {name: lead["properties"][name]}})]


def _required_keys(source: _Source, _: str) -> list[Action]:
    return [
        {"target": f"{source.content}.schema.items.required", "remove": True},
        _update_leads(source, {"required": source.lead["required"]}),
    ]


def _update_leads(source: _Source, lead: Schema) -> Action:
    return _update_content(source, {"schema": {"type": "array", "items": {"type": "object", **lead}}})


def _update_content(source: _Source, content: Mapping[str, Any]) -> Action:
    """Add to the content of the response, which the vendor's document may not have."""
    description = source.operation.details["responses"]["200"]["description"]
    response = {"description": description, "content": {JSON: content}}
    return {"target": source.target, "update": {"responses": {"200": response}}}


def _example(source: _Source, _: str) -> list[Action]:
    content = source.operation.details["responses"]["200"]["content"][JSON]
    return [
        {"target": f"{source.content}.example", "remove": True},
        {"target": f"{source.content}.examples", "remove": True},
        _update_content(source, {"examples": content["examples"]}),
    ]


def _parameter(source: _Source, name: str) -> list[Action]:
    components = source.document["components"]["parameters"]
    parameters = [
        components[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        for each in source.operation.details["parameters"]
    ]
    (parameter,) = (each for each in parameters if each["name"] == name)
    return [
        {"target": f"{source.target}.parameters[?(@.name == '{name}')]", "remove": True},
        {"target": source.target, "update": {"parameters": [parameter]}},
    ]


def _security(source: _Source, _: str) -> list[Action]:
    """Replace the header parameter, which OpenAPI ignores if it has this name, by a security scheme."""
    schemes = source.document["components"]["securitySchemes"]
    return [
        {"target": f"{source.target}.parameters[?(@.name == 'Authorization')]", "remove": True},
        {"target": f"{source.target}.security", "remove": True},
        {"target": source.target, "update": {"security": source.document["security"]}},
        {"target": "$", "update": {"components": {"securitySchemes": schemes}}},
    ]


def _response(source: _Source, _: str) -> list[Action]:
    schema = resolve(source.operation.success_schema, source.components)
    return [
        {"target": f"{source.content}.schema", "remove": True},
        _update_content(source, {"schema": schema}),
    ]


def _description(source: _Source, _: str) -> list[Action]:
    return [{"target": source.target, "update": {"description": source.operation.details["description"]}}]


_PARTS: Final[Mapping[str, Callable[[_Source, str], list[Action]]]] = {
    "key": _key,
    "required": _required_keys,
    "example": _example,
    "parameter": _parameter,
    "security": _security,
    "response": _response,
    "description": _description,
}
"""Kind of a part to the actions that replace it."""
