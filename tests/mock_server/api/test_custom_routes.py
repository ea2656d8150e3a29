"""Routes that a user adds: in the configuration, and by the admin API."""

from pathlib import Path
from typing import Any

import pytest

from smartflo_contract.mock_server import Config, ConfigError, CustomRoute, Fault, create_app

from .conftest import VENDORS, Account, account_of

PATH = "/v1/dialer/session_call"
CALL: dict[str, Any] = {"method": "POST", "path": PATH, "json": {"success": True}}
NOTE: dict[str, Any] = {"method": "GET", "path": "/v1/call/notes/{client_number}", "status": 201, "json": [1]}


def put(api: Account, *routes: dict[str, Any]) -> None:
    """Replace the added routes of an account."""
    response = api("PUT", "/__admin/routes", {"routes": list(routes)})
    assert 200 == response.status_code, response.text


def test_configured_route_responds() -> None:
    """Status, headers and body are those of the table; the evidence is assumed."""
    api = account_of(routes=[CALL | {"status": 202, "headers": {"X-Request-Id": "7"}}])
    response = api("POST", PATH, {"agent_number": "1"})

    assert (202, {"success": True}) == (response.status_code, response.get_json())
    assert ("7", "assumed") == (response.headers["X-Request-Id"], response.headers["X-Smartflo-Fake-Evidence"])


def test_routes_are_read_from_a_file(tmp_path: Path) -> None:
    """A file has a table for each route."""
    file = tmp_path / "fake.toml"
    file.write_text(f'[[routes]]\nmethod = "post"\npath = "{PATH}/"\njson = {{ success = true }}\n')
    api = Account(create_app(Config.from_file(file)).test_client())

    assert {"success": True} == api("POST", PATH, {}).get_json()


@pytest.mark.parametrize("path", ["/v1/call/notes/5550000042", "/v1/call/notes/a.b/"])
def test_parameter_matches_any_segment(path: str, api: Account) -> None:
    """A path parameter stands for one segment; HEAD is answered as GET."""
    put(api, NOTE)

    assert (201, [1]) == (api("GET", path).status_code, api("GET", path).get_json())
    assert (201, b"") == (api("HEAD", path).status_code, api("HEAD", path).data)
    assert 404 == api("GET", f"{path}/x/y").status_code
    assert 404 == api("GET", "/v1/call/notes/").status_code


@pytest.mark.parametrize("json", [{}, {"json": {}}, {"json": None}])
@pytest.mark.parametrize("status", [204, 304])
def test_status_without_body(status: int, json: dict[str, Any], api: Account) -> None:
    """A route may have a status that no body goes with, if it states none."""
    put(api, {"method": "POST", "path": PATH, "status": status} | json)
    response = api("POST", PATH, {})

    assert (status, b"") == (response.status_code, response.data)


def test_path_without_parameters_is_preferred(api: Account) -> None:
    """The most specific route responds, whatever their order is."""
    put(api, NOTE, NOTE | {"path": "/v1/call/notes/mine", "json": "mine"})

    assert "mine" == api("GET", "/v1/call/notes/mine").get_json()


def test_another_method_is_not_found(api: Account) -> None:
    """A route answers its method only."""
    put(api, CALL)

    assert 404 == api("GET", PATH).status_code


def test_another_method_of_a_simulated_path_can_be_added(api: Account) -> None:
    """The fake lacks the method, not the path."""
    put(api, {"method": "PUT", "path": "/v1/broadcast/leads/{id}"})

    assert (200, {}) == (api("PUT", VENDORS).status_code, api("PUT", VENDORS).get_json())
    assert 25 == len(api.leads())


@pytest.mark.parametrize(
    ("path", "simulated"),
    [
        (VENDORS, "/v1/broadcast/leads/{id}"),
        ("/v1/broadcast/5", "/v1/broadcast/{id}"),
        ("/v1/broadcast/b5/", "/v1/broadcast/{id}"),
        ("/v1/broadcast/{name}", "/v1/broadcast/{id}"),
        ("/v1/user/me", "/v1/user/{id}"),
    ],
)
def test_route_below_a_simulated_one_is_rejected(path: str, simulated: str, api: Account) -> None:
    """It would never respond: the fake answers the path as one with that id."""
    response = api("POST", "/__admin/routes", {"method": "GET", "path": path})

    assert 422 == response.status_code
    assert f"routes[0]: this fake simulates GET {simulated} already" in response.get_json()["detail"]


@pytest.mark.parametrize("path", ["/v1/broadcast/campaign", "/v1/{part}/{id}", "/v1/broadcast/leads"])
def test_route_beside_a_simulated_one_responds(path: str, api: Account) -> None:
    """A word where an id has a digit, a template that matches more, and a shorter path are routes of their own."""
    put(api, {"method": "GET", "path": path, "json": "mine"})

    assert "mine" == api("GET", path.format(part="dialer", id="7")).get_json()


def test_accounts_have_routes_of_their_own(api: Account) -> None:
    """Another account does not see the route of this one; all accounts see a common one."""
    put(api, CALL)
    other = Account(api.client)

    assert [200, 404] == [each("POST", PATH, {}).status_code for each in (api, other)]
    api.client.put("/__admin/routes", json={"routes": [NOTE]})
    try:
        assert [404, 201] == [each("GET", "/v1/call/notes/1").status_code for each in (api, other)]
    finally:
        api.client.delete("/__admin/routes")


def test_added_route_replaces_its_predecessor(api: Account) -> None:
    """POST adds one route and keeps the others; DELETE restores the default."""
    put(api, CALL, NOTE)
    changed = api("POST", "/__admin/routes", CALL | {"json": 2})
    bodies = [api("POST", PATH, {}).get_json(), api("GET", "/v1/call/notes/1").get_json()]

    assert (201, [2, [1]]) == (changed.status_code, bodies)
    assert {"routes": []} == api("DELETE", "/__admin/routes").get_json()
    assert 404 == api("POST", PATH, {}).status_code


def test_authorization_is_required_unless_off(api: Account) -> None:
    """Without a token, a route responds 401 unless its table says otherwise."""
    routes = [CustomRoute("POST", PATH), CustomRoute("POST", "/v1/open", auth="off")]
    client = create_app(Config(routes=routes)).test_client()

    assert [401, 200] == [client.post(path).status_code for path in (PATH, "/v1/open")]
    assert 200 == client.post("/v1/open", headers=api.headers).status_code


def test_request_is_in_the_journal_with_its_body(api: Account) -> None:
    """A request to an added route is matched, and found by its route and body."""
    put(api, NOTE | {"method": "POST"})
    api("POST", "/v1/call/notes/1", {"message": "late"})
    wanted = {"route": "POST /v1/call/notes/{id}", "json": {"message": "late"}}
    found = api("POST", "/__admin/requests/find", wanted).get_json()["requests"]

    assert [[1]] == [request["response"]["body"] for request in found]
    assert [] == api("GET", "/__admin/requests/unmatched").get_json()["requests"]


@pytest.mark.parametrize("route", ["any", f"POST {PATH}"])
def test_route_meets_faults(route: str, api: Account) -> None:
    """Faults apply to an added route by its name, or to any route."""
    put(api, CALL)
    api("PUT", "/__admin/faults", {"rules": [{"steps": ["503", "ok"], "route": route}]})

    assert [503, 200] == [api("POST", PATH, {}).status_code for _ in range(2)]


def test_faults_of_the_configuration_know_its_routes() -> None:
    """A rule may name a configured route."""
    api = account_of(routes=[CALL], faults=[Fault(["429"], route=f"POST {PATH}")])

    assert 429 == api("POST", PATH, {}).status_code


def test_snapshot_contains_routes(api: Account) -> None:
    """A restored account has its routes and their faults."""
    put(api, CALL)
    api("PUT", "/__admin/faults", {"rules": [{"steps": ["503"], "route": f"POST {PATH}"}]})
    state = api("GET", "/__admin/snapshot").data
    api("POST", "/__admin/reset")
    restored = api("POST", "/__admin/restore", state)

    assert 200 == restored.status_code, restored.text
    assert [503, 200] == [api("POST", PATH, {}).status_code for _ in range(2)]


INVALID: list[tuple[dict[str, Any], str]] = [
    ({"path": PATH}, "method: missing"),
    ({"method": "POST"}, "path: missing"),
    (CALL | {"method": "BREW"}, "method: expected"),
    (CALL | {"method": 1}, "method: expected"),
    (CALL | {"path": "v1/x"}, "path: expected a path such as"),
    (CALL | {"path": "/v1/x?y=1"}, "path: expected"),
    (CALL | {"path": "/v1/<id>"}, "path: expected"),
    (CALL | {"path": "/__admin/x"}, "path: expected"),
    (CALL | {"path": None}, "path: expected"),
    (CALL | {"status": 99}, "status: expected an integer from 200 to 599"),
    (CALL | {"headers": {"X": "a\nb"}}, "headers: expected"),
    (CALL | {"headers": {"Content-Length": "1"}}, "headers: expected"),
    (CALL | {"headers": ["X"]}, "headers: expected"),
    (CALL | {"json": {1, 2}}, "json: expected"),
    (CALL | {"json": [2**70]}, "json[0]: the digits of an integer of more than 64 bits would change"),
    (CALL | {"status": 204}, "json: a response with status 204 has no body; remove json, or use status 200"),
    (CALL | {"status": 304, "json": "x"}, "json: a response with status 304 has no body"),
    (CALL | {"auth": "maybe"}, "auth: expected"),
    (CALL | {"reply": 1}, "reply: unknown setting"),
    ({"method": "GET", "path": "/v1/broadcast/leads/{list_id}"}, "simulates GET /v1/broadcast/leads/{id} already"),
]


@pytest.mark.parametrize(("table", "message"), INVALID)
def test_rejects_route_that_cannot_work(table: dict[str, Any], message: str) -> None:
    """The message names the route and its setting."""
    routes: Any = [table]
    with pytest.raises(ConfigError, match=r"^routes\[0\]") as error:
        Config(routes=routes)

    assert message in str(error.value)


def test_rejects_route_that_is_defined_twice() -> None:
    """Two routes with the same method and path cannot both respond."""
    with pytest.raises(ConfigError, match=f"POST {PATH} is defined twice"):
        Config(routes=[CustomRoute("POST", PATH), CustomRoute("post", f"{PATH}/")])


@pytest.mark.parametrize("routes", ["x", [1], {"method": "POST"}])
def test_rejects_routes_that_are_no_list_of_tables(routes: Any) -> None:
    """The message states how to write the tables."""
    with pytest.raises(ConfigError, match="routes"):
        Config(routes=routes)


@pytest.mark.parametrize(
    "body", [CALL | {"path": "x"}, CALL | {"status": 999}, CALL | {"extra": 1}, {"method": "POST"}]
)
def test_admin_api_rejects_invalid_route(body: dict[str, Any], api: Account) -> None:
    """The problem document names what is wrong, and nothing changes."""
    response = api("POST", "/__admin/routes", body)

    assert 422 == response.status_code
    assert {"routes": []} == api("GET", "/__admin/routes").get_json()
