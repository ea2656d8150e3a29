"""The OpenAPI document of the admin API, from the table of routes and the shapes in ``components.json``."""

from functools import cache
from typing import Any, Final

from smartflo_contract.mock_server.admin.access import TOKEN
from smartflo_contract.mock_server.admin.account_selector import NAMES
from smartflo_contract.mock_server.admin.components import components
from smartflo_contract.mock_server.admin.problems import TITLES
from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES, PREFIX, AdminRoute
from smartflo_contract.mock_server.api.routes import PLACE

_INFO: Final = {
    "title": "Admin API of the fake Smartflo",
    "version": "1",
    "description": (
        "What may be asked of the fake itself. A request speaks of the account that its Authorization header or a "
        "parameter names, and of all accounts where it names none. On loopback the Host and Origin of a "
        "request must be names of this machine; elsewhere the admin token is needed."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}
_SCHEMES: Final = {
    "account": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "A token of the account that is meant, raw or after Bearer; it may have expired.",
    },
    "adminToken": {"type": "apiKey", "in": "header", "name": TOKEN},
}
_NEEDS: Final[dict[str, list[dict[str, list[str]]]]] = {
    "nobody": [{}],
    "all": [{}, {"account": []}],
    "one": [{"account": []}],
}


@cache
def admin_openapi() -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ADMIN_ROUTES:
        paths.setdefault(f"{PREFIX}{route.path}", {})[route.method.lower()] = _operation(route)
    problems = {f"Problem{status}": _problem(title) for status, title in TITLES.items()}
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "servers": [{"url": "http://127.0.0.1:8080", "description": "smartflo-contract serve"}],
        "paths": paths,
        "components": components() | {"securitySchemes": _SCHEMES, "responses": problems},
    }


def _operation(route: AdminRoute) -> dict[str, Any]:
    problems = {400, 413, 422, *route.problems}
    problems |= set() if route.open else {403}
    problems |= set() if route.about == "nobody" else {401}
    problems |= {409} if route.changes else set()
    places = PLACE.findall(route.path)
    problems |= {404} if places else set()
    account = () if route.about == "nobody" else NAMES
    names = (*route.parameters, *account, *(place.strip("{}") for place in places))
    parameters = [{"$ref": f"#/components/parameters/{name}"} for name in names]
    needs = _NEEDS[route.about]
    operation: dict[str, Any] = {
        "summary": route.summary,
        "responses": {
            str(route.status): {"description": "As asked.", "content": _content("application/json", route.answer)},
            **{str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(problems)},
        },
        "security": [*needs, *({**one, "adminToken": []} for one in needs)],
    }
    if parameters:
        operation["parameters"] = parameters
    if route.body:
        operation["requestBody"] = {"required": True, "content": _content("application/json", route.body)}
    return operation


def _problem(title: str) -> dict[str, Any]:
    return {"description": f"{title}.", "content": _content("application/problem+json", "Problem")}


def _content(mimetype: str, schema: str) -> dict[str, Any]:
    return {mimetype: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
