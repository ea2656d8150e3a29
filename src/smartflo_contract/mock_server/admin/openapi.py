"""The OpenAPI document of the admin API, from its route table and ``components.json``."""

import re
from collections.abc import Iterable
from typing import Any, Final

from smartflo_contract.mock_server.admin.access import TOKEN_HEADER
from smartflo_contract.mock_server.admin.account_selector import ACCOUNT_PARAMETERS
from smartflo_contract.mock_server.admin.components import components, examples
from smartflo_contract.mock_server.admin.events import EVENTS_TYPE, event
from smartflo_contract.mock_server.admin.problems import TITLES
from smartflo_contract.mock_server.admin.route import PREFIX, AdminRoute, Scope
from smartflo_contract.schemas.portable import portable

_INFO: Final = {
    "title": "Admin API of the fake Smartflo",
    "version": "1",
    "description": (
        "Inspect and change a running fake. A request applies to the account that its Authorization header or a "
        "parameter names, and to all accounts if it names none. On loopback, the Host and Origin of a request must be "
        "loopback too; elsewhere, the admin token is required."
    ),
    "contact": {"name": "The smartflo-contract project"},
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}
_SECURITY_SCHEMES: Final = {
    "account": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "A token of the account, raw or after Bearer; it may have expired.",
    },
    "adminToken": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER},
}
_SECURITY: Final[dict[Scope, list[dict[str, list[str]]]]] = {
    "fake": [{}],
    "all": [{}, {"account": []}],
    "one": [{"account": []}],
}
_TAGS: Final = {
    "fake": "The fake itself.",
    "accounts": "Settings and data of one account or of all accounts.",
}
_PATH_PARAMETER: Final = re.compile(r"\{(\w+)\}")


def admin_openapi(routes: Iterable[AdminRoute]) -> dict[str, Any]:
    """Return the OpenAPI document of a table of routes."""
    paths: dict[str, dict[str, Any]] = {}
    statuses: set[int] = set()
    for route in routes:
        statuses |= _problem_statuses(route)
        paths.setdefault(f"{PREFIX}{route.path}", {})[route.method.lower()] = _operation(route)
    problems = {f"Problem{status}": _problem(status, title) for status, title in TITLES.items() if status in statuses}
    document: dict[str, Any] = portable(
        {
            "openapi": "3.1.0",
            "info": _INFO,
            "servers": [{"url": "http://127.0.0.1:8080", "description": "smartflo-contract serve"}],
            "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
            "paths": paths,
            "components": components() | {"securitySchemes": _SECURITY_SCHEMES, "responses": problems},
        }
    )
    return document


def _operation(route: AdminRoute) -> dict[str, Any]:
    path_parameters = _PATH_PARAMETER.findall(route.path)
    account_parameters = () if route.scope == "fake" else ACCOUNT_PARAMETERS
    parameters = [
        {"$ref": f"#/components/parameters/{name}"}
        for name in (*route.parameters, *account_parameters, *path_parameters)
    ]
    security = _SECURITY[route.scope]
    operation: dict[str, Any] = {
        "operationId": operation_id(route),
        "tags": ["fake" if route.scope == "fake" else "accounts"],
        "summary": route.summary,
        "description": f"{route.summary}.",
        "responses": {
            str(route.status): {
                "description": "Success.",
                "content": _content(
                    "application/json", route.response, examples()["responses"].get(operation_id(route))
                ),
            },
            **{
                str(status): {"$ref": f"#/components/responses/Problem{status}"}
                for status in sorted(_problem_statuses(route))
            },
        },
        "security": [*security, *({**scheme, "adminToken": []} for scheme in security)],
    }
    if route.has_events:
        operation["responses"][str(route.status)]["content"][EVENTS_TYPE] = {
            "schema": {"type": "string"},
            "examples": {"oldest": {"value": event("oldest", None, 1).decode()}},
        }
    if parameters:
        operation["parameters"] = parameters
    if route.body:
        operation["requestBody"] = {
            "required": True,
            "content": _content("application/json", route.body, _body_example(route)),
        }
    return operation


def operation_id(route: AdminRoute) -> str:
    """Return method and path in camel case: ``putListsListIdLeads``."""
    words = re.findall(r"[A-Za-z0-9]+", route.path or "index")
    return route.method.lower() + "".join(word[0].upper() + word[1:] for word in words)


def _problem_statuses(route: AdminRoute) -> set[int]:
    """Return the HTTP statuses of all problems that a route can respond with."""
    statuses = {400, 413, 422, *route.problems}
    statuses |= set() if route.is_public else {403}
    statuses |= set() if route.scope == "fake" else {401}
    statuses |= {409} if route.writes else set()
    statuses |= {404} if _PATH_PARAMETER.search(route.path) else set()
    return statuses


def _problem(status: int, title: str) -> dict[str, Any]:
    example = examples()["problems"].get(str(status))
    return {"description": f"{title}.", "content": _content("application/problem+json", "Problem", example)}


def _body_example(route: AdminRoute) -> Any:
    """Return the example of a request body: that of its schema, or the response that has the same schema."""
    for example in components()["schemas"][route.body].get("examples", ()):
        return example
    return examples()["responses"].get(f"get{route.body}")


def _content(mimetype: str, schema: str, example: Any) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    if example is not None:
        content["examples"] = {schema[0].lower() + schema[1:]: {"value": example}}
    return {mimetype: content}
