"""The journal: which requests came is found, counted and waited for, explained, bounded, and holds no secrets."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from smartflo_contract.mock_server import Config, FakeSmartflo, Fault, create_app
from smartflo_contract.mock_server.journal.journal import MAX_WAITS
from smartflo_contract.mock_server.journal.matching import contains

ME = {"Authorization": "Bearer me"}
OTHER = {"Authorization": "other"}
VENDORS = "/v1/broadcast/leads/8668"
ADD = "/v1/broadcast/lead/8669"
LEAD = {"field_0": "5550000042", "field_1": "Asha"}
GET_LEADS = "GET /v1/broadcast/leads/{id}"
SECRETS = ("s3same", "hunter2", "swordfish")


@pytest.fixture(name="client")
def _client() -> FlaskClient:
    return create_app(Config()).test_client()


@pytest.fixture(name="fake", scope="module")
def _fake() -> Iterator[FakeSmartflo]:
    with FakeSmartflo() as fake:
        yield fake


def journal(client: FlaskClient, who: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Return all requests of an account, or of all accounts."""
    return list(client.get("/__admin/requests?limit=1000", headers=who).get_json()["requests"])


def asked(client: FlaskClient, what: str, who: dict[str, str] | None = None, **wanted: object) -> dict[str, Any]:
    """Ask the journal something."""
    answer = client.post(f"/__admin/requests/{what}", json=wanted, headers=ME if who is None else who)
    assert answer.status_code == 200, answer.get_json()
    return dict(answer.get_json())


def test_what_is_kept(client: FlaskClient) -> None:
    """A request is told with its route, query, headers and body, and what became of it."""
    client.post(f"{ADD}/?source=crm", json=LEAD, headers=ME | {"User-Agent": "crm/1.0", "X-Api": "s3same"})
    (entry,) = journal(client)
    response = entry.pop("response")

    assert {"source": "crm"} == entry["query"]
    assert ("POST", f"{ADD}/", "POST /v1/broadcast/lead/{id}") == (entry["method"], entry["path"], entry["route"])
    assert (LEAD, len(json.dumps(LEAD))) == (entry["body"], entry["body_bytes"])
    assert {
        "Host": "localhost",
        "User-Agent": "crm/1.0",
        "Content-Type": "application/json",
        "Content-Length": str(entry["body_bytes"]),
        "Authorization": "Bearer [masked]",
    } == entry["headers"]
    assert (200, "assumed", None) == (response["status"], response["evidence"], response["fault"])
    assert {"success": True, "message": "Lead added successfully."} == response["body"]
    assert response["bytes"] == len(json.dumps(response["body"], separators=(",", ":")))


def test_leads_are_told_by_their_tag(client: FlaskClient) -> None:
    """Of an answer with leads its size and its entity tag are kept, with which it can be read again."""
    answer = client.get(VENDORS, headers=ME)
    (entry,) = journal(client)

    assert (None, len(answer.get_data()), answer.headers["ETag"]) == (
        entry["response"]["body"],
        entry["response"]["bytes"],
        entry["response"]["etag"],
    )
    assert 304 == client.get(VENDORS, headers=ME | {"If-None-Match": entry["response"]["etag"]}).status_code


def test_each_account_has_its_own(client: FlaskClient) -> None:
    """An account is told its own requests; without one, those of all are, also of nobody."""
    client.get(VENDORS, headers=ME)
    client.get(VENDORS, headers={"Authorization": "me"})
    client.get(VENDORS, headers=OTHER)
    client.get(VENDORS)

    assert ([1, 2], [3]) == tuple([entry["id"] for entry in journal(client, who)] for who in (ME, OTHER))
    assert [200, 200, 200, 401] == [entry["response"]["status"] for entry in journal(client)]
    assert [False, False, False, True] == [entry["account"] is None for entry in journal(client)]


def test_a_login_is_its_accounts(client: FlaskClient) -> None:
    """A login counts for the account of its login id, whatever token comes with it."""
    body = client.post("/v1/auth/login", json={"email": "crm", "password": "hunter2"}, headers=OTHER).get_json()
    (entry,) = journal(client, {"Authorization": f"Bearer {body['access_token']}"})

    assert {"email": "crm", "password": "[masked]"} == entry["body"]
    assert [] == journal(client, OTHER)


def test_the_admin_api_is_not_kept(client: FlaskClient) -> None:
    """Asking the fake about itself leaves no trace."""
    for path in ("clock", "quirks", "requests", "nothing"):
        client.get(f"/__admin/{path}", headers=ME)

    assert [] == journal(client)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"method": "POST"}, [3, 4]),
        ({"path": VENDORS}, [1, 2]),
        ({"path": f"{VENDORS}/"}, [1, 2]),
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
def test_find(client: FlaskClient, wanted: dict[str, Any], found: list[int]) -> None:
    """Requests are found by what they have, all of it; the total counts those beyond the limit."""
    client.get(VENDORS, headers=ME)
    client.get(f"{VENDORS}?number=5550000042", headers=ME)
    client.post(ADD, json=LEAD, headers=ME)
    client.post(ADD, json={"field_0": "5550000043"}, headers=ME)
    client.get("/v1/broadcast/leads/123456", headers=ME)
    client.get("/v1/broadcast/leeds", headers=ME)
    page = asked(client, "find", **wanted)

    assert found == [entry["id"] for entry in page["requests"]]
    assert page["total"] == (6 if "limit" in wanted else len(found))
    if not {"after", "limit"} & wanted.keys():
        assert len(found) == asked(client, "count", **wanted)["total"]


def test_pages(client: FlaskClient) -> None:
    """Requests are told page by page."""
    for _ in range(5):
        client.get(VENDORS, headers=ME)
    first = client.get("/__admin/requests?limit=2", headers=ME).get_json()
    rest = client.get(f"/__admin/requests?after={first['requests'][-1]['id']}", headers=ME).get_json()

    assert ([1, 2], 5) == ([entry["id"] for entry in first["requests"]], first["total"])
    assert ([3, 4, 5], 3) == ([entry["id"] for entry in rest["requests"]], rest["total"])


@pytest.mark.parametrize("query", ["limit=-1", "limit=x", "limit=1001", "after=1.5", "limit=", "limit=%D9%A1"])
def test_pages_that_cannot_be(client: FlaskClient, query: str) -> None:
    """A limit that is none is a problem."""
    answer = client.get(f"/__admin/requests?{query}", headers=ME)

    assert 422 == answer.status_code
    assert "expected a whole number from 0 to" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("what", "wanted", "told"),
    [
        ("find", {"methd": "GET"}, "Did you mean `method`?"),
        ("find", {"status": "404"}, "expected: of the answer"),
        ("count", {"route": "GET /v1/broadcast/leads/<id>"}, "Did you mean `GET /v1/broadcast/leads/{id}`?"),
        ("count", {"route": "GET /v1/broadcast/lead/{id}"}, "this fake has no route `GET /v1/broadcast/lead/{id}`"),
        ("count", {"fault": "ct"}, "Did you mean `cut`?"),
        ("find", {"path": "v1/broadcast/leads/8668"}, "expected: the whole path, from / on and without a query"),
        ("find", {"path": "/v1/broadcast/leads/8668?number=1"}, "without a query"),
        ("find", {"query": {"a": 1}}, "query/a: 1 is not of type"),
        ("count", {"limit": 1}, "choose from method, path"),
        ("wait", {"count": 0}, "expected: how many there must be"),
        ("wait", {"timeout": 61}, "expected: seconds to wait at most"),
    ],
)
def test_searches_that_cannot_be(client: FlaskClient, what: str, wanted: dict[str, Any], told: str) -> None:
    """A search that cannot be is a problem that says why."""
    answer = client.post(f"/__admin/requests/{what}", json=wanted, headers=ME)

    assert 422 == answer.status_code
    assert told in answer.get_json()["detail"]


def test_what_no_route_took(client: FlaskClient) -> None:
    """Requests that no route took are told with the reason, and the vendor's route that is nearest."""
    client.get("/v1/broadcast/leeds/8668", headers=ME)
    client.patch("/v1/broadcast/lists", headers=ME)
    client.get("/v1/broadcast/start/8668", headers=ME)
    client.get(VENDORS, headers=ME)
    client.get("/v1/broadcast/leads/", headers=ME)
    page = client.get("/__admin/requests/unmatched", headers=ME).get_json()
    first, second, third, last = page["requests"]

    assert ({"route": GET_LEADS, "answered": True}, 404) == (first["nearest_route"], first["response"]["status"])
    assert "the nearest documented route is GET /v1/broadcast/leads/{id}" in first["response"]["reason"]
    assert (405, "/v1/broadcast/lists") == (second["response"]["status"], second["path"])
    assert {"route": "GET /v1/broadcast/start/{id}", "answered": False} == third["nearest_route"]
    assert {"route": GET_LEADS, "answered": True} == last["nearest_route"]


def test_an_answer_says_which_request_it_is_to(client: FlaskClient) -> None:
    """An answer names the id of its request in the journal, an error too."""
    answers = [client.get(path, headers=ME) for path in (VENDORS, "/v1/broadcast/leeds", "/v1/broadcast/leads/1")]

    assert ["1", "2", "3"] == [answer.headers["X-Smartflo-Fake-Request"] for answer in answers]


def test_newest_first(client: FlaskClient) -> None:
    """The newest requests are told first where that is wanted, so that a limit leaves the last ones."""
    for _ in range(5):
        client.get(VENDORS, headers=ME)
    page = client.get("/__admin/requests?limit=2&order=newest", headers=ME).get_json()

    assert ([5, 4], 5) == ([entry["id"] for entry in page["requests"]], page["total"])
    assert [5] == [entry["id"] for entry in asked(client, "find", limit=1, order="newest")["requests"]]
    assert 422 == client.get("/__admin/requests?order=latest", headers=ME).status_code


@pytest.mark.parametrize("what", ["find", "count", "wait"])
def test_nothing_found(client: FlaskClient, what: str) -> None:
    """Where nothing is found, the request that is most like it is told, and whether another account has sent one."""
    client.post(ADD, json={"field_0": "5550000042", "field_1": "Asa"}, headers=ME)
    client.get(VENDORS, headers=ME)
    client.post(ADD, json=LEAD, headers=OTHER)
    extra: dict[str, Any] = {"timeout": 0} if what == "wait" else {}
    told = asked(client, what, path=ADD, json={"field_1": "Asha"}, **extra)

    assert {"id": 1, "method": "POST", "path": ADD, "differs": ["json"]} == told["nearest"]
    assert (0, 1) == (told["total"], told["other_accounts"])
    found = asked(client, what, path=ADD, **extra)
    assert (None, 0) == (found["nearest"], found["other_accounts"])
    nobody = asked(client, what, {"Authorization": "new"}, path=ADD, **extra)
    assert (None, 2) == (nobody["nearest"], nobody["other_accounts"])


def test_methods_in_any_case(client: FlaskClient) -> None:
    """A method is found however it is written."""
    client.get(VENDORS, headers=ME)

    assert 1 == asked(client, "count", method="get")["total"]


def test_faults_are_told() -> None:
    """A fault is told by its name; where the connection was reset there was no status."""
    client = create_app(Config(faults=(Fault(("503", "reset", "dangling_comma")),))).test_client()
    client.get(VENDORS, headers=ME)
    with pytest.raises(ConnectionResetError):
        client.get(VENDORS, headers=ME)
    client.get(VENDORS, headers=ME)

    assert [("503", 503), ("reset", None), ("dangling_comma", 200)] == [
        (entry["response"]["fault"], entry["response"]["status"]) for entry in journal(client)
    ]
    assert 1 == asked(client, "count", fault="reset", status=None)["total"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "data"),
    [
        ("GET", f"{VENDORS}?access_token=s3same&Password=hunter2&api_key=swordfish", {"Authorization": "s3same"}, b""),
        ("GET", VENDORS, {"Authorization": "Bearer s3same", "Cookie": "a=hunter2", "X-Anything": "swordfish"}, b""),
        ("POST", "/v1/auth/login", {}, b'{"email": "crm", "password": "hunter2"}'),
        ("POST", "/v1/auth/login/", {}, b'{"email": "crm", "passwort": "hunter2", "code": ["s3same"]}'),
        ("POST", "/v1/auth/login", {}, b'{"email": {"x": "hunter2"}, "password": "s3same"}'),
        ("POST", "/v1/auth/login", {}, b'["s3same"]'),
        ("POST", "//v1/auth/login", {}, b'{"email": "crm", "pin": "s3same", "password": "any"}'),
        ("POST", "/v1/auth/login", {}, b'{"email": "crm", "password": "any", "hunter2": 1}'),
        ("GET", f"{VENDORS}?token%3Ds3same&%22password%22:hunter2=1&auth[swordfish]=1&a=1;password=swordfish", {}, b""),
        (
            "GET",
            f"{VENDORS}?next=/x%3Ftoken%3Ds3same&%EF%BD%90assword=hunter2&p%2500assword=swordfish",
            {},
            b"",
        ),
        ("GET", "/v1/broadcast/leads/8668&token=s3same", {}, b""),
        ("GET", "/v1/auth/logout;password=hunter2", {}, b""),
        ("GET", "/v1/broadcast/leads/eyJhbGciOiJI.eyJzdWIiOiJzM3NhbWUi.s3same-hunter2", {}, b""),
        (
            "GET",
            VENDORS,
            {"User-Agent": "curl Authorization: Bearer s3same", "Content-Type": "a/b; token=hunter2"},
            b"",
        ),
        (
            "POST",
            ADD,
            ME,
            b'{"field_1": "eyJhbGciOiJI.eyJzdWIi.s3same", "x": "Bearer hunter2hunter2hunter2"}',
        ),
        ("POST", ADD, ME, b'{"password=hunter2": 1, "jwt": "s3same", "otp": "swordfish", "Private-Key": "s3same"}'),
        ("POST", "/v1/auth/login", {}, b'{"email": "crm", "password": "hunter2"'),
        ("POST", "/v1/auth/login", {}, b"email=crm&password=hunter2"),
        ("POST", ADD, ME, b'{"field_0": "5550000042", "Password": "hunter2", "a": [{"apiKey": {"b": "s3same"}}]}'),
        ("POST", ADD, ME, b'{"token": "' + b"s3same" * 20_000 + b'"}'),
        ("POST", "/v1/anything", {"Proxy-Authorization": "Basic s3same"}, b'{"password": "hunter2"}'),
    ],
)
def test_no_secrets(client: FlaskClient, method: str, path: str, headers: dict[str, str], data: bytes) -> None:
    """Neither tokens nor passwords are kept, wherever they are sent, as JSON or not."""
    client.open(path, method=method, headers=headers, data=data)
    told = client.get("/__admin/requests").get_data(as_text=True)

    assert 1 == len(journal(client))
    assert [] == [secret for secret in SECRETS if secret in told]


@pytest.mark.parametrize(
    "body",
    [
        {"field_1": "harveyjones.k@example.com", "field_2": "info@surveyjobs.example.com", "field_3": "Bearer Singh"},
        {"Passport": "x", "Authority Name": "y", "Compass": "z", "session": 1, "key": 2, "pin": 560001, "author": "w"},
        {"field_1": "Token: 5", "field_2": "password=please", "field_3": "eyJust a name"},
    ],
)
def test_what_is_no_secret(client: FlaskClient, body: dict[str, Any]) -> None:
    """What only looks like a secret is kept as it is, and found."""
    client.post(
        f"{ADD}?author=x&key=1&pin=2&number=1&number=2", json=body, headers=ME | {"User-Agent": "crm (a@b.example)"}
    )
    (entry,) = journal(client)

    assert (body, "crm (a@b.example)") == (entry["body"], entry["headers"]["User-Agent"])
    assert {"author": "x", "key": "1", "pin": "2", "number": "1"} == entry["query"]
    assert 1 == asked(client, "count", json=body)["total"]


def test_the_fakes_own_words_are_kept(client: FlaskClient) -> None:
    """What the fake says of passwords and tokens is no secret."""
    client.get(VENDORS)
    client.post("/v1/auth/login", json={"email": "crm"})
    first, second = journal(client)

    assert "--header 'Authorization: Bearer any-text'" in first["response"]["reason"]
    assert {"password": "The password field is required."} == second["response"]["body"]


@pytest.mark.parametrize("wanted", [{"json": {"a": [{"password": "x"}]}}, {"query": {"access_token": "x"}}])
def test_secrets_are_not_sought(client: FlaskClient, wanted: dict[str, Any]) -> None:
    """A search for what is masked would find nothing for ever, and is refused."""
    answer = client.post("/__admin/requests/count", json=wanted, headers=ME)

    assert 422 == answer.status_code
    assert "the journal masks values under this name" in answer.get_json()["detail"]


def test_bodies_of_what_was_refused(client: FlaskClient) -> None:
    """The body of a request that a fault met is kept as well: was the same sent again? Others are counted."""
    rule = {"steps": ["503"], "route": "POST /v1/broadcast/lead/{id}"}
    client.put("/__admin/faults", json={"rules": [rule]}, headers=ME)
    for _ in range(2):
        client.post(ADD, json=LEAD, headers=ME)
    told = asked(client, "count", json=LEAD, path=ADD)

    assert (2, 0) == (told["total"], told["bodies_not_kept"])
    assert [503, 200] == [entry["response"]["status"] for entry in journal(client)]
    client.post(ADD, json=LEAD)  # without a token: nobody reads it
    alone = client.post("/__admin/requests/count", json={"json": LEAD, "status": 401}).get_json()
    assert (0, 1) == (alone["total"], alone["bodies_not_kept"])


def test_issued_tokens_are_not_kept(client: FlaskClient) -> None:
    """Tokens that the fake answers with are not kept either."""
    token = client.post("/v1/auth/login", json={"email": "crm", "password": "any"}).get_json()["access_token"]
    client.post("/v1/auth/refresh", headers={"Authorization": f"Bearer {token}"})
    entries = journal(client)

    assert ["[masked]", "[masked]"] == [entry["response"]["body"]["access_token"] for entry in entries]
    assert token not in json.dumps(entries)


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
)
def test_any_body(body: object) -> None:
    """Any body is kept, or its size is."""
    client = create_app(Config()).test_client()
    data = json.dumps(body)
    client.post(ADD, data=data, headers=ME)
    (entry,) = journal(client, ME)

    assert len(data) == entry["body_bytes"]


@pytest.mark.parametrize(
    "data", [b"[" * 900 + b"]" * 900, b'{"a":' * 300 + b"1" + b"}" * 300, b"\xff\xfe", b"\0", b"NaN", b""]
)
def test_odd_bodies(client: FlaskClient, data: bytes) -> None:
    """Bodies that are deep, or no JSON, are no trouble."""
    client.post(ADD, data=data, headers=ME)
    (entry,) = journal(client, ME)

    assert len(data) == entry["body_bytes"]


@pytest.mark.parametrize("path", ["/v1/%FF%00", "/v1/%E0%A4%86%E0%A4%B6%E0%A4%BE", f"/v1/{'x' * 5_000}"])
def test_odd_paths(client: FlaskClient, path: str) -> None:
    """Paths that are no UTF-8, or very long, are no trouble; those in Devanagari stay readable."""
    client.get(path, headers=ME)
    (entry,) = client.get("/__admin/requests/unmatched", headers=ME).get_json()["requests"]

    assert len(entry["path"]) < 1_100
    assert "%E0" not in path or entry["path"] == "/v1/आशा"


@pytest.mark.parametrize(("agent", "kept"), [("आशा", "आशा"), ("\ud800", None), ("x" * 500, "x" * 200 + "...")])
def test_odd_headers(client: FlaskClient, agent: str, kept: str | None) -> None:
    """Headers that no server would pass on are no trouble, and long ones are cut."""
    client.get(VENDORS, headers=ME | {"User-Agent": agent})
    (entry,) = journal(client, ME)

    assert kept == entry["headers"].get("User-Agent")


def test_bodies_that_are_not_kept(client: FlaskClient) -> None:
    """Where a body was too large to keep, a search for JSON says that it might have been among those found."""
    client.post(ADD, json=LEAD | {"remark": "x" * 70_000}, headers=ME)
    client.post(ADD, json=LEAD, headers=ME)
    page = asked(client, "find", json={"field_1": "Asha"})

    assert ([2], 1) == ([entry["id"] for entry in page["requests"]], page["bodies_not_kept"])
    assert 0 == asked(client, "find")["bodies_not_kept"]


def test_bounded_in_number() -> None:
    """Of more requests than are kept the oldest go, and each account is told how many of its own did."""
    client = create_app(Config(journal_requests=3)).test_client()
    for who in (ME, ME, OTHER, ME, ME):
        client.get(VENDORS, headers=who)

    assert [3, 4, 5] == [entry["id"] for entry in journal(client)]
    assert [2, 0] == [asked(client, "count", who)["dropped"] for who in (ME, OTHER)]
    assert 2 == client.get("/__admin/requests").get_json()["dropped"]


def test_bounded_in_bytes() -> None:
    """So do they where they are large."""
    client = create_app(Config(journal_bytes=1024 * 1024)).test_client()
    for _ in range(30):
        client.post(ADD, json=LEAD | {"remark": "x" * 60_000}, headers=ME)
    page = client.get("/__admin/requests", headers=ME).get_json()

    assert 30 == page["total"] + page["dropped"]
    assert 16 <= page["total"] <= 17


@pytest.mark.parametrize("who", [ME, None])
def test_reset_and_delete(client: FlaskClient, who: dict[str, str] | None) -> None:
    """The requests of an account, or all, are forgotten alone or with the rest; ids go on."""
    for method, path in (("DELETE", "requests"), ("POST", "reset")):
        client.get(VENDORS, headers=ME)
        client.get(VENDORS, headers=OTHER)

        assert 200 == client.open(f"/__admin/{path}", method=method, headers=who).status_code
        assert [] == journal(client, ME)
        assert (who is None) == ([] == journal(client, OTHER))
    client.get(VENDORS, headers=ME)
    assert 5 == journal(client, ME)[0]["id"]


def test_without_a_journal() -> None:
    """Where there is no journal, asking it is a problem that says why, and all else works."""
    for given_ in ({"journal_requests": 0}, {"workers": 2, "read_only": True}):
        client = create_app(Config(**given_)).test_client()  # type: ignore[arg-type]

        assert 200 == client.get(VENDORS, headers=ME).status_code
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/wait"), ("POST", "/count"), ("GET", "/unmatched")):
            answer = client.open(f"/__admin/requests{path}", method=method, json={}, headers=ME)
            assert 409 == answer.status_code
            assert "journal_requests is 0, or it has several workers" in answer.get_json()["detail"]


def test_a_read_only_fake_has_a_journal() -> None:
    """One worker alone knows all requests, also where it remembers nothing else."""
    client = create_app(Config(read_only=True)).test_client()
    client.get(VENDORS, headers=ME)

    assert 1 == len(journal(client, ME))


def test_wait_for_what_has_come(client: FlaskClient) -> None:
    """Waiting for what has come already does not take any time, nor does waiting no time for what has not."""
    client.get(VENDORS, headers=ME)

    assert asked(client, "wait", route=GET_LEADS, timeout=60)["met"]
    assert {"met": False, "total": 1} == {
        name: value for name, value in asked(client, "wait", count=2, timeout=0).items() if name in {"met", "total"}
    }


def test_wait_for_what_comes_after(client: FlaskClient) -> None:
    """A wait for what comes after a request is not met by what came before."""
    client.get(VENDORS, headers=ME)

    assert not asked(client, "wait", after=1, timeout=0)["met"]
    assert asked(client, "wait", after=0, timeout=0)["met"]


def test_a_reset_during_a_wait(fake: FakeSmartflo) -> None:
    """What was forgotten while one waits does not count."""
    who, wanted = {"Authorization": "forgets"}, {"route": GET_LEADS, "count": 2, "timeout": 60}
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(
            requests.post, f"{fake.url}/__admin/requests/wait", json=wanted, headers=who, timeout=90
        )
        requests.get(f"{fake.url}{VENDORS}", headers=who, timeout=30)
        requests.post(f"{fake.url}/__admin/reset", headers=who, timeout=30)
        requests.get(f"{fake.url}{VENDORS}", headers=who, timeout=30)
        requests.get(f"{fake.url}{VENDORS}", headers=who, timeout=30)
        body = waiting.result(60).json()

    assert (True, 2) == (body["met"], body["total"])


def test_wait_for_what_comes(fake: FakeSmartflo) -> None:
    """A wait ends when the request that it is for has come, not with others."""
    who = {"Authorization": "waits"}
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(
            requests.post,
            f"{fake.url}/__admin/requests/wait",
            json={"route": GET_LEADS, "status": 404, "timeout": 60},
            headers=who,
            timeout=90,
        )
        requests.get(f"{fake.url}{VENDORS}", headers=who, timeout=30)
        requests.get(f"{fake.url}/v1/broadcast/leads/123456", headers={"Authorization": "else"}, timeout=30)
        assert not waiting.done()
        requests.get(f"{fake.url}/v1/broadcast/leads/123456", headers=who, timeout=30)
        body = waiting.result(60).json()

    assert body["met"]
    assert [404] == [entry["response"]["status"] for entry in body["requests"]]


def test_too_many_waits(fake: FakeSmartflo) -> None:
    """Waits are bounded, so that they leave threads for what they wait for; one more is told to come again."""
    who = {"Authorization": "many"}

    def waits(_: int) -> requests.Response:
        return requests.post(
            f"{fake.url}/__admin/requests/wait", json={"count": 1, "timeout": 60}, headers=who, timeout=90
        )

    with ThreadPoolExecutor(MAX_WAITS + 3) as threads:
        waiting = [threads.submit(waits, number) for number in range(MAX_WAITS + 3)]
        list(islice(as_completed(waiting), 3))  # those that are refused; the others wait for the next line
        requests.get(f"{fake.url}{VENDORS}", headers=who, timeout=30)
        statuses = sorted(one.result(60).status_code for one in waiting)

    assert [200] * MAX_WAITS + [503] * 3 == statuses
    assert 200 == waits(0).status_code


def test_concurrent_requests(fake: FakeSmartflo) -> None:
    """Every request of many clients is kept, each under an id of its own."""
    who = {"Authorization": "crowd"}
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: requests.get(f"{fake.url}{VENDORS}", headers=who, timeout=30), range(200)))
    page = requests.get(f"{fake.url}/__admin/requests?limit=1000", headers=who, timeout=30).json()

    assert 200 == page["total"] == len({entry["id"] for entry in page["requests"]})


@pytest.mark.parametrize(
    ("value", "part", "found"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 2}}, True),
        ([{"a": 1, "b": 2}], [{"a": 1}], True),
        ([1, 2], [1], False),
        (1, True, False),
        (True, True, True),
        (None, {}, False),
        ([], {}, False),
        ({}, [], False),
        (1, 1.0, True),
    ],
)
def test_contains(value: object, part: object, found: bool) -> None:  # noqa: FBT001 - a table
    """Objects are contained in larger ones at any depth; lists are as long; true is no number."""
    assert found == contains(value, part)
