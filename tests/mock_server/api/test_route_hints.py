"""Requests that match no route: 404 or 405 with a hint at the vendor's route."""

from html import escape

import pytest

from smartflo_contract.mock_server.api.route_hints import DocumentedRoute, documented_routes, is_served

from ..conftest import Reason, Send  # noqa: TID252 - test folders are no packages
from .conftest import VENDORS, Account

GET_LEADS = "GET /v1/broadcast/leads/{id} (answered by this fake)"
LOG_IN = "POST /v1/auth/login (answered by this fake)"


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/v1/broadcast/lead_list", "/v1/broadcast/list"),
        ("/v1/broadcast/leadz/8668", GET_LEADS),
        ("/broadcast/leads/8668", GET_LEADS),
        ("/v1/broadcast/leads/8668/9", GET_LEADS),
        ("/v1/campaign", "GET /v1/dialer/campaign (not simulated by this fake)"),
        ("/favicon.ico", GET_LEADS),
        ("/v1/login", LOG_IN),
        ("/v1/auth/logins", LOG_IN),
        ("/v1/broadcast/leed/77", GET_LEADS),
    ],
)
def test_unknown_route_names_nearest(path: str, nearest: str, api: Account, reason: Reason) -> None:
    """The reason names the nearest route of the vendor, and whether the fake answers it."""
    response = api("GET", path)

    assert (404, "assumed") == (response.status_code, response.headers["X-Smartflo-Fake-Evidence"])
    assert response.get_json() == {"success": False, "message": "Not found."}
    assert reason(response).startswith(f"the vendor documents no GET {path}; ")
    assert nearest in reason(response)


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/v1/broadcast/undefined", "GET /v1/broadcast/{id}"),
        ("HEAD", "/v1/broadcast/undefined", "GET /v1/broadcast/{id}"),
        ("DELETE", "/v1/broadcast/null/", "DELETE /v1/broadcast/{id}"),
        ("GET", "/v1/dialer/campaign/NaN", "GET /v1/dialer/campaign/{id}"),
    ],
)
def test_word_in_place_of_an_id_is_named(method: str, path: str, route: str, api: Account, reason: Reason) -> None:
    """A client without an id requests a documented route: the reason states what is wrong with the path."""
    word = path.rstrip("/").rpartition("/")[2]

    assert reason(api(method, path)).endswith(f"; `{word}` does not look like an id for {route}")


def test_path_that_lacks_an_id_has_no_word_in_its_place(api: Account, reason: Reason) -> None:
    """The last segment of a path that lacks the id is part of the nearest route."""
    nearest = "GET /v1/broadcast/batch_status/{id} (answered by this fake)"

    assert reason(api("GET", "/v1/broadcast/batch_status/")).endswith(nearest)


@pytest.mark.parametrize(
    "route", [route for route in documented_routes() if not is_served(route)], ids=lambda route: route.path
)
def test_documented_route_is_known_but_not_simulated(route: DocumentedRoute, api: Account, reason: Reason) -> None:
    """The reason states that the vendor has the route."""
    response = api(route.method, route.path.replace("{id}", "6054635a16a4a70b3041ea09"))

    assert response.status_code in {404, 405}
    assert reason(response).startswith(
        f"the vendor has {route.method} {route.path}, but this fake does not simulate it"
    )


@pytest.mark.parametrize("path", ["//x", "/favicon.ico", "/%00", "/%FF", "/" + "x/" * 5_000, "/é", "/%3Cb%3E"])
@pytest.mark.parametrize("method", ["GET", "POST", "BREW"])
def test_any_request_gets_json(path: str, method: str, send: Send) -> None:
    """Any method at any path gets JSON with a short reason, never HTML."""
    response = send(path, method)

    assert (404, "application/json") == (response.status_code, response.headers["Content-Type"])
    assert len(response.headers["X-Smartflo-Fake-Reason"]) <= 500


@pytest.mark.parametrize("method", ["PUT", "TRACE", "BREW"])
def test_unknown_method_names_allowed_ones(method: str, send: Send, reason: Reason) -> None:
    """Another method at a known path is 405 and lists the methods that the fake answers."""
    response = send(VENDORS, method)

    assert response.status_code == 405
    assert reason(response) == (
        f"the vendor documents no {method} here; this fake answers DELETE, GET, HEAD, OPTIONS, PATCH, POST"
    )


def test_path_from_public_clients_is_observed() -> None:
    """Clients start a broadcast at a path that the vendor's portal writes with ``/api`` before it."""
    (start,) = (route for route in documented_routes() if route.path == "/v1/broadcast/start/{id}")

    assert "observed" == start.evidence


def test_documented_routes_are_unique_and_have_a_source() -> None:
    """Each of the vendor's routes is listed once, with evidence and source."""
    routes = documented_routes()

    assert len(routes) == len({(route.method, route.path) for route in routes})
    assert {route.evidence for route in routes} <= {"documented", "sample", "observed", "assumed"}
    assert all(route.source and route.path.startswith("/v") for route in routes)


def test_body_contains_no_markup_of_path(api: Account) -> None:
    """Markup in a path is quoted in a header only."""
    markup = "<script>"
    body = api("GET", f"/{markup}").text

    assert markup not in body
    assert escape(markup) not in body


@pytest.mark.parametrize(
    "route",
    [
        "POST /v1/click_to_call",
        "POST /v1/click_to_call_support",
        "GET /v1/call/records",
        "POST /v1/call/hangup",
        "POST /v1/call/options",
        "GET /v1/live_calls",
        "GET /v1/my_number",
        "GET /v1/users",
        "GET /v1/user",
        "GET /v1/agents",
        "GET /v2/agents",
        "GET /v1/contacts",
        "POST /v1/contacts/{id}",
        "POST /v1/dialer/session_call",
        "POST /v1/dialer/disconnect_call",
        "POST /v1/dialer/store-disposition",
        "GET /v1/dialer/disposition_list",
    ],
)
def test_knows_route_that_public_clients_call(route: str) -> None:
    """Clients of dialers call these routes, all of which the vendor has."""
    assert route in {f"{known.method} {known.path}" for known in documented_routes()}


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/call/note/1627373566.350603", "/v1/call/note/{id}"),
        ("/v1/call/notes/+915550000042", "/v1/call/notes/{id}"),
        ("/v1/dialer/schedule-call/123e4567-e89b-12d3-a456-426614174000", "/v1/dialer/schedule-call/{id}"),
        ("/v1/auto_attendant/:id", "/v1/auto_attendant/{id}"),
        ("/v1/auto_attendant/<id>", "/v1/auto_attendant/{id}"),
    ],
)
def test_knows_route_by_any_form_of_id(path: str, route: str, send: Send, reason: Reason) -> None:
    """Ids of calls, phone numbers, UUIDs and placeholders all stand for the id of a route."""
    method = "POST" if route == "/v1/call/note/{id}" else "GET"

    assert reason(send(path, method)).startswith(f"the vendor has {method} {route}, but this fake does not simulate it")
