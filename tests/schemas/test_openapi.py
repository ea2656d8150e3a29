"""The OpenAPI document."""

import builtins
import json
import keyword
import re
import typing
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from smartflo_contract.mock_server.admin.openapi import admin_openapi
from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.openapi import openapi
from smartflo_contract.schemas.portable import portable
from smartflo_contract.schemas.request_schemas import request_schema

PROFILES = ("sample", "documented", "lenient")
LABELS = {"documented", "sample", "observed", "assumed"}
OPERATIONS = {
    "login": ("POST", "/v1/auth/login", "auth"),
    "refreshToken": ("POST", "/v1/auth/refresh", "auth"),
    "logout": ("POST", "/v1/auth/logout", "auth"),
    "listLists": ("GET", "/v1/broadcast/lists", "lists"),
    "createList": ("POST", "/v1/broadcast/list", "lists"),
    "updateList": ("PUT", "/v1/broadcast/list/{id}", "lists"),
    "deleteList": ("DELETE", "/v1/broadcast/list/{id}", "lists"),
    "listLeads": ("GET", "/v1/broadcast/leads/{id}", "leads"),
    "addLead": ("POST", "/v1/broadcast/lead/{id}", "leads"),
    "updateLead": ("PUT", "/v1/broadcast/lead/{id}", "leads"),
    "deleteLead": ("DELETE", "/v1/broadcast/lead/{id}", "leads"),
    "addLeads": ("POST", "/v1/broadcast/leads/{id}", "batches"),
    "patchLeads": ("PATCH", "/v1/broadcast/leads/{id}", "batches"),
    "deleteLeads": ("DELETE", "/v1/broadcast/leads/{id}", "batches"),
    "batchStatus": ("GET", "/v1/broadcast/batch_status/{id}", "batches"),
    "listDndLeads": ("GET", "/v1/broadcast/dnd/leads", "dnd"),
    "createBroadcast": ("POST", "/v1/broadcast", "broadcasts"),
    "getBroadcast": ("GET", "/v1/broadcast/{id}", "broadcasts"),
    "updateBroadcast": ("PUT", "/v1/broadcast/{id}", "broadcasts"),
    "deleteBroadcast": ("DELETE", "/v1/broadcast/{id}", "broadcasts"),
    "startBroadcast": ("GET", "/v1/broadcast/start/{id}", "broadcasts"),
    "pauseBroadcast": ("GET", "/v1/broadcast/pause/{id}", "broadcasts"),
    "resumeBroadcast": ("GET", "/v1/broadcast/resume/{id}", "broadcasts"),
    "endBroadcast": ("GET", "/v1/broadcast/end/{id}", "broadcasts"),
    "listBroadcasts": ("GET", "/v2/broadcasts", "broadcasts"),
    "addDndLeads": ("POST", "/v1/broadcast/dnd/leads/{id}", "dnd"),
    "deleteDndLeads": ("DELETE", "/v1/broadcast/dnd/leads/{id}", "dnd"),
    "addDndLead": ("POST", "/v1/broadcast/dnd/lead", "dnd"),
    "updateDndLead": ("PUT", "/v1/broadcast/dnd/lead/{id}", "dnd"),
    "deleteDndLead": ("DELETE", "/v1/broadcast/dnd/lead/{id}", "dnd"),
    "listDndLists": ("GET", "/v1/broadcast/dnd/lists", "dnd"),
    "createDndList": ("POST", "/v1/broadcast/dnd/list", "dnd"),
    "updateDndList": ("PUT", "/v1/broadcast/dnd/list/{id}", "dnd"),
    "deleteDndList": ("DELETE", "/v1/broadcast/dnd/list/{id}", "dnd"),
    "clickToCall": ("POST", "/v1/click_to_call", "calls"),
    "clickToCallSupport": ("POST", "/v1/click_to_call_support", "calls"),
    "listLiveCalls": ("GET", "/v1/live_calls", "calls"),
    "hangUpCall": ("POST", "/v1/call/hangup", "calls"),
    "callOptions": ("POST", "/v1/call/options", "calls"),
    "listCallRecords": ("GET", "/v1/call/records", "calls"),
    "listMyNumbers": ("GET", "/v1/my_number", "users"),
    "listUsers": ("GET", "/v1/users", "users"),
    "getUser": ("GET", "/v1/user/{id}", "users"),
    "getOwnUser": ("GET", "/v1/user", "users"),
    "listAgents": ("GET", "/v1/agents", "users"),
    "listAgentsInPages": ("GET", "/v2/agents", "users"),
}
BODIES = {
    "login": "Login",
    "createList": "CreateList",
    "updateList": "UpdateList",
    "addLead": "AddLead",
    "updateLead": "UpdateLead",
    "addLeads": "AddLeads",
    "patchLeads": "PatchLeads",
    "deleteLeads": "DeleteLeads",
    "createBroadcast": "CreateBroadcast",
    "updateBroadcast": "UpdateBroadcast",
    "addDndLead": "AddDndLead",
    "updateDndLead": "UpdateDndLead",
    "addDndLeads": "AddDndLeads",
    "deleteDndLeads": "DeleteDndLeads",
    "createDndList": "CreateDndList",
    "updateDndList": "UpdateDndList",
    "clickToCall": "ClickToCall",
    "clickToCallSupport": "ClickToCallSupport",
    "hangUpCall": "HangupCall",
    "callOptions": "CallOptions",
}
RESERVED_NAMES = {
    name.lower()
    for name in (
        *keyword.kwlist,
        *dir(builtins),
        *typing.__all__,
        *(
            "Array",
            "Blob",
            "Body",
            "Date",
            "Document",
            "Element",
            "Enum",
            "Error",
            "Event",
            "Field",
            "File",
            "Function",
        ),
        *("Headers", "Interface", "Lists", "Model", "Name", "Node", "Number", "Optional", "Package", "Promise"),
        *("Record", "Request", "Requests", "Response", "String", "Switch", "Symbol", "Text", "Url", "Values", "Void"),
    )
}
"""Keywords, built-in types, and types of libraries of Python and of TypeScript, in lower case."""
DONE = {"success": True, "message": "Done."}
EXPIRED = {"success": False, "message": "Token has expired"}
ADDED_AT = "2026-01-31T09:30:00+0530"
DND_LEAD = {
    "id": "0123456789abcdef01234567",
    "list_id": 8668,
    "added_by": 1,
    "number": "+915550100001",
    "type": "number",
    "created_at": ADDED_AT,
}
DND_LEADS = {"hasMore": False, "count": 1, "limit": 100, "data": [DND_LEAD]}
TOKEN = {"success": True, "access_token": "a.b.c", "token_type": "bearer", "expires_in": 3600}


@pytest.fixture(name="document", scope="module", params=PROFILES)
def _document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return openapi(load_contract(request.param))


@pytest.fixture(name="operations", scope="module")
def _operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every operation by its id, except those of HEAD."""
    return {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method != "head"
    }


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a document, including the document."""
    if isinstance(value, dict):
        yield value
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in below:
        yield from _objects(part)


def _at(document: dict[str, Any], reference: str) -> Any:
    """Return the target of a local reference."""
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def _is_valid(document: dict[str, Any], schema: dict[str, Any], body: object) -> bool:
    """Return whether a body is valid by a schema of the document."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]}).is_valid(body)


def _response(operation: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an operation's response with status 200."""
    schema: dict[str, Any] = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return schema


@pytest.mark.fast_only(document="sample")
def test_is_valid_openapi(document: dict[str, Any]) -> None:
    """An independent validator accepts the document as OpenAPI 3.1."""
    validate(document)

    assert document["openapi"] == "3.1.0"


def test_every_operation_and_response_has_evidence(document: dict[str, Any]) -> None:
    """Each operation and each response has evidence, or references a component that has."""
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    parts = operations + [answer for operation in operations for answer in operation["responses"].values()]

    assert [] == [part for part in parts if "x-evidence" not in part and "$ref" not in part]


def test_describes_every_operation(document: dict[str, Any]) -> None:
    """The document has these operations, each with a tag that it declares."""
    described = {
        operation["operationId"]: (method.upper(), path, *operation["tags"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "head"
    }

    assert OPERATIONS == described
    assert {tag for *_, tag in OPERATIONS.values()} == {tag["name"] for tag in document["tags"]}


def test_summaries_are_unique(operations: dict[str, dict[str, Any]]) -> None:
    """Each operation has a summary of its own."""
    assert len(operations) == len({operation["summary"] for operation in operations.values() if operation["summary"]})


def test_every_parameter_and_header_has_evidence(document: dict[str, Any], operations: dict[str, Any]) -> None:
    """Each parameter, shared response and header has evidence, or references a component that has."""
    components = document["components"]
    parts = [part for operation in operations.values() for part in operation.get("parameters", [])]
    parts += [part for kind in ("parameters", "responses", "headers") for part in components[kind].values()]

    assert [] == [part for part in parts if "x-evidence" not in part and "$ref" not in part]


def test_evidence_has_known_labels(document: dict[str, Any]) -> None:
    """All evidence in the document has known labels, each with a source."""
    found = [evidence for part in _objects(document) if isinstance(evidence := part.get("x-evidence"), dict)]

    assert found
    assert [] == [evidence for evidence in found if not evidence or not evidence.keys() <= LABELS]
    assert [] == [evidence for evidence in found if not all(evidence.values())]


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    """The target of every reference is in the document."""
    references = {reference for part in _objects(document) if isinstance(reference := part.get("$ref"), str)}

    assert all(_at(document, reference) for reference in references)


def test_every_component_is_used(document: dict[str, Any]) -> None:
    """Every component is referenced."""
    references = {reference for part in _objects(document) if isinstance(reference := part.get("$ref"), str)}
    there = {
        f"#/components/{kind}/{name}"
        for kind, components in document["components"].items()
        if kind != "securitySchemes"
        for name in components
    }

    assert there == references


def test_request_bodies_reference_their_definition(operations: dict[str, dict[str, Any]]) -> None:
    """Each request body references its definition."""
    bodies = {
        name: operation["requestBody"]["content"]["application/json"]["schema"]
        for name, operation in operations.items()
        if "requestBody" in operation
    }

    assert {name: {"$ref": f"#/components/schemas/{body}"} for name, body in BODIES.items()} == bodies


@pytest.mark.fast_only(document="sample")
@pytest.mark.parametrize("name", BODIES)
def test_examples_are_valid(name: str, document: dict[str, Any], operations: dict[str, dict[str, Any]]) -> None:
    """The example of a request is valid by the request's schema and by the document's."""
    content = operations[name]["requestBody"]["content"]["application/json"]

    assert Draft202012Validator(request_schema(BODIES[name])).is_valid(content["example"])
    assert _is_valid(document, content["schema"], content["example"])


def test_examples_have_no_personal_data(operations: dict[str, dict[str, Any]]) -> None:
    """Phone numbers in examples cannot ring, and e-mail addresses belong to example.com."""
    bodies = [
        operation["requestBody"]["content"]["application/json"]["example"]
        for operation in operations.values()
        if "requestBody" in operation
    ]
    text = json.dumps(bodies)
    numbers, addresses = re.findall(r"\+?[0-9]{7,}(?![0-9]|\.[0-9])", text), re.findall(r"[^\s\"]+@[^\s\"]+", text)

    assert numbers
    assert [] == [number for number in numbers if not re.fullmatch(r"\+915550[0-9]{6}", number)]
    assert addresses
    assert [] == [address for address in addresses if not address.endswith("@example.com")]


def test_operations_with_a_token_may_return_401_403_429(operations: dict[str, dict[str, Any]]) -> None:
    """All operations except login and click-to-call support require a token; all but login may return 401, 403, 429."""
    with_token = {name for name, operation in operations.items() if operation.get("security", [{}]) != []}
    optional = {name for name in with_token if {} in operations[name].get("security", ())}

    assert set(OPERATIONS) - {"login"} == with_token
    assert {"clickToCallSupport"} == optional
    assert [] == [name for name in with_token if not {"401", "403", "429"} <= operations[name]["responses"].keys()]


def test_every_status_has_its_own_shape_of_error(
    document: dict[str, Any], operations: dict[str, dict[str, Any]]
) -> None:
    """Status 422 maps keys to messages, any other one has an envelope, so a client never confuses them."""
    for operation in operations.values():
        for status, response in operation["responses"].items():
            resolved = _at(document, response["$ref"]) if "$ref" in response else response
            if status not in {"200", "304"}:
                name = "ValidationErrors" if status == "422" else "ErrorEnvelope"
                expected = {"$ref": f"#/components/schemas/{name}"}
                assert expected == resolved["content"]["application/json"]["schema"]
        assert "422" in operation["responses"]


def test_lists_and_errors_are_exclusive_alternatives(operations: dict[str, dict[str, Any]]) -> None:
    """With ``anyOf``, a generated client merged the array and the error into one object, and lost the leads."""
    for name in ("listLists", "listLeads", "listLiveCalls", "listMyNumbers", "listAgents"):
        assert {"oneOf", "x-evidence"} == _response(operations[name]).keys()


def test_unnamed_fields_of_leads_are_open_for_generators(document: dict[str, Any]) -> None:
    """Generators keep fields above the named ones, and their types do not contradict those of named keys."""
    lead = document["components"]["schemas"]["Lead"]
    validator = jsonschema_rs.Draft202012Validator(lead | {"required": []})

    assert lead["additionalProperties"] is True
    assert validator.is_valid({"field_35": "", "field_120": "a"})


def test_component_names_are_reserved_nowhere(document: dict[str, Any]) -> None:
    """Generators rename a component whose name their language or its libraries have."""
    for described in (document, admin_openapi(ADMIN_ROUTES)):
        names = described["components"]["schemas"].keys()
        assert not {name.lower() for name in names} & RESERVED_NAMES


def test_operations_with_a_body_may_return_400_413_422(operations: dict[str, dict[str, Any]]) -> None:
    """Each operation with a body may return 400, 413 and 422."""
    assert [] == [name for name in BODIES if not {"400", "413", "422"} <= operations[name]["responses"].keys()]


def test_operations_with_an_id_may_return_404(operations: dict[str, dict[str, Any]]) -> None:
    """The operations with an id in their path, and no others, may return 404."""
    expected = {name for name, (_, path, _) in OPERATIONS.items() if "{id}" in path}

    assert expected == {name for name, operation in operations.items() if "404" in operation["responses"]}


@pytest.mark.fast_only(document="sample")
def test_allows_errors_with_status_200(document: dict[str, Any], operations: dict[str, dict[str, Any]]) -> None:
    """An operation with a token may return status 200 for an expired one, as was observed."""
    for name in OPERATIONS.keys() - {"login"}:
        schema = _response(operations[name])
        assert _is_valid(document, schema, EXPIRED)
        assert "observed" in schema["x-evidence"]


def test_login_returns_no_error_with_status_200(
    document: dict[str, Any], operations: dict[str, dict[str, Any]]
) -> None:
    """A rejected login never has status 200."""
    assert not _is_valid(document, _response(operations["login"]), EXPIRED)


@pytest.mark.fast_only(document="sample")
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("login", TOKEN | {"number_of_days_left": 90}),
        ("refreshToken", TOKEN),
        ("logout", DONE),
        ("listLists", []),
        ("listLists", [{"id": 8668, "name": "Trial"}, {"id": "8669", "name": ""}]),
        ("createList", DONE | {"list_id": 8672}),
        ("listLeads", []),
        ("addLead", DONE),
        ("addLead", DONE | {"lead_id": "0123456789abcdef01234567"}),
        ("addLead", DONE | {"id": 17}),
        ("addLeads", DONE | {"batch_id": "7"}),
        ("batchStatus", DONE),
        ("listDndLeads", DND_LEADS),
        ("addDndLead", DONE),
        ("createBroadcast", DONE | {"broadcast_id": 20002}),
        ("startBroadcast", DONE),
        ("listBroadcasts", {"page": 1, "size": 0, "limit": 10, "broadcast_limit": 1000, "results": []}),
        ("listDndLists", DND_LEADS | {"data": [{"id": 1, "name": "Account DND", "description": ""}]}),
        ("createDndList", DONE | {"list_id": 2}),
    ],
)
def test_accepts_responses(
    name: str, body: object, document: dict[str, Any], operations: dict[str, dict[str, Any]]
) -> None:
    """The responses of an operation are valid by its schema."""
    assert _is_valid(document, _response(operations[name]), body)


@pytest.mark.fast_only(document="sample")
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("login", TOKEN),
        ("refreshToken", DONE),
        ("logout", {"success": True}),
        ("logout", DONE | {"success": "true"}),
        ("listLists", DONE),
        ("listLists", [{"id": "08668", "name": "Trial"}]),
        ("listLists", [{"id": 8668}]),
        ("createList", DONE),
        ("createList", DONE | {"list_id": "8672"}),
        ("listLeads", [{}]),
        ("addLead", DONE | {"lead_id": "xyz"}),
        ("addLeads", DONE),
        ("addLeads", DONE | {"batch_id": 7}),
        ("listDndLeads", DND_LEADS | {"limit": 101}),
        ("listDndLists", DND_LEADS),
        ("createDndList", DONE),
        ("createBroadcast", DONE),
        ("createBroadcast", DONE | {"broadcast_id": "20002"}),
        ("listBroadcasts", {"page": 1, "size": 1, "limit": 10, "broadcast_limit": 1000, "results": [{}]}),
        ("listDndLeads", DND_LEADS | {"data": [DND_LEAD | {"type": "lead"}]}),
        ("listDndLeads", DND_LEADS | {"data": [DND_LEAD | {"created_at": ADDED_AT + "\n"}]}),
    ],
)
def test_rejects_other_responses(
    name: str, body: object, document: dict[str, Any], operations: dict[str, dict[str, Any]]
) -> None:
    """What an operation never returns is invalid by its schema."""
    assert not _is_valid(document, _response(operations[name]), body)


@pytest.mark.parametrize(
    ("component", "good", "bad"),
    [
        ("ListId", ["1", "8668", "910000001"], ["", "0", "08668", "-1", "8668\n", "8668x", "१"]),
        ("BroadcastId", ["1", "20002"], ["", "0", "01", "x"]),
        ("DndListId", ["1", "8668"], ["", "0", "01", "x"]),
        ("DndEntryId", ["800000000000010000000001"], ["", "1", "80000000000001000000000G"]),
        ("LeadId", ["6054635a3b1f0c27d9e84a56", "17"], ["", "0", "6054635A3B1F0C27D9E84A56", "abc", "17\n"]),
    ],
)
def test_restricts_ids_in_paths(component: str, good: list[str], bad: list[str], document: dict[str, Any]) -> None:
    """Ids in paths are strings: digits for a list, 24 hexadecimal digits or digits for a lead."""
    validator = jsonschema_rs.Draft202012Validator(document["components"]["parameters"][component]["schema"])

    assert good == [text for text in good + bad if validator.is_valid(text)]


@pytest.mark.parametrize("profile", PROFILES)
def test_lead_component_is_the_lead_schema(profile: str) -> None:
    """The component Lead is the lead schema of the contract."""
    contract = load_contract(profile)
    lead = openapi(contract)["components"]["schemas"]["Lead"]

    assert portable(contract.schema("lead"))["properties"] == lead["properties"]


def test_has_the_sample_as_example_if_it_is_valid() -> None:
    """The vendor's sample is an example in ``sample`` and ``lenient``, not in ``documented``."""
    examples = {
        profile: sorted(
            openapi(load_contract(profile))["paths"]["/v1/broadcast/leads/{id}"]["get"]["responses"]["200"]["content"][
                "application/json"
            ]["examples"]
        )
        for profile in PROFILES
    }

    assert examples == {
        "sample": ["empty", "sample"],
        "documented": ["documented", "empty"],
        "lenient": ["documented", "empty", "sample"],
    }


def _contents(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the content of every response."""
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        for response in operation["responses"].values():
            resolved = _at(document, response["$ref"]) if "$ref" in response else response
            yield from resolved.get("content", {}).values()


@pytest.mark.fast_only(document="lenient")
def test_every_response_has_valid_named_examples(document: dict[str, Any]) -> None:
    """Each response with a body has named examples, which are valid by its schema."""
    contents = list(_contents(document))

    assert contents
    for content in contents:
        assert content["examples"]
        for example in content["examples"].values():
            value = (_at(document, example["$ref"]) if "$ref" in example else example)["value"]
            assert _is_valid(document, content["schema"], value), value


def test_every_operation_describes_itself(document: dict[str, Any]) -> None:
    """Each operation has a description and a response for other errors, and each GET has a HEAD."""
    for path in document["paths"].values():
        assert ("get" in path) == ("head" in path)
        for operation in path.values():
            assert operation["description"]
            assert "default" in operation["responses"]
    assert document["info"]["contact"]
    assert all(tag["description"] for tag in document["tags"])


def test_describes_caching_and_waiting(document: dict[str, Any], operations: dict[str, dict[str, Any]]) -> None:
    """ETag, If-None-Match and Retry-After are part of the document."""
    parameters = [
        _at(document, part["$ref"])["name"] for part in operations["listLeads"]["parameters"] if "$ref" in part
    ]

    assert "If-None-Match" in parameters
    assert all("ETag" in operations["listLeads"]["responses"][status]["headers"] for status in ("200", "304"))
    assert "Retry-After" in document["components"]["responses"]["TooManyRequests"]["headers"]


def test_overlay_is_in_the_document() -> None:
    """A key that an overlay adds is in the component Lead."""
    contract = load_contract("sample", {"properties": {"nickname": {"type": "string"}}})

    assert openapi(contract)["components"]["schemas"]["Lead"]["properties"]["nickname"] == {"type": "string"}
