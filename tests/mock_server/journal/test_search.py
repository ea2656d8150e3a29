"""Find and count recorded requests through the admin API."""

from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from smartflo_contract.mock_server import Config, create_app

from .conftest import ADD, GET_LEADS, LEAD, LEADS, ME, OTHER, entries, search


@pytest.mark.parametrize(
    ("criteria", "ids"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"method": "POST"}, [3, 4]),
        ({"path": LEADS}, [1, 2]),
        ({"path": f"{LEADS}/"}, [1, 2]),
        ({"route": GET_LEADS}, [1, 2, 5]),
        ({"route": GET_LEADS, "status": 404}, [5]),
        ({"route": None}, [6]),
        ({"query": {"number": "5550000042"}}, [2]),
        ({"query": {}}, [1, 2, 3, 4, 5, 6]),
        ({"json": {"field_1": "Asha"}}, [3]),
        ({"json": {"field_1": "asha"}}, []),
        ({"json": {}}, [3, 4]),
        ({"status": 503}, []),
        ({"fault": None}, [1, 2, 3, 4, 5, 6]),
        ({"fault": "cut"}, []),
        ({"after": 4}, [5, 6]),
        ({"limit": 2}, [1, 2]),
        ({"limit": 0}, []),
    ],
)
def test_finds_matching_requests(client: FlaskClient, criteria: dict[str, Any], ids: list[int]) -> None:
    """A request matches if it meets all criteria; the total includes matches beyond the limit."""
    client.get(LEADS, headers=ME)
    client.get(f"{LEADS}?number=5550000042", headers=ME)
    client.post(ADD, json=LEAD, headers=ME)
    client.post(ADD, json={"field_0": "5550000043"}, headers=ME)
    client.get("/v1/broadcast/leads/123456", headers=ME)
    client.get("/v1/broadcast/leeds", headers=ME)
    page = search(client, "find", **criteria)

    assert ids == [entry["id"] for entry in page["requests"]]
    assert page["total"] == (6 if "limit" in criteria else len(ids))
    if not {"after", "limit"} & criteria.keys():
        assert len(ids) == search(client, "count", **criteria)["total"]


def test_returns_pages(client: FlaskClient) -> None:
    """``limit`` and ``after`` select a page."""
    for _ in range(5):
        client.get(LEADS, headers=ME)
    first = client.get("/__admin/requests?limit=2", headers=ME).get_json()
    rest = client.get(f"/__admin/requests?after={first['requests'][-1]['id']}", headers=ME).get_json()

    assert ([1, 2], 5) == ([entry["id"] for entry in first["requests"]], first["total"])
    assert ([3, 4, 5], 3) == ([entry["id"] for entry in rest["requests"]], rest["total"])


@pytest.mark.parametrize("query", ["limit=-1", "limit=x", "limit=1001", "after=1.5", "limit=", "limit=%D9%A1"])
def test_rejects_invalid_pages(client: FlaskClient, query: str) -> None:
    """A limit or id that is not a whole number within its range is a problem."""
    response = client.get(f"/__admin/requests?{query}", headers=ME)

    assert 422 == response.status_code
    assert "expected an integer from 0 to" in response.get_json()["detail"]


@pytest.mark.parametrize(
    ("action", "criteria", "detail"),
    [
        ("find", {"methd": "GET"}, "Did you mean `method`?"),
        ("find", {"status": "404"}, "expected: HTTP status of the response"),
        ("count", {"route": "GET /v1/broadcast/leads/<id>"}, "Did you mean `GET /v1/broadcast/leads/{id}`?"),
        ("count", {"route": "GET /v1/broadcast/lead/{id}"}, "this fake has no route `GET /v1/broadcast/lead/{id}`"),
        ("count", {"fault": "ct"}, "Did you mean `cut`?"),
        ("find", {"path": "v1/broadcast/leads/8668"}, "expected: the whole path, starting with / and without a query"),
        ("find", {"path": "/v1/broadcast/leads/8668?number=1"}, "without a query"),
        ("find", {"query": {"a": 1}}, "query/a: 1 is not of type"),
        ("count", {"limit": 1}, "choose from method, path"),
        ("count", {"route": "GET /v1/broadcast/leads"}, "Did you mean `GET /v1/broadcast/leads/{id}`?"),
        ("count", {"method": "DELET"}, "Did you mean `DELETE`?"),
        ("find", {"path": f"/v1/{'x' * 2_000}"}, "path: the journal masks or shortens this value"),
        ("find", {"query": {"a": "x" * 300}}, "query/a: the journal masks or shortens this value"),
        ("find", {"query": {"a": []}}, "query/a: "),
        ("find", {"json": {"field_1": f"Bearer {'x' * 30}"}}, "json: the journal masks or shortens this value"),
        ("find", {"path": "/v1/auth/login", "json": {"remember": True}}, "json: the journal masks"),
        ("wait", {"count": 0}, "expected: number of requests that must match"),
        ("wait", {"timeout": 61}, "expected: maximum time to wait, in seconds"),
    ],
)
def test_rejects_invalid_searches(client: FlaskClient, action: str, criteria: dict[str, Any], detail: str) -> None:
    """An invalid search is a problem that states the reason."""
    response = client.post(f"/__admin/requests/{action}", json=criteria, headers=ME)

    assert 422 == response.status_code
    assert detail in response.get_json()["detail"]


LIST = "/v1/broadcast/list/{id}"


@pytest.mark.parametrize("action", ["find", "count", "wait"])
@pytest.mark.parametrize(
    ("method", "path", "detail"),
    [
        ("DELETE", "/v1/broadcast/list/*", f"the nearest route is DELETE {LIST}, where {{id}} matches any id"),
        ("DELETE", "/v1/broadcast/list/**", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/v1/broadcast/list/<id>", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/v1/broadcast/list/<int:list_id>", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/v1/broadcast/list/{list_id}", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/v1/broadcast/list/:id", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/v1/broadcast/list/.*", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/v1/broadcast/list/.+", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/v1/broadcast/list/[0-9]+", f"the nearest route is DELETE {LIST}"),
        ("DELETE", r"/v1/broadcast/list/\d+", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/v1/broadcast/list/%s", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/v1/broadcast/list/$id", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/v1/broadcast/list/listId", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/v1/broadcast/list/_", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/v1/brodcast/list/8668", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "/broadcast/list/8668", f"the nearest route is DELETE {LIST}"),
        ("DELETE", "//v1/broadcast/list/8668", f"the nearest route is DELETE {LIST}"),
        ("PATCH", "/v1/broadcast/list/8668", "no route has PATCH at /v1/broadcast/list/8668; its methods are DELETE, "),
        (None, "/v1/broadcast/leads/*", "the nearest route is GET /v1/broadcast/leads/{id}"),
    ],
)
def test_rejects_paths_that_no_route_has(
    client: FlaskClient, action: str, method: str | None, path: str, detail: str
) -> None:
    """A search that no request to any route could match is a problem that names the nearest route."""
    search_json = {"path": path} | ({"method": method} if method else {})
    response = client.post(f"/__admin/requests/{action}", json=search_json, headers=ME)

    assert 422 == response.status_code
    assert detail in response.get_json()["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/v1/broadcast/list/8668/"),
        ("DELETE", "/v1/broadcast/list/undefined"),
        ("HEAD", "/v1/broadcast/leads/8668"),
        ("OPTIONS", "/v1/broadcast/leads/8668"),
        ("PUT", "/v1/broadcast/lead/%2B915550000042"),
        ("GET", "/v1/broadcast/start/8668"),
    ],
)
def test_accepts_paths_that_a_route_has(client: FlaskClient, method: str, path: str) -> None:
    """A request can have any id, and a route of the vendor that this fake does not simulate; it is found."""
    assert 0 == search(client, "count", method=method, path=path)["total"]
    client.open(path, method=method, headers=ME)
    assert 1 == search(client, "count", method=method, path=path)["total"]


def test_finds_requests_that_match_no_route_by_path_and_route(client: FlaskClient) -> None:
    """A path without a route is found once it is requested; so is a route that this fake does not simulate."""
    client.get("/v1/broadcast/leeds/8668", headers=ME)
    client.get("/v1/contacts", headers=ME)

    assert 1 == search(client, "count", path="/v1/broadcast/leeds/8668")["total"]
    assert [2] == [entry["id"] for entry in search(client, "find", route="GET /v1/contacts")["requests"]]


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({"number": "1"}, 1),
        ({"number": "2"}, 1),
        ({"number": ["2", "1"]}, 1),
        ({"number": ["1", "1"]}, 0),
        ({"number": ["1", "2", "3"]}, 0),
        ({"limit": ["5"]}, 1),
    ],
)
def test_all_values_of_a_repeated_parameter_count(client: FlaskClient, query: dict[str, Any], total: int) -> None:
    """A search matches any value of a repeated parameter, or several of them."""
    client.get(f"{LEADS}?number=1&number=2&limit=5", headers=ME)

    assert total == search(client, "count", query=query)["total"]


def test_returns_unmatched_requests_with_nearest_route(client: FlaskClient) -> None:
    """Requests that matched no route come with the reason and the nearest route of the vendor."""
    client.get("/v1/broadcast/leeds/8668", headers=ME)
    client.patch("/v1/broadcast/lists", headers=ME)
    client.get("/v1/contacts", headers=ME)
    client.get(LEADS, headers=ME)
    client.get("/v1/broadcast/leads/", headers=ME)
    page = client.get("/__admin/requests/unmatched", headers=ME).get_json()
    first, second, third, last = page["requests"]

    assert ({"route": GET_LEADS, "answered": True}, 404) == (first["nearest_route"], first["response"]["status"])
    assert "the nearest documented route is GET /v1/broadcast/leads/{id}" in first["response"]["reason"]
    assert (405, "/v1/broadcast/lists") == (second["response"]["status"], second["path"])
    assert {"route": "GET /v1/contacts", "answered": False} == third["nearest_route"]
    assert {"route": GET_LEADS, "answered": True} == last["nearest_route"]


def test_returns_newest_requests_first(client: FlaskClient) -> None:
    """With ``order=newest``, a limit selects the last requests."""
    for _ in range(5):
        client.get(LEADS, headers=ME)
    page = client.get("/__admin/requests?limit=2&order=newest", headers=ME).get_json()

    assert ([5, 4], 5) == ([entry["id"] for entry in page["requests"]], page["total"])
    assert [5] == [entry["id"] for entry in search(client, "find", limit=1, order="newest")["requests"]]
    assert 422 == client.get("/__admin/requests?order=latest", headers=ME).status_code


@pytest.mark.parametrize("action", ["find", "count", "wait"])
def test_hints_at_similar_requests(client: FlaskClient, action: str) -> None:
    """A search without matches names the most similar request, and counts the matches of other accounts."""
    client.post(ADD, json={"field_0": "5550000042", "field_1": "Asa"}, headers=ME)
    client.get(LEADS, headers=ME)
    client.post(ADD, json=LEAD, headers=OTHER)
    extra: dict[str, Any] = {"timeout": 0} if action == "wait" else {}
    similar = search(client, action, path=ADD, json={"field_1": "Asha"}, **extra)

    assert {"id": 1, "method": "POST", "path": ADD, "differs": ["json"]} == similar["nearest"]
    assert (0, 1) == (similar["total"], similar["other_accounts"])
    matched = search(client, action, path=ADD, **extra)
    assert (None, 0) == (matched["nearest"], matched["other_accounts"])
    unknown = search(client, action, {"Authorization": "new"}, path=ADD, **extra)
    assert (None, 2) == (unknown["nearest"], unknown["other_accounts"])


def test_method_matches_in_any_case(client: FlaskClient) -> None:
    """The method of a search may be in lower case."""
    client.get(LEADS, headers=ME)

    assert 1 == search(client, "count", method="get")["total"]


def test_returns_requests_of_the_account(client: FlaskClient) -> None:
    """An account gets its own requests; without an account, all requests are returned, also unauthorized ones."""
    client.get(LEADS, headers=ME)
    client.get(LEADS, headers={"Authorization": "me"})
    client.get(LEADS, headers=OTHER)
    client.get(LEADS)

    assert ([1, 2], [3]) == tuple([entry["id"] for entry in entries(client, headers)] for headers in (ME, OTHER))
    assert [200, 200, 200, 401] == [entry["response"]["status"] for entry in entries(client)]
    assert [False, False, False, True] == [entry["account"] is None for entry in entries(client)]


def test_counts_bodies_that_are_too_large(client: FlaskClient) -> None:
    """A search for JSON counts requests whose body was too large to record."""
    client.post(ADD, json=LEAD | {"remark": "x" * 70_000}, headers=ME)
    client.post(ADD, json=LEAD, headers=ME)
    page = search(client, "find", json={"field_1": "Asha"})

    assert ([2], 1) == ([entry["id"] for entry in page["requests"]], page["bodies_not_kept"])
    assert 0 == search(client, "find")["bodies_not_kept"]


def test_fake_without_journal_reports_a_problem() -> None:
    """Without a journal, its routes are problems that state the reason, and everything else works."""
    for settings in ({"journal_requests": 0}, {"workers": 2, "read_only": True}):
        client = create_app(Config(**settings)).test_client()  # type: ignore[arg-type]

        assert 200 == client.get(LEADS, headers=ME).status_code
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/wait"), ("POST", "/count"), ("GET", "/unmatched")):
            response = client.open(f"/__admin/requests{path}", method=method, json={}, headers=ME)
            assert 409 == response.status_code
            assert "journal_requests is 0, or it has several workers and no store" in response.get_json()["detail"]


def test_counts_bodies_with_large_integers(client: FlaskClient) -> None:
    """A body with an integer of more than 64 bits is not recorded with other digits; digits in a form are text."""
    client.post(ADD, data='{"field_1": "Asha", "remark": 100000000000000000001}', headers=ME)
    client.post(ADD, data={"field_1": "Asha", "remark": "100000000000000000001"}, headers=ME)
    page = search(client, "find", json={"field_1": "Asha"})

    assert ([2], 1) == ([entry["id"] for entry in page["requests"]], page["bodies_not_kept"])


def test_keeps_all_query_parameters(client: FlaskClient) -> None:
    """Every value of a long query can be found, also one after the fiftieth."""
    parameters = [("id", str(number)) for number in range(3_000)]
    client.get(f"{LEADS}?{urlencode(parameters)}&number=5550000042", headers=ME)

    for query in ({"id": "2999"}, {"id": ["0", "51", "2999"]}, {"number": "5550000042"}):
        assert 1 == search(client, "count", query=query)["total"]
    assert 0 == search(client, "count", query={"id": "3000"})["total"]
    assert [number for _, number in parameters] == entries(client, ME)[0]["query"]["id"]
